"""Days that are over, added up for the desks (decision 23). Locks: one name for all of it; orders are only read.

What is kept can be made anew from orders and lines at any time, and ``verify`` compares the two.
"""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Min

from orders.models import ChangedDay, GoodDay, Order, RolledDay, ShopDay, SupplierDay
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.locking import lock_name

# How long after midnight nobody is left who began to pay or to finalise an order before it: far more than a request or a
# task may take.
GRACE = timedelta(hours=1)
DAYS_AT_ONCE, CHANGES_AT_ONCE = 31, 500
# The day of a payment never changes, nor that of an end; what goes back later is noted by ``note_change``.
SUPPLIER_DAYS = """
    INSERT INTO orders_supplierday (supplier_id, day, orders, goods_fen, refunded_fen, finalised, refunded_whole)
    SELECT supplier_id, day, sum(orders), sum(goods_fen), sum(refunded_fen), sum(finalised), sum(refunded_whole) FROM (
        SELECT supplier_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day, 1 AS orders, goods_fen, 0 AS refunded_fen,
               0 AS finalised, 0 AS refunded_whole
        FROM orders_order WHERE paid_at >= %(since)s AND paid_at < %(until)s {whose}
        UNION ALL
        SELECT o.supplier_id, (o.paid_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 0, l.refunded_fen, 0, 0
        FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        WHERE l.refunded_fen > 0 AND o.paid_at >= %(since)s AND o.paid_at < %(until)s {whose_o}
        UNION ALL
        SELECT supplier_id, (finalised_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 0, 0, 1, 0
        FROM orders_order
        WHERE status = 'finalised' AND finalised_at >= %(since)s AND finalised_at < %(until)s {whose}
        UNION ALL
        SELECT supplier_id, (closed_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 0, 0, 0, 1
        FROM orders_order
        WHERE status = 'closed_refunded' AND closed_at >= %(since)s AND closed_at < %(until)s {whose}
    ) x GROUP BY supplier_id, day"""
GOOD_DAYS = """
    INSERT INTO orders_goodday (supplier_id, day, good_id, orders, units, paid_fen)
    SELECT o.supplier_id, (o.paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day, l.good_id, count(DISTINCT o.id),
           sum(l.quantity), sum(l.paid_fen)
    FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
    WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s {whose_o}
    GROUP BY o.supplier_id, day, l.good_id"""
SHOP_DAYS = """
    INSERT INTO orders_shopday (supplier_id, day, shop_id, orders, goods_fen)
    SELECT supplier_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day, shop_id, count(*), sum(goods_fen)
    FROM orders_order WHERE paid_at >= %(since)s AND paid_at < %(until)s {whose}
    GROUP BY supplier_id, day, shop_id"""
LOCK = "orders.rolls"
KEPT = (SupplierDay, GoodDay, ShopDay)


def roll_days(*, at: datetime) -> int:
    """Add up the days that are over and not kept yet, the oldest first, a month of them at once; returns how many. Safe twice
    and at once.
    """
    over = clock.local(at - GRACE).date()  # the first day that is not over
    with transaction.atomic():
        lock_name(LOCK)
        first = _first_missing()
        if first is None or first >= over:
            return 0
        end = min(over, first + timedelta(days=DAYS_AT_ONCE))
        days = [first + timedelta(days=step) for step in range((end - first).days)]
        RolledDay.objects.bulk_create([RolledDay(day=day, made_at=at) for day in days])
        _add_up(first, end)
    return len(days)


def roll_changed_days(*, at: datetime) -> int:
    """Make those kept days anew whose orders changed since; returns how many. Safe twice and at once."""
    with transaction.atomic():
        lock_name(LOCK)
        found = list(ChangedDay.objects.order_by("pk")[:CHANGES_AT_ONCE])
        days = sorted({(note.day, note.supplier_id) for note in found})
        # Forgotten before the orders are read: a change that is committed after that has a note that is still there.
        ChangedDay.objects.filter(pk__in=[note.pk for note in found]).delete()
        kept = set(
            RolledDay.objects.filter(day__in=[day for day, _whose in days]).values_list("day", flat=True)
        )
        anew = [pair for pair in days if pair[0] in kept]
        for day, supplier in anew:
            for model in KEPT:
                model._default_manager.filter(supplier_id=supplier, day=day).delete()
            _add_up(day, day + timedelta(days=1), supplier=supplier)
        RolledDay.objects.filter(day__in={day for day, _whose in anew}).update(made_at=at)
    return len(anew)


def note_change(order: Order, *, at: datetime) -> None:
    """Something of an order that was paid on an earlier day goes back: what is kept of that day no longer holds."""
    assert order.paid_at is not None, "what goes back was paid"
    day = clock.local(order.paid_at).date()
    if day < clock.local(at).date():
        ChangedDay.objects.create(supplier_id=order.supplier_id, day=day)


def _first_missing() -> date | None:
    last: date | None = RolledDay.objects.aggregate(n=Max("day"))["n"]
    if last is not None:
        return last + timedelta(days=1)
    paid = Order.objects.aggregate(n=Min("paid_at"))["n"]
    return clock.local(paid).date() if paid else None


def _add_up(first: date, end: date, *, supplier: int | None = None) -> None:
    whose = "" if supplier is None else "AND {}supplier_id = %(supplier)s"
    values = {
        "since": clock.local_instant(first),
        "until": clock.local_instant(end),
        "supplier": supplier,
    }
    with connection.cursor() as cursor:
        for statement in (SUPPLIER_DAYS, GOOD_DAYS, SHOP_DAYS):
            cursor.execute(statement.format(whose=whose.format(""), whose_o=whose.format("o.")), values)
