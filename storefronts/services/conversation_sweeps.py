"""Clocks of conversations: silence hands a question on (Q2, Q3, Q6, Q7), a conversation that rests ends (Q15)."""

from datetime import datetime
from functools import partial

from django.db import transaction

from storefronts import letters
from storefronts.models import Conversation
from storefronts.services.conversation_letters import tell_late, tell_moved, tell_owner, tell_supplier
from storefronts.services.conversations import end_conversation, give_to_supplier, lock_conversation
from storefronts.states import CONVERSATIONS, ConversationStatus, Handler
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.jobs import by_itself

SWEEP = Actor.system("sweep")


def sweep_conversations(*, at: datetime) -> int:
    """Do what fell due by ``at``, each conversation under its own lock: safe twice and at once. Returns how many moved."""
    due = Conversation.objects.filter(due_at__lt=at).order_by("pk").values_list("number", flat=True)
    return sum(by_itself(partial(_due, number, at), what=f"the clock of question {number}") for number in due)


def _due(number: str, at: datetime) -> int:
    """Everything that fell due for one conversation: a sweep that comes late makes several moves."""
    moved = 0
    with transaction.atomic():
        row = lock_conversation(number)
        while row.due_at is not None and row.due_at < at:
            _step(row, at)
            moved = 1
    return moved


def _step(row: Conversation, at: datetime) -> None:
    if row.status == ConversationStatus.WAIT_OWNER:
        CONVERSATIONS.apply(row, "owner_late", actor=SWEEP, at=at, due_at=row.pass_at)
        tell_late(row, at)
    elif row.status == ConversationStatus.OWNER_LATE:
        give_to_supplier(row, "pass_on", SWEEP, at)
        tell_owner(letters.QUESTION_PASSED, row, at)
    elif row.status == ConversationStatus.WAIT_SUPPLIER:
        CONVERSATIONS.apply(row, "supplier_late", actor=SWEEP, at=at, due_at=row.pass_at)
        tell_late(row, at)
    elif row.status == ConversationStatus.SUPPLIER_LATE:
        CONVERSATIONS.apply(
            row, "escalate", actor=SWEEP, at=at, handler=Handler.STAFF, due_at=None, pass_at=None
        )
        tell_supplier(letters.QUESTION_ESCALATED, row, at)
        tell_moved(row, at)
    else:
        assert row.status == ConversationStatus.ANSWERED, f"no clock runs in {row.status}"
        end_conversation(row, "lapse", SWEEP, at)
