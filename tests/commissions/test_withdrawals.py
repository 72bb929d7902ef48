"""Withdrawals: conditions, review, payout, money back once; exact books after each step (docs/rules.md §6.3)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection, transaction

from commissions import errors
from commissions import services as commissions
from commissions.models import PayoutAccount, Withdrawal
from commissions.states import WITHDRAWALS, WithdrawalStatus
from ledger.models import AccountKind, Journal
from ledger.selectors import balance
from orders import services as orders
from orders.models import Order
from payments.models import Notice, SandboxTransfer
from payments.services import send_due_transfers
from payments.states import PayeeKind
from storefronts.models import Owner, OwnerStanding
from storefronts.services import write_debt
from taoxiaopu.flows.services import notices
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from tax.errors import DocumentExpired, TaxInfoMissing
from tax.models import TaxProfile
from tax.states import Identity
from tests.factories import books, numbers, payouts, story
from tests.factories.payouts import ANNA, BELA, approved, arrive, ask, earner, paid, take
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 7, 20)
DAY = timedelta(days=1)
RICH = 9_000_000  # 90,000 yuan


@pytest.fixture
def owner() -> Owner:
    """18.00 yuan withdrawable and an account to be paid to."""
    return earner(AT, 1_800)


def wallet(owner: Owner) -> dict[str, int]:
    """What lies where on the way out of the owner's balance."""
    return {
        "balance": balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id),
        "clearing": balance(AccountKind.PAYOUT_CLEARING),
        "debt": balance(AccountKind.OWNER_DEBT, owner.public_id),
    }


def status(row: Withdrawal) -> str:
    row.refresh_from_db()
    return row.status


def refused(error: type[Exception], work: Callable[[], Any]) -> Any:
    """The refusal, which changed nothing."""
    before = picture()
    with pytest.raises(error) as caught:
        work()
    assert picture() == before
    return caught.value


def test_from_the_request_to_the_account(owner: Owner) -> None:
    channel = balance(AccountKind.CHANNEL_CLEARING)
    row = ask(owner, 1_800, AT)
    assert (row.status, row.day, row.amount_fen) == ("reviewing", AT.date(), 1_800)
    assert wallet(owner) == {"balance": 0, "clearing": 1_800, "debt": 0}
    commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT)
    transfer = payouts.transfer_of(row)
    assert (transfer.status, transfer.amount_fen, transfer.payee_last4) == ("requested", 1_800, "7890")
    assert (transfer.payee_name, transfer.payee_account) == ("王小满", payouts.ACCOUNT)
    assert status(row) == "processing"
    assert arrive(AT) == ["applied"]
    transfer.refresh_from_db()
    assert (status(row), row.ended_at, transfer.status) == ("paid", AT, "paid")
    assert wallet(owner) == {"balance": 0, "clearing": 0, "debt": 0}
    assert balance(AccountKind.CHANNEL_CLEARING) == channel - 1_800
    events = audit.history("withdrawal", row.number).values_list("event", "actor_kind", "to_state")
    assert list(events) == [
        ("request", "owner", "requested"),
        ("review", "system", "reviewing"),
        ("approve", "staff", "processing"),
        ("paid", "system", "paid"),
    ]
    assert verify().problems == []


