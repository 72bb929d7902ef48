"""What an angry insider tries as the app's own role, on a connection of its own: refused whole (trust §1 L1-L11).

Each attack names who refused it: the state that PostgreSQL answered with, and its words where several would do.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from ledger import posting
from ledger.models import AccountKind, Journal, JournalKind
from ledger.posting import Event, Movement, Side
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from tests.factories.books import earn
from tests.factories.world import picture

AT = datetime(2026, 6, 3, 4, tzinfo=UTC)
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
RIGHT, CHECK, UNIQUE, SEAL = "42501", "23514", "23505", "23001"
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
    # L7
    "late leg": ([leg(SEALED)], SEAL, "is sealed"),
    "late leg in a savepoint": (["SAVEPOINT a", leg(SEALED)], SEAL, "is sealed"),
    "leg of no journal": (
        [leg("0").replace("(SELECT posted_on FROM public.ledger_journal WHERE id = 0)", "'2026-06-03'")],
        SEAL,
        "is sealed",
    ),
    "leg of another month": (
        [
            JOURNAL,
            leg().replace(f"(SELECT posted_on FROM public.ledger_journal WHERE id = {OWN})", "'2026-01-31'"),
        ],
        SEAL,
        "is sealed",
    ),
    "reopening by xid": (
        [
            "UPDATE ledger_journal SET xid = pg_current_xact_id()::text::bigint,"
            " recorded_at = transaction_timestamp() WHERE ref_id = 'sealed'",
            leg(SEALED),
        ],
        RIGHT,
        "permission denied",
    ),
    "own stamps": (
        [JOURNAL.replace("occurred_at)", "occurred_at, xid)").replace("now())", "now(), 7)")],
        RIGHT,
        "ledger_journal",
    ),
    "own time of recording": (
        [JOURNAL.replace("occurred_at)", "occurred_at, recorded_at)").replace("now())", "now(), now())")],
        RIGHT,
        "ledger_journal",
    ),
    "own day of the books": (
        [
            JOURNAL.replace("occurred_at)", "occurred_at, posted_on)").replace(
                "now())", "now(), '2026-01-01')"
            )
        ],
        RIGHT,
        "ledger_journal",
    ),
    "own key": (
        [JOURNAL.replace("(kind,", "(id, kind,").replace("('payment'", "(1, 'payment'")],
        RIGHT,
        "ledger_journal",
    ),
    "a snapshot from before": (
        ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", JOURNAL, leg()],
        SEAL,
        "read committed",
    ),
    "serializable": (
        ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", JOURNAL, leg()],
        SEAL,
        "read committed",
    ),
    # L8, L9, L11
    "overdraw": (
        [journal("withdraw", ref_type="withdrawal"), line(OWNER, PAYOUT, 1_301)],
        CHECK,
        "balance_floor",
    ),
    "overdraw and put back within one transaction": (
        [
            journal("withdraw", ref_type="withdrawal"),
            line(OWNER, PAYOUT, 1_301),
            journal("settle", ref="later"),
            line(CONFIRMED, OWNER, 1).replace("'attack'", "'later'"),
        ],
        CHECK,
        "balance_floor",
    ),
    "balance by hand": (["UPDATE ledger_balance SET balance_fen = 100000000"], RIGHT, "ledger_balance"),
    "balance of one's own": (["INSERT INTO ledger_balance VALUES (999, 1)"], RIGHT, "ledger_balance"),
    "balance removed": (["DELETE FROM ledger_balance"], RIGHT, "ledger_balance"),
    "balance locked for ever": (["SELECT 1 FROM ledger_balance FOR UPDATE"], RIGHT, "ledger_balance"),
    # L10
    "month closed by hand": (
        ["INSERT INTO ledger_monthclosing VALUES ('2020-01-01', 'x', now(), 0, 0, 0, '')"],
        RIGHT,
        "ledger_monthclosing",
    ),
    "month closed out of order": (
        ["SELECT ledger_close_month('2019-01-01', 'x', now(), '')"],
        CHECK,
        "next month to close",
    ),
    "month reopened": (["DELETE FROM ledger_monthclosing"], RIGHT, "ledger_monthclosing"),
    "month that is not over": (
        [
            "SELECT ledger_close_month(m::date, 'x', now(), '') FROM generate_series(timestamp '2026-06-01',"
            " date_trunc('month', now()) + interval '1 month', interval '1 month') m"
        ],
        CHECK,
        "is not over",
    ),
    # Seals and shapes
    "digest by hand": (
        ["INSERT INTO ledger_digest VALUES ('2026-01-01', '', '', 0, 0, 0, now())"],
        RIGHT,
        "ledger_digest",
    ),
    "digest rewritten": (["UPDATE ledger_digest SET digest = ''"], RIGHT, "ledger_digest"),
    "digest of a day to come": (
        ["SELECT ledger_write_digest((now() + interval '2 days')::date, now())"],
        CHECK,
        "is not over",
    ),
    "digest of an old snapshot": (
        [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "SELECT ledger_write_digest('2026-06-30', now())",
        ],
        SEAL,
        "read committed",
    ),
    "checkpoint by hand": (["UPDATE ledger_checkpoint SET debit_fen = 0"], RIGHT, "ledger_checkpoint"),
    "closing balance by hand": (["UPDATE ledger_closingbalance SET debit_fen = 0"], RIGHT, "closingbalance"),
    "a shape of one's own": (
        ["INSERT INTO ledger_shape VALUES ('settle', 'platform_fee', 'owner_withdrawable', '')"],
        RIGHT,
        "ledger_shape",
    ),
    # Past the table, past the triggers, past the role
    "straight into a partition": (
        [JOURNAL, leg().replace("INTO ledger_transfer", f"INTO {PARTITION}")],
        RIGHT,
        PARTITION,
    ),
    "partition emptied": ([f"TRUNCATE {PARTITION}"], RIGHT, PARTITION),
    "partition rewritten": ([f"UPDATE {PARTITION} SET amount_fen = 1"], RIGHT, PARTITION),
    "partition detached": ([f"ALTER TABLE ledger_transfer DETACH PARTITION {PARTITION}"], RIGHT, "owner"),
    "partition of one's own": (
        ["CREATE TABLE mine PARTITION OF ledger_transfer FOR VALUES FROM ('2019-01-01') TO ('2019-02-01')"],
        RIGHT,
        "permission denied",
    ),
    "guard function called by hand": (
        ["SELECT ledger_guard_partition('ledger_account')"],
        RIGHT,
        "ledger_guard",
    ),
    "COPY past the columns": (["COPY ledger_transfer FROM PROGRAM 'echo'"], RIGHT, "permission denied"),
    "COPY a key": (
        ["COPY ledger_transfer (id, journal_id) FROM '/etc/hostname'"],
        RIGHT,
        "permission denied",
    ),
    "keys burnt": (["SELECT setval('ledger_journal_id_seq', 1)"], RIGHT, "ledger_journal_id_seq"),
    "keys skipped": (["SELECT nextval('ledger_transfer_id_seq')"], RIGHT, "ledger_transfer_id_seq"),
    "the owner's role": (["SET ROLE taoxiaopu_owner"], RIGHT, "set role"),
    "the owner's session": (["SET SESSION AUTHORIZATION taoxiaopu_owner"], RIGHT, "session authorization"),
    "a right of one's own": (
        ["GRANT ALL ON ledger_transfer TO CURRENT_USER", "UPDATE ledger_transfer SET amount_fen = 1"],
        RIGHT,
        "ledger_transfer",
    ),
    "no triggers for this session": (["SET session_replication_role = replica"], RIGHT, "replication_role"),
    "a temporary table in place of the chart": (
        [
            "CREATE TEMP TABLE ledger_shape AS SELECT 'settle' AS kind, 'platform_fee' AS debit,"
            " 'owner_withdrawable' AS credit, '' AS reverses",
            journal("settle"),
            line(FEE, OWNER, 100),
        ],
        CHECK,
        "never moves from platform_fee",
    ),
    "a temporary table in place of the transfers": (
        [
            "CREATE TEMP TABLE ledger_transfer (journal_id bigint, posted_on date)",
            JOURNAL,
            f"INSERT INTO pg_temp.ledger_transfer VALUES ({OWN}, now())",
        ],
        CHECK,
        "has no transfer",
    ),
    "a temporary table in place of the journals": (
        [
            "CREATE TEMP TABLE ledger_journal (id bigint, xid bigint, recorded_at timestamptz, posted_on date)",
            f"INSERT INTO pg_temp.ledger_journal VALUES ({SEALED}, pg_current_xact_id()::text::bigint,"
            " transaction_timestamp(), '2026-06-03')",
            leg(SEALED).replace("INTO ledger_transfer", "INTO public.ledger_transfer"),
        ],
        SEAL,
        "is sealed",
    ),
    "new body for the guard": (
        [
            "CREATE OR REPLACE FUNCTION ledger_take_in() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NULL; END $$"
        ],
        RIGHT,
        "permission denied",
    ),
    "other path for the guard": (["ALTER FUNCTION ledger_take_in() RESET search_path"], RIGHT, "owner"),
    "guard dropped": (["DROP FUNCTION ledger_refuse_change() CASCADE"], RIGHT, "owner"),
    "rule instead of the insert": (
        ["CREATE RULE hide AS ON INSERT TO ledger_transfer DO INSTEAD NOTHING"],
        RIGHT,
        "owner",
    ),
    "trigger of one's own": (
        [
            "CREATE TRIGGER mine BEFORE INSERT ON ledger_transfer FOR EACH ROW"
            " EXECUTE FUNCTION ledger_stamp_journal()"
        ],
        RIGHT,
        "ledger_transfer",
    ),
    "view of one's own": (["CREATE VIEW mine AS SELECT * FROM ledger_transfer"], RIGHT, "permission denied"),
    "schema of one's own": (["CREATE SCHEMA mine"], RIGHT, "permission denied"),
    "table of one's own": (["CREATE TABLE public.mine (id int)"], RIGHT, "permission denied"),
    "changing within a query": (
        ["WITH gone AS (DELETE FROM ledger_transfer RETURNING *) SELECT count(*) FROM gone"],
        RIGHT,
        "ledger_transfer",
    ),
    "a block that swallows the refusal": (
        ["DO $$ BEGIN UPDATE ledger_transfer SET amount_fen = 1; EXCEPTION WHEN OTHERS THEN RAISE; END $$"],
        RIGHT,
        "ledger_transfer",
    ),
    "prepared for later": (
        [JOURNAL, "PREPARE TRANSACTION 'later'"],
        "23514|55000|0A000",
        "",
    ),
    "platform account for a party": (
        ["INSERT INTO ledger_account (kind, party) VALUES ('escrow', 'p')"],
        CHECK,
        "account_party_by_kind",
    ),
    "party account for nobody": (
        ["INSERT INTO ledger_account (kind, party) VALUES ('owner_debt', '')"],
        CHECK,
        "account_party_by_kind",
    ),
    "account twice": (
        ["INSERT INTO ledger_account (kind, party) VALUES ('escrow', '')"],
        UNIQUE,
        "account_once",
    ),
    "account renamed to one's own": (
        ["UPDATE ledger_account SET party = 'me' WHERE party = 'own'"],
        SEAL,
        "never changed",
    ),
    "migration history": (["DELETE FROM django_migrations"], RIGHT, "django_migrations"),
}
COLUMN = {
    "ledger_journal": "order_number",
    "ledger_transfer": "line_ref",
    "ledger_account": "kind",
    "kernel_auditentry": "reason",
}
for table, column in COLUMN.items():
    merge = f"MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE"
    ATTACKS |= {
        f"update {table}": ([f"UPDATE {table} SET {column} = 'x'"], RIGHT, table),
        f"update {table} with what is there": ([f"UPDATE {table} SET {column} = {column}"], RIGHT, table),
        f"delete from {table}": ([f"DELETE FROM {table}"], RIGHT, table),
        f"truncate {table}": ([f"TRUNCATE {table} CASCADE"], RIGHT, "permission denied"),
        f"merge into {table}": ([merge], RIGHT, table),
        f"lock {table} out": ([f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"], RIGHT, table),
        f"drop {table}": ([f"DROP TABLE {table} CASCADE"], RIGHT, "owner"),
        f"alter {table}": ([f"ALTER TABLE {table} DROP COLUMN {column}"], RIGHT, "owner"),
        f"disable triggers of {table}": ([f"ALTER TABLE {table} DISABLE TRIGGER ALL"], RIGHT, "owner"),
        f"rename {table}": ([f"ALTER TABLE {table} RENAME TO gone"], RIGHT, "owner"),
    }
del ATTACKS["lock ledger_account out"]  # the right to lock accounts in order is the right to lock the table


def as_app() -> Any:
    """A connection of the role that the platform runs as, to the test's database."""
    address, of = urlsplit(os.environ["DATABASE_URL"]), connection.settings_dict
    return psycopg2.connect(
        dbname=of["NAME"],
        host=address.hostname,
        port=address.port,
        user=unquote(address.username or ""),
        password=unquote(address.password or ""),
    )


