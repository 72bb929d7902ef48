"""Attacks on what must add up: transfers, orders, lines, reversals, the chart (trust §1 L1-L5)."""

from tests.ledger.statements import (
    BONUS,
    CHANNEL,
    CHECK,
    CLEARING,
    CONFIRMED,
    ESCROW,
    FEE,
    JOURNAL,
    OTHER,
    OWNER,
    PAYOUT,
    RIGHT,
    SEAL,
    SEALED,
    SUPPLIER,
    UNIQUE,
    journal,
    leg,
    legs,
    line,
)

# Name: what is tried, what PostgreSQL answers, and words of it.
ATTACKS: dict[str, tuple[list[str], str, str]] = {
    # L1: a transfer balances, and its amount is sane
    "one side only": ([JOURNAL, leg(credit="NULL")], "23502", "credit_id"),
    "amount zero": ([JOURNAL, leg(fen="0")], CHECK, "transfer_amount"),
    "amount negative": ([JOURNAL, leg(fen="-100")], CHECK, "transfer_amount"),
    "amount above 10^11": ([JOURNAL, leg(fen="100000000001")], CHECK, "transfer_amount"),
    "amount beyond bigint": ([JOURNAL, leg(fen="9223372036854775808")], "22003", "bigint"),
    "same account on both sides": ([JOURNAL, leg(debit=ESCROW)], CHECK, "transfer_two_accounts"),
    "account that is not there": ([JOURNAL, leg(debit="0")], "23503", "no account"),
    # L2: no empty journal
    "journal without transfers": ([JOURNAL], CHECK, "has no transfer"),
    "journal whose only leg was rolled back": (
        [JOURNAL, "SAVEPOINT a", leg(), "ROLLBACK TO SAVEPOINT a"],
        CHECK,
        "has no transfer",
    ),
    "empty journal, checked at once": (
        ["SET CONSTRAINTS ALL IMMEDIATE", JOURNAL, leg()],
        CHECK,
        "has no transfer",
    ),
    # L3: an order's division adds up
    "division of an order that nobody paid": (
        [journal("finalise", "2"), line(ESCROW, SUPPLIER, 100)],
        CHECK,
        "does not add up",
    ),
    "division of less than was paid": (
        [journal("finalise", "sealed"), line(ESCROW, SUPPLIER, 10_799)],
        CHECK,
        "1 fen are left in escrow",
    ),
    "division of more than was paid": (
        [journal("finalise", "sealed"), line(ESCROW, SUPPLIER, 10_801)],
        CHECK,
        "-1 fen are left in escrow",
    ),
    "division of no order": ([journal("finalise"), line(ESCROW, SUPPLIER, 1)], CHECK, "names its order"),
    "division twice": (
        [journal("finalise", "done", "again"), line(ESCROW, SUPPLIER, 100).replace("'attack'", "'again'")],
        CHECK,
        "does not add up",
    ),
    "one division among two suppliers": (
        [
            "INSERT INTO ledger_account (kind, party) VALUES ('supplier_payable', 'mine')",
            journal("finalise", "sealed"),
            legs((ESCROW, SUPPLIER, 10_000, ""), (ESCROW, SUPPLIER.replace("'sup'", "'mine'"), 800, "")),
        ],
        CHECK,
        "one supplier",
    ),
    "one line for two owners": (
        [
            "INSERT INTO ledger_account (kind, party) VALUES ('owner_confirmed', 'third')",
            journal("finalise", "sealed"),
            legs(
                (ESCROW, CONFIRMED, 10_000, "1"),
                (ESCROW, CONFIRMED.replace("IN ('', 'own')", "= 'third'"), 800, "1"),
            ),
        ],
        CHECK,
        "at most one owner",
    ),
    "a bonus above the platform's fee": (
        [
            journal("finalise", "sealed"),
            legs((ESCROW, SUPPLIER, 10_700, "1"), (ESCROW, FEE, 100, "1"), (BONUS, CONFIRMED, 101, "1")),
        ],
        CHECK,
        "at most the fee",
    ),
    "a right division, then one leg more": (
        [
            journal("finalise", "sealed"),
            line(ESCROW, SUPPLIER, 10_800),
            "SET CONSTRAINTS ALL IMMEDIATE",
            line(BONUS, CONFIRMED, 5_000),
        ],
        SEAL,
        "it has transfers already",
    ),
    "two inserts of legs in one statement": (
        [
            journal("finalise", "sealed"),
            "WITH first AS ("
            + line(ESCROW, SUPPLIER, 10_800)
            + " RETURNING 1) "
            + line(BONUS, CONFIRMED, 5_000),
        ],
        CHECK,
        "at most the fee",
    ),
    # L4: never more back than was given
    "refund of more than the order holds": (
        [journal("refund", "sealed"), line(ESCROW, CLEARING, 10_801)],
        CHECK,
        "does not add up",
    ),
    "more back from a supplier than the line gave": (
        [journal("refund", "done"), line(SUPPLIER, CLEARING, 8_801, "done-1")],
        CHECK,
        "balance_floor",
    ),
    "…half of it from another account of his": (
        [
            journal("refund", "done"),
            legs(
                (SUPPLIER, CLEARING, 8_800, "done-1"),
                (SUPPLIER.replace("supplier_payable", "supplier_deposit"), CLEARING, 1, "done-1"),
            ),
        ],
        CHECK,
        "more from supplier sup than it gave",
    ),
    "more back from an owner than the line gave": (
        [
            journal("refund", "done"),
            legs(
                (OWNER, CLEARING, 1_300, "done-1"),
                (OWNER.replace("withdrawable", "debt"), CLEARING, 502, "done-1"),
            ),
        ],
        CHECK,
        "more from owner own than it gave",
    ),
    "another owner charged for the line": (
        [journal("refund", "done"), line(OTHER, CLEARING, 1, "done-1")],
        CHECK,
        "more from owner else than it gave",
    ),
    "fee given back twice": (
        [journal("refund", "done"), line(FEE, CLEARING, 201, "done-1")],
        CHECK,
        "more from platform_fee than it gave",
    ),
    "a voided commission of more than the line gave": (
        [
            journal("commission_void", "done", ref_type="decision"),
            legs(
                (OWNER, FEE, 1_300, "done-1"),
                (OWNER.replace("withdrawable", "debt"), FEE, 502, "done-1"),
            ),
        ],
        CHECK,
        "more from owner own than it gave",
    ),
    "a voided commission that the platform pays": (
        [journal("commission_void", "done", ref_type="decision"), line(FEE, SUPPLIER, 201, "done-1")],
        CHECK,
        "more from platform_fee than it gave",
    ),
    "a voided commission of no order": (
        [journal("commission_void"), line(FEE, SUPPLIER, 1)],
        CHECK,
        "names its order",
    ),
    "refund paid that nobody asked for": (
        [journal("refund_paid", "done"), line(CLEARING, CHANNEL, 1)],
        CHECK,
        "does not add up",
    ),
    "withdrawal given back that was never asked for": (
        [journal("withdraw_back", ref_type="withdrawal"), line(PAYOUT, OWNER, 1)],
        CHECK,
        "more comes back",
    ),
    "withdrawal given back with interest": (
        [
            journal("withdraw_back", ref="w1", ref_type="withdrawal"),
            line(PAYOUT, OWNER, 501).replace("'attack'", "'w1' AND kind = 'withdraw_back'"),
        ],
        CHECK,
        "more comes back",
    ),
    "withdrawal of one given back to another": (
        [
            journal("withdraw_back", ref="w1", ref_type="withdrawal"),
            line(PAYOUT, OTHER, 500).replace("'attack'", "'w1' AND kind = 'withdraw_back'"),
        ],
        CHECK,
        "more comes back",
    ),
    # The chart
    "money from the platform's fee to an owner": (
        [journal("settle"), line(FEE, OWNER, 100)],
        CHECK,
        "never moves from platform_fee",
    ),
    "a kind that nobody knows": ([journal("gift"), line(FEE, OWNER, 100)], CHECK, "never moves"),
    "one owner's commission for another": (
        [journal("settle"), line(CONFIRMED, OTHER, 1)],
        CHECK,
        "account of one party to that of another",
    ),
    # L5
    "the same event again": (
        [JOURNAL.replace("'attack'", "'sealed'"), leg(SEALED)],
        UNIQUE,
        "journal_event_once",
    ),
    "the same event over the old one": (
        [
            JOURNAL.replace("'attack'", "'sealed'")
            + " ON CONFLICT (kind, ref_type, ref_id, seq) DO UPDATE SET inputs_hash = 'y'"
        ],
        RIGHT,
        "permission denied",
    ),
}
