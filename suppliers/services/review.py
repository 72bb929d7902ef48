"""Staff's review of many held goods at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from suppliers.services.goods import approve_good, refuse_good
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound

REVIEW_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many goods the verdict reached, and how many had been decided meanwhile."""

    done: int
    skipped: int


def review_goods(
    *, public_ids: Sequence[str], approve: bool, actor: Actor, at: datetime, reason: str = ""
) -> Reviewed:
    """Approve or refuse held goods one by one; what is no longer held is skipped. Raises BadInput."""
    chosen = list(dict.fromkeys(public_ids))
    if not 1 <= len(chosen) <= REVIEW_LIMIT:
        raise BadInput(what=_("请选择 1 到 500 件商品"))
    if not approve and len(reason.strip()) < 2:
        raise BadInput(what=_("驳回须填写原因"))
    done = 0
    for public_id in chosen:
        try:
            if approve:
                approve_good(public_id=public_id, actor=actor, at=at, note=reason)
            else:
                refuse_good(public_id=public_id, actor=actor, at=at, reason=reason)
            done += 1
        except (MoveRefused, NotFound):
            continue
    return Reviewed(done, len(chosen) - done)
