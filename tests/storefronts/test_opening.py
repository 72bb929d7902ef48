"""Joining by invitation and credit, names and numbers of shops: both sides of every gate (docs/rules.md §10.2)."""

from datetime import timedelta

import pytest

from accounts import errors as accounts
from storefronts import errors
from storefronts import services as storefronts
from storefronts.models import InvitationCode, Owner, OwnerStanding, Shop
from storefronts.services import opening
from taoxiaopu.kernel import ids
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import numbers, story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND = timedelta(seconds=1)
OWNER = Actor(ActorKind.OWNER, "o", "o")
HIDDEN = [
    "旗舰小满",
    "旗 舰",
    "旗\u200b \u200b舰",
    "小满旗\ufeff舰店",
    "旗\u00ad舰",
    "旗.舰.店",
    "旗🌸舰",
    "旗\n舰",
    "旗艦小满",
    "小满专-卖",
    "官\u2060方小满",
    "天_猫小满",
]


def invitation(uses: int = 1, code: str = "") -> InvitationCode:
    return storefronts.issue_invitation(
        max_uses=uses, expires_at=AT + timedelta(days=1), actor=story.SYSTEM_STAFF, at=AT, code=code
    )


def join(n: int, code: str, *, score: int = 701, born: str = "19900307", at: object = AT) -> Owner:
    return storefronts.join(
        user=story.user(n, score=score),
        invitation=code,
        name="王小满",
        id_number=numbers.identity(n, born),
        at=at,  # type: ignore[arg-type]
    )


def test_701_joins() -> None:
    code = invitation()
    owner = join(1, code.code, score=701)
    assert OwnerStanding.objects.get(owner=owner).tier == 1
    assert InvitationCode.objects.get().uses == 1


def test_700_does_not_and_keeps_the_invitation() -> None:
    code = invitation()
    with pytest.raises(errors.CreditGate) as refused:
        join(1, code.code, score=700)
    assert refused.value.params == {"score": 700, "gate": 700}
    assert (Owner.objects.count(), InvitationCode.objects.get().uses) == (0, 0)


def test_no_answer_about_credit_refuses_and_keeps_the_invitation() -> None:
    code = invitation()
    with pytest.raises(accounts.CreditUnavailable):
        join(1, code.code, score=0)
    assert (Owner.objects.count(), InvitationCode.objects.get().uses) == (0, 0)


def test_a_code_is_good_until_its_last_second() -> None:
    code = invitation(uses=2)
    join(1, code.code, at=code.expires_at)
    with pytest.raises(errors.InvitationInvalid):
        join(2, code.code, at=code.expires_at + SECOND)
    assert Owner.objects.count() == 1


def test_a_code_is_good_for_its_uses_and_no_more() -> None:
    code = invitation(uses=2)
    join(1, code.code)
    join(2, f" {code.code.lower()} ")
    with pytest.raises(errors.InvitationInvalid):
        join(3, code.code)
    assert (Owner.objects.count(), InvitationCode.objects.get().uses) == (2, 2)


def test_a_code_that_never_was() -> None:
    with pytest.raises(errors.InvitationInvalid):
        join(1, "NOSUCH")
    with pytest.raises(errors.InvitationInvalid):
        join(2, "")


def test_nobody_joins_twice() -> None:
    code = invitation(uses=2)
    owner = join(1, code.code)
    before = picture()
    with pytest.raises(errors.AlreadyOwner):
        storefronts.join(
            user=owner.user, invitation=code.code, name="王小满", id_number=numbers.identity(1), at=AT
        )
    assert picture() == before


@pytest.mark.parametrize(("born", "old_enough"), [("20080603", True), ("20080604", False)])
def test_eighteen_on_the_day(born: str, old_enough: bool) -> None:
    code = invitation()
    if old_enough:
        assert join(1, code.code, born=born)
        return
    with pytest.raises(accounts.UnderAge):
        join(1, code.code, born=born)
    assert InvitationCode.objects.get().uses == 0


@pytest.mark.parametrize(
    ("code", "uses", "hours"),
    [
        ("DUA", 1, 1),
        ("DUATDUATD", 1, 1),
        ("DUAI", 1, 1),
        ("DUAO", 1, 1),
        ("DUA1", 1, 1),
        ("DUA0", 1, 1),
        ("DUAT", 0, 1),
        ("DUAT", 100_001, 1),
        ("DUAT", 1, 0),
    ],
)
def test_codes_that_cannot_be_issued(code: str, uses: int, hours: int) -> None:
    before = picture()
    with pytest.raises(BadInput):
        storefronts.issue_invitation(
            max_uses=uses,
            expires_at=AT + timedelta(hours=hours),
            actor=story.SYSTEM_STAFF,
            at=AT,
            code=code,
        )
    assert picture() == before


def test_a_code_is_issued_once() -> None:
    assert invitation(code="duat").code == "DUAT"
    before = picture()
    with pytest.raises(BadInput):
        invitation(code="DUAT")
    assert picture() == before


