"""Suppliers' weekly payouts: cut-off, what is paid, two people, money due again once; exact books (docs/rules.md §6.3)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from commissions import errors
from commissions import services as commissions
from commissions.models import SupplierAccount, SupplierFailure, SupplierPayout
from commissions.services import supplier_payouts
from ledger import posting
from ledger.models import AccountKind, Journal, JournalKind
from ledger.posting import Event, Movement, Side
from ledger.selectors import balance
from orders import services as orders
from payments.models import Transfer
from suppliers import services as suppliers
from suppliers.models import Supplier
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from tests.factories import payouts, story
from tests.factories.payouts import ANNA, BELA, arrive, take
from tests.factories.proof import found_by
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 6, 30)
CUT = clock.local_instant(TUESDAY)
RUN = clock.local_instant(TUESDAY, 3)
WEEK = timedelta(days=7)
ACCOUNT = "120202019001234567"
SECOND = timedelta(seconds=1)


def company(n: int = 1, account: str = ACCOUNT) -> Supplier:
    """A supplier with an account."""
    made = story.supplier(RUN - timedelta(days=60), n, brands=("山茶花",))
    if account:
        name_account(made, account)
    return made


def name_account(supplier: Supplier, account: str, name: str = "") -> SupplierAccount:
    return commissions.set_supplier_account(
        supplier=supplier,
        name=name or supplier.name,
        account=account,
        actor=story.supplier_actor(supplier),
        at=RUN - timedelta(days=50),
    )


def earn(supplier: Supplier, fen: int, final_at: datetime) -> Any:
    """An order through nobody's shop, finalised at an instant: all of it is the supplier's."""
    at = final_at - timedelta(days=15) - SECOND  # the sweep acts when the window is over
    good = story.good(supplier, at - timedelta(days=1), price_fen=fen)
    order = story.paid_order(good, at)
    story.ship(order, at)
    story.confirm(order, at)
    orders.sweep(at=final_at)
    order.refresh_from_db()
    return order


def books(supplier: Supplier) -> dict[str, int]:
    return {
        "payable": balance(AccountKind.SUPPLIER_PAYABLE, supplier.public_id),
        "debt": balance(AccountKind.SUPPLIER_DEBT, supplier.public_id),
        "clearing": balance(AccountKind.PAYOUT_CLEARING),
    }


def refused(error: type[Exception], work: Callable[[], Any]) -> None:
    before = picture()
    with pytest.raises(error):
        work()
    assert picture() == before


def post(kind: JournalKind, debit: Side, credit: Side, fen: int, at: datetime) -> None:
    posting.post(Event(kind, "tests", f"{kind}{fen}"), [Movement(debit, credit, fen)], at=at)


@pytest.fixture
def paying() -> Supplier:
    """100.00 yuan finalised on Monday, 20.00 on Tuesday at midnight sharp."""
    supplier = company()
    earn(supplier, 10_000, CUT - SECOND)
    earn(supplier, 2_000, CUT)
    return supplier


def test_what_was_finalised_by_the_cut_off_is_paid(paying: Supplier) -> None:
    channel = balance(AccountKind.CHANNEL_CLEARING)
    assert commissions.pay_suppliers(TUESDAY, at=RUN) == 1
    row = SupplierPayout.objects.get()
    assert (row.status, row.week, row.amount_fen) == ("processing", TUESDAY, 10_000)
    assert books(paying) == {"payable": 2_000, "debt": 0, "clearing": 10_000}
    transfer = Transfer.objects.get()
    assert (transfer.cause, transfer.payee_name, transfer.payee_account) == (
        "supplier_payout",
        paying.name,
        ACCOUNT,
    )
    assert arrive(RUN) == ["applied"]
    row.refresh_from_db()
    assert (row.status, row.ended_at) == ("paid", RUN)
    assert books(paying) == {"payable": 2_000, "debt": 0, "clearing": 0}
    assert balance(AccountKind.CHANNEL_CLEARING) == channel - 10_000
    assert [e.event for e in audit.history("supplier_payout", row.number)] == ["request", "process", "paid"]
    assert commissions.pay_suppliers(TUESDAY + WEEK, at=RUN + WEEK) == 1
    assert SupplierPayout.objects.get(week=TUESDAY + WEEK).amount_fen == 2_000
    assert verify().problems == []


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (RUN - SECOND, TUESDAY - WEEK),
        (RUN, TUESDAY),
        (RUN + timedelta(days=6, hours=23), TUESDAY),
        (RUN + WEEK - SECOND, TUESDAY),
        (RUN + WEEK, TUESDAY + WEEK),
    ],
)
def test_paydays(at: datetime, day: date) -> None:
    assert commissions.payday_of(at) == day


def test_again_changes_nothing_and_a_late_run_keeps_the_cut_off(paying: Supplier) -> None:
    assert commissions.catch_up_supplier_payouts(at=RUN + timedelta(days=3)) == 1
    assert SupplierPayout.objects.get().amount_fen == 10_000
    before = picture()
    assert commissions.catch_up_supplier_payouts(at=RUN + timedelta(days=4)) == 0
    assert picture() == before


def test_before_the_day_nothing_is_paid(paying: Supplier) -> None:
    assert commissions.pay_suppliers(TUESDAY, at=CUT - SECOND) == 0


def test_one_open_at_a_time(paying: Supplier) -> None:
    name_account(paying, "1202020190019999")
    commissions.pay_suppliers(TUESDAY, at=RUN)
    assert commissions.pay_suppliers(TUESDAY + WEEK, at=RUN + WEEK) == 0
    arrive(RUN)
    arrive(RUN + timedelta(days=2))
    assert commissions.pay_suppliers(TUESDAY + WEEK, at=RUN + WEEK) == 1


@pytest.mark.parametrize("case", ["no account", "suspended"])
def test_what_cannot_be_paid_carries_over(case: str) -> None:
    supplier = company(account="" if case == "no account" else ACCOUNT)
    earn(supplier, 10_000, CUT - SECOND)
    staff = story.SYSTEM_STAFF
    if case == "suspended":
        suppliers.suspend_supplier(public_id=supplier.public_id, actor=staff, at=CUT, reason="核查")
    assert commissions.pay_suppliers(TUESDAY, at=RUN) == 0
    if case == "suspended":
        suppliers.resume_supplier(public_id=supplier.public_id, actor=staff, at=RUN)
    else:
        name_account(supplier, ACCOUNT)
    assert commissions.pay_suppliers(TUESDAY + WEEK, at=RUN + WEEK) == 1
    assert SupplierPayout.objects.get().amount_fen == 10_000


def test_a_refund_after_the_cut_off_is_taken_off(paying: Supplier) -> None:
    order = paying.orders.order_by("pk")[0]
    line = story.line_of(order)
    orders.refund_line(
        line=line,
        amount_fen=3_000,
        cause="case",
        cause_ref="c1",
        owner_side=False,
        at=CUT + timedelta(hours=1),
    )
    commissions.pay_suppliers(TUESDAY, at=RUN)
    assert SupplierPayout.objects.get().amount_fen == 7_000
    assert books(paying)["payable"] == 2_000


@pytest.mark.parametrize(("debt", "paid"), [(4_000, 6_000), (9_999, 1), (10_000, 0), (15_000, 0)])
def test_a_debt_is_repaid_first(debt: int, paid: int, paying: Supplier) -> None:
    owe(paying, debt)
    assert commissions.pay_suppliers(TUESDAY, at=RUN) == (1 if paid else 0)
    assert list(SupplierPayout.objects.values_list("amount_fen", flat=True)) == ([paid] if paid else [])
    assert books(paying) == {"payable": 2_000, "debt": max(0, debt - 10_000), "clearing": paid}
    assert commissions.pay_suppliers(TUESDAY, at=RUN + timedelta(hours=1)) == 0


def owe(supplier: Supplier, fen: int) -> None:
    """A debt, by a refund of an order that is in the books only."""
    number = payouts.books.earn(
        AccountKind.SUPPLIER_PAYABLE, supplier.public_id, fen, CUT - timedelta(days=1)
    )
    debt, payable = (
        Side(k, supplier.public_id) for k in (AccountKind.SUPPLIER_DEBT, AccountKind.SUPPLIER_PAYABLE)
    )
    event = Event(JournalKind.REFUND, "tests", number, order_number=number)
    posting.post(event, [Movement(debt, Side(AccountKind.REFUND_CLEARING), fen, f"{number}-1")], at=CUT)
    event = Event(JournalKind.SUPPLIER_PAYOUT, "tests", number)
    posting.post(event, [Movement(payable, Side(AccountKind.PAYOUT_CLEARING), fen)], at=CUT)
    posting.post(
        Event(JournalKind.PAYOUT_PAID, "tests", number),
        [Movement(Side(AccountKind.PAYOUT_CLEARING), Side(AccountKind.CHANNEL_CLEARING), fen)],
        at=CUT,
    )


@pytest.mark.parametrize(("fen", "status"), [(500_000, "processing"), (500_001, "reviewing")])
def test_above_5000_yuan_it_takes_two_people(fen: int, status: str) -> None:
    supplier = company()
    earn(supplier, fen, CUT - SECOND)
    commissions.pay_suppliers(TUESDAY, at=RUN)
    row = SupplierPayout.objects.get()
    assert row.status == status
    if status == "processing":
        return
    assert commissions.approve_supplier_payout(number=row.number, actor=ANNA, at=RUN).status == "reviewing"
    refused(
        errors.SamePerson, lambda: commissions.approve_supplier_payout(number=row.number, actor=ANNA, at=RUN)
    )
    assert commissions.approve_supplier_payout(number=row.number, actor=BELA, at=RUN).status == "processing"
    before = picture()
    assert commissions.approve_supplier_payout(number=row.number, actor=BELA, at=RUN).status == "processing"
    assert picture() == before
    refused(MoveRefused, lambda: hold(row, ANNA))
    refused(MoveRefused, lambda: commissions.approve_supplier_payout(
        number=row.number, actor=story.supplier_actor(supplier), at=RUN
    ))  # fmt: skip


def hold(row: SupplierPayout, actor: Any) -> SupplierPayout:
    return commissions.reject_supplier_payout(number=row.number, actor=actor, at=RUN, reason="核实售后")


def test_held_back_it_goes_along_next_week() -> None:
    supplier = company()
    earn(supplier, 500_001, CUT - SECOND)
    commissions.pay_suppliers(TUESDAY, at=RUN)
    row = SupplierPayout.objects.get()
    refused(
        BadInput, lambda: commissions.reject_supplier_payout(number=row.number, actor=ANNA, at=RUN, reason="")
    )
    assert hold(row, ANNA).status == "rejected"
    assert books(supplier) == {"payable": 500_001, "debt": 0, "clearing": 0}
    before = picture()
    assert hold(row, BELA).decision_note == "核实售后"
    assert picture() == before
    assert commissions.pay_suppliers(TUESDAY, at=RUN) == 0
    assert commissions.pay_suppliers(TUESDAY + WEEK, at=RUN + WEEK) == 1
    assert verify().problems == []


@pytest.mark.parametrize("late", [False, True], ids=["never paid", "paid before"])
def test_a_returned_one_is_due_again_once(late: bool, paying: Supplier) -> None:
    commissions.pay_suppliers(TUESDAY, at=RUN)
    row = SupplierPayout.objects.get()
    supplier_payouts.payments.send_due_transfers(at=RUN)
    transfer = Transfer.objects.get()
    kinds = ["transfer.paid", "transfer.returned"] if late else ["transfer.returned"]
    for kind in [*kinds, "transfer.returned", "transfer.paid"]:
        body = payouts.notice_of(transfer, kind)
        take(body, RUN)
        assert take(body, RUN) == "repeated"
    row.refresh_from_db()
    assert row.status == "failed"
    assert books(paying) == {"payable": 12_000, "debt": 0, "clearing": 0}
    assert Journal.objects.filter(kind="supplier_payout_back").count() == 1
    person = paying.members.get().user
    assert set(person.letters.filter(kind__startswith="supplier_payout").values_list("kind", flat=True)) == {
        *(["supplier_payout_paid"] if late else []),
        "supplier_payout_returned",
    }


def test_one_poisoned_supplier_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = company(1), company(2)
    for supplier in (bad, good):
        earn(supplier, 10_000, CUT - SECOND)
    poison(monkeypatch, bad)
    assert commissions.pay_suppliers(TUESDAY, at=RUN) == 1
    assert SupplierPayout.objects.get().supplier == good
    failure = SupplierFailure.objects.get()
    assert (failure.supplier, failure.run, failure.period, failure.error) == (
        bad, "payout", TUESDAY, "RuntimeError: poison",
    )  # fmt: skip
    assert found_by(verify()) == {"supplier_run_failed": [f"{bad.public_id} payout 2026-06-30"]}
    hour = timedelta(hours=1)
    assert commissions.pay_suppliers(TUESDAY, at=RUN + hour) == 0
    failure.refresh_from_db()
    assert (failure.attempts, failure.first_at, failure.last_at) == (2, RUN, RUN + hour)
    monkeypatch.undo()
    assert commissions.pay_suppliers(TUESDAY, at=RUN + 2 * hour) == 1
    failure.refresh_from_db()
    assert (failure.attempts, failure.settled_at) == (2, RUN + 2 * hour)
    assert verify().problems == []


def test_what_failed_is_settled_by_the_next_week_that_pays(
    monkeypatch: pytest.MonkeyPatch, paying: Supplier
) -> None:
    poison(monkeypatch, paying)
    assert commissions.pay_suppliers(TUESDAY, at=RUN) == 0
    assert commissions.pay_suppliers(TUESDAY + WEEK, at=RUN + WEEK) == 0
    assert set(SupplierFailure.objects.values_list("period", "settled_at")) == {
        (TUESDAY, None), (TUESDAY + WEEK, None),
    }  # fmt: skip
    monkeypatch.undo()
    later = RUN + WEEK + timedelta(hours=1)
    assert commissions.pay_suppliers(TUESDAY + WEEK, at=later) == 1
    assert SupplierPayout.objects.get().amount_fen == 12_000
    assert set(SupplierFailure.objects.values_list("settled_at", flat=True)) == {later}


def poison(monkeypatch: pytest.MonkeyPatch, supplier: Supplier) -> None:
    """From here on this supplier cannot be paid."""
    whole = supplier_payouts.due_before

    def poisoned(public_id: str, cut_off: datetime) -> int:
        if public_id == supplier.public_id:
            raise RuntimeError("poison")
        return whole(public_id, cut_off)

    monkeypatch.setattr(supplier_payouts, "due_before", poisoned)


@pytest.mark.parametrize(
    ("account", "fits"),
    [("12345678", False), ("123456789", True), ("1" * 30, True), ("1" * 31, False), ("１" * 12, False)],
)
def test_numbers_of_company_accounts(account: str, fits: bool) -> None:
    supplier = company(account="")
    if not fits:
        refused(errors.BadCompanyAccount, lambda: name_account(supplier, account))
        return
    row = name_account(supplier, account)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, account, last4 FROM commissions_supplieraccount")
        name, kept, last4 = cursor.fetchone()
    assert (row.account, last4) == (account, account[-4:])
    assert supplier.name not in name
    assert account not in kept


def test_the_accounts_name_is_the_companys() -> None:
    supplier = company(account="")
    refused(errors.NotTheCompany, lambda: name_account(supplier, ACCOUNT, "别家公司"))


def test_an_unknown_payout_is_not_found() -> None:
    with pytest.raises(NotFound):
        commissions.approve_supplier_payout(number="1", actor=ANNA, at=RUN)


def test_planted_damage_is_named(paying: Supplier) -> None:
    commissions.pay_suppliers(TUESDAY, at=RUN)
    row = SupplierPayout.objects.get()
    SupplierPayout.objects.update(amount_fen=10_001)
    found = found_by(verify())
    assert found["supplier_payout_booked"] == found["supplier_payout_transfer"] == [row.number]
    SupplierPayout.objects.update(amount_fen=10_000, status="paid")
    assert found_by(verify())["supplier_payout_audited"] == [row.number]
