"""Lists and counts of conversations for each side; the tenant comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from storefronts.models import AskerBlock, Conversation, ConversationMessage, Owner
from storefronts.states import (
    BEFORE_PLATFORM,
    BEFORE_SUPPLIER,
    CONVERSATIONS,
    ConversationStatus,
    Handler,
)
from suppliers.models import Good, Supplier
from suppliers.selectors import attribute_facts, choices_of, stock_of_goods
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.transitions import Step

OWNER_TABS: dict[str, Q] = {
    "waiting": Q(handler=Handler.OWNER, status__in=BEFORE_SUPPLIER),
    "answered": Q(handler=Handler.OWNER, status=ConversationStatus.ANSWERED),
    "passed": ~Q(handler=Handler.OWNER) & ~Q(status=ConversationStatus.CLOSED),
    "closed": Q(status=ConversationStatus.CLOSED),
}
SUPPLIER_TABS: dict[str, Q] = {
    "waiting": Q(handler=Handler.SUPPLIER, status__in=BEFORE_PLATFORM),
    "answered": Q(handler=Handler.SUPPLIER, status=ConversationStatus.ANSWERED),
    "platform": Q(handler=Handler.STAFF) & ~Q(status=ConversationStatus.CLOSED),
    "closed": Q(status=ConversationStatus.CLOSED),
}
UNREAD: dict[str, tuple[str, Q]] = {
    ActorKind.BUYER: ("buyer_read", Q()),
    ActorKind.OWNER: (
        "owner_read",
        Q(conversation__owner_until=None) | Q(seq__lte=F("conversation__owner_until")),
    ),
    ActorKind.SUPPLIER: ("supplier_read", Q(seq__gte=F("conversation__supplier_from"))),
}


def with_unread(found: "QuerySet[Conversation]", side: ActorKind) -> "QuerySet[Conversation]":
    """Each with ``unread``: how many messages of others a side may read and has not."""
    column, may_read = UNREAD[side]
    new = (
        ConversationMessage.objects.filter(
            may_read, conversation=OuterRef("pk"), seq__gt=F(f"conversation__{column}")
        )
        .exclude(side=side)
        .order_by()
        .values("conversation")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return found.annotate(unread=Coalesce(Subquery(new, output_field=IntegerField()), 0))


def _listed() -> "QuerySet[Conversation]":
    return Conversation.objects.select_related("good", "shop", "supplier", "owner__user")


def conversations_asked_by(asked: Q) -> "QuerySet[Conversation]":
    """A consumer's conversations, the newest message first; ``asked`` says which are theirs (``orders.selectors.asked_by``)."""
    return with_unread(_listed().filter(asked), ActorKind.BUYER).order_by("-last_at", "-id")


def conversations_of_owner(owner: Owner, tab: str = "") -> "QuerySet[Conversation]":
    """What an owner was asked: what waits first, by its deadline."""
    found = _listed().filter(OWNER_TABS.get(tab, Q()), owner=owner).exclude(owner_until=0)
    order = ("due_at", "id") if tab == "waiting" else ("-last_at", "-id")
    return with_unread(found, ActorKind.OWNER).order_by(*order)


def conversations_of_supplier(supplier: Supplier, tab: str = "") -> "QuerySet[Conversation]":
    """What a supplier has to answer or had: what waits first, by its deadline."""
    found = _listed().filter(SUPPLIER_TABS.get(tab, Q()), supplier=supplier, supplier_from__isnull=False)
    order = ("due_at", "id") if tab == "waiting" else ("-last_at", "-id")
    return with_unread(found, ActorKind.SUPPLIER).order_by(*order)


def waiting_for_platform() -> "QuerySet[Conversation]":
    """Questions that nobody answered in time, the oldest first: staff only."""
    return _listed().filter(status=ConversationStatus.WAIT_PLATFORM).order_by("last_at", "id")


@dataclass(frozen=True, slots=True)
class TabCounts:
    """How many conversations of one side stand in each tab, and how many messages it has not read."""

    tabs: dict[str, int]
    unread: int


def owner_counts(owner: Owner) -> TabCounts:
    """The numbers of an owner's inbox of questions."""
    return _counts(
        Conversation.objects.filter(owner=owner).exclude(owner_until=0), OWNER_TABS, ActorKind.OWNER
    )


def supplier_counts(supplier: Supplier) -> TabCounts:
    """The numbers of a supplier's inbox of questions."""
    mine = Conversation.objects.filter(supplier=supplier, supplier_from__isnull=False)
    return _counts(mine, SUPPLIER_TABS, ActorKind.SUPPLIER)


def _counts(mine: "QuerySet[Conversation]", tabs: dict[str, Q], side: ActorKind) -> TabCounts:
    totals: dict[str, Any] = mine.aggregate(**{tab: Count("pk", filter=which) for tab, which in tabs.items()})
    unread = sum(with_unread(mine, side).values_list("unread", flat=True))
    return TabCounts(totals, unread)


def questions_waiting_for_owner(owner: Owner) -> int:
    """How many questions an owner has to answer: the number in the owner's centre."""
    return Conversation.objects.filter(OWNER_TABS["waiting"], owner=owner).count()


def unread_answers(asked: Q) -> int:
    """How many messages a consumer has not read."""
    return sum(
        with_unread(Conversation.objects.filter(asked), ActorKind.BUYER).values_list("unread", flat=True)
    )


def messages_for(conversation: Conversation, side: ActorKind) -> "QuerySet[ConversationMessage]":
    """What was said as far as a side may read it, oldest first: the owner up to the hand-over, the supplier from the excerpt
    on, consumer and staff all.
    """
    said = ConversationMessage.objects.filter(conversation=conversation).order_by("seq")
    if side == ActorKind.OWNER and conversation.owner_until is not None:
        said = said.filter(seq__lte=conversation.owner_until)
    if side == ActorKind.SUPPLIER:
        said = said.filter(seq__gte=conversation.supplier_from or 1)
    return said


def steps_of_conversation(conversation: Conversation) -> list[Step]:
    """What happened to a conversation, oldest first."""
    return CONVERSATIONS.trail(conversation.number)


def is_blocked_by_owner(conversation: Conversation) -> bool:
    """Whether the conversation's owner takes no questions of its consumer."""
    return AskerBlock.objects.filter(asker=conversation.asker, owner=conversation.owner_id or 0).exists()


def is_blocked_by_supplier(conversation: Conversation) -> bool:
    """Whether the conversation's supplier takes no questions of its consumer."""
    return AskerBlock.objects.filter(asker=conversation.asker, supplier=conversation.supplier_id).exists()


@dataclass(frozen=True, slots=True)
class GoodAtHand:
    """What an answer rests on: price from and to in fen, units left, promise in hours, terms, and the good's answers in words."""

    good: Good
    price_from_fen: int
    price_to_fen: int
    stock: int
    is_on_sale: bool
    facts: Sequence[tuple[str, str]]


def good_at_hand(good: Good, *, is_on_sale: bool) -> GoodAtHand:
    """A good's facts for whoever answers. Needs ``supplier`` and ``category`` loaded."""
    prices = [sku.price_fen for sku in choices_of(good)] or [good.price_from_fen]
    return GoodAtHand(
        good,
        min(prices),
        max(prices),
        stock_of_goods([good])[good.pk].available,
        is_on_sale,
        attribute_facts(good),
    )
