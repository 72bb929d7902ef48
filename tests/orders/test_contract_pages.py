"""Both sides' pages and API calls about a contract; a guest comes back with phone and code."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import InboxLetter
from accounts.services import issue_token
from orders import services as orders
from orders.models import Contract, ContractVersion, Order, Trade
from suppliers import services as suppliers
from suppliers.models import Good, GoodChange, Sku, Supplier
from suppliers.states import GoodStatus
from taoxiaopu.flows.services.webhooks import happened_to
from taoxiaopu.kernel import clock
from tests.factories import browsing, custom, desk, story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
WISHED = {"wish-field_0": "小满", "wish-field_1": "胡桃色", "wish-field_2": "", "wish-lead_d": "10"}
HOUR = timedelta(hours=1)


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def sides(at: datetime) -> tuple[Client, Good]:
    """A member of the supplier, signed in, and the customised good."""
    client, supplier = desk.member(at)
    return client, custom.good(supplier, at)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_checkout_asks_what_is_to_be_made(sides: tuple[Client, Good]) -> None:
    good = sides[1]
    client = browsing.client()
    page = text(client.get("/checkout/", {"sku": good.skus.get().pk, "quantity": 1, "key": "k" * 24}))
    for words in ("刻字", "颜色", "原木色", "腕围", "不适用七天无理由退货", "留下商品金额的 10%"):
        assert words in page
    before = picture()
    answer = client.post("/checkout/", browsing.order_form(good, **WISHED))
    assert (answer.status_code, "请确认不适用七天无理由退货" in text(answer)) == (422, True)
    assert {k: v for k, v in picture().items() if k.startswith("orders_")} == {
        k: v for k, v in before.items() if k.startswith("orders_")
    }


def test_a_guest_agrees_pays_and_comes_back_with_phone_and_code(
    sides: tuple[Client, Good], at: datetime
) -> None:
    seller, good = sides
    guest = browsing.client()
    form = browsing.order_form(good, **WISHED, **{"wish-knows_no_return": "on"})
    answer = guest.post("/checkout/", form)
    trade = Trade.objects.get()
    order = trade.orders.get()
    assert answer["Location"] == reverse("trade", args=[trade.number])
    assert guest.get(answer["Location"])["Location"] == reverse("contract", args=[order.number])
    page = text(guest.get(reverse("contract", args=[order.number])))
    assert trade.lookup_code in page
    assert "等待商家确认" in page
    assert f'href="{reverse("contract", args=[order.number])}"' in text(guest.get("/orders/"))
    # The same form again is the same trade.
    guest.post("/checkout/", form)
    assert Trade.objects.count() == 1

    url = reverse("supplier:agreement", args=[order.number])
    assert "待您确认" in text(seller.get(reverse("supplier:agreements")))
    assert "接受第 1 版" in text(seller.get(url))
    typed = {
        "seen": 1, "making": "胡桃木梳一把", "wish_0": "小满", "wish_1": "胡桃色", "wish_2": "", "lead_d": 12, "fee": "20",
        "terms": "刻字后不改字。", "key": "v" * 24,
    }  # fmt: skip
    for _twice in range(2):
        assert seller.post(url + "versions/", typed).status_code == 302
    assert ContractVersion.objects.count() == 2
    assert text(seller.post(url + "versions/", typed | {"key": "w" * 24})).count("现在是第 2 版") == 1
    wrong = seller.post(url + "versions/", typed | {"seen": 2, "lead_d": 91, "key": "x" * 24})
    assert (wrong.status_code, "1 到 90 天" in text(wrong)) == (400, True)

    other = browsing.client()
    found = other.post("/orders/lookup/", {"phone": "13911112222", "code": trade.lookup_code})
    assert other.get(found["Location"])["Location"] == reverse("contract", args=[order.number])
    here = reverse("contract", args=[order.number])
    page = text(other.get(here))
    for words in ("等您确认", "有改动", "<del>10 天</del>", "<ins>12 天</ins>", "接受第 2 版"):
        assert words in page
    old = other.post(here + "acceptance/", {"seen": 1, "knows_no_return": "on"}, follow=True)
    assert "您看到的是第 1 版，现在是第 2 版" in text(old)
    silent = other.post(here + "acceptance/", {"seen": 2}, follow=True)
    assert "确认不适用七天无理由退货" in text(silent)
    done = other.post(here + "acceptance/", {"seen": 2, "knows_no_return": "on", "key": "a" * 24})
    assert done["Location"] == reverse("trade", args=[trade.number])
    order.refresh_from_db()
    assert order.status == "pending_payment"
    assert "去付款" in text(other.get(here))

    assert story.pay(Trade.objects.get(), clock.now())
    assert "开始制作" in text(seller.get(url))
    seller.post(url + "production/")
    assert "制作中" in text(seller.get(reverse("supplier:agreements") + "?tab=to_make"))
    page = text(other.get(here))
    assert "付 ¥40.00 取消费取消" in page
    assert "商家已开始制作" in text(other.get(reverse("order", args=[order.number])))
    gone = other.post(here + "cancellation/", {"fee_fen": 4_000, "key": "c" * 24})
    assert gone["Location"] == reverse("order", args=[order.number])
    assert "商家按约定留下 ¥40.00" in text(other.get(gone["Location"]))
    assert "取消费 ¥40.00 已记入您的货款" in text(seller.get(url))


def test_a_guest_writes_a_version_and_gives_up(sides: tuple[Client, Good], at: datetime) -> None:
    order = custom.place(sides[1], at)
    guest = browsing.holder(order.trade)
    here = reverse("contract", args=[order.number])
    typed = {
        "seen": 1,
        "making": "木梳一把",
        "wish_0": "小满月",
        "wish_1": "原木色",
        "lead_d": 10,
        "fee": "10",
        "terms": "",
    }
    assert guest.post(here + "versions/", typed | {"wish_2": "x" * 301}).status_code == 422
    assert guest.post(here + "versions/", typed).status_code == 303
    assert (custom.contract(order).latest, custom.contract(order).buyer_version) == (2, 2)
    assert guest.post(here + "refusal/").status_code == 303
    order.refresh_from_db()
    assert order.status == "closed_unpaid"
    assert "订单已取消" in text(guest.get(here))


def test_a_supplier_refuses(sides: tuple[Client, Good], at: datetime) -> None:
    seller, good = sides
    order = custom.place(good, at)
    url = reverse("supplier:agreement", args=[order.number])
    seller.post(url + "refusal/", {"reason": "字太多刻不下"})
    order.refresh_from_db()
    assert order.status == "closed_unpaid"
    assert "字太多刻不下" in text(seller.get(url))


def test_pages_with_nothing(sides: tuple[Client, Good]) -> None:
    assert "还没有定制订单" in text(sides[0].get(reverse("supplier:agreements")))


def test_goods_from_stock_have_no_contract(sides: tuple[Client, Good], at: datetime) -> None:
    seller, good = sides
    order = story.paid_order(story.good(good.supplier, at), at)
    assert browsing.holder(order.trade).get(reverse("contract", args=[order.number])).status_code == 404
    assert seller.get(reverse("supplier:agreement", args=[order.number])).status_code == 404


def test_letters_to_both(at: datetime) -> None:
    supplier = story.supplier(at)
    good, member = custom.good(supplier, at), story.user(1)
    sku = Sku.objects.get(good=good)
    trade = orders.place_trade(
        items=[orders.Item(sku.pk, 1, None, sku.price_fen, custom.WISH)],
        delivery=orders.Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号"),
        visitor="v",
        user=member,
        at=at,
    )
    order = trade.orders.get()
    orders.propose_version(order=order, terms=custom.terms(), seen=1, actor=custom.seller(order), at=at)
    orders.accept_version(order=order, seen=2, knows_no_return=True, actor=custom.buyer(order), at=at)
    story.pay(Trade.objects.get(), at)
    orders.start_production(order=order, actor=custom.seller(order), at=at)
    orders.cancel_with_fee(order=order, seen_fen=4_000, actor=custom.buyer(order), at=at)
    kinds = list(InboxLetter.objects.order_by("pk").values_list("user__nickname", "kind"))
    boss = supplier.members.get().user.nickname
    told = [
        (boss, "contract_version_supplier"), ("用户1", "contract_version"), ("用户1", "contract_agreed"),
        (boss, "contract_agreed_supplier"), ("用户1", "order_paid"), (boss, "order_new"),
        ("用户1", "contract_production"), ("用户1", "order_refunded"), (boss, "contract_cancelled"),
    ]  # fmt: skip
    assert [one for one in kinds if one[1].startswith(("contract", "order"))] == told


def test_webhooks_tell_of_versions_and_agreements(sides: tuple[Client, Good], at: datetime) -> None:
    good = sides[1]
    endpoint, _secret = suppliers.add_endpoint(
        supplier=good.supplier, url="https://example.com/", events=[], actor=story.supplier_actor(good.supplier), at=at
    )  # fmt: skip
    order = custom.agreed(custom.place(good, at + HOUR), at + 2 * HOUR)
    found = happened_to(endpoint, since=at, until=at + 3 * HOUR)
    assert [(one.event, one.facts) for one in found] == [
        (
            "contract.version",
            {"order": order.number, "version": 1, "agree_by": (at + 73 * HOUR).isoformat()},
        ),
        ("contract.agreed", {"order": order.number, "version": 1}),
    ]


class TestGood:
    """A supplier says what can be customised; a live good is changed by change set only."""

    FORM: dict[str, object] = {
        "title": "刻字木梳", "category": "home", "brand": "山茶花", "price": "199", "stock": "5", "rate": "20",
        "ship_within_h": "48", "description": "", "offer-is_custom": "on", "offer-lead_min_d": "5",
        "offer-lead_max_d": "20", "offer-fee": "10", "wish-TOTAL_FORMS": "2", "wish-INITIAL_FORMS": "0",
        "wish-0-label": "刻字", "wish-0-kind": "text", "wish-0-options": "", "wish-0-required": "on",
        "wish-1-label": "颜色", "wish-1-kind": "choice", "wish-1-options": "原木色、胡桃色",
    }  # fmt: skip

    def post(self, client: Client, url: str, **changes: object) -> Any:
        return client.post(url, self.FORM | {k.replace("__", "-"): v for k, v in changes.items()})

    def test_it_is_published(self, at: datetime) -> None:
        client, supplier = desk.member(at)
        assert self.post(client, reverse("supplier:good-new")).status_code == 302
        good = Good.objects.get(supplier=supplier)
        assert good.custom == {
            "lead_min_d": 5, "lead_max_d": 20, "cancel_fee_bp": 1000, "fields": [
                {"label": "刻字", "kind": "text", "options": [], "required": True},
                {"label": "颜色", "kind": "choice", "options": ["原木色", "胡桃色"], "required": False},
            ],
        }  # fmt: skip
        page = text(browsing.client().get(reverse("good", args=[good.public_id])))
        for words in ("付款后 5 至 20 天发货", "不支持七天无理由退货", "先约定，后付款"):
            assert words in page

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"offer__lead_max_d": "91"}, "制作天数须为 1 到 90 天"),
            ({"offer__lead_max_d": "4"}, "制作天数须为 1 到 90 天"),
            ({"offer__fee": "30.01"}, "取消费须为 0% 到 30%"),
            ({"offer__fee": ""}, "请检查“可定制”中标红的内容"),
            ({"wish__1__options": "原木色"}, "须有 2 到 20 个可选项"),
            ({"wish__1__label": "刻字", "wish__1__kind": "text"}, "名称不能重复"),
            ({"wish__0__label": "", "wish__1__label": ""}, "请"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, at: datetime, changes: dict[str, str], says: str) -> None:
        client, _supplier = desk.member(at)
        answer = self.post(client, reverse("supplier:good-new"), **changes)
        assert (answer.status_code, says in text(answer), Good.objects.count()) == (422, True, 0)

    @pytest.mark.parametrize(
        "changes", [{"offer__lead_max_d": "90"}, {"offer__fee": "30"}, {"offer__fee": "0"}]
    )
    def test_limits(self, at: datetime, changes: dict[str, str]) -> None:
        client, _supplier = desk.member(at)
        assert self.post(client, reverse("supplier:good-new"), **changes).status_code == 302

    def test_a_blocked_word_in_it_holds_the_good(self, at: datetime) -> None:
        client, _supplier = desk.member(at)
        self.post(client, reverse("supplier:good-new"), wish__1__options="全国第一、胡桃色")
        assert Good.objects.get().status == GoodStatus.HELD

    def test_a_live_good_changes_by_change_set(self, at: datetime) -> None:
        client, _supplier = desk.member(at)
        self.post(client, reverse("supplier:good-new"))
        good = Good.objects.get()
        url = reverse("supplier:good", args=[good.public_id])
        self.post(client, url, offer__lead_max_d="30")
        good.refresh_from_db()
        change = GoodChange.objects.get()
        assert (good.custom["lead_max_d"], change.custom["lead_max_d"]) == (20, 30)
        suppliers.approve_change(public_id=change.public_id, actor=story.staff(), at=at)
        good.refresh_from_db()
        assert good.custom["lead_max_d"] == 30
        self.post(client, url, offer__is_custom="", offer__lead_max_d="30")
        good.refresh_from_db()
        assert (good.is_custom, GoodChange.objects.latest("pk").custom) == (True, {})


class TestApi:
    """The same over the API, with keys."""

    def call(
        self, client: Client, method: str, path: str, token: str, data: Any = None, key: str = "k1"
    ) -> Any:
        return getattr(client, method)(
            f"/api/v1/{path}", data, content_type="application/json",
            headers={"authorization": f"Bearer {token}", "idempotency-key": key},
        )  # fmt: skip

    @pytest.fixture
    def tokens(self, sides: tuple[Client, Good], at: datetime) -> tuple[Order, str, str]:
        good, member = sides[1], story.user(1)
        sku = Sku.objects.get(good=good)
        trade = orders.place_trade(
            items=[orders.Item(sku.pk, 1, None, sku.price_fen, custom.WISH)],
            delivery=orders.Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号"),
            visitor="v",
            user=member,
            at=at,
        )
        boss = good.supplier.members.get().user
        _row, seller = issue_token(user=boss, name="t", at=at)
        _row, buyer = issue_token(user=member, name="t", at=at)
        return trade.orders.get(), seller, buyer

    def test_both_sides(self, tokens: tuple[Order, str, str], at: datetime) -> None:
        order, seller, buyer = tokens
        client = Client()
        waiting = self.call(client, "get", "supplier/agreements/?tab=waiting", seller).json()
        assert [row["order"] for row in waiting["results"]] == [order.number]
        here, mine = f"supplier/agreements/{order.number}/", f"me/agreements/{order.number}/"
        version = {
            "seen": 1, "making": "木梳一把", "wishes": [{"label": "刻字", "value": "小满"}], "terms": "", "lead_d": 12,
            "cancel_fee_bp": 2000,
        }  # fmt: skip
        made = self.call(client, "post", here + "versions/", seller, version)
        assert (made.status_code, made.json()["latest"]) == (201, 2)
        assert self.call(client, "post", here + "versions/", seller, version).json() == made.json()
        late = self.call(
            client, "post", mine + "acceptance/", buyer, {"seen": 1, "knows_no_return": True}, "a"
        )
        assert (late.status_code, late.json()["code"]) == (409, "version_outdated")
        done = self.call(
            client, "post", mine + "acceptance/", buyer, {"seen": 2, "knows_no_return": True}, "b"
        )
        assert (done.status_code, done.json()["status"], done.json()["agreed_version"]) == (
            201,
            "pending_payment",
            2,
        )
        assert len(done.json()["versions"][1]["seal"]) == 64
        story.pay(Trade.objects.get(), at)
        began = self.call(client, "post", here + "production/", seller, {}, "p")
        assert began.json()["production_at"] is not None
        gone = self.call(client, "post", mine + "cancellation/", buyer, {"fee_fen": 4_000}, "c")
        assert (gone.json()["status"], gone.json()["fee_fen"]) == ("closed_refunded", 4_000)
        assert self.call(client, "get", "me/agreements/", buyer).json()["count"] == 1
        assert self.call(client, "get", mine, buyer).json()["fee_fen"] == 4_000

    def test_strangers_and_refusals(self, tokens: tuple[Order, str, str], at: datetime) -> None:
        order, seller, buyer = tokens
        client = Client()
        assert self.call(client, "get", f"me/agreements/{order.number}/", seller).status_code == 404
        assert self.call(client, "get", f"supplier/agreements/{order.number}/", buyer).status_code == 404
        gone = self.call(
            client, "post", f"me/agreements/{order.number}/refusal/", buyer, {"reason": "不要了"}
        )
        assert (gone.status_code, gone.json()["status"]) == (201, "closed_unpaid")
        assert Contract.objects.get().agreed_version is None
        assert Supplier.objects.count() == 1


def test_staff_read_every_version(sides: tuple[Client, Good], at: datetime) -> None:
    order = custom.place(sides[1], at)
    orders.propose_version(order=order, terms=custom.terms(), seen=1, actor=custom.seller(order), at=at)
    staff = desk.arbitrator()
    page = text(staff.get(reverse("admin:orders_order_change", args=[order.pk])))
    for words in ("定制约定", "刻字开始后不再改字。", "每一版都不能修改或删除"):
        assert words in page
    good = text(staff.get(reverse("admin:suppliers_good_change", args=[sides[1].pk])))
    assert "付款后 5 至 20 天发货" in good


def test_an_owner_sees_the_state_alone(sides: tuple[Client, Good], at: datetime) -> None:
    good = sides[1]
    shop = story.picked_shop(at, good)
    order = custom.place(good, at, through=shop)
    client = Client()
    client.force_login(shop.owner.user)
    for agreed in (False, True):
        if agreed:
            custom.agreed(order, at)
        pages = [
            text(client.get(reverse("owner:orders"))),
            text(client.get(reverse("owner:order", args=[order.number]))),
        ]
        for page in pages:
            assert str(Order.objects.get().get_status_display()) in page
            assert "胡桃色" not in page
        assert client.get(reverse("supplier:agreement", args=[order.number])).status_code in (302, 404)


def test_the_desk_counts_what_waits(sides: tuple[Client, Good], at: datetime) -> None:
    seller, good = sides
    order = custom.place(good, at)
    for name in ("supplier:agreements", "supplier:orders"):
        assert seller.get(reverse(name)).context["nav_counts"].agreements == 1
    custom.agreed(order, at)
    assert seller.get(reverse("supplier:agreements")).context["nav_counts"].agreements == 0