@pytest.mark.parametrize("name", HIDDEN)
def test_a_banned_word_hidden_in_a_name(name: str) -> None:
    owner = story.owner(AT)
    before = picture()
    with pytest.raises(errors.BadShopName):
        story.shop(owner, AT, name)
    assert picture() == before


@pytest.mark.parametrize("name", ["小满淘小铺", "小满-淘 小 铺", "小满的淘\u200b小铺"])
def test_the_suffix_is_not_typed(name: str) -> None:
    owner = story.owner(AT)
    with pytest.raises(errors.BadShopName) as refused:
        story.shop(owner, AT, name)
    assert "不用填写" in refused.value.sentence
    assert Shop.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "good"), [("满", False), ("小满", True), ("满" * 20, True), ("满" * 21, False)]
)
def test_two_to_twenty_characters(name: str, good: bool) -> None:
    owner = story.owner(AT)
    if good:
        assert story.shop(owner, AT, name).name == name
        return
    with pytest.raises(errors.BadShopName):
        story.shop(owner, AT, name)


@pytest.mark.parametrize(
    "name", ["山茶花小屋", " 山茶花 小屋 ", "山茶花·小屋!", "山\u200b茶花小屋", "山茶花小屋🌸"]
)
def test_a_name_is_taken_however_it_is_dressed(name: str) -> None:
    story.shop(story.owner(AT, 1), AT, "山茶花小屋")
    other = story.owner(AT, 2)
    before = picture()
    with pytest.raises(errors.ShopNameTaken):
        story.shop(other, AT, name)
    assert picture() == before


def test_a_doubtful_name_waits_for_a_person() -> None:
    shop = story.shop(story.owner(AT), AT, "旗见小店")
    assert shop.status == "name_review"
    with pytest.raises(MoveRefused):
        storefronts.approve_shop_name(number=shop.number, actor=OWNER, at=AT)
    assert storefronts.approve_shop_name(number=shop.number, actor=story.SYSTEM_STAFF, at=AT).status == "open"
    with pytest.raises(MoveRefused):
        storefronts.approve_shop_name(number=shop.number, actor=story.SYSTEM_STAFF, at=AT)


def test_a_name_changes_once_in_24_hours() -> None:
    shop = story.shop(story.owner(AT), AT)
    storefronts.rename_shop(shop=shop, name="山茶花小屋", actor=OWNER, at=AT)
    day = AT + timedelta(hours=24)
    before = picture()
    with pytest.raises(errors.RenamedToday):
        storefronts.rename_shop(shop=shop, name="山茶花大屋", actor=OWNER, at=day - SECOND)
    assert picture() == before
    assert storefronts.rename_shop(shop=shop, name="山茶花大屋", actor=OWNER, at=day).name == "山茶花大屋"


def test_a_rename_is_checked_as_a_name_is() -> None:
    story.shop(story.owner(AT, 1), AT, "山茶花小屋")
    shop = story.shop(story.owner(AT, 2), AT, "小满")
    before = picture()
    with pytest.raises(errors.ShopNameTaken):
        storefronts.rename_shop(shop=shop, name="山茶花 小屋", actor=OWNER, at=AT)
    with pytest.raises(errors.BadShopName):
        storefronts.rename_shop(shop=shop, name="旗 舰 小满", actor=OWNER, at=AT)
    assert picture() == before
    renamed = storefronts.rename_shop(shop=shop, name="旗见小店", actor=OWNER, at=AT)
    assert renamed.status == "name_review"


def test_one_shop_for_a_rookie() -> None:
    owner = story.owner(AT)
    story.shop(owner, AT, "小满一店")
    before = picture()
    with pytest.raises(errors.ShopLimit):
        story.shop(owner, AT, "小满二店")
    assert picture() == before
    OwnerStanding.objects.filter(owner=owner).update(tier=3)
    later = AT + timedelta(days=90)
    with pytest.raises(errors.ExtraShopRefused):
        story.shop(owner, later - SECOND, "小满二店")
    assert story.shop(owner, later, "小满二店").status == "open"
    with pytest.raises(errors.ShopLimit):
        story.shop(owner, later, "小满三店")


def test_numbers_are_six_random_digits_and_never_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["123456", "123456", "999999"])
    monkeypatch.setattr(opening.ids, "shop_number", lambda digits: next(drawn))
    first = story.shop(story.owner(AT, 1), AT, "小满一店")
    storefronts.close_shop(number=first.number, actor=story.SYSTEM_STAFF, at=AT, reason="停业")
    second = story.shop(story.owner(AT, 2), AT, "小满二店")
    assert (first.number, second.number) == ("123456", "999999")
    monkeypatch.undo()
    assert all(100_000 <= int(ids.shop_number(6)) <= 999_999 for _n in range(200))


@pytest.mark.parametrize(("length", "good"), [(200, True), (201, False)])
def test_a_description_has_200_characters(length: int, good: bool) -> None:
    shop = story.shop(story.owner(AT), AT)
    if good:
        storefronts.describe_shop(shop=shop, description="好" * length)
        return
    with pytest.raises(BadInput):
        storefronts.describe_shop(shop=shop, description="好" * length)
