"""Questions about what was ordered: storefronts knows no orders, so an order line is told from here (docs/rules.md §1.6)."""

from datetime import datetime

from django.utils.translation import gettext as _

from orders.models import OrderLine
from orders.selectors.asking import line_of_conversation
from orders.states import NEVER_PAID
from storefronts import services as storefronts
from storefronts.errors import NotAskable
from storefronts.models import Conversation
from storefronts.services import AskedLine, Asker
from taoxiaopu.kernel.actors import Actor


def ask_about_line(*, line: OrderLine, text: str, at: datetime) -> Conversation:
    """A buyer asks about a paid line: the supplier answers. Raises NotAskable and what ``storefronts.services.ask`` does."""
    order = line.order
    if order.status in NEVER_PAID:
        raise NotAskable(why=_("付款后才能就订单咨询商家；付款前请在商品页咨询"))
    return storefronts.ask(
        asker=Asker(user_id=order.trade.user_id, trade=order.trade.number),
        good=line.good,
        shop=order.shop,
        text=text,
        at=at,
        line=_told(line),
    )


def hand_question_over(*, conversation: Conversation, actor: Actor, at: datetime) -> Conversation:
    """An owner gives a conversation to the supplier, with the asker's newest paid line of that good from this shop, if any.

    Raises AnswerTooLate, MoveRefused.
    """
    line = line_of_conversation(conversation)
    told = _told(line) if line else None
    return storefronts.hand_over(conversation=conversation, line=told, actor=actor, at=at)


def _told(line: OrderLine) -> AskedLine:
    trade = line.order.trade
    return AskedLine(line.ref, line.order.number, line.sku_name, line.quantity, trade.masked_phone)
