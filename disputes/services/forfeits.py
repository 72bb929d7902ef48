"""The commission that a penalty takes (docs/rules.md §4): it waits while an appeal is possible, then it is void or released."""

from datetime import datetime

from commissions import services as commissions
from commissions.selectors import lines_of_order
from commissions.states import CommissionStatus
from disputes.models import Penalty
from disputes.states import Offence
from taoxiaopu.kernel.actors import Actor

# Acts that take the commission of the order that they are about; whether the purchase itself was feigned.
VOIDS: dict[Offence, bool] = {Offence.FALSE_PROMISE: False, Offence.FAKE_TRAFFIC: True}


def hold_commission_of(row: Penalty, at: datetime) -> None:
    """What is not withdrawable yet waits for the end of the appeal. The penalty is locked or new."""
    for ref in _lines(row):
        commissions.hold(ref, cause=_cause(row), at=at)


def release_commission_of(row: Penalty, at: datetime) -> None:
    """The penalty was lifted: the lines go back to where they were."""
    for ref in _lines(row):
        commissions.release(ref, cause=_cause(row), at=at)


def void_commission_of(row: Penalty, actor: Actor, at: datetime) -> None:
    """The penalty stands: every line's commission is void, once; what was void already stays so."""
    is_feigned = VOIDS.get(Offence(row.offence))
    if is_feigned is None or row.order is None or row.voided_at is not None:
        return
    for line in lines_of_order(row.order.number).exclude(status=CommissionStatus.VOID):
        commissions.void_commission(
            line_ref=line.line_ref,
            decision=row.number,
            reason=f"{row.get_offence_display()} {row.number}",
            actor=actor,
            at=at,
            fake=is_feigned,
        )
    row.voided_at = at
    row.save(update_fields=["voided_at"])


def _lines(row: Penalty) -> list[str]:
    if row.offence not in VOIDS or row.order is None:
        return []
    return [line.line_ref for line in lines_of_order(row.order.number)]


def _cause(row: Penalty) -> str:
    return f"penalty {row.number}"
