"""What became of each good's orders, counted every night for owners who wonder whether to pick it."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from suppliers.services import good_records_fragment
from taoxiaopu.kernel.locking import lock_name
from taoxiaopu.kernel.settings import rules_at

LINES = """
    SELECT l.good_id, count(*) AS ordered, count(*) FILTER (WHERE l.refunded_fen > 0) AS refunded,
        count(*) FILTER (WHERE o.shipped_at IS NOT NULL) AS shipped, count(*) FILTER (WHERE o.is_late) AS late,
        %(at)s::timestamptz AS counted_at
    FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
    WHERE o.paid_at > %(since)s AND o.paid_at <= %(at)s
    GROUP BY l.good_id"""


def count_good_records(*, at: datetime) -> int:
    """Count the paid lines of the last GOOD_RECORD_D days by good (docs/rules.md §1.6); return of how many goods."""
    since = at - timedelta(days=rules_at(at).GOOD_RECORD_D)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_name("orders.good_records")  # two counts at once would meet in the rows they write
        cursor.execute(good_records_fragment(source=LINES), {"at": at, "since": since})
        return int(cursor.rowcount)
