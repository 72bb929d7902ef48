"""The quarterly file: who is in it with how much, who may have it, and the trail that it leaves (§6.7)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import RealName
from orders import services as orders
from orders.models import Order
from taoxiaopu.kernel import audit, clock
from tax import services as tax
from tax.errors import QuarterOpen
from tests.factories import payouts, story
from tests.factories.payouts import ANNA
from tests.staff.conftest import signed_in

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 1, 21)
OVER = clock.local_instant(AT.date().replace(month=4, day=1))


def test_everybodys_income_of_a_quarter() -> None:
    owner = payouts.earner(AT, 1_800_000)  # an order of 100,000 yuan, finalised in January at the earliest
    payouts.paid(owner, 1_000_000, AT)
    with pytest.raises(QuarterOpen):
        tax.report_quarter(year=2026, quarter=1, actor=ANNA, at=OVER - timedelta(seconds=1))
    assert not audit.history("tax_report", "2026-1").exists()
    rows = tax.report_quarter(year=2026, quarter=1, actor=ANNA, at=OVER)
    real = RealName.objects.get(user=owner.user)
    assert [(r.role, r.name, r.number, r.income_fen, r.tax_fen) for r in rows if r.role == "掌柜"] == [
        ("掌柜", payouts.NAME, real.id_number, 1_000_000, 9_000)
    ]
    entry = audit.history("tax_report", "2026-1").get()
    assert (entry.event, entry.actor_ref) == ("reveal", "anna")
    assert tax.report_quarter(year=2025, quarter=3, actor=ANNA, at=OVER) == []


def test_a_supplier_reports_sales_before_commission_less_refunds() -> None:
    payouts.earner(AT, 1_800)
    order = Order.objects.get()
    quarter = (clock.local(order.finalised_at).month + 2) // 3
    year = clock.local(order.finalised_at).year
    line = story.line_of(order)
    orders.refund_line(
        line=line, amount_fen=3_000, cause="case", cause_ref="c", owner_side=False, at=order.finalised_at
    )
    rows = tax.report_quarter(year=year, quarter=quarter, actor=ANNA, at=OVER)
    assert [(r.name, r.number, r.income_fen) for r in rows] == [
        (order.supplier.name, order.supplier.credit_code, 7_000)
    ]


def test_only_who_may_export_it() -> None:
    person = story.user(901, nickname="税务小二", is_staff=True)
    desk: Client = signed_in(person)
    page = reverse("admin:tax_withholding_quarter", args=[2026, 1])
    assert desk.get(page).status_code == 403
    assert not audit.history("tax_report", "2026-1").exists()
    person.user_permissions.add(Permission.objects.get(codename="export_income"))
    answer = desk.get(page)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).decode().startswith("\ufeff类别,身份类型,名称,证件号码")
    assert audit.history("tax_report", "2026-1").count() == 1
    assert desk.get(reverse("admin:tax_withholding_quarter", args=[2026, 5])).status_code == 404
