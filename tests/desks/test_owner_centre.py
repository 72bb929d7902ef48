"""The owner's centre, and that no page of an owner knows who bought."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from commissions import services as commissions
from commissions.models import Statement
from orders.models import Trade
from storefronts import services as storefronts
from storefronts.models import Pick, ShareLink, Shop
from storefronts.states import Channel
from taoxiaopu.desks.owner_day import owner_day
from taoxiaopu.kernel import clock
from tests.factories import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def shop(at: datetime) -> Shop:
    return story.picked_shop(at, story.good(story.supplier(at), at))


def signed_in(shop: Shop) -> Client:
    client = Client()
    client.force_login(shop.owner.user)
    return client


def test_a_new_owner_is_told_the_next_step(at: datetime) -> None:
    owner = story.owner(at)
    client = Client()
    client.force_login(owner.user)
    assert "还差一步：开小铺" in client.get(reverse("owner:home")).content.decode()
    shop = story.shop(owner, at)
    assert "小铺开好了，去选几件货" in client.get(reverse("owner:home")).content.decode()
    storefronts.pick(shop=shop, goods=[story.good(story.supplier(at), at)], at=at)
    assert "今天还没有人来逛" in client.get(reverse("owner:home")).content.decode()


def test_today_counts_clicks_visitors_orders_and_what_they_will_earn(shop: Shop, at: datetime) -> None:
    pick = Pick.objects.get()
    link = storefronts.share(pick=pick, channel=Channel.WECHAT, at=at).link
    midnight = clock.local_instant(clock.local(at).date())
    for n, moment in enumerate([at, at, at, midnight - timedelta(seconds=1)]):
        storefronts.record_click(
            link=link, visitor=f"v{n // 2}", network=f"n{n}", user_agent="Mozilla", user_id=None, at=moment
        )
    story.paid_order(pick.good, at, through=shop, quantity=2)
    day = owner_day(shop.owner, shop, at=at)
    assert (day.traffic.clicks, day.traffic.visitors) == (3, 2)
    assert (day.sales.orders, day.sales.goods_fen, day.expected_fen) == (1, 20_000, 3600)
    html = signed_in(shop).get(reverse("owner:home")).content.decode()
    assert '<span>36</span><span class="money-fen">.00</span>' in html
    assert "今天还没有人来逛" not in html


def test_no_page_of_an_owner_knows_who_bought(shop: Shop, at: datetime) -> None:
    pick, client = Pick.objects.get(), signed_in(shop)
    old = at - timedelta(days=60)
    story.finalised_order(pick.good, old, through=shop, phone="13911113333")
    commissions.catch_up_settlement(at=at)
    order = story.paid_order(pick.good, at, through=shop, phone="13911113333")
    storefronts.share(pick=pick, channel=Channel.WECHAT, at=at)
    trade = Trade.objects.get(orders=order)
    month = Statement.objects.get().month
    pages = [
        reverse("owner:home"),
        reverse("owner:shop"),
        reverse("owner:shop-edit"),
        reverse("owner:pool"),
        reverse("owner:pool") + "?bulk=1",
        reverse("owner:good", args=[pick.good.public_id]),
        reverse("owner:pick-detail", args=[pick.pk]),
        reverse("owner:share", args=[pick.pk]),
        reverse("owner:share-posters", args=[ShareLink.objects.get(good=pick.good).code]),
        reverse("owner:orders"),
        reverse("owner:order", args=[order.number]),
        reverse("owner:commissions"),
        reverse("owner:statements"),
        reverse("owner:statement", args=[month.year, month.month]),
        reverse("owner:tier"),
    ]
    assert ShareLink.objects.filter(good=pick.good).count() == 1
    secrets = [trade.receiver, trade.phone, trade.address, "文三路", "西湖区"]
    secrets += [trade.lookup_code, trade.number, trade.buyer]
    for url in pages:
        answer = client.get(url)
        assert answer.status_code == 200, url
        html = answer.content.decode()
        assert [word for word in secrets if word in html] == [], url
    html = client.get(reverse("owner:order", args=[order.number])).content.decode()
    assert '139****3333 · <span lang="zh">浙江省杭州市</span>' in " ".join(html.split())
