"""What each role gets and may do, with exact bodies."""

import pytest
from rest_framework.serializers import DateTimeField

from orders.models import Order, Parcel
from storefronts import services
from storefronts.models import Pick, ShareLink
from storefronts.states import Channel
from suppliers.models import Good, Sku
from tests.api.conftest import NOW
from tests.factories import story


def good_body(good: Good) -> dict:
    return {
        "id": good.public_id,
        "title": "滋润面霜 50g",
        "brand": "山茶花",
        "category": "beauty",
        "description": "清爽不油腻",
        "price_fen": 10_000,
        "ship_within_h": 48,
        "supplier": "山茶花日化有限公司1",
        "picture": f"http://127.0.0.1:8000/pictures/{good.public_id}/1/480.webp",
        "on_sale": True,
        "sale_from": None,
        "sale_until": None,
    }


@pytest.fixture(autouse=True)
def _base(settings):
    settings.BASE_URL = "http://127.0.0.1:8000"


def test_anyone_searches_goods(world):
    answer = world.anyone.send("get", "goods/?q=面霜&category=beauty&ordering=price")
    assert answer.status_code == 200
    assert answer.json() == {"count": 1, "next": None, "previous": None, "results": [good_body(world.good)]}
    assert world.anyone.send("get", "goods/?q=没有").json()["count"] == 0


def test_anyone_reads_a_good_and_is_told_when_it_is_gone(world):
    path = f"goods/{world.good.public_id}/"
    sku = {"id": world.good.skus.get().pk, "name": "默认", "price_fen": 10_000, "available": 50}
    body = good_body(world.good) | {"options": [], "skus": [sku]}
    assert world.anyone.send("get", path).json() == body
    Good.objects.update(status="delisted")
    assert world.anyone.send("get", path).json() == body | {"on_sale": False}


def test_a_supplier_lists_a_good(world):
    new = {
        "title": "护手霜 60g",
        "category": "beauty/care",
        "brand": "山茶花",
        "price_fen": 2_990,
        "stock": 40,
        "rate_bp": 1_500,
    }
    answer = world.seller.send("post", "supplier/goods/", new)
    assert answer.status_code == 201
    good = Good.objects.get(title="护手霜 60g")
    assert answer.json() == {
        "id": good.public_id,
        "title": "护手霜 60g",
        "brand": "山茶花",
        "category": "beauty/care",
        "description": "",
        "price_fen": 2_990,
        "ship_within_h": 48,
        "supplier": "山茶花日化有限公司1",
        "picture": f"http://127.0.0.1:8000/pictures/{good.public_id}/1/480.webp",
        "on_sale": True,
        "sale_from": None,
        "sale_until": None,
        "source_id": "",
        "status": "listed",
        "held_words": "",
        "rate_bp": 1_500,
        "next_rate_bp": None,
        "next_rate_at": None,
        "stock": 40,
        "units_sold": 0,
        "options": [],
        "skus": [
            {
                "id": good.skus.get().pk, "name": "默认", "price_fen": 2_990, "available": 40, "barcode": "",
                "is_on": True, "reserved": 0, "sold": 0,
            }
        ],
        "attributes": {},
    }  # fmt: skip
    listed = world.seller.send("get", "supplier/goods/").json()
    assert [row["id"] for row in listed["results"]] == [good.public_id, world.good.public_id]
    assert world.seller.send("get", f"supplier/goods/{good.public_id}/").json() == answer.json()


def test_a_good_with_a_blocked_word_is_held(world):
    new = {"title": "特供面霜", "category": "beauty", "price_fen": 100, "stock": 1, "rate_bp": 100}
    body = world.seller.send("post", "supplier/goods/", new).json()
    assert (body["status"], body["held_words"], body["on_sale"]) == ("held", "特供", False)


def test_a_supplier_changes_price_stock_and_rate(world):
    path = f"supplier/goods/{world.good.public_id}/"
    body = world.seller.send("patch", path, {"price_fen": 9_900, "stock": 7, "rate_bp": 2_500}).json()
    assert (body["price_fen"], body["stock"], body["rate_bp"]) == (9_900, 7, 2_500)
    sku = Sku.objects.get(good=world.good)
    assert (sku.price_fen, sku.received, sku.available) == (9_900, 7, 7)
    lowered = world.seller.send("patch", path, {"rate_bp": 1_000}).json()
    assert (lowered["rate_bp"], lowered["next_rate_bp"], lowered["price_fen"]) == (2_500, 1_000, 9_900)


