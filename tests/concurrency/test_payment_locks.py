"""The locks of payments, tax and reconciliation, twice: without each the race is there, with it the race is gone.

Most callers hold the lock of what is paid for already; here the services stand alone.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from ledger.models import AccountKind as A
from orders import services as orders
from payments import services as payments
from payments.models import Charge, Refund, SandboxMessage, Transfer
from payments.providers import ProviderNotice, sandbox
from payments.providers.sandbox import SandboxProvider
from payments.services import charges, refunds
from payments.services.charges import close_charges, close_deposit_charges, learn_closed
from payments.states import Purpose
from reconciliation import services as reconciliation
from reconciliation.models import Difference, Run
from reconciliation.services import Line, differences, manual, nightly
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.transitions import StateTable
from tax.models import TaxProfile
from tax.services import profiles
from tests.concurrency.test_locks import errors_in, in_one, locked, nothing, unlocked
from tests.factories import books, payouts, story
from tests.factories.payouts import ANNA, BELA
from tests.factories.threads import Meeting

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)
NIGHT = AT + timedelta(days=8)
PATCH = pytest.MonkeyPatch


def found_unlocked(model: Any, *, wait: bool = True, **equal: Any) -> list[Any]:
    """``lock_found`` without the lock."""
    return rows.find(model, **equal)


def select_unlocked(self: "QuerySet[Any]", **_how: Any) -> "QuerySet[Any]":
    """``select_for_update`` without the lock."""
    return self


def a_charge(purpose: Purpose = Purpose.TRADE) -> Charge:
    whose = {"trade_number": "1"} if purpose == Purpose.TRADE else {"reference": "sup"}
    return payments.open_charge(
        amount_fen=500, title="面霜", expires_at=AT + timedelta(hours=1), at=AT, **whose
    )


def paid_notice(charge: Charge) -> ProviderNotice:
    return ProviderNotice(
        f"ev-{public_id()}",
        "paid",
        charge.number,
        "",
        charge.amount_fen,
        "CNY",
        sandbox.APP_ID,
        f"SP{public_id()}",
    )


def paying(charge: Charge) -> Callable[[], Any]:
    notice = paid_notice(charge)
    return in_one(
        lambda: payments.apply_payment(charge_number=charge.number, notice=notice, payable=True, at=AT)
    )


@locked
def test_two_payments_of_one_charge(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the lock of the charge both are taken for the one that was waited for, and nobody gets the second back."""
    charge, meeting = a_charge(), Meeting()
    monkeypatch.setattr(
        charges, "lock_found", meeting.after(charges.lock_found if is_locked else found_unlocked)
    )
    answers = meeting.run([paying(charge), paying(charge)])
    assert sorted(map(str, answers)) == (["paid", "stray"] if is_locked else ["paid", "paid"])
    assert Refund.objects.filter(cause="stray").count() == (1 if is_locked else 0)