def _commit(app: Any, statements: list[str]) -> None:
    with app, app.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(scope="module")
def sealed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """An order that is paid, one that is divided and settled, a withdrawal, and one row of the audit trail."""
    with django_db_blocker.unblock():
        book("payment", "sealed", (CHANNEL_SIDE, ESCROW_SIDE, 10_800, ""))
        book("payment", "done", (CHANNEL_SIDE, ESCROW_SIDE, 10_800, ""))
        book(
            "finalise",
            "done",
            (ESCROW_SIDE, Side(AccountKind.SUPPLIER_PAYABLE, "sup"), 8_800, "done-1"),
            (ESCROW_SIDE, CONFIRMED_SIDE, 1_800, "done-1"),
            (ESCROW_SIDE, Side(AccountKind.PLATFORM_FEE), 200, "done-1"),
            (Side(AccountKind.PLATFORM_BONUS), CONFIRMED_SIDE, 1, "done-1"),
        )
        book("settle", "s1", (CONFIRMED_SIDE, OWNER_SIDE, 1_800, ""))
        withdrawal = Event(JournalKind.WITHDRAW, "withdrawal", "w1")
        moved = Movement(OWNER_SIDE, Side(AccountKind.PAYOUT_CLEARING), 500)
        posting.post(withdrawal, [moved], at=AT)
        deposit = Side(AccountKind.SUPPLIER_DEPOSIT, "sup")
        posting.post(
            Event(JournalKind.DEPOSIT, "charge", "d1"), [Movement(CHANNEL_SIDE, deposit, 900)], at=AT
        )
        earn(AccountKind.OWNER_CONFIRMED, "else", 700, AT)
        posting.ensure_accounts(
            [
                Side(AccountKind.REFUND_CLEARING),
                Side(AccountKind.OWNER_DEBT, "own"),
                Side(AccountKind.OWNER_WITHDRAWABLE, "else"),
            ]
        )
        settled = [
            Movement(
                Side(AccountKind.OWNER_CONFIRMED, "else"), Side(AccountKind.OWNER_WITHDRAWABLE, "else"), 700
            )
        ]
        posting.post(Event(JournalKind.SETTLE, "order", "s2"), settled, at=AT)
        audit.record(actor=Actor.system("tests"), subject_type="a", subject_ref="b", event="c", at=AT)
        yield
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)


