"""Placing a trade: what is refused, how it is divided, what is frozen, and to whom it is attributed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from commissions.models import CommissionLine
from orders import errors
from orders import services as orders
from orders.models import Order, OrderLine, Trade
from orders.services import Delivery, Item
from storefronts import services as storefronts
from storefronts.models import Click, Shop
from storefronts.states import Channel
from suppliers import services as suppliers
from suppliers.errors import SoldOut, TooManyUnpaid
from suppliers.models import Good, Sku, StockReservation
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.personal import BadPhone
from tests.factories import story
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
HOME = Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0"


@pytest.fixture
def good() -> Good:
    return story.good(story.supplier(AT), AT, stock=3)


def item(good: Good, quantity: int = 1, shop: Shop | None = None, seen: int | None = None) -> Item:
    sku = Sku.objects.get(good=good)
    return Item(sku.pk, quantity, shop, sku.price_fen if seen is None else seen)


def place(*items: Item, delivery: Delivery = HOME, visitor: str = "v1", at: object = AT) -> Trade:
    return orders.place_trade(items=items, delivery=delivery, visitor=visitor, at=at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"receiver": "李"}, errors.BadAddress),
        ({"receiver": "   "}, errors.BadAddress),
        ({"receiver": "李" * 31}, errors.BadAddress),
        ({"address": "杭州市内"}, errors.BadAddress),
        ({"address": "路" * 201}, errors.BadAddress),
        ({"phone": ""}, BadPhone),
        ({"phone": "1391111222"}, BadPhone),
        ({"phone": "139111122223"}, BadPhone),
        ({"phone": "01012345678"}, BadPhone),
        ({"phone": "+14155552671"}, BadPhone),
        ({"phone": "13911112222x"}, BadPhone),
    ],
)
def test_a_bad_delivery_is_refused(good: Good, changes: dict[str, str], error: type[Exception]) -> None:
    before = picture()
    with pytest.raises(error):
        place(item(good), delivery=replace(HOME, **changes))
    assert picture() == before


@pytest.mark.parametrize(
    "delivery",
    [
        Delivery("李青", "13911112222", "杭州市一路"),
        Delivery("李" * 30, "+86 139 1111 2222", "路" * 200),
        Delivery("  李  青  ", "139-1111-2222", " 杭州市 西湖区 "),
    ],
)
def test_a_delivery_within_the_limits_is_taken(good: Good, delivery: Delivery) -> None:
    trade = place(item(good), delivery=delivery)
    trade.refresh_from_db()
    assert trade.phone == "13911112222"
    assert trade.receiver == " ".join(delivery.receiver.split())


@pytest.mark.parametrize("quantity", [0, -1, 100, 2**31, 1.5, True])
def test_a_bad_quantity_is_refused(good: Good, quantity: int) -> None:
    before = picture()
    with pytest.raises(errors.BadQuantity):
        place(item(good, quantity))
    assert picture() == before


def test_the_same_thing_twice_is_added_up(good: Good) -> None:
    trade = place(item(good, 1), item(good, 2))
    assert OrderLine.objects.get().quantity == 3
    assert trade.amount_fen == 30_000
    suppliers.set_stock(good=good, available=200, actor=story.supplier_actor(good.supplier), at=AT)
    before = picture()
    with pytest.raises(errors.BadQuantity):
        place(item(good, 99), item(good, 1))
    assert picture() == before
    before = picture()
    with pytest.raises(TooManyUnpaid):  # three are unpaid already
        place(item(good, 97))
    assert picture() == before
    other = Delivery("周白露", "13933334444", "浙江省杭州市西湖区文三路 1 号")
    assert place(item(good, 99), delivery=other).amount_fen == 990_000
    assert place(item(good, 96)).amount_fen == 960_000


def test_nothing_or_too_many_things(good: Good) -> None:
    with pytest.raises(BadInput):
        place()
    with pytest.raises(BadInput):
        place(*[item(good)] * 51)


@pytest.mark.parametrize("seen", [9999, 10_001, 0])
def test_a_price_that_changed_is_asked_again(good: Good, seen: int) -> None:
    before = picture()
    with pytest.raises(errors.PriceChanged) as refused:
        place(item(good, seen=seen), item(good))
    assert "¥100.00" in refused.value.sentence
    assert picture() == before


def test_the_last_one_and_one_more(good: Good) -> None:
    place(item(good, 3))
    before = picture()
    with pytest.raises(SoldOut) as refused:
        place(item(good, 1))
    assert "可买 0 件" in refused.value.sentence
    assert picture() == before


def test_one_thing_sold_out_undoes_the_whole_trade(good: Good) -> None:
    plenty = story.good(good.supplier, AT, title="爽肤水")
    before = picture()
    with pytest.raises(SoldOut):
        place(item(plenty), item(good, 4))
    assert picture() == before


def test_what_is_not_for_sale(good: Good) -> None:
    shop = story.picked_shop(AT, good)
    other = story.picked_shop(AT, n=2)
    seller = story.supplier_actor(good.supplier)
    refused = [
        (lambda: None, item(good, shop=other)),  # not picked there
        (lambda: None, Item(0, 1, None, 1)),  # no such SKU
        (lambda: suppliers.delist_good(good=good, actor=seller, at=AT), item(good)),
        (lambda: suppliers.list_good(good=good, actor=seller, at=AT), None),
        (
            lambda: suppliers.suspend_supplier(
                public_id=good.supplier.public_id, actor=story.SYSTEM_STAFF, at=AT, reason="核查中"
            ),
            item(good),
        ),
        (
            lambda: suppliers.resume_supplier(
                public_id=good.supplier.public_id, actor=story.SYSTEM_STAFF, at=AT
            ),
            None,
        ),
        (
            lambda: storefronts.hide_shop(
                number=shop.number, actor=story.SYSTEM_STAFF, at=AT, reason="核查中"
            ),
            item(good, shop=shop),
        ),
    ]
    for happens, wanted in refused:
        happens()
        shop.refresh_from_db()
        if wanted is None:
            continue
        before = picture()
        with pytest.raises(errors.NotForSale):
            place(wanted)
        assert picture() == before


def test_several_suppliers_and_shops_in_one_trade() -> None:
    first, second = story.supplier(AT, n=1), story.supplier(AT, n=2)
    for supplier, freight, free_from in ((first, 800, 0), (second, 600, 15_000)):
        suppliers.set_freight(
            supplier=supplier,
            freight_fen=freight,
            free_from_fen=free_from,
            actor=story.supplier_actor(supplier),
        )
    cream, tonic = story.good(first, AT), story.good(first, AT, title="爽肤水", price_fen=5000)
    soap = story.good(second, AT, title="香皂", price_fen=7500)
    shop, other = story.picked_shop(AT, cream, tonic, soap), story.picked_shop(AT, cream, n=2)
    trade = place(
        item(cream, 2, shop), item(tonic, 1, shop), item(soap, 2, shop), item(cream, 1, other), item(tonic)
    )
    of_trade = [
        (o.supplier, o.shop, o.owner, o.goods_fen, o.freight_fen, o.lines.count())
        for o in Order.objects.filter(trade=trade).order_by("pk")
    ]
    assert of_trade == [
        (first, None, None, 5000, 800, 1),
        (first, shop, shop.owner, 25_000, 800, 2),
        (first, other, other.owner, 10_000, 800, 1),
        (second, shop, shop.owner, 15_000, 0, 1),
    ]
    assert trade.amount_fen == 55_000 + 2400
    assert StockReservation.objects.count() == 5
    assert story.pay(trade, AT) == "applied"
    assert books() == {"channel_clearing": 57_400, "escrow": 57_400}
    assert CommissionLine.objects.count() == 4


@pytest.mark.parametrize(("goods", "freight"), [(14_999, 600), (15_000, 0)])
def test_freight_is_free_from_its_limit_on(goods: int, freight: int) -> None:
    supplier = story.supplier(AT)
    suppliers.set_freight(
        supplier=supplier, freight_fen=600, free_from_fen=15_000, actor=story.supplier_actor(supplier)
    )
    supplier.refresh_from_db()
    assert place(item(story.good(supplier, AT, price_fen=goods))).amount_fen == goods + freight


def test_the_snapshot_is_what_the_consumer_saw(good: Good) -> None:
    shop = story.picked_shop(AT, good)
    pick = shop.picks.get()
    storefronts.recommend(pick=pick, text="质地清爽，四季都合适", at=AT)
    link = storefronts.share(pick=pick, channel=Channel.values[0], at=AT).link
    click(link, AT)
    place(item(good, 2, shop))
    line = OrderLine.objects.get()
    actor = story.supplier_actor(good.supplier)
    draft = suppliers.GoodDraft("新标题", "beauty", "山茶花", "新说明", 12_300, 10, 2500)
    suppliers.edit_good(good=good, draft=draft, actor=actor, at=AT)
    line.refresh_from_db()
    assert (line.title, line.unit_price_fen, line.paid_fen, line.rate_bp) == (
        "滋润面霜 50g",
        10_000,
        20_000,
        2000,
    )
    assert line.snapshot == {
        "title": "滋润面霜 50g",
        "brand": "山茶花",
        "description": "清爽不油腻",
        "sku": "默认",
        "price_fen": 10_000,
        "good": good.public_id,
        "version": 1,
        "picture": "",
        "supplier": "山茶花日化有限公司1",
        "ship_within_h": 48,
        "return_policy": good.category.return_policy,
        "shop": "小满的店1-淘小铺",
        "recommendation": "质地清爽，四季都合适",
        "link": link.code,
        "seen_at": AT.isoformat(),
    }


def click(
    link: object,
    at: object,
    *,
    visitor: str = "v1",
    network: str = "10.0.0.1",
    agent: str = PHONE,
    user_id: int | None = None,
) -> Click:
    return storefronts.record_click(
        link=link,
        visitor=visitor,
        network=network,
        user_agent=agent,
        user_id=user_id,
        at=at,  # type: ignore[arg-type]
    )


@pytest.fixture
def shared(good: Good) -> object:
    shop = story.picked_shop(AT, good)
    return storefronts.share(pick=shop.picks.get(), channel=Channel.values[0], at=AT).link


@pytest.mark.parametrize(("seconds", "counts"), [(0, True), (1, False)])
def test_a_click_counts_for_360_hours(good: Good, shared: object, seconds: int, counts: bool) -> None:
    made = click(shared, AT)
    place(item(good, shop=made.link.shop), at=AT + timedelta(hours=360, seconds=seconds))
    order = Order.objects.get()
    assert order.click == (made if counts else None)
    assert order.owner == made.link.shop.owner  # bought in the shop itself


def test_the_last_click_wins_and_only_the_visitors_own(good: Good, shared: object) -> None:
    click(shared, AT)
    last = click(shared, AT + timedelta(hours=1))
    click(shared, AT + timedelta(hours=2), visitor="v2")
    click(shared, AT + timedelta(hours=9))
    place(item(good, shop=last.link.shop), at=AT + timedelta(hours=3))
    assert Order.objects.get().click == last


@pytest.mark.parametrize(
    "agent", ["", "WeChat-LinkPreview/1.0", "Googlebot/2.1", "curl/8.4", "python-requests/2", "Baiduspider"]
)
def test_no_person_no_click(good: Good, shared: object, agent: str) -> None:
    made = click(shared, AT, agent=agent)
    assert (made.counted, made.why_not) == (False, "bot")
    place(item(good, shop=made.link.shop))
    assert Order.objects.get().click is None


def test_the_owners_own_device_does_not_count(shared: object) -> None:
    made = click(shared, AT, user_id=shared.shop.owner.user_id)  # type: ignore[attr-defined]
    assert (made.counted, made.why_not) == (False, "own_device")


def test_twenty_clicks_an_hour_from_one_network_and_no_more(shared: object) -> None:
    seen = [click(shared, AT + timedelta(minutes=n), visitor=f"v{n}").counted for n in range(21)]
    assert seen == [True] * 20 + [False]
    assert click(shared, AT + timedelta(minutes=20), network="10.0.0.2").counted is True
    assert click(shared, AT + timedelta(minutes=21, hours=1)).counted is True


def test_the_platforms_own_pages_pay_no_commission(good: Good, shared: object) -> None:
    click(shared, AT)
    order = story.paid_order(good, AT)
    assert (order.shop, order.owner, order.click) == (None, None, None)
    assert story.line_of(order).rate_bp == 0
    assert CommissionLine.objects.count() == 0
