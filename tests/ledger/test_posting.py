"""The one way into the books: an event is booked once, retries find it, other inputs are refused."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

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
    journal = posting.post(EVENT, SPLIT, at=AT)
    assert journal is not None
    assert journal.occurred_at == AT
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
