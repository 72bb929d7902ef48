"""What a supplier sold, from days that are kept (decision 23) and from the orders of all other days: today's, and those of a day
whose orders changed since it was kept.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from suppliers.models import Supplier
from taoxiaopu.kernel import clock

KEPT = """
    SELECT (SELECT max(day) FROM orders_rolledday),
           ARRAY(SELECT DISTINCT day FROM orders_changedday WHERE supplier_id = %(supplier)s)"""


@dataclass(frozen=True, slots=True)
class Kept:
    """Through which day a supplier's days are kept, and which of them do not hold any more."""

    through: date | None
    changed: tuple[date, ...]

    def asked(self, column: str, first: date | None) -> str:
        """The condition that a moment belongs to a day from ``first`` on that is not kept, as SQL."""
        start = first if self.through is None else max(first or date.min, self.through + timedelta(days=1))
        found = [f"{column} >= '{clock.local_instant(start).isoformat()}'" if start else "true"]
        for day in self.changed:
            if self.through is not None and day <= self.through and (first is None or day >= first):
                since, until = clock.local_instant(day), clock.local_instant(day + timedelta(days=1))
                found.append(f"{column} >= '{since.isoformat()}' AND {column} < '{until.isoformat()}'")
        return " OR ".join(found)

    @property
    def values(self) -> dict[str, Any]:
        """For statements that read kept days: ``through`` and ``changed``."""
        return {"through": self.through or date.min, "changed": list(self.changed)}


def kept_of(supplier: Supplier) -> Kept:
    """What is kept of a supplier's days."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT, {"supplier": supplier.pk})
        through, changed = cursor.fetchone()
    return Kept(through, tuple(sorted(changed)))


@dataclass(frozen=True, slots=True)
class SoldDay:
    """Paid orders of one Shanghai day, their goods amount in fen, and what of it went back by now."""

    day: date
    orders: int
    goods_fen: int
    refunded_fen: int


@dataclass(frozen=True, slots=True)
class GoodSales:
    """Paid units and amount in fen of one good, and in how many orders."""

    good_id: int
    title: str
    orders: int
    units: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class ShopSales:
    """Paid orders of a supplier through one shop, and their goods amount in fen; without a shop the platform's pages."""

    shop_id: int | None
    name: str
    orders: int
    goods_fen: int


@dataclass(frozen=True, slots=True)
class Sold:
    """Days up to today, the oldest first, days without orders included; the goods and shops that sold most of the last ones."""

    days: list[SoldDay]
    goods: list[GoodSales]
    shops: list[ShopSales]


