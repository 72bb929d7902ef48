"""Who looks at a withdrawal, how many of them, and what keeps them from letting it go (docs/rules.md §6.3)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from commissions import errors
from commissions import services as commissions
from commissions.models import Withdrawal
from commissions.selectors.withdrawals import held_back_by, is_late, promised_by
from storefronts.models import Owner, OwnerStanding
from taoxiaopu.kernel.actors import Actor, ActorKind
from tax.models import TaxProfile
from tests.commissions.test_withdrawals import AT, DAY, RICH, owe, refused, wallet
from tests.factories import story
from tests.factories.payouts import ANNA, BELA, approved, arrive, ask, earner

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("fen", "becomes"), [(200_000, "processing"), (200_001, "reviewing")])
def test_the_first_and_large_ones_are_reviewed(fen: int, becomes: str) -> None:
    owner = earner(AT, RICH)
    assert ask(owner, 1_000, AT).status == "reviewing"
    commissions.approve_withdrawal(number=Withdrawal.objects.get().number, actor=ANNA, at=AT)
    assert arrive(AT) == ["applied"]
    assert ask(owner, fen, AT + DAY).status == becomes


def test_after_a_failed_one_the_next_is_still_the_first() -> None:
    owner = earner(AT, 18_000, account="6222021234560000")
    approved(owner, 1_000, AT)
    arrive(AT)
    assert ask(owner, 1_000, AT + DAY).status == "reviewing"


@pytest.mark.parametrize(("fen", "people"), [(500_000, 1), (500_001, 2)])
def test_above_5000_yuan_it_takes_two_people(fen: int, people: int) -> None:
    row = ask(earner(AT, RICH), fen, AT)
    row = commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT)
    if people == 1:
        assert row.status == "processing"
        return
    assert (row.status, row.endorsed_by) == ("reviewing", "anna")
    refused(errors.SamePerson, lambda: commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT))
    assert commissions.approve_withdrawal(number=row.number, actor=BELA, at=AT).status == "processing"


def test_nobody_lets_their_own_money_go() -> None:
    owner = earner(AT)
    row = ask(owner, 1_800, AT)
    herself = Actor(ActorKind.STAFF, owner.user.public_id, owner.user.public_id)
    refused(errors.OwnMoney, lambda: commissions.approve_withdrawal(number=row.number, actor=herself, at=AT))
    assert commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT).status == "processing"


def certified_otherwise(owner: Owner) -> None:
    """The account's name is not hers any more."""
    owner.user.real_name.name = "王大满"
    owner.user.real_name.save()


BARRED: list[tuple[Callable[[Owner], object], str]] = [
    (lambda owner: OwnerStanding.objects.filter(owner=owner).update(suspended=True), "掌柜身份已暂停"),
    (lambda owner: owe(owner, 1), "有 ¥0.01 欠款待抵扣"),
    (lambda owner: TaxProfile.objects.update(valid_until=AT.date() - DAY), "身份证件已到期"),
    (certified_otherwise, "收款账户户名与实名不一致"),
]


@pytest.mark.parametrize(("bar", "why"), BARRED, ids=["suspended", "debt", "expired", "name"])
def test_what_no_longer_holds_when_staff_look(bar: Callable[[Owner], object], why: str) -> None:
    """It is not let go, but can be rejected: then the money is hers again."""
    owner = earner(AT)
    row = ask(owner, 1_000, AT)
    assert held_back_by(row, AT) == ""
    bar(owner)
    refusal = refused(
        errors.HeldBack, lambda: commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT)
    )
    assert why in refusal.sentence
    row = commissions.reject_withdrawal(number=row.number, actor=ANNA, at=AT, reason="请核对")
    assert (row.status, wallet(owner)["clearing"]) == ("rejected", 0)


def test_three_working_days_were_promised() -> None:
    """Asked on a Monday, late from Friday on, and never once it has ended."""
    row = ask(earner(AT), 1_000, AT)
    assert promised_by(row) == date(2026, 7, 23)
    friday = story.noon(2026, 7, 24).replace(hour=0)
    assert (is_late(row, friday - timedelta(seconds=1)), is_late(row, friday)) == (False, True)
    row = commissions.reject_withdrawal(number=row.number, actor=ANNA, at=friday, reason="账户存疑")
    assert not is_late(row, friday + DAY)
