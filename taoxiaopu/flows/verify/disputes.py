"""Cases, disputes, rulings and holds (docs/rules.md §5.4, §5.5)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.orders import audited

CHECKS = (
    Check(
        "case_hold",
        "orders_hold",
        _("订单暂停与售后单状态不符"),
        """SELECT coalesce(c.number, h.cause_ref) AS key, c.status, h.lifted_at IS NULL AS on_hold
           FROM disputes_case c
           FULL JOIN (SELECT * FROM orders_hold WHERE cause = 'case') h ON h.cause_ref = c.number
           WHERE h.id IS NULL OR c.id IS NULL OR h.order_id <> c.order_id
              OR (c.status IN ('wait_supplier', 'rejected', 'in_dispute')) <> (h.lifted_at IS NULL)
           ORDER BY 1""",
    ),
    Check(
        "case_closed",
        "disputes_case",
        _("结束时间或期限与状态不符"),
        """SELECT number AS key, status FROM disputes_case
           WHERE (status IN ('succeeded', 'closed')) <> (closed_at IS NOT NULL)
              OR (status IN ('wait_supplier', 'rejected')) <> (deadline IS NOT NULL) ORDER BY 1""",
    ),
    Check(
        "case_refund",
        "disputes_case",
        _("售后单状态与退款不符"),
        """SELECT c.number AS key, c.status, r.status AS refund_status
           FROM disputes_case c
           LEFT JOIN payments_refund r ON r.cause = 'case' AND r.cause_ref LIKE c.number || '/%'
           WHERE r.status IS DISTINCT FROM CASE c.status WHEN 'refunding' THEN 'requested'
                 WHEN 'succeeded' THEN 'succeeded' END ORDER BY 1""",
    ),
    Check(
        "case_dispute",
        "disputes_dispute",
        _("争议状态与售后单状态不符"),
        """SELECT c.number AS key, c.status, d.number AS dispute, d.status AS dispute_status
           FROM disputes_case c LEFT JOIN disputes_dispute d ON d.case_id = c.id
           WHERE (c.status = 'in_dispute')
                 <> (d.id IS NOT NULL AND d.status NOT IN ('closed', 'withdrawn'))
              OR d.order_id <> c.order_id OR d.line_id <> c.line_id ORDER BY 1""",
    ),
    Check(
        "ruling_executed",
        "disputes_dispute",
        _("结案的争议须有一份已执行的裁定，未结案的不得有"),
        """SELECT d.number AS key, d.status, count(r.id) AS executed
           FROM disputes_dispute d
           LEFT JOIN disputes_ruling r ON r.dispute_id = d.id AND r.executed_at IS NOT NULL
           GROUP BY d.id
           HAVING count(r.id) <> CASE WHEN d.status = 'closed' THEN 1 ELSE 0 END
               OR (d.status IN ('closed', 'withdrawn')) <> (d.closed_at IS NOT NULL)
           ORDER BY 1""",
    ),
    Check(
        "ruling_refund",
        "disputes_ruling",
        _("裁定的退款没有执行，或金额不同"),
        """SELECT d.number AS key, r.outcome, r.amount_fen, coalesce(f.goods_fen, 0) AS refunded_fen
           FROM disputes_ruling r
           JOIN disputes_dispute d ON d.id = r.dispute_id
           JOIN orders_orderline l ON l.id = d.line_id
           LEFT JOIN disputes_case c ON c.id = d.case_id
           LEFT JOIN orders_linerefund f ON f.line_id = d.line_id
                AND f.cause = CASE WHEN c.id IS NULL THEN 'dispute' ELSE 'case' END
                AND f.cause_ref = coalesce(c.number, d.number)
           WHERE r.executed_at IS NOT NULL AND (
                 (r.outcome = 'reject' AND f.id IS NOT NULL)
              OR (r.outcome <> 'reject' AND f.id IS NULL AND l.refunded_fen < l.paid_fen)
              OR f.goods_fen > r.amount_fen)
           ORDER BY 1""",
    ),
    Check(
        "liability",
        "commissions_liabilityfact",
        _("掌柜判责记录与裁定不符"),
        """SELECT coalesce(d.number, f.dispute_number) AS key, d.liable
           FROM (SELECT d.number, r.liable FROM disputes_dispute d
                 JOIN disputes_ruling r ON r.dispute_id = d.id AND r.executed_at IS NOT NULL
                 JOIN orders_order o ON o.id = d.order_id AND o.owner_id IS NOT NULL
                 WHERE r.liable = 'owner') d
           FULL JOIN commissions_liabilityfact f ON f.dispute_number = d.number
           WHERE d.number IS NULL OR f.id IS NULL ORDER BY 1""",
    ),
    Check(
        "points_counted",
        "disputes_penalty",
        _("违规分与没有撤销的处罚之和不符"),
        " UNION ALL ".join(
            f"""SELECT '{kind} ' || party.public_id AS key, s.points, coalesce(given.points, 0) AS given
                FROM {app}_{kind}standing s
                JOIN {app}_{kind} party ON party.id = s.{kind}_id
                LEFT JOIN (SELECT p.{kind}_id, sum(p.points) AS points
                           FROM disputes_penalty p JOIN {app}_{kind}standing w ON w.{kind}_id = p.{kind}_id
                           WHERE p.status <> 'lifted' AND (p.lasts
                                 OR extract(year FROM p.given_at AT TIME ZONE 'Asia/Shanghai') = w.points_year)
                           GROUP BY 1) given ON given.{kind}_id = s.{kind}_id
                WHERE s.points <> coalesce(given.points, 0)"""
            for app, kind in (("storefronts", "owner"), ("suppliers", "supplier"))
        )
        + " ORDER BY 1",
    ),
    audited("penalty", "disputes_penalty", ("in_force",)),
    Check(
        "penalty_commission",
        "disputes_penalty",
        _("处罚已作废佣金，而订单的佣金仍然有效；或处罚已撤销，而佣金仍被其冻结"),
        """SELECT DISTINCT p.number AS key, p.status, p.voided_at, l.line_ref, l.status AS commission
           FROM disputes_penalty p JOIN orders_order o ON o.id = p.order_id
           JOIN commissions_commissionline l ON l.order_number = o.number
           WHERE (p.voided_at IS NOT NULL AND l.status <> 'void')
              OR (p.status = 'lifted' AND EXISTS (SELECT 1 FROM commissions_commissionhold h
                                                  WHERE h.line_id = l.id AND h.lifted_at IS NULL
                                                    AND h.cause = 'penalty ' || p.number))
           ORDER BY 1""",
    ),
    audited("case", "disputes_case", ("wait_supplier",)),
    audited("dispute", "disputes_dispute", ("evidence",)),
)