SOLD = """
    WITH fresh AS MATERIALIZED (
        SELECT id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day, goods_fen, shop_id FROM orders_order
        WHERE supplier_id = %(supplier)s AND status <> 'closed_unpaid' AND paid_at >= %(since)s AND ({fresh})
    ), lines AS MATERIALIZED (
        SELECT f.day, l.order_id, l.good_id, l.quantity, l.paid_fen, l.refunded_fen
        FROM fresh f JOIN orders_orderline l ON l.order_id = f.id
    ), days AS (
        SELECT day, sum(orders) AS orders, sum(goods_fen) AS goods_fen, sum(refunded_fen) AS refunded_fen FROM (
            SELECT day, orders, goods_fen, refunded_fen FROM orders_supplierday
            WHERE supplier_id = %(supplier)s AND day BETWEEN %(first)s AND %(through)s AND day <> ALL (%(changed)s::date[])
            UNION ALL SELECT day, 1, goods_fen, 0 FROM fresh
            UNION ALL SELECT day, 0, 0, refunded_fen FROM lines WHERE refunded_fen > 0
        ) d GROUP BY day
    ), best AS (
        -- Ranked by float8, which is exact to 2^53 fen: a hundred thousand sums of numeric take many times as long.
        SELECT good_id, sum(fen) AS fen FROM (
            SELECT good_id, paid_fen::float8 AS fen FROM orders_goodday
            WHERE supplier_id = %(supplier)s AND day BETWEEN %(best)s AND %(through)s AND day <> ALL (%(changed)s::date[])
            UNION ALL SELECT good_id, paid_fen::float8 FROM lines WHERE day >= %(best)s
        ) g GROUP BY good_id ORDER BY fen DESC, good_id LIMIT %(top)s
    ), goods AS (
        SELECT good_id, sum(orders) AS orders, sum(units) AS units, sum(paid_fen) AS fen FROM (
            SELECT g.good_id, g.orders, g.units, g.paid_fen
            FROM best b CROSS JOIN generate_series(%(best)s::date, %(through)s::date, interval '1 day') d
            JOIN orders_goodday g ON g.supplier_id = %(supplier)s AND g.day = d::date AND g.good_id = b.good_id
            WHERE d::date <> ALL (%(changed)s::date[])
            UNION ALL
            SELECT l.good_id, count(DISTINCT l.order_id)::int, sum(l.quantity)::int, sum(l.paid_fen)::bigint
            FROM lines l JOIN best b ON b.good_id = l.good_id WHERE l.day >= %(best)s GROUP BY l.good_id
        ) g GROUP BY good_id
    ), shops AS (
        SELECT shop_id, sum(orders) AS orders, sum(goods_fen) AS fen FROM (
            SELECT shop_id, orders, goods_fen FROM orders_shopday
            WHERE supplier_id = %(supplier)s AND day BETWEEN %(best)s AND %(through)s AND day <> ALL (%(changed)s::date[])
            UNION ALL SELECT shop_id, 1, goods_fen FROM fresh WHERE day >= %(best)s
        ) s GROUP BY shop_id ORDER BY fen DESC, shop_id LIMIT %(top)s
    )
    SELECT 'day', day, NULL::bigint, '', orders, goods_fen, refunded_fen FROM days
    UNION ALL
    SELECT 'good', NULL, g.good_id, x.title, g.orders, g.fen, g.units FROM goods g JOIN suppliers_good x ON x.id = g.good_id
    UNION ALL
    SELECT 'shop', NULL, s.shop_id, coalesce(x.name, ''), s.orders, s.fen, 0
    FROM shops s LEFT JOIN storefronts_shop x ON x.id = s.shop_id"""


def sold_by(
    supplier: Supplier, *, days: int, best: int, top: int, at: datetime, kept: Kept | None = None
) -> Sold:
    """The last ``days`` Shanghai days up to today, and the ``top`` goods and shops of the last ``best`` of them, by amount.

    ``kept``: what is kept, when the caller knows it already.
    """
    today = clock.local(at).date()
    first = today - timedelta(days=days - 1)
    kept = kept or kept_of(supplier)
    values = kept.values | {
        "supplier": supplier.pk,
        "since": clock.local_instant(first),
        "first": first,
        "best": today - timedelta(days=best - 1),
        "top": top,
    }
    with connection.cursor() as cursor:
        cursor.execute(SOLD.format(fresh=kept.asked("paid_at", first)), values)
        rows = cursor.fetchall()
    found = {row[1]: SoldDay(row[1], *map(int, row[4:])) for row in rows if row[0] == "day"}
    goods = [GoodSales(r[2], r[3], int(r[4]), int(r[6]), int(r[5])) for r in rows if r[0] == "good"]
    shops = [ShopSales(r[2], r[3], int(r[4]), int(r[5])) for r in rows if r[0] == "shop"]
    every = [first + timedelta(days=step) for step in range(days)]
    return Sold(
        [found.get(day, SoldDay(day, 0, 0, 0)) for day in every],
        sorted(goods, key=lambda row: (-row.paid_fen, row.good_id)),
        sorted(shops, key=lambda row: (-row.goods_fen, row.shop_id is None, row.shop_id or 0)),
    )
