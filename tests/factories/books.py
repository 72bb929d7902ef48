"""Money in the books without a story behind it, by journals that PostgreSQL lets pass; ``verify`` finds it."""

from datetime import datetime

from django.db import connection

from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from taoxiaopu.kernel.ids import public_id

ESCROW = Side(AccountKind.ESCROW)


def pay(order_number: str, fen: int, at: datetime) -> None:
    """A consumer's payment of an order that nobody placed."""
    event = Event(JournalKind.PAYMENT, "order", order_number, order_number=order_number)
    posting.post(event, [Movement(Side(AccountKind.CHANNEL_CLEARING), ESCROW, fen)], at=at)


def earn(kind: AccountKind, party: str, fen: int, at: datetime) -> str:
    """An order of ``fen`` that is paid, and divided to one party alone; its number."""
    number = public_id()
    pay(number, fen, at)
    event = Event(JournalKind.FINALISE, "order", number, order_number=number)
    posting.post(event, [Movement(ESCROW, Side(kind, party), fen, f"{number}-1")], at=at)
    return number


def withdrawable(owner: str, fen: int, at: datetime) -> None:
    """``fen`` more in an owner's OWNER_WITHDRAWABLE."""
    number = earn(AccountKind.OWNER_CONFIRMED, owner, fen, at)
    sides = (Side(AccountKind.OWNER_CONFIRMED, owner), Side(AccountKind.OWNER_WITHDRAWABLE, owner))
    posting.post(Event(JournalKind.SETTLE, "tests", number), [Movement(*sides, fen)], at=at)


def owe(owner: str, fen: int, at: datetime) -> None:
    """An owner gives back a commission that is not there any more: ``fen`` of debt, and as much in OWNER_CONFIRMED."""
    if not fen:
        return
    number = earn(AccountKind.OWNER_CONFIRMED, owner, fen, at)
    event = Event(JournalKind.REFUND, "tests", number, order_number=number)
    sides = (Side(AccountKind.OWNER_DEBT, owner), Side(AccountKind.REFUND_CLEARING))
    posting.post(event, [Movement(*sides, fen, f"{number}-1")], at=at)


def allow(kind: JournalKind, debit: AccountKind, credit: AccountKind) -> None:
    """Let a kind of journal move between these accounts until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_shape VALUES (%s, %s, %s, '')", [kind, debit, credit])
