"""Lists of orders for each party. The tenant or actor comes first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from commissions.models import CommissionLine
from commissions.selectors import Explained, explained, lines_of_orders
from ledger.models import SUPPLIER_KINDS
from ledger.selectors import Entry, entries_of, movements_of
from orders.access import Holder
from orders.models import Compensation, Hold, Order, OrderLine, Parcel, Trade
from orders.states import NEVER_PAID, ORDERS, OrderStatus
from storefronts.models import Owner
from suppliers.models import Sku, Supplier
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.personal import blind_index, normalise_phone
from taoxiaopu.kernel.transitions import Step


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


def lines_for_export(supplier: Supplier, *, since: datetime, until: datetime) -> Iterator[OrderLine]:
    """The lines of a supplier's orders that were paid from ``since`` until before ``until``, some hundred in memory at a time."""
    found = OrderLine.objects.filter(
        order__supplier=supplier, order__paid_at__gte=since, order__paid_at__lt=until
    )
    found = found.select_related("order", "shipped_in").defer("snapshot")
    return found.order_by("order__paid_at", "id").iterator(chunk_size=500)


def order_counts_of_supplier(supplier: Supplier) -> dict[str, int]:
    """How many orders a supplier has by status, each of them counted. The desk's own numbers: ``queue_counts``."""
    rows = Order.objects.filter(supplier=supplier).values_list("status").annotate(n=Count("pk")).order_by()
    return dict.fromkeys(OrderStatus.values, 0) | dict(rows)


def last_end_of(supplier: Supplier) -> datetime | None:
    """When the last of a supplier's paid orders was finalised or refunded whole; None when none was."""
    found = Order.objects.filter(supplier=supplier).aggregate(
        finalised=Max("finalised_at"),
        refunded=Max("closed_at", filter=Q(status=OrderStatus.CLOSED_REFUNDED)),
    )
    return max((at for at in found.values() if at is not None), default=None)


def orders_of_owner(owner: Owner, *, status: str = "") -> "QuerySet[Order]":
    """Orders attributed to an owner, newest first; pages show buyers masked."""
    unpaid = Q(
        status=OrderStatus.PENDING_PAYMENT, contract=None
    )  # an agreement is seen until it is paid or closed
    orders = Order.objects.filter(~unpaid, owner=owner)
    if status in OrderStatus.values:
        orders = orders.filter(status=status)
    return orders.select_related("trade", "shop", "supplier").prefetch_related("lines__good").order_by("-id")


def orders_of_trades(trade_numbers: list[str]) -> "QuerySet[Order]":
    """Orders of these trades, newest first; the caller has checked whose they are."""
    return _for_consumers(Order.objects.filter(trade__number__in=trade_numbers))


def orders_of_holder(holder: Holder, *, tab: str = "") -> "QuerySet[Order]":
    """All orders of a consumer, newest first; those of one of TABS when it is given."""
    orders = Order.objects.filter(holder.trades("trade__"))
    return _for_consumers(orders.filter(status__in=TABS[tab]) if tab in TABS else orders)


