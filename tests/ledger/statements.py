"""The statements that attacks are made of."""

JOURNAL = (
    "INSERT INTO ledger_journal (kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at)"
    " VALUES ('payment', 'order', 'attack', 0, '', 'x', now())"
)
ESCROW, CHANNEL = (
    f"(SELECT id FROM public.ledger_account WHERE kind = '{kind}')" for kind in ("escrow", "channel_clearing")
)
OWN = "(SELECT id FROM public.ledger_journal WHERE ref_id = 'attack')"
SEALED = "(SELECT id FROM public.ledger_journal WHERE ref_id = 'sealed')"


def leg(journal: str = OWN, debit: str = CHANNEL, credit: str = ESCROW, fen: str = "100") -> str:
    return (
        "INSERT INTO ledger_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref)"
        f" VALUES ({journal}, (SELECT posted_on FROM public.ledger_journal WHERE id = {journal}),"
        f" {debit}, {credit}, {fen}, '')"
    )


PARTITION = "ledger_transfer_2026_06"
RIGHT, CHECK, UNIQUE, SEAL, NO_VALUE = "42501", "23514", "23505", "23001", "23502"
OWNER, SUPPLIER, OTHER = (
    f"(SELECT id FROM public.ledger_account WHERE kind = '{kind}' AND party = '{party}')"
    for kind, party in (
        ("owner_withdrawable", "own"),
        ("supplier_payable", "sup"),
        ("owner_withdrawable", "else"),
    )
)
CONFIRMED, FEE, BONUS, PAYOUT, CLEARING = (
    f"(SELECT id FROM public.ledger_account WHERE kind = '{kind}' AND party IN ('', 'own'))"
    for kind in ("owner_confirmed", "platform_fee", "platform_bonus", "payout_clearing", "refund_clearing")
)


def journal(kind: str, order: str = "", ref: str = "attack", ref_type: str = "order") -> str:
    return (
        JOURNAL.replace("'payment'", f"'{kind}'")
        .replace("'attack', 0, ''", f"'{ref}', 0, '{order}'")
        .replace("'order', '", f"'{ref_type}', '")
    )


def legs(*moves: tuple[str, str, int, str]) -> str:
    """Several transfers of the attacker's journal in one statement."""
    values = ", ".join(
        f"({OWN}, (SELECT posted_on FROM ledger_journal WHERE id = {OWN}), {d}, {c}, {fen}, '{line}')"
        for d, c, fen, line in moves
    )
    return (
        "INSERT INTO ledger_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref)"
        f" VALUES {values}"
    )


def line(debit: str, credit: str, fen: int, ref: str = "") -> str:
    return legs((debit, credit, fen, ref))
