"""What suppliers publish: change sets, market references, told rates, bonds of categories, what webhooks delivered."""

from django.utils.translation import gettext_lazy as _

from suppliers.services.webhooks import ATTEMPTS_MAX, FAILURES_MAX
from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.orders import audited

CHECKS = (
    audited("good_change", "suppliers_goodchange", ("open",), "public_id"),
    Check(
        "change_shown",
        "suppliers_good",
        _("商品与最近通过的修改不符"),
        """SELECT g.public_id AS key, c.public_id AS change, g.title, c.title AS approved_title
           FROM suppliers_good g JOIN LATERAL (
               SELECT c.* FROM suppliers_goodchange c WHERE c.good_id = g.id AND c.status = 'approved'
               ORDER BY c.decided_at DESC, c.id DESC LIMIT 1) c ON c.decided_at = g.changed_at
           WHERE (g.title, g.brand, g.category_id, g.description, g.picture, g.gallery, g.attributes, g.held_words)
                 IS DISTINCT FROM
                 (c.title, c.brand, c.category_id, c.description, c.picture, c.gallery, c.attributes, c.held_words)
           ORDER BY 1""",
    ),
    Check(
        "one_open_change",
        "suppliers_good",
        _("商品有多项待审核的修改"),
        """SELECT g.public_id AS key, count(*) AS open FROM suppliers_goodchange c
           JOIN suppliers_good g ON g.id = c.good_id
           WHERE c.status = 'open' GROUP BY g.public_id HAVING count(*) > 1 ORDER BY 1""",
    ),
    # Catalogue imports do not compare (docs/rules.md §1.3 rule 32): goods that one can write are left out.
    Check(
        "market_rate",
        "suppliers_good",
        _("在售商品的佣金率低于其市场参考"),
        """SELECT g.public_id AS key, g.rate_bp, g.next_rate_bp, r.rate_bp AS market_bp
           FROM suppliers_good g JOIN LATERAL (
               SELECT r.rate_bp FROM suppliers_marketreference r WHERE r.good_id = g.id ORDER BY r.id DESC LIMIT 1) r ON true
           WHERE g.status = 'listed' AND g.source_id = '' AND least(g.rate_bp, g.next_rate_bp) < r.rate_bp ORDER BY 1""",
    ),
    # The trail says when a rate was last set, and to what; a lower one in force was told and 24 h old then.
    Check(
        "rate_told",
        "suppliers_good",
        _("下调的佣金率未提前 24 小时告知选品掌柜"),
        """SELECT DISTINCT ON (1) g.public_id AS key, g.rate_bp, g.next_rate_bp, g.rate_told_at, g.next_rate_at
           FROM suppliers_good g LEFT JOIN LATERAL (
               SELECT e.at, split_part(e.reason, ' ', 1)::int AS rate_bp,
                      lead(split_part(e.reason, ' ', 1)::int) OVER (ORDER BY e.id DESC) AS before_bp
               FROM kernel_auditentry e WHERE e.subject_type = 'good' AND e.subject_ref = g.public_id AND e.event = 'rate'
               ORDER BY e.id DESC LIMIT 1) e ON true
           WHERE g.next_rate_at < g.rate_told_at + interval '24 hours'
              OR (g.next_rate_bp IS NULL AND g.rate_bp = e.rate_bp AND e.rate_bp < e.before_bp
                  AND g.changed_at < e.at + interval '24 hours')
              OR EXISTS (
                  SELECT 1 FROM storefronts_pick p JOIN storefronts_shop s ON s.id = p.shop_id
                  JOIN storefronts_owner o ON o.id = s.owner_id
                  WHERE p.good_id = g.id AND p.slot IS NOT NULL AND p.picked_at < g.rate_told_at AND NOT EXISTS (
                      SELECT 1 FROM accounts_inboxletter l WHERE l.user_id = o.user_id AND l.kind = 'rate_lowered'
                         AND l.created_at = g.rate_told_at AND l.link = to_jsonb(ARRAY[p.id::text])))
           ORDER BY 1""",
    ),
    # What asks for a bond may begin to ask while goods are on sale: they go on; who lists after that has to hold it.
    Check(
        "bond_held",
        "suppliers_good",
        _("在售商品的类目保证金未缴"),
        """SELECT g.public_id AS key, a.code AS category, a.bond_fen
           FROM suppliers_good g JOIN suppliers_supplier s ON s.id = g.supplier_id
           JOIN suppliers_category c ON c.id = g.category_id LEFT JOIN suppliers_category p ON p.id = c.parent_id
           CROSS JOIN LATERAL (SELECT * FROM (VALUES (1, c.id, c.code, c.bond_fen), (2, p.id, p.code, p.bond_fen))
                               AS x (n, id, code, bond_fen) WHERE x.bond_fen > 0 ORDER BY n LIMIT 1) a
           WHERE g.status = 'listed' AND s.status = 'active' AND g.source_id = ''
             AND NOT EXISTS (SELECT 1 FROM suppliers_bondedcategory b
                             WHERE b.supplier_id = s.id AND b.category_id = a.id AND b.since IS NOT NULL)
             AND EXISTS (SELECT 1 FROM kernel_auditentry e
                         WHERE e.subject_type = 'good' AND e.subject_ref = g.public_id AND e.event IN ('create', 'list')
                           AND e.at > coalesce((SELECT max(t.at) FROM kernel_auditentry t WHERE t.subject_type = 'category'
                                                AND t.subject_ref = a.code AND t.event = 'bond'), '-infinity'))
           ORDER BY 1""",
    ),
    Check(
        "bond_paid",
        "suppliers_bondedcategory",
        _("类目保证金记为已缴，而没有已付的支付单"),
        """SELECT s.public_id || ' ' || c.code AS key, b.since FROM suppliers_bondedcategory b
           JOIN suppliers_supplier s ON s.id = b.supplier_id JOIN suppliers_category c ON c.id = b.category_id
           WHERE b.since IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM payments_charge h
               WHERE h.purpose = 'bond' AND h.status = 'paid' AND h.reference = s.public_id) ORDER BY 1""",
    ),
    Check(
        "webhook_delivery",
        "suppliers_webhookdelivery",
        _("Webhook 投递的状态与其回复或内容不符"),
        f"""SELECT d.public_id AS key, d.status, d.attempts, d.answer_status FROM suppliers_webhookdelivery d
            WHERE (d.status = 'taken' AND (d.sent_at IS NULL OR coalesce(d.answer_status, 0) NOT BETWEEN 200 AND 299))
               OR (d.status = 'failed' AND (d.attempts < {ATTEMPTS_MAX} OR d.answer_status BETWEEN 200 AND 299))
               OR (d.body::json->>'event', d.body::json->>'ref') IS DISTINCT FROM (d.event::text, d.ref::text)
            ORDER BY 1""",
    ),
    Check(
        "webhook_endpoint",
        "suppliers_webhookendpoint",
        _("连续失败过多的 Webhook 仍然启用"),
        f"""SELECT public_id AS key, failures FROM suppliers_webhookendpoint
            WHERE is_active AND failures >= {FAILURES_MAX} ORDER BY 1""",
    ),
)
