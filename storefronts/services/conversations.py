"""Conversations: a consumer asks about a good or an order line; owner, supplier and platform answer (Q1-Q15).

Whatever is said is stored without contact data. Locks: the asker's name, then the conversation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from storefronts import errors
from storefronts.models import AskerBlock, Conversation, ConversationMessage, Shop
from storefronts.services.conversation_letters import (
    tell_answered,
    tell_asked,
    tell_moved,
)
from storefronts.states import CONVERSATIONS, OPEN_CONVERSATION, ConversationStatus, Handler
from suppliers.models import Good
from suppliers.services.goods import blocked_words
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.contacts import mask_contacts
from taoxiaopu.kernel.errors import MoveRefused, NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_found, lock_name
from taoxiaopu.kernel.settings import Rules, rules_at
from taoxiaopu.kernel.templatetags.kernel_format import listed, local_time

TEXT_MIN, TEXT_MAX = 2, 500
EXCERPT = 10  # messages that the supplier is given of what was said before
NETWORK_PER_HOUR = 20  # conversations that guests of one network open
HOUR = timedelta(hours=1)
SIDES = {ActorKind.OWNER: Handler.OWNER, ActorKind.SUPPLIER: Handler.SUPPLIER, ActorKind.STAFF: Handler.STAFF}
WAITS_FOR = {
    Handler.OWNER: ConversationStatus.WAIT_OWNER,
    Handler.SUPPLIER: ConversationStatus.WAIT_SUPPLIER,
    Handler.STAFF: ConversationStatus.WAIT_PLATFORM,
}


@dataclass(frozen=True, slots=True)
class Asker:
    """A consumer who asks: a member, whoever holds a trade (``trade``: its number), or a guest's browser."""

    user_id: int | None
    visitor: str = ""
    trade: str = ""
    network: str = ""

    @property
    def key(self) -> str:
        """Who this is, in one word."""
        if self.trade:
            return f"t:{self.trade}"
        return f"v:{self.visitor}" if self.user_id is None else f"u:{self.user_id}"


@dataclass(frozen=True, slots=True)
class AskedLine:
    """What a supplier is told of an order line: its reference, what was bought, the receiver's phone masked."""

    ref: str
    order: str
    sku: str
    quantity: int
    masked_phone: str

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "ref": self.ref,
            "order": self.order,
            "sku": self.sku,
            "quantity": self.quantity,
            "phone": self.masked_phone,
        }


def ask(
    *, asker: Asker, good: Good, shop: Shop | None, text: str, at: datetime, line: AskedLine | None = None
) -> Conversation:
    """A consumer asks; an open conversation of the same asker about the same thing goes on.

    With an order line, or without a shop, the supplier answers; else the shop's owner. Raises BadMessage,
    TooManyQuestions, TooManyConversations, AskingBlocked, NotAskable.
    """
    words = checked_text(text)
    with transaction.atomic():
        lock_name(f"asker {asker.key}")  # two questions at once must not both see the last free place
        rules = rules_at(at)
        open_one = Conversation.objects.filter(
            asker=asker.key,
            good=good,
            shop=shop,
            line_ref=line.ref if line else "",
            status__in=OPEN_CONVERSATION,
        ).first()
        if open_one is not None:
            return _ask_in(open_one.number, words, rules, at)
        _require_quiet(asker, rules, at)
        _require_welcome(asker, good, shop, line, at)
        handler = Handler.SUPPLIER if line or shop is None else Handler.OWNER
        row = Conversation(
            number=order_number(),
            asker=asker.key,
            user_id=asker.user_id,
            network=asker.network if asker.user_id is None else "",
            good=good,
            supplier=good.supplier,
            shop=shop,
            owner=shop.owner if shop else None,
            line_ref=line.ref if line else "",
            line=line.as_json() if line else None,
            status=WAITS_FOR[handler],
            handler=handler,
            supplier_from=None if handler == Handler.OWNER else 1,
            owner_until=0 if line and shop else None,
            opened_at=at,
            last_at=at,
        )
        start_clock(row, rules, at)
        row.save()
        audit.record(
            actor=_buyer(row), subject_type="conversation", subject_ref=row.number, event="open", at=at,
            to_state=row.status,
        )  # fmt: skip
        _say(row, ActorKind.BUYER, words, at)
        tell_asked(row, at)
        return row