@locked
@pytest.mark.parametrize("how", ["told", "cancelled", "deposit over"])
def test_a_payment_and_the_end_of_a_charge(how: str, is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the lock of the charge it ends as closed, though the money is here."""
    charge = a_charge(Purpose.DEPOSIT if how == "deposit over" else Purpose.TRADE)
    ends: dict[str, Callable[[], Any]] = {
        "told": lambda: learn_closed(charge_number=charge.number, at=AT),
        "cancelled": lambda: close_charges(trade_number="1", at=AT),
        "deposit over": lambda: close_deposit_charges(reference="sup", at=AT),
    }
    if not is_locked:
        monkeypatch.setattr(charges, "lock_found", found_unlocked)
        monkeypatch.setattr(QuerySet, "select_for_update", select_unlocked)
    there, through = Meeting(), Meeting()
    apply = StateTable.apply

    def when_closing(self: StateTable, row: Any, event: str, **named: Any) -> Any:
        if event == "close":
            there.meet()
            through.meet()
        return apply(self, row, event, **named)

    monkeypatch.setattr(StateTable, "apply", when_closing)
    pay = paying(charge)

    def comes() -> Any:
        there.meet()
        return pay()

    assert errors_in(through.run([in_one(ends[how]), comes])) == []
    charge.refresh_from_db()
    assert charge.status == ("paid" if is_locked else "closed")


def counted(monkeypatch: PATCH, owner: Any, name: str) -> list[int]:
    """How often something is called, by the length of what this returns."""
    calls, real = [], getattr(owner, name)

    def call(*args: Any, **named: Any) -> Any:
        calls.append(1)
        return real(*args, **named)

    monkeypatch.setattr(owner, name, call)
    return calls


@locked
def test_two_workers_send_one_refund(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the lock both ask the provider. It would pay once, but another one might not be as kind."""
    order = story.paid_order(story.good(story.supplier(AT), AT), AT)
    orders.refund_line(
        line=story.line_of(order), amount_fen=1, cause="case", cause_ref="c", owner_side=False, at=AT
    )
    meeting, calls = Meeting(), counted(monkeypatch, SandboxProvider, "refund")
    lock = refunds.lock_found if is_locked else found_unlocked
    monkeypatch.setattr(refunds, "lock_found", meeting.after(lock))
    answers = meeting.run([lambda: payments.send_due_refunds(at=AT)] * 2)
    assert (sorted(answers), len(calls)) == (([0, 1], 1) if is_locked else ([1, 1], 2))


@locked
def test_one_refund_reported_twice_at_once(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the lock both book it; then only the event's key stands between."""
    order = story.paid_order(story.good(story.supplier(AT), AT), AT)
    orders.refund_line(
        line=story.line_of(order), amount_fen=1, cause="case", cause_ref="c", owner_side=False, at=AT
    )
    number = Refund.objects.get().number
    meeting, calls = Meeting(), counted(monkeypatch, refunds.posting, "post")
    lock = refunds.lock_found if is_locked else found_unlocked
    monkeypatch.setattr(refunds, "lock_found", meeting.after(lock))
    report = in_one(lambda: payments.conclude_refund(refund_number=number, amount_fen=1, at=AT))
    assert errors_in(meeting.run([report, report])) == []
    assert len(calls) == (1 if is_locked else 2)


def a_transfer() -> Transfer:
    """What pays a withdrawal."""
    owner = story.owner(AT)
    payouts.credit(owner, 5_000, AT)
    payouts.give_account(owner, AT)
    return payouts.transfer_of(payouts.approved(owner, 1_000, AT))


@locked
def test_two_workers_send_one_transfer(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the lock both ask the provider to pay."""
    a_transfer()
    if not is_locked:
        monkeypatch.setattr(QuerySet, "select_for_update", select_unlocked)
    meeting = Meeting()
    pay = meeting.before(SandboxProvider.transfer)
    monkeypatch.setattr(SandboxProvider, "transfer", pay)
    calls = counted(monkeypatch, SandboxProvider, "transfer")
    answers = meeting.run([lambda: payments.send_due_transfers(at=AT)] * 2)
    assert (sorted(answers), len(calls)) == (([0, 1], 1) if is_locked else ([1, 1], 2))


@locked
def test_one_transfer_reported_twice_at_once(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the lock both learn it for the first time, and the trail says so twice."""
    transfer, meeting = a_transfer(), Meeting()
    notice = ProviderNotice(
        "ev-1", "transfer.paid", "", "", transfer.amount_fen, "CNY", sandbox.APP_ID, "ST1", transfer.number
    )
    if not is_locked:
        monkeypatch.setattr(QuerySet, "select_for_update", select_unlocked)
    monkeypatch.setattr(StateTable, "apply", meeting.before(StateTable.apply))
    report = in_one(lambda: payments.conclude_transfer(transfer_number=transfer.number, notice=notice, at=AT))
    answers = meeting.run([report, report])
    monkeypatch.undo()
    assert sorted(answers) == ([False, True] if is_locked else [True, True])
    assert audit.history("transfer", transfer.number).filter(event="paid").count() == (1 if is_locked else 2)


@locked
def test_two_workers_deliver_one_notice(is_locked: bool, monkeypatch: PATCH) -> None:
    """The sandbox's own: without the lock a notice is sent twice."""
    payments.press_cashier(charge=a_charge(), button=sandbox.Button.PAY, at=AT)
    (message,), meeting, sent = SandboxMessage.objects.all(), Meeting(), []
    monkeypatch.setattr(
        sandbox, "lock_found", meeting.after(sandbox.lock_found if is_locked else found_unlocked)
    )

    def post(body: bytes) -> bool:
        sent.append(body)
        return True

    answers = meeting.run([lambda: sandbox.deliver_due(at=AT, post=post)] * 2)
    assert (sorted(answers), sent) == (
        ([0, 1], [message.body.encode()]) if is_locked else ([1, 1], [message.body.encode()] * 2)
    )


@locked
def test_tax_information_given_twice(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the owner's lock both replace what was there; then only the unique key stands between."""
    owner, meeting = story.owner(AT), Meeting()
    if not is_locked:
        monkeypatch.setattr(profiles, "lock_rows", unlocked)
    monkeypatch.setattr(QuerySet, "create", meeting.before(QuerySet.create))
    answers = meeting.run([lambda: payouts.give_tax_info(owner, AT)] * 2)
    assert errors_in(answers) == ([] if is_locked else [IntegrityError])
    assert TaxProfile.objects.filter(replaced_at=None).count() == 1


def stuck() -> None:
    """A refund that does not arrive: by the eighth night it is a difference."""
    order = story.paid_order(story.good(story.supplier(AT), AT), AT)
    orders.refund_line(
        line=story.line_of(order), amount_fen=1, cause="case", cause_ref="c", owner_side=False, at=AT
    )


@locked
def test_two_nightly_runs(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the lock of the name both write the difference down; then only the unique key stands between."""
    stuck()
    assert reconciliation.reconcile(at=AT).found == 0  # the day's run is there
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(nightly, "lock_name", nothing)
    monkeypatch.setattr(nightly, "order_number", meeting.before(nightly.order_number))
    Run.objects.create(day=(NIGHT - timedelta(days=1)).date(), started_at=NIGHT, done_steps=0, all_steps=1)
    answers = meeting.run([lambda: reconciliation.reconcile(at=NIGHT)] * 2)
    assert errors_in(answers) == ([] if is_locked else [IntegrityError])
    assert Difference.objects.count() == 1


@locked
def test_a_difference_that_is_gone_and_taken_up(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the locks of the rows somebody takes a difference up that the night has closed."""
    stuck()
    reconciliation.reconcile(at=NIGHT)
    story.arrive_refunds(NIGHT)
    row, there, through = Difference.objects.get(), Meeting(), Meeting()
    if not is_locked:
        monkeypatch.setattr(nightly, "lock_rows", unlocked)
        monkeypatch.setattr(differences, "lock_rows", unlocked)
    apply = StateTable.apply

    def when_assigning(self: StateTable, of: Any, event: str, **named: Any) -> Any:
        if event == "assign":
            there.meet()
            through.meet()
        return apply(self, of, event, **named)

    monkeypatch.setattr(StateTable, "apply", when_assigning)

    def night() -> Run:
        there.meet()
        return reconciliation.reconcile(at=NIGHT + timedelta(days=1))

    assign = lambda: reconciliation.assign(number=row.number, to="anna", actor=ANNA, at=NIGHT)  # noqa: E731
    answers = through.run([assign, night])
    row.refresh_from_db()
    # the night comes second and closes it; without the locks the other one breaks on what the table asks of closed rows
    assert errors_in(answers) == ([] if is_locked else [IntegrityError])
    trail = [(entry.event, entry.from_state) for entry in audit.history("difference", row.number)]
    gone = ("gone", "assigned" if is_locked else "open")
    assert trail == [("found", ""), *([("assign", "open")] if is_locked else []), gone]


@locked
def test_two_manual_journals_on_one_balance(is_locked: bool, monkeypatch: PATCH) -> None:
    """Without the lock of the party's accounts both find enough; only the floor stands between."""
    supplier = story.supplier(AT)
    books.earn(A.SUPPLIER_PAYABLE, supplier.public_id, 1_000, AT)
    proposed = [
        reconciliation.propose_manual(
            lines=[Line(A.SUPPLIER_PAYABLE, supplier.public_id, A.PLATFORM_FEE, "", 700)],
            reason="更正", actor=ANNA, at=AT, token=f"token{n}",
        )
        for n in "ab"
    ]  # fmt: skip
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(manual.posting, "lock_party", nothing)
    monkeypatch.setattr(manual, "_require_floor", meeting.after(manual._require_floor))
    answers = meeting.run(
        [
            lambda row=row: reconciliation.approve_manual(number=row.number, actor=BELA, at=AT)  # type: ignore[misc]
            for row in proposed
        ]
    )
    assert [error.__name__ for error in errors_in(answers)] == [
        "BelowFloor" if is_locked else "IntegrityError"
    ]