def _for_consumers(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    return orders.select_related("trade", "shop", "supplier").prefetch_related("lines__good").order_by("-id")


@dataclass(frozen=True, slots=True)
class Sales:
    """Paid orders and their goods amount in fen since an instant."""

    orders: int
    goods_fen: int


def sales_since(*, since: datetime, owner: Owner | None = None) -> Sales:
    """Paid orders since an instant, of an owner or of everybody (staff)."""
    orders = Order.objects.filter(paid_at__gte=since).exclude(status=OrderStatus.CLOSED_UNPAID)
    if owner is not None:
        orders = orders.filter(owner=owner)
    found = orders.aggregate(n=Count("pk"), fen=Sum("goods_fen", default=0))
    return Sales(found["n"], int(found["fen"]))


def open_holds(order: Order) -> "QuerySet[Hold]":
    """Cases and disputes that an order waits for."""
    return Hold.objects.filter(order=order, lifted_at=None)


def all_open_holds() -> "QuerySet[Hold]":
    """Every hold that was not lifted, the oldest first: staff only."""
    return Hold.objects.filter(lifted_at=None).select_related("order").order_by("placed_at", "pk")


def trade_of(number: str) -> Trade | None:
    """The trade with this number, unlocked, or None."""
    return Trade.objects.filter(number=number).first()


def claimable_of(user: User, *, placed: Sequence[str], held: Sequence[str]) -> "QuerySet[Trade]":
    """Which guest trades a member may make its own: placed in this session, or opened in it with phone and code when
    that phone is the member's own and proven. Nobody's yet, and not bought in the member's own shop, where the kind of
    purchase was fixed when it was placed (docs/rules.md §6.5).
    """
    proven = Q(number__in=placed)
    if user.phone_verified and user.phone_index:
        proven |= Q(number__in=held, buyer=user.phone_index)
    own = Order.objects.filter(trade=OuterRef("pk"), owner__user=user)
    return Trade.objects.filter(~Exists(own), proven, user=None)


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


def sales_by_day(*, days: int, at: datetime, owner: Owner | None = None) -> list[DaySales]:
    """The last ``days`` Shanghai days up to today, oldest first, days without orders included: an owner's, or everybody's
    (staff). A supplier's: ``rolls.sold_by``.
    """
    today = clock.local(at).date()
    first = today - timedelta(days=days - 1)
    orders = Order.objects.filter(paid_at__gte=clock.local_instant(first))
    if owner is not None:
        orders = orders.filter(owner=owner)
    rows = (
        orders.exclude(status=OrderStatus.CLOSED_UNPAID)
        .annotate(day=TruncDate("paid_at", tzinfo=clock.SHANGHAI))
        .values_list("day")
        .annotate(n=Count("pk"), fen=Sum("goods_fen"))
        .order_by()
    )
    found = {day: (n, int(fen)) for day, n, fen in rows}
    every = [first + timedelta(days=step) for step in range(days)]
    return [DaySales(day, *found.get(day, (0, 0))) for day in every]


@dataclass(frozen=True, slots=True)
class Refunded:
    """What was paid for the lines of a span's orders, and what of it went back, in fen."""

    paid_fen: int
    refunded_fen: int

    @property
    def rate_bp(self) -> int:
        """The refunded part in basis points, rounded half up; 0 when nothing was paid."""
        return (self.refunded_fen * 20_000 + self.paid_fen) // (2 * self.paid_fen) if self.paid_fen else 0


def channels_of_orders(owner: Owner, *, since: datetime) -> dict[str, str]:
    """The channel through which each of an owner's orders paid since an instant came, by order number; "" is none."""
    rows = Order.objects.filter(owner=owner, paid_at__gte=since).exclude(status=OrderStatus.CLOSED_UNPAID)
    return {number: channel or "" for number, channel in rows.values_list("number", "click__link__channel")}


@dataclass(frozen=True, slots=True)
class SmallShare:
    """How much of the sales came from small sellers: their number among all that sold, and amounts in fen."""

    small: int
    sellers: int
    small_fen: int
    all_fen: int

    @property
    def share_bp(self) -> int:
        """The small ones' part in basis points, rounded half up; 0 when nothing was sold."""
        return (self.small_fen * 20_000 + self.all_fen) // (2 * self.all_fen) if self.all_fen else 0


def small_share(*, of: Literal["supplier", "owner"], since: datetime, below_fen: int) -> SmallShare:
    """The part of suppliers or owners that sold goods for less than ``below_fen`` since an instant: staff only."""
    sums = list(
        Order.objects.filter(paid_at__gte=since, **{f"{of}__isnull": False})
        .exclude(status=OrderStatus.CLOSED_UNPAID)
        .values_list(of)
        .annotate(fen=Sum("goods_fen"))
        .order_by()
        .values_list("fen", flat=True)
    )
    small = [int(fen) for fen in sums if fen < below_fen]
    return SmallShare(len(small), len(sums), sum(small), sum(int(fen) for fen in sums))


OWNER_TABS: dict[str, tuple[str, ...]] = {
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
    """One thing that happened, in words for one party; ``tone`` is good, bad or empty."""

    title: str | Promise
    at: datetime
    words: str = ""
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
    """An owner's orders of one of the OWNER_TABS, or all that were ever paid, newest first."""
    orders = orders_of_owner(owner)
    return orders.filter(status__in=OWNER_TABS[tab]) if tab in OWNER_TABS else orders


def tab_counts(owner: Owner) -> dict[str, int]:
    """How many orders each tab holds."""
    rows = dict(Order.objects.filter(owner=owner).values_list("status").annotate(n=Count("pk")).order_by())
    return {tab: sum(rows.get(status, 0) for status in statuses) for tab, statuses in OWNER_TABS.items()}


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
    return [Happening(title, at, tone=tone) for title, at, tone in reversed(steps) if at is not None]


# While a supplier still has to deliver or to answer for it; afterwards the receiver is masked (docs/rules.md §1.7).
NEEDS_RECEIVER = (OrderStatus.PAID, OrderStatus.PART_SHIPPED, OrderStatus.SHIPPED, OrderStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class SupplierOrder:
    """One order for its supplier. ``waiting`` are lines that can be shipped, ``parcels`` have what is in them; ``entries`` its own
    bookings.
    """

    lines: list[OrderLine]
    waiting: list[OrderLine]
    parcels: list[tuple[Parcel, list[OrderLine]]]
    holds: list[Hold]
    trail: list[Step]
    entries: list[Entry]
    shows_receiver: bool


def detail_for_supplier(order: Order) -> SupplierOrder:
    """Lines, parcels, open cases, history and bookings of an order that ``order_for_supplier`` returned."""
    lines = list(OrderLine.objects.filter(order=order).select_related("good", "shipped_in").order_by("id"))
    party = order.supplier.public_id
    can_ship = "ship" in ORDERS.events(order.status, ActorKind.SUPPLIER)
    parcels = {line.shipped_in.pk: line.shipped_in for line in lines if line.shipped_in is not None}
    packed = [
        (parcel, [line for line in lines if line.shipped_in_id == key])
        for key, parcel in sorted(parcels.items())
    ]
    return SupplierOrder(
        lines=lines,
        waiting=[x for x in lines if can_ship and x.shipped_in_id is None and not x.is_refunded],
        parcels=packed,
        holds=list(open_holds(order)),
        trail=ORDERS.trail(order.number),
        entries=entries_of(party, movements_of(party, SUPPLIER_KINDS, order_number=order.number)),
        shows_receiver=order.status in NEEDS_RECEIVER,
    )


TABS: dict[str, tuple[str, ...]] = {
    "unpaid": (OrderStatus.AWAIT_AGREEMENT, OrderStatus.PENDING_PAYMENT),
    "to_ship": (OrderStatus.PAID, OrderStatus.PART_SHIPPED),
    "to_receive": (OrderStatus.SHIPPED,),
    "done": (OrderStatus.COMPLETED, OrderStatus.FINALISED),
    "closed": (OrderStatus.CLOSED_UNPAID, OrderStatus.CLOSED_REFUNDED),
}


def counts_of_holder(holder: Holder) -> dict[str, int]:
    """How many of a consumer's orders stand in each of TABS."""
    rows = Order.objects.filter(holder.trades("trade__")).values_list("status")
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


STEP_WORDS: dict[str, tuple[str | Promise, str]] = {
    "place": (gettext_lazy("订单已提交"), ""),
    "propose": (gettext_lazy("提出了新的定制约定"), ""),
    "agree": (gettext_lazy("双方已接受同一版约定，等待付款"), "good"),
    "decline": (gettext_lazy("定制约定被拒绝，订单已关闭"), ""),
    "agreement_over": (gettext_lazy("没有在期限内达成约定，订单已关闭"), ""),
    "start_production": (gettext_lazy("商家已开始制作"), ""),
    "cancel_with_fee": (gettext_lazy("您付取消费取消了订单"), ""),
    "pay": (gettext_lazy("付款成功，等待商家发货"), "good"),
    "cancel": (gettext_lazy("订单已取消"), ""),
    "expire": (gettext_lazy("超时未付款，订单已关闭"), ""),
    "ship": (gettext_lazy("商家已发货"), ""),
    "rest_refunded": (gettext_lazy("其余商品已退款，全部商品已发出"), ""),
    "run_late": (gettext_lazy("商家未在承诺时间内发货"), "bad"),
    "confirm": (gettext_lazy("您已确认收货，交易成功"), "good"),
    "auto_confirm": (gettext_lazy("超过收货期限，系统已自动确认收货"), "good"),
    "refund_all": (gettext_lazy("已全额退款，订单关闭"), ""),
    "finalise": (gettext_lazy("售后期结束，订单已完成"), ""),
}


def steps_of(order: Order) -> list[Happening]:
    """What happened to an order, oldest first, from its audit trail: only what concerns its consumer."""
    steps = []
    for entry in audit.history("order", order.number):
        if entry.event in STEP_WORDS:
            title, tone = STEP_WORDS[entry.event]
            steps.append(Happening(title, entry.at, entry.reason if entry.event == "ship" else "", tone))
    return steps


def compensations_of(order: Order) -> "QuerySet[Compensation]":
    """What was paid to the buyer of an order for broken promises, oldest first."""
    return Compensation.objects.select_related("line").filter(order=order).order_by("pk")
