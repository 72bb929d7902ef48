"""Suppliers that leave: what they get back against the books and their transfers, and that nobody is out unpaid."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.ledger import BALANCES
from taoxiaopu.flows.verify.orders import audited

OPEN = "('requested', 'reviewing', 'processing')"
# What a journal took from each of a supplier's accounts, less what another gave back under the same reference.
MOVED = """
    SELECT j.ref_id, a.party, a.kind,
           sum(CASE WHEN j.kind = 'deposit_return' THEN t.amount_fen ELSE 0 END) AS taken,
           sum(CASE WHEN j.kind = 'deposit_return_back' THEN t.amount_fen ELSE 0 END) AS back
    FROM ledger_journal j JOIN ledger_transfer t ON t.journal_id = j.id
    JOIN ledger_account a ON a.id = CASE j.kind WHEN 'deposit_return' THEN t.debit_id ELSE t.credit_id END
    WHERE j.kind IN ('deposit_return', 'deposit_return_back') GROUP BY 1, 2, 3"""
CHECKS = (
    audited("deposit_return", "commissions_depositreturn", ("requested",)),
    Check(
        "deposit_return_booked",
        "commissions_depositreturn",
        _("保证金退还与其日记账不符"),
        f"""SELECT DISTINCT ON (1) coalesce(w.number, j.ref_id) AS key, w.status, w.kind, coalesce(w.fen, 0) AS amount_fen,
                   coalesce(j.taken, 0) AS taken_fen, coalesce(j.back, 0) AS back_fen
            FROM (SELECT r.number, r.status, s.public_id AS party, x.kind, x.fen FROM commissions_depositreturn r
                  JOIN suppliers_supplier s ON s.id = r.supplier_id
                  CROSS JOIN LATERAL (VALUES ('supplier_payable', r.payable_fen), ('category_bond', r.bond_fen),
                                             ('supplier_deposit', r.deposit_fen)) AS x (kind, fen) WHERE x.fen > 0) w
            FULL JOIN ({MOVED}) j ON j.ref_id = w.number AND j.party = w.party AND j.kind = w.kind
            WHERE w.number IS NULL OR coalesce(j.taken, 0) <> w.fen
               OR coalesce(j.back, 0) <> CASE WHEN w.status IN ('failed', 'rejected') THEN w.fen ELSE 0 END
            ORDER BY 1""",
    ),
    Check(
        "deposit_return_transfer",
        "commissions_depositreturn",
        _("保证金退还与其打款单不符"),
        """SELECT coalesce(w.number, t.cause_ref) AS key, w.status, t.status AS transfer,
                  coalesce(w.amount_fen, 0) AS amount_fen, coalesce(t.amount_fen, 0) AS transfer_fen
           FROM commissions_depositreturn w
           FULL JOIN (SELECT * FROM payments_transfer WHERE cause = 'deposit_return') t ON t.cause_ref = w.number
           WHERE w.id IS NULL OR (t.id IS NOT NULL AND (t.amount_fen <> w.amount_fen OR t.withheld_fen <> 0))
              OR coalesce(t.status, '') <> CASE w.status WHEN 'processing' THEN 'requested' WHEN 'paid' THEN 'paid'
                                                         WHEN 'failed' THEN 'returned' ELSE '' END
           ORDER BY 1""",
    ),
    Check(
        "supplier_exited",
        "suppliers_supplier",
        _("供应商的退出状态与其保证金退还不符，或已退出而款项未结"),
        f"""SELECT s.public_id AS key, s.status, s.settling_since, r.status AS returned, coalesce(b.held, 0) AS held_fen
            FROM suppliers_supplier s
            LEFT JOIN LATERAL (SELECT r.status FROM commissions_depositreturn r WHERE r.supplier_id = s.id
                               ORDER BY r.id DESC LIMIT 1) r ON true
            LEFT JOIN (SELECT party, sum(balance) AS held FROM ({BALANCES}) x
                       WHERE kind IN ('supplier_deposit', 'category_bond') GROUP BY party) b ON b.party = s.public_id
            WHERE (s.settling_since IS NOT NULL) <> coalesce(r.status IN {OPEN}, false)
               OR (r.status = 'paid' AND s.status <> 'exited')
               OR (s.status = 'exited' AND b.held > 0 AND r.status NOT IN ('failed', 'rejected'))
            ORDER BY 1""",
    ),
)
