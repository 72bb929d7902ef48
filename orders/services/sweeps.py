"""What falls due: unpaid orders close, late ones are marked and at last refunded, receipts confirm, orders finalise.

Each row is taken by itself under its lock and checked again, so that a sweep may run twice and at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from commissions import services as commissions
from commissions.services import FinalLine
from orders.models import Order, OrderLine, Trade
from orders.services.fulfilment import confirm_receipt, lock_order
from orders.services.paying import cancel_trade
from orders.services.refunds import refund_line
from orders.services.telling import tell_late, tell_of_deadlines
from orders.states import ORDERS, OrderStatus
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.jobs import by_itself
from taoxiaopu.kernel.settings import rules_at

SYSTEM = Actor.system("sweep")


def sweep(*, at: datetime) -> int:
    """Do everything that fell due by ``at`` (the system acts when now > deadline); return how many rows moved."""
    rules = rules_at(at)
    held = Order.objects.filter(holds__lifted_at=None, holds__isnull=False)
    unpaid = Trade.objects.filter(pay_by__lt=at, orders__status=OrderStatus.PENDING_PAYMENT).distinct()
    moved = 0
    for number in list(unpaid.order_by("pk").values_list("number", flat=True)):
        moved += by_itself(partial(_expire, number, at), what=f"closing trade {number}")
    late = Order.objects.filter(status=OrderStatus.PAID, ship_by__lt=at)
    moved += _each(late.filter(is_late=False), _mark_late, at)
    overdue = at - timedelta(days=rules.SHIP_OVERDUE_REFUND_D)
    moved += _each(
        Order.objects.filter(status=OrderStatus.PAID, ship_by__lt=overdue).exclude(pk__in=held),
        _refund_overdue,
        at,
    )
    due = Order.objects.filter(status=OrderStatus.SHIPPED, confirm_by__lt=at).exclude(pk__in=held)
    moved += _each(due, _auto_confirm, at)
    final = Order.objects.filter(status=OrderStatus.COMPLETED, final_by__lt=at).exclude(pk__in=held)
    moved += _each(final, _finalise, at)
    tell_of_deadlines(rules, at=at)
    return moved


def _each(rows: "QuerySet[Order]", act: Callable[[Order, datetime], None], at: datetime) -> int:
    def one(number: str) -> bool:
        with transaction.atomic():
            row = lock_order(number)
            if not rows.filter(pk=row.pk).exists():  # as it is now, under the lock
                return False
            act(row, at)
            return True

    numbers = list(rows.order_by("pk").values_list("number", flat=True))
    return sum(
        by_itself(partial(one, number), what=f"{act.__name__} of order {number}") for number in numbers
    )


def _expire(number: str, at: datetime) -> bool:
    with transaction.atomic():
        trade = Trade.objects.select_for_update().get(number=number)
        if not trade.orders.filter(status=OrderStatus.PENDING_PAYMENT).exists():
            return False
        cancel_trade(trade_number=number, actor=SYSTEM, at=at)
        return True


def _mark_late(row: Order, at: datetime) -> None:
    row.is_late = True
    row.save(update_fields=["is_late"])
    ORDERS.apply(row, "run_late", actor=SYSTEM, at=at)
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
    ORDERS.apply(row, "finalise", actor=SYSTEM, at=at)
    row.finalised_at = at
    row.save(update_fields=["finalised_at"])
    commissions.finalise(
        order_number=row.number,
        supplier=row.supplier.public_id,
        lines=[
            FinalLine(line.ref, line.remaining_fen)
            for line in OrderLine.objects.filter(order=row).order_by("pk")
        ],
        freight_fen=row.freight_fen - row.freight_refunded_fen,
        at=at,
    )
