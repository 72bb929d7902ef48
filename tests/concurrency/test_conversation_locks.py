"""The locks of conversations: without them the race is there, with them gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from orders import services as orders
from storefronts import errors, services
from storefronts.models import Conversation, ConversationMessage
from storefronts.services import Asker, conversations, sweep_conversations
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused
from tests.concurrency.test_locks import errors_in, locked, nothing
from tests.factories import story
from tests.factories.threads import Meeting, at_once

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)
H = timedelta(hours=1)


def read_only(number: str) -> Conversation:
    """``lock_conversation`` without the lock."""
    return Conversation.objects.select_related("good__category", "shop", "owner", "supplier").get(
        number=number
    )


def asked() -> tuple[Conversation, Actor]:
    """A question that waits for its owner."""
    good = story.good(story.supplier(AT), AT)
    shop = story.picked_shop(AT, good)
    row = services.ask(asker=Asker(None, visitor="v1"), good=good, shop=shop, text="能用吗", at=AT)
    return read_only(row.number), Actor(ActorKind.OWNER, shop.owner.public_id, "tests")


@locked
def test_an_answer_and_a_hand_over_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both see a question that waits; the later one wins, and the supplier's clock is lost or void."""
    row, owner = asked()
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(conversations, "lock_conversation", read_only)
    table = conversations.CONVERSATIONS.__class__
    monkeypatch.setattr(table, "apply", meeting.before(table.apply))
    answers = meeting.run(
        [
            lambda: services.answer(conversation=row, text="可以用", actor=owner, at=AT + H),
            lambda: orders.hand_question_over(conversation=row, actor=owner, at=AT + H),
        ]
    )
    fresh = read_only(row.number)
    trail = [entry.from_state for entry in audit.history("conversation", row.number)][1:]
    if is_locked:
        # one after the other: an answered question can still be given away, one that was given away not be answered
        assert errors_in(answers) in ([], [MoveRefused])
        assert (fresh.handler, fresh.status) == ("supplier", "wait_supplier")
        assert trail in (["wait_owner", "answered"], ["wait_owner"])
    else:
        assert trail == ["wait_owner", "wait_owner"]  # two moves out of one state


@locked
def test_two_answers_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both take the same place in the thread, and only the unique key stands between."""
    row, owner = asked()
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(conversations, "lock_conversation", read_only)
    monkeypatch.setattr(conversations, "mask_contacts", meeting.before(conversations.mask_contacts))

    def answer() -> Any:
        return services.answer(conversation=row, text="可以用", actor=owner, at=AT + H)

    answers = meeting.run([answer] * 2)
    assert errors_in(answers) == ([] if is_locked else [IntegrityError])
    fresh = read_only(row.number)
    assert fresh.messages_count == ConversationMessage.objects.count() == (3 if is_locked else 2)


@locked
def test_the_last_free_place_is_taken_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the asker's lock two questions both see the last place, and there are eleven."""
    supplier = story.supplier(AT)
    goods = [story.good(supplier, AT, title=f"面霜{n}号") for n in range(11)]
    asker = Asker(None, visitor="v1")
    for good in goods[:9]:
        services.ask(asker=asker, good=good, shop=None, text="有货吗", at=AT)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(conversations, "lock_name", nothing)
    monkeypatch.setattr(conversations, "start_clock", meeting.before(conversations.start_clock))
    answers = meeting.run(
        [
            lambda: services.ask(asker=asker, good=goods[9], shop=None, text="有货吗", at=AT),
            lambda: services.ask(asker=asker, good=goods[10], shop=None, text="有货吗", at=AT),
        ]
    )
    assert errors_in(answers) == ([errors.TooManyConversations] if is_locked else [])
    assert Conversation.objects.count() == (10 if is_locked else 11)


def test_eight_sweeps_at_once_act_once() -> None:
    row, _owner = asked()
    late = AT + 30 * H
    moved = at_once([lambda: sweep_conversations(at=late)] * 8)
    assert sum(moved) == 1
    assert read_only(row.number).status == "wait_supplier"
    assert [entry.event for entry in audit.history("conversation", row.number)] == [
        "open",
        "owner_late",
        "pass_on",
    ]


def test_one_question_asked_eight_times_at_once_is_one_conversation() -> None:
    good = story.good(story.supplier(AT), AT)
    asker = Asker(None, visitor="v1")
    work = lambda: services.ask(asker=asker, good=good, shop=None, text="能用吗", at=AT)  # noqa: E731
    rows = at_once([work] * 8)
    assert len({row.number for row in rows}) == 1
    assert Conversation.objects.get().messages_count == 8
