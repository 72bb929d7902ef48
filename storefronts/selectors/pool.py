"""The pool: goods that owners may pick, page behind page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.db.models.expressions import CombinedExpression, OrderBy
from django.db.models.functions import Coalesce

from storefronts.models import Pick, Shop
from suppliers.models import Good
from suppliers.selectors import sellable_goods

KEY_MAX = 10**18
RATE_MOST_BP = 9000  # the database allows no higher one (good_rate_within_hard_limit)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the pool: by ``key``, whose index keeps it, then by the row's own key the same way."""

    key: Any
    descending: bool = True


COMMISSION = F("price_from_fen") * F("rate_bp")
# By commission is by what an owner earns, at any tier: fee, bonus and rounding never turn two goods round.
ORDERS = {
    "sales": Order(Coalesce("market_sales", 0)),
    "earn": Order(COMMISSION),
    "rate": Order(F("rate_bp")),
    "price": Order(F("price_from_fen"), descending=False),
    "new": Order(F("id")),
}


@dataclass(frozen=True, slots=True)
class PoolSearch:
    """What an owner looks for: all words, a category's code, prices in fen from and up to, the order (ORDERS)."""

    query: str = ""
    category: str = ""
    price_from_fen: int | None = None
    price_to_fen: int | None = None
    sort: str = "sales"


@dataclass(frozen=True, slots=True)
class PoolPage:
    """Goods, each with ``pick_id`` of the shop that asks; ``next_key`` goes on behind them, empty on the last page."""

    goods: list[Good]
    next_key: str


class _Row(Func):
    """Several values as one, for PostgreSQL to compare in the order of an index."""

    template, arg_joiner = "(%(expressions)s)", ", "


def pool_page(shop: Shop | None, search: PoolSearch, *, after: str = "", size: int) -> PoolPage:
    """One page of the pool for a shop, behind a key; a text that is no key means the beginning."""
    order = ORDERS.get(search.sort, ORDERS["sales"])
    goods = _found(search).annotate(sort_key=order.key)
    behind = _key_of(after)
    if behind is not None:
        here, there = _Row(order.key, F("id")), _Row(Value(behind[0]), Value(behind[1]))
        sign = "<" if order.descending else ">"
        goods = goods.filter(CombinedExpression(here, sign, there, output_field=BooleanField()))
    ordered = goods.order_by(
        OrderBy(order.key, descending=order.descending), OrderBy(F("id"), descending=order.descending)
    )
    rows = list(ordered[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    _note_picks(shop, rows)
    last: Any = rows[-1] if more else None
    return PoolPage(rows, f"{last.sort_key}.{last.pk}" if last else "")


def _found(search: PoolSearch) -> "QuerySet[Good]":
    goods = sellable_goods(query=search.query, category=search.category)
    if search.price_from_fen is not None:
        goods = goods.filter(price_from_fen__gte=search.price_from_fen)
    if search.price_to_fen is not None:
        goods = goods.filter(price_from_fen__lte=search.price_to_fen)
        if search.sort == "earn":  # so that the index is not read from goods that cost too much
            most = Value(search.price_to_fen * RATE_MOST_BP)
            goods = goods.filter(CombinedExpression(COMMISSION, "<=", most, output_field=BooleanField()))
    return goods


def _key_of(text: str) -> tuple[int, int] | None:
    parts = text.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) <= 19 for part in parts):
        return None
    key, pk = map(int, parts)
    return (key, pk) if key <= KEY_MAX and pk <= KEY_MAX else None


def _note_picks(shop: Shop | None, goods: Sequence[Good]) -> None:
    picks = Pick.objects.filter(shop=shop, good__in=[good.pk for good in goods], slot__isnull=False)
    by_good = dict(picks.values_list("good_id", "pk"))
    for good in goods:
        good.pick_id = by_good.get(good.pk)  # type: ignore[attr-defined]  # what ``offers`` shows
