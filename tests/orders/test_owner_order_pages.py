"""An owner's orders: tabs, commission of each, steps, and buyers whom nobody recognises."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from commissions.selectors import lines_of
from orders.models import OrderLine
from orders.selectors import detail_of, orders_of_owner, tab_counts, with_earnings
from orders.services import refund_line
from storefronts.models import Shop
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.personal import mask_place
from taoxiaopu.kernel.templatetags.kernel_format import local_time
from tests.factories import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def shop(at: datetime) -> Shop:
    return story.picked_shop(at, story.good(story.supplier(at), at, stock=50))


def page(shop: Shop, name: str, *args: object, query: str = "") -> str:
    client = Client()
    client.force_login(shop.owner.user)
    answer = client.get(reverse(f"owner:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_no_orders_yet_says_what_to_do(shop: Shop) -> None:
    assert "还没有订单" in page(shop, "orders")
    assert "这里没有订单" in page(shop, "orders", query="?status=closed")


def test_each_order_stands_in_its_tab_with_its_commission(shop: Shop, at: datetime) -> None:
    good = shop.picks.get().good
    waiting = story.paid_order(good, at, through=shop, quantity=2)
    shipped = story.paid_order(good, at, through=shop)
    story.ship(shipped, at)
    received = story.paid_order(good, at, through=shop)
    story.ship(received, at)
    story.confirm(received, at)
    story.place(good, at, through=shop)  # unpaid: not shown
    assert tab_counts(shop.owner) == {"to_ship": 1, "shipped": 1, "completed": 1, "finalised": 0, "closed": 0}
    sums = [(e.order.number, e.owner_fen) for e in with_earnings(shop.owner, orders_of_owner(shop.owner))]
    assert sums == [(received.number, 1800), (shipped.number, 1800), (waiting.number, 3600)]
    html = page(shop, "orders", query="?status=to_ship")
    assert waiting.number in html
    assert shipped.number not in html
    assert "<span>36</span>" in html
    assert page(shop, "orders").count('class="panel order-card"') == 3


def test_an_order_shows_each_lines_commission_with_its_reason(shop: Shop, at: datetime) -> None:
    order = story.paid_order(shop.picks.get().good, at, through=shop)
    html = page(shop, "order", order.number)
    assert "预估" in html
    assert "100.00 × 20% = 20.00 − 服务费 2.00 + 奖励 0.00" in html
    story.ship(order, at)
    story.confirm(order, at)
    html = page(shop, "order", order.number)
    assert "售后期中" in html
    assert f"预计 {local_time(at + timedelta(days=15))} 确认" in html
    line = OrderLine.objects.get(order=order)
    refund_line(line=line, amount_fen=5000, cause="case", cause_ref="1", owner_side=False, at=at)
    html = page(shop, "order", order.number)
    assert "50.00 × 20% = 10.00 − 服务费 1.00 + 奖励 0.00" in html
    assert "已退款" in html
    order.refresh_from_db()
    assert detail_of(shop.owner, order, at=at).owner_fen == 900
    refund_line(line=line, amount_fen=5000, cause="case", cause_ref="2", owner_side=False, at=at)
    html = page(shop, "order", order.number)
    assert "已失效" in html
    assert "订单已全额退款" in html
    assert [line.owner_fen for line in lines_of(shop.owner)] == [0]


def test_a_confirmed_commission_names_the_day_on_which_it_is_settled(shop: Shop) -> None:
    order = story.finalised_order(shop.picks.get().good, story.noon(2026, 3, 1), through=shop)
    html = page(shop, "order", order.number)
    assert "2026年4月20日 02:00 结算入账" in html


def test_another_owners_order_does_not_exist(shop: Shop, at: datetime) -> None:
    order = story.paid_order(shop.picks.get().good, at, through=shop)
    client = Client()
    client.force_login(story.owner(at, 2).user)
    assert client.get(reverse("owner:order", args=[order.number])).status_code == 404


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("浙江省杭州市西湖区文三路 1 号", "浙江省杭州市"),
        ("浙江省 杭州市 西湖区文三路", "浙江省杭州市"),
        ("北京市朝阳区建国路 8 号", "北京市"),
        ("广东深圳市南山区", "广东深圳市"),
        ("内蒙古自治区锡林郭勒盟东街", "内蒙古自治区锡林郭勒盟"),
        ("浙江省文三路菜市场 3 号", "浙江省"),
        ("文三路菜市场 3 号", ""),
        ("", ""),
    ],
)
def test_of_an_address_only_province_and_city_are_shown(address: str, shown: str) -> None:
    assert mask_place(address) == shown
