"""The supplier's queue: what to ship next by its deadline, found by number, tracking number or phone, page after page."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from orders.models import Order, OrderLine
from orders.selectors.lists import NEEDS_RECEIVER
from orders.selectors.rolls import kept_of
from orders.states import NEVER_PAID, PAID_STATES, OrderStatus
from suppliers.models import Supplier
from taoxiaopu.kernel.keyset import NEWEST, Column, KeyPage, key_page
from taoxiaopu.kernel.personal import BadPhone, blind_index, normalise_phone

WAITING = (OrderStatus.PAID, OrderStatus.PART_SHIPPED)
TO_SHIP, ALL = "to_ship", "all"
DUE = ("late", "soon", "later")
SOON = timedelta(hours=24)
# A tail of four digits is looked for among this many of the newest orders whose receiver the supplier may still see:
# phones are stored encrypted, so the database cannot compare ends.
TAIL_LOOKED_AT = 500
TAIL = 4
UNLISTED = ("description", "gallery", "attributes", "keywords")
BY_DEADLINE = (Column("ship_by", is_moment=True), Column("pk"))


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
        return sum(self.by_status.values())


COUNTS = """
    WITH waiting AS MATERIALIZED (
        SELECT ship_by, printed_at FROM orders_order WHERE supplier_id = %(supplier)s AND status IN ('paid', 'part_shipped')
    ), kept AS MATERIALIZED (
        SELECT coalesce(sum(finalised), 0) AS finalised, coalesce(sum(refunded_whole), 0) AS refunded_whole
        FROM orders_supplierday
        WHERE supplier_id = %(supplier)s AND day <= %(through)s AND day <> ALL (%(changed)s::date[])
    )
    SELECT status, count(*) FROM orders_order WHERE supplier_id = %(supplier)s AND status = ANY (%(open)s) GROUP BY status
    UNION ALL
    SELECT 'finalised', (SELECT finalised FROM kept) + (
        SELECT count(*) FROM orders_order
        WHERE supplier_id = %(supplier)s AND status = 'finalised' AND finalised_at IS NOT NULL AND ({finalised}))
    UNION ALL
    SELECT 'closed_refunded', (SELECT refunded_whole FROM kept) + (
        SELECT count(*) FROM orders_order
        WHERE supplier_id = %(supplier)s AND status = 'closed_refunded' AND ({closed}))
    UNION ALL SELECT 'late', count(*) FROM waiting WHERE ship_by < %(at)s
    UNION ALL SELECT 'soon', count(*) FROM waiting WHERE ship_by BETWEEN %(at)s AND %(soon)s
    UNION ALL SELECT 'later', count(*) FROM waiting WHERE ship_by > %(soon)s
    UNION ALL SELECT 'unprinted', count(*) FROM waiting WHERE printed_at IS NULL"""
COUNTED = (*PAID_STATES, OrderStatus.FINALISED, OrderStatus.CLOSED_REFUNDED)


def queue_counts(supplier: Supplier, *, at: datetime) -> QueueCounts:
    """The numbers on tabs and chips; how many orders are over is known from kept days (``rolls``), the others are counted."""
    kept = kept_of(supplier)
    statement = COUNTS.format(
        finalised=kept.asked("finalised_at", None), closed=kept.asked("closed_at", None)
    )
    values = kept.values | {
        "supplier": supplier.pk,
        "at": at,
        "soon": at + SOON,
        "open": list(map(str, PAID_STATES)),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = {name: int(n) for name, n in cursor.fetchall()}
    by_status = {str(status): found.get(status, 0) for status in COUNTED}
    chips = (found[name] for name in ("late", "soon", "later", "unprinted"))
    return QueueCounts(by_status, sum(by_status[status] for status in WAITING), *chips)


def fulfilment_queue(supplier: Supplier, wanted: Wanted, *, at: datetime, size: int) -> "KeyPage[Order]":
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
    found = orders.select_related("shop").prefetch_related(_with_goods())
    return key_page(found, after=wanted.after, size=size, order=BY_DEADLINE if by_deadline else NEWEST)


def orders_to_print(supplier: Supplier, numbers: Sequence[str]) -> "QuerySet[Order]":
    """Those of these orders that wait to be shipped, by deadline, with what a paper says of them."""
    orders = Order.objects.filter(supplier=supplier, number__in=list(numbers), status__in=WAITING)
    return (
        orders.select_related("trade", "shop", "supplier").prefetch_related("lines").order_by("ship_by", "pk")
    )


def _with_goods() -> "Prefetch[OrderLine]":
    """Without snapshots and descriptions, which are most of a row and which no list shows."""
    lines = OrderLine.objects.select_related("good").order_by("pk")
    return Prefetch("lines", lines.defer("snapshot", *(f"good__{name}" for name in UNLISTED)))


def _due(due: str, at: datetime) -> Q:
    if due == "late":
        return Q(ship_by__lt=at)
    return Q(ship_by__gte=at, ship_by__lte=at + SOON) if due == "soon" else Q(ship_by__gt=at + SOON)


def _found(supplier: Supplier, query: str) -> Q:
    """Order number, tracking number, whole phone or its last digits; phones only while the receiver is shown.

    Each way finds keys by an index of its own: joined by OR, PostgreSQL would go through all orders.
    """
    text, mine = query.strip(), Order.objects.filter(supplier=supplier).order_by()
    ways = [mine.filter(number=text[:20]), mine.filter(parcels__tracking_number=text[:24].upper())]
    if len(text) == TAIL and text.isascii() and text.isdigit():
        ways.append(mine.filter(pk__in=_with_tail(supplier, text)))
    else:
        with contextlib.suppress(BadPhone):
            index = blind_index(normalise_phone(text))
            ways.append(mine.filter(trade__buyer=index, status__in=NEEDS_RECEIVER))
    keys = [way.values("pk") for way in ways]
    return Q(pk__in=keys[0].union(*keys[1:], all=True))


def _with_tail(supplier: Supplier, tail: str) -> list[int]:
    open_ones = Order.objects.filter(supplier=supplier, status__in=NEEDS_RECEIVER).select_related("trade")
    newest = open_ones.only("pk", "trade__phone").order_by("-pk")[:TAIL_LOOKED_AT]
    return [order.pk for order in newest if order.trade.phone.endswith(tail)]
