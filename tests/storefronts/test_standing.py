"""What staff and a debt do to an owner: suspension, and picks that pause after 90 days (docs/rules.md §6.3, §6.6)."""

from datetime import timedelta

import pytest

from accounts.models import InboxLetter
from storefronts import services as storefronts
from storefronts.errors import NotSuspended, PickingPaused
from storefronts.models import OwnerStanding, Pick, Shop
from storefronts.services import tell_of_old_debts, write_debt
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.errors import BadInput, NotFound
from tests.factories import story

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
DAYS_90 = timedelta(days=90)
SECOND = timedelta(seconds=1)
ANNA = story.SYSTEM_STAFF


@pytest.fixture
def shop() -> Shop:
    return story.shop(story.owner(AT), AT)


def standing(shop: Shop) -> OwnerStanding:
    return OwnerStanding.objects.get(owner=shop.owner)


def letters(shop: Shop) -> list[tuple[str, str]]:
    found = InboxLetter.objects.filter(user=shop.owner.user).order_by("pk")
    return [(row.kind, row.body) for row in found]


def test_suspended_and_resumed(shop: Shop) -> None:
    number = shop.owner.public_id
    storefronts.suspend_owner(public_id=number, reason=" 涉嫌刷单 ", actor=ANNA, at=AT)
    assert standing(shop).suspended
    for refused, reason in ((NotSuspended, "再停一次"), (BadInput, " 停 ")):
        with pytest.raises(refused):
            storefronts.suspend_owner(public_id=number, reason=reason, actor=ANNA, at=AT)
    storefronts.resume_owner(public_id=number, reason="核实无误", actor=ANNA, at=AT + SECOND)
    assert not standing(shop).suspended
    with pytest.raises(NotSuspended):
        storefronts.resume_owner(public_id=number, reason="再恢复一次", actor=ANNA, at=AT)
    with pytest.raises(NotFound):
        storefronts.suspend_owner(public_id="nobody", reason="涉嫌刷单", actor=ANNA, at=AT)
    trail = audit.history("owner", number).values_list("actor_ref", "event", "reason")
    assert list(trail) == [(ANNA.ref, "suspend", "涉嫌刷单"), (ANNA.ref, "resume", "核实无误")]
    assert letters(shop) == [
        ("owner_suspended", "暂停期间不能提现，也不参与等级评定：涉嫌刷单"),
        ("owner_resumed", "提现与等级评定已恢复：核实无误"),
    ]


def test_a_debt_keeps_the_day_on_which_it_began(shop: Shop) -> None:
    write_debt(owner=shop.owner, debt_fen=650, at=AT)
    write_debt(owner=shop.owner, debt_fen=900, at=AT + DAYS_90)
    assert (standing(shop).debt_fen, standing(shop).debt_since) == (900, AT)
    write_debt(owner=shop.owner, debt_fen=0, at=AT + DAYS_90)
    assert (standing(shop).debt_fen, standing(shop).debt_since) == (0, None)
    write_debt(owner=shop.owner, debt_fen=1, at=AT + DAYS_90)
    assert standing(shop).debt_since == AT + DAYS_90


def test_picking_pauses_when_a_debt_is_older_than_90_days(shop: Shop) -> None:
    cream, lotion = (
        story.good(story.supplier(AT, n), AT, title=title) for n, title in ((1, "面霜"), (2, "乳液"))
    )
    write_debt(owner=shop.owner, debt_fen=65_000, at=AT)
    storefronts.pick(shop=shop, goods=[cream], at=AT + DAYS_90)
    with pytest.raises(PickingPaused) as refused:
        storefronts.pick(shop=shop, goods=[lotion], at=AT + DAYS_90 + SECOND)
    assert refused.value.sentence == "欠款 ¥650.00 已超过 90 天未还清，暂不能添加选品；之后的佣金会先用于抵还"
    assert [pick.good for pick in Pick.objects.filter(shop=shop)] == [cream]
    write_debt(owner=shop.owner, debt_fen=0, at=AT + DAYS_90)
    storefronts.pick(shop=shop, goods=[lotion], at=AT + DAYS_90 + SECOND)
    assert Pick.objects.filter(shop=shop).count() == 2


def test_an_old_debt_is_told_once(shop: Shop) -> None:
    write_debt(owner=shop.owner, debt_fen=65_000, at=AT)
    assert tell_of_old_debts(at=AT + DAYS_90) == 0
    assert tell_of_old_debts(at=AT + DAYS_90 + SECOND) == 1
    assert tell_of_old_debts(at=AT + 2 * DAYS_90) == 0
    assert letters(shop) == [
        ("picking_paused", "¥650.00 已超过 90 天未还清，暂不能添加选品；之后的佣金会先用于抵还")
    ]
    write_debt(owner=shop.owner, debt_fen=0, at=AT + 2 * DAYS_90)
    write_debt(owner=shop.owner, debt_fen=1, at=AT + 2 * DAYS_90)
    assert tell_of_old_debts(at=AT + 4 * DAYS_90) == 1
