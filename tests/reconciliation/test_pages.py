"""Staff's pages: differences, manual journals, the trial balance of a day, statements, holds, closing."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from ledger.models import Account, AccountKind, Journal, MonthClosing
from orders.services import open_payment
from payments.models import Charge, SandboxPayment
from payments.providers.sandbox import Button
from payments.services import press_cashier
from reconciliation.models import Difference, ManualJournal
from reconciliation.selectors import corrections_of, effects_of, sides_of
from reconciliation.services import reconcile
from taoxiaopu.flows.stage import deliver
from taoxiaopu.kernel import clock
from tests.factories import payouts, story
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
    night = desk.get("/admin/reconciliation/run/2026-06-03/change/").content.decode()
    assert "SPstranger" in night
    assert "2026年6月3日 对账" in night
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


def test_a_difference_shows_what_each_side_says(desk: Client) -> None:
    """The bill has a fen less than the charge: two sides have it, the books have nothing."""
    order = story.place(story.good(story.supplier(DAY), DAY), DAY).orders.get()
    charge = open_payment(trade=order.trade, at=DAY)
    deliver(DAY, press_cashier(charge=charge, button=Button.WRONG, at=DAY))
    reconcile(at=DAY + timedelta(days=1))
    row = Difference.objects.get()
    sides = sides_of(row)
    assert [(bill.amount_fen, bill.reference) for bill in sides.bills] == [
        (charge.amount_fen - 1, charge.number)
    ]
    assert [(paper.number, paper.status) for paper, _at in sides.papers] == [(charge.number, "review")]
    assert (sides.journals, list(corrections_of(row))) == ([], [])
    body = desk.get(f"/admin/reconciliation/difference/{row.pk}/change/").content.decode()
    assert f"/admin/payments/charge/{charge.pk}/change/" in body
    assert f"propose/?difference={row.number}" in body


def test_a_payment_that_the_bill_lost_is_found_on_the_other_two_sides(desk: Client) -> None:
    order = story.paid_order(story.good(story.supplier(DAY), DAY), DAY)
    lost = SandboxPayment.objects.get(
        charge_number=Charge.objects.get(trade_number=order.trade.number).number
    )
    lost.delete()
    reconcile(at=DAY + timedelta(days=1))
    row = Difference.objects.get(kind="charge_not_in_bill")
    sides = sides_of(row)
    assert sides.bills == []
    assert [paper.number for paper, _at in sides.papers] == [row.reference]
    assert [(j.kind, j.order_number) for j in sides.journals] == [("payment", order.number)]


def test_what_waits_in_the_clearing_accounts_is_listed_by_age(desk: Client) -> None:
    row = payouts.a_withdrawal(story.owner(DAY), clock.now() - timedelta(days=4))
    body = desk.get("/admin/reconciliation/run/ages/").content.decode()
    assert f"/admin/commissions/withdrawal/{row.pk}/change/" in body
    assert "4 天" in body
    assert "在途" in body
    assert "过久" not in body
    old = payouts.a_withdrawal(story.owner(DAY, 2), clock.now() - timedelta(days=8))
    body = desk.get("/admin/reconciliation/run/ages/").content.decode()
    assert body.index(old.number) < body.index(row.number)
    assert "过久" in body


def test_a_party_may_be_written_by_name_and_the_approver_sees_the_balances(desk: Client) -> None:
    supplier = story.supplier(DAY)
    twin = story.supplier(DAY, 2)
    address = "/admin/reconciliation/manualjournal/propose/"
    answers = {
        "token": "1234567890123456",
        "reason": "供应商重复支付运费",
        "line0-debit": "platform_fee",
        "line0-credit": "supplier_payable",
        "line0-credit_party": supplier.name,
        "line0-amount_fen": "12.00",
    }
    assert supplier.name != twin.name
    nobody = desk.post(address, answers | {"line0-credit_party": "没有这家"})
    assert (nobody.status_code, ManualJournal.objects.count()) == (400, 0)
    both = desk.post(address, answers | {"line0-credit_party": supplier.name[:2]})
    assert "有几个主体符合" in both.content.decode()
    assert ManualJournal.objects.count() == 0
    assert desk.post(address, answers).status_code == 302
    row = ManualJournal.objects.get()
    assert row.movements.get().credit_party == supplier.public_id
    assert [(e.kind, e.party, e.before_fen, e.change_fen) for e in effects_of(row)] == [
        ("platform_fee", "", 0, -1_200),
        ("supplier_payable", supplier.public_id, 0, 1_200),
    ]
    page = f"/admin/reconciliation/manualjournal/{row.pk}/change/"
    assert "入账后的余额" in desk.get(page).content.decode()
    begun = desk.get(f"{address}?kind=supplier_payable&party={twin.public_id}").content.decode()
    assert f'value="{twin.public_id}"' in begun
    hint = desk.get("/admin/reconciliation/manualjournal/").content.decode()
    assert "超过 ¥5,000.00 的手工分录" in hint


def test_the_trial_balance_of_a_day_and_an_accounts_statement(desk: Client) -> None:
    supplier = story.supplier(DAY)
    order = story.finalised_order(story.good(supplier, DAY), DAY)
    day = clock.local(order.finalised_at).date()
    before = desk.get(f"/admin/ledger/account/trial/?day={day - timedelta(days=1)}").content.decode()
    after = desk.get(f"/admin/ledger/account/trial/?day={day}").content.decode()
    assert before.count("¥100.00") < after.count("¥100.00")
    assert "借贷相等" in before
    assert "/admin/ledger/account/?kind__exact=supplier_payable" in after
    escrow = Account.objects.get(kind=AccountKind.ESCROW)
    assert f"/admin/ledger/account/{escrow.pk}/statement/?until={day}" in after
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
    assert body.count(dispute.case.number) == 2  # the order waits for it, and the commission
    assert f"/admin/disputes/case/{dispute.case_id}/change/" in body
    assert story.line_of(order).title in body
    assert "2026-06-04" in body


def test_a_month_is_closed_once_when_it_is_over_and_clear(desk: Client) -> None:
    assert desk.get("/staff/closing/").status_code == 200
    story.supplier(DAY)
    body = desk.get("/staff/closing/").content.decode()
    assert "2026年6月 关账前检查" in body
    assert "关账不能撤销" in body
    for _press in range(2):
        assert desk.post("/staff/closing/", {"month": "2026-06", "note": "已核对"}).status_code == 302
    row = MonthClosing.objects.get()
    assert (row.month, row.note) == (date(2026, 6, 1), "已核对")
    assert "已核对" in desk.get("/staff/closing/").content.decode()
    assert Client().post("/staff/closing/", {"month": "2026-07"}).status_code == 302
    assert MonthClosing.objects.count() == 1
