"""An order with all that belongs to it: what its consumer sees on one page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from disputes.models import Case, Dispute
from disputes.selectors import OVER, cases_of_order, disputes_of_order
from disputes.services.cases import OPENABLE
from disputes.states import OPEN_CASE
from orders.models import Contract, Order, OrderLine, Parcel
from orders.selectors import Happening, contract_of, is_custom, open_holds, parcels_of, steps_of
from orders.states import ORDERS
from payments.models import Refund
from payments.selectors import refunds_of_order
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.settings import rules_at


@dataclass(frozen=True, slots=True)
class LineSight:
    """One line of an order with its after-sales, and what the consumer may do about it now."""

    line: OrderLine
    case: Case | None
    dispute: Dispute | None
    may_apply: bool
    may_claim: bool


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """Everything that a consumer's order page shows."""

    order: Order
    lines: list[LineSight]
    parcels: list[Parcel]
    steps: list[Happening]
    refunds: list[Refund]
    is_held: bool
    contract: Contract | None
    may: set[str]

    @property
    def refunded_fen(self) -> int:
        """Fen given or being given back."""
        return sum(refund.amount_fen for refund in self.refunds)


def order_sheet(order: Order, *, at: datetime) -> OrderSheet:
    """An order with parcels, steps (newest first), refunds and after-sales of each line."""
    cases = list(cases_of_order(order))
    disputes = list(disputes_of_order(order))
    in_window = order.status in OPENABLE and (order.final_by is None or at <= order.final_by)
    claim_days = timedelta(days=rules_at(at).CLAIM_AFTER_FINAL_D)
    claimable = order.finalised_at is not None and at <= order.finalised_at + claim_days
    lines = []
    for line in order.lines.select_related("good").order_by("pk"):
        case = next((c for c in cases if c.line_id == line.pk), None)
        dispute = next((d for d in disputes if d.line_id == line.pk), None)
        busy = (case is not None and case.status in OPEN_CASE) or (
            dispute is not None and dispute.status not in OVER
        )
        free = not busy and not line.is_refunded
        lines.append(LineSight(line, case, dispute, free and in_window, free and claimable))
    return OrderSheet(
        order=order,
        lines=lines,
        parcels=list(parcels_of(order)),
        steps=steps_of(order)[::-1],
        refunds=list(refunds_of_order(order.number)),
        is_held=open_holds(order).exists(),
        contract=contract_of(order) if any(is_custom(sight.line) for sight in lines) else None,
        may=ORDERS.events(order.status, ActorKind.BUYER),
    )
