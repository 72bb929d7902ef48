"""Stock: available + reserved + sold = received, and reservations say why (trust §4)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check

SKU = "g.public_id || ' ' || s.name"
CHECKS = (
    Check(
        "stock_adds_up",
        "suppliers_sku",
        _("可售 + 预占 + 已售 不等于入库"),
        f"""SELECT {SKU} AS key, s.received, s.available, s.reserved, s.sold
            FROM suppliers_sku s JOIN suppliers_good g ON g.id = s.good_id
            WHERE s.received <> s.available + s.reserved + s.sold
               OR s.available < 0 OR s.reserved < 0 OR s.sold < 0 ORDER BY 1""",
    ),
    Check(
        "stock_reservations",
        "suppliers_sku",
        _("预占或已售与订单的库存占用不符"),
        f"""SELECT {SKU} AS key, s.reserved, coalesce(r.held, 0) AS held, s.sold, coalesce(r.taken, 0) AS taken
            FROM suppliers_sku s JOIN suppliers_good g ON g.id = s.good_id
            LEFT JOIN (SELECT sku_id, sum(quantity) FILTER (WHERE status = 'held') AS held,
                              sum(quantity) FILTER (WHERE status = 'taken') AS taken
                       FROM suppliers_stockreservation GROUP BY sku_id) r ON r.sku_id = s.id
            WHERE s.reserved <> coalesce(r.held, 0) OR s.sold <> coalesce(r.taken, 0) ORDER BY 1""",
    ),
    Check(
        "reservation_of_line",
        "suppliers_stockreservation",
        _("订单行与库存占用的数量不符"),
        """SELECT coalesce(l.number, r.order_number) || ' ' || coalesce(l.sku_id, r.sku_id) AS key,
                  coalesce(l.quantity, 0) AS ordered, coalesce(r.quantity, 0) AS reserved
           FROM (SELECT o.number, l.sku_id, l.quantity FROM orders_orderline l
                 JOIN orders_order o ON o.id = l.order_id) l
           FULL JOIN suppliers_stockreservation r ON r.order_number = l.number AND r.sku_id = l.sku_id
           WHERE l.quantity IS DISTINCT FROM r.quantity ORDER BY 1""",
    ),
    Check(
        "reservation_status",
        "suppliers_stockreservation",
        _("库存占用的状态与订单状态不符"),
        """SELECT r.order_number || ' ' || r.sku_id AS key, r.status, o.status AS order_status
           FROM suppliers_stockreservation r
           JOIN orders_order o ON o.number = r.order_number
           JOIN orders_orderline l ON l.order_id = o.id AND l.sku_id = r.sku_id
           WHERE r.status <> CASE
               WHEN o.status = 'pending_payment' THEN 'held'
               WHEN o.status = 'closed_unpaid' THEN 'released'
               WHEN l.refunded_fen = l.paid_fen AND l.shipped_in_id IS NULL THEN 'returned'
               ELSE 'taken' END
           ORDER BY 1""",
    ),
    Check(
        "good_price",
        "suppliers_good",
        _("商品的最低价不等于规格的最低价"),
        """SELECT g.public_id AS key, g.price_from_fen, min(s.price_fen) AS lowest_fen
           FROM suppliers_good g LEFT JOIN suppliers_sku s ON s.good_id = g.id
           GROUP BY g.id HAVING g.price_from_fen IS DISTINCT FROM min(s.price_fen) ORDER BY 1""",
    ),
)
