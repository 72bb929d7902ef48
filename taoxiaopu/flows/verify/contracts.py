"""Contracts of customised goods: one version that both accepted, versions without gaps, seals (docs/rules.md §5.8)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check

CHECKS = (
    Check(
        "contract_agreed",
        "orders_order",
        _("定制订单没有双方都接受的同一版约定，或不该有约定的订单有"),
        """SELECT o.number AS key, o.status, c.agreed_version, coalesce(a.sides, 0) AS sides
           FROM orders_order o
           JOIN (SELECT order_id, bool_or(snapshot ? 'custom') AS is_custom, count(*) AS lines
                 FROM orders_orderline GROUP BY order_id) l ON l.order_id = o.id
           LEFT JOIN orders_contract c ON c.order_id = o.id
           LEFT JOIN (SELECT v.contract_id, v.number, count(DISTINCT a.side) AS sides FROM orders_contractversion v
                      JOIN orders_contractacceptance a ON a.version_id = v.id GROUP BY v.contract_id, v.number) a
                  ON a.contract_id = c.id AND a.number = c.agreed_version
           WHERE l.is_custom <> (c.id IS NOT NULL)
              OR (l.is_custom AND l.lines <> 1)
              OR (o.status = 'await_agreement' AND (c.id IS NULL OR c.agreed_version IS NOT NULL))
              OR (c.id IS NOT NULL AND o.status NOT IN ('await_agreement', 'closed_unpaid')
                  AND (c.agreed_version IS NULL OR a.sides IS DISTINCT FROM 2))
           ORDER BY 1""",
    ),
    Check(
        "contract_versions",
        "orders_contract",
        _("约定的版本、双方接受的版本或取消费与其记录不符"),
        """SELECT o.number AS key, c.latest, v.n AS versions, c.buyer_version, v.buyer, c.supplier_version, v.supplier, c.fee_fen
           FROM orders_contract c JOIN orders_order o ON o.id = c.order_id
           LEFT JOIN (SELECT v.contract_id, count(DISTINCT v.id) AS n, max(v.number) AS last,
                             max(v.number) FILTER (WHERE a.side = 'buyer') AS buyer,
                             max(v.number) FILTER (WHERE a.side = 'supplier') AS supplier
                      FROM orders_contractversion v LEFT JOIN orders_contractacceptance a ON a.version_id = v.id
                      GROUP BY v.contract_id) v ON v.contract_id = c.id
           LEFT JOIN (SELECT order_id, sum(paid_fen - refunded_fen) AS left_fen FROM orders_orderline GROUP BY order_id) l
                  ON l.order_id = o.id
           WHERE (c.latest, c.latest) IS DISTINCT FROM (v.n::int, v.last::int)
              OR (c.buyer_version, c.supplier_version) IS DISTINCT FROM (v.buyer, v.supplier)
              OR (c.fee_fen IS NOT NULL AND (o.status <> 'closed_refunded' OR l.left_fen <> c.fee_fen))
           ORDER BY 1""",
    ),
    Check(
        "contract_seal",
        "orders_contractversion",
        _("约定的内容与其校验码不符"),
        """SELECT o.number || ' ' || v.number AS key FROM orders_contractversion v
           JOIN orders_contract c ON c.id = v.contract_id JOIN orders_order o ON o.id = c.order_id
           WHERE v.seal <> orders_contract_seal(v) ORDER BY 1""",
    ),
)
