"""The pool: words of one, two and more characters, prices, orders behind keys, and what one piece earns."""

from datetime import datetime
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from storefronts.models import Shop
from storefronts.selectors import offers
from storefronts.selectors.pool import ORDERS, PoolSearch, pool_page
from storefronts.services import pick
from storefronts.services.standing import write_tier
from suppliers.models import Good, Supplier
from suppliers.services import delist_good
from taoxiaopu.kernel import clock
from tests.factories import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def supplier(at: datetime) -> Supplier:
    return story.supplier(at)


@pytest.fixture
def shop(at: datetime) -> Shop:
    return story.shop(story.owner(at), at)


def titles(shop: Shop, **search: object) -> list[str]:
    return [good.title for good in pool_page(shop, PoolSearch(**search), size=50).goods]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("面霜", True),
        ("霜", True),
        ("g", True),
        ("滋润面霜", True),
        ("50G", True),
        ("面霜 滋润", True),
        ("山茶", True),
        ("敏感", True),
        ("霜面", False),
        ("面膜", False),
        ("面霜 面膜", False),
        ("润霜", False),
        ("%", False),
        ("_", False),
        ("'", False),
        ("\\", False),
        ("茶花\n敏感", True),
        ("花敏", False),
    ],
)
def test_words_are_found_wherever_they_are(
    at: datetime, supplier: Supplier, shop: Shop, query: str, found: bool
) -> None:
    good = story.good(supplier, at, title="滋润面霜 50g")
    Good.objects.filter(pk=good.pk).update(keywords="敏感肌")
    assert titles(shop, query=query) == (["滋润面霜 50g"] if found else [])


def test_odd_characters_of_a_title_are_found_too(at: datetime, supplier: Supplier, shop: Shop) -> None:
    good = story.good(supplier, at)
    Good.objects.filter(pk=good.pk).update(title="it's 100% \\ 棉_布")
    for query in ("t's", "0%", "\\", "棉_", "100%", "'"):
        assert len(titles(shop, query=query)) == 1, query


def test_two_characters_are_looked_up_in_the_index(at: datetime, supplier: Supplier) -> None:
    story.good(supplier, at)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM suppliers_good "
            "WHERE suppliers_good_terms(title, brand, keywords) @@ suppliers_word_query('面霜')"
        )
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "good_terms" in plan


def test_prices_bound_the_pool_on_both_sides(at: datetime, supplier: Supplier, shop: Shop) -> None:
    for fen in (999, 1_000, 2_000, 2_001):
        story.good(supplier, at, price_fen=fen, title=f"{fen}")
    for sort in ORDERS:
        found = titles(shop, price_from_fen=1_000, price_to_fen=2_000, sort=sort)
        assert sorted(found) == ["1000", "2000"], sort
    assert sorted(titles(shop, price_from_fen=2_001)) == ["2001"]
    assert sorted(titles(shop, price_to_fen=999)) == ["999"]
    client = Client()
    client.force_login(shop.owner.user)
    html = client.get(reverse("owner:pool") + "?price_from=10&price_to=20.00").content.decode()
    assert [f">{fen}<" in html for fen in (999, 1_000, 2_000, 2_001)] == [False, True, True, False]


@pytest.mark.parametrize("sort", ORDERS)
def test_pages_behind_keys_show_everything_once_in_order(
    at: datetime, supplier: Supplier, shop: Shop, sort: str
) -> None:
    goods = [
        story.good(supplier, at, price_fen=price, rate_bp=rate, title=f"{n}")
        for n, (price, rate) in enumerate(
            [(1_000, 1000), (2_000, 500), (500, 2000), (1_000, 1000), (9_900, 100), (100, 5000), (1_000, 999)]
        )
    ]
    Good.objects.filter(pk=goods[1].pk).update(market_sales=7)
    Good.objects.filter(pk=goods[4].pk).update(market_sales=7)
    seen: list[Good] = []
    after = ""
    for _page in range(10):
        found = pool_page(shop, PoolSearch(sort=sort), after=after, size=2)
        seen += found.goods
        after = found.next_key
        if not after:
            break
    assert sorted(g.pk for g in seen) == sorted(g.pk for g in goods)
    keys = {
        "sales": lambda g: (-(g.market_sales or 0), -g.pk),
        "earn": lambda g: (-g.price_from_fen * g.rate_bp, -g.pk),
        "rate": lambda g: (-g.rate_bp, -g.pk),
        "price": lambda g: (g.price_from_fen, g.pk),
        "new": lambda g: (-g.pk,),
    }
    assert seen == sorted(seen, key=keys[sort])


@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_by_earning_is_by_what_this_owner_earns_to_the_fen(
    at: datetime, supplier: Supplier, shop: Shop, tier: int
) -> None:
    write_tier(owner=shop.owner, tier=tier)
    for n, (price, rate) in enumerate(
        [(333, 1001), (334, 999), (1_005, 333), (7, 5000), (19_999, 101), (50, 100)]
    ):
        story.good(supplier, at, price_fen=price, rate_bp=rate, title=f"{n}")
    found = offers(shop.owner, pool_page(shop, PoolSearch(sort="earn"), size=50).goods, at=at)
    earned = [offer.earn.owner_fen for offer in found]
    assert all(first >= second for first, second in pairwise(earned))
    bonus = {1: 0, 2: 200, 3: 500, 4: 800}[tier]
    for offer in found:
        gross = (2 * offer.good.price_from_fen * offer.good.rate_bp + 10_000) // 20_000
        fee, extra = ((2 * gross * bp + 10_000) // 20_000 for bp in (1_000, bonus))
        assert offer.earn.owner_fen == gross - fee + extra


def test_a_category_holds_its_children_and_unknown_ones_nothing(
    at: datetime, supplier: Supplier, shop: Shop
) -> None:
    good = story.good(supplier, at)
    assert titles(shop, category="beauty") == [good.title]
    assert titles(shop, category="food") == []
    assert titles(shop, category="nosuch") == []


def test_the_pool_knows_what_is_picked_and_leaves_out_what_is_off_sale(
    at: datetime, supplier: Supplier, shop: Shop
) -> None:
    picked, other, gone = (story.good(supplier, at, title=f"面霜 {n}") for n in range(3))
    row = pick(shop=shop, goods=[picked], at=at)[0]
    delist_good(good=gone, actor=story.supplier_actor(supplier), at=at)
    found = pool_page(shop, PoolSearch(sort="new"), size=50).goods
    assert [(good.pk, good.pick_id) for good in found] == [(other.pk, None), (picked.pk, row.pk)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", ["", "x", "1", "1.2.3", "-1.2", "٣.1", "9" * 30 + ".1", "1." + "9" * 19])
def test_what_is_no_key_starts_at_the_beginning(
    at: datetime, supplier: Supplier, shop: Shop, key: str
) -> None:
    good = story.good(supplier, at)
    assert pool_page(shop, PoolSearch(), after=key, size=5).goods == [good]
