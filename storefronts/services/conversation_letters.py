"""Letters about conversations, written in the transaction of their cause. A guest gets none."""

from datetime import datetime

from accounts.letters import Letter
from accounts.services import notify
from storefronts import letters
from storefronts.models import Conversation
from storefronts.states import Handler
from suppliers.selectors import members_of
from taoxiaopu.kernel import rows

WORDS = 60  # of an answer that its letter holds


def tell_asked(row: Conversation, at: datetime) -> None:
    """A question to answer: whose turn it is."""
    if row.handler == Handler.OWNER:
        tell_owner(letters.QUESTION_ASKED, row, at)
    elif row.handler == Handler.SUPPLIER:
        tell_supplier(letters.QUESTION_TO_SUPPLIER, row, at)


def tell_late(row: Conversation, at: datetime) -> None:
    """The time to answer is over; it can still be done until the question goes on."""
    if row.handler == Handler.OWNER:
        tell_owner(letters.QUESTION_LATE, row, at)
    else:
        tell_supplier(letters.QUESTION_LATE_SUPPLIER, row, at)


def tell_answered(row: Conversation, words: str, at: datetime) -> None:
    """An answer: the consumer. The letter holds the words as they were stored, contact data hidden."""
    said = row.messages.get(seq=row.messages_count).text
    facts = {"title": row.good.title, "who": row.handler, "words": said[:WORDS]}
    _tell(letters.QUESTION_ANSWERED, [row.user_id], row, facts, at)


def tell_moved(row: Conversation, at: datetime) -> None:
    """Somebody else answers now: the consumer."""
    _tell(letters.QUESTION_MOVED, [row.user_id], row, {"title": row.good.title, "who": row.handler}, at)


def tell_owner(kind: Letter, row: Conversation, at: datetime) -> None:
    """Something about a question: its owner."""
    assert row.owner is not None, "an owner is asked or was asked"
    rows.load(row.owner, "user")
    _tell(kind, [row.owner.user_id], row, _facts(row), at)


def tell_supplier(kind: Letter, row: Conversation, at: datetime) -> None:
    """Something about a question: the supplier's members."""
    _tell(kind, members_of([row.supplier_id]).get(row.supplier_id, []), row, _facts(row), at)


def _facts(row: Conversation) -> dict[str, str]:
    facts = {"title": row.good.title}
    if row.due_at is not None:
        facts["deadline_at"] = row.due_at.isoformat()
    return facts


def _tell(
    kind: Letter, people: list[int | None] | list[int], row: Conversation, facts: dict[str, str], at: datetime
) -> None:
    ref = f"{row.number}:{row.messages_count}:{row.handler}"
    notify(kind=kind, recipients=people, ref=ref, at=at, facts=facts, link=[row.number])
