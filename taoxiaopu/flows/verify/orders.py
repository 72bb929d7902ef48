"""Trades, orders and lines: amounts, statuses, timestamps, shipping, refunds and the audit trail."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check

LINES = """SELECT order_id, sum(paid_fen) AS paid, sum(refunded_fen) AS refunded,
                  count(*) FILTER (WHERE shipped_in_id IS NOT NULL) AS shipped,
                  count(*) FILTER (WHERE shipped_in_id IS NULL AND refunded_fen < paid_fen) AS waiting
           FROM orders_orderline GROUP BY order_id"""


def last_state(subject: str) -> str:
    """A query for the state that the audit trail last wrote down for each subject of a kind."""
    return f"""SELECT DISTINCT ON (subject_ref) subject_ref, to_state FROM kernel_auditentry
               WHERE subject_type = '{subject}' AND to_state <> '' ORDER BY subject_ref, id DESC"""


def audited(subject: str, table: str, first: tuple[str, ...], number: str = "number") -> Check:
    """A check that a table's statuses are those that the audit trail wrote down last; a row without a trail is still in
    one of the ``first`` states.
    """
    return Check(
        f"{subject}_audited",
        table,
        _("状态与操作记录的最后一步不一致"),
        f"""SELECT r.{number} AS key, r.status, coalesce(a.to_state, '–') AS audited_status FROM {table} r
            LEFT JOIN ({last_state(subject)}) a ON a.subject_ref = r.{number}
            WHERE NOT r.status = ANY (CASE WHEN a.to_state IS NULL THEN ARRAY[{", ".join(f"'{s}'" for s in first)}]
                                           ELSE ARRAY[a.to_state] END) ORDER BY 1""",
    )


CHECKS = (
    Check(
        "attribution_basis",
        "orders_order",
        _("订单保存的归因证据与订单的点击、小铺不符"),
        """SELECT o.number AS key, o.click_id, o.basis ->> 'rule' AS rule FROM orders_order o
           LEFT JOIN storefronts_click c ON c.id = o.click_id
           LEFT JOIN storefronts_sharelink l ON l.id = c.link_id
           WHERE o.basis IS NOT NULL
             AND (o.owner_id IS NULL OR o.click_id IS DISTINCT FROM (o.basis -> 'click' ->> 'id')::bigint
                  OR (o.basis ->> 'rule' = 'last_click') <> (o.click_id IS NOT NULL) OR l.shop_id <> o.shop_id
                  OR (o.basis -> 'click' ->> 'at')::timestamptz <> c.at OR c.at > o.placed_at)
           ORDER BY 1""",
    ),
    Check(
        "trade_amount",
        "orders_trade",
        _("应付金额不等于各订单之和"),
        """SELECT t.number AS key, t.amount_fen, coalesce(sum(o.goods_fen + o.freight_fen), 0) AS orders_fen
           FROM orders_trade t LEFT JOIN orders_order o ON o.trade_id = t.id
           GROUP BY t.id HAVING t.amount_fen <> coalesce(sum(o.goods_fen + o.freight_fen), 0) ORDER BY 1""",
    ),
    Check(
        "order_amount",
        "orders_order",
        _("商品金额不等于各行实付之和"),
        f"""SELECT o.number AS key, o.goods_fen, coalesce(l.paid, 0) AS lines_fen
            FROM orders_order o LEFT JOIN ({LINES}) l ON l.order_id = o.id
            WHERE o.goods_fen <> coalesce(l.paid, 0) ORDER BY 1""",
    ),
    Check(
        "line_amount",
        "orders_orderline",
        _("实付不等于单价乘数量，或退款超过实付"),
        """SELECT ref AS key, paid_fen, unit_price_fen, quantity, refunded_fen FROM orders_orderline
           WHERE paid_fen <> unit_price_fen * quantity OR refunded_fen < 0 OR refunded_fen > paid_fen
           ORDER BY 1""",
    ),
    Check(
        "line_refunded",
        "orders_orderline",
        _("已退金额不等于各笔退款之和"),
        """SELECT l.ref AS key, l.refunded_fen, coalesce(sum(f.goods_fen), 0) AS refunds_fen
           FROM orders_orderline l LEFT JOIN orders_linerefund f ON f.line_id = l.id
           GROUP BY l.id HAVING l.refunded_fen <> coalesce(sum(f.goods_fen), 0) ORDER BY 1""",
    ),
    Check(
        "freight_refunded",
        "orders_order",
        _("已退运费不等于各笔退款中的运费之和"),
        """SELECT o.number AS key, o.freight_refunded_fen, coalesce(sum(f.freight_fen), 0) AS refunds_fen
           FROM orders_order o
           LEFT JOIN orders_orderline l ON l.order_id = o.id
           LEFT JOIN orders_linerefund f ON f.line_id = l.id
           GROUP BY o.id HAVING o.freight_refunded_fen <> coalesce(sum(f.freight_fen), 0) ORDER BY 1""",
    ),
    Check(
        "order_times",
        "orders_order",
        _("状态与各时间不符"),
        """SELECT number AS key, status FROM orders_order
           WHERE (status IN ('await_agreement', 'pending_payment', 'closed_unpaid')) <> (paid_at IS NULL)
              OR (paid_at IS NULL) <> (ship_by IS NULL)
              OR (status IN ('shipped', 'completed', 'finalised') AND (shipped_at IS NULL OR confirm_by IS NULL))
              OR (status IN ('await_agreement', 'pending_payment', 'closed_unpaid', 'paid', 'part_shipped')
                  AND shipped_at IS NOT NULL)
              OR (status IN ('completed', 'finalised') AND (completed_at IS NULL OR final_by IS NULL))
              OR (status NOT IN ('completed', 'finalised', 'closed_refunded') AND completed_at IS NOT NULL)
              OR (status = 'finalised') <> (finalised_at IS NOT NULL)
              OR (status IN ('closed_unpaid', 'closed_refunded')) <> (closed_at IS NOT NULL)
              OR paid_at < placed_at OR shipped_at < paid_at OR completed_at < shipped_at
              OR finalised_at < completed_at OR closed_at < placed_at
           ORDER BY 1""",
    ),
    Check(
        "order_shipping",
        "orders_order",
        _("状态与包裹或退款不符"),
        f"""SELECT o.number AS key, o.status, l.shipped AS shipped_lines, l.waiting AS waiting_lines
            FROM orders_order o JOIN ({LINES}) l ON l.order_id = o.id
            LEFT JOIN orders_contract c ON c.order_id = o.id
            WHERE (o.status IN ('await_agreement', 'pending_payment', 'closed_unpaid', 'paid') AND l.shipped > 0)
               OR (o.status = 'part_shipped' AND (l.shipped = 0 OR l.waiting = 0))
               OR (o.status IN ('shipped', 'completed', 'finalised') AND l.waiting > 0)
               OR (o.status = 'closed_refunded' AND l.refunded + coalesce(c.fee_fen, 0) <> l.paid)
               OR (o.status IN ('paid', 'part_shipped', 'shipped', 'completed') AND l.refunded = l.paid)
               OR (o.status IN ('await_agreement', 'pending_payment', 'closed_unpaid') AND l.refunded > 0)
            ORDER BY 1""",
    ),
    Check(
        "line_in_own_parcel",
        "orders_orderline",
        _("订单行在另一订单的包裹里"),
        """SELECT l.ref AS key, p.tracking_number FROM orders_orderline l
           JOIN orders_parcel p ON p.id = l.shipped_in_id WHERE p.order_id <> l.order_id ORDER BY 1""",
    ),
    Check(
        "order_of_one_supplier",
        "orders_orderline",
        _("订单行的商品不属于订单的供应商"),
        """SELECT l.ref AS key, g.public_id AS good FROM orders_orderline l
           JOIN orders_order o ON o.id = l.order_id
           JOIN suppliers_good g ON g.id = l.good_id
           JOIN suppliers_sku s ON s.id = l.sku_id
           WHERE g.supplier_id <> o.supplier_id OR s.good_id <> g.id OR l.supplier_id <> o.supplier_id ORDER BY 1""",
    ),
    Check(
        "order_of_one_owner",
        "orders_order",
        _("订单的掌柜不是小铺的掌柜"),
        """SELECT o.number AS key, s.number AS shop FROM orders_order o
           JOIN storefronts_shop s ON s.id = o.shop_id
           WHERE o.owner_id IS DISTINCT FROM s.owner_id ORDER BY 1""",
    ),
    audited("order", "orders_order", ("await_agreement", "pending_payment")),
    audited("charge", "payments_charge", ("open",)),
)
