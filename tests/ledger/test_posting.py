"""The one way into the books: an event is booked once, retries find it, other inputs are refused."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger import posting
from ledger.errors import EventPostedOtherwise
from ledger.models import Account, AccountKind, Journal, JournalKind, Transfer
from ledger.posting import Event, Movement, Side
from ledger.selectors import balance, balances, owner_credit_of_line
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 3, 4, tzinfo=UTC)
EVENT = Event(JournalKind.FINALISE, "order", "1001", order_number="1001")
ESCROW, FEE = Side(AccountKind.ESCROW), Side(AccountKind.PLATFORM_FEE)
OWNER, SUPPLIER = Side(AccountKind.OWNER_CONFIRMED, "own"), Side(AccountKind.SUPPLIER_PAYABLE, "sup")
SPLIT = [
    Movement(ESCROW, SUPPLIER, 8800, "1001-1"),
    Movement(ESCROW, OWNER, 1800, "1001-1"),
    Movement(ESCROW, FEE, 200, "1001-1"),
]
PAYMENT = Event(JournalKind.PAYMENT, "order", "1001", order_number="1001")


@pytest.fixture(autouse=True)
def _paid() -> None:
    """The order was paid; of nothing else PostgreSQL would let anybody have a part."""
    posting.post(PAYMENT, [Movement(Side(AccountKind.CHANNEL_CLEARING), ESCROW, 10_800)], at=AT)


def test_an_event_is_booked_with_its_movements() -> None:
    journal = Journal.objects.get(pk=posting.post(EVENT, SPLIT, at=AT))
    assert (journal.kind, journal.ref_type, journal.ref_id, journal.seq) == ("finalise", "order", "1001", 0)
    assert (journal.order_number, journal.occurred_at) == ("1001", AT)
    assert balances() == {
        ("channel_clearing", ""): 10_800,
        ("escrow", ""): 0,
        ("owner_confirmed", "own"): 1800,
        ("platform_fee", ""): 200,
        ("supplier_payable", "sup"): 8800,
    }
    assert balance(AccountKind.OWNER_CONFIRMED, "own") == owner_credit_of_line("own", "1001-1") == 1800


def test_a_retry_gets_the_same_journal() -> None:
    first = posting.post(EVENT, SPLIT, at=AT)
    before = picture()
    assert posting.post(EVENT, SPLIT, at=AT) == first
    assert posting.post(EVENT, [*SPLIT, Movement(ESCROW, FEE, 0)], at=AT) == first  # zeros were left out
    assert picture() == before


@pytest.mark.parametrize(
    "other",
    [
        [Movement(ESCROW, SUPPLIER, 8801, "1001-1"), *SPLIT[1:]],
        SPLIT[:2],
        [Movement(ESCROW, SUPPLIER, 8800, "1001-2"), *SPLIT[1:]],
        [Movement(ESCROW, Side(AccountKind.SUPPLIER_PAYABLE, "else"), 8800, "1001-1"), *SPLIT[1:]],
    ],
)
def test_the_same_event_with_other_movements_is_refused(other: list[Movement]) -> None:
    posting.post(EVENT, SPLIT, at=AT)
    before = picture()
    with pytest.raises(EventPostedOtherwise):
        posting.post(EVENT, other, at=AT)
    assert picture() == before


def test_nothing_to_move_books_nothing() -> None:
    before = picture()
    assert posting.post(EVENT, [Movement(ESCROW, FEE, 0)], at=AT) is None
    assert posting.post(EVENT, [], at=AT) is None
    assert picture() == before
    assert posting.post(EVENT, SPLIT, at=AT) is not None  # the event is still free


@pytest.mark.parametrize("fen", [-1, 100_000_000_001])
def test_an_impossible_amount_leaves_no_trace(fen: int) -> None:
    before = picture()
    with pytest.raises(IntegrityError), transaction.atomic():
        posting.post(EVENT, [*SPLIT, Movement(ESCROW, FEE, fen)], at=AT)
    assert picture() == before
    assert (Journal.objects.count(), Transfer.objects.count(), Account.objects.count()) == (1, 1, 2)


def test_the_largest_amount_is_booked() -> None:
    event = Event(JournalKind.PAYMENT, "order", "1002", order_number="1002")
    posting.post(event, [Movement(Side(AccountKind.CHANNEL_CLEARING), ESCROW, 100_000_000_000)], at=AT)
    assert balance(AccountKind.ESCROW) == 100_000_010_800


def test_a_second_event_of_the_same_thing_has_its_own_number() -> None:
    deposit = [Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.SUPPLIER_DEPOSIT, "sup"), 200)]
    for seq in (0, 1):
        assert posting.post(Event(JournalKind.DEPOSIT, "charge", "7", seq=seq), deposit, at=AT) is not None
    assert balance(AccountKind.SUPPLIER_DEPOSIT, "sup") == 400


def payment(number: str, fen: int = 100) -> tuple[Event, list[Movement]]:
    """An order that is paid."""
    event = Event(JournalKind.PAYMENT, "order", number, order_number=number)
    return event, [Movement(Side(AccountKind.CHANNEL_CLEARING), ESCROW, fen)]


def test_many_are_booked_in_the_order_of_the_items_and_each_once() -> None:
    first = Journal.objects.get().pk
    items = [payment("2"), (PAYMENT, [Movement(Side(AccountKind.CHANNEL_CLEARING), ESCROW, 10_800)])]
    items += [payment("3", 0), payment("4"), (EVENT, SPLIT), payment("2")]
    keys = posting.post_many(items, at=AT)
    by_number = {(j.kind, j.ref_id): j.pk for j in Journal.objects.all()}
    assert keys == [
        by_number["payment", "2"],
        first,
        None,
        by_number["payment", "4"],
        by_number["finalise", "1001"],
        by_number["payment", "2"],
    ]
    assert len(by_number) == 4
    before = picture()
    assert posting.post_many(items, at=AT) == keys
    assert posting.post_many([], at=AT) == []
    assert picture() == before


def test_movements_keep_their_order_and_their_words() -> None:
    moves = [
        Movement(ESCROW, SUPPLIER, 8_000, '1001-1 "{},\\'),
        Movement(ESCROW, OWNER, 1_800, "1001-1"),
        Movement(ESCROW, SUPPLIER, 800, ""),
        Movement(ESCROW, FEE, 200, "NULL"),
    ]
    key = posting.post(EVENT, moves, at=AT)
    booked = (
        Transfer.objects.filter(journal=key)
        .order_by("pk")
        .values_list("credit__kind", "amount_fen", "line_ref")
    )
    assert list(booked) == [(m.credit.kind, m.amount_fen, m.line_ref) for m in moves]


@pytest.mark.parametrize("others", [[], [payment("2")], [payment("2"), payment("3")]])
def test_one_that_was_booked_otherwise_refuses_all(others: list[tuple[Event, list[Movement]]]) -> None:
    posting.post(EVENT, SPLIT, at=AT)
    before = picture()
    with pytest.raises(EventPostedOtherwise):
        posting.post_many([*others, (EVENT, SPLIT[:2])], at=AT)
    assert picture() == before


def test_one_event_stated_in_two_ways_at_once_is_refused() -> None:
    before = picture()
    with pytest.raises(EventPostedOtherwise):
        posting.post_many([payment("2", 100), payment("2", 101)], at=AT)
    assert picture() == before


def test_an_account_whose_opening_was_undone_is_opened_again() -> None:
    with transaction.atomic():
        posting.post(EVENT, SPLIT, at=AT)
        transaction.set_rollback(True)
    assert not Account.objects.filter(party="own").exists()
    posting.post(EVENT, SPLIT, at=AT)
    assert balance(AccountKind.OWNER_CONFIRMED, "own") == 1800


def test_posting_is_one_statement_once_its_accounts_are_there() -> None:
    posting.ensure_accounts([FEE, OWNER, SUPPLIER])
    with CaptureQueriesContext(connection) as queries:
        posting.post(EVENT, SPLIT, at=AT)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        posting.post_many([payment(str(n)) for n in range(50)], at=AT)
    assert [query["sql"].split()[0] for query in queries][::2] == ["SAVEPOINT", "RELEASE"]
    assert len(queries) == 3
    assert balance(AccountKind.ESCROW) == 5_000
