"""Deposits of suppliers, withdrawals of owners and the transfers that pay them, and the sandbox provider's own book."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.ledger import BALANCES, platform_balance
from taoxiaopu.flows.verify.orders import audited

OPEN = "('requested', 'reviewing', 'processing')"


CHECKS = (
    Check(
        "deposit_booked",
        "payments_charge",
        _("保证金支付单与其日记账不符"),
        """SELECT coalesce(c.number, j.ref_id) AS key, c.status, coalesce(c.amount_fen, 0) AS charge_fen,
                  coalesce(j.fen, 0) AS booked_fen, c.reference, j.party
           FROM (SELECT * FROM payments_charge WHERE purpose IN ('deposit', 'bond')) c
           FULL JOIN (SELECT j.ref_id, a.party, sum(t.amount_fen) AS fen FROM ledger_journal j
                      JOIN ledger_transfer t ON t.journal_id = j.id
                      JOIN ledger_account a ON a.id = t.credit_id
                      WHERE j.kind IN ('deposit', 'bond') GROUP BY j.ref_id, a.party) j ON j.ref_id = c.number
           WHERE c.id IS NULL
              OR coalesce(j.fen, 0) <> CASE WHEN c.status = 'paid' THEN c.amount_fen ELSE 0 END
              OR (j.party IS NOT NULL AND j.party <> c.reference)
           ORDER BY 1""",
    ),
    Check(
        "deposit_account",
        "ledger_account",
        _("保证金余额大于该供应商已付的保证金"),
        f"""SELECT b.party AS key, b.balance AS balance_fen, coalesce(c.n, 0) AS paid_fen
            FROM (SELECT * FROM ({BALANCES}) x WHERE kind = 'supplier_deposit') b
            LEFT JOIN (SELECT reference, sum(amount_fen) AS n FROM payments_charge
                       WHERE purpose = 'deposit' AND status = 'paid' GROUP BY reference) c
                   ON c.reference = b.party
            LEFT JOIN (SELECT s.public_id AS party, sum(r.deposit_fen) AS n FROM commissions_depositreturn r
                       JOIN suppliers_supplier s ON s.id = r.supplier_id
                       WHERE r.status NOT IN ('failed', 'rejected') GROUP BY 1) r ON r.party = b.party
            WHERE b.balance > coalesce(c.n, 0) - coalesce(r.n, 0) ORDER BY 1""",
    ),
    Check(
        "supplier_deposit",
        "suppliers_supplier",
        _("供应商入驻后未缴保证金，或未待缴而已付"),
        """SELECT s.public_id AS key, s.status, coalesce(c.n, 0) AS paid_fen
           FROM suppliers_supplier s
           LEFT JOIN (SELECT reference, sum(amount_fen) AS n FROM payments_charge
                      WHERE purpose = 'deposit' AND status = 'paid' GROUP BY reference) c
                  ON c.reference = s.public_id
           WHERE (s.status IN ('draft', 'submitted', 'in_review', 'need_info', 'rejected') AND c.n > 0)
              OR (s.status IN ('active', 'suspended', 'exiting', 'exited') AND c.n IS NULL
                  AND EXISTS (SELECT 1 FROM kernel_auditentry e
                              WHERE e.subject_type = 'supplier' AND e.subject_ref = s.public_id
                                AND e.to_state = 'await_deposit'))
           ORDER BY 1""",
    ),
    audited("supplier", "suppliers_supplier", ("draft", "submitted", "active"), "public_id"),
    audited("withdrawal", "commissions_withdrawal", ("requested",)),
    audited("transfer", "payments_transfer", ("requested",)),
    Check(
        "withdrawal_booked",
        "commissions_withdrawal",
        _("提现单与其日记账不符"),
        """SELECT coalesce(w.number, j.ref_id) AS key, w.status, coalesce(w.amount_fen, 0) AS amount_fen,
                  coalesce(j.taken, 0) AS taken_fen, coalesce(j.back, 0) AS back_fen
           FROM (SELECT w.*, o.public_id AS party FROM commissions_withdrawal w
                 JOIN storefronts_owner o ON o.id = w.owner_id) w
           FULL JOIN (SELECT j.ref_id, d.party || c.party AS party,
                             sum(CASE WHEN j.kind = 'withdraw' THEN t.amount_fen ELSE 0 END) AS taken,
                             sum(CASE WHEN j.kind = 'withdraw_back' THEN t.amount_fen ELSE 0 END) AS back
                      FROM ledger_journal j JOIN ledger_transfer t ON t.journal_id = j.id
                      JOIN ledger_account d ON d.id = t.debit_id
                      JOIN ledger_account c ON c.id = t.credit_id
                      WHERE j.kind IN ('withdraw', 'withdraw_back') GROUP BY 1, 2) j
                  ON j.ref_id = w.number AND j.party = w.party
           WHERE w.id IS NULL OR coalesce(j.taken, 0) <> w.amount_fen
              OR coalesce(j.back, 0) <> CASE WHEN w.status IN ('failed', 'rejected') THEN w.amount_fen ELSE 0 END
           ORDER BY 1""",
    ),
    Check(
        "withdrawal_transfer",
        "commissions_withdrawal",
        _("提现单与其打款单不符"),
        """SELECT coalesce(w.number, t.cause_ref) AS key, w.status, t.status AS transfer,
                  coalesce(w.amount_fen, 0) AS amount_fen, coalesce(t.amount_fen, 0) AS transfer_fen,
                  coalesce(t.withheld_fen, 0) AS withheld_fen
           FROM commissions_withdrawal w
           FULL JOIN (SELECT * FROM payments_transfer WHERE cause = 'withdrawal') t ON t.cause_ref = w.number
           WHERE w.id IS NULL OR (t.id IS NOT NULL AND t.amount_fen + t.withheld_fen <> w.amount_fen)
              OR coalesce(t.status, '') <> CASE w.status WHEN 'processing' THEN 'requested' WHEN 'paid' THEN 'paid'
                                                         WHEN 'failed' THEN 'returned' ELSE '' END
           ORDER BY 1""",
    ),
    audited("supplier_payout", "commissions_supplierpayout", ("requested",)),
    Check(
        "supplier_payout_booked",
        "commissions_supplierpayout",
        _("供应商结算与其日记账不符"),
        """SELECT coalesce(w.number, j.ref_id) AS key, w.status, coalesce(w.amount_fen, 0) AS amount_fen,
                  coalesce(j.taken, 0) AS taken_fen, coalesce(j.back, 0) AS back_fen
           FROM (SELECT p.*, s.public_id AS party FROM commissions_supplierpayout p
                 JOIN suppliers_supplier s ON s.id = p.supplier_id) w
           FULL JOIN (SELECT j.ref_id, d.party || c.party AS party,
                             sum(CASE WHEN j.kind = 'supplier_payout' THEN t.amount_fen ELSE 0 END) AS taken,
                             sum(CASE WHEN j.kind = 'supplier_payout_back' THEN t.amount_fen ELSE 0 END) AS back
                      FROM ledger_journal j JOIN ledger_transfer t ON t.journal_id = j.id
                      JOIN ledger_account d ON d.id = t.debit_id
                      JOIN ledger_account c ON c.id = t.credit_id
                      WHERE j.kind IN ('supplier_payout', 'supplier_payout_back') GROUP BY 1, 2) j
                  ON j.ref_id = w.number AND j.party = w.party
           WHERE w.id IS NULL OR coalesce(j.taken, 0) <> w.amount_fen
              OR coalesce(j.back, 0) <> CASE WHEN w.status IN ('failed', 'rejected') THEN w.amount_fen ELSE 0 END
           ORDER BY 1""",
    ),
    Check(
        "supplier_payout_transfer",
        "commissions_supplierpayout",
        _("供应商结算与其打款单不符"),
        """SELECT coalesce(w.number, t.cause_ref) AS key, w.status, t.status AS transfer,
                  coalesce(w.amount_fen, 0) AS amount_fen, coalesce(t.amount_fen, 0) AS transfer_fen
           FROM commissions_supplierpayout w
           FULL JOIN (SELECT * FROM payments_transfer WHERE cause = 'supplier_payout') t ON t.cause_ref = w.number
           WHERE w.id IS NULL OR (t.id IS NOT NULL AND (t.amount_fen <> w.amount_fen OR t.withheld_fen <> 0))
              OR coalesce(t.status, '') <> CASE w.status WHEN 'processing' THEN 'requested' WHEN 'paid' THEN 'paid'
                                                         WHEN 'failed' THEN 'returned' ELSE '' END
           ORDER BY 1""",
    ),
    audited("compensation", "orders_compensation", ("processing",)),
    Check(
        "compensation_booked",
        "orders_compensation",
        _("赔付与日记账不符"),
        """SELECT coalesce(w.number, j.ref_id) AS key, coalesce(w.amount_fen, 0) AS amount_fen, coalesce(j.n, 0) AS booked_fen
           FROM orders_compensation w
           FULL JOIN (SELECT j.ref_id, sum(t.amount_fen) AS n FROM ledger_journal j
                      JOIN ledger_transfer t ON t.journal_id = j.id
                      WHERE j.kind = 'compensation' GROUP BY 1) j ON j.ref_id = w.number
           WHERE w.amount_fen IS DISTINCT FROM j.n ORDER BY 1""",
    ),
    Check(
        "compensation_transfer",
        "orders_compensation",
        _("赔付与其打款单不符"),
        """SELECT coalesce(w.number, t.cause_ref) AS key, w.status, t.status AS transfer,
                  coalesce(w.amount_fen, 0) AS amount_fen, coalesce(t.amount_fen, 0) AS transfer_fen
           FROM orders_compensation w
           FULL JOIN (SELECT DISTINCT ON (split_part(cause_ref, '/', 1)) *, split_part(cause_ref, '/', 1) AS cause_number
                      FROM payments_transfer WHERE cause = 'compensation'
                      ORDER BY split_part(cause_ref, '/', 1), id DESC) t ON t.cause_number = w.number
           WHERE w.id IS NULL OR t.id IS NULL OR t.amount_fen <> w.amount_fen OR t.withheld_fen <> 0
              OR t.cause_ref <> w.number || '/' || w.sent
              OR t.status <> CASE w.status WHEN 'processing' THEN 'requested' ELSE w.status END
           ORDER BY 1""",
    ),
    Check(
        "one_open_withdrawal",
        "storefronts_owner",
        _("掌柜有多笔处理中的提现"),
        f"""SELECT o.public_id AS key, count(*) AS open FROM commissions_withdrawal w
            JOIN storefronts_owner o ON o.id = w.owner_id
            WHERE w.status IN {OPEN} GROUP BY o.public_id HAVING count(*) > 1 ORDER BY 1""",
    ),
    Check(
        "payout_clearing",
        "ledger_account",
        _("打款清算余额不等于处理中的提现、供应商结算与保证金退还之和"),
        f"""SELECT * FROM (SELECT 'payout_clearing' AS key, {platform_balance("payout_clearing")} AS balance_fen,
                   coalesce((SELECT sum(amount_fen) FROM commissions_withdrawal WHERE status IN {OPEN}), 0)
                   + coalesce((SELECT sum(amount_fen) FROM commissions_supplierpayout WHERE status IN {OPEN}), 0)
                   + coalesce((SELECT sum(amount_fen) FROM commissions_depositreturn WHERE status IN {OPEN}), 0)
                       AS open_fen) x WHERE balance_fen <> open_fen""",
    ),
    Check(
        "owner_withdrawable",
        "ledger_account",
        _("可提现余额不等于结算、扣回与提现之差"),
        f"""SELECT o.public_id AS key, coalesce(b.balance, 0) AS balance_fen,
                   coalesce(s.n, 0) AS settled_fen, coalesce(r.n, 0) AS taken_back_fen,
                   coalesce(w.n, 0) AS withdrawn_fen, coalesce(d.n, 0) AS repaid_fen
            FROM storefronts_owner o
            LEFT JOIN ({BALANCES}) b ON b.kind = 'owner_withdrawable' AND b.party = o.public_id
            LEFT JOIN (SELECT owner_id, sum(net_fen) AS n FROM commissions_statement GROUP BY owner_id) s
                   ON s.owner_id = o.id
            LEFT JOIN (SELECT l.owner_id, sum(r.from_withdrawable_fen) AS n FROM commissions_reversal r
                       JOIN commissions_commissionline l ON l.id = r.line_id GROUP BY l.owner_id) r
                   ON r.owner_id = o.id
            LEFT JOIN (SELECT owner_id, sum(amount_fen) AS n FROM commissions_withdrawal
                       WHERE status NOT IN ('failed', 'rejected') GROUP BY owner_id) w ON w.owner_id = o.id
            LEFT JOIN (SELECT a.party, sum(t.amount_fen) AS n FROM ledger_journal j
                       JOIN ledger_transfer t ON t.journal_id = j.id
                       JOIN ledger_account a ON a.id = t.debit_id AND a.kind = 'owner_withdrawable'
                       WHERE j.kind = 'debt_repaid' GROUP BY a.party) d ON d.party = o.public_id
            WHERE coalesce(b.balance, 0)
                  <> coalesce(s.n, 0) - coalesce(r.n, 0) - coalesce(w.n, 0) - coalesce(d.n, 0)
            ORDER BY 1""",
    ),
    Check(
        "transfer_booked",
        "payments_transfer",
        _("打款单与其日记账不符"),
        """SELECT coalesce(x.number, j.ref_id) AS key, x.status, coalesce(x.amount_fen, 0) AS amount_fen,
                  coalesce(x.withheld_fen, 0) AS withheld_fen,
                  coalesce(j.fen, 0) AS booked_fen, coalesce(j.tax, 0) AS booked_tax_fen
           FROM payments_transfer x
           FULL JOIN (SELECT j.ref_id,
                             sum(m.sign * t.amount_fen) FILTER (WHERE 'channel_clearing' IN (d.kind, c.kind)) AS fen,
                             sum(m.sign * t.amount_fen) FILTER (WHERE 'tax_payable' IN (d.kind, c.kind)) AS tax
                      FROM ledger_journal j JOIN ledger_transfer t ON t.journal_id = j.id
                      JOIN ledger_account d ON d.id = t.debit_id
                      JOIN ledger_account c ON c.id = t.credit_id
                      CROSS JOIN LATERAL (SELECT CASE WHEN j.kind IN ('payout_paid', 'compensation_paid') THEN 1 ELSE -1 END AS sign) m
                      WHERE j.kind IN ('payout_paid', 'payout_returned', 'compensation_paid', 'compensation_back')
                      GROUP BY j.ref_id) j
                  ON j.ref_id = x.number
           WHERE x.id IS NULL
              OR coalesce(j.fen, 0) <> CASE WHEN x.status = 'paid' THEN x.amount_fen ELSE 0 END
              OR coalesce(j.tax, 0) <> CASE WHEN x.status = 'paid' THEN x.withheld_fen ELSE 0 END
           ORDER BY 1""",
    ),
    Check(
        "transfer_notice",
        "payments_transfer",
        _("已完结的打款单没有对应的已处理通知"),
        """SELECT x.number AS key, x.status FROM payments_transfer x
           WHERE (x.status <> 'requested') <> EXISTS (
               SELECT 1 FROM payments_notice n WHERE n.payload->>'transfer' = x.number
                  AND n.outcome = 'applied' AND (n.payload->>'amount_fen')::bigint = x.amount_fen
                  AND n.payload->>'kind' = 'transfer.' || CASE x.status WHEN 'returned' THEN 'returned'
                                                                       ELSE 'paid' END)
           ORDER BY 1""",
    ),
    Check(
        "provider_transfer",
        "payments_sandboxtransfer",
        _("渠道账上的打款与我方打款单不符"),
        """SELECT coalesce(x.number, p.transfer_number) AS key, x.status, p.fate,
                  coalesce(x.amount_fen, 0) AS transfer_fen, coalesce(p.amount_fen, 0) AS provider_fen
           FROM (SELECT * FROM payments_transfer WHERE provider = 'sandbox') x
           FULL JOIN payments_sandboxtransfer p ON p.transfer_number = x.number
           WHERE x.id IS NULL OR (p.id IS NULL AND x.status <> 'requested')
              OR (p.id IS NOT NULL AND p.amount_fen <> x.amount_fen)
              OR (p.id IS NOT NULL AND x.status <> 'requested' AND x.status <> p.fate
                  AND NOT (x.status = 'returned' AND coalesce(p.back_at <= x.returned_at, false)))
           ORDER BY 1""",
    ),
)
