"""The supplier's queue: what to ship next by its deadline, found by number, tracking number or phone, page after page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from orders.models import Order, OrderLine
from orders.selectors.lists import NEEDS_RECEIVER
from orders.states import NEVER_PAID, OrderStatus
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.personal import BadPhone, blind_index, normalise_phone

WAITING = (OrderStatus.PAID, OrderStatus.PART_SHIPPED)
TO_SHIP, ALL = "to_ship", "all"
DUE = ("late", "soon", "later")
SOON = timedelta(hours=24)
# A tail of four digits is looked for among this many of the newest orders whose receiver the supplier may still see:
# phones are stored encrypted, so the database cannot compare ends.
TAIL_LOOKED_AT = 500
TAIL = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of orders is asked for, as its address says it. ``status``: TO_SHIP, ALL or one of OrderStatus.

    ``due`` is one of DUE and ``printed`` "yes" or "no", both of orders to ship; ``after`` is the last key seen.
    """

    status: str = TO_SHIP
    due: str = ""
    printed: str = ""
    query: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of orders; ``next_key`` is empty on the last one."""

    orders: list[Order]
    next_key: str
    is_first: bool

    def __iter__(self) -> Iterator[Order]:
        return iter(self.orders)

    def __len__(self) -> int:
        return len(self.orders)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many orders each tab and chip holds."""

    by_status: dict[str, int]
    to_ship: int
    late: int
    soon: int
    later: int
    unprinted: int

    @property
    def total(self) -> int:
        """All that were ever paid."""
        return sum(n for status, n in self.by_status.items() if status not in NEVER_PAID)


def queue_counts(supplier: Supplier, *, at: datetime) -> QueueCounts:
    """The numbers on tabs and chips, in one query."""
    waiting = Q(status__in=WAITING)
    rows = Order.objects.filter(supplier=supplier).values_list("status")
    counted = rows.annotate(
        n=Count("pk"),
        late=Count("pk", filter=waiting & _due("late", at)),
        soon=Count("pk", filter=waiting & _due("soon", at)),
        later=Count("pk", filter=waiting & _due("later", at)),
        unprinted=Count("pk", filter=waiting & Q(printed_at=None)),
    ).order_by()
    by_status, sums = dict.fromkeys(OrderStatus.values, 0), [0, 0, 0, 0]
    for status, n, *parts in counted:
        by_status[status] = n
        sums = [a + b for a, b in zip(sums, parts, strict=True)]
    return QueueCounts(by_status, sum(by_status[s] for s in WAITING), *sums)


def fulfilment_queue(supplier: Supplier, wanted: Wanted, *, at: datetime, size: int) -> Queue:
    """One page of a supplier's paid orders: those to ship by deadline, all others newest first.

    Pages go on behind a key, so that the thousandth costs what the first does.
    """
    orders = Order.objects.filter(supplier=supplier).exclude(status__in=NEVER_PAID)
    by_deadline = wanted.status == TO_SHIP
    if by_deadline:
        orders = orders.filter(status__in=WAITING)
        if wanted.due in DUE:
            orders = orders.filter(_due(wanted.due, at))
        if wanted.printed in ("yes", "no"):
            orders = orders.filter(printed_at__isnull=wanted.printed == "no")
    elif wanted.status in OrderStatus.values:
        orders = orders.filter(status=wanted.status)
    if wanted.query:
        orders = orders.filter(_found(supplier, wanted.query))
    key = _read_key(wanted.after, by_deadline=by_deadline)
    if key is not None:
        orders = orders.filter(key)
    orders = orders.order_by(*(["ship_by", "pk"] if by_deadline else ["-pk"]))
    page = list(orders.select_related("trade", "shop").prefetch_related(_with_goods())[: size + 1])
    more, page = len(page) > size, page[:size]
    return Queue(page, _key(page[-1], by_deadline=by_deadline) if more else "", key is None)


def orders_to_print(supplier: Supplier, numbers: Sequence[str]) -> "QuerySet[Order]":
    """Those of these orders that wait to be shipped, by deadline, with what a paper says of them."""
    orders = Order.objects.filter(supplier=supplier, number__in=list(numbers), status__in=WAITING)
    return (
        orders.select_related("trade", "shop", "supplier").prefetch_related("lines").order_by("ship_by", "pk")
    )


def _with_goods() -> "Prefetch[OrderLine]":
    return Prefetch("lines", OrderLine.objects.select_related("good").order_by("pk"))


def _due(due: str, at: datetime) -> Q:
    if due == "late":
        return Q(ship_by__lt=at)
    return Q(ship_by__gte=at, ship_by__lte=at + SOON) if due == "soon" else Q(ship_by__gt=at + SOON)


def _found(supplier: Supplier, query: str) -> Q:
    """Order number, tracking number, whole phone or its last digits; phones only while the receiver is shown."""
    text = query.strip()
    found = Q(number=text[:20]) | Q(
        pk__in=Order.objects.filter(supplier=supplier, parcels__tracking_number=text[:24].upper()).values(
            "pk"
        )
    )
    if len(text) == TAIL and text.isascii() and text.isdigit():
        return found | Q(pk__in=_with_tail(supplier, text))
    try:
        index = blind_index(normalise_phone(text))
    except BadPhone:
        return found
    return found | Q(trade__buyer=index, status__in=NEEDS_RECEIVER)


def _with_tail(supplier: Supplier, tail: str) -> list[int]:
    open_ones = Order.objects.filter(supplier=supplier, status__in=NEEDS_RECEIVER).select_related("trade")
    newest = open_ones.only("pk", "trade__phone").order_by("-pk")[:TAIL_LOOKED_AT]
    return [order.pk for order in newest if order.trade.phone.endswith(tail)]


def _key(order: Order, *, by_deadline: bool) -> str:
    if not by_deadline:
        return str(order.pk)
    assert order.ship_by is not None, "a paid order has a deadline"
    return f"{int(order.ship_by.timestamp() * 1_000_000)}-{order.pk}"


def _read_key(text: str, *, by_deadline: bool) -> Q | None:
    """The condition behind a key; a text that is none starts at the beginning."""
    parts = text.split("-")
    if len(parts) != (2 if by_deadline else 1) or not all(
        p.isascii() and p.isdigit() and len(p) <= 18 for p in parts
    ):
        return None
    if not by_deadline:
        return Q(pk__lt=int(parts[0]))
    micros, pk = map(int, parts)
    try:
        moment = datetime.fromtimestamp(0, tz=clock.SHANGHAI) + timedelta(microseconds=micros)
    except OverflowError:
        return None
    return Q(ship_by__gt=moment) | Q(ship_by=moment, pk__gt=pk)
