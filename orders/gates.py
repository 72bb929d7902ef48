"""Which trades a guest may open: those placed or looked up in this session."""

from django.http import HttpRequest

from orders.models import Trade
from taoxiaopu.kernel.actors import Actor, ActorKind

KEY = "trades"
KEEP = 50


def trades_in(request: HttpRequest) -> list[str]:
    """Trade numbers that this session holds."""
    return list(request.session.get(KEY, []))


def remember_trade(request: HttpRequest, trade: Trade) -> None:
    """Let this session open a trade's orders."""
    numbers = [n for n in trades_in(request) if n != trade.number]
    request.session[KEY] = [trade.number, *numbers][:KEEP]


def buyer_of(trade: Trade) -> Actor:
    """The consumer of a trade as an actor: known by the trade's number, never by name."""
    return Actor(ActorKind.BUYER, trade.number)
