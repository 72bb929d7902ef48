"""What falls due: unpaid orders close, late ones are marked and at last refunded, receipts confirm, orders finalise.

Each row is taken by itself under its lock and checked again, so that a sweep may run twice and at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from commissions import services as commissions
from commissions.services import FinalLine
from orders.models import Hold, Order, OrderLine, Trade
from orders.services.contracts import expire_contract
from orders.services.fulfilment import confirm_receipt, lock_order
from orders.services.paying import cancel_trade, lock_trade
from orders.services.refunds import refund_line
from orders.services.telling import tell_late, tell_of_deadlines
from orders.states import ORDERS, OrderStatus
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.jobs import WHOLE, Part, by_itself
from taoxiaopu.kernel.settings import rules_at

SYSTEM = Actor.system("sweep")


def sweep(*, at: datetime, part: Part = WHOLE) -> int:
    """Do everything that fell due by ``at`` (the system acts when now > deadline); return how many rows moved."""
    rules = rules_at(at)
    held = Hold.objects.filter(order=OuterRef("pk"), lifted_at=None)
    unpaid = Trade.objects.filter(pay_by__lt=at, orders__status=OrderStatus.PENDING_PAYMENT).distinct()
    moved = 0
    for number in list(
        part.of_suppliers(unpaid, "orders__supplier_id").order_by("pk").values_list("number", flat=True)
    ):
        moved += by_itself(partial(_expire, number, at), what=f"closing trade {number}")
    orders = part.of_suppliers(Order.objects.all(), "supplier_id")
    over = orders.filter(status=OrderStatus.AWAIT_AGREEMENT, contract__agree_by__lt=at).order_by("pk")
    for order, of_trade in list(over.values_list("number", "trade__number")):
        work = partial(expire_contract, number=order, trade_number=of_trade, at=at)
        moved += by_itself(work, what=f"the agreement of order {order}")
    overdue = at - timedelta(days=rules.SHIP_OVERDUE_REFUND_D)
    late = Due(OrderStatus.PAID, "ship_by", at)
    moved += _each(orders.filter(late.where, is_late=False), late, _mark_late, at)
    for due, act in (
        (Due(OrderStatus.PAID, "ship_by", overdue), _refund_overdue),
        (Due(OrderStatus.SHIPPED, "confirm_by", at), _auto_confirm),
        (Due(OrderStatus.COMPLETED, "final_by", at), _finalise),
    ):
        moved += _each(orders.filter(due.where).exclude(Exists(held)), due, act, at, held_back=True)
    if part.index == 0:
        tell_of_deadlines(rules, at=at)
    return moved


@dataclass(frozen=True, slots=True)
class Due:
    """Orders in a state whose time is over: as a condition of a query, and asked of one order under its lock."""

    status: OrderStatus
    clock: str
    before: datetime

    @property
    def where(self) -> Q:
        """The condition."""
        return Q(status=self.status, **{f"{self.clock}__lt": self.before})

    def holds(self, order: Order) -> bool:
        """Whether it is so for this order."""
        deadline: datetime | None = getattr(order, self.clock)
        return order.status == self.status and deadline is not None and deadline < self.before


def _each(
    found: "QuerySet[Order]",
    due: Due,
    act: Callable[[Order, datetime], None],
    at: datetime,
    *,
    held_back: bool = False,
) -> int:
    def one(number: str) -> bool:
        with transaction.atomic():
            row = lock_order(number)
            if not due.holds(row):  # as it is now, under the lock
                return False
            if held_back and rows.find(Hold, order_id=row.pk, lifted_at=None):
                return False
            act(row, at)
            return True

    numbers = list(found.order_by("pk").values_list("number", flat=True))
    return sum(
        by_itself(partial(one, number), what=f"{act.__name__} of order {number}") for number in numbers
    )


def _expire(number: str, at: datetime) -> bool:
    with transaction.atomic():
        _trade, of_trade = lock_trade(number)
        if all(order.status != OrderStatus.PENDING_PAYMENT for order in of_trade):
            return False
        cancel_trade(trade_number=number, actor=SYSTEM, at=at)
        return True


def _mark_late(row: Order, at: datetime) -> None:
    if row.is_late:
        return
    ORDERS.apply(row, "run_late", actor=SYSTEM, at=at, is_late=True)
    tell_late(row, at)


def _refund_overdue(row: Order, at: datetime) -> None:
    for line in OrderLine.objects.select_related("order").filter(order=row).order_by("pk"):
        if not line.is_refunded:
            refund_line(
                line=line,
                amount_fen=line.remaining_fen,
                cause="overdue",
                cause_ref=row.number,
                owner_side=False,
                at=at,
            )


def _auto_confirm(row: Order, at: datetime) -> None:
    confirm_receipt(order=row, actor=SYSTEM, at=at)


def _finalise(row: Order, at: datetime) -> None:
    rows.load(row, "supplier")
    ORDERS.apply(row, "finalise", actor=SYSTEM, at=at, finalised_at=at)
    commissions.finalise(
        order_number=row.number,
        supplier=row.supplier.public_id,
        lines=[FinalLine(line.ref, line.remaining_fen) for line in rows.find(OrderLine, order_id=row.pk)],
        freight_fen=row.freight_fen - row.freight_refunded_fen,
        at=at,
    )