CHANNEL_SIDE, ESCROW_SIDE = Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.ESCROW)
CONFIRMED_SIDE = Side(AccountKind.OWNER_CONFIRMED, "own")
OWNER_SIDE = Side(AccountKind.OWNER_WITHDRAWABLE, "own")


def book(kind: str, ref: str, *moves: tuple[Side, Side, int, str]) -> None:
    order = "" if kind == "settle" else ref
    posting.post(
        Event(JournalKind(kind), "order", ref, order_number=order), [Movement(*move) for move in moves], at=AT
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused_and_nothing_changed(attack: str, sealed: None, django_db_blocker: Any) -> None:
    statements, state, words = ATTACKS[attack]
    with django_db_blocker.unblock():
        before = picture()
        app = as_app()
        try:
            with pytest.raises(psycopg2.Error) as refusal:
                _commit(app, statements)
        finally:
            app.close()
        assert picture() == before
    assert str(refusal.value.pgcode) in state.split("|"), refusal.value
    assert words in str(refusal.value)


def test_the_same_refund_twice_at_once(sealed: None, django_db_blocker: Any) -> None:
    """Two sessions each see the whole of the line; whoever comes second waits, and then sees the first."""
    first_leg = line(SUPPLIER, CLEARING, 8_800, "done-1")
    with django_db_blocker.unblock():
        apps = [as_app(), as_app()]
        try:
            cursors = [app.cursor() for app in apps]
            for cursor, ref in zip(cursors, ("one", "two"), strict=True):
                cursor.execute("SET lock_timeout = '5s'")
                cursor.execute(journal("refund", "done", ref))
            cursors[0].execute(first_leg.replace("'attack'", "'one'"))
            with ThreadPoolExecutor(1) as pool:
                # from the deposit: another balance than the first one's
                deposit = SUPPLIER.replace("supplier_payable", "supplier_deposit")
                second = line(deposit, CLEARING, 900, "done-1").replace("'attack'", "'two'")
                answer = pool.submit(cursors[1].execute, second)
                with pytest.raises(TimeoutError):
                    answer.result(timeout=0.3)
                apps[0].commit()
                with pytest.raises(psycopg2.errors.CheckViolation, match="more from supplier sup"):
                    answer.result(timeout=10)
        finally:
            for app in apps:
                app.close()


def test_forged_stamps_are_overwritten(sealed: None, django_db_blocker: Any) -> None:
    """The owner's own hand, past the app's rights: the trigger still says when and by which transaction."""
    forged = (
        JOURNAL.replace("occurred_at)", "occurred_at, xid, recorded_at)").replace(
            "now())", "now(), 7, '2020-01-01')"
        )
        + " RETURNING xid = pg_current_xact_id()::text::bigint, recorded_at = transaction_timestamp()"
    )
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(forged)
        assert cursor.fetchone() == (True, True)
        transaction.set_rollback(True)
    with django_db_blocker.unblock():
        assert not Journal.objects.filter(ref_id="attack").exists()


def test_the_app_can_do_its_work(sealed: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        app = as_app()
        try:
            with app.cursor() as cursor:
                cursor.execute(JOURNAL)
                cursor.execute("SELECT ledger_open_month(current_date)")
                cursor.execute(leg(fen="100000000000"))
                cursor.execute("SELECT id FROM ledger_account ORDER BY id FOR NO KEY UPDATE")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"SELECT count(*) FROM ledger_transfer WHERE journal_id = {OWN}")
                assert cursor.fetchone() == (1,)
            app.rollback()
        finally:
            app.close()
