"""Staff's pages of tax: quarters to report, the tables in force, alarms."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from taoxiaopu.kernel import clock
from tax import services as tax
from tax.models import VatAlarm
from tax.selectors import Quarter, quarters_to_report
from tests.factories import payouts, story
from tests.factories.payouts import ANNA
from tests.staff.conftest import signed_in
from tests.staff.world import staff_user

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 1, 21)
PAGE = reverse("admin:tax_withholding_quarters")


@pytest.fixture
def person() -> User:
    """Somebody of the staff, who may not export anything."""
    return staff_user(901, "税务小二")


def test_quarters_begin_with_the_first_entry_and_end_with_the_present_one() -> None:
    assert quarters_to_report(date(2026, 7, 1)) == []
    payouts.earner(AT)
    last, second, first = (
        Quarter(2026, 3, date(2026, 9, 30)),
        Quarter(2026, 2, date(2026, 6, 30)),
        Quarter(2026, 1, date(2026, 3, 31)),
    )
    assert quarters_to_report(date(2026, 7, 1))[:3] == [last, second, first]
    assert quarters_to_report(date(2026, 6, 30))[0] == second
    assert (first.due, first.is_over(date(2026, 3, 31)), first.is_over(date(2026, 4, 1))) == (
        date(2026, 4, 30), False, True,
    )  # fmt: skip
    assert Quarter(2026, 4, date(2026, 12, 31)).due == date(2027, 1, 31)


def test_who_fetched_a_quarters_file_is_written_beside_it(person: User) -> None:
    desk: Client = signed_in(person)
    assert desk.get(PAGE).status_code == 403
    assert PAGE not in desk.get("/admin/tax/withholding/").content.decode()
    person.user_permissions.add(Permission.objects.get(codename="export_income"))
    assert "还没有收入可以报送" in desk.get(PAGE).content.decode()
    payouts.paid(payouts.earner(AT), 1_000, AT)
    assert PAGE in desk.get("/admin/tax/withholding/").content.decode()
    body = desk.get(PAGE).content.decode()
    assert "2026 年第 1 季度" in body
    assert "2026年4月30日" in body
    assert "已下载" not in body
    over = clock.local_instant(date(2026, 4, 1))
    tax.report_quarter(year=2026, quarter=1, actor=ANNA, at=over + timedelta(days=3))
    body = desk.get(PAGE).content.decode()
    assert "已下载" in body
    assert "2026年4月4日" in body


def test_the_tables_say_which_is_in_force_and_what_they_take_off(person: User) -> None:
    body = signed_in(person).get(reverse("admin:tax_withholding_tables")).content.decode()
    assert "累计预扣法（2025年10月1日 起）" in body
    assert "现行，按规则用于扣缴 · 当年收入减除 20%，每月再减 ¥5,000.00" in body
    assert "现行 · 每月收入不超过 ¥4,000.00 减除 ¥800.00，超过的减除 20%" in body
    for cell in ("¥36,000.00 – ¥144,000.00", "超过 ¥960,000.00", "¥181,920.00", "45%"):
        assert cell in body, cell


def test_alarms_of_vat_are_listed(person: User) -> None:
    desk = signed_in(person)
    listing = reverse("admin:tax_vatalarm_changelist")
    assert "还没有增值税提醒" in desk.get(listing).content.decode()
    owner = story.owner(AT)
    VatAlarm.objects.create(
        owner=owner, month=date(2026, 1, 1), percent=80, income_fen=8_100_000, raised_at=AT
    )
    body = desk.get(listing).content.decode()
    assert "80%" in body
    assert "¥81,000.00" in body
    assert "自然人月收入不超过 ¥100,000.00" in body
