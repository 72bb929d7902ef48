"""Withdrawals at once: without each lock the race is there, with it the race is gone (trust §1 L11)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from commissions import errors
from commissions import services as commissions
from commissions.models import SupplierPayout, Withdrawal
from commissions.services import lines, supplier_payouts, withdrawals
from ledger.models import AccountKind, Journal
from ledger.selectors import balance, balances
from orders import services as orders
from orders.models import Order
from payments.models import Transfer
from suppliers.models import Good
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.errors import MoveRefused
from tax import services as tax
from tax.models import VatAlarm
from tax.services import withholding
from tests.concurrency.test_locks import errors_in, locked, unlocked
from tests.factories import books, payouts, story
from tests.factories.payouts import ANNA, BELA, approved, ask, earner, take
from tests.factories.proof import found_by
from tests.factories.threads import Meeting, at_once

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 7, 20)


def test_fifty_requests_for_the_whole_balance_are_one_withdrawal() -> None:
    owner = earner(AT, 1_800)
    answers = at_once([lambda: ask(owner, 1_800, AT)] * 50)
    assert sum(isinstance(answer, Withdrawal) for answer in answers) == 1
    assert set(errors_in(answers)) == {errors.AnotherOpen}
    assert (Withdrawal.objects.count(), Journal.objects.filter(kind="withdraw").count()) == (1, 1)
    assert balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id) == 0
    assert balance(AccountKind.PAYOUT_CLEARING) == 1_800
    assert verify().problems == []


@locked
def test_two_requests_of_one_owner(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the owner's lock both find no open withdrawal; then only the unique key stands between."""
    owner = earner(AT, 18_000)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(withdrawals, "lock_rows", unlocked)
        monkeypatch.setattr(withholding, "lock_rows", unlocked)  # it would stand in for the owner's
    # after both looked for another withdrawal, before either takes the accounts
    monkeypatch.setattr(withdrawals.posting, "lock_party", meeting.before(withdrawals.posting.lock_party))
    answers = meeting.run([lambda: ask(owner, 1_000, AT)] * 2)
    assert errors_in(answers) == [errors.AnotherOpen if is_locked else IntegrityError]
    assert Withdrawal.objects.count() == 1


