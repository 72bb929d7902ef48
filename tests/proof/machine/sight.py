"""The platform's rows in the words of the model's picture, read past every service."""

from collections import Counter, defaultdict

from ledger.models import DEBIT_NORMAL, OWNER_KINDS, SUPPLIER_KINDS
from taoxiaopu.kernel import rows

TRANSFERS = """
    SELECT t.id, t.journal_id, d.kind, d.party, c.kind, c.party, t.amount_fen, t.line_ref FROM ledger_transfer t
    JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
    WHERE t.id > %s ORDER BY t.id"""
ROWS = """
    SELECT 'order ' || number, concat_ws(' ', status, freight_refunded_fen, is_late::int) FROM orders_order
    UNION ALL
    SELECT 'line ' || ref, concat_ws(' ', paid_fen, refunded_fen, (shipped_in_id IS NOT NULL)::int, rate_bp, bonus_bp)
    FROM orders_orderline
    UNION ALL
    SELECT 'commission ' || c.line_ref,
           concat_ws(' ', c.status, CASE WHEN c.status = 'frozen' THEN c.frozen_from END, c.base_fen, c.gross_fen,
                     c.fee_fen, c.bonus_fen, c.in_confirmed_fen, coalesce(s.month::text, '-'))
    FROM commissions_commissionline c LEFT JOIN commissions_statement s ON s.id = c.statement_id
    UNION ALL
    SELECT concat_ws(' ', 'statement', o.public_id, s.month),
           concat_ws(' ', s.lines, s.commission_fen, s.bonus_fen, s.taken_back_fen, s.net_fen)
    FROM commissions_statement s JOIN storefronts_owner o ON o.id = s.owner_id
    UNION ALL
    SELECT 'case ' || number, concat_ws(' ', status, amount_fen, attempts) FROM disputes_case
    UNION ALL
    SELECT 'dispute ' || number, status FROM disputes_dispute
    UNION ALL
    SELECT 'withdrawal ' || w.number, concat_ws(' ', w.status, w.amount_fen, coalesce(t.tax_fen::text, '-'))
    FROM commissions_withdrawal w LEFT JOIN tax_withholding t ON t.ref = w.number
    UNION ALL
    SELECT 'payout ' || number, concat_ws(' ', status, amount_fen, week) FROM commissions_supplierpayout
    UNION ALL
    SELECT 'standing ' || o.public_id, concat_ws(' ', s.tier, s.debt_fen)
    FROM storefronts_ownerstanding s JOIN storefronts_owner o ON o.id = s.owner_id
    UNION ALL
    SELECT 'sku ' || s.id, concat_ws(' ', s.available, s.price_fen, g.rate_bp)
    FROM suppliers_sku s JOIN suppliers_good g ON g.id = s.good_id
    UNION ALL
    SELECT concat_ws(' ', 'kept', a.kind, a.party), b.balance_fen::text
    FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id WHERE b.balance_fen <> %s"""
# Whose share of a line an account holds; what only passes through the others is nobody's.
SHARES = {
    **dict.fromkeys(SUPPLIER_KINDS, 0),
    **dict.fromkeys(OWNER_KINDS, 1),
    "platform_fee": 2,
    "platform_bonus": 3,
}


class Sight:
    """What is in the database. Transfers are append-only: each is read once and summed up here.

    All steps of an example share one transaction, in which a journal stays open for PostgreSQL (L7), so that a transfer
    which comes to a journal of an earlier step is found here instead.
    """

    def __init__(self) -> None:
        self._fen: Counter[tuple[str, str]] = Counter()
        self._shares: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        self._last_transfer = self._last_journal = 0

    def picture(self) -> dict[str, str]:
        """As ``Platform.picture``: what there is, by kind and name."""
        self._read_transfers()
        found = dict(rows.run(ROWS, [0]).fetchall())
        kept = {name: found.pop(name) for name in list(found) if name.startswith("kept ")}
        assert kept == {
            f"kept {kind} {party}": str(fen) for (kind, party), fen in self._fen.items() if fen and party
        }
        found |= {f"account {kind} {party}": str(fen) for (kind, party), fen in self._fen.items() if fen}
        found |= {
            f"shares {ref}": " ".join(map(str, shares)) for ref, shares in self._shares.items() if any(shares)
        }
        return found

    def _read_transfers(self) -> None:
        fresh = rows.run(TRANSFERS, [self._last_transfer]).fetchall()
        for _key, journal, debit, debtor, credit, creditor, fen, ref in fresh:
            assert journal > self._last_journal, f"journal {journal} was sealed"
            for kind, party, sign in ((debit, debtor, 1), (credit, creditor, -1)):
                on_its_side = sign if kind in DEBIT_NORMAL else -sign
                self._fen[kind, party] += on_its_side * fen
                if ref and kind in SHARES:
                    # A debt counts against whoever owes it.
                    gain = on_its_side if kind == "platform_bonus" else -sign
                    self._shares[ref][SHARES[kind]] += gain * fen
        if fresh:
            self._last_transfer = fresh[-1][0]
            self._last_journal = max(journal for _key, journal, *_rest in fresh)
