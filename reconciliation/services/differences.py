"""What people do about a difference; the nightly run opens and closes it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from reconciliation.models import Difference
from reconciliation.states import DIFFERENCES
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows


def assign(*, number: str, to: str, actor: Actor, at: datetime) -> Difference:
    """Somebody of the staff takes a difference up, or gives it to a colleague (``to``: a public id).

    Raises NotFound, MoveRefused.
    """
    with transaction.atomic():
        row = _locked(number)
        DIFFERENCES.apply(row, "assign", actor=actor, at=at, reason=to, owner=to)
        return row


def explain(*, number: str, note: str, actor: Actor, at: datetime) -> Difference:
    """Write down why a difference stands, so that nobody asks again; it is closed when it is gone.

    Raises NotFound, MoveRefused, BadInput without a reason.
    """
    if len(note.strip()) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        row = _locked(number)
        DIFFERENCES.apply(
            row,
            "explain",
            actor=actor,
            at=at,
            reason=note,
            note=note.strip()[:500],
            owner=row.owner or actor.ref,
        )
        return row


def reopen(*, number: str, actor: Actor, at: datetime) -> Difference:
    """An explanation did not hold. Raises NotFound, MoveRefused."""
    with transaction.atomic():
        row = _locked(number)
        DIFFERENCES.apply(row, "reopen", actor=actor, at=at, owner=actor.ref)
        return row


def _locked(number: str) -> Difference:
    rows = lock_rows(Difference.objects.filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]
