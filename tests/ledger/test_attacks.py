"""What an angry insider tries as the app's own role, on a connection of its own: refused whole (trust §1 L1-L13).

Each attack names who refused it: the state that PostgreSQL answered with, and its words where several would do. No row
and no definition is another one afterwards.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from commissions import services as commissions
from ledger import posting
from ledger.models import AccountKind, Journal, JournalKind
from ledger.posting import Event, Movement, Side
from ledger.services import close_month, write_digest
from orders import services as orders
from taoxiaopu.flows.grants import (
    APPEND_ONLY,
    LOCKED,
    READ_ONLY,
    READONLY_ROLE,
    app_role,
    close_functions,
    grant_to_app_role,
)
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from tests.factories import payouts, story
from tests.factories.books import earn
from tests.factories.world import definitions, picture
from tests.ledger import attacks_on_functions, attacks_on_guards, attacks_on_sums
from tests.ledger.statements import (
    CLEARING,
    JOURNAL,
    OWN,
    RIGHT,
    SUPPLIER,
    journal,
    leg,
    line,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 3, 4, tzinfo=UTC)
SETTLED = datetime(2026, 7, 20, 4, tzinfo=UTC)
ATTACKS = attacks_on_sums.ATTACKS | attacks_on_guards.ATTACKS | attacks_on_functions.ATTACKS


def as_app() -> Any:
    """A connection of the role that the platform runs as, to the test's database."""
    address, of = urlsplit(os.environ["DATABASE_URL"]), connection.settings_dict
    return psycopg2.connect(
        dbname=of["NAME"],
        host=address.hostname,
        port=address.port,
        user=unquote(address.username or ""),
        password=unquote(address.password or ""),
        options="-c lock_timeout=10s",
    )


def _commit(app: Any, statements: list[str]) -> None:
    with app, app.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


class Sealed:
    """What lies in the database while it is attacked."""

    def __init__(self) -> None:
        self.before = look()


def look() -> Any:
    """Every row and every definition."""
    return and_let_go(lambda: (picture(), definitions()))


def and_let_go(see: Callable[[], Any]) -> Any:
    """What a look at the tables sees; its locks are given back, so that no attack waits for them."""
    with transaction.atomic():
        seen = see()
        transaction.set_rollback(True)
    return seen


@pytest.fixture(scope="module")
def sealed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Sealed]:
    """An order that is paid, one that is divided and settled, a withdrawal, and one row of the audit trail; a closed
    month, a sealed day; and an owner with a statement, a judgement, a listed reversal and an open withdrawal.
    """
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
        a_story()
        close_month(month=date(2026, 5, 1), actor=Actor.system("tests"), at=AT)
        write_digest(at=SETTLED)
        yield Sealed()
        call_command("flush", verbosity=0, interactive=False)
        ensure_reference()


def a_story() -> None:
    """An owner who earned by an order of May, gave a part of it back, was judged and settled, and asks for the money."""
    begun = AT - timedelta(days=20)
    good = story.good(story.supplier(begun), begun)
    shop = story.picked_shop(begun, good)
    order = story.finalised_order(good, begun, through=shop)
    orders.refund_line(
        line=story.line_of(order), amount_fen=3_000, cause="dispute", cause_ref="d", owner_side=False, at=AT
    )
    commissions.settle_month(date(2026, 5, 1), at=SETTLED)
    commissions.recalculate_tiers(date(2026, 5, 1), at=SETTLED)
    payouts.give_account(shop.owner, SETTLED)
    assert (payouts.ask(shop.owner, 1_000, SETTLED).status, order.status) == ("reviewing", "finalised")


CHANNEL_SIDE, ESCROW_SIDE = Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.ESCROW)
CONFIRMED_SIDE = Side(AccountKind.OWNER_CONFIRMED, "own")
OWNER_SIDE = Side(AccountKind.OWNER_WITHDRAWABLE, "own")


def book(kind: str, ref: str, *moves: tuple[Side, Side, int, str]) -> None:
    order = "" if kind == "settle" else ref
    posting.post(
        Event(JournalKind(kind), "order", ref, order_number=order), [Movement(*move) for move in moves], at=AT
    )


@pytest.fixture
def untouched(sealed: Sealed) -> Iterator[None]:
    """No row and no definition is another one after the test."""
    yield
    assert look() == sealed.before


def refused(statements: list[str]) -> psycopg2.Error:
    """What PostgreSQL answers to the app's role; the statements must not go through."""
    app = as_app()
    try:
        with pytest.raises(psycopg2.Error) as refusal:
            _commit(app, statements)
        return refusal.value
    finally:
        app.close()


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused_and_nothing_changed(attack: str, untouched: None) -> None:
    statements, state, words = ATTACKS[attack]
    answer = refused(statements)
    assert str(answer.pgcode) in state.split("|"), answer
    assert words in str(answer)


