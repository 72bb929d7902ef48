"""Members buy: their orders open on every device and for nobody else; a guest's can be claimed after signing in."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Address, User
from accounts.services import AddressDraft, add_address
from commissions.models import CommissionLine
from disputes.models import Case
from orders import access
from orders.access import Holder
from orders.gates import KEY, PLACED
from orders.models import Order, Trade
from orders.services import claim_trades
from storefronts.models import Pick, Shop
from suppliers.models import Good
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.errors import NotFound
from tests.factories import browsing, story
from tests.factories.world import picture
from tests.tenancy.table import TABLE
from tests.tenancy.world import World, build_world

pytestmark = pytest.mark.django_db
CHECKOUT = "/checkout/"


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def good(at: datetime) -> Good:
    return story.good(story.supplier(at), at)


@pytest.fixture
def user() -> User:
    return story.user(1)


def address(user: User, street: str = "文三路 1 号") -> Address:
    draft = AddressDraft("李青禾", "13911112222", "浙江省杭州市西湖区", street)
    return add_address(user=user, draft=draft, at=clock.now())


def member_form(good: Good, **changes: object) -> dict[str, object]:
    form = browsing.order_form(good)
    for name in ("receiver", "phone", "address"):
        del form[name]
    return form | changes


NEW = {
    "to": "new",
    "receiver": "王小满",
    "phone": "13922223333",
    "region": "江苏省南京市",
    "street": "中山路 8 号",
}


def sights(client: Client, order: Order) -> list[int]:
    """What a client gets for the pages of an order."""
    paths = (f"/trades/{order.trade.number}/", f"/orders/{order.number}/")
    return [client.get(path).status_code for path in paths]


def test_what_is_bought_on_one_device_is_there_on_another(good: Good, user: User, at: datetime) -> None:
    home = address(user)
    phone, desk = browsing.member(user), browsing.member(user)
    answer = phone.post(CHECKOUT, member_form(good, to=home.public_id))
    assert answer.status_code == 303
    trade = Trade.objects.get()
    assert (trade.user, trade.receiver, trade.phone, trade.address) == (
        user, "李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号",
    )  # fmt: skip
    order = trade.orders.get()
    assert KEY not in phone.session
    assert sights(desk, order) == [200, 200]
    assert order.supplier.name in desk.get("/orders/").text
    assert desk.post(f"/trades/{trade.number}/payment/").status_code == 303
    story.pay(trade, at)
    paid = desk.get(f"/trades/{trade.number}/").text
    assert "付款成功" in paid
    assert trade.lookup_code not in paid  # a member needs none
    order.refresh_from_db()
    story.ship(order, at)
    line = story.line_of(order)
    form = {"reason": "quality", "amount": "10", "received": "yes", "description": "裂了"}
    opened = desk.post(f"/orders/lines/{line.ref}/case/", form)
    assert opened.status_code == 303, opened.text
    assert phone.get(f"/cases/{Case.objects.get().number}/").status_code == 200


def test_nobody_else_opens_a_members_order(good: Good, user: User, at: datetime) -> None:
    order = story.paid_order(good, at, user=user)
    holding = browsing.holder(order.trade)  # knows the number, from whatever time
    for stranger in (browsing.client(), browsing.member(story.user(2)), holding):
        assert sights(stranger, order) == [404, 404]
        assert order.supplier.name not in stranger.get("/orders/").text
    assert sights(browsing.member(user), order) == [200, 200]


def test_every_consumer_route_of_a_member_is_closed_to_another_member() -> None:
    world = build_world()
    Trade.objects.update(user=world.shop.owner.user)
    client = browsing.member(story.user(991))
    session = client.session
    session[KEY] = list(Trade.objects.values_list("number", flat=True))
    session.save()
    routes = [name for name, row in TABLE.items() if ":" not in name and row.stranger is None]
    assert len(routes) == 27
    before = picture()
    for name in routes:
        path = reverse(name, kwargs=TABLE[name].ids(world))
        statuses = {client.get(path).status_code, client.post(path).status_code}
        assert statuses <= {404, 405}, name
        assert 404 in statuses, name
    assert picture() == before
    routes.remove("question")  # which another member asked
    assert _opens_for_the_member(world, routes) == len(routes)


def _opens_for_the_member(world: World, routes: list[str]) -> int:
    """How many of the routes the member itself gets, by any answer but 404: the walk above is no accident."""
    client = browsing.member(world.shop.owner.user)
    return sum(client.get(reverse(name, kwargs=TABLE[name].ids(world))).status_code != 404 for name in routes)


def test_phone_and_code_open_guests_orders_only(good: Good, user: User, at: datetime) -> None:
    for number, (owner, opens) in enumerate(((None, True), (user, False))):
        trade = story.place(good, at, user=owner, phone=f"1391111222{number}")
        if opens:
            found = access.trade_by_lookup(trade.phone, trade.lookup_code, network="n", at=at)
            assert found == trade
        else:
            with pytest.raises(NotFound):
                access.trade_by_lookup(trade.phone, trade.lookup_code, network="n", at=at)


def test_a_guests_checkout_stays_anonymous(good: Good) -> None:
    client = browsing.client()
    client.post(CHECKOUT, browsing.order_form(good))
    trade = Trade.objects.get()
    assert trade.user is None
    assert client.session[KEY] == client.session[PLACED] == [trade.number]
    assert sights(client, trade.orders.get()) == [200, 200]


def test_checkout_offers_the_book_with_the_default_chosen(good: Good, user: User) -> None:
    first, second = address(user), address(user, "文三路 2 号")
    client = browsing.member(user)
    sku = good.skus.get()
    page = client.get(f"{CHECKOUT}?sku={sku.pk}&quantity=1&key={'k' * 24}")
    assert [a.public_id for a in page.context["form"].book.values()] == [first.public_id, second.public_id]
    assert page.context["form"].chosen == first.public_id
    assert "保存到我的地址" in page.text
    assert "139****2222" in page.text
    assert "13911112222" not in page.text


def test_a_new_address_is_used_and_kept_when_asked(good: Good, user: User) -> None:
    client = browsing.member(user)
    client.post(CHECKOUT, member_form(good, key="a" * 24, **NEW))
    assert (Trade.objects.get().address, Address.objects.count()) == ("江苏省南京市中山路 8 号", 0)
    client.post(CHECKOUT, member_form(good, key="b" * 24, save="on", **NEW))
    kept = Address.objects.get()
    assert (kept.user, kept.receiver, kept.place, kept.is_default) == (
        user, "王小满", "江苏省南京市中山路 8 号", True,
    )  # fmt: skip


def test_a_refused_order_keeps_no_address(good: Good, user: User) -> None:
    client = browsing.member(user)
    before = picture()
    form = member_form(good, save="on", seen_price_fen=1, **NEW)
    assert client.post(CHECKOUT, form).status_code == 409
    assert picture() == before


def test_with_a_full_book_the_order_is_placed_and_nothing_offered(good: Good, user: User) -> None:
    for n in range(20):
        address(user, f"文三路 {n} 号")
    client = browsing.member(user)
    sku = good.skus.get()
    assert "保存到我的地址" not in client.get(f"{CHECKOUT}?sku={sku.pk}&key={'k' * 24}").text
    assert client.post(CHECKOUT, member_form(good, save="on", **NEW)).status_code == 303
    assert (Trade.objects.count(), Address.objects.count()) == (1, 20)


@pytest.mark.parametrize(
    "changes", [{"to": "zzzzzzzzzzzz"}, {"to": ""}, NEW | {"street": ""}, NEW | {"phone": "1"}]
)
def test_wrong_choices_are_refused(good: Good, user: User, changes: dict[str, str]) -> None:
    foreign = address(story.user(2))
    client = browsing.member(user)
    for form in (member_form(good, **changes), member_form(good, to=foreign.public_id)):
        answer = client.post(CHECKOUT, form)
        assert answer.status_code in (400, 422)
        assert Trade.objects.count() == 0


def test_sending_the_form_twice_places_one_order_a_person(good: Good, user: User) -> None:
    form = member_form(good, **NEW)
    client, other = browsing.member(user), browsing.member(story.user(2))
    first, second = client.post(CHECKOUT, form), client.post(CHECKOUT, form)
    assert first["Location"] == second["Location"]
    assert other.post(CHECKOUT, form)["Location"] != first["Location"]  # the same key of another person
    assert list(Trade.objects.order_by("pk").values_list("user__nickname", flat=True)) == ["用户1", "用户2"]


def bought_as_guest(good: Good, user: User, **more: object) -> tuple[Client, Trade]:
    """A browser in which a guest bought and then signed in."""
    client = browsing.client()
    client.post(CHECKOUT, browsing.order_form(good, **more))
    client.force_login(user)
    return client, Trade.objects.latest("pk")


def test_a_guest_who_signs_in_claims_what_was_bought_here(good: Good, user: User) -> None:
    client, trade = bought_as_guest(good, user)
    assert "归入我的账号" in client.get("/orders/").text
    assert sights(client, trade.orders.get()) == [200, 200]
    assert client.post("/orders/claim/").status_code == 302
    trade.refresh_from_db()
    assert trade.user == user
    assert sights(browsing.member(user), trade.orders.get()) == [200, 200]
    assert "归入我的账号" not in client.get("/orders/").text
    entry = audit.history("trade", trade.number).get()
    assert (entry.event, entry.actor_ref, entry.person) == ("claim", trade.number, user.public_id)
    before = picture()
    client.post("/orders/claim/")
    assert picture()["orders_trade"] == before["orders_trade"]


@pytest.mark.parametrize(
    ("is_own_phone", "is_proven", "claimed"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_what_was_looked_up_is_claimed_with_the_same_proven_phone_only(
    good: Good, user: User, at: datetime, is_own_phone: bool, is_proven: bool, claimed: bool
) -> None:
    User.objects.filter(pk=user.pk).update(phone_verified=is_proven)
    trade = story.place(good, at, phone=user.phone if is_own_phone else "13911112222")
    client = browsing.client()
    client.post("/orders/lookup/", {"phone": trade.phone, "code": trade.lookup_code})
    assert sights(client, trade.orders.get())[0] == 200
    client.force_login(user)
    assert ("归入我的账号" in client.get("/orders/").text) == claimed
    client.post("/orders/claim/")
    trade.refresh_from_db()
    assert trade.user == (user if claimed else None)
    assert sights(client, trade.orders.get())[0] == 200  # in this session it stays open


def test_what_is_somebodys_cannot_be_claimed(good: Good, user: User, at: datetime) -> None:
    trade = story.place(good, at, user=story.user(2))
    before = picture()
    assert claim_trades(user=user, placed=[trade.number], held=[], at=at) == []
    assert picture() == before


def test_what_was_bought_in_ones_own_shop_cannot_be_claimed(good: Good, at: datetime) -> None:
    shop = story.picked_shop(at, good)
    trade = story.place(good, at, through=shop)
    before = picture()
    assert claim_trades(user=shop.owner.user, placed=[trade.number], held=[], at=at) == []
    assert picture() == before


def test_claiming_needs_signing_in(good: Good) -> None:
    client = browsing.client()
    client.post(CHECKOUT, browsing.order_form(good))
    answer = client.post("/orders/claim/")
    assert answer.status_code == 302
    assert "next=" in answer["Location"]
    assert Trade.objects.get().user is None


def test_buying_in_ones_own_shop_signed_in_is_a_self_purchase(good: Good, at: datetime) -> None:
    shop = story.picked_shop(at, good)
    own = shop.owner.user
    assert own.phone
    order = story.paid_order(good, at, through=shop, user=own, phone=own.phone)
    assert _kind(shop, order) == "self"
    story.ship(order, at)
    story.confirm(order, at)
    assert Pick.objects.get().bought
    other = story.paid_order(good, at, through=shop, user=story.user(3), phone="13900000001")
    assert _kind(shop, other) == "shared"


def _kind(shop: Shop, order: Order) -> str:
    return CommissionLine.objects.get(owner=shop.owner, order_number=order.number).kind


def test_my_orders_by_state_and_page(good: Good, user: User, at: datetime) -> None:
    client = browsing.member(user)
    assert "登录后下的单都在这里" in client.get("/orders/").text
    orders = [story.place(good, at, user=user).orders.get() for _n in range(21)]
    story.pay(orders[0].trade, at)
    pages = [
        client.get(f"/orders/?{query}").context["page"]
        for query in ("", "page=2", "tab=to_ship", "tab=unpaid")
    ]
    assert [len(page) for page in pages] == [20, 1, 1, 20]
    assert pages[2][0] == orders[0]
    assert client.get("/orders/").context["counts"] == {
        "unpaid": 20, "to_ship": 1, "to_receive": 0, "done": 0, "closed": 0,
    }  # fmt: skip


def test_a_holder_of_nothing_holds_nothing(good: Good, at: datetime) -> None:
    story.place(good, at)
    assert not Trade.objects.filter(Holder(None, ()).trades()).exists()