def test_a_supplier_lists_and_changes_several_skus(world):
    new = {
        "title": "圆领短袖", "category": "apparel", "rate_bp": 1_000, "options": ["颜色"],
        "skus": [{"values": ["红"], "price_fen": 900, "stock": 1}, {"values": ["蓝"], "price_fen": 800, "stock": 2}],
    }  # fmt: skip
    body = world.seller.send("post", "supplier/goods/", new).json()
    assert (body["price_fen"], body["stock"], body["options"]) == (800, 3, ["颜色"])
    red, blue = (sku["id"] for sku in body["skus"])
    path = f"supplier/goods/{body['id']}/"
    body = world.seller.send("patch", path, {"skus": [{"sku_id": blue, "is_on": False}]}).json()
    assert (body["price_fen"], body["stock"], [sku["is_on"] for sku in body["skus"]]) == (
        900,
        1,
        [True, False],
    )
    whole = world.seller.send("patch", path, {"price_fen": 700}).json()
    assert (whole["price_fen"], red) == (700, body["skus"][0]["id"])
    public = world.seller.send("get", f"goods/{body['id']}/").json()
    assert public["skus"] == [{"id": red, "name": "红", "price_fen": 700, "available": 1}]
    foreign = world.seller.send("patch", path, {"skus": [{"sku_id": world.good.skus.get().pk, "stock": 1}]})
    assert foreign.status_code == 404
    for change in ({"skus": [{"sku_id": red, "sold": 5}]}, {"reserved": 1}):
        assert world.seller.send("patch", path, change).json()["code"] == "unknown_field"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"rate_bp": 99}, "rate_out_of_range", "rate"),
        ({"rate_bp": 5_001}, "rate_out_of_range", "rate"),
        ({"price_fen": 0}, "min_value", "price_fen"),
        ({"price_fen": 1_000_000_000}, "max_value", "price_fen"),
        ({"stock": -1}, "min_value", "stock"),
        ({"stock": 10_000_000}, "max_value", "stock"),
        ({"stock": 1.5}, "invalid", "stock"),
    ],
)
def test_terms_out_of_range_change_nothing(world, change, code, field):
    answer = world.seller.send("patch", f"supplier/goods/{world.good.public_id}/", change)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, code, field)
    world.good.refresh_from_db()
    assert (world.good.price_from_fen, world.good.rate_bp, world.good.version) == (10_000, 2_000, 1)


def test_a_supplier_ships_its_order(world):
    order = story.paid_order(world.good, NOW, through=world.shop)
    listed = world.seller.send("get", "supplier/orders/?status=paid").json()
    assert listed["count"] == 1
    body = listed["results"][0]
    assert body["delivery"] == {
        "receiver": "李青禾",
        "phone": "13911112222",
        "address": "浙江省杭州市西湖区文三路 1 号",
    }
    assert (body["number"], body["status"], body["goods_fen"], body["freight_fen"]) == (
        order.number,
        "paid",
        10_000,
        0,
    )
    assert body["lines"] == [
        {
            "ref": f"{order.number}-1",
            "good": world.good.public_id,
            "title": "滋润面霜 50g",
            "sku": "默认",
            "quantity": 1,
            "unit_price_fen": 10_000,
            "paid_fen": 10_000,
            "refunded_fen": 0,
            "is_shipped": False,
        }
    ]
    parcel = {"carrier": "sf", "tracking_number": "sf1234567890"}
    answer = world.seller.send("post", f"supplier/orders/{order.number}/parcels/", parcel)
    assert answer.status_code == 201
    assert answer.json()["tracking_number"] == "SF1234567890"
    assert answer.json()["lines"] == [f"{order.number}-1"]
    again = world.seller.send("post", f"supplier/orders/{order.number}/parcels/", parcel)
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")
    read = world.seller.send("get", f"supplier/orders/{order.number}/").json()
    assert (read["status"], read["lines"][0]["is_shipped"]) == ("shipped", True)


def test_an_unpaid_order_cannot_be_shipped_or_seen(world):
    trade = story.place(world.good, NOW)
    number = Order.objects.get(trade=trade).number
    for method, path in (("get", ""), ("post", "parcels/")):
        data = {"carrier": "sf", "tracking_number": "SF1234567890"}
        answer = world.seller.send(method, f"supplier/orders/{number}/{path}", data if path else None)
        assert answer.status_code == 404
    assert Parcel.objects.count() == 0


def test_the_receiver_is_hidden_from_the_supplier_when_all_is_done(world):
    order = story.finalised_order(world.good, NOW, through=world.shop)
    assert world.seller.send("get", f"supplier/orders/{order.number}/").json()["delivery"] is None


def test_an_owner_sees_the_pool_and_what_it_earns(world):
    body = world.keeper.send("get", "owner/pool/?ordering=-earn").json()
    pick = Pick.objects.get()
    assert body["results"] == [
        {
            "good": good_body(world.good),
            "rate_bp": 2_000,
            "earn_fen": 1_800,
            "bonus_fen": 0,
            "sold": 0,
            "stock": 50,
            "pick": pick.pk,
        }
    ]
    assert world.other_keeper.send("get", "owner/pool/").json()["results"][0]["pick"] is None


