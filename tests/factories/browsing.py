"""Consumers in front of the pages: a client that holds a trade, and what the checkout form posts."""

from django.test import Client

from accounts.models import User
from orders.gates import KEY
from orders.models import Trade
from storefronts.models import Shop
from suppliers.models import Good, Sku

PHONE_AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0"


def client() -> Client:
    """A phone's browser."""
    return Client(headers={"user-agent": PHONE_AGENT})


def holder(*trades: Trade) -> Client:
    """A browser whose session holds these trades."""
    made = client()
    session = made.session
    session[KEY] = [trade.number for trade in trades]
    session.save()
    return made


def member(user: User) -> Client:
    """A phone's browser in which a member is signed in."""
    made = client()
    made.force_login(user)
    return made


def order_form(good: Good, *, through: Shop | None = None, **changes: object) -> dict[str, object]:
    """What the checkout page posts for one piece."""
    sku = Sku.objects.get(good=good)
    form: dict[str, object] = {
        "sku": sku.pk,
        "quantity": 1,
        "shop": through.number if through else "",
        "key": "k" * 24,
        "seen_price_fen": sku.price_fen,
        "receiver": "李青禾",
        "phone": "13911112222",
        "address": "浙江省杭州市西湖区文三路 1 号",
    }
    return form | changes
