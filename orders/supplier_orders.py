"""What a supplier's page shows of one of its orders: read once, for the page."""

from dataclasses import dataclass

from ledger.models import SUPPLIER_KINDS
from ledger.selectors import Entry, entries_of, movements_of
from orders.models import Hold, Order, OrderLine, Parcel
from orders.selectors import open_holds
from orders.states import ORDERS, OrderStatus
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.transitions import Step

# While a supplier still has to deliver or to answer for it; afterwards the receiver is masked (docs/rules.md §1.7).
NEEDS_RECEIVER = (OrderStatus.PAID, OrderStatus.PART_SHIPPED, OrderStatus.SHIPPED, OrderStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order for its supplier. ``waiting`` are lines that can be shipped; ``entries`` its own bookings."""

    lines: list[OrderLine]
    waiting: list[OrderLine]
    parcels: list[Parcel]
    holds: list[Hold]
    trail: list[Step]
    entries: list[Entry]
    shows_receiver: bool


def detail_for_supplier(order: Order) -> OrderDetail:
    """Lines, parcels, open cases, history and bookings of an order that ``order_for_supplier`` returned."""
    lines = list(OrderLine.objects.filter(order=order).select_related("good", "shipped_in").order_by("id"))
    party = order.supplier.public_id
    can_ship = "ship" in ORDERS.events(order.status, ActorKind.SUPPLIER)
    return OrderDetail(
        lines=lines,
        waiting=[x for x in lines if can_ship and x.shipped_in_id is None and not x.is_refunded],
        parcels=list(Parcel.objects.filter(order=order).prefetch_related("lines").order_by("id")),
        holds=list(open_holds(order)),
        trail=ORDERS.trail(order.number),
        entries=entries_of(party, movements_of(party, SUPPLIER_KINDS, order_number=order.number)),
        shows_receiver=order.status in NEEDS_RECEIVER,
    )
