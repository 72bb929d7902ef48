"""Which conversations are a consumer's, and which order line one may be about."""

from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from orders.access import Holder
from orders.models import OrderLine, Trade
from orders.states import NEVER_PAID
from storefronts.models import Conversation


def asked_by(holder: Holder, visitor: str) -> Q:
    """A consumer's conversations: the member's own, those about trades that this consumer may open, this browser's."""
    trades = (
        Trade.objects.filter(holder.trades()).annotate(key=Concat(Value("t:"), F("number"))).values("key")
    )
    keys = [f"u:{holder.user_id}"] if holder.user_id is not None else []
    keys += [f"v:{visitor}"] if visitor else []
    return Q(asker__in=keys) | Q(asker__in=trades)


def line_of_conversation(conversation: Conversation) -> OrderLine | None:
    """The newest paid line of the good that its asker bought from the same shop, or None."""
    kind, _colon, key = conversation.asker.partition(":")
    if kind == "t" or not key:
        return None
    whose = (
        Q(order__trade__user_id=key) if kind == "u" else Q(order__trade__user=None, order__trade__visitor=key)
    )
    lines = OrderLine.objects.select_related("order__trade").filter(
        whose, good=conversation.good_id, order__shop=conversation.shop_id
    )
    return lines.exclude(order__status__in=NEVER_PAID).order_by("-id").first()
