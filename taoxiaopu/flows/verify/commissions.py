"""Commission lines, reversals, statements, facts and tiers (docs/rules.md §6, §7)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.orders import audited

SPLIT = (
    """SELECT c.*, (2 * c.base_fen * c.rate_bp + 10000) / 20000 AS gross FROM commissions_commissionline c"""
)
CHECKS = (
    Check(
        "commission_split",
        "commissions_commissionline",
        _("佣金、服务费或奖励不等于按比例重算的结果"),
        f"""SELECT line_ref AS key, status, base_fen, gross_fen, fee_fen, bonus_fen, gross AS due_gross_fen,
                   (2 * gross * fee_bp + 10000) / 20000 AS due_fee_fen,
                   (2 * gross * bonus_bp + 10000) / 20000 AS due_bonus_fen
            FROM ({SPLIT}) c
            WHERE (status = 'void' AND (gross_fen, fee_fen, bonus_fen) <> (0, 0, 0))
               OR (status <> 'void' AND (gross_fen, fee_fen, bonus_fen) <>
                   (gross, (2 * gross * fee_bp + 10000) / 20000, (2 * gross * bonus_bp + 10000) / 20000))
            ORDER BY 1""",
    ),
    Check(
        "commission_base",
        "commissions_commissionline",
        _("计佣金额、比例、掌柜与订单行不符"),
        """SELECT c.line_ref AS key, c.status, c.base_fen, l.paid_fen - l.refunded_fen AS line_fen,
                  c.rate_bp, l.rate_bp AS line_rate_bp
           FROM commissions_commissionline c
           LEFT JOIN orders_orderline l ON l.ref = c.line_ref
           LEFT JOIN orders_order o ON o.id = l.order_id
           WHERE l.id IS NULL OR o.number <> c.order_number
              OR (c.status <> 'void' AND c.base_fen <> l.paid_fen - l.refunded_fen)
              OR (c.rate_bp, c.fee_bp, c.bonus_bp) <> (l.rate_bp, l.fee_bp, l.bonus_bp)
              OR o.owner_id IS DISTINCT FROM c.owner_id OR o.shop_id IS DISTINCT FROM c.shop_id
           ORDER BY 1""",
    ),
    Check(
        "attribution",
        "commissions_commissionline",
        _("佣金的归因与下单时所定不符，或不享奖励的归因有奖励"),
        """SELECT c.line_ref AS key, c.kind, o.attribution, c.bonus_bp FROM commissions_commissionline c
           JOIN orders_order o ON o.number = c.order_number
           WHERE c.kind <> o.attribution OR (c.kind NOT IN ('shared', 'on_behalf') AND c.bonus_bp > 0)
           ORDER BY 1""",
    ),
    Check(
        "commission_exists",
        "orders_orderline",
        _("已付款的小铺订单行没有佣金明细或业绩记录"),
        """SELECT l.ref AS key FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
           WHERE o.owner_id IS NOT NULL AND o.paid_at IS NOT NULL
             AND (NOT EXISTS (SELECT 1 FROM commissions_commissionline c WHERE c.line_ref = l.ref)
                  OR NOT EXISTS (SELECT 1 FROM commissions_orderfact f WHERE f.line_ref = l.ref))
           ORDER BY 1""",
    ),
    Check(
        "commission_status",
        "commissions_commissionline",
        _("佣金状态与订单状态不符"),
        """SELECT c.line_ref AS key, c.status, c.frozen_from, o.status AS order_status
           FROM commissions_commissionline c JOIN orders_order o ON o.number = c.order_number
           WHERE c.status <> 'void' AND NOT (
               CASE WHEN c.status = 'frozen' THEN c.frozen_from ELSE c.status END
               = ANY (CASE WHEN o.status IN ('paid', 'part_shipped', 'shipped') THEN ARRAY['estimated']
                           WHEN o.status = 'completed' THEN ARRAY['locked', 'estimated']
                           WHEN o.status = 'finalised' THEN ARRAY['confirmed', 'withdrawable']
                           ELSE ARRAY[]::text[] END))
           ORDER BY 1""",
    ),
    Check(
        "commission_confirmed",
        "commissions_commissionline",
        _("确认时间、月结单或未结算金额与状态不符"),
        """SELECT line_ref AS key, status, in_confirmed_fen FROM commissions_commissionline
           WHERE (status <> 'void' AND (confirmed_at IS NOT NULL) <> (status IN ('confirmed', 'withdrawable')
                  OR (status = 'frozen' AND frozen_from = 'confirmed')))
              OR (status <> 'void' AND (status = 'withdrawable') <> (statement_id IS NOT NULL))
              OR (in_confirmed_fen <> 0 AND (confirmed_at IS NULL OR statement_id IS NOT NULL))
              OR in_confirmed_fen > gross_fen - fee_fen + bonus_fen
           ORDER BY 1""",
    ),
    Check(
        "commission_frozen",
        "commissions_commissionline",
        _("冻结与进行中的售后、争议或平台核实不符"),
        """SELECT c.line_ref AS key, c.status, count(k.id) AS reasons
           FROM commissions_commissionline c
           LEFT JOIN (
               SELECT o.id FROM disputes_case r JOIN orders_orderline l ON l.id = r.line_id
               JOIN commissions_commissionline o ON o.line_ref = l.ref
               WHERE r.status IN ('wait_supplier', 'rejected', 'in_dispute')
               UNION SELECT o.id FROM disputes_dispute r JOIN orders_orderline l ON l.id = r.line_id
               JOIN commissions_commissionline o ON o.line_ref = l.ref
               WHERE r.case_id IS NULL AND r.status NOT IN ('closed', 'withdrawn')
               UNION SELECT line_id FROM commissions_commissionhold WHERE cause = 'staff' AND lifted_at IS NULL
           ) k ON k.id = c.id
           WHERE c.status NOT IN ('void', 'withdrawable')
           GROUP BY c.id HAVING (c.status = 'frozen') <> (count(k.id) > 0) ORDER BY 1""",
    ),
    Check(
        "reversal_sums",
        "commissions_reversal",
        _("扣回金额不等于其日记账中掌柜的分录"),
        """SELECT c.line_ref || ' ' || r.cause AS key, r.owner_fen, r.fee_fen, coalesce(t.owner, 0) AS ledger_owner_fen,
                  coalesce(t.fee, 0) AS ledger_fee_fen
           FROM commissions_reversal r JOIN commissions_commissionline c ON c.id = r.line_id
           LEFT JOIN (
               SELECT j.ref_type, j.ref_id,
                      sum(t.amount_fen) FILTER (WHERE d.kind LIKE 'owner_%') AS owner,
                      sum(CASE WHEN d.kind = 'platform_fee' THEN t.amount_fen
                               WHEN c.kind = 'platform_fee' THEN -t.amount_fen END) AS fee
               FROM ledger_journal j JOIN ledger_transfer t ON t.journal_id = j.id
               JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
               WHERE j.kind IN ('refund', 'commission_void')
               GROUP BY j.ref_type, j.ref_id
           ) t ON t.ref_type = split_part(r.cause, ' ', 1)
              AND t.ref_id = left(split_part(r.cause, ' ', 2) || '/' || c.line_ref, 40)
           WHERE r.owner_fen <> coalesce(t.owner, 0) OR r.fee_fen <> coalesce(t.fee, 0) ORDER BY 1""",
    ),
    Check(
        "statement_sums",
        "commissions_statement",
        _("月结单与其明细或结算日记账不符"),
        """SELECT o.public_id || ' ' || to_char(s.month, 'YYYY-MM') AS key, s.lines, coalesce(i.n, 0) AS found_lines,
                  s.commission_fen, coalesce(i.commission, 0) AS items_commission_fen, s.net_fen,
                  coalesce(i.net, 0) AS items_net_fen, coalesce(j.fen, 0) AS journal_fen
           FROM commissions_statement s
           JOIN storefronts_owner o ON o.id = s.owner_id
           LEFT JOIN (SELECT statement_id, count(*) AS n, sum(gross_fen - fee_fen) AS commission, sum(bonus_fen) AS bonus,
                             sum(taken_fen) AS taken, sum(net_fen) AS net
                      FROM commissions_statementitem GROUP BY statement_id) i ON i.statement_id = s.id
           LEFT JOIN (SELECT j.ref_id, sum(t.amount_fen) AS fen FROM ledger_journal j
                      JOIN ledger_transfer t ON t.journal_id = j.id WHERE j.kind = 'settle' GROUP BY j.ref_id) j
                  ON j.ref_id = o.public_id || '-' || to_char(s.month, 'YYYYMM')
           WHERE s.lines <> coalesce(i.n, 0)
              OR (s.commission_fen, s.bonus_fen, s.taken_back_fen, s.net_fen)
                 <> (coalesce(i.commission, 0), coalesce(i.bonus, 0), coalesce(i.taken, 0), coalesce(i.net, 0))
              OR s.net_fen <> coalesce(j.fen, 0)
              OR s.net_fen <> s.commission_fen + s.bonus_fen - s.taken_back_fen
           ORDER BY 1""",
    ),
    Check(
        "statement_items",
        "commissions_statementitem",
        _("月结明细与佣金行、其后的扣回或比例重算不符"),
        """SELECT c.line_ref AS key, i.base_fen, i.gross_fen, i.fee_fen, i.bonus_fen, i.taken_fen,
                  c.gross_fen - c.fee_fen + c.bonus_fen + coalesce(r.owner_fen, 0) AS line_fen
           FROM commissions_commissionline c
           JOIN commissions_statement s ON s.id = c.statement_id
           LEFT JOIN commissions_statementitem i ON i.line_id = c.id
           LEFT JOIN (SELECT line_id, sum(owner_fen) AS owner_fen, sum(base_fen) AS base_fen,
                             sum(base_fen) FILTER (WHERE cause LIKE 'decision %') AS feigned_fen
                      FROM commissions_reversal WHERE line_settled GROUP BY line_id) r ON r.line_id = c.id
           WHERE i.id IS NULL OR i.statement_id <> c.statement_id OR s.owner_id <> c.owner_id
              OR i.base_fen <> c.base_fen + coalesce(r.base_fen, 0)
                               - CASE WHEN c.status = 'void' THEN coalesce(r.feigned_fen, 0) ELSE 0 END
              OR i.gross_fen - i.fee_fen + i.bonus_fen
                 <> c.gross_fen - c.fee_fen + c.bonus_fen + coalesce(r.owner_fen, 0)
              OR i.gross_fen <> (2 * i.base_fen * c.rate_bp + 10000) / 20000
              OR i.fee_fen <> (2 * i.gross_fen * c.fee_bp + 10000) / 20000
              OR i.bonus_fen <> (2 * i.gross_fen * c.bonus_bp + 10000) / 20000
           ORDER BY 1""",
    ),
    Check(
        "deduction_sums",
        "commissions_deduction",
        _("逐笔记录的扣回与抵欠不等于佣金行少入账的金额"),
        """SELECT c.line_ref AS key, c.status, coalesce(d.fen, 0) AS deductions_fen,
                  coalesce(i.taken_fen, c.gross_fen - c.fee_fen + c.bonus_fen - c.in_confirmed_fen) AS taken_fen
           FROM commissions_commissionline c
           LEFT JOIN (SELECT line_id, sum(amount_fen) AS fen FROM commissions_deduction GROUP BY line_id) d
                  ON d.line_id = c.id
           LEFT JOIN commissions_statementitem i ON i.line_id = c.id
           WHERE coalesce(d.fen, 0) <> CASE WHEN c.confirmed_at IS NULL THEN 0 ELSE coalesce(
               i.taken_fen, c.gross_fen - c.fee_fen + c.bonus_fen - c.in_confirmed_fen) END
           ORDER BY 1""",
    ),
    Check(
        "reversal_listed",
        "commissions_reversal",
        _("扣回列在他人的月结单上，或掌柜与佣金行不符"),
        """SELECT c.line_ref || ' ' || r.cause AS key, r.owner_id, c.owner_id AS line_owner_id,
                  s.owner_id AS statement_owner_id
           FROM commissions_reversal r JOIN commissions_commissionline c ON c.id = r.line_id
           LEFT JOIN commissions_statement s ON s.id = r.statement_id
           WHERE r.owner_id <> c.owner_id OR s.owner_id <> r.owner_id ORDER BY 1""",
    ),
    Check(
        "settlement_failed",
        "commissions_settlementfailure",
        _("掌柜的月份未能结算，等待重试"),
        """SELECT o.public_id || ' ' || to_char(f.month, 'YYYY-MM') AS key, f.attempts, f.error
           FROM commissions_settlementfailure f JOIN storefronts_owner o ON o.id = f.owner_id
           WHERE f.settled_at IS NULL ORDER BY 1""",
    ),
    Check(
        "supplier_run_failed",
        "commissions_supplierfailure",
        _("供应商的结算未能办成，等待重试"),
        """SELECT s.public_id || ' ' || f.run || ' ' || to_char(f.period, 'YYYY-MM-DD') AS key, f.attempts, f.error
           FROM commissions_supplierfailure f JOIN suppliers_supplier s ON s.id = f.supplier_id
           WHERE f.settled_at IS NULL ORDER BY 1""",
    ),
    Check(
        "settlement_journal",
        "ledger_journal",
        _("结算日记账没有月结单"),
        """SELECT j.ref_id AS key FROM ledger_journal j WHERE j.kind = 'settle' AND NOT EXISTS (
               SELECT 1 FROM commissions_statement s JOIN storefronts_owner o ON o.id = s.owner_id
               WHERE j.ref_id = o.public_id || '-' || to_char(s.month, 'YYYYMM')) ORDER BY 1""",
    ),
    Check(
        "fact_outcome",
        "commissions_orderfact",
        _("业绩记录与订单状态不符"),
        """SELECT f.line_ref AS key, f.outcome, o.status AS order_status
           FROM commissions_orderfact f LEFT JOIN orders_order o ON o.number = f.order_number
           WHERE f.outcome IS DISTINCT FROM CASE o.status WHEN 'finalised' THEN 'finalised'
                 WHEN 'closed_refunded' THEN 'refunded' ELSE 'open' END
              OR (f.outcome = 'open') <> (f.outcome_at IS NULL) ORDER BY 1""",
    ),
    Check(
        "owner_tier",
        "storefronts_ownerstanding",
        _("掌柜等级与最近一次评级不符"),
        """SELECT o.public_id AS key, s.tier, t.level, m.level_after AS judged_level
           FROM storefronts_ownerstanding s
           JOIN storefronts_owner o ON o.id = s.owner_id
           LEFT JOIN commissions_ownertier t ON t.owner_id = o.id
           LEFT JOIN (SELECT DISTINCT ON (owner_id) owner_id, level_after, misses_after
                      FROM commissions_tiermonth ORDER BY owner_id, month DESC) m ON m.owner_id = o.id
           LEFT JOIN commissions_tieroverride g ON g.owner_id = o.id AND g.ended_at IS NULL
           WHERE s.tier <> coalesce(g.level, t.level, 1) OR coalesce(t.level, 1) <> coalesce(m.level_after, 1)
              OR coalesce(t.misses, 0) <> coalesce(m.misses_after, 0) ORDER BY 1""",
    ),
    Check(
        "tier_chain",
        "commissions_tiermonth",
        _("评级没有接着上一个月的等级"),
        """SELECT o.public_id || ' ' || to_char(m.month, 'YYYY-MM') AS key, m.level_before, m.was
           FROM (SELECT *, coalesce(lag(level_after) OVER (PARTITION BY owner_id ORDER BY month), 1) AS was
                 FROM commissions_tiermonth) m JOIN storefronts_owner o ON o.id = m.owner_id
           WHERE m.level_before <> m.was ORDER BY 1""",
    ),
    Check(
        "tier_step",
        "commissions_tiermonth",
        _("评级结果与六项指标和评定标准不符"),
        """SELECT o.public_id || ' ' || to_char(j.month, 'YYYY-MM') AS key, j.target, j.aim, j.level_after, j.misses_after
           FROM (SELECT m.*, coalesce(3 - (
                         SELECT min(n) FROM generate_series(0, 2) n
                         WHERE m.sales_fen >= (r.rules -> 'TIER_SALES_FEN' ->> 2 - n)::bigint
                           AND m.orders >= (r.rules -> 'TIER_ORDERS' ->> 2 - n)::bigint
                           AND m.buyers >= (r.rules -> 'TIER_BUYERS' ->> 2 - n)::bigint
                           AND m.refunded * 10000::bigint <= m.ended * (r.rules -> 'TIER_REFUND_BP' ->> 2 - n)::bigint
                           AND m.disputes * 10000::bigint <= m.orders * (r.rules -> 'TIER_DISPUTE_BP' ->> 2 - n)::bigint
                           AND m.points < (r.rules -> 'TIER_POINTS_BELOW' ->> 2 - n)::bigint), 0) + 1 AS aim,
                        m.points >= (r.rules ->> 'TIER_NO_PROTECTION_POINTS')::bigint AS unprotected,
                        w.joined_at AT TIME ZONE 'Asia/Shanghai' <= m.month AS may_fall
                 FROM commissions_tiermonth m JOIN commissions_tierrun r ON r.month = m.month
                 JOIN storefronts_owner w ON w.id = m.owner_id) j
           JOIN storefronts_owner o ON o.id = j.owner_id
           WHERE j.target <> j.aim
              OR j.level_after <> CASE WHEN target >= level_before OR (may_fall AND unprotected) THEN target
                                       WHEN may_fall AND misses_before >= 1 THEN level_before - 1 ELSE level_before END
              OR j.misses_after <> CASE WHEN target >= level_before OR (may_fall AND unprotected) THEN 0
                                        WHEN may_fall THEN least(misses_before + 1, 2) ELSE misses_before END
           ORDER BY 1""",
    ),
    Check(
        "tier_run",
        "commissions_tierrun",
        _("月度评级的汇总与评定记录不符"),
        """SELECT to_char(r.month, 'YYYY-MM') AS key, r.judged, m.judged AS rows, r.rose, m.rose AS rows_rose, r.fell, m.fell AS rows_fell
           FROM commissions_tierrun r
           LEFT JOIN LATERAL (SELECT count(*) AS judged, count(*) FILTER (WHERE level_after > level_before) AS rose,
                                     count(*) FILTER (WHERE level_after < level_before) AS fell
                              FROM commissions_tiermonth m WHERE m.month = r.month) m ON true
           WHERE r.finished_at IS NOT NULL AND ((r.judged, r.rose, r.fell) <> (m.judged, m.rose, m.fell)
                 OR EXISTS (SELECT FROM commissions_tierchunk c WHERE c.run_id = r.id AND c.done_at IS NULL))
           ORDER BY 1""",
    ),
    audited("commission", "commissions_commissionline", ("estimated", "void"), "line_ref"),
)
