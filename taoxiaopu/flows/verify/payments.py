"""Charges, notices and refunds, and the sandbox provider's own book."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check

CHECKS = (
    Check(
        "paid_charge",
        "orders_trade",
        _("已付的交易须恰有一张金额相同的已付支付单，未付的不得有"),
        """SELECT t.number AS key, t.amount_fen, count(DISTINCT c.id) AS paid_charges,
                  bool_or(o.paid_at IS NOT NULL) AS is_paid
           FROM orders_trade t
           JOIN orders_order o ON o.trade_id = t.id
           LEFT JOIN payments_charge c ON c.trade_number = t.number AND c.status = 'paid'
           GROUP BY t.id
           HAVING bool_or(o.paid_at IS NOT NULL) <> bool_and(o.paid_at IS NOT NULL)
               OR count(DISTINCT c.id) <> CASE WHEN bool_or(o.paid_at IS NOT NULL) THEN 1 ELSE 0 END
               OR (count(c.id) > 0 AND max(c.amount_fen) <> t.amount_fen)
           ORDER BY 1""",
    ),
    Check(
        "charge_notice",
        "payments_charge",
        _("已付的支付单须恰有一条已处理的付款通知，金额相同"),
        """SELECT c.number AS key, c.status, c.amount_fen, count(n.id) AS notices
           FROM payments_charge c
           LEFT JOIN payments_notice n ON n.payload->>'charge' = c.number
                AND n.payload->>'kind' = 'paid' AND n.outcome = 'applied'
           GROUP BY c.id
           HAVING count(n.id) <> CASE WHEN c.status = 'paid' THEN 1 ELSE 0 END
               OR coalesce(max((n.payload->>'amount_fen')::bigint), c.amount_fen) <> c.amount_fen
           ORDER BY 1""",
    ),
    Check(
        "notice_concluded",
        "payments_notice",
        _("渠道通知没有处理结果"),
        "SELECT event_id AS key FROM payments_notice WHERE outcome = '' ORDER BY 1",
    ),
    Check(
        "wrong_payment",
        "payments_wrongpayment",
        _("不符款项与其通知或退款不符"),
        """SELECT coalesce(w.provider_number, n.provider_number) AS key, w.status,
                  coalesce(w.amount_fen, 0) AS amount_fen, coalesce(r.amount_fen, 0) AS refund_fen
           FROM payments_wrongpayment w
           FULL JOIN (SELECT DISTINCT n.payload->>'provider_number' AS provider_number FROM payments_notice n
                      JOIN payments_charge c ON c.number = n.payload->>'charge'
                      WHERE n.outcome = 'mismatch' AND n.payload->>'kind' = 'paid'
                        AND (c.status <> 'paid' OR c.provider_number <> n.payload->>'provider_number')) n
                  ON n.provider_number = w.provider_number
           LEFT JOIN payments_refund r ON r.cause = 'stray'
                AND r.cause_ref = coalesce(w.provider_number, n.provider_number)
           WHERE n.provider_number IS NULL OR (w.id IS NULL AND r.id IS NULL)
              OR (w.status = 'returned' AND w.amount_fen > 0 AND r.id IS NULL)
              OR (r.requested_at = w.returned_at AND r.amount_fen <> w.amount_fen)
           ORDER BY 1""",
    ),
    Check(
        "refund_within_charge",
        "payments_charge",
        _("退款超过支付单金额"),
        """SELECT c.number AS key, c.amount_fen, sum(r.amount_fen) AS refunded_fen
           FROM payments_charge c JOIN payments_refund r ON r.charge_id = c.id AND r.cause <> 'stray'
           GROUP BY c.id HAVING sum(r.amount_fen) > c.amount_fen ORDER BY 1""",
    ),
    Check(
        "refund_cause",
        "payments_refund",
        _("渠道退款与订单行退款不符"),
        """SELECT coalesce(r.cause || ' ' || r.cause_ref, l.cause || ' ' || l.ref) AS key,
                  coalesce(r.amount_fen, 0) AS refund_fen, coalesce(l.fen, 0) AS line_fen
           FROM (SELECT * FROM payments_refund WHERE cause <> 'stray') r
           FULL JOIN (SELECT f.cause, f.cause_ref || '/' || l.ref AS ref, f.goods_fen + f.freight_fen AS fen
                      FROM orders_linerefund f JOIN orders_orderline l ON l.id = f.line_id) l
                  ON l.cause = r.cause AND l.ref = r.cause_ref
           WHERE r.amount_fen IS DISTINCT FROM l.fen ORDER BY 1""",
    ),
    Check(
        "refund_booked",
        "payments_refund",
        _("退款与其日记账不符"),
        """SELECT r.number AS key, r.status, r.amount_fen,
                  coalesce(asked.fen, 0) AS asked_fen, coalesce(paid.fen, 0) AS paid_fen
           FROM payments_refund r
           LEFT JOIN (SELECT j.ref_type, j.ref_id, sum(t.amount_fen) AS fen FROM ledger_journal j
                      JOIN ledger_transfer t ON t.journal_id = j.id
                      JOIN ledger_account c ON c.id = t.credit_id AND c.kind = 'refund_clearing'
                      WHERE j.kind IN ('refund', 'stray_payment') GROUP BY j.ref_type, j.ref_id) asked
                  ON asked.ref_id = left(r.cause_ref, 40)
                 AND asked.ref_type = CASE WHEN r.cause = 'stray' THEN 'payment' ELSE r.cause END
           LEFT JOIN (SELECT j.ref_id, sum(t.amount_fen) AS fen FROM ledger_journal j
                      JOIN ledger_transfer t ON t.journal_id = j.id
                      WHERE j.kind = 'refund_paid' GROUP BY j.ref_id) paid ON paid.ref_id = r.number
           WHERE coalesce(asked.fen, 0) <> r.amount_fen
              OR coalesce(paid.fen, 0) <> CASE WHEN r.status = 'succeeded' THEN r.amount_fen ELSE 0 END
           ORDER BY 1""",
    ),
    Check(
        "provider_payment",
        "payments_sandboxpayment",
        _("渠道账上的收款没有通知，也不在途中；或通知的收款渠道账上没有"),
        """SELECT coalesce(p.provider_number, n.payload->>'provider_number') AS key,
                  coalesce(p.amount_fen, 0) AS provider_fen,
                  coalesce((n.payload->>'amount_fen')::bigint, 0) AS notice_fen
           FROM (SELECT * FROM payments_sandboxpayment WHERE kind = 'pay') p
           FULL JOIN (SELECT * FROM payments_notice
                      WHERE provider = 'sandbox' AND payload->>'kind' = 'paid') n
                  ON n.payload->>'provider_number' = p.provider_number
           WHERE p.amount_fen IS DISTINCT FROM (n.payload->>'amount_fen')::bigint
             AND NOT (n.id IS NULL AND EXISTS (
                 SELECT 1 FROM payments_sandboxmessage m WHERE m.sent_at IS NULL
                    AND m.body::jsonb->>'provider_number' = p.provider_number))
           ORDER BY 1""",
    ),
    Check(
        "provider_refund",
        "payments_sandboxpayment",
        _("渠道账上的退款与我方退款单不符"),
        """SELECT coalesce(r.number, p.refund_number) AS key, r.status,
                  coalesce(r.amount_fen, 0) AS refund_fen, coalesce(p.amount_fen, 0) AS provider_fen
           FROM (SELECT r.* FROM payments_refund r JOIN payments_charge c ON c.id = r.charge_id
                 WHERE c.provider = 'sandbox') r
           FULL JOIN (SELECT * FROM payments_sandboxpayment WHERE kind = 'refund') p
                  ON p.refund_number = r.number
           WHERE (r.id IS NULL) OR (p.id IS NULL AND r.status = 'succeeded')
              OR (p.id IS NOT NULL AND p.amount_fen <> r.amount_fen)
           ORDER BY 1""",
    ),
)
