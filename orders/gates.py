"""Whose trades a request may open: a member's own from anywhere, a guest's while they are in the session."""

from django.http import HttpRequest

from orders.access import Holder
from orders.models import Trade
from taoxiaopu.kernel.actors import Actor, ActorKind

KEY = "trades"
PLACED = "trades_placed"
KEEP = 50


def holder_of(request: HttpRequest) -> Holder:
    """The consumer behind a request."""
    user_id = request.user.pk if request.user.is_authenticated else None
    return Holder(user_id, tuple(request.session.get(KEY, [])))


def claims_of(request: HttpRequest) -> dict[str, list[str]]:
    """What a session can vouch for when its guest signs in: trades placed in it, and all that it holds."""
    return {"placed": list(request.session.get(PLACED, [])), "held": list(request.session.get(KEY, []))}


def remember_trade(request: HttpRequest, trade: Trade, *, placed: bool = False) -> None:
    """Let this session open a guest's trade; ``placed``: it was bought here, and may be claimed after signing in."""
    for key in (KEY, PLACED) if placed else (KEY,):
        numbers = [n for n in request.session.get(key, []) if n != trade.number]
        request.session[key] = [trade.number, *numbers][:KEEP]


def buyer_of(trade: Trade) -> Actor:
    """The consumer of a trade as an actor: known by the trade's number, never by name."""
    return Actor(ActorKind.BUYER, trade.number)
