"""Staff's pages: differences, manual journals, the trial balance of a day, statements, holds, closing."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from ledger.models import Account, AccountKind, Journal, MonthClosing
from payments.models import SandboxPayment
from reconciliation.models import Difference, ManualJournal
from reconciliation.services import reconcile
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.staff.conftest import signed_in
from tests.staff.world import in_review, staff_user

pytestmark = pytest.mark.django_db
DAY = story.noon(2026, 6, 3)


@pytest.fixture
def desk() -> Client:
    """A browser of the staff."""
    return signed_in(staff_user(901, "青禾"))


def test_a_difference_is_taken_up_and_explained_in_the_admin(desk: Client) -> None:
    SandboxPayment.objects.create(
        charge_number="1", provider_number="SPstranger", kind="pay", amount_fen=333, at=DAY
    )
    reconcile(at=DAY + timedelta(days=1))
    row = Difference.objects.get()
    page = f"/admin/reconciliation/difference/{row.pk}/change/"
    listing = desk.get("/admin/reconciliation/difference/?status__exact=open&older=1").content.decode()
    assert "SPstranger" in listing
    body = desk.get(page).content.decode()
    assert "由我处理" in body
    assert desk.post(page.replace("change", "act/claim")).status_code == 302
    assert desk.post(page.replace("change", "act/explain"), {"reason": ""}).status_code == 400
    assert desk.post(page.replace("change", "act/explain"), {"reason": "渠道测试"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.note) == ("explained", "渠道测试")
    assert "SPstranger" in desk.get("/admin/reconciliation/run/2026-06-03/change/").content.decode()
    assert "对账差异" in desk.get("/admin/").content.decode()


def test_a_manual_journal_is_proposed_by_one_and_booked_by_another(desk: Client) -> None:
    story.supplier(DAY)
    form = desk.get("/admin/reconciliation/manualjournal/propose/").content.decode()
    found = re.search(r'name="token" value="([0-9]{16})"', form)
    assert found
    token = found[1]
    answers = {
        "token": token,
        "reason": "渠道多收一笔",
        "line0-debit": "channel_clearing",
        "line0-credit": "platform_fee",
        "line0-amount_fen": "6000.00",
    }
    address = "/admin/reconciliation/manualjournal/propose/"
    half = desk.post(address, answers | {"line1-debit": "tax_payable"})
    assert half.status_code == 400
    assert ManualJournal.objects.count() == 0
    for _press in range(2):
        assert desk.post(address, answers).status_code == 302
    row = ManualJournal.objects.get()
    assert (row.number, row.amount_fen, row.movements.count()) == (token, 600_000, 1)
    act = f"/admin/reconciliation/manualjournal/{row.pk}/act/approve/"
    refused = desk.post(act)
    assert "须由提出人以外的同事复核" in refused.content.decode()
    assert not Journal.objects.filter(kind="manual").exists()
    assert signed_in(staff_user(902, "云舟")).post(act).status_code == 302
    assert Journal.objects.filter(kind="manual").count() == 1


def test_the_trial_balance_of_a_day_and_an_accounts_statement(desk: Client) -> None:
    supplier = story.supplier(DAY)
    order = story.finalised_order(story.good(supplier, DAY), DAY)
    day = clock.local(order.finalised_at).date()
    before = desk.get(f"/admin/ledger/account/trial/?day={day - timedelta(days=1)}").content.decode()
    after = desk.get(f"/admin/ledger/account/trial/?day={day}").content.decode()
    assert before.count("¥100.00") < after.count("¥100.00")
    assert "借贷相等" in before
    assert desk.get("/admin/ledger/account/trial/?day=2026-99-99").status_code == 200
    account = Account.objects.get(kind=AccountKind.SUPPLIER_PAYABLE, party=supplier.public_id)
    base = f"/admin/ledger/account/{account.pk}/statement"
    body = desk.get(f"{base}/?since={day}&until={day}").content.decode()
    assert "期初余额" in body
    lines = b"".join(desk.get(f"{base}.csv?since={day}&until={day}").streaming_content).decode().split("\r\n")
    assert lines[1] == f"{day},,期初余额,,,,,0.00"
    assert lines[2].endswith(f",{order.number},100.00,,100.00")
    later = desk.get(f"{base}.csv?since={day + timedelta(days=1)}&until={day + timedelta(days=1)}")
    assert b"".join(later.streaming_content).decode().split("\r\n")[1].endswith(",100.00")


def test_what_is_on_hold_says_why_and_since_when(desk: Client) -> None:
    supplier = story.supplier(DAY)
    good = story.good(supplier, DAY)
    order = story.paid_order(good, DAY, through=story.picked_shop(DAY, good))
    assert "没有暂停中的订单" in desk.get("/staff/holds/").content.decode()
    story.ship(order, DAY)
    dispute = in_review(order, DAY + timedelta(days=1))
    body = desk.get("/staff/holds/").content.decode()
    assert order.number in body
    assert dispute.case is not None
    assert dispute.case.number in body
    assert f"{order.number}-1" in body
    assert "2026-06-04" in body


def test_a_month_is_closed_once_when_it_is_over_and_clear(desk: Client) -> None:
    assert desk.get("/staff/closing/").status_code == 200
    story.supplier(DAY)
    body = desk.get("/staff/closing/").content.decode()
    assert "2026-06 关账前检查" in body
    for _press in range(2):
        assert desk.post("/staff/closing/", {"month": "2026-06", "note": "已核对"}).status_code == 302
    row = MonthClosing.objects.get()
    assert (row.month, row.note) == (date(2026, 6, 1), "已核对")
    assert "已核对" in desk.get("/staff/closing/").content.decode()
    assert Client().post("/staff/closing/", {"month": "2026-07"}).status_code == 302
    assert MonthClosing.objects.count() == 1
