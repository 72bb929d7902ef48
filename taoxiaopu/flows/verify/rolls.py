"""Days that are kept for the desks say what their orders say, but for those that are noted as changed (decision 23)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check

ON = "({} AT TIME ZONE 'Asia/Shanghai')::date"
PAID_ON = ON.format("o.paid_at")


def _compared(table: str, what: str, said: str, ours: tuple[str, ...]) -> str:
    """Each kept row beside what ``said`` finds in the orders: ``what`` they are told apart by behind supplier and day."""
    names = ", ".join(f"k.{name} AS kept_{name}, s.{name}" for name in ours)
    # A full join wants equality, and the platform's own pages are no shop.
    same = f" AND coalesce(s.{what}, 0) = coalesce(k.{what}, 0)" if what else ""
    also = f" || coalesce(' ' || coalesce(k.{what}, s.{what}), '')" if what else ""
    differs = " OR ".join(f"k.{name} IS DISTINCT FROM s.{name}" for name in ours)
    return f"""
        SELECT p.public_id || ' ' || coalesce(k.day, s.day){also} AS key, {names}
        FROM {table} k FULL JOIN ({said}) s ON s.supplier_id = k.supplier_id AND s.day = k.day{same}
        JOIN suppliers_supplier p ON p.id = coalesce(k.supplier_id, s.supplier_id)
        WHERE coalesce(k.day, s.day) IN (SELECT day FROM orders_rolledday)
          AND (coalesce(k.supplier_id, s.supplier_id), coalesce(k.day, s.day))
              NOT IN (SELECT supplier_id, day FROM orders_changedday)
          AND ({differs}) ORDER BY 1"""


CHECKS = (
    Check(
        "supplier_day",
        "orders_supplierday",
        _("按日汇总与当日订单不符"),
        _compared(
            "orders_supplierday",
            "",
            f"""SELECT supplier_id, day, sum(orders) AS orders, sum(goods_fen) AS goods_fen, sum(refunded_fen) AS refunded_fen,
                       sum(finalised) AS finalised, sum(refunded_whole) AS refunded_whole
                FROM (SELECT o.supplier_id, {PAID_ON} AS day, 1 AS orders, o.goods_fen, 0 AS refunded_fen, 0 AS finalised,
                             0 AS refunded_whole FROM orders_order o WHERE o.paid_at IS NOT NULL
                      UNION ALL
                      SELECT o.supplier_id, {PAID_ON}, 0, 0, l.refunded_fen, 0, 0
                      FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
                      WHERE l.refunded_fen > 0 AND o.paid_at IS NOT NULL
                      UNION ALL
                      SELECT o.supplier_id, {ON.format("o.finalised_at")}, 0, 0, 0, 1, 0
                      FROM orders_order o WHERE o.status = 'finalised'
                      UNION ALL
                      SELECT o.supplier_id, {ON.format("o.closed_at")}, 0, 0, 0, 0, 1
                      FROM orders_order o WHERE o.status = 'closed_refunded') x GROUP BY supplier_id, day""",
            ("orders", "goods_fen", "refunded_fen", "finalised", "refunded_whole"),
        ),
    ),
    Check(
        "good_day",
        "orders_goodday",
        _("按日汇总的商品销量与当日订单不符"),
        _compared(
            "orders_goodday",
            "good_id",
            f"""SELECT o.supplier_id, {PAID_ON} AS day, l.good_id, count(DISTINCT o.id) AS orders, sum(l.quantity) AS units,
                       sum(l.paid_fen) AS paid_fen
                FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id WHERE o.paid_at IS NOT NULL
                GROUP BY o.supplier_id, day, l.good_id""",
            ("orders", "units", "paid_fen"),
        ),
    ),
    Check(
        "shop_day",
        "orders_shopday",
        _("按日汇总的小铺销量与当日订单不符"),
        _compared(
            "orders_shopday",
            "shop_id",
            f"""SELECT o.supplier_id, {PAID_ON} AS day, o.shop_id, count(*) AS orders, sum(o.goods_fen) AS goods_fen
                FROM orders_order o WHERE o.paid_at IS NOT NULL GROUP BY o.supplier_id, day, o.shop_id""",
            ("orders", "goods_fen"),
        ),
    ),
)