def test_accounts_are_kept_encrypted(owner: Owner) -> None:
    ask(owner, 1_000, AT)
    commissions.approve_withdrawal(number=Withdrawal.objects.get().number, actor=ANNA, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, account, account_index, last4 FROM commissions_payoutaccount")
        name, account, index, last4 = cursor.fetchone()
        cursor.execute("SELECT payee_name, payee_account FROM payments_transfer")
        kept = (name, account, index, *cursor.fetchone())
    assert last4 == "7890"
    assert not any("王小满" in text or payouts.ACCOUNT in text for text in kept)


@pytest.mark.parametrize(
    ("fen", "error"), [(999, errors.TooLittle), (1_000, None), (1_801, errors.BalanceTooLow)]
)
def test_least_amount_and_balance(fen: int, error: type[Exception] | None, owner: Owner) -> None:
    if error:
        refused(error, lambda: ask(owner, fen, AT))
    else:
        assert ask(owner, fen, AT).amount_fen == fen


@pytest.mark.parametrize(("fen", "fits"), [(5_000_000, True), (5_000_001, False)])
def test_most_in_a_day(fen: int, fits: bool) -> None:
    owner = earner(AT, RICH)
    if fits:
        assert ask(owner, fen, AT).status == "reviewing"
    else:
        assert "50,000.00" in refused(errors.TooMuch, lambda: ask(owner, fen, AT)).sentence


def test_one_a_day_of_shanghai_whatever_came_of_it() -> None:
    owner = earner(AT, 18_000)
    late = datetime(2026, 7, 20, 23, 59, 59, tzinfo=AT.tzinfo)
    row = ask(owner, 1_000, late - timedelta(hours=5))
    commissions.reject_withdrawal(number=row.number, actor=ANNA, at=late, reason="账户存疑")
    refused(errors.AlreadyToday, lambda: ask(owner, 1_000, late))
    assert ask(owner, 1_000, late + timedelta(seconds=1)).status == "reviewing"


def test_one_open_at_a_time() -> None:
    owner = earner(AT, 18_000)
    row = ask(owner, 1_000, AT)
    refusal = refused(errors.AnotherOpen, lambda: ask(owner, 1_000, AT + DAY))
    assert row.number in refusal.sentence


def test_without_an_account_nothing_goes_out() -> None:
    owner = earner(AT, account="")
    refused(errors.AccountMissing, lambda: ask(owner, 1_000, AT))


def test_a_suspended_owner_waits(owner: Owner) -> None:
    OwnerStanding.objects.filter(owner=owner).update(suspended=True)
    refused(errors.OwnerSuspended, lambda: ask(owner, 1_000, AT))


@pytest.mark.parametrize("debt", [0, 1])
def test_an_owner_in_debt_waits(debt: int, owner: Owner) -> None:
    owe(owner, debt)
    if debt:
        assert "¥0.01" in refused(errors.InDebt, lambda: ask(owner, 1_000, AT)).sentence
    else:
        assert ask(owner, 1_000, AT).amount_fen == 1_000


def owe(owner: Owner, fen: int) -> None:
    books.owe(owner.public_id, fen, AT)


@pytest.mark.parametrize(
    ("kind", "account", "error"),
    [
        ("bank", "62220212345", errors.BadAccount),
        ("bank", "622202123456", None),
        ("bank", "6222 0212-3456 7890 123", None),
        ("bank", "62220212345678901234", errors.BadAccount),
        ("bank", "６２２２０２１２３４５６", errors.BadAccount),
        ("bank", "", errors.BadAccount),
        ("alipay", "13800001234", None),
        ("alipay", "23800001234", errors.BadAccount),
        ("alipay", "138000012345", errors.BadAccount),
    ],
)
def test_numbers_of_accounts(kind: str, account: str, error: type[Exception] | None, owner: Owner) -> None:
    def add() -> PayoutAccount:
        return commissions.set_payout_account(
            owner=owner,
            kind=PayeeKind(kind),
            name=payouts.NAME,
            account=account,
            actor=payouts.actor_of(owner),
            at=AT,
        )

    if error:
        refused(error, add)
        return
    row = add()
    assert row.account == account.replace(" ", "").replace("-", "")
    assert PayoutAccount.objects.filter(owner=owner, replaced_at=None).get() == row
    assert PayoutAccount.objects.filter(owner=owner).count() == 2


@pytest.mark.parametrize("name", ["王小滿", "王", ""])
def test_the_accounts_name_is_the_certified_one(name: str, owner: Owner) -> None:
    refused(
        errors.NameDiffers,
        lambda: commissions.set_payout_account(
            owner=owner,
            kind=PayeeKind.BANK,
            name=name,
            account=payouts.ACCOUNT,
            actor=payouts.actor_of(owner),
            at=AT,
        ),
    )


def test_a_certified_name_that_changed_since_stops_it(owner: Owner) -> None:
    owner.user.real_name.name = "王大满"
    owner.user.real_name.save()
    refused(errors.NameDiffers, lambda: ask(owner, 1_000, AT))


def test_a_rejected_one_gives_the_money_back_once(owner: Owner) -> None:
    row = ask(owner, 1_800, AT)
    refused(
        BadInput, lambda: commissions.reject_withdrawal(number=row.number, actor=ANNA, at=AT, reason=" x ")
    )
    row = commissions.reject_withdrawal(number=row.number, actor=ANNA, at=AT, reason="账户存疑")
    assert (row.status, row.decision_note) == ("rejected", "账户存疑")
    assert wallet(owner) == {"balance": 1_800, "clearing": 0, "debt": 0}
    before = picture()
    again = commissions.reject_withdrawal(number=row.number, actor=BELA, at=AT + DAY, reason="再次")
    assert (again.status, again.decision_note, again.ended_at) == ("rejected", "账户存疑", AT)
    assert picture() == before
    refused(MoveRefused, lambda: commissions.approve_withdrawal(number=row.number, actor=BELA, at=AT))
    assert verify().problems == []


def test_a_returned_one_gives_the_money_back_once() -> None:
    owner = earner(AT, account="6222021234560000")
    row = approved(owner, 1_800, AT)
    assert arrive(AT) == ["applied"]
    assert (status(row), row.ended_at) == ("failed", AT)
    assert wallet(owner) == {"balance": 1_800, "clearing": 0, "debt": 0}
    assert take(payouts.notice(row, "transfer.returned"), AT) == "repeated"
    assert wallet(owner) == {"balance": 1_800, "clearing": 0, "debt": 0}
    assert Journal.objects.filter(kind="withdraw_back").count() == 1
    assert verify().problems == []


@pytest.mark.parametrize(("debt", "left"), [(700, 1_100), (1_800, 0), (2_500, 0)])
def test_what_comes_back_repays_debt_first(debt: int, left: int, owner: Owner) -> None:
    row = ask(owner, 1_800, AT)
    owe(owner, debt)
    write_debt(owner=owner, debt_fen=debt, at=AT)
    commissions.reject_withdrawal(number=row.number, actor=ANNA, at=AT, reason="账户存疑")
    owed = debt - (1_800 - left)
    assert wallet(owner) == {"balance": left, "clearing": 0, "debt": owed}
    assert OwnerStanding.objects.get(owner=owner).debt_fen == owed


def test_a_refund_while_money_is_on_its_way_makes_a_debt_that_its_return_repays() -> None:
    owner = earner(AT, 1_800)
    row = ask(owner, 1_800, AT)
    line = story.line_of(Order.objects.get())
    later = AT + timedelta(hours=1)
    orders.refund_line(line=line, amount_fen=10_000, cause="case", cause_ref="c1", owner_side=False, at=later)
    assert wallet(owner) == {"balance": 0, "clearing": 1_800, "debt": 1_800}
    commissions.reject_withdrawal(number=row.number, actor=ANNA, at=later, reason="订单已退款")
    assert wallet(owner) == {"balance": 0, "clearing": 0, "debt": 0}
    story.arrive_refunds(later)
    assert verify().problems == []


def test_a_slow_bank_is_asked_again_with_the_same_number() -> None:
    row = approved(earner(AT, account="6222021234569999"), 1_800, AT)
    asked, moment = [], AT
    for pause in (0, 59, 1, 299, 1, 1799, 1, 1799, 1):
        moment += timedelta(seconds=pause)
        asked.append(send_due_transfers(at=moment))
    assert asked == [1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert SandboxTransfer.objects.count() == 1
    assert arrive(AT + timedelta(days=2) - timedelta(seconds=1)) == []
    assert status(row) == "processing"
    assert arrive(AT + timedelta(days=2)) == ["applied"]
    assert status(row) == "paid"
    assert send_due_transfers(at=AT + timedelta(days=9)) == 0


@pytest.mark.parametrize("off", [{"amount_fen": 1_799}, {"currency": "USD"}, {"app_id": "else"}])
def test_a_notice_about_something_else_changes_nothing(off: dict[str, Any], owner: Owner) -> None:
    row = approved(owner, 1_800, AT)
    assert take(payouts.notice(row, "transfer.paid", **off), AT) == "mismatch"
    assert (status(row), wallet(owner)["clearing"]) == ("processing", 1_800)


def test_an_unknown_number_is_kept_as_an_orphan(owner: Owner) -> None:
    row = approved(owner, 1_800, AT)
    assert take(payouts.notice(row, "transfer.paid", transfer_number="1234"), AT) == "orphan"
    assert status(row) == "processing"


def test_the_same_notice_again_changes_nothing(owner: Owner) -> None:
    row = approved(owner, 1_800, AT)
    body = payouts.notice(row, "transfer.paid")
    assert take(body, AT) == "applied"
    before = picture()
    assert take(body, AT) == "repeated"
    assert picture() == before


@pytest.mark.parametrize("order", list(permutations(["transfer.paid", "transfer.returned"])), ids="-".join)
def test_a_return_is_the_last_word_in_any_order(order: tuple[str, str], owner: Owner) -> None:
    """A bank that reports a payment may still send it back."""
    channel = balance(AccountKind.CHANNEL_CLEARING)
    row = approved(owner, 1_800, AT)
    for kind in order:
        take(payouts.notice(row, kind), AT)
    assert (status(row), payouts.transfer_of(row).status) == ("failed", "returned")
    assert wallet(owner) == {"balance": 1_800, "clearing": 0, "debt": 0}
    assert balance(AccountKind.CHANNEL_CLEARING) == channel


def test_killed_before_the_commit_a_resend_pays(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    row = approved(owner, 1_800, AT)
    body = payouts.notice(row, "transfer.paid")
    before = picture()

    def die(*_args: object) -> None:
        raise SystemExit

    monkeypatch.setattr(notices.payments, "conclude_notice", die)
    with pytest.raises(SystemExit), transaction.atomic():
        take(body, AT)
    assert picture() == before
    monkeypatch.undo()
    assert take(body, AT) == "applied"
    assert take(body, AT) == "repeated"
    assert Journal.objects.filter(kind="payout_paid").count() == 1
    assert Notice.objects.filter(payload__transfer=payouts.transfer_of(row).number).count() == 1


PATHS: dict[str, list[str]] = {
    "requested": [],
    "reviewing": [],
    "processing": ["approve"],
    "paid": ["approve", "paid"],
    "failed": ["approve", "returned"],
    "rejected": ["reject"],
}


@pytest.mark.parametrize("state", WithdrawalStatus.values)
def test_staff_acts_by_every_actor_in_every_state(state: str, owner: Owner) -> None:
    row = ask(owner, 1_800, AT)
    for event in PATHS[state]:
        if event in ("approve", "reject"):
            decide(row, event, ANNA)
        else:
            take(payouts.notice(row, f"transfer.{event}"), AT)
    Withdrawal.objects.filter(pk=row.pk).update(status=state)
    answered = {("approve", state) for state in ("processing", "paid")} | {("reject", "rejected")}
    for event in ("approve", "reject"):
        for kind in ActorKind:
            if (event, state) in answered and kind == ActorKind.STAFF:
                before = picture()
                decide(row, event, BELA)
                assert picture() == before
            elif WITHDRAWALS.find(state, event, kind) is None:
                refused(MoveRefused, lambda event=event, kind=kind: decide(row, event, Actor(kind, "x")))
    assert WITHDRAWALS.events(state, ActorKind.OWNER) == set()


def decide(row: Withdrawal, event: str, actor: Actor) -> None:
    if event == "approve":
        commissions.approve_withdrawal(number=row.number, actor=actor, at=AT)
    else:
        commissions.reject_withdrawal(number=row.number, actor=actor, at=AT, reason="账户存疑")


def test_an_unknown_withdrawal_is_not_found() -> None:
    with pytest.raises(NotFound):
        commissions.approve_withdrawal(number="1", actor=ANNA, at=AT)


def test_paid_is_what_the_books_say(owner: Owner) -> None:
    assert paid(owner, 1_000, AT).status == "paid"
    assert wallet(owner) == {"balance": 800, "clearing": 0, "debt": 0}


def test_approving_twice_sends_one_transfer(owner: Owner) -> None:
    row = ask(owner, 1_800, AT)
    commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT)
    before = picture()
    again = commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT)
    assert (again.status, picture() == before) == ("processing", True)


def test_without_tax_information_nothing_goes_out(owner: Owner) -> None:
    TaxProfile.objects.filter(owner=owner).update(replaced_at=AT)
    refused(TaxInfoMissing, lambda: ask(owner, 1_000, AT))


@pytest.mark.parametrize(("days", "passes"), [(0, True), (1, False)])
def test_the_document_counts_through_its_last_day(days: int, passes: bool, owner: Owner) -> None:
    payouts.give_tax_info(owner, AT, valid_until=AT.date())
    at = datetime(2026, 7, 20, 23, 59, 59, tzinfo=AT.tzinfo) + timedelta(seconds=days)
    if passes:
        assert ask(owner, 1_000, at).status == "reviewing"
    else:
        assert "2026-07-20" in refused(DocumentExpired, lambda: ask(owner, 1_000, at)).sentence


LICENCE = numbers.company_code(71)


def business(owner: Owner, identity: Identity, at: datetime) -> None:
    payouts.give_tax_info(owner, at, identity, name="小满百货商行", number=LICENCE)


def test_a_business_gives_an_invoice_and_is_reviewed() -> None:
    owner = earner(AT, 18_000)
    payouts.paid(owner, 1_000, AT)
    business(owner, Identity.BUSINESS, AT)
    for number in ("", "1234567", "123456789", "1234567８"):
        refused(errors.InvoiceMissing, lambda number=number: ask(owner, 1_000, AT + DAY, invoice=number))
    row = ask(owner, 1_000, AT + DAY, invoice=" 12345678 ")
    assert (row.status, row.invoice_number) == ("reviewing", "12345678")
    commissions.approve_withdrawal(number=row.number, actor=ANNA, at=AT + DAY)
    arrive(AT + DAY)
    refused(errors.InvoiceUsed, lambda: ask(owner, 1_000, AT + 2 * DAY, invoice="12345678"))
    assert ask(owner, 1_000, AT + 2 * DAY, invoice="1" * 20).status == "reviewing"
    assert verify().problems == []


def test_an_invoice_of_a_withdrawal_that_came_back_may_be_used_again(owner: Owner) -> None:
    business(owner, Identity.BUSINESS, AT)
    row = ask(owner, 1_000, AT, invoice="12345678")
    commissions.reject_withdrawal(number=row.number, actor=ANNA, at=AT, reason="发票抬头有误")
    assert ask(owner, 1_000, AT + DAY, invoice="12345678").status == "reviewing"


def test_a_company_is_paid_to_its_own_account(owner: Owner) -> None:
    business(owner, Identity.COMPANY, AT)
    refused(errors.NameDiffers, lambda: ask(owner, 1_000, AT, invoice="12345678"))
    commissions.set_payout_account(
        owner=owner, kind=PayeeKind.BANK, name="小满百货商行", account=payouts.ACCOUNT,
        actor=payouts.actor_of(owner), at=AT,
    )  # fmt: skip
    assert ask(owner, 1_000, AT, invoice="12345678").status == "reviewing"
