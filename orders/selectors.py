"""Lists of orders for each party. The tenant or actor comes first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Hold, Order, OrderLine, Parcel, Trade
from orders.states import PAID_STATES, OrderStatus
from storefronts.models import Owner
from suppliers.models import Sku, Supplier
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.personal import blind_index, normalise_phone


TABS: dict[str, tuple[str, ...]] = {
    "unpaid": (OrderStatus.PENDING_PAYMENT,),
    "to-ship": (OrderStatus.PAID, OrderStatus.PART_SHIPPED),
    "to-receive": (OrderStatus.SHIPPED,),
    "done": (OrderStatus.COMPLETED, OrderStatus.FINALISED),
}


def orders_of_supplier(supplier: Supplier, *, status: str = "", query: str = "") -> "QuerySet[Order]":
    """A supplier's orders, those to ship first by deadline; ``query`` finds order or tracking numbers."""
    orders = Order.objects.filter(supplier=supplier).exclude(status=OrderStatus.PENDING_PAYMENT)
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


def orders_of_trades(trade_numbers: list[str], *, tab: str = "") -> "QuerySet[Order]":
    """Orders of the trades that a visitor holds, newest first; ``tab`` is a key of TABS."""
    orders = Order.objects.filter(trade__number__in=trade_numbers)
    if tab in TABS:
        orders = orders.filter(status__in=TABS[tab])
    return (
        orders.select_related("trade", "shop", "supplier").prefetch_related("lines__good").order_by("-id")
    )


def counts_of_trades(trade_numbers: list[str]) -> dict[str, int]:
    """How many of a visitor's orders stand in each of TABS."""
    rows = Order.objects.filter(trade__number__in=trade_numbers).values_list("status")
    by_status = dict(rows.annotate(n=Count("pk")).order_by())
    return {tab: sum(by_status.get(status, 0) for status in statuses) for tab, statuses in TABS.items()}


def parcels_of(order: Order) -> "QuerySet[Parcel]":
    """The parcels of an order with their lines, oldest first."""
    return Parcel.objects.filter(order=order).prefetch_related("lines").order_by("id")


@dataclass(frozen=True, slots=True)
class Quote:
    """What a number of one SKU costs now, in fen."""

    sku: Sku
    quantity: int
    goods_fen: int
    freight_fen: int
    free_from_fen: int

    @property
    def total_fen(self) -> int:
        """Goods and freight."""
        return self.goods_fen + self.freight_fen


def quote(sku: Sku, quantity: int) -> Quote:
    """The price of a purchase before it is placed. ``sku`` has good and supplier loaded."""
    supplier = sku.good.supplier
    goods = sku.price_fen * quantity
    return Quote(sku, quantity, goods, freight_of(supplier, goods), supplier.free_freight_from_fen)


def freight_of(supplier: Supplier, goods_fen: int) -> int:
    """A supplier's flat freight, 0 from the amount on where it is free."""
    free_from = supplier.free_freight_from_fen
    return 0 if free_from and goods_fen >= free_from else supplier.freight_fen


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, in words for the consumer; ``tone`` is good, bad or empty."""

    title: str | Promise
    at: datetime
    words: str = ""
    tone: str = ""


STEP_WORDS: dict[str, tuple[str | Promise, str]] = {
    "place": (_("订单已提交"), ""),
    "pay": (_("付款成功，等待商家发货"), "good"),
    "cancel": (_("订单已取消"), ""),
    "expire": (_("超时未付款，订单已关闭"), ""),
    "ship": (_("商家已发货"), ""),
    "rest_refunded": (_("其余商品已退款，全部商品已发出"), ""),
    "run_late": (_("商家未在承诺时间内发货"), "bad"),
    "confirm": (_("您已确认收货，交易成功"), "good"),
    "auto_confirm": (_("超过收货期限，系统已自动确认收货"), "good"),
    "refund_all": (_("已全额退款，订单关闭"), ""),
    "finalise": (_("售后期结束，订单已完成"), ""),
}


def steps_of(order: Order) -> list[Step]:
    """What happened to an order, oldest first, from its audit trail."""
    steps = []
    for entry in audit.history("order", order.number):
        title, tone = STEP_WORDS.get(entry.event, (entry.event, ""))
        words = entry.reason if entry.event == "ship" else ""
        steps.append(Step(title, entry.at, words, tone))
    return steps


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
