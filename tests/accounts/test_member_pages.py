"""A member's own pages: addresses, inbox and its settings in all three frames, and the page "mine"."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Address, InboxLetter, Letterbox, User
from accounts.selectors import unread_count
from accounts.services import Entry, notify, notify_each
from orders import letters
from tests.factories import browsing, desk, story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
HOME = {"receiver": "李青禾", "phone": "13911112222", "region": "浙江省杭州市", "street": "文三路 1 号"}


@pytest.fixture
def user() -> User:
    return story.user(1)


@pytest.fixture
def client(user: User) -> Client:
    return browsing.member(user)


def test_the_address_book_from_empty_to_gone(client: Client, user: User) -> None:
    assert "还没有收货地址" in client.get("/me/addresses/").text
    assert client.post("/me/addresses/new/", HOME).status_code == 302
    assert client.post("/me/addresses/new/", HOME | {"street": "文三路 2 号"}).status_code == 302
    first, second = Address.objects.order_by("pk")
    page = client.get("/me/addresses/").text
    assert page.index("文三路 1 号") < page.index("文三路 2 号")
    assert "已保存 2 个，最多 20 个" in page
    assert 'value="李青禾"' in client.get(f"/me/addresses/{first.public_id}/").text
    client.post(f"/me/addresses/{second.public_id}/", HOME | {"street": "文三路 3 号"})
    client.post(f"/me/addresses/{second.public_id}/default/")
    second.refresh_from_db()
    assert (second.street, second.is_default) == ("文三路 3 号", True)
    for row in (first, second):
        client.post(f"/me/addresses/{row.public_id}/removal/")
    assert Address.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"receiver": ""}, "请填写收件人"),
        ({"phone": "1"}, "请填写 11 位中国大陆手机号"),
        ({"street": "1"}, "详细地址须为 2 到 120 个字"),
    ],
)
def test_a_wrong_address_is_kept_in_the_form(client: Client, changes: dict[str, str], sentence: str) -> None:
    answer = client.post("/me/addresses/new/", HOME | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "浙江省杭州市" in answer.text
    assert Address.objects.count() == 0


def test_a_full_book_says_so(client: Client, user: User) -> None:
    Address.objects.bulk_create([Address(user=user, created_at=AT, **HOME) for _n in range(20)])
    page = client.get("/me/addresses/").text
    assert "地址簿已满" in page
    assert "/me/addresses/new/" not in page
    assert "最多保存 20 个收货地址" in client.post("/me/addresses/new/", HOME).text


@pytest.mark.parametrize(
    "path", ["/me/addresses/", "/me/addresses/new/", "/me/inbox/", "/me/inbox/settings/"]
)
def test_guests_are_asked_to_sign_in(path: str) -> None:
    answer = browsing.client().get(path)
    assert (answer.status_code, f"next={path}" in answer["Location"]) == (302, True)


def tell(user: User, *refs: str) -> None:
    facts = {"title": "面霜", "amount_fen": 100}
    entries = [Entry(user.pk, ref, facts, ["1" * 16]) for ref in refs]
    notify_each(kind=letters.PAID, entries=entries, at=AT)


def test_the_inbox_lists_opens_and_clears(client: Client, user: User) -> None:
    assert "还没有消息" in client.get("/me/inbox/").text
    tell(user, "A", "B")
    notify(
        kind=letters.CLOSED_UNPAID,
        recipients=[user.pk],
        ref="C",
        at=AT,
        facts={"title": "面霜"},
        link=["2" * 16],
    )
    page = client.get("/me/inbox/").text
    assert "“面霜”实付 ¥1.00，等待商家发货" in page
    assert page.count("letter-dot") == 3
    letter = InboxLetter.objects.get(ref="C")
    answer = client.get(f"/me/inbox/letters/{letter.public_id}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/trades/{'2' * 16}/")
    assert client.get("/me/inbox/?unread=1").text.count("letter-dot") == 2
    assert "这里没有消息" in client.get("/me/inbox/?topic=aftersales").text
    assert client.get("/me/inbox/?topic=nonsense&page=x").status_code == 200
    answer = client.post("/me/inbox/read/", follow=True)
    assert "2 条消息已标为已读" in answer.text
    assert unread_count(user.pk, "shopper") == 0


def test_twenty_letters_a_page(client: Client, user: User) -> None:
    tell(user, *map(str, range(21)))
    assert [len(client.get(f"/me/inbox/?page={n}").context["page"]) for n in (1, 2)] == [20, 1]


def test_settings_keep_what_was_chosen(client: Client, user: User) -> None:
    assert "账号没有邮箱" in client.get("/me/inbox/settings/").text
    form = {"kinds": ["order_paid", "order_shipped"], "quiet_from": "22", "quiet_until": "8"}
    assert client.post("/me/inbox/settings/", form).status_code == 302
    box = Letterbox.objects.get(user=user)
    assert (box.mail_kinds, box.quiet_from, box.quiet_until) == (["order_paid", "order_shipped"], 22, 8)
    assert 'value="order_paid"' in client.get("/me/inbox/settings/").text
    before = picture()
    for wrong in ({"kinds": ["order_new"]}, {"quiet_from": "22"}, {"quiet_from": "24", "quiet_until": "1"}):
        assert client.post("/me/inbox/settings/", wrong).status_code == 422
    assert picture() == before


def test_each_desk_has_its_own_inbox_and_number() -> None:
    supplier_client, supplier = desk.member(AT)
    good = story.good(supplier, AT)
    shop = story.picked_shop(AT, good)
    story.paid_order(good, AT, through=shop)
    owner_client = browsing.member(shop.owner.user)
    for client, root, sentence in (
        (supplier_client, "/supplier/", "新订单待发货"),
        (owner_client, "/owner/", "小铺有新订单"),
    ):
        page = client.get(f"{root}inbox/")
        assert sentence in page.text
        assert page.context["unread"].shopper == 0
        assert client.get(f"{root}inbox/settings/").status_code == 200
        client.post(f"{root}inbox/read/")
        assert (
            "tally-hot"
            not in client.get(f"{root}inbox/").text.partition("<main")[0].partition("消息")[2][:120]
        )
    assert "付款成功" not in owner_client.get("/owner/inbox/").text
    for path in ("/owner/inbox/", "/supplier/inbox/"):
        assert browsing.client().get(path).status_code == 302
    assert browsing.member(story.user(5)).get("/supplier/inbox/")["Location"] == "/supplier/apply/"
    assert browsing.member(story.user(6)).get("/owner/inbox/")["Location"] == "/owner/join/"


def test_mine_for_a_member_and_for_a_guest(client: Client, user: User) -> None:
    good = story.good(story.supplier(AT), AT)
    story.place(good, AT, user=user)
    story.ship(story.paid_order(good, AT, user=user), AT)
    client.post("/me/addresses/new/", HOME)
    page = client.get("/me/")
    assert page.context["counts"] == {"unpaid": 1, "to_ship": 0, "to_receive": 1, "done": 0, "closed": 0}
    assert page.context["address_count"] == 1
    assert page.context["unread"].shopper == 2
    for path in ("/orders/?tab=unpaid", "/me/inbox/", "/me/addresses/", "/owner/join/", "/supplier/apply/"):
        assert path in page.text
    guest = browsing.client().get("/me/")
    assert "登录后，换设备也能看到订单" in guest.text
    assert "/me/inbox/" not in guest.text
    assert "/orders/lookup/" in guest.text


def test_public_pages_never_count_letters(
    user: User, django_assert_num_queries: Callable[..., object]
) -> None:
    good = story.good(story.supplier(AT), AT)
    with django_assert_num_queries(2):
        answer = browsing.client().get(f"/g/{good.public_id}/")
    assert dict(answer.cookies) == {}
