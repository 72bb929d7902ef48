"""Lists of orders for each party. The tenant or actor comes first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from orders.models import Hold, Order, OrderLine, Trade
from orders.states import NEVER_PAID, PAID_STATES, OrderStatus
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.personal import blind_index, normalise_phone


def orders_of_supplier(supplier: Supplier, *, status: str = "", query: str = "") -> "QuerySet[Order]":
    """A supplier's orders, those to ship first by deadline; ``query`` finds order or tracking numbers."""
    orders = Order.objects.filter(supplier=supplier).exclude(status__in=NEVER_PAID)
    if status in OrderStatus.values:
        orders = orders.filter(status=status)
    if query:
        orders = orders.filter(
            Q(number=query[:20]) | Q(parcels__tracking_number=query[:24].upper())
        ).distinct()
    order_by = ["ship_by", "id"] if status == OrderStatus.PAID else ["-id"]
    return orders.select_related("trade", "shop").prefetch_related("lines__good").order_by(*order_by)


def order_counts_of_supplier(supplier: Supplier) -> dict[str, int]:
    """How many orders a supplier has by status."""
    rows = Order.objects.filter(supplier=supplier).values_list("status").annotate(n=Count("pk")).order_by()
    return dict.fromkeys(OrderStatus.values, 0) | dict(rows)


def orders_of_owner(owner: Owner, *, status: str = "") -> "QuerySet[Order]":
    """Orders attributed to an owner, newest first; pages show buyers masked."""
    orders = Order.objects.filter(owner=owner).exclude(status=OrderStatus.PENDING_PAYMENT)
    if status in OrderStatus.values:
        orders = orders.filter(status=status)
    return orders.select_related("trade", "shop", "supplier").prefetch_related("lines__good").order_by("-id")


def orders_of_trades(trade_numbers: list[str], *, statuses: tuple[str, ...] = ()) -> "QuerySet[Order]":
    """Orders of the trades that a visitor holds, newest first, in one of these statuses when some are given."""
    orders = Order.objects.filter(trade__number__in=trade_numbers)
    if statuses:
        orders = orders.filter(status__in=statuses)
    return orders.select_related("trade", "shop", "supplier").prefetch_related("lines__good").order_by("-id")


@dataclass(frozen=True, slots=True)
class Sales:
    """Paid orders and their goods amount in fen since an instant."""

    orders: int
    goods_fen: int


def sales_since(*, since: datetime, supplier: Supplier | None = None, owner: Owner | None = None) -> Sales:
    """Paid orders since an instant, of a supplier, an owner, or all of them (staff)."""
    orders = Order.objects.filter(paid_at__gte=since).exclude(status=OrderStatus.CLOSED_UNPAID)
    if supplier is not None:
        orders = orders.filter(supplier=supplier)
    if owner is not None:
        orders = orders.filter(owner=owner)
    found = orders.aggregate(n=Count("pk"), fen=Sum("goods_fen", default=0))
    return Sales(found["n"], int(found["fen"]))


def payable_on_the_way(supplier: Supplier) -> int:
    """Fen of paid orders that are not divided yet: what a supplier can still expect, before commission."""
    lines = OrderLine.objects.filter(order__supplier=supplier, order__status__in=PAID_STATES)
    return int(lines.aggregate(n=Sum(F("paid_fen") - F("refunded_fen"), default=0))["n"])


def open_holds(order: Order) -> "QuerySet[Hold]":
    """Cases and disputes that an order waits for."""
    return Hold.objects.filter(order=order, lifted_at=None)


def trade_of(number: str) -> Trade | None:
    """The trade with this number, unlocked, or None."""
    return Trade.objects.filter(number=number).first()


def last_trade_of_phone(phone: str) -> Trade | None:
    """The newest trade delivered to this phone, or None: the demo's table of addresses."""
    return Trade.objects.filter(buyer=blind_index(normalise_phone(phone))).order_by("-id").first()


def all_orders() -> "QuerySet[Order]":
    """Every order, newest first: staff only."""
    return Order.objects.select_related("trade", "shop", "supplier", "owner__user").order_by("-id")


@dataclass(frozen=True, slots=True)
class DaySales:
    """Paid orders and their goods amount in fen on one Shanghai day."""

    day: date
    orders: int
    goods_fen: int


def sales_by_day(*, days: int, at: datetime) -> list[DaySales]:
    """The last ``days`` Shanghai days up to today, oldest first, days without orders included: staff only."""
    today = clock.local(at).date()
    first = today - timedelta(days=days - 1)
    rows = (
        Order.objects.filter(paid_at__gte=clock.local_instant(first))
        .exclude(status=OrderStatus.CLOSED_UNPAID)
        .annotate(day=TruncDate("paid_at", tzinfo=clock.SHANGHAI))
        .values_list("day")
        .annotate(n=Count("pk"), fen=Sum("goods_fen"))
        .order_by()
    )
    found = {day: (n, int(fen)) for day, n, fen in rows}
    every = [first + timedelta(days=step) for step in range(days)]
    return [DaySales(day, *found.get(day, (0, 0))) for day in every]
