"""The supplier's deposit: charge, notice, books and state in one step; everything odd goes back (rules §1.6, trust §3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from ledger.models import Journal
from ledger.selectors import balances
from payments.models import Charge, Refund, SandboxMessage
from payments.providers.sandbox import Button, sign
from payments.services import press_cashier
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from suppliers.states import SUPPLIERS
from taoxiaopu.flows import stage
from taoxiaopu.flows.services import notices, receive_notice, sweep
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused
from tests.factories import rulebook, story
from tests.factories.threads import at_once
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
FULL = 1_000_000


@pytest.fixture
def supplier() -> Supplier:
    """Approved, and asked for its deposit."""
    story.ensure_reference()
    return stage.let_in(story.applicant(AT), story.SYSTEM_STAFF, AT)


@pytest.fixture
def charge(supplier: Supplier) -> Charge:
    return open_payment(supplier)


def open_payment(supplier: Supplier, at: datetime = AT) -> Charge:
    return suppliers.open_deposit_payment(supplier=supplier, actor=story.supplier_actor(supplier), at=at)


def take(notice: tuple[bytes, dict[str, str]], at: datetime = AT) -> str:
    return receive_notice(provider="sandbox", body=notice[0], headers=notice[1], at=at)


def books() -> dict[str, int]:
    totals: dict[str, int] = {}
    for (kind, _party), fen in balances().items():
        totals[kind] = totals.get(kind, 0) + fen
    return {kind: fen for kind, fen in totals.items() if fen}


def status(supplier: Supplier) -> str:
    supplier.refresh_from_db()
    return supplier.status


def test_the_charge_is_for_the_whole_deposit(charge: Charge, supplier: Supplier) -> None:
    assert (charge.purpose, charge.reference, charge.trade_number) == ("deposit", supplier.public_id, "")
    assert (charge.amount_fen, charge.expires_at) == (FULL, AT + timedelta(minutes=30))
    assert open_payment(supplier).number == charge.number
    assert Charge.objects.count() == 1


def test_the_notice_books_the_deposit_and_lets_the_supplier_in(charge: Charge, supplier: Supplier) -> None:
    with pytest.raises(errors.NotActive):
        story.good(supplier, AT)
    press_cashier(charge=charge, button=Button.PAY, at=AT)
    assert status(supplier) == "await_deposit"
    assert story.deliver(charge, AT) == "applied"
    charge.refresh_from_db()
    assert (charge.status, status(supplier)) == ("paid", "active")
    journal = Journal.objects.get()
    assert (journal.kind, journal.ref_type, journal.ref_id) == ("deposit", "charge", charge.number)
    assert books() == {"channel_clearing": FULL, "supplier_deposit": FULL}
    assert balances(supplier.public_id)["supplier_deposit", supplier.public_id] == FULL
    last = audit.history("supplier", supplier.public_id).last()
    assert last is not None
    assert (last.event, last.actor_kind, last.to_state) == ("deposit", "system", "active")
    letter = supplier.members.get().user.letters.get(kind="deposit_received")
    assert letter.facts == {"amount_fen": FULL}
    assert story.good(supplier, AT).status == "listed"
    assert verify().problems == []


@pytest.mark.parametrize(("fen", "becomes"), [(FULL - 1, "await_deposit"), (FULL, "active")])
def test_9999_99_is_not_enough(fen: int, becomes: str, supplier: Supplier) -> None:
    """A charge of 9,999.99 (opened by older rules) leaves the supplier waiting for the last fen."""
    rulebook.new_numbers(AT, SUPPLIER_DEPOSIT_FEN=fen)
    charge = open_payment(supplier)
    assert charge.amount_fen == fen
    rulebook.new_numbers(AT + timedelta(minutes=1), SUPPLIER_DEPOSIT_FEN=FULL)
    later = AT + timedelta(minutes=2)
    assert take(story.notice(charge, later), later) == "applied"
    assert (status(supplier), books()["supplier_deposit"]) == (becomes, fen)
    if becomes == "await_deposit":
        rest = open_payment(supplier, later)
        assert rest.amount_fen == 1
        assert take(story.notice(rest, later), later) == "applied"
        assert (status(supplier), books()["supplier_deposit"]) == ("active", FULL)


@pytest.mark.parametrize("off", [{"amount_fen": FULL - 1}, {"amount_fen": FULL + 1}, {"currency": "USD"}])
def test_another_amount_goes_to_review(off: dict[str, Any], charge: Charge, supplier: Supplier) -> None:
    assert take(story.notice(charge, AT, **off)) == "mismatch"
    charge.refresh_from_db()
    assert (charge.status, status(supplier), books()) == ("review", "await_deposit", {})
    again = open_payment(supplier)
    assert again.number != charge.number
    assert take(story.notice(again, AT)) == "applied"
    assert status(supplier) == "active"


def test_the_same_notice_again_changes_nothing(charge: Charge) -> None:
    notice = story.notice(charge, AT)
    assert take(notice) == "applied"
    before = picture()
    assert take(notice) == "repeated"
    assert picture() == before


def test_paid_twice_the_second_is_returned_in_full(charge: Charge, supplier: Supplier) -> None:
    press_cashier(charge=charge, button=Button.TWICE, at=AT)
    for message in SandboxMessage.objects.order_by("pk"):
        body = message.body.encode()
        stamp = str(int(AT.timestamp()))
        take((body, {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sign(body, stamp)}))
        message.sent_at = AT
        message.save()
    assert books() == {"channel_clearing": 2 * FULL, "supplier_deposit": FULL, "refund_clearing": FULL}
    story.arrive_refunds(AT)
    assert books() == {"channel_clearing": FULL, "supplier_deposit": FULL}
    assert (Refund.objects.get().cause, status(supplier)) == ("stray", "active")
    assert verify().problems == []


def test_a_second_charge_cannot_pay_again(charge: Charge, supplier: Supplier) -> None:
    take(story.notice(charge, AT, kind="closed"))
    second = open_payment(supplier)
    assert second.number != charge.number
    assert take(story.notice(charge, AT)) == "applied"
    second.refresh_from_db()
    assert second.status == "closed"
    assert take(story.notice(second, AT)) == "stray"
    story.arrive_refunds(AT)
    assert books() == {"channel_clearing": FULL, "supplier_deposit": FULL}


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_late_payment_is_returned_and_a_new_charge_is_made(
    is_swept: bool, charge: Charge, supplier: Supplier
) -> None:
    late = AT + timedelta(minutes=30, seconds=1)
    if is_swept:
        assert suppliers.close_overdue_deposits(at=AT + timedelta(minutes=30)) == 0
        assert sweep(at=late) == 1
        charge.refresh_from_db()
        assert charge.status == "closed"
    assert take(story.notice(charge, late), late) == "stray"
    story.arrive_refunds(late)
    assert (status(supplier), books()) == ("await_deposit", {})
    fresh = open_payment(supplier, late)
    assert fresh.number != charge.number
    charge.refresh_from_db()
    assert charge.status == "closed"


def test_the_last_moment_is_in_time(charge: Charge, supplier: Supplier) -> None:
    last = AT + timedelta(minutes=30)
    assert take(story.notice(charge, last), last) == "applied"
    assert status(supplier) == "active"


def test_killed_before_the_commit_a_resend_pays(
    charge: Charge, supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = story.notice(charge, AT)
    before = picture()

    def die(*_args: object) -> None:
        raise SystemExit

    monkeypatch.setattr(notices.payments, "conclude_notice", die)
    with pytest.raises(SystemExit), transaction.atomic():
        take(notice)
    assert picture() == before
    monkeypatch.undo()
    assert take(notice) == "applied"
    assert status(supplier) == "active"


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_are_one_deposit(charge: Charge, supplier: Supplier) -> None:
    notice = story.notice(charge, AT)
    assert sorted(at_once([lambda: take(notice)] * 10)) == ["applied", *["repeated"] * 9]
    assert books() == {"channel_clearing": FULL, "supplier_deposit": FULL}


@pytest.mark.django_db(transaction=True)
def test_two_clicks_open_one_charge(supplier: Supplier) -> None:
    numbers = {charge.number for charge in at_once([lambda: open_payment(supplier)] * 4)}
    assert len(numbers) == 1


@pytest.mark.parametrize(
    "where", ["draft", "submitted", "in_review", "need_info", "rejected", "active", "suspended"]
)
def test_nobody_else_pays_a_deposit(where: str, supplier: Supplier) -> None:
    if where in ("active", "suspended"):
        story.pay_deposit(supplier, AT)  # whole: who is in pays what it is short of
    Supplier.objects.filter(pk=supplier.pk).update(status=where)
    before = picture()
    with pytest.raises(MoveRefused):
        open_payment(supplier)
    assert picture() == before


@pytest.mark.parametrize(
    "actor",
    [Actor(ActorKind.SUPPLIER, "another"), Actor(ActorKind.STAFF, "anna"), Actor(ActorKind.OWNER, "o")],
)
def test_only_its_own_member_pays(actor: Actor, supplier: Supplier) -> None:
    before = picture()
    with pytest.raises(MoveRefused):
        suppliers.open_deposit_payment(supplier=supplier, actor=actor, at=AT)
    assert picture() == before


def test_before_it_is_in_nothing_is_listed(supplier: Supplier) -> None:
    before = picture()
    with pytest.raises(errors.NotActive) as refused:
        story.good(supplier, AT)
    assert "待缴保证金" in refused.value.sentence
    assert picture() == before
    assert not Good.objects.exists()
    assert SUPPLIERS.events("await_deposit", ActorKind.SUPPLIER) == set()