def ask_again(*, conversation: Conversation, text: str, at: datetime) -> Conversation:
    """The consumer says more; a question that was answered waits again (Q9-Q11).

    Raises BadMessage, TooManyQuestions, MoveRefused.
    """
    words = checked_text(text)
    with transaction.atomic():
        lock_name(f"asker {conversation.asker}")
        return _ask_in(conversation.number, words, rules_at(at), at)


def _ask_in(number: str, words: str, rules: Rules, at: datetime) -> Conversation:
    row = lock_conversation(number)
    if row.status == ConversationStatus.CLOSED:
        CONVERSATIONS.require(row.status, "ask", _buyer(row))
    _require_pace(row.asker, rules, at)
    if row.line is None and row.handler != Handler.STAFF:
        _require_unblocked(row.asker, row.shop if row.handler == Handler.OWNER else None, row.good)
    if row.status == ConversationStatus.ANSWERED:
        CONVERSATIONS.apply(row, "ask", actor=_buyer(row), at=at, target=WAITS_FOR[Handler(row.handler)])
        start_clock(row, rules, at)
        rows.update(row, "due_at", "pass_at")
        _say(row, ActorKind.BUYER, words, at)
        tell_asked(row, at)
    else:
        _say(row, ActorKind.BUYER, words, at)
    return row


def answer(*, conversation: Conversation, text: str, actor: Actor, at: datetime) -> Conversation:
    """Q1, Q5, Q8: whose turn it is answers; who answered already may add to it.

    Words that advertising must not use are refused to owner and supplier (docs/rules.md §8.3). Raises BadMessage,
    AnswerTooLate, MoveRefused.
    """
    words = checked_text(text)
    if actor.kind != ActorKind.STAFF:
        _screen(words, conversation)
    with transaction.atomic():
        row = lock_conversation(conversation.number)
        if row.status == ConversationStatus.ANSWERED and row.handler == SIDES[actor.kind]:
            _say(row, actor.kind, words, at, person=actor.person)
            tell_answered(row, words, at)
            return row
        CONVERSATIONS.require(row.status, "answer", actor)
        require_in_time(row, at)
        quiet = at + timedelta(days=rules_at(at).ASK_QUIET_D)
        CONVERSATIONS.apply(row, "answer", actor=actor, at=at, due_at=quiet, pass_at=None)
        _say(row, actor.kind, words, at, person=actor.person)
        tell_answered(row, words, at)
        return row


def hand_over(
    *, conversation: Conversation, line: AskedLine | None, actor: Actor, at: datetime
) -> Conversation:
    """Q4: the owner gives the conversation to the supplier with its last messages and the order line, if there is one.

    The owner reads no further. Raises AnswerTooLate, MoveRefused.
    """
    with transaction.atomic():
        row = lock_conversation(conversation.number)
        _require_turn(row, "hand_over", actor)
        CONVERSATIONS.require(row.status, "hand_over", actor)
        require_in_time(row, at)
        give_to_supplier(row, "hand_over", actor, at, line=line.as_json() if line else None)
        return row


