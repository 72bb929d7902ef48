"""Attacks on the books by the app's own role, on a connection of its own: every one is refused (trust §1 L1-L7)."""

import os
from collections.abc import Iterator
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


ATTACKS: dict[str, list[str]] = {
    "one side only": [JOURNAL, leg(credit="NULL")],
    "amount zero": [JOURNAL, leg(fen="0")],
    "amount negative": [JOURNAL, leg(fen="-100")],
    "amount above 10^11": [JOURNAL, leg(fen="100000000001")],
    "amount beyond bigint": [JOURNAL, leg(fen="9223372036854775808")],
    "same account on both sides": [JOURNAL, leg(debit=ESCROW)],
    "account that is not there": [JOURNAL, leg(debit="0")],
    "journal without transfers": [JOURNAL],
    "journal whose only leg was rolled back": [
        JOURNAL,
        "SAVEPOINT a",
        leg(),
        "ROLLBACK TO SAVEPOINT a",
    ],
    "empty journal, checked at once": ["SET CONSTRAINTS ALL IMMEDIATE", JOURNAL, leg()],
    "empty journal behind a temporary table": [
        "CREATE TEMP TABLE ledger_transfer (journal_id bigint)",
        JOURNAL,
        f"INSERT INTO pg_temp.ledger_transfer VALUES ({OWN})",
    ],
    "late leg": [leg(SEALED)],
    "late leg in a savepoint": ["SAVEPOINT a", leg(SEALED)],
    "late leg behind a temporary table": [
        "CREATE TEMP TABLE ledger_journal (id bigint, xid bigint, recorded_at timestamptz)",
        f"INSERT INTO pg_temp.ledger_journal VALUES ({SEALED}, pg_current_xact_id()::text::bigint,"
        " transaction_timestamp())",
        leg(SEALED).replace("INTO ledger_transfer", "INTO public.ledger_transfer"),
    ],
    "reopening by xid": [
        "UPDATE ledger_journal SET xid = pg_current_xact_id()::text::bigint,"
        " recorded_at = transaction_timestamp() WHERE ref_id = 'sealed'",
        leg(SEALED),
    ],
    "the same event again": [JOURNAL.replace("'attack'", "'sealed'"), leg(SEALED)],
    "the same event over the old one": [
        JOURNAL.replace("'attack'", "'sealed'")
        + " ON CONFLICT (kind, ref_type, ref_id, seq) DO UPDATE SET inputs_hash = 'y'"
    ],
    "the owner's role": ["SET ROLE taoxiaopu_owner"],
    "a right of one's own": [
        "GRANT ALL ON ledger_transfer TO CURRENT_USER",
        "UPDATE ledger_transfer SET amount_fen = 1",
    ],
    "no triggers for this session": ["SET session_replication_role = replica"],
    "new body for the guard": [
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NEW; END $$"
    ],
    "other path for the guard": ["ALTER FUNCTION ledger_require_transfers() RESET search_path"],
    "guard dropped": ["DROP FUNCTION ledger_refuse_change() CASCADE"],
    "rule instead of the insert": ["CREATE RULE hide AS ON INSERT TO ledger_transfer DO INSTEAD NOTHING"],
    "trigger of one's own": [
        "CREATE TRIGGER mine BEFORE INSERT ON ledger_transfer FOR EACH ROW"
        " EXECUTE FUNCTION ledger_stamp_journal()"
    ],
    "schema of one's own": ["CREATE SCHEMA mine"],
    "table of one's own": ["CREATE TABLE public.mine (id int)"],
    "platform account for a party": ["INSERT INTO ledger_account (kind, party) VALUES ('escrow', 'p')"],
    "party account for nobody": ["INSERT INTO ledger_account (kind, party) VALUES ('owner_debt', '')"],
    "account twice": ["INSERT INTO ledger_account (kind, party) VALUES ('escrow', '')"],
    "migration history": ["DELETE FROM django_migrations"],
}
COLUMN = {
    "ledger_journal": "order_number",
    "ledger_transfer": "line_ref",
    "ledger_account": "party",
    "kernel_auditentry": "reason",
}
for table, column in COLUMN.items():
    ATTACKS |= {
        f"update {table}": [f"UPDATE {table} SET {column} = 'x'"],
        f"update {table} with what is there": [f"UPDATE {table} SET {column} = {column}"],
        f"delete from {table}": [f"DELETE FROM {table}"],
        f"truncate {table}": [f"TRUNCATE {table} CASCADE"],
        f"merge into {table}": [f"MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE"],
        f"lock {table} out": [f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"],
        f"drop {table}": [f"DROP TABLE {table} CASCADE"],
        f"alter {table}": [f"ALTER TABLE {table} DROP COLUMN {column}"],
        f"disable triggers of {table}": [f"ALTER TABLE {table} DISABLE TRIGGER ALL"],
        f"rename {table}": [f"ALTER TABLE {table} RENAME TO gone"],
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
    """One committed journal and one row of the audit trail."""
    with django_db_blocker.unblock():
        event = Event(JournalKind.PAYMENT, "order", "sealed", order_number="1")
        posting.post(
            event,
            [Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.ESCROW), 10_800)],
            at=AT,
        )
        audit.record(actor=Actor.system("tests"), subject_type="a", subject_ref="b", event="c", at=AT)
        yield
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused_and_nothing_changed(attack: str, sealed: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        before = picture()
        app = as_app()
        try:
            with pytest.raises(psycopg2.Error):
                _commit(app, ATTACKS[attack])
        finally:
            app.close()
        assert picture() == before


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
        assert Journal.objects.count() == 1


def test_the_app_can_do_its_work(sealed: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        app = as_app()
        try:
            with app.cursor() as cursor:
                cursor.execute(JOURNAL)
                cursor.execute(leg(fen="100000000000"))
                cursor.execute("SELECT id FROM ledger_account ORDER BY id FOR NO KEY UPDATE")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SELECT count(*) FROM ledger_transfer")
                assert cursor.fetchone() == (2,)
            app.rollback()
        finally:
            app.close()
