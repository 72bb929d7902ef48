"""Staff's pages of tier runs: trying other numbers, giving a level by hand."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from commissions.forms import LEVELS, NUMBERS
from commissions.models import TierOverride, TierRun
from commissions.services import recalculate_tiers
from storefronts.models import Owner, OwnerStanding
from taoxiaopu.kernel.settings import Rules
from tests.commissions.test_tier_runs import cast
from tests.factories.tiers import JUNE, RUN
from tests.factories.world import picture

GIVE = reverse("admin:commissions_tieroverride_give")


def typed(**changed: object) -> dict[str, object]:
    """The form as it is filled in, with some numbers changed."""
    rules = Rules()
    values = {
        f"{name}_{level.value}": value // unit if unit else value / 100
        for name, _label, unit in NUMBERS
        for level, value in zip(LEVELS, getattr(rules, name)[-3:], strict=True)
    }
    return values | changed


@pytest.mark.django_db
def test_a_rule_change_is_tried_on_a_judged_month(desk: Client) -> None:
    cast()
    recalculate_tiers(JUNE, at=RUN)
    page = reverse("admin:commissions_tierrun_preview", args=[TierRun.objects.get().pk])
    before = picture()
    assert "试算结果" not in desk.get(page).content.decode()
    same = desk.get(page, typed()).content.decode()
    assert "没有掌柜的等级会变" in same
    stricter = desk.get(page, typed(TIER_ORDERS_3=201)).content.decode()
    assert "等级会更低" in stricter
    assert "没有掌柜的等级会变" not in stricter
    wrong = desk.get(page, typed(TIER_ORDERS_2=-1))
    assert (wrong.status_code, "试算结果" in wrong.content.decode()) == (400, False)
    assert desk.post(page).status_code == 405
    after = picture()
    assert {name for name in after if after[name] != before[name]} <= {"usersessions_usersession"}


@pytest.mark.django_db
def test_a_level_is_given_with_a_reason(judge: User, desk: Client) -> None:
    cast()
    owner = Owner.objects.order_by("pk")[0]
    answers = {"owner": owner.public_id, "level": "4", "reason": "系统故障误判"}
    refused = desk.post(GIVE, answers | {"reason": ""})
    assert (refused.status_code, TierOverride.objects.count()) == (400, 0)
    assert desk.post(GIVE, answers | {"owner": "nobody"}).status_code == 400
    assert desk.post(GIVE, answers).status_code == 302
    given = TierOverride.objects.get()
    assert (given.owner, given.level, given.given_by) == (owner, 4, judge.public_id)
    assert OwnerStanding.objects.get(owner=owner).tier == 4
    listing = desk.get(reverse("admin:commissions_tieroverride_changelist")).content.decode()
    page = desk.get(reverse("admin:commissions_tieroverride_change", args=[given.pk])).content.decode()
    assert all("系统故障误判" in html and "生效中" in html for html in (listing, page))


@pytest.mark.django_db
def test_a_runs_page_tells_what_it_did(desk: Client) -> None:
    cast()
    recalculate_tiers(JUNE, at=RUN)
    html = desk.get(
        reverse("admin:commissions_tierrun_change", args=[TierRun.objects.get().pk])
    ).content.decode()
    assert "已评定 6，升级" in html
    assert "已完成" in html
    assert "≥ 120" in html
    assert "2026" in desk.get(reverse("admin:commissions_tierrun_changelist")).content.decode()
