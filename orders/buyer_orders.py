"""What consumers see of prices and of their orders."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Order, Parcel
from orders.states import OrderStatus
from suppliers.models import Sku, Supplier
from taoxiaopu.kernel import audit

TABS: dict[str, tuple[str, ...]] = {
    "unpaid": (OrderStatus.PENDING_PAYMENT,),
    "to_ship": (OrderStatus.PAID, OrderStatus.PART_SHIPPED),
    "to_receive": (OrderStatus.SHIPPED,),
    "done": (OrderStatus.COMPLETED, OrderStatus.FINALISED),
}


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
    """What happened to an order, oldest first, from its audit trail: only what concerns its consumer."""
    steps = []
    for entry in audit.history("order", order.number):
        if entry.event in STEP_WORDS:
            title, tone = STEP_WORDS[entry.event]
            steps.append(Step(title, entry.at, entry.reason if entry.event == "ship" else "", tone))
    return steps