def give_to_supplier(
    row: Conversation, event: str, actor: Actor, at: datetime, *, line: Mapping[str, Any] | None = None
) -> None:
    """The supplier's turn for a locked conversation: its clock begins now, and it reads the excerpt."""
    row.handler = Handler.SUPPLIER
    row.owner_until = row.messages_count
    row.supplier_from = max(1, row.messages_count - EXCERPT + 1)
    row.line = dict(line) if line else row.line
    start_clock(row, rules_at(at), at)
    CONVERSATIONS.apply(
        row, event, actor=actor, at=at,
        handler=row.handler, owner_until=row.owner_until, supplier_from=row.supplier_from, line=row.line,
        due_at=row.due_at, pass_at=row.pass_at,
    )  # fmt: skip
    tell_asked(row, at)
    tell_moved(row, at)


def close_conversation(*, conversation: Conversation, actor: Actor, at: datetime, reason: str = "") -> None:
    """Q12: the consumer, or staff with a reason, ends a conversation. Raises MoveRefused."""
    with transaction.atomic():
        row = lock_conversation(conversation.number)
        end_conversation(row, "close", actor, at, reason=reason)


def end_conversation(row: Conversation, event: str, actor: Actor, at: datetime, *, reason: str = "") -> None:
    """End a locked conversation: no clock runs any more."""
    CONVERSATIONS.apply(
        row, event, actor=actor, at=at, reason=reason, due_at=None, pass_at=None, closed_at=at
    )


def block_asker(*, conversation: Conversation, actor: Actor, at: datetime) -> None:
    """Q13, Q14: owner or supplier takes no more pre-sale questions of this consumer; about an order nobody is refused.

    Raises NotAskable, MoveRefused.
    """
    with transaction.atomic():
        row = lock_conversation(conversation.number)
        if row.line is not None:
            raise errors.NotAskable(why=_("买过的顾客有权咨询，不能屏蔽"))
        _require_turn(row, "block", actor)
        end_conversation(row, "block", actor, at)
        is_owner = actor.kind == ActorKind.OWNER
        AskerBlock.objects.get_or_create(
            asker=row.asker,
            owner=row.owner if is_owner else None,
            supplier=None if is_owner else row.supplier,
            defaults={"at": at},
        )


def unblock_asker(*, conversation: Conversation, actor: Actor, at: datetime) -> None:
    """Owner or supplier listens to a consumer again; nothing happens when nobody was blocked."""
    with transaction.atomic():
        row = lock_conversation(conversation.number)
        is_owner = actor.kind == ActorKind.OWNER
        whose: dict[str, Any] = {"owner": row.owner} if is_owner else {"supplier": row.supplier}
        if AskerBlock.objects.filter(asker=row.asker, **whose).delete()[0]:
            audit.record(
                actor=actor, subject_type="conversation", subject_ref=row.number, event="unblock", at=at
            )


def mark_read(*, conversation: Conversation, side: ActorKind) -> None:
    """A side has seen everything that it may see; never goes back, so it needs no lock."""
    column = {
        ActorKind.BUYER: "buyer_read",
        ActorKind.OWNER: "owner_read",
        ActorKind.SUPPLIER: "supplier_read",
    }[side]
    seen = conversation.messages_count
    if side == ActorKind.OWNER and conversation.owner_until is not None:
        seen = conversation.owner_until
    if getattr(conversation, column) < seen:
        behind = Conversation.objects.filter(pk=conversation.pk, **{f"{column}__lt": seen})
        behind.update(**{column: seen})
        setattr(conversation, column, seen)


def start_clock(row: Conversation, rules: Rules, at: datetime) -> None:
    """Set until when the side whose turn it is has to answer; the platform has no clock."""
    hours = {Handler.OWNER: rules.ASK_OWNER_H, Handler.SUPPLIER: rules.ASK_SUPPLIER_H}.get(
        Handler(row.handler)
    )
    row.due_at, row.pass_at = (at + timedelta(hours=h) for h in hours) if hours else (None, None)


def require_in_time(row: Conversation, at: datetime) -> None:
    """Owner and supplier may act while now ≤ ``pass_at``, whether or not a sweep came by. Raises AnswerTooLate."""
    if row.pass_at is not None and at > row.pass_at:
        raise errors.AnswerTooLate(when=local_time(row.pass_at))


