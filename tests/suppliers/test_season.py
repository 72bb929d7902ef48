"""Goods with a season: on sale from the beginning of their window until before its end (docs/rules.md §1.3 rule 40)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.test import Client
from django.urls import reverse

from orders.errors import NotForSale, SaleNotBegun, SaleOver
from storefronts import services as storefronts
from storefronts.errors import NotInPool
from storefronts.models import Pick
from storefronts.selectors import invalid_pick_count, picked, picks_of, visible_picks
from storefronts.selectors.pool import PoolSearch, pool_page
from storefronts.states import Channel
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from suppliers.selectors import sellable_goods
from suppliers.services import GoodDraft
from suppliers.states import Season
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
FROM, UNTIL = story.noon(2026, 9, 20) - timedelta(hours=12), story.noon(2026, 11, 1) - timedelta(hours=12)
SECOND = timedelta(seconds=1)
DRAFT = GoodDraft(
    "阳澄湖大闸蟹 8 只", "food", "山茶花", "鲜活", 19_900, 50, 2000, sale_from=FROM, sale_until=UNTIL
)
MOMENTS = [
    (FROM - SECOND, Season.COMING),
    (FROM, Season.ON),
    (UNTIL - SECOND, Season.ON),
    (UNTIL, Season.OVER),
]


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


def crabs(supplier: Supplier, **changes: Any) -> Good:
    draft = replace(DRAFT, **changes)
    return suppliers.create_good(supplier=supplier, draft=draft, actor=story.supplier_actor(supplier), at=AT)


@pytest.fixture
def good(supplier: Supplier) -> Good:
    return crabs(supplier)


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def to(at: datetime) -> None:
        monkeypatch.setattr(clock, "present", lambda: Value(at))
        monkeypatch.setattr(clock, "now", lambda: at)

    return to


@pytest.mark.parametrize(("at", "season"), MOMENTS)
def test_it_is_sold_within_its_window_alone(good: Good, moved: Any, at: datetime, season: Season) -> None:
    moved(at)
    is_on = season == Season.ON
    assert (good.season_at(at), good.is_sellable_at(at)) == (season, is_on)
    assert good.off_season_at(at) == (None if is_on else season)
    assert sellable_goods().count() == int(is_on)
    before = picture()
    if is_on:
        assert story.place(good, at).orders.count() == 1
        return
    with pytest.raises(SaleNotBegun if season == Season.COMING else SaleOver) as refused:
        story.place(good, at)
    assert picture() == before
    sentences = {
        Season.COMING: "“阳澄湖大闸蟹 8 只”将于 2026年9月20日 00:00 开售，现在还不能购买",
        Season.OVER: "“阳澄湖大闸蟹 8 只”已于 2026年11月1日 00:00 停售",
    }
    assert refused.value.sentence == sentences[season]


@pytest.mark.parametrize(
    ("window", "moments"),
    [
        ({"sale_from": None}, [(AT, Season.ON), (UNTIL - SECOND, Season.ON), (UNTIL, Season.OVER)]),
        ({"sale_until": None}, [(FROM - SECOND, Season.COMING), (FROM, Season.ON), (UNTIL, Season.ON)]),
        ({"sale_from": None, "sale_until": None}, [(AT, Season.ON), (UNTIL, Season.ON)]),
    ],
)
def test_either_end_may_be_open(
    supplier: Supplier, moved: Any, window: dict[str, None], moments: list[tuple[datetime, Season]]
) -> None:
    good = crabs(supplier, **window)
    for at, season in moments:
        moved(at)
        assert good.season_at(at) == season
        assert sellable_goods().count() == int(season == Season.ON)


def test_what_else_keeps_it_from_being_sold_is_said_first(good: Good) -> None:
    suppliers.delist_good(good=good, actor=story.supplier_actor(good.supplier), at=AT)
    good.refresh_from_db()
    assert good.off_season_at(AT) is None
    with pytest.raises(NotForSale):
        story.place(good, AT)


def test_an_owner_picks_and_shares_it_in_its_season_alone(good: Good, moved: Any) -> None:
    shop = story.shop(story.owner(AT), AT)
    before = picture()
    for at in (FROM - SECOND, UNTIL):
        with pytest.raises(NotInPool):
            storefronts.pick(shop=shop, goods=[good], at=at)
    assert picture() == before
    storefronts.pick(shop=shop, goods=[good], at=FROM)
    pick = Pick.objects.get()
    storefronts.share(pick=pick, channel=Channel.WECHAT, at=UNTIL - SECOND)
    with pytest.raises(NotInPool):
        storefronts.share(pick=pick, channel=Channel.WECHAT, at=UNTIL)
    for at, season in MOMENTS:
        moved(at)
        is_on = season == Season.ON
        (one,) = picked(shop.owner, picks_of(shop), at=at)
        assert (one.valid, one.off_season) == (is_on, None if is_on else season)
        assert len(pool_page(shop, PoolSearch(), size=9).goods) == visible_picks(shop).count() == int(is_on)
        assert invalid_pick_count(shop) == int(not is_on)


def test_a_window_that_ends_as_it_begins_is_refused(supplier: Supplier, good: Good) -> None:
    before = picture()
    for until in (FROM, FROM - SECOND):
        with pytest.raises(errors.BadSeason):
            crabs(supplier, sale_until=until)
        with pytest.raises(errors.BadSeason):
            suppliers.edit_good(
                good=good, draft=replace(DRAFT, sale_until=until),
                actor=story.supplier_actor(supplier), at=AT,
            )  # fmt: skip
    with pytest.raises(IntegrityError, match="good_season_in_order"), transaction.atomic():
        Good.objects.filter(pk=good.pk).update(sale_until=FROM)
    assert picture() == before
    assert crabs(supplier, sale_until=FROM + SECOND).sale_until == FROM + SECOND


def test_a_new_window_counts_at_once_and_placed_orders_stay(good: Good) -> None:
    order = story.place(good, FROM).orders.get()
    actor = story.supplier_actor(good.supplier)
    row = suppliers.edit_good(good=good, draft=replace(DRAFT, sale_until=FROM + SECOND), actor=actor, at=FROM)
    assert (row.status, row.sale_until, row.price_from_fen) == ("listed", FROM + SECOND, 19_900)
    order.refresh_from_db()
    assert (order.status, order.goods_fen) == ("pending_payment", 19_900)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (FROM - SECOND, ("即将开售", "2026年9月20日 00:00 起可以购买。")),
        (FROM, ("当季商品，2026年11月1日 00:00 停售",)),
        (UNTIL, ("本季已停售", "已于 2026年11月1日 00:00 停售，已下的订单不受影响。")),
    ],
)
def test_every_page_says_from_when_until_when(
    good: Good, moved: Any, at: datetime, words: tuple[str, ...]
) -> None:
    shop = story.shop(story.owner(AT), AT)
    storefronts.pick(shop=shop, goods=[good], at=FROM)
    moved(at)
    anyone = Client()
    for url in (
        reverse("good", args=[good.public_id]), reverse("shop-good", args=[shop.number, good.public_id])
    ):  # fmt: skip
        text = anyone.get(url).text
        assert all(word in text for word in words)
        assert ("立即购买" in text) == (at == FROM)
    body = anyone.get(f"/api/v1/goods/{good.public_id}/").json()
    assert body["on_sale"] == (at == FROM)
    sku = good.skus.get()
    answer = anyone.get(reverse("checkout"), {"sku": sku.pk, "quantity": 1, "key": "k" * 22})
    assert answer.status_code == (200 if at == FROM else 302)


def test_the_supplier_types_it_in_business_time(at: datetime) -> None:
    client, _supplier = member(at)
    words = {
        "title": "冬季护手霜", "category": "beauty", "brand": "山茶花", "price": "199", "stock": "5", "rate": "20",
        "ship_within_h": "24", "sale_from": "2026-09-20T00:00", "sale_until": "2026-11-01T00:00",
    }  # fmt: skip
    assert client.post(reverse("supplier:good-new"), words).status_code == 302
    good = Good.objects.get()
    assert (good.sale_from, good.sale_until) == (FROM, UNTIL)
    page = client.get(reverse("supplier:good", args=[good.public_id])).text
    assert 'value="2026-09-20T00:00"' in page
    assert 'value="2026-11-01T00:00"' in page
    wrong = client.post(reverse("supplier:good-new"), words | {"sale_until": "2026-09-20T00:00"})
    assert wrong.context["form"].errors == {"sale_until": ["停售时间须晚于开售时间"]}
    assert Good.objects.count() == 1
