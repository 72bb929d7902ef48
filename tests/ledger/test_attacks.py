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
from tests.ledger import attacks_on_guards, attacks_on_sums
from tests.ledger.statements import (
    CLEARING,
    JOURNAL,
    OWN,
    SUPPLIER,
    journal,
    leg,
    line,
)

AT = datetime(2026, 6, 3, 4, tzinfo=UTC)
ATTACKS = attacks_on_sums.ATTACKS | attacks_on_guards.ATTACKS


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
