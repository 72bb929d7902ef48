"""What ails a shop's picks, and what could stand in their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Sum

from storefronts.models import Owner, Pick, Shop
from storefronts.selectors import Offer, Picked, offers, picked, picks_of
from storefronts.states import Ailment
from suppliers.models import Good, Sku
from suppliers.selectors import on_sale, sellable_goods
from taoxiaopu.kernel.settings import rules_at

WIDEST = 4  # a substitute costs from a fourth to four times as much
SUBSTITUTES = 3


@dataclass(frozen=True, slots=True)
class Ailing:
    """A pick, what is wrong with it (the worst first), its stock, and goods that could replace it, the nearest price first."""

    item: Picked
    ailments: list[Ailment]
    substitutes: list[Offer]


def ailing(shop: Shop, *, at: datetime) -> list[tuple[int, list[Ailment]]]:
    """The keys of all live picks of a shop with which something is wrong, the worst first, then in the shop's order."""
    low = rules_at(at).PICK_LOW_STOCK
    stocks = dict(
        Sku.objects.filter(good__picks__shop=shop, good__picks__slot__isnull=False, is_on=True)
        .values_list("good_id")
        .annotate(left=Sum("available"))
        .order_by()
    )
    picks = Pick.objects.filter(shop=shop, slot__isnull=False).order_by("-is_pinned", "-place", "-pk")
    on_sale_now = set(picks.filter(on_sale("good__")).values_list("pk", flat=True))
    waiting = picks.filter(~Q(good__sale_from=None) | ~Q(good__sale_until=None)).exclude(pk__in=on_sale_now)
    off_season = {pick.pk for pick in waiting.select_related("good__supplier") if pick.good.off_season_at(at)}
    found = []
    for row in picks.values_list(*FACTS, named=True):
        stock = stocks.get(row.good_id, 0)
        wrong = _ailments(row, row.pk in on_sale_now, row.pk in off_season, stock, low)
        if wrong:
            found.append((row.pk, wrong))
    return sorted(found, key=lambda one: RANK[one[1][0]])


FACTS = (
    *("pk", "good_id", "seen_price_fen", "seen_rate_bp"),
    *("good__price_from_fen", "good__rate_bp", "good__next_rate_bp"),
)
RANK = {ailment: place for place, ailment in enumerate(Ailment)}


def _ailments(row: Any, is_on_sale: bool, is_off_season: bool, stock: int, low: int) -> list[Ailment]:
    if not is_on_sale:
        return [Ailment.OFF_SEASON if is_off_season else Ailment.OFF_SALE]
    rate, next_rate = row.good__rate_bp, row.good__next_rate_bp
    wrong = []
    if stock == 0:
        wrong.append(Ailment.SOLD_OUT)
    if row.seen_rate_bp is not None and rate < row.seen_rate_bp:
        wrong.append(Ailment.RATE_DOWN)
    elif next_rate is not None and next_rate < rate:
        wrong.append(Ailment.RATE_FALLS)
    if row.seen_price_fen is not None and row.good__price_from_fen > row.seen_price_fen:
        wrong.append(Ailment.PRICE_UP)
    if 0 < stock < low:
        wrong.append(Ailment.LOW_STOCK)
    return wrong


def with_substitutes(
    owner: Owner, shop: Shop, found: Sequence[tuple[int, list[Ailment]]], *, at: datetime
) -> list[Ailing]:
    """A page of ``ailing`` with what each earns and what could replace it; a pick that was removed meanwhile is left out."""
    by_key = {pick.pk: pick for pick in picks_of(shop).filter(pk__in=[key for key, _wrong in found])}
    here = [(by_key[key], wrong) for key, wrong in found if key in by_key]
    items = picked(owner, [pick for pick, _wrong in here], at=at)
    others = [substitutes_for(pick) for pick, _wrong in here]
    earns = {offer.good.pk: offer for offer in offers(owner, {g for many in others for g in many}, at=at)}
    return [
        Ailing(item, wrong, [earns[good.pk] for good in many])
        for item, (_pick, wrong), many in zip(items, here, others, strict=True)
    ]


def substitutes_for(pick: Pick, *, many: int = SUBSTITUTES) -> list[Good]:
    """Goods of the pick's category that can be bought now, are not in the shop and earn more, the nearest price first."""
    good = pick.good
    price = good.price_from_fen
    picks = Pick.objects.filter(shop=pick.shop_id, good=OuterRef("pk"), slot__isnull=False)
    stock = Sku.objects.filter(good=OuterRef("pk"), is_on=True, available__gt=0)
    goods = (
        sellable_goods()
        .alias(commission=F("price_from_fen") * F("rate_bp"))
        .filter(
            ~Exists(picks),
            Exists(stock),
            category=good.category_id,
            commission__gt=price * good.rate_bp,
        )
        .exclude(pk=good.pk)
    )
    dearer = goods.filter(price_from_fen__range=(price, price * WIDEST)).order_by("price_from_fen", "id")
    cheaper = goods.filter(price_from_fen__range=(price // WIDEST, price - 1)).order_by(
        "-price_from_fen", "-id"
    )
    near = [*dearer[:many], *cheaper[:many]]
    return sorted(near, key=lambda one: (abs(one.price_from_fen - price), one.pk))[:many]
