"""What the charts of each desk are made of: exact figures, days on the Shanghai clock, nobody else's orders."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders import services as orders
from orders.selectors import GoodSales, Refunded, ShopSales, SmallShare, small_share, sold_by
from storefronts import services as storefronts
from storefronts.models import Pick, Shop
from storefronts.states import Channel
from suppliers.models import Good, Supplier
from taoxiaopu.desks.figures import Compared, SupplierFigures, owner_figures, platform_figures
from taoxiaopu.desks.selectors import supplier_today
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.charts import Chart, Series
from tests.factories import story
from tests.factories.desk import member

pytestmark = pytest.mark.django_db
NOON = story.noon(2026, 5, 20)


def days_ago(days: int) -> datetime:
    return NOON - timedelta(days=days)


@pytest.fixture
def good() -> Good:
    return story.good(story.supplier(days_ago(100)), days_ago(100), stock=500)


def supplier_figures(supplier: Supplier, *, days: int, at: datetime) -> SupplierFigures:
    return supplier_today(supplier, days=days, at=at)[1]


def values(chart: Chart, name: str) -> list[int]:
    return next(series.values for series in chart.series if series.name == name)


def buy_through_link(shop: Shop, good: Good, channel: str, at: datetime, visitor: str) -> None:
    """A counted click and the paid order that came of it."""
    link = storefronts.share(pick=Pick.objects.get(shop=shop, good=good), channel=channel, at=at).link
    storefronts.record_click(
        link=link, visitor=visitor, network=visitor, user_agent="Mozilla", user_id=None, at=at
    )
    story.paid_order(good, at, through=shop, visitor=visitor)


class TestSupplier:
    def test_each_day_stands_beside_the_same_day_of_the_span_before(self, good: Good) -> None:
        for ago, quantity in ((0, 2), (29, 1), (30, 3), (59, 1), (60, 5)):
            story.paid_order(good, days_ago(ago), quantity=quantity)
        story.place(good, NOON)  # never paid
        stranger = story.good(story.supplier(days_ago(100), 2), days_ago(100))
        story.paid_order(stranger, NOON)
        figures = supplier_figures(good.supplier, days=30, at=NOON)
        now, before = values(figures.sales, "成交金额"), values(figures.sales, "上一期金额")
        assert (len(now), now[0], now[-1], sum(now)) == (30, 10_000, 20_000, 30_000)
        assert (len(before), before[0], before[-1], sum(before)) == (30, 10_000, 30_000, 40_000)
        assert (figures.goods_fen.now, figures.goods_fen.before) == (30_000, 40_000)
        assert (figures.goods_fen.change_bp, figures.goods_fen.is_up) == (-2_500, False)
        assert (figures.orders.now, figures.orders.before, figures.orders.change_bp) == (2, 2, 0)
        assert (figures.sales.labels[0], figures.sales.labels[-1]) == ("04-21", "05-20")

    def test_a_day_begins_at_midnight_in_shanghai(self, good: Good) -> None:
        midnight = clock.local_instant(clock.local(NOON).date())
        story.paid_order(good, midnight)
        story.paid_order(good, midnight - timedelta(seconds=1))
        now = values(supplier_figures(good.supplier, days=30, at=NOON).sales, "付款订单")
        assert now[-2:] == [1, 1]

    def test_shops_are_ranked_by_amount_and_the_platforms_pages_are_one_of_them(self, good: Good) -> None:
        first, second = story.picked_shop(days_ago(50), good, n=1), story.picked_shop(days_ago(50), good, n=2)
        story.paid_order(good, days_ago(1), through=first)
        story.paid_order(good, days_ago(1), through=second, quantity=3)
        story.paid_order(good, days_ago(1), quantity=2)
        story.paid_order(good, days_ago(40), through=first, quantity=9)
        rows = sold_by(good.supplier, days=60, best=30, top=5, at=NOON).shops
        assert rows == [
            ShopSales(second.pk, second.name, 1, 30_000),
            ShopSales(None, "", 1, 20_000),
            ShopSales(first.pk, first.name, 1, 10_000),
        ]
        assert sold_by(good.supplier, days=60, best=30, top=2, at=NOON).shops == rows[:2]
        chart = supplier_figures(good.supplier, days=30, at=NOON).shops
        assert chart.labels == ["小满的店2-淘小铺", "平台页面", "小满的店1-淘小铺"]

    def test_goods_are_ranked_by_amount(self, good: Good) -> None:
        other = story.good(good.supplier, days_ago(50), price_fen=1_000, title="口红")
        story.paid_order(good, days_ago(1))
        story.paid_order(other, days_ago(1), quantity=11)
        story.paid_order(good, days_ago(40), quantity=9)
        assert sold_by(good.supplier, days=60, best=30, top=5, at=NOON).goods == [
            GoodSales(other.pk, other.title, 1, 11, 11_000),
            GoodSales(good.pk, good.title, 1, 1, 10_000),
        ]
        assert supplier_figures(good.supplier, days=30, at=NOON).goods.labels == ["口红", "滋润面霜 50g"]

    def test_commission_counts_when_the_order_is_finalised(self, good: Good) -> None:
        shop = story.picked_shop(days_ago(60), good)
        story.finalised_order(good, days_ago(20), through=shop)  # five days ago
        story.finalised_order(good, days_ago(50), through=shop, quantity=2)  # 35 days ago
        story.paid_order(good, days_ago(1), through=shop)
        assert supplier_figures(good.supplier, days=30, at=NOON).commission_fen == Compared(2_000, 4_000)

    def test_the_refunded_part_belongs_to_the_span_of_the_payment(self, good: Good) -> None:
        order = story.paid_order(good, days_ago(2), quantity=3)
        story.paid_order(good, days_ago(2))
        orders.refund_line(
            line=story.line_of(order),
            amount_fen=10_000,
            cause="tests",
            cause_ref="1",
            owner_side=False,
            at=days_ago(1),
        )
        figures = supplier_figures(good.supplier, days=30, at=NOON)
        assert figures.refund_bp == Compared(2_500, 0)
        days = sold_by(good.supplier, days=60, best=30, top=5, at=NOON).days
        assert [(d.goods_fen, d.refunded_fen) for d in days if d.orders] == [(40_000, 10_000)]
        assert Refunded(0, 0).rate_bp == 0
        assert (Refunded(3, 1).rate_bp, Refunded(3, 2).rate_bp) == (3_333, 6_667)

    def test_the_page_shows_the_chosen_span_and_says_when_there_is_nothing(self) -> None:
        client, supplier = member(clock.now())
        page = client.get(reverse("supplier:home"))
        assert page.context["figures"].days == 30
        assert "这段时间还没有成交" in page.text
        assert "data-chart=" not in page.text
        story.paid_order(story.good(supplier, clock.now()), clock.now())
        page = client.get(reverse("supplier:home"), {"days": "90"})
        assert (page.context["figures"].days, len(page.context["figures"].sales.labels)) == (90, 90)
        assert 'data-chart="/static/vendor/echarts/echarts.common.min.js"' in page.text
        assert client.get(reverse("supplier:home"), {"days": "x"}).context["figures"].days == 30

    def test_the_first_page_takes_five_statements_of_its_own(
        self, good: Good, django_assert_num_queries: Any
    ) -> None:
        shop = story.picked_shop(days_ago(50), good)
        for ago in range(5):
            story.paid_order(good, days_ago(ago), through=shop)
        supplier_figures(good.supplier, days=30, at=NOON)  # the rules' numbers are read once
        with django_assert_num_queries(5):  # the last reads the rules
            supplier_figures(good.supplier, days=30, at=NOON)


class TestOwner:
    def test_views_orders_and_commission_by_day_and_channel(self, good: Good) -> None:
        shop = story.picked_shop(days_ago(50), good, n=1)
        other = story.picked_shop(days_ago(50), good, n=2)
        buy_through_link(shop, good, Channel.WECHAT, days_ago(1), "a")
        buy_through_link(shop, good, Channel.WEIBO, NOON, "b")
        buy_through_link(shop, good, Channel.WEIBO, days_ago(30), "c")  # the day before the first one
        buy_through_link(other, good, Channel.WECHAT, NOON, "d")
        story.paid_order(good, NOON, through=shop, visitor="e")
        figures = owner_figures(shop.owner, at=NOON)
        assert values(figures.daily, "访问")[-2:] == [1, 1]
        assert values(figures.daily, "付款订单")[-2:] == [1, 2]
        assert values(figures.daily, "预估佣金")[-2:] == [1_800, 3_600]
        assert (figures.views, figures.orders, figures.commission_fen) == (2, 3, 5_400)
        assert (figures.order_bp, figures.per_order_fen) == (10_000, 1_800)
        assert figures.channels.rows == [
            ("微信", ["1", "1", "¥18.00"]),
            ("微博", ["1", "1", "¥18.00"]),
            ("店内直接下单", ["0", "1", "¥18.00"]),
        ]

    def test_without_anything_there_is_nothing_to_draw(self) -> None:
        owner = story.owner(days_ago(1))
        figures = owner_figures(owner, at=NOON)
        assert (figures.daily.is_empty, figures.channels.is_empty) == (True, True)
        assert (figures.order_bp, figures.per_order_fen) == (0, 0)

    def test_the_page_has_the_funnel_once_there_is_a_shop(self, good: Good) -> None:
        shop = story.picked_shop(clock.now(), good)
        client = Client()
        client.force_login(shop.owner.user)
        assert "还没有人来逛" in client.get(reverse("owner:home")).text
        buy_through_link(shop, good, Channel.MOMENTS, clock.now(), "a")
        page = client.get(reverse("owner:home")).text
        assert "转化 100%" in page
        assert "各渠道的访问、订单与佣金" in page


class TestPlatform:
    def test_small_sellers_are_those_below_the_limit(self, good: Good) -> None:
        big = story.good(
            story.supplier(days_ago(100), 2), days_ago(100), price_fen=30_000, title="面霜 大瓶装"
        )
        story.paid_order(good, NOON)
        story.paid_order(big, NOON)
        found = small_share(of="supplier", since=days_ago(30), below_fen=10_001)
        assert (found, found.share_bp) == (SmallShare(1, 2, 10_000, 40_000), 2_500)
        assert small_share(of="supplier", since=days_ago(30), below_fen=10_000) == SmallShare(0, 2, 0, 40_000)
        assert small_share(of="owner", since=days_ago(30), below_fen=10_000) == SmallShare(0, 0, 0, 0)
        assert SmallShare(0, 0, 0, 0).share_bp == 0

    def test_orders_and_amounts_of_everyone(self, good: Good) -> None:
        story.paid_order(good, NOON)
        figures = platform_figures(days=30, at=NOON)
        assert values(figures.sales, "付款金额")[-2:] == [0, 10_000]
        assert (figures.suppliers.share_bp, figures.owners.sellers) == (10_000, 0)


class TestChart:
    def test_the_table_says_what_the_picture_shows_newest_first(self) -> None:
        chart = Chart(
            "x", "日期", ["05-01", "05-02"],
            [Series("金额", [123_456, 0], "fen", group="a"), Series("率", [0, 1_250], "bp", group="b"), Series("单", [0, 9_999])],
        )  # fmt: skip
        assert chart.rows == [
            ("05-02", ["¥0.00", "12.5%", "9,999"]),
            ("05-01", ["¥1,234.56", "0%", "0"]),
        ]
        assert chart.groups == ["a", "b"]
        assert not chart.is_empty
        assert Chart("x", "", [], []).is_empty
        assert Chart("x", "", ["a"], [Series("n", [0])]).is_empty
