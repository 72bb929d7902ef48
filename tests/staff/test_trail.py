"""The trail in words: subjects, events, states and reasons that services wrote down for machines."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from payments.models import Charge, SandboxPayment
from reconciliation.models import Difference
from reconciliation.services import assign, reconcile
from suppliers.services import change_rate
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.staff import (
    event_words,
    reason_words,
    state_words,
    subject_link,
    subject_links,
    subject_words,
)
from tax.services import note_deduction
from tests.factories import payouts, story
from tests.factories.payouts import ANNA

pytestmark = pytest.mark.django_db
DAY = story.noon(2026, 6, 3)


def of(subject: str, event: str) -> AuditEntry:
    """The last entry of this kind."""
    return AuditEntry.objects.filter(subject_type=subject, event=event).latest("pk")


def test_reasons_for_machines_read_as_words(judge: User, second: User) -> None:
    supplier = story.supplier(DAY)
    good = story.good(supplier, DAY, rate_bp=2000)
    change_rate(good=good, rate_bp=1850, actor=story.supplier_actor(supplier), at=DAY)
    assert reason_words(of("good", "rate")) == "18.5%"

    owner = payouts.earner(DAY, n=2)
    assert reason_words(of("payout_account", "edit")) == f"银行卡 ****{payouts.ACCOUNT[-4:]}"
    assert reason_words(of("tax_profile", "edit")) == "个人"
    note_deduction(owner=owner, year=2026, amount_fen=120_000, reason="养老金凭证", actor=ANNA, at=DAY)
    assert reason_words(of("tax_profile", "deduct")) == "2026 ¥1,200.00 · 养老金凭证"

    SandboxPayment.objects.create(
        charge_number="1", provider_number="SPx", kind="pay", amount_fen=333, at=DAY
    )
    reconcile(at=DAY + timedelta(days=1))
    assert reason_words(of("difference", "found")) == "渠道账单有收款，我方没有 SPx"
    row = Difference.objects.get()
    assign(number=row.number, to=second.public_id, actor=ANNA, at=DAY + timedelta(days=1))
    entry = of("difference", "assign")
    assert reason_words(entry) == second.nickname
    assert (str(subject_words("difference")), str(event_words(entry))) == ("对账差异", "指派")
    assert (state_words(entry, "open"), state_words(entry, "assigned"), state_words(entry, "x")) == (
        "待处理", "处理中", "",
    )  # fmt: skip


def test_what_no_app_taught_is_shown_as_it_is() -> None:
    entry = AuditEntry(subject_type="moon", event="rise", reason="late", subject_ref="1")
    assert (subject_words("moon"), event_words(entry), reason_words(entry)) == ("moon", "rise", "late")
    assert "href" not in subject_link("moon", "1")


def test_references_become_links_with_one_query_for_each_kind(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    order = story.paid_order(story.good(story.supplier(DAY), DAY), DAY)
    charge = Charge.objects.get(trade_number=order.trade.number)
    things = [("order", order.number), ("order", "0000"), ("overdue", f"{order.number}/{order.number}-1"),
              ("charge", charge.number)]  # fmt: skip
    with django_assert_num_queries(3):
        links = subject_links(things)
    assert f"/admin/orders/order/{order.pk}/change/" in links["order", order.number]
    assert f"/admin/orders/order/{order.pk}/change/" in links["overdue", f"{order.number}/{order.number}-1"]
    assert "href" not in links["order", "0000"]
    assert f"/admin/payments/charge/{charge.pk}/change/" in links["charge", charge.number]


def test_the_audit_list_reads_in_words(desk: Client, judge: User) -> None:
    owner = payouts.earner(DAY)
    payouts.give_tax_info(owner, DAY)
    body = desk.get("/admin/kernel/auditentry/?q=tax_profile").content.decode()
    assert "没有符合条件的记录" in body  # the reference is searched, not the kind
    body = desk.get(f"/admin/kernel/auditentry/?q={owner.public_id}").content.decode()
    assert "税务信息" in body
    assert "tax_profile" not in body
    entry = of("tax_profile", "edit")
    page = desk.get(f"/admin/kernel/auditentry/{entry.pk}/change/").content.decode()
    assert "税务信息 · 修改" in page
