"""The locks inside PostgreSQL's own functions, twice: without each the race is there, with it the race is gone.

The function is replaced by itself without the lock. One transaction stands with what it wrote and has not committed;
the other comes then, and either waits or goes through.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger import posting
from ledger.models import AccountKind, Digest, JournalKind, MonthClosing
from ledger.posting import Event, Movement, Side
from ledger.services import close_month, write_digest
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.actors import Actor
from tests.concurrency.test_locks import errors_in, locked
from tests.factories import story
from tests.factories.books import earn, pay
from tests.factories.proof import found_by
from tests.factories.threads import Meeting

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)
IN_MARCH = datetime(2021, 3, 9, 4, tzinfo=UTC)
REFUND, CHANNEL = Side(AccountKind.REFUND_CLEARING), Side(AccountKind.CHANNEL_CLEARING)
CLEARING = Side(AccountKind.PAYOUT_CLEARING)
BOOKED = "LOCK TABLE ledger_journal IN SHARE ROW EXCLUSIVE MODE;"
Change = tuple[str, str]


@contextmanager
def replaced(function: str, *changes: Change) -> Iterator[None]:
    """A function of the books with other words in its body, until the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", [function])
        (whole,) = cursor.fetchone()
        other = whole
        for old, new in changes:
            assert old in other, old
            other = other.replace(old, new)
        cursor.execute(other)
        try:
            yield
        finally:
            cursor.execute(whole)


def one_after_the_other(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """The first has written and not committed when the second comes, and commits when the second is through or waits."""
    written, through = Meeting(), Meeting()

    def stands() -> Any:
        with transaction.atomic():
            answer = first()
            written.meet()
            through.meet()
        return answer

    def comes() -> Any:
        written.meet()
        return second()

    return through.run([stands, comes])


def book(
    kind: JournalKind, ref: str, debit: Side, credit: Side, fen: int, *, order: str = "", seq: int = 0
) -> None:
    event = Event(kind, "tests", ref, seq=seq, order_number=order)
    posting.post(event, [Movement(debit, credit, fen, f"{order}-1" if order else "")], at=AT)


@locked
def test_two_refunds_of_one_line(is_locked: bool) -> None:
    """From two accounts of the supplier's: no balance stands between, only the lock of the order's payment."""
    payable, deposit = (
        Side(kind, "sup") for kind in (AccountKind.SUPPLIER_PAYABLE, AccountKind.SUPPLIER_DEPOSIT)
    )
    number = earn(AccountKind.SUPPLIER_PAYABLE, "sup", 1_000, AT)
    book(JournalKind.DEPOSIT, "d", CHANNEL, deposit, 1_000)
    posting.ensure_accounts([REFUND])
    change = ("ORDER BY p.id FOR NO KEY UPDATE", "ORDER BY p.id")
    with replaced("ledger_take_in", *([] if is_locked else [change])):
        answers = one_after_the_other(
            lambda: book(JournalKind.REFUND, "a", payable, REFUND, 1_000, order=number),
            lambda: book(JournalKind.REFUND, "b", deposit, REFUND, 1_000, order=number),
        )
    assert errors_in(answers) == ([IntegrityError] if is_locked else [])
    assert ("line_adds_up" in found_by(verify())) is not is_locked


@locked
def test_a_payout_that_comes_back_twice(is_locked: bool) -> None:
    earn(AccountKind.OWNER_CONFIRMED, "own", 1_000, AT)
    book(
        JournalKind.SETTLE,
        "s",
        *(Side(k, "own") for k in (AccountKind.OWNER_CONFIRMED, AccountKind.OWNER_WITHDRAWABLE)),
        1_000,
    )
    book(JournalKind.WITHDRAW, "w", Side(AccountKind.OWNER_WITHDRAWABLE, "own"), CLEARING, 1_000)
    book(JournalKind.PAYOUT_PAID, "t", CLEARING, CHANNEL, 1_000)
    change = ("ORDER BY o.id FOR NO KEY UPDATE", "ORDER BY o.id")
    with replaced("ledger_take_in", *([] if is_locked else [change])):
        answers = one_after_the_other(
            *(
                lambda seq=seq: book(JournalKind.PAYOUT_RETURNED, "t", CHANNEL, CLEARING, 1_000, seq=seq)  # type: ignore[misc]
                for seq in (0, 1)
            )
        )
    assert errors_in(answers) == ([IntegrityError] if is_locked else [])
    assert ("taken_back" in found_by(verify())) is not is_locked


@locked
def test_a_day_is_sealed_while_something_is_booked(is_locked: bool) -> None:
    """Keys are given before they are committed: what was booked first may become visible last."""
    pay("1", 100, AT)

    def seal() -> bool:
        pay("3", 100, AT)
        return write_digest(at=AT)

    with replaced("ledger_write_digest", *([] if is_locked else [(BOOKED, "")])):
        answers = one_after_the_other(lambda: pay("2", 100, AT), seal)
    assert answers == [None, True]
    assert ("digest_chain" in found_by(verify())) is not is_locked


@locked
def test_a_day_is_sealed_twice(is_locked: bool) -> None:
    pay("1", 100, AT)
    change = ("PERFORM pg_advisory_xact_lock(hashtextextended('ledger_write_digest', 0));", "")
    with replaced("ledger_write_digest", *([] if is_locked else [change])):
        first, second = one_after_the_other(*[lambda: write_digest(at=AT)] * 2)
    assert first is True
    assert second is False if is_locked else isinstance(second, IntegrityError)
    assert Digest.objects.count() == 1


@locked
def test_a_month_is_closed_while_something_is_booked_in_it(is_locked: bool) -> None:
    pay("1", 100, IN_MARCH)
    with replaced("ledger_close_month", *([] if is_locked else [(BOOKED, "")])):
        answers = one_after_the_other(
            lambda: pay("2", 700, IN_MARCH),
            lambda: close_month(month=date(2021, 3, 1), actor=Actor.system("tests"), at=AT),
        )
    assert errors_in(answers) == []
    assert MonthClosing.objects.get().total_fen == (800 if is_locked else 100)
    assert ("closed_month" in found_by(verify())) is not is_locked


@locked
def test_a_month_is_opened_twice(is_locked: bool) -> None:
    """Whoever comes second would break on the table that is there already, and with it what was to be booked."""

    def opened() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_open_month('2150-01-01')")
            return cursor.fetchone()[0]

    patience = ("'200ms'", "'20s'")  # so that the second waits for the first in either case
    change = ("PERFORM pg_advisory_xact_lock(hashtextextended('ledger_open_month', 0));", "")
    try:
        with replaced("ledger_open_month", patience, *([] if is_locked else [change])):
            first, second = one_after_the_other(opened, opened)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE ledger_transfer_2150_01")
    assert first is True
    assert second is False if is_locked else isinstance(second, DatabaseError)
