"""What anybody may see: home, search, goods, shops, pictures and share links; cheap, and without a cookie."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from storefronts.models import Click, ShareLink, Shop
from storefronts.services import close_shop, recommend, share, unpick
from storefronts.services.sharing import share_shop
from storefronts.states import Channel
from suppliers import services as suppliers
from suppliers.models import Good, Sku
from taoxiaopu.kernel import clock
from tests.factories import browsing, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def good() -> Good:
    at = clock.now()
    return story.good(story.supplier(at), at, price_fen=12_900)


@pytest.fixture
def shop(good: Good) -> Shop:
    return story.picked_shop(clock.now(), good)


@pytest.fixture
def link(shop: Shop) -> ShareLink:
    return share(pick=shop.picks.get(), channel=Channel.WECHAT, at=clock.now()).link


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_browsing_costs_few_queries_and_sets_no_cookie(
    good: Good, shop: Shop, django_assert_num_queries: Callable[..., object]
) -> None:
    for path, queries in (
        (f"/g/{good.public_id}/", 2),
        (f"/s/{shop.number}/g/{good.public_id}/", 3),
        ("/", 2),
        (f"/s/{shop.number}/", 5),
        ("/goods/", 3),
    ):
        client = browsing.client()
        with django_assert_num_queries(queries):
            answer = client.get(path)
        assert answer.status_code == 200
        assert dict(client.cookies) == {}
        assert "Cookie" not in answer.get("Vary", "")


def test_empty_pages_say_what_to_do() -> None:
    assert "商品正在上架" in page(browsing.client(), "/")
    assert "没有找到相关商品" in page(browsing.client(), "/goods/?q=没有的东西")


def test_search_by_word_category_and_order(good: Good) -> None:
    cheap = story.good(good.supplier, clock.now(), price_fen=900, title="护手霜 30g")
    client = browsing.client()
    assert "护手霜" not in page(client, "/goods/?q=面霜")
    assert good.title in page(client, "/goods/?q=面霜")
    assert good.title in page(client, "/goods/?category=beauty")
    assert good.title not in page(client, "/goods/?category=food")
    rising = page(client, "/goods/?sort=price")
    assert rising.index(cheap.title) < rising.index(good.title)
    falling = page(client, "/goods/?sort=-price")
    assert falling.index(good.title) < falling.index(cheap.title)


@pytest.mark.parametrize(
    "query", ["category=nothing", "q=%ff", "sort=password", "page=x", "page=9999999999", "q=%27%25_"]
)
def test_odd_searches_are_answered(good: Good, query: str) -> None:
    assert browsing.client().get(f"/goods/?{query}").status_code == 200


def test_a_shop_number_typed_into_the_search_leads_to_the_shop(shop: Shop) -> None:
    client = browsing.client()
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in shop.number)
    for typed in (shop.number, f" {shop.number} ", full_width):
        answer = client.get("/goods/", {"q": typed})
        assert (answer.status_code, answer["Location"].split("?c=")[0]) == (302, f"/s/{shop.number}/")
    assert [click.way for click in Click.objects.all()] == [
        "number"
    ] * 3  # navigation to an owner's shop counts as its click
    other = "100000" if shop.number != "100000" else "100001"
    assert f"没有店铺号为 {other} 的营业小铺" in page(client, f"/goods/?q={other}")


def test_a_good_page_shows_price_seller_promise_and_policy(good: Good) -> None:
    html = page(browsing.client(), f"/g/{good.public_id}/")
    assert '<span class="money-sign">¥</span><span>129</span><span class="money-fen">.00</span>' in html
    assert f"{good.supplier.name} 销售并发货" in html
    assert f"统一社会信用代码 {good.supplier.credit_code}" in html
    assert "付款后 48 小时内发货" in html
    assert good.category.get_return_policy_display() in html
    assert f'name="sku" value="{Sku.objects.get(good=good).pk}" required checked' in " ".join(html.split())
    assert "立即购买" in html
    assert "csrfmiddlewaretoken" not in html


def test_a_good_in_a_shop_shows_its_recommendation_as_advertising(good: Good, shop: Shop) -> None:
    recommend(pick=shop.picks.get(), text="冬天也不干", at=clock.now())
    html = page(browsing.client(), f"/s/{shop.number}/g/{good.public_id}/")
    assert re.search(r'class="ad-mark">广告</span>.*冬天也不干', html, re.S)
    assert f"{shop.name}-淘小铺" in html
    assert f'name="shop" value="{shop.number}"' in html
    assert "广告" not in page(browsing.client(), f"/g/{good.public_id}/")


def test_sold_out_and_delisted_goods_say_so_and_cannot_be_bought(good: Good, shop: Shop) -> None:
    actor = story.supplier_actor(good.supplier)
    suppliers.set_stock(good=good, available=0, actor=actor, at=clock.now())
    for path in (f"/g/{good.public_id}/", f"/s/{shop.number}/g/{good.public_id}/"):
        html = page(browsing.client(), path)
        assert "已售罄" in html
        assert "立即购买" not in html
    suppliers.delist_good(good=good, actor=actor, at=clock.now())
    for path in (f"/g/{good.public_id}/", f"/s/{shop.number}/g/{good.public_id}/"):
        html = page(browsing.client(), path)
        assert "商品已下架" in html
        assert "立即购买" not in html
    assert "掌柜正在选品" in page(browsing.client(), f"/s/{shop.number}/")


def test_the_choosing_sheet_is_open_without_javascript(good: Good) -> None:
    closed = page(browsing.client(), f"/g/{good.public_id}/")
    opened = page(browsing.client(), f"/g/{good.public_id}/?choose=1")
    assert re.search(r'<dialog id="choose"[^>]*\sopen\b', closed) is None
    assert re.search(r'<dialog id="choose"[^>]*\sopen\b', opened)


def test_what_is_typed_is_shown_literally(shop: Shop) -> None:
    html = page(browsing.client(), f"/s/{shop.number}/?q=<script>{{{{7*7}}}}")
    assert "<script>{{" not in html
    assert "&lt;script&gt;{{7*7}}" in html


def test_pictures_are_kept_for_ever_and_an_old_address_leads_to_the_new(good: Good) -> None:
    client = browsing.client()
    answer = client.get(f"/pictures/{good.public_id}/{good.version}/160.webp")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"  # type: ignore[attr-defined]
    old = client.get(f"/pictures/{good.public_id}/{good.version + 1}/160.webp")
    assert (old.status_code, old["Location"]) == (302, f"/pictures/{good.public_id}/{good.version}/160.webp")
    assert client.get(f"/pictures/{good.public_id}/{good.version}/161.webp").status_code == 404
    assert client.get(f"/pictures/nothing/{good.version}/160.webp").status_code == 404
    Good.objects.filter(pk=good.pk).update(picture="0" * 64)  # its file is not there
    assert client.get(f"/pictures/{good.public_id}/{good.version}/160.webp").status_code == 404


def test_a_click_sets_the_visitor_once(good: Good, shop: Shop, link: ShareLink) -> None:
    client = browsing.client()
    answer = client.get(f"/x/{link.code}")
    assert answer.status_code == 302
    assert re.fullmatch(
        rf"/s/{shop.number}/g/{good.public_id}/\?c=[a-z0-9]{{20}}\.[\w-]{{43}}", answer["Location"]
    )
    assert "no-store" in answer["Cache-Control"]
    cookie = client.cookies["txv"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    again = client.get(f"/x/{link.code}")
    assert "txv" not in again.cookies
    clicks = Click.objects.all()
    assert [click.counted for click in clicks] == [True, True]
    assert len({click.visitor for click in clicks}) == 1
    assert sum(client.get(f"/x/{link.code}").status_code == 302 for _ in range(19)) == 19
    assert list(Click.objects.order_by("id").values_list("why_not", flat=True)) == [""] * 20 + ["too_many"]


@pytest.mark.parametrize("agent", ["", "Mozilla/5.0 (compatible; Baiduspider/2.0)", "curl/8"])
def test_bots_do_not_count_and_get_no_cookie(link: ShareLink, agent: str) -> None:
    client = Client(headers={"user-agent": agent})
    assert client.get(f"/x/{link.code}").status_code == 302
    assert dict(client.cookies) == {}
    assert [click.counted for click in Click.objects.all()] == [False]


@pytest.mark.parametrize(
    "headers", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"sec-fetch-dest": "iframe"}]
)
def test_what_nobody_opened_is_no_click(link: ShareLink, headers: dict[str, str]) -> None:
    client = browsing.client()
    assert client.get(f"/x/{link.code}", headers=headers).status_code == 302
    assert client.head(f"/x/{link.code}").status_code == 302
    assert not Click.objects.exists()


def test_links_to_a_shop_to_a_lost_good_and_to_a_closed_shop(good: Good, shop: Shop, link: ShareLink) -> None:
    client = browsing.client()
    to_shop = share_shop(shop=shop, channel=Channel.WECHAT, at=clock.now()).link
    assert client.get(f"/x/{to_shop.code}")["Location"].split("?")[0] == f"/s/{shop.number}/"
    unpick(pick=shop.picks.get())
    html = client.get(f"/x/{link.code}", follow=True).content.decode()
    assert "这件商品不在店里了" in html
    assert f'href="/s/{shop.number}/"' in html
    close_shop(number=shop.number, actor=story.SYSTEM_STAFF, at=clock.now(), reason="测试")
    html = page(client, f"/x/{link.code}", status=410)
    assert "小铺暂停营业" in html
    assert 'href="/"' in html
    assert client.get(f"/s/{shop.number}/").status_code == 404
    assert client.get(f"/s/{shop.number}/g/{good.public_id}/").status_code == 404
    assert client.get("/x/nosuchlk").status_code == 404
