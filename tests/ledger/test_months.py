"""Months of the books: a partition for each, closed for good when they are over, and what comes late."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from ledger import errors, posting, services
from ledger.models import AccountKind, ClosingBalance, Journal, JournalKind, MonthClosing
from ledger.posting import Event, Movement, Side
from ledger.selectors import balance, balance_on, closed_through, trial_balance, waiting_in_clearing
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories.books import earn, pay
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
ANNA = Actor(ActorKind.STAFF, "anna", "anna")
MARCH, APRIL, MAY = date(2021, 3, 1), date(2021, 4, 1), date(2021, 5, 1)
IN_MARCH = datetime(2021, 3, 31, 15, 59, 59, 999999, tzinfo=UTC)  # the last instant of March in Shanghai
IN_APRIL = datetime(2021, 3, 31, 16, tzinfo=UTC)
IN_MAY = datetime(2021, 5, 2, 4, tzinfo=UTC)


def partition_of(journal: Journal) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM ledger_transfer WHERE journal_id = %s", [journal.pk]
        )
        return str(cursor.fetchone()[0])


def journal_of(order_number: str) -> Journal:
    return Journal.objects.get(kind="payment", order_number=order_number)


def close(month: date, at: datetime = IN_MAY) -> MonthClosing:
    return services.close_month(month=month, actor=ANNA, at=at, note="核对无误")


def test_the_day_of_the_books_is_shanghais() -> None:
    pay("1", 100, IN_MARCH)
    pay("2", 100, IN_APRIL)
    days = [(journal_of(n).posted_on, journal_of(n).posted_month) for n in ("1", "2")]
    assert days == [(date(2021, 3, 31), MARCH), (date(2021, 4, 1), APRIL)]
    assert [partition_of(journal_of(n)) for n in ("1", "2")] == [
        "ledger_transfer_2021_03",
        "ledger_transfer_2021_04",
    ]


def test_months_are_opened_ahead_once() -> None:
    assert services.open_months(at=datetime(2031, 11, 5, tzinfo=UTC)) == 4
    assert services.open_months(at=datetime(2031, 11, 6, tzinfo=UTC)) == 0
    assert services.open_months(at=datetime(2031, 12, 6, tzinfo=UTC)) == 1


def test_what_lies_in_the_default_partition_moves_over_unchanged() -> None:
    pay("1", 100, IN_MARCH)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_transfer DETACH PARTITION ledger_transfer_2021_03")
        cursor.execute("ALTER TABLE ledger_transfer_default DISABLE TRIGGER USER")
        cursor.execute("INSERT INTO ledger_transfer_default SELECT * FROM ledger_transfer_2021_03")
        cursor.execute("ALTER TABLE ledger_transfer_default ENABLE TRIGGER USER")
        cursor.execute("DROP TABLE ledger_transfer_2021_03")
        assert partition_of(journal_of("1")) == "ledger_transfer_default"
        named = [(p.check.name, p.key) for p in verify().problems]
        assert ("default_partition", "2021-03") in named
        before = picture()
        cursor.execute("SELECT ledger_open_month('2021-03-17')")
        assert cursor.fetchone() == (True,)
    assert partition_of(journal_of("1")) == "ledger_transfer_2021_03"
    assert picture() == before
    assert not {p.check.name for p in verify().problems} & {"default_partition", "guard_stands"}


@pytest.mark.parametrize("day", ["1999-12-31", "2200-01-01", None])
def test_only_sane_months_are_opened(day: str | None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_open_month(%s)", [day])


def test_a_closed_month_keeps_its_figures_and_late_events_go_to_the_next() -> None:
    earn(AccountKind.SUPPLIER_PAYABLE, "sup", 5_000, IN_MARCH)
    pay("2", 700, IN_APRIL)
    assert closed_through() is None
    closing = close(MARCH)
    assert (closing.journals, closing.transfers, closing.total_fen) == (2, 2, 10_000)
    assert (closing.closed_by, closing.closed_at, closing.note) == ("anna", IN_MAY, "核对无误")
    assert closed_through() == MARCH
    assert set(ClosingBalance.objects.values_list("kind", "debit_fen", "credit_fen")) == {
        ("channel_clearing", 5_000, 0),
        ("escrow", 5_000, 5_000),
        ("supplier_payable", 0, 5_000),
    }
    then = trial_balance(date(2021, 3, 31))
    pay("3", 300, IN_MARCH)  # comes late
    late = journal_of("3")
    assert (late.occurred_at, late.posted_on) == (IN_MARCH, APRIL)
    assert partition_of(late) == "ledger_transfer_2021_04"
    assert trial_balance(date(2021, 3, 31)) == then
    assert balance_on(AccountKind.ESCROW, "", date(2021, 3, 31)) == 0
    assert balance_on(AccountKind.ESCROW, "", date(2021, 4, 1)) == 1_000 == balance(AccountKind.ESCROW)
    assert balance_on(AccountKind.SUPPLIER_PAYABLE, "sup", date(2021, 3, 30)) == 0
    assert balance_on(AccountKind.SUPPLIER_PAYABLE, "sup", date(2021, 3, 31)) == 5_000
    found = {p.check.name for p in verify().problems}
    assert not found & {"closed_month", "closing_balance", "journal_day", "kept_balance"}
    assert close(APRIL).transfers == 2
    assert [(r.kind, r.debit_fen, r.credit_fen) for r in trial_balance(date(2021, 4, 30)) if r.debit_fen] == [
        ("channel_clearing", 6_000, 0),
        ("escrow", 5_000, 6_000),
    ]
    assert trial_balance(date(2021, 4, 30)) == trial_balance()


def refused(error: type[Exception], month: date, at: datetime = IN_MAY) -> Exception:
    before = picture()
    with pytest.raises(error) as caught, transaction.atomic():
        close(month, at)
    assert picture() == before
    return caught.value


def test_months_are_closed_in_order_and_only_when_over() -> None:
    with pytest.raises(errors.NotTheNextMonth):
        close(MARCH)  # nothing was booked yet
    pay("1", 100, IN_MARCH)
    assert "2021-03" in refused(errors.NotTheNextMonth, APRIL).sentence  # type: ignore[attr-defined]
    refused(errors.MonthNotOver, MARCH, IN_MARCH)
    close(MARCH, IN_APRIL)
    refused(errors.NotTheNextMonth, MARCH)
    refused(errors.NotTheNextMonth, MAY)


def test_a_month_that_is_not_over_by_the_platforms_clock_is_refused_whatever_is_claimed() -> None:
    at = clock.now()
    pay("1", 100, at)
    refused(IntegrityError, clock.month_of(at), clock.month_bounds(clock.month_of(at))[1])


def test_money_that_still_waits_in_clearing_keeps_the_month_open() -> None:
    pay("1", 1_000, IN_MARCH)
    back = Event(JournalKind.REFUND, "case", "c1", order_number="1")
    escrow, clearing = Side(AccountKind.ESCROW), Side(AccountKind.REFUND_CLEARING)
    posting.post(back, [Movement(escrow, clearing, 400)], at=IN_MARCH)
    assert waiting_in_clearing(MARCH) == {AccountKind.REFUND_CLEARING: 400}
    refused(errors.ClearingOpen, MARCH)
    for seq, fen in ((0, 399), (1, 1)):
        again = Event(JournalKind.REFUND, "case", "c2", seq=seq, order_number="1")
        posting.post(again, [Movement(escrow, clearing, fen)], at=IN_APRIL)  # newer ones may wait
        paid = Event(JournalKind.REFUND_PAID, "refund", "r1", seq=seq, order_number="1")
        posting.post(paid, [Movement(clearing, Side(AccountKind.CHANNEL_CLEARING), fen)], at=IN_APRIL)
        assert waiting_in_clearing(MARCH) == ({AccountKind.REFUND_CLEARING: 1} if seq == 0 else {})
    assert close(MARCH).total_fen == 1_400
