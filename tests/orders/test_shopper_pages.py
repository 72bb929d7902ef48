"""A consumer's way from a good to a paid order: exact sums, one trade for a double submit, refusals change nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from orders.models import Order, Trade
from orders.services import cancel_trade
from orders.states import OrderStatus
from payments.models import Charge
from storefronts.models import Click, Shop
from storefronts.services import share
from storefronts.states import Channel
from suppliers import services as suppliers
from suppliers.models import Good, Sku
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.ids import order_number
from tests.factories import browsing, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def good() -> Good:
    """100.00 a piece, freight 8.00, free from 300.00, five in stock."""
    at = clock.now()
    supplier = story.supplier(at)
    actor = story.supplier_actor(supplier)
    suppliers.set_freight(supplier=supplier, freight_fen=800, free_from_fen=30_000, actor=actor)
    supplier.refresh_from_db()
    return story.good(supplier, at, price_fen=10_000, stock=5)


@pytest.fixture
def shop(good: Good) -> Shop:
    return story.picked_shop(clock.now(), good)


def stock_of(good: Good) -> tuple[int, int, int]:
    sku = Sku.objects.get(good=good)
    return sku.available, sku.reserved, sku.sold


def sums(html: str) -> list[str]:
    """Every amount of a page in its order, as text."""
    found = re.findall(r'money-sign">¥</span><span>([\d,]+)</span><span class="money-fen">\.(\d\d)', html)
    return [f"{yuan}.{fen}" for yuan, fen in found]


def timeless(body: bytes) -> bytes:
    """A page without the instant that its countdowns follow."""
    return re.sub(rb'<meta name="server-now"[^>]*>', b"", body)


def ask(client: Client, good: Good, **query: object) -> str:
    answer = client.get(
        "/checkout/", {"sku": Sku.objects.get(good=good).pk, "quantity": 1, "key": "k" * 24} | query
    )
    assert answer.status_code == 200
    return answer.content.decode()


def amounts(html: str) -> list[str]:
    return sums(html[html.index('id="amounts"') : html.index("total-line") + 600])


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (1, ["100.00", "100.00", "8.00", "108.00"]),
        (2, ["100.00", "200.00", "8.00", "208.00"]),
        (3, ["100.00", "300.00", "300.00"]),
    ],
)
def test_checkout_shows_unit_price_goods_freight_and_total(
    good: Good, quantity: int, expected: list[str]
) -> None:
    assert amounts(ask(browsing.client(), good, quantity=quantity)) == expected


def test_checkout_without_a_key_leads_to_the_same_page_with_one(good: Good) -> None:
    sku = Sku.objects.get(good=good)
    answer = browsing.client().get("/checkout/", {"sku": sku.pk, "quantity": 2})
    assert answer.status_code == 302
    assert re.fullmatch(rf"/checkout/\?sku={sku.pk}&quantity=2&key=[\w-]{{43}}", answer["Location"])


def test_an_order_is_placed_paid_for_and_found_in_the_session(good: Good, shop: Shop) -> None:
    client = browsing.client()
    answer = client.post("/checkout/", browsing.order_form(good, through=shop, quantity=2))
    trade = Trade.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/trades/{trade.number}/")
    assert trade.amount_fen == 20_800
    assert trade.orders.get().shop == shop
    assert stock_of(good) == (3, 2, 0)
    page = client.get(f"/trades/{trade.number}/").content.decode()
    assert sums(page)[0] == "208.00"
    assert "去付款" in page
    assert trade.lookup_code not in page
    answer = client.post(f"/trades/{trade.number}/payment/")
    charge = Charge.objects.get(purpose="trade")
    assert (answer.status_code, answer["Location"]) == (303, f"/cashier/{charge.number}/")
    assert charge.amount_fen == 20_800
    story.pay(trade, clock.now())
    page = client.get(f"/trades/{trade.number}/").content.decode()
    assert trade.lookup_code in page
    assert trade.orders.get().number in page
    assert client.get(f"/orders/{trade.orders.get().number}/").status_code == 200


def test_the_same_key_twice_makes_one_trade(good: Good) -> None:
    client, form = browsing.client(), browsing.order_form(good)
    answers = [client.post("/checkout/", form) for _ in range(3)]
    trade = Trade.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/trades/{trade.number}/"}
    assert stock_of(good) == (4, 1, 0)


def test_the_same_key_with_another_address_is_asked_again_with_a_new_key(good: Good) -> None:
    client = browsing.client()
    client.post("/checkout/", browsing.order_form(good))
    answer = client.post("/checkout/", browsing.order_form(good, address="北京市朝阳区建国路 2 号"))
    assert answer.status_code == 422
    assert "这份订单已提交过" in answer.content.decode()
    assert 'value="' + "k" * 24 not in answer.content.decode()
    assert Trade.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"phone": "12345"}, 400, "请填写 11 位中国大陆手机号"),
        ({"phone": ""}, 422, "请填写手机号"),
        ({"receiver": "李"}, 422, "收件人"),
        ({"address": "   短   "}, 422, "详细地址"),
        ({"address": "一\x00二三四五六"}, 422, "详细地址"),
        ({"quantity": 0}, 422, "购买数量至少为 1"),
        ({"quantity": -1}, 422, "购买数量至少为 1"),
        ({"quantity": "1.5"}, 422, "购买数量须为整数"),
        ({"quantity": 2**31}, 422, "购买数量过大"),
        ({"quantity": 2**31 - 1}, 400, "购买数量须为 1 到 99 的整数"),
        ({"quantity": 100}, 400, "购买数量须为 1 到 99 的整数"),
        ({"quantity": 6}, 409, "库存不足，当前可买 5 件"),
        ({"seen_price_fen": 9999}, 409, "的价格已变为 ¥100.00"),
    ],
)
def test_a_refused_order_says_why_and_changes_nothing(
    good: Good, changes: dict[str, object], status: int, sentence: str
) -> None:
    answer = browsing.client().post("/checkout/", browsing.order_form(good, **changes))
    assert answer.status_code == status
    page = answer.content.decode()
    assert sentence in page
    assert "浙江省杭州市" in page or "address" in changes  # what was typed stays
    assert not Trade.objects.exists()
    assert stock_of(good) == (5, 0, 0)


def test_the_page_of_a_changed_price_carries_the_new_one(good: Good) -> None:
    form = browsing.order_form(good)
    Sku.objects.filter(good=good).update(price_fen=12_345)
    answer = browsing.client().post("/checkout/", form)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "价格已变为 ¥123.45" in page
    assert amounts(page) == ["123.45", "123.45", "8.00", "131.45"]
    assert 'name="seen_price_fen" value="12345"' in " ".join(page.split())


def test_a_good_that_was_delisted_meanwhile_is_not_sold(good: Good) -> None:
    suppliers.delist_good(good=good, actor=story.supplier_actor(good.supplier), at=clock.now())
    answer = browsing.client().post("/checkout/", browsing.order_form(good))
    assert answer.status_code == 409
    assert "已下架，暂时不能购买" in answer.content.decode()
    assert not Trade.objects.exists()
    sku = Sku.objects.get(good=good)
    assert browsing.client().get("/checkout/", {"sku": sku.pk, "key": "k" * 24})["Location"] == (
        f"/g/{good.public_id}/"
    )


@pytest.mark.parametrize("query", [{}, {"sku": "x"}, {"sku": 10**30}, {"sku": 999_999}, {"sku": "１,5"}])
def test_checkout_of_nothing_is_not_found(query: dict[str, object]) -> None:
    assert browsing.client().get("/checkout/", query | {"key": "k" * 24}).status_code == 404


def test_strangers_get_the_page_of_a_missing_thing(good: Good) -> None:
    order = story.paid_order(good, clock.now())
    stranger, missing = browsing.client(), order_number()
    for mine, none in (
        (f"/trades/{order.trade.number}/", f"/trades/{missing}/"),
        (f"/orders/{order.number}/", f"/orders/{missing}/"),
        (f"/orders/lines/{order.number}-1/case/", f"/orders/lines/{missing}-1/case/"),
        (f"/orders/lines/{order.number}-1/claim/", f"/orders/lines/{missing}-1/claim/"),
    ):
        seen, unknown = stranger.get(mine), stranger.get(none)
        assert (seen.status_code, unknown.status_code) == (404, 404)
        assert timeless(seen.content) == timeless(unknown.content)
    for verb in ("payment", "cancellation"):
        assert stranger.post(f"/trades/{order.trade.number}/{verb}/").status_code == 404
    assert stranger.post(f"/orders/{order.number}/receipt/").status_code == 404
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID


def test_the_trade_page_asks_again_ever_more_slowly_until_it_is_paid(good: Good) -> None:
    trade = story.place(good, clock.now())
    client = browsing.holder(trade)
    page = client.get(f"/trades/{trade.number}/?confirming=1").content.decode()
    assert "确认中" in page
    assert "delay:2s" in page
    assert f"/trades/{trade.number}/?n=1&amp;confirming=1" in page
    pauses = []
    for tries in (1, 2, 5, 9, 50):
        answer = client.get(f"/trades/{trade.number}/", {"n": tries, "confirming": 1}).content.decode()
        pauses.append(int(re.search(r"delay:(\d+)s", answer)[1]))  # type: ignore[index]
    assert pauses == [2, 3, 8, 30, 30]
    assert trade.orders.get().status == OrderStatus.PENDING_PAYMENT  # coming back marks nothing paid
    story.pay(trade, clock.now())
    answer = client.get(f"/trades/{trade.number}/", {"n": 3, "confirming": 1})
    assert (answer.content, answer["HX-Redirect"]) == (b"", f"/trades/{trade.number}/")


def test_cancelling_gives_the_stock_back_once(good: Good) -> None:
    trade = story.place(good, clock.now(), quantity=2)
    client = browsing.holder(trade)
    assert stock_of(good) == (3, 2, 0)
    assert client.post(f"/trades/{trade.number}/cancellation/").status_code == 303
    assert stock_of(good) == (5, 0, 0)
    assert client.post(f"/trades/{trade.number}/cancellation/").status_code == 303
    assert stock_of(good) == (5, 0, 0)
    page = client.get(f"/trades/{trade.number}/").content.decode()
    assert "订单已关闭" in page
    assert "当前状态是“已关闭”" in page
    assert client.post(f"/trades/{trade.number}/payment/")["Location"] == f"/trades/{trade.number}/"
    assert not Charge.objects.filter(purpose="trade").exists()


def test_my_orders_by_state(good: Good) -> None:
    at = clock.now()
    unpaid, paid = story.place(good, at), story.paid_order(good, at)
    client = browsing.holder(unpaid, paid.trade)
    everything = client.get("/orders/").content.decode()
    assert f"/trades/{unpaid.number}/" in everything
    assert f"/orders/{paid.number}/" in everything
    to_ship = client.get("/orders/?tab=to_ship").content.decode()
    assert f"/trades/{unpaid.number}/" not in to_ship
    assert f"/orders/{paid.number}/" in to_ship
    assert "这里还没有订单" in browsing.client().get("/orders/").content.decode()


def test_a_guest_finds_an_order_by_phone_and_code(good: Good) -> None:
    order = story.paid_order(good, clock.now())
    client = browsing.client()
    wrong = f"{(int(order.trade.lookup_code) + 1) % 10**6:06d}"
    answer = client.post("/orders/lookup/", {"phone": "13911112222", "code": wrong})
    assert answer.status_code == 404
    assert client.get(f"/orders/{order.number}/").status_code == 404
    answer = client.post("/orders/lookup/", {"phone": "+86 139 1111 2222", "code": order.trade.lookup_code})
    assert (answer.status_code, answer["Location"]) == (303, f"/trades/{order.trade.number}/")
    assert client.get(f"/orders/{order.number}/").status_code == 200


def test_the_ninth_look_up_within_a_quarter_of_an_hour_is_refused_even_with_the_right_code(
    good: Good,
) -> None:
    order = story.paid_order(good, clock.now())
    client = browsing.client()
    wrong = f"{(int(order.trade.lookup_code) + 1) % 10**6:06d}"
    for _ in range(8):
        assert client.post("/orders/lookup/", {"phone": "13911112222", "code": wrong}).status_code == 404
    answer = client.post("/orders/lookup/", {"phone": "13911112222", "code": order.trade.lookup_code})
    assert answer.status_code == 429
    assert "请 15 分钟后再试" in answer.content.decode()
    assert client.get(f"/orders/{order.number}/").status_code == 404


def test_receipt_is_confirmed_once_it_was_shipped(good: Good) -> None:
    at = clock.now()
    order = story.paid_order(good, at)
    client = browsing.holder(order.trade)
    assert "确认收货" not in client.get(f"/orders/{order.number}/").content.decode()
    client.post(f"/orders/{order.number}/receipt/")
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID
    story.ship(order, at)
    page = client.get(f"/orders/{order.number}/").content.decode()
    assert "确认收货" in page
    assert order.parcels.get().tracking_number in page
    assert client.post(f"/orders/{order.number}/receipt/").status_code == 303
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    page = client.get(f"/orders/{order.number}/").content.decode()
    assert (
        page.index("您已确认收货")
        < page.index("商家已发货")
        < page.index("付款成功")
        < page.index("订单已提交")
    )


def test_a_share_link_counts_at_once_sets_the_visitor_and_ends_in_the_shop(good: Good, shop: Shop) -> None:
    link = share(pick=shop.picks.get(), channel=Channel.WECHAT, at=clock.now()).link
    client = browsing.client()
    answer = client.get(f"/x/{link.code}")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (
        302,
        f"/s/{shop.number}/g/{good.public_id}/",
    )
    click = Click.objects.get()
    assert (click.counted, click.link) == (True, link)
    client.get(f"/x/{link.code}")
    assert set(Click.objects.values_list("visitor", flat=True)) == {click.visitor}
    client.post("/checkout/", browsing.order_form(good, through=shop))
    assert Order.objects.get().click == Click.objects.latest("id")
    assert Trade.objects.get().visitor == click.visitor


def test_unpaid_trades_that_ran_out_say_so(good: Good) -> None:
    at = clock.now() - timedelta(minutes=31)
    trade = story.place(good, at)
    cancel_trade(trade_number=trade.number, actor=Actor(ActorKind.SYSTEM, "sweep"), at=clock.now())
    assert "订单已关闭" in browsing.holder(trade).get(f"/trades/{trade.number}/").content.decode()
