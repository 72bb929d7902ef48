"""The address book: what is kept and how, both sides of its limit, one default, and nothing for strangers."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import errors, services
from accounts.access import address_for
from accounts.models import Address, User
from accounts.selectors import addresses_of
from accounts.services import AddressDraft
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.personal import BadPhone
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
HOME = AddressDraft("李青禾", "139 1111 2222", "浙江省杭州市西湖区", "文三路 1 号")


@pytest.fixture
def user() -> User:
    return story.user(1)


def book(user: User) -> list[tuple[str, bool]]:
    return [(row.street, row.is_default) for row in addresses_of(user)]


def add(user: User, street: str, **more: bool) -> Address:
    draft = AddressDraft(HOME.receiver, HOME.phone, HOME.region, street)
    return services.add_address(user=user, draft=draft, at=AT, **more)


def test_an_address_is_kept_clean_and_encrypted(user: User) -> None:
    typed = AddressDraft("  李  青禾 ", "+86 139-1111-2222", " 浙江省 杭州市 ", " 文三路  1 号 ")
    row = services.add_address(user=user, draft=typed, at=AT)
    row.refresh_from_db()
    assert (row.receiver, row.phone, row.region, row.street) == (
        "李 青禾", "13911112222", "浙江省 杭州市", "文三路 1 号",
    )  # fmt: skip
    assert (row.is_default, row.created_at, row.masked_phone) == (True, AT, "139****2222")
    with connection.cursor() as cursor:
        cursor.execute("SELECT receiver || phone || region || street FROM accounts_address")
        stored = cursor.fetchone()[0]
    assert all(word not in stored for word in ("李", "13911112222", "浙江", "文三路"))


def test_the_first_is_the_default_and_another_may_become_it(user: User) -> None:
    first = add(user, "一号路 1 号")
    add(user, "二号路 2 号")
    assert book(user) == [("一号路 1 号", True), ("二号路 2 号", False)]
    add(user, "三号路 3 号", is_default=True)
    assert book(user) == [("三号路 3 号", True), ("二号路 2 号", False), ("一号路 1 号", False)]
    services.prefer_address(user=user, public_id=first.public_id)
    assert book(user) == [("一号路 1 号", True), ("三号路 3 号", False), ("二号路 2 号", False)]


def test_changing_keeps_the_default_and_can_make_one(user: User) -> None:
    first, second = add(user, "一号路 1 号"), add(user, "二号路 2 号")
    services.change_address(user=user, public_id=first.public_id, draft=HOME)
    assert book(user) == [("文三路 1 号", True), ("二号路 2 号", False)]
    services.change_address(user=user, public_id=second.public_id, draft=HOME, is_default=True)
    assert [row.is_default for row in Address.objects.order_by("pk")] == [False, True]


def test_removing_the_default_leaves_it_to_the_newest(user: User) -> None:
    rows = [add(user, f"{n} 号路 {n} 号") for n in range(3)]
    services.remove_address(user=user, public_id=rows[1].public_id)
    assert book(user) == [("0 号路 0 号", True), ("2 号路 2 号", False)]
    services.remove_address(user=user, public_id=rows[0].public_id)
    assert book(user) == [("2 号路 2 号", True)]
    services.remove_address(user=user, public_id=rows[2].public_id)
    assert book(user) == []


def test_the_twentieth_is_kept_and_the_next_refused(user: User) -> None:
    for n in range(20):
        add(user, f"{n} 号路 {n} 号")
    before = picture()
    with pytest.raises(errors.AddressBookFull) as refused:
        add(user, "二十一号路 21 号")
    assert refused.value.sentence == "最多保存 20 个收货地址，请先删除不用的"
    assert picture() == before
    assert len(book(user)) == 20
    add(story.user(2), "别人的 1 号")  # another member's book is another book


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"receiver": "李"}, errors.AddressIncomplete),
        ({"receiver": "李" * 31}, errors.AddressIncomplete),
        ({"region": "浙"}, errors.AddressIncomplete),
        ({"region": "浙" * 61}, errors.AddressIncomplete),
        ({"street": "1"}, errors.AddressIncomplete),
        ({"street": "路" * 121}, errors.AddressIncomplete),
        ({"region": "浙江", "street": "一号"}, errors.AddressIncomplete),
        ({"phone": "1391111222"}, BadPhone),
    ],
)
def test_incomplete_addresses_are_refused(
    user: User, changes: dict[str, str], error: type[Exception]
) -> None:
    kept = add(user, "一号路 1 号")
    before = picture()
    fields = {"receiver": HOME.receiver, "phone": HOME.phone, "region": HOME.region, "street": HOME.street}
    draft = AddressDraft(**(fields | changes))
    with pytest.raises(error):
        services.add_address(user=user, draft=draft, at=AT)
    with pytest.raises(error):
        services.change_address(user=user, public_id=kept.public_id, draft=draft)
    assert picture() == before


def test_the_shortest_and_longest_that_pass(user: User) -> None:
    for draft in (
        AddressDraft("李青", HOME.phone, "浙江", "一号楼"),
        AddressDraft("李" * 30, HOME.phone, "浙" * 60, "路" * 120),
    ):
        services.add_address(user=user, draft=draft, at=AT)
    assert Address.objects.count() == 2


def test_strangers_find_nothing_and_change_nothing(user: User) -> None:
    row, stranger = add(user, "一号路 1 号"), story.user(2)
    before = picture()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: address_for(stranger, row.public_id),
        lambda: services.change_address(user=stranger, public_id=row.public_id, draft=HOME),
        lambda: services.prefer_address(user=stranger, public_id=row.public_id),
        lambda: services.remove_address(user=stranger, public_id=row.public_id),
    )
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert picture() == before
    assert address_for(user, row.public_id) == row


def test_the_database_itself_holds_one_default_a_user(user: User) -> None:
    add(user, "一号路 1 号")
    other = add(user, "二号路 2 号")
    with pytest.raises(IntegrityError, match="one_default_address"), transaction.atomic():
        Address.objects.filter(pk=other.pk).update(is_default=True)
