"""What makes a commission wait: cases, disputes, and staff who suspect something (M6, M7).

Each cause is a row of its own. The line is frozen while one of them is open, whichever ends first.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import notify
from commissions.letters import COMMISSION_FROZEN
from commissions.models import CommissionHold, CommissionLine
from commissions.states import BY_STAFF, COMMISSIONS, CommissionStatus
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from taoxiaopu.kernel.locking import lock_found

SYSTEM = Actor.system("commissions")


def hold(line_ref: str, *, cause: str, at: datetime) -> None:
    """A case or dispute opened: what is not withdrawable yet waits. ``cause`` names it; twice is once."""
    for line in lock_found(CommissionLine, line_ref=line_ref):
        _hold(line, cause, cause, SYSTEM, at)


def release(line_ref: str, *, cause: str, at: datetime) -> None:
    """The case or dispute ended: the line goes back to where it was, when nothing else holds it."""
    for line in lock_found(CommissionLine, line_ref=line_ref):
        _release(line, cause, cause, SYSTEM, at)


def freeze_commission(*, line_ref: str, reason: str, actor: Actor, at: datetime) -> CommissionLine:
    """Staff suspect something: the line waits until they are done. Raises NotFound, BadInput without a reason, MoveRefused
    when it is void, withdrawable already or frozen by staff.
    """
    return _by_staff(line_ref, "freeze", reason, actor, at)


def unfreeze_commission(*, line_ref: str, reason: str, actor: Actor, at: datetime) -> CommissionLine:
    """The suspicion was unfounded. A case or dispute may still hold the line. Raises as ``freeze_commission``."""
    return _by_staff(line_ref, "unfreeze", reason, actor, at)


def _by_staff(line_ref: str, event: str, reason: str, actor: Actor, at: datetime) -> CommissionLine:
    if len(reason.strip()) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        found = lock_found(CommissionLine, line_ref=line_ref)
        if not found:
            raise NotFound
        line = found[0]
        is_held = bool(rows.find(CommissionHold, line_id=line.pk, cause=BY_STAFF, lifted_at=None))
        if line.status != CommissionStatus.FROZEN:
            COMMISSIONS.require(line.status, event, actor)
        elif is_held == (event == "freeze"):
            raise MoveRefused(
                state=CommissionStatus.FROZEN.label, event=_("冻结") if is_held else _("解除冻结")
            )
        if event == "freeze":
            _hold(line, BY_STAFF, reason.strip(), actor, at)
            rows.load(line, "owner")
            notify(
                kind=COMMISSION_FROZEN,
                recipients=[line.owner.user_id],
                ref=f"{line.line_ref} {at.isoformat()}",
                at=at,
                facts={"number": line.order_number, "reason": reason.strip()[:200]},
                link=[line.order_number],
            )
        else:
            _release(line, BY_STAFF, reason.strip(), actor, at)
        return line


def _hold(line: CommissionLine, cause: str, reason: str, actor: Actor, at: datetime) -> None:
    is_frozen = line.status == CommissionStatus.FROZEN
    if not is_frozen and not COMMISSIONS.find(line.status, "freeze", actor.kind):
        return
    rows.insert(CommissionHold(line=line, cause=cause, placed_at=at), once=True)
    if not is_frozen:
        COMMISSIONS.apply(line, "freeze", actor=actor, at=at, reason=reason, frozen_from=line.status)


def _release(line: CommissionLine, cause: str, reason: str, actor: Actor, at: datetime) -> None:
    for open_hold in rows.find(CommissionHold, line_id=line.pk, cause=cause, lifted_at=None):
        open_hold.lifted_at = at
        rows.update(open_hold, "lifted_at")
    if line.status != CommissionStatus.FROZEN or rows.find(CommissionHold, line_id=line.pk, lifted_at=None):
        return
    COMMISSIONS.apply(line, "unfreeze", actor=actor, at=at, reason=reason, target=line.frozen_from)
