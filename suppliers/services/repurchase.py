"""How many buyers of a good come back: a figure that is worked out once a night (docs/rules.md §1.3 rule 28)."""

from datetime import datetime, timedelta

from django.db import connection

from suppliers.models import Good, StockReservation
from taoxiaopu.kernel.settings import rules_at

# A buyer is the key of a telephone; an order counts by the end of its payment clock, and only while its goods are sold.
REFRESH = f"""
    UPDATE {Good._meta.db_table} g SET repurchase_bp = w.share
    FROM (SELECT o.id, x.share FROM {Good._meta.db_table} o LEFT JOIN (
              SELECT b.good_id, count(*) FILTER (WHERE b.orders > 1) * 10000 / count(*) AS share
              FROM (SELECT k.good_id, r.buyer, count(DISTINCT r.order_number) AS orders
                    FROM {StockReservation._meta.db_table} r JOIN suppliers_sku k ON k.id = r.sku_id
                    WHERE r.status = 'taken' AND r.buyer <> '' AND r.expires_at > %s AND r.expires_at <= %s
                    GROUP BY k.good_id, r.buyer) b
              GROUP BY b.good_id HAVING count(*) >= %s) x ON x.good_id = o.id) w
    WHERE w.id = g.id AND g.repurchase_bp IS DISTINCT FROM w.share"""  # noqa: S608


def refresh_repurchase(*, at: datetime) -> int:
    """Write down each good's share of buyers of the last TAG_REPURCHASE_D who bought it twice or more, in bp rounded down;
    nothing where fewer than TAG_REPURCHASE_BUYERS bought it. Returns how many goods changed.
    """
    rules = rules_at(at)
    since = at - timedelta(days=rules.TAG_REPURCHASE_D)
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, [since, at, rules.TAG_REPURCHASE_BUYERS])
        return int(cursor.rowcount)
