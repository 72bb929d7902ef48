"""Stock: available + reserved + sold = received, and reservations say why (trust §4)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check

SKU = "g.public_id || ' ' || s.name"
# Kinds of movements that change what was received.
ADDING = "('receive', 'set', 'import', 'undo')"
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
               WHEN o.status IN ('await_agreement', 'pending_payment') THEN 'held'
               WHEN o.status = 'closed_unpaid' THEN 'released'
               WHEN l.refunded_fen = l.paid_fen AND l.shipped_in_id IS NULL THEN 'returned'
               ELSE 'taken' END
           ORDER BY 1""",
    ),
    Check(
        "reservation_expiry",
        "suppliers_stockreservation",
        _("库存占用的期限与订单的付款期限不符"),
        """SELECT r.order_number || ' ' || r.sku_id AS key, r.expires_at, t.pay_by
           FROM suppliers_stockreservation r
           JOIN orders_order o ON o.number = r.order_number JOIN orders_trade t ON t.id = o.trade_id
           WHERE r.expires_at <> t.pay_by OR r.buyer NOT IN (t.buyer, '') ORDER BY 1""",
    ),
    Check(
        "stock_movements",
        "suppliers_sku",
        _("库存流水之和不等于库存"),
        f"""SELECT {SKU} AS key, s.received, coalesce(m.received, 0) AS received_by, s.reserved,
                   coalesce(m.reserved, 0) AS reserved_by, s.sold, coalesce(m.sold, 0) AS sold_by
            FROM suppliers_sku s JOIN suppliers_good g ON g.id = s.good_id
            LEFT JOIN (SELECT sku_id, coalesce(sum(quantity) FILTER (WHERE kind IN {ADDING}), 0) AS received,
                              sum(quantity * CASE kind WHEN 'reserve' THEN 1 WHEN 'release' THEN -1 WHEN 'take' THEN -1
                                                       ELSE 0 END) AS reserved,
                              sum(quantity * CASE kind WHEN 'take' THEN 1 WHEN 'return' THEN -1 ELSE 0 END) AS sold
                       FROM suppliers_stockmovement GROUP BY sku_id) m ON m.sku_id = s.id
            WHERE (s.received, s.reserved, s.sold)
                  <> (coalesce(m.received, 0), coalesce(m.reserved, 0), coalesce(m.sold, 0)) ORDER BY 1""",
    ),
    Check(
        "movement_balance",
        "suppliers_stockmovement",
        _("库存流水的余额与前一条不衔接"),
        f"""SELECT m.id::text AS key, m.kind, m.quantity, m.before, m.balance
            FROM (SELECT id, kind, quantity, balance, coalesce(lag(balance) OVER (PARTITION BY sku_id ORDER BY id), 0) AS before
                  FROM suppliers_stockmovement) m
            WHERE m.balance <> m.before + m.quantity * CASE WHEN m.kind IN {ADDING} OR m.kind IN ('release', 'return') THEN 1
                                                          WHEN m.kind = 'reserve' THEN -1 ELSE 0 END
            ORDER BY m.id""",
    ),
    Check(
        "good_price",
        "suppliers_good",
        _("商品的最低价不等于可售规格的最低价"),
        """SELECT g.public_id AS key, g.price_from_fen, min(s.price_fen) AS lowest_fen
           FROM suppliers_good g LEFT JOIN suppliers_sku s ON s.good_id = g.id AND s.is_on
           GROUP BY g.id HAVING g.price_from_fen IS DISTINCT FROM min(s.price_fen) ORDER BY 1""",
    ),
)