def _require_turn(row: Conversation, event: str, actor: Actor) -> None:
    """An answered conversation is still its answerer's: the table cannot tell whose. Raises MoveRefused."""
    if row.handler != SIDES[actor.kind]:
        label = str(CONVERSATIONS.event_labels[event])
        raise MoveRefused(state=row.get_status_display(), event=label)


def lock_conversation(number: str) -> Conversation:
    """Lock one conversation. Raises NotFound."""
    found = lock_found(Conversation, number=number)
    if not found:
        raise NotFound
    rows.load(found[0], "good", "owner", "supplier", "shop")
    return found[0]


def checked_text(text: str) -> str:
    """What is said: 2 to 500 characters. Raises BadMessage."""
    words = text.replace("\x00", "").strip()
    if not TEXT_MIN <= len(words) <= TEXT_MAX:
        raise errors.BadMessage(why=_("请填写 {least} 到 {most} 个字").format(least=TEXT_MIN, most=TEXT_MAX))
    return words


def _screen(words: str, conversation: Conversation) -> None:
    found = blocked_words(words, conversation.good.category)
    if found:
        raise errors.BadMessage(why=_("请去掉广告法不允许的词：{words}").format(words=listed(found)))


def _say(row: Conversation, side: ActorKind, words: str, at: datetime, *, person: str = "") -> None:
    masked = mask_contacts(words)
    row.messages_count += 1
    row.last_at = at
    own = {ActorKind.BUYER: "buyer_read", ActorKind.OWNER: "owner_read", ActorKind.SUPPLIER: "supplier_read"}
    changed = ["messages_count", "last_at"]
    if side in own:  # who writes has read what is there
        setattr(row, own[side], row.messages_count)
        changed.append(own[side])
    ConversationMessage.objects.create(
        conversation=row,
        seq=row.messages_count,
        side=side,
        person=person,
        text=masked.text[:TEXT_MAX],
        masked=masked.found,
        at=at,
    )
    rows.update(row, *changed)


def _require_pace(asker: str, rules: Rules, at: datetime) -> None:
    said = ConversationMessage.objects.filter(
        conversation__asker=asker, side=ActorKind.BUYER, at__gt=at - HOUR
    )
    if said.count() >= rules.ASK_PER_HOUR:
        raise errors.TooManyQuestions(minutes=60)


def _require_quiet(asker: Asker, rules: Rules, at: datetime) -> None:
    _require_pace(asker.key, rules, at)
    mine = Conversation.objects.filter(asker=asker.key, status__in=OPEN_CONVERSATION)
    if mine.count() >= rules.ASK_OPEN_MAX:
        raise errors.TooManyConversations(limit=rules.ASK_OPEN_MAX)
    if asker.user_id is None and asker.network:
        near = Conversation.objects.filter(network=asker.network, opened_at__gt=at - HOUR)
        if near.count() >= NETWORK_PER_HOUR:
            raise errors.TooManyQuestions(minutes=60)


def _require_welcome(
    asker: Asker, good: Good, shop: Shop | None, line: AskedLine | None, at: datetime
) -> None:
    if line is not None:
        return
    if not good.is_sellable_at(at):
        raise errors.NotAskable(why=_("商品已下架"))
    if shop is not None and asker.user_id is not None and shop.owner.user_id == asker.user_id:
        raise errors.NotAskable(why=_("这是您自己的店铺"))
    _require_unblocked(asker.key, shop, good)


def _require_unblocked(asker: str, shop: Shop | None, good: Good) -> None:
    blocks = AskerBlock.objects.filter(asker=asker)
    if (blocks.filter(owner=shop.owner_id) if shop else blocks.filter(supplier=good.supplier_id)).exists():
        raise errors.AskingBlocked


def _buyer(row: Conversation) -> Actor:
    return Actor(ActorKind.BUYER, row.number)
