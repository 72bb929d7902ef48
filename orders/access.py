"""One order for one actor, or NotFound. An order has three parties, and each sees its own."""

from datetime import datetime

from django.core.cache import cache
from django.db.models import QuerySet
from redis.exceptions import RedisError

from orders import errors
from orders.models import Order, OrderLine, Trade
from orders.states import NEVER_PAID
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.personal import BadPhone, blind_index, normalise_phone

LOOKUP_TRIES = 8
LOOKUP_PAUSE_S = 900


def order_for_supplier(supplier: Supplier, number: str) -> Order:
    """A supplier's own order, once it was paid. Raises NotFound."""
    return _one(_orders().filter(supplier=supplier, number=number).exclude(status__in=NEVER_PAID))


def order_for_owner(owner: Owner, number: str) -> Order:
    """An order attributed to an owner. Raises NotFound."""
    return _one(_orders().filter(owner=owner, number=number))


def order_for_buyer(trade_numbers: list[str], number: str) -> Order:
    """An order of one of the trades that this visitor placed or opened with the code. Raises NotFound."""
    return _one(_orders().filter(trade__number__in=trade_numbers, number=number))


def trade_for_buyer(trade_numbers: list[str], number: str) -> Trade:
    """A trade that this visitor holds. Raises NotFound."""
    trade = Trade.objects.filter(number=number).first() if number in trade_numbers else None
    if trade is None:
        raise NotFound
    return trade


def line_for_buyer(trade_numbers: list[str], ref: str) -> OrderLine:
    """A line of one of this visitor's orders. Raises NotFound."""
    line = (
        OrderLine.objects.select_related("order__trade", "order__supplier", "order__shop", "good")
        .filter(order__trade__number__in=trade_numbers, ref=ref)
        .first()
    )
    if line is None:
        raise NotFound
    return line


def trade_by_lookup(phone: str, code: str, *, network: str, at: datetime) -> Trade:
    """The trade of a guest who knows phone and code. Raises NotFound, TooManyTries (per phone and per network)."""
    try:
        index = blind_index(normalise_phone(phone))
    except BadPhone:
        raise NotFound from None
    for key in (f"lookup:{index}", f"lookup:{network}"):
        if _tries(key) > LOOKUP_TRIES:
            raise errors.TooManyTries(minutes=LOOKUP_PAUSE_S // 60)
    trade = Trade.objects.filter(buyer=index, lookup_code=code.strip()).order_by("-id").first()
    if trade is None:
        raise NotFound
    return trade


def _tries(key: str) -> int:
    try:
        cache.add(key, 0, LOOKUP_PAUSE_S)
        return int(cache.incr(key))
    except (RedisError, ValueError):  # Redis is away, or the pause ended between the two calls
        return 1


def _orders() -> "QuerySet[Order]":
    return Order.objects.select_related("trade", "supplier", "shop", "owner__user")


def _one(orders: "QuerySet[Order]") -> Order:
    order = orders.first()
    if order is None:
        raise NotFound
    return order
