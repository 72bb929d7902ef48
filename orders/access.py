"""One order for one actor, or NotFound. An order has three parties, and each sees its own."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Q, QuerySet
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


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks as a consumer: the member who is signed in, and the guest trades that this session holds."""

    user_id: int | None
    numbers: tuple[str, ...]

    def trades(self, prefix: str = "") -> Q:
        """What is this consumer's, from any device: the member's own trades; a session's only while they are nobody's."""
        held = Q(**{f"{prefix}user": None, f"{prefix}number__in": self.numbers})
        return held if self.user_id is None else held | Q(**{f"{prefix}user": self.user_id})


def order_for_supplier(supplier: Supplier, number: str) -> Order:
    """A supplier's own order, once it was paid. Raises NotFound."""
    return _one(_orders().filter(supplier=supplier, number=number).exclude(status__in=NEVER_PAID))


def agreement_for_supplier(supplier: Supplier, number: str) -> Order:
    """A supplier's own order of a customised good, from its placing on. Raises NotFound."""
    return _one(
        _orders().select_related("contract").filter(supplier=supplier, number=number, contract__isnull=False)
    )


def agreement_for_buyer(holder: Holder, number: str) -> Order:
    """An order of a customised good of one of this consumer's trades. Raises NotFound."""
    found = _orders().select_related("contract").filter(holder.trades("trade__"), number=number)
    return _one(found.filter(contract__isnull=False))


def line_for_supplier(supplier: Supplier, ref: str) -> OrderLine:
    """A line of one of a supplier's own paid orders. Raises NotFound."""
    lines = OrderLine.objects.select_related("order__trade", "order__supplier", "order__shop", "good")
    found = lines.filter(order__supplier=supplier, ref=ref).exclude(order__status__in=NEVER_PAID).first()
    if found is None:
        raise NotFound
    return found


def order_for_owner(owner: Owner, number: str) -> Order:
    """An order attributed to an owner. Raises NotFound."""
    return _one(_orders().filter(owner=owner, number=number))


def order_for_buyer(holder: Holder, number: str) -> Order:
    """An order of one of this consumer's trades. Raises NotFound."""
    return _one(_orders().filter(holder.trades("trade__"), number=number))


def order_for_staff(number: str) -> Order:
    """Any order, for the staff's pages. Raises NotFound."""
    return _one(_orders().filter(number=number))


def trade_for_buyer(holder: Holder, number: str) -> Trade:
    """One of this consumer's trades. Raises NotFound."""
    trade = Trade.objects.filter(holder.trades(), number=number).first()
    if trade is None:
        raise NotFound
    return trade


def line_for_buyer(holder: Holder, ref: str) -> OrderLine:
    """A line of one of this consumer's orders. Raises NotFound."""
    line = (
        OrderLine.objects.select_related("order__trade", "order__supplier", "order__shop", "good")
        .filter(holder.trades("order__trade__"), ref=ref)
        .first()
    )
    if line is None:
        raise NotFound
    return line


def trade_by_lookup(phone: str, code: str, *, network: str, at: datetime) -> Trade:
    """The trade of a guest who knows phone and code; a member's opens by signing in only.

    Raises NotFound, TooManyTries (per phone and per network).
    """
    try:
        index = blind_index(normalise_phone(phone))
    except BadPhone:
        raise NotFound from None
    for key in (f"lookup:{index}", f"lookup:{network}"):
        if _tries(key) > LOOKUP_TRIES:
            raise errors.TooManyTries(minutes=LOOKUP_PAUSE_S // 60)
    trade = Trade.objects.filter(user=None, buyer=index, lookup_code=code.strip()).order_by("-id").first()
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
