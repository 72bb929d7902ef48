"""An owner's orders with what they earn; buyers stay masked (docs/rules.md §1.7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from commissions.models import CommissionLine
from commissions.selectors import Explained, explained, lines_of_orders
from orders.models import Order, OrderLine
from orders.selectors import open_holds
from orders.states import OrderStatus
from storefronts.models import Owner

TABS: dict[str, tuple[str, ...]] = {
    "to_ship": (OrderStatus.PAID, OrderStatus.PART_SHIPPED),
    "shipped": (OrderStatus.SHIPPED,),
    "completed": (OrderStatus.COMPLETED,),
    "finalised": (OrderStatus.FINALISED,),
    "closed": (OrderStatus.CLOSED_UNPAID, OrderStatus.CLOSED_REFUNDED),
}


@dataclass(frozen=True, slots=True)
class EarningOrder:
    """An order in a list and its commission in fen over all lines that are not void."""

    order: Order
    owner_fen: int
    lines: list[CommissionLine]


@dataclass(frozen=True, slots=True)
class EarningLine:
    """An order line and what it earns; no commission before it is paid."""

    line: OrderLine
    earned: Explained | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One step of an order."""

    title: str
    at: datetime
    tone: str = ""


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order for its owner, lines with commissions, newest step first."""

    order: Order
    owner_fen: int
    lines: list[EarningLine]
    steps: list[Happening]
    is_held: bool


def orders_in_tab(owner: Owner, tab: str = "") -> "QuerySet[Order]":
    """An owner's orders, newest first, of one of the TABS or all; unpaid ones are nobody's business yet."""
    orders = Order.objects.filter(owner=owner).exclude(status=OrderStatus.PENDING_PAYMENT)
    if tab in TABS:
        orders = orders.filter(status__in=TABS[tab])
    return orders.select_related("trade", "shop", "supplier").prefetch_related("lines__good").order_by("-id")


def tab_counts(owner: Owner) -> dict[str, int]:
    """How many orders each tab holds."""
    rows = dict(Order.objects.filter(owner=owner).values_list("status").annotate(n=Count("pk")).order_by())
    return {tab: sum(rows.get(status, 0) for status in statuses) for tab, statuses in TABS.items()}


def with_earnings(owner: Owner, orders: Iterable[Order]) -> list[EarningOrder]:
    """Each order with its commission."""
    rows = list(orders)
    lines = lines_of_orders(owner, [order.number for order in rows])
    return [
        EarningOrder(order, sum(line.owner_fen for line in lines[order.number]), lines[order.number])
        for order in rows
    ]


def detail_of(owner: Owner, order: Order, *, at: datetime) -> OrderDetail:
    """One order of this owner with the commission of each line and its reason."""
    earned = {
        item.line.line_ref: item
        for item in explained(lines_of_orders(owner, [order.number])[order.number], at=at)
    }
    lines = [
        EarningLine(line, earned.get(line.ref))
        for line in OrderLine.objects.select_related("good", "shipped_in").filter(order=order).order_by("pk")
    ]
    return OrderDetail(
        order=order,
        owner_fen=sum(item.line.owner_fen for item in earned.values()),
        lines=lines,
        steps=_steps(order),
        is_held=open_holds(order).exists(),
    )


def _steps(order: Order) -> list[Happening]:
    closed = _("已退款关闭") if order.status == OrderStatus.CLOSED_REFUNDED else _("未付款，已关闭")
    steps = [
        (_("买家下单"), order.placed_at, ""),
        (_("买家已付款，等待供应商发货"), order.paid_at, ""),
        (_("供应商已发货"), order.shipped_at, ""),
        (_("买家已收货，进入售后期"), order.completed_at, "good"),
        (_("售后期满，佣金已确认"), order.finalised_at, "good"),
        (closed, order.closed_at, "bad"),
    ]
    return [Happening(title, at, tone) for title, at, tone in reversed(steps) if at is not None]