def test_an_owner_picks_recommends_shares_and_removes(world):
    other = story.good(world.supplier, NOW, title="护手霜 60g", price_fen=3_000)
    shops = world.keeper.send("get", "owner/shops/").json()["results"]
    assert [(s["number"], s["name"], s["status"]) for s in shops] == [
        (world.shop.number, "小满的店1", "open")
    ]
    picks = f"owner/shops/{world.shop.number}/picks/"
    answer = world.keeper.send("post", picks, {"goods": [other.public_id]})
    assert answer.status_code == 201
    (made,) = answer.json()
    assert (made["good"]["id"], made["earn_fen"], made["is_valid"]) == (other.public_id, 540, True)
    path = f"owner/picks/{made['id']}/"
    said = world.keeper.send("patch", path, {"recommendation": "冬天随身带一支。"}).json()
    assert said["recommendation"] == "冬天随身带一支。"
    refused = world.keeper.send("patch", path, {"recommendation": "全网第一"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_recommendation")
    shared = world.keeper.send("post", f"{path}shares/", {"channel": "wechat"})
    assert shared.status_code == 201
    link = ShareLink.objects.get(good=other)
    assert (shared.json()["code"], shared.json()["url"]) == (
        link.code,
        f"http://127.0.0.1:8000/x/{link.code}",
    )
    assert sorted((p["style"], p["status"]) for p in shared.json()["posters"]) == [
        ("portrait", "drawing"),
        ("square", "drawing"),
    ]
    assert len(shared.json()["captions"]) >= 3
    assert (shared.json()["passcode"], shared.json()["spoken"]) == (None, "")
    spoken = world.keeper.send(
        "post", f"{path}shares/", {"channel": "wechat", "with_passcode": True, "greeting": "周末愉快"}
    ).json()
    assert spoken["spoken"].endswith(f"￥{spoken['passcode']['code']}￥")
    refused = world.keeper.send("post", f"{path}shares/", {"channel": "weibo", "greeting": "全网第一"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_greeting")
    shop_shares = f"owner/shops/{world.shop.number}/shares/"
    shop = world.keeper.send("post", shop_shares, {"channel": "weibo", "picks": [made["id"]]})
    assert (shop.status_code, shop.json()["passcode"] is not None) == (201, True)
    assert shop.json()["code"] == ShareLink.objects.get(good=None, channel="weibo").code
    assert world.other_keeper.send("post", shop_shares, {"channel": "weibo"}).status_code == 404
    assert world.keeper.send("get", picks).json()["results"][0]["id"] == made["id"]
    assert world.keeper.send("delete", path).status_code == 204
    assert world.keeper.send("get", path).status_code == 404


def test_an_owner_reads_why_an_order_is_its_own(world):
    pick = Pick.objects.get(shop=world.shop, good=world.good)
    link = services.share(pick=pick, channel=Channel.WEIBO, at=NOW).link
    click = services.record_click(
        link=link, visitor="v1", network="10.0.0.1", user_agent="Phone", user_id=None, at=NOW
    )
    order = story.paid_order(world.good, NOW, through=world.shop)
    path = f"owner/orders/{order.number}/attribution/"
    assert world.keeper.send("get", path).json() == {
        "kind": "shared",
        "evidence": "in_shop",
        "basis": {
            "rule": "last_click",
            "window_h": 360,
            "click": {
                "at": DateTimeField().to_representation(click.at),
                "way": "link",
                "channel": "weibo",
                "link": link.code,
            },
            "lost": [],
        },
    }
    assert world.other_keeper.send("get", path).status_code == 404


def test_an_owner_sees_its_orders_with_the_consumer_masked(world):
    order = story.paid_order(world.good, NOW, through=world.shop)
    for path in ("owner/orders/", f"owner/orders/{order.number}/"):
        answer = world.keeper.send("get", path)
        text = answer.content.decode()
        assert "13911112222" not in text
        assert "李青禾" not in text
        assert "文三路" not in text
        body = answer.json()
        body = body["results"][0] if "results" in body else body
        assert (body["number"], body["shop"], body["buyer_phone"], body["buyer_place"]) == (
            order.number,
            world.shop.number,
            "139****2222",
            "浙江省杭州市",
        )


def test_an_order_from_the_platforms_own_pages_has_no_owner_to_see_it(world):
    order = story.paid_order(world.good, NOW)
    assert world.keeper.send("get", "owner/orders/").json()["count"] == 0
    assert world.keeper.send("get", f"owner/orders/{order.number}/").status_code == 404


def test_a_supplier_keeps_a_market_reference(world):
    path = f"supplier/goods/{world.good.public_id}/market/"
    seen = {
        "platform": "淘宝",
        "address": "https://item.example.com/1",
        "seen_on": "2026-01-05",
        "rate_bp": 2_000,
    }
    answer = world.seller.send("post", path, seen)
    assert (answer.status_code, answer.json()["our_rate_bp"]) == (201, 2_000)
    assert world.seller.send("get", path).json()["count"] == 1
    dear = world.seller.send("post", path, seen | {"rate_bp": 2_001}, key="other")
    assert (dear.status_code, dear.json()["code"]) == (400, "rate_below_market")
    assert (
        world.seller.send("post", path, seen | {"screenshot": "x"}, key="third").json()["code"]
        == "unknown_field"
    )