@locked
def test_a_request_and_a_claw_back(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock of the accounts the same money is taken back and withdrawn; only the balance's floor stands
    between, and one of the two is refused without a word that people understand."""
    owner = earner(AT, 1_800)
    line = story.line_of(Order.objects.get())
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(withdrawals.posting, "lock_party", lambda _party: None)
        monkeypatch.setattr(lines, "_lock_owner", lambda _lines: None)  # it would stand in for the accounts'
    # after the request read the balance, and after the claw-back took what it needs
    monkeypatch.setattr(withdrawals, "_require_balance", meeting.after(withdrawals._require_balance))
    monkeypatch.setattr(orders.refunds.posting, "post", meeting.before(orders.refunds.posting.post))
    answers = meeting.run(
        [
            lambda: ask(owner, 1_800, AT),
            lambda: orders.refund_line(
                line=line, amount_fen=10_000, cause="case", cause_ref="c", owner_side=False, at=AT
            ),
        ]
    )
    left = balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id)
    if is_locked:
        assert left == 0
        assert errors_in(answers) in ([], [errors.InDebt], [errors.BalanceTooLow])
    else:
        assert (errors_in(answers), left) == ([IntegrityError], 0)


@locked
def test_a_claw_back_and_the_end_of_another_order(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the owner's lock the claw-back does not see the commission that is being confirmed, which does not see the
    debt: the owner owes beside money that could have paid it, and may withdraw nothing."""
    owner = earner(AT, 1_800)
    settled = Order.objects.get()
    payouts.paid(owner, 1_800, AT)
    assert settled.shop is not None
    other = story.paid_order(Good.objects.get(), AT, through=settled.shop)
    story.ship(other, AT)
    story.confirm(other, AT)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(lines, "_lock_owner", lambda _lines: None)
    # after the claw-back looked for other commissions, and after the confirmed one looked for a debt
    monkeypatch.setattr(lines, "_lock_with_others", meeting.after(lines._lock_with_others))
    monkeypatch.setattr(lines, "_repay_debt", meeting.after(lines._repay_debt))
    later = AT + timedelta(days=16)
    answers = meeting.run(
        [
            lambda: orders.refund_line(
                line=story.line_of(settled),
                amount_fen=5_000,
                cause="case",
                cause_ref="c",
                owner_side=False,
                at=later,
            ),
            lambda: orders.sweep(at=later),
        ]
    )
    assert errors_in(answers) == []
    found = {key: fen for (key, party), fen in balances().items() if party == owner.public_id and fen}
    assert found == ({"owner_confirmed": 900} if is_locked else {"owner_debt": 900, "owner_confirmed": 1_800})
    assert found_by(verify()) == ({} if is_locked else {"debt_unpaid": [owner.public_id]})


@locked
def test_two_people_decide(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock of the withdrawal one sends what the other gives back."""
    row = ask(earner(AT, 1_800), 1_800, AT)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(withdrawals, "lock_rows", unlocked)
    monkeypatch.setattr(withdrawals, "lock_withdrawal", meeting.after(withdrawals.lock_withdrawal))
    answers = meeting.run(
        [
            lambda: commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT),
            lambda: commissions.reject_withdrawal(number=row.number, actor=BELA, at=AT, reason="账户存疑"),
        ]
    )
    both = Transfer.objects.exists() and Journal.objects.filter(kind="withdraw_back").exists()
    assert errors_in(answers) == ([MoveRefused] if is_locked else [])
    assert both is not is_locked


def test_one_notice_fifty_times_at_once_pays_once() -> None:
    row = approved(earner(AT, 1_800), 1_800, AT)
    body = payouts.notice(row, "transfer.paid")
    answers = at_once([lambda: take(body, AT)] * 50)
    assert sorted(answers) == ["applied", *["repeated"] * 49]
    assert Journal.objects.filter(kind="payout_paid").count() == 1


def test_paid_and_returned_at_once_end_as_returned() -> None:
    owner = earner(AT, 1_800)
    row = approved(owner, 1_800, AT)
    kinds = ("transfer.paid", "transfer.returned")
    answers = at_once([lambda kind=kind: take(payouts.notice(row, kind), AT) for kind in kinds])
    assert errors_in(answers) == []
    row.refresh_from_db()
    assert row.status == "failed"
    assert balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id) == 1_800
    assert balance(AccountKind.PAYOUT_CLEARING) == 0


@locked
def test_two_payments_reported_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock of the tax information neither sees the other, and nobody hears of the limit of VAT."""
    owner = earner(AT, 1_800)
    for ref in "ab":
        tax.withhold(owner=owner, ref=ref, income_fen=5_000_000, at=AT)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(withholding, "lock_rows", unlocked)
    monkeypatch.setattr(withholding, "_income_of_month", meeting.after(withholding._income_of_month))
    answers = meeting.run([lambda ref=ref: tax.tax_paid(ref=ref, at=AT) for ref in "ab"])
    assert errors_in(answers) == []
    raised = list(VatAlarm.objects.order_by("percent").values_list("percent", flat=True))
    assert raised == ([80, 100] if is_locked else [])


@locked
def test_two_runs_of_one_payday(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the supplier's lock both find no payout; then only the unique key stands between."""
    supplier = story.supplier(AT)
    books.earn(AccountKind.SUPPLIER_PAYABLE, supplier.public_id, 5_000, AT - timedelta(days=7))
    commissions.set_supplier_account(
        supplier=supplier,
        name=supplier.name,
        account="120202019001234567",
        actor=story.supplier_actor(supplier),
        at=AT,
    )
    meeting = Meeting()
    party = supplier_payouts.posting.lock_party
    if not is_locked:  # the accounts' lock alone would do, too: the second run finds nothing due
        monkeypatch.setattr(supplier_payouts, "lock_supplier", lambda _public_id: supplier)
        party = lambda _party: None  # noqa: E731
    # after both looked for a payout of the week, before either takes the accounts
    monkeypatch.setattr(supplier_payouts.posting, "lock_party", meeting.before(party))
    week = commissions.payday_of(AT)
    answers = meeting.run([lambda: supplier_payouts._pay(supplier.public_id, week, AT)] * 2)
    assert (sorted(map(str, answers)) == ["False", "True"]) is is_locked
    assert errors_in(answers) == ([] if is_locked else [IntegrityError])
    assert SupplierPayout.objects.count() == 1