# The right to lock some of a table's rows in order is, to PostgreSQL, the right to lock the table.
LOCKED_IN_ORDER = tuple(LOCKED)
OF_A_TABLE = {
    "update": "UPDATE {table} SET {column} = NULL",
    "update with what is there": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
    "merge": "MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "lock out": "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
    "drop": "DROP TABLE {table} CASCADE",
    "drop a column": "ALTER TABLE {table} DROP COLUMN {column}",
    "disable triggers": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "hang a trigger": "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()",
    "rewrite inserts": "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "rename": "ALTER TABLE {table} RENAME TO gone",
    "give away": "ALTER TABLE {table} OWNER TO CURRENT_USER",
}
INSERT = "INSERT INTO {table} DEFAULT VALUES"
EMPTY = (
    "tax_commissioninvoice",
    "commissions_deduction",
    "commissions_supplierstatement",
    "commissions_supplierstatementline",
    "rulebook_acceptance",
    "orders_contractversion",
    "orders_contractacceptance",
    "storefronts_conversationmessage",
)


def second_column(table: str) -> tuple[str, bool]:
    """A column that can be written over, and whether there is any row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT attname, EXISTS (SELECT 1 FROM {table}) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum = 2",
            [f"public.{table}"],
        )
        found: tuple[str, bool] = cursor.fetchone()
    return found


@pytest.mark.parametrize("table", [*APPEND_ONLY, *READ_ONLY])
def test_what_is_kept_cannot_be_touched(table: str, untouched: None) -> None:
    """Every statement that would change a row, the table or who may do what with it."""
    column, has_rows = and_let_go(lambda: second_column(table))
    assert has_rows or table in EMPTY
    attacks = OF_A_TABLE | ({"insert": INSERT} if table in READ_ONLY else {})
    for name, statement in attacks.items():
        if name == "lock out" and table in LOCKED_IN_ORDER:
            continue
        answer = refused([statement.format(table=table, column=column)])
        assert (answer.pgcode, name) == (RIGHT, name), answer


def test_a_restored_backup_is_closed_again() -> None:
    """A backup brings no rights along: everybody may call a restored function, until ``migrate`` gives rights anew."""
    signatures = (
        "ledger_close_month(date,text,timestamptz,text)",
        "ledger_take_in()",
        "ledger_open_balance()",
    )
    with connection.cursor() as cursor:
        for signature in signatures:
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO PUBLIC")
        close_functions("default")
        grant_to_app_role("default", app_role())
        may = "SELECT has_function_privilege(%s, %s, 'EXECUTE')"
        allowed = []
        for role in (app_role(), READONLY_ROLE):
            for signature in signatures:
                cursor.execute(may, [role, signature])
                allowed.append(cursor.fetchone()[0])
    assert allowed == [True, False, False, False, False, False]


@pytest.mark.parametrize("moves", [True, False])
def test_where_the_clock_stands_still_nobody_moves_it(moves: bool, settings: Any) -> None:
    """In production an offset would let whoever runs as the app close months that are not over."""
    settings.CLOCK_MAY_ADVANCE = moves
    grant_to_app_role("default", app_role())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(has_table_privilege(%s, 'kernel_clockoffset', p) ORDER BY p)"
            " FROM unnest(ARRAY['DELETE', 'INSERT', 'SELECT', 'UPDATE']) p",
            [app_role()],
        )
        assert cursor.fetchone()[0] == [moves, moves, True, moves]


def test_whoever_holds_every_lock_that_he_may_take_stops_nobody_from_booking(sealed: Sealed) -> None:
    """Advisory locks are anybody's. Opening a month gives up on them, its transfers wait in the default partition; the
    seal of a day is written when they are gone.
    """
    insider, app = as_app(), as_app()
    try:
        held = insider.cursor()
        for name in ("ledger_open_month", "ledger_write_digest"):
            held.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        with app.cursor() as cursor:
            cursor.execute("SELECT ledger_open_month('2031-05-01')")
            assert cursor.fetchone() == (False,)
            cursor.execute(JOURNAL.replace("now())", "'2031-05-03')"))
            cursor.execute(leg())
            cursor.execute(f"SELECT tableoid::regclass::text FROM ledger_transfer WHERE journal_id = {OWN}")
            assert cursor.fetchone() == ("ledger_transfer_default",)
            insider.close()
            cursor.execute("SELECT ledger_open_month('2031-06-01'), ledger_write_digest('2026-07-20', now())")
            assert cursor.fetchone() == (True, True)
        app.rollback()
    finally:
        insider.close()
        app.close()


def test_the_same_refund_twice_at_once(sealed: Sealed) -> None:
    """Two sessions each see the whole of the line; whoever comes second waits, and then sees the first."""
    first_leg = line(SUPPLIER, CLEARING, 8_800, "done-1")
    apps = [as_app(), as_app()]
    try:
        cursors = [app.cursor() for app in apps]
        for cursor, ref in zip(cursors, ("one", "two"), strict=True):
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
        sealed.before = look()


def test_forged_stamps_are_overwritten(sealed: Sealed) -> None:
    """The owner's own hand, past the app's rights: the trigger still says when and by which transaction."""
    forged = (
        JOURNAL.replace("occurred_at)", "occurred_at, xid, recorded_at)").replace(
            "now())", "now(), 7, '2020-01-01')"
        )
        + " RETURNING xid = pg_current_xact_id()::text::bigint, recorded_at = transaction_timestamp()"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(forged)
        assert cursor.fetchone() == (True, True)
        transaction.set_rollback(True)
    assert not Journal.objects.filter(ref_id="attack").exists()


def test_the_app_can_do_its_work(sealed: Sealed) -> None:
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
