"""The end of an exit: what is owed is taken first, the rest goes to the company's account, and the supplier is out
(docs/rules.md §1.6).
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from commissions import errors as commission_errors
from commissions import services as commissions
from commissions.models import DepositReturn, SupplierStatementLine
from disputes import errors as dispute_errors
from disputes import services as disputes
from disputes.leaving import leaving_of
from ledger import posting
from ledger.models import AccountKind as A
from ledger.models import JournalKind
from ledger.posting import Event, Movement, Side
from ledger.selectors import balance
from payments import services as payments
from payments.models import SandboxTransfer, Transfer
from payments.providers.sandbox import Button
from payments.services import press_cashier
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from taoxiaopu.flows.services import sweep
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import payouts, rulebook, story
from tests.factories.payouts import ANNA, BELA
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
FULL, BOND = 1_000_000, 200_000
GOOD_BANK, RETURNING, LATE = "6222020200112233445", "6222020200110000", "6222020200115555"


@pytest.fixture
def supplier() -> Supplier:
    found = story.supplier(AT)
    give_account(found)
    return found


def give_account(of: Supplier, account: str = GOOD_BANK) -> None:
    commissions.set_supplier_account(
        supplier=of, name=of.name, account=account, actor=story.supplier_actor(of), at=AT
    )


def leave(of: Supplier, at: datetime = AT) -> Supplier:
    suppliers.begin_exit(public_id=of.public_id, actor=story.supplier_actor(of), at=at)
    of.refresh_from_db()
    return of


def settle(of: Supplier, actor: Actor = ANNA, at: datetime = AT, reason: str = "已核对") -> Supplier:
    found = disputes.settle_exit(public_id=of.public_id, actor=actor, at=at, reason=reason)
    of.refresh_from_db()
    return found


def settled(of: Supplier, at: datetime = AT) -> DepositReturn:
    """Two people let it go."""
    for person in (ANNA, BELA):
        settle(of, person, at)
    return DepositReturn.objects.order_by("-pk")[0]


def arrive(at: datetime = AT) -> None:
    """The bank does what it does, and says so."""
    payouts.arrive(at)


def held(of: Supplier) -> tuple[int, int, int, int]:
    kinds = (A.SUPPLIER_PAYABLE, A.CATEGORY_BOND, A.SUPPLIER_DEPOSIT, A.SUPPLIER_DEBT)
    payable, bond, deposit, debt = (balance(kind, of.public_id) for kind in kinds)
    return payable, bond, deposit, debt


def letters(of: Supplier) -> list[str]:
    return list(of.members.get().user.letters.order_by("pk").values_list("kind", flat=True))


def refused(error: type[Exception], act: Any) -> None:
    before = picture()
    with pytest.raises(error):
        act()
    assert picture() == before


def test_two_people_send_it_and_the_supplier_is_out_when_the_bank_paid(supplier: Supplier) -> None:
    leave(supplier)
    settle(supplier)
    row = DepositReturn.objects.get()
    assert (row.status, row.endorsed_by, row.amount_fen) == ("reviewing", ANNA.ref, FULL)
    assert (row.payable_fen, row.bond_fen, row.deposit_fen) == (0, 0, FULL)
    assert (held(supplier), balance(A.PAYOUT_CLEARING)) == ((0, 0, 0, 0), FULL)
    assert (supplier.status, supplier.settling_since) == ("exiting", AT)
    assert verify().problems == []
    refused(commission_errors.SamePerson, lambda: settle(supplier))
    settle(supplier, BELA)
    row.refresh_from_db()
    assert (row.status, Transfer.objects.get().cause_ref) == ("processing", row.number)
    assert verify().problems == []
    settle(supplier, BELA)  # again: it is sent already
    assert Transfer.objects.count() == 1
    arrive()
    row.refresh_from_db()
    supplier.refresh_from_db()
    assert (row.status, row.ended_at) == ("paid", AT)
    assert (supplier.status, supplier.exited_at, supplier.settling_since) == ("exited", AT, None)
    assert (held(supplier), balance(A.PAYOUT_CLEARING)) == ((0, 0, 0, 0), 0)
    assert [one.event for one in audit.history("deposit_return", row.number)] == [
        "request", "review", "endorse", "approve", "paid",
    ]  # fmt: skip
    assert audit.history("supplier", supplier.public_id).last().event == "exit"  # type: ignore[union-attr]
    assert letters(supplier)[-2:] == ["deposit_return_paid", "exit_done"]
    assert verify().problems == []
    refused(MoveRefused, lambda: suppliers.come_back(public_id=supplier.public_id, actor=ANNA, at=AT))


@pytest.mark.parametrize(("limit", "sent"), [(FULL - 1, False), (FULL, True)])
def test_one_person_is_enough_up_to_the_limit(limit: int, sent: bool, supplier: Supplier) -> None:
    rulebook.new_numbers(AT, FOUR_EYES_PAYOUT_FEN=limit)
    leave(supplier)
    settle(supplier)
    assert (DepositReturn.objects.get().status == "processing") is sent
    assert Transfer.objects.exists() is sent


def test_payable_bond_and_deposit_go_together_and_debts_are_taken_first(supplier: Supplier) -> None:
    party = supplier.public_id
    channel, debt = Side(A.CHANNEL_CLEARING), Side(A.SUPPLIER_DEBT, party)
    story.finalised_order(story.good(supplier, AT), AT)
    payable = balance(A.SUPPLIER_PAYABLE, party)
    pay_bond(supplier)
    bond = balance(A.CATEGORY_BOND, party)
    posting.post(
        Event(JournalKind.MANUAL, "tests", "debt"), [Movement(debt, channel, payable + 1_234)], at=AT
    )
    free = leaving_of(supplier, at=AT).last_end + 30 * DAY  # type: ignore[operator]
    leave(supplier)
    row = settled(supplier, free)
    assert (row.payable_fen, row.bond_fen, row.deposit_fen) == (0, bond - 1_234, FULL)
    assert held(supplier) == (0, 0, 0, 0)
    arrive(free)
    supplier.refresh_from_db()
    assert supplier.status == "exited"
    assert SandboxTransfer.objects.get().amount_fen == bond - 1_234 + FULL


def pay_bond(of: Supplier) -> None:
    charge = suppliers.open_bond_payment(
        supplier=of, category_code="home/appliances", actor=story.supplier_actor(of), at=AT
    )
    press_cashier(charge=charge, button=Button.PAY, at=AT)
    assert story.deliver(charge, AT) == "applied"


def test_a_debt_that_is_more_than_it_has_keeps_it(supplier: Supplier) -> None:
    debt = Side(A.SUPPLIER_DEBT, supplier.public_id)
    moved = [Movement(debt, Side(A.CHANNEL_CLEARING), FULL + 1)]
    posting.post(Event(JournalKind.MANUAL, "tests", "debt"), moved, at=AT)
    leave(supplier)
    refused(dispute_errors.NotFreeYet, lambda: settle(supplier))


def test_with_nothing_left_it_is_out_at_once(supplier: Supplier) -> None:
    debt = Side(A.SUPPLIER_DEBT, supplier.public_id)
    moved = [Movement(debt, Side(A.CHANNEL_CLEARING), FULL)]
    posting.post(Event(JournalKind.MANUAL, "tests", "debt"), moved, at=AT)
    settle(leave(supplier))
    assert (supplier.status, held(supplier), DepositReturn.objects.count()) == ("exited", (0, 0, 0, 0), 0)
    last = audit.history("supplier", supplier.public_id).last()
    assert last is not None
    assert (last.event, last.actor_ref, last.reason) == ("exit", ANNA.ref, "已核对")


def test_it_waits_for_what_is_open_and_for_its_days_to_the_second(supplier: Supplier) -> None:
    good = story.good(supplier, AT)
    order = story.paid_order(good, AT)
    leave(supplier)
    refused(dispute_errors.NotFreeYet, lambda: settle(supplier, at=AT + 90 * DAY))
    story.ship(order, AT)
    story.confirm(order, AT)
    sweep(at=AT + 30 * DAY)
    free = leaving_of(supplier, at=AT).last_end + 30 * DAY  # type: ignore[operator]
    refused(dispute_errors.NotFreeYet, lambda: settle(supplier, at=free - SECOND))
    settle(supplier, at=free)
    assert DepositReturn.objects.get().payable_fen == balance(A.PAYOUT_CLEARING) - FULL > 0


def test_only_staff_with_a_reason_settle_only_one_that_leaves(supplier: Supplier) -> None:
    refused(MoveRefused, lambda: settle(supplier))
    leave(supplier)
    refused(BadInput, lambda: settle(supplier, reason=" x "))
    for kind in ActorKind:
        if kind != ActorKind.STAFF:
            refused(MoveRefused, lambda kind=kind: settle(supplier, Actor(kind, supplier.public_id)))
    Supplier.objects.get(pk=supplier.pk).payout_accounts.update(replaced_at=AT)
    refused(commission_errors.CompanyAccountMissing, lambda: settle(supplier))


def test_a_member_does_not_let_her_own_companys_money_go(supplier: Supplier) -> None:
    person = supplier.members.get().user.public_id
    leave(supplier)
    refused(commission_errors.OwnMoney, lambda: settle(supplier, Actor(ActorKind.STAFF, person, person)))


def test_staff_refuse_it_and_begin_anew(supplier: Supplier) -> None:
    leave(supplier)
    settle(supplier)
    refused(
        errors.ExitBeingPaid,
        lambda: suppliers.come_back(
            public_id=supplier.public_id, actor=story.supplier_actor(supplier), at=AT
        ),
    )
    row = DepositReturn.objects.get()
    refused(
        BadInput, lambda: commissions.reject_deposit_return(number=row.number, actor=BELA, at=AT, reason="")
    )
    for _again in range(2):
        commissions.reject_deposit_return(number=row.number, actor=BELA, at=AT, reason="账户存疑")
    supplier.refresh_from_db()
    assert (held(supplier), supplier.settling_since) == ((0, 0, FULL, 0), None)
    assert letters(supplier)[-1] == "deposit_return_rejected"
    assert verify().problems == []
    assert settled(supplier).number != row.number
    refused(
        MoveRefused,
        lambda: commissions.reject_deposit_return(
            number=DepositReturn.objects.order_by("-pk")[0].number, actor=ANNA, at=AT, reason="晚了"
        ),
    )


def test_what_changed_after_the_first_look_is_looked_at_anew(supplier: Supplier) -> None:
    leave(supplier)
    settle(supplier)
    moved = [Movement(Side(A.SUPPLIER_DEBT, supplier.public_id), Side(A.CHANNEL_CLEARING), 1)]
    posting.post(Event(JournalKind.MANUAL, "tests", "claim"), moved, at=AT)
    refused(dispute_errors.NotFreeYet, lambda: settle(supplier, BELA))
    posting.post(
        Event(JournalKind.MANUAL, "tests", "more"),
        [Movement(Side(A.CHANNEL_CLEARING), Side(A.SUPPLIER_PAYABLE, supplier.public_id), 5)],
        at=AT,
    )
    refused(commission_errors.SumsChanged, lambda: settle(supplier, BELA))


@pytest.mark.parametrize("account", [RETURNING, LATE])
def test_what_the_bank_returned_is_sent_again(account: str, supplier: Supplier) -> None:
    give_account(supplier, account)
    leave(supplier)
    row = settled(supplier)
    for n in range(4):
        arrive(AT + n * 3 * DAY)
    row.refresh_from_db()
    supplier.refresh_from_db()
    is_late = account == LATE
    assert (row.status, supplier.status) == ("failed", "exited" if is_late else "exiting")
    assert (held(supplier), supplier.settling_since) == ((0, 0, FULL, 0), None)
    assert letters(supplier)[-1] == "deposit_return_failed"
    assert verify().problems == []
    give_account(supplier)
    second = settled(supplier, AT + 20 * DAY)
    arrive(AT + 20 * DAY)
    second.refresh_from_db()
    supplier.refresh_from_db()
    assert (second.status, supplier.status, held(supplier)) == ("paid", "exited", (0, 0, 0, 0))
    assert letters(supplier).count("exit_done") == 1
    assert verify().problems == []


def test_a_lost_answer_is_asked_again_with_the_same_number(supplier: Supplier) -> None:
    leave(supplier)
    settled(supplier)
    payments.send_due_transfers(at=AT)
    assert payments.send_due_transfers(at=AT + 59 * SECOND) == 0
    payments.send_due_transfers(at=AT + 61 * SECOND)
    assert (Transfer.objects.get().attempts, SandboxTransfer.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "exited"},
        {"exited_at": AT},
        {"settling_since": AT},
        {"status": "exited", "exiting_since": AT, "exit_from": "active", "exit_by": "staff"},
    ],
)
def test_postgresql_refuses_half_an_end(wrong: dict[str, object], supplier: Supplier) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Supplier.objects.filter(pk=supplier.pk).update(**wrong)


def test_the_desk_of_one_that_left_only_shows(supplier: Supplier, client: Client) -> None:
    good: Good = story.good(supplier, AT)
    leave(supplier)
    settled(supplier)
    arrive()
    client.force_login(supplier.members.get().user)
    for name in ("home", "goods", "orders", "payable", "exit", "members", "payout-account"):
        assert client.get(reverse(f"supplier:{name}")).status_code == 200, name
    assert "退出完成" in client.get(reverse("supplier:exit")).content.decode()
    assert "已退出平台，后台只供查阅" in client.get(reverse("supplier:goods")).content.decode()
    row = DepositReturn.objects.get()
    page = client.get(reverse("supplier:deposit-return", args=[row.number])).content.decode()
    assert "已到账" in page
    before = picture()
    for name, args in (("freight", []), ("good", [good.public_id]), ("exit", []), ("exit-return", [])):
        assert client.post(reverse(f"supplier:{name}", args=args)).status_code == 403, name
    assert picture() == before
    assert client.post(reverse("supplier:payout-account"), {}).status_code == 422


def test_staff_see_what_is_open_and_let_it_go(supplier: Supplier, client: Client) -> None:
    act = reverse("admin:suppliers_supplier_act", args=[supplier.pk, "settle_exit"])
    page = reverse("admin:suppliers_supplier_change", args=[supplier.pk])
    people = [story.enrol(story.user(n, is_staff=True)) for n in (901, 902)]
    client.force_login(people[0])
    assert "核对并退还保证金" not in client.get(page).content.decode()
    leave(supplier, clock.now())
    shown = client.get(page).content.decode()
    assert ("核对并退还保证金" in shown, "已满足" in shown, "10,000.00" in shown) == (True, True, True)
    assert client.post(act, {"reason": ""}).status_code == 400
    assert client.post(act, {"reason": "已核对"}).status_code == 302
    again = client.post(act, {"reason": "再核对"})
    assert (again.status_code, "须由另一位工作人员复核" in again.content.decode()) == (409, True)
    row = DepositReturn.objects.get()
    theirs = client.get(reverse("admin:commissions_depositreturn_change", args=[row.pk])).content.decode()
    assert ("待第二人复核" in theirs, "企业名称一致" in theirs) == (True, True)
    client.force_login(people[1])
    client.post(act, {"reason": "复核无误"})
    row.refresh_from_db()
    assert row.status == "processing"
    arrive(clock.now())
    supplier.refresh_from_db()
    assert supplier.status == "exited"
    assert "核对并退还保证金" not in client.get(page).content.decode()


def test_no_good_of_it_is_on_sale(supplier: Supplier) -> None:
    story.good(supplier, AT)
    leave(supplier)
    settled(supplier)
    arrive()
    supplier.refresh_from_db()
    assert not supplier.sells_at(AT)
    assert supplier.is_paid_weekly  # what still comes in is paid as before


def test_the_statement_of_the_month_tells_it(supplier: Supplier) -> None:
    """Payable is a payout, deposit a deposit that went; what came back is the same the other way round."""
    give_account(supplier, RETURNING)
    story.finalised_order(story.good(supplier, AT), AT)
    payable = balance(A.SUPPLIER_PAYABLE, supplier.public_id)
    free = leaving_of(supplier, at=AT).last_end + 30 * DAY  # type: ignore[operator]
    leave(supplier)
    settled(supplier, free)
    arrive(free)
    give_account(supplier)
    settled(supplier, free + DAY)
    arrive(free + DAY)
    later = clock.month_bounds(clock.month_of(free))[1] + DAY
    first, month = clock.month_of(AT), clock.month_of(free)
    while first <= month:
        commissions.make_supplier_statements(first, at=later)
        first = clock.next_month(first)
    lines = SupplierStatementLine.objects.filter(kind__startswith="deposit_return").order_by("journal_id")
    assert list(lines.values_list("kind", "paid_fen", "deposited_fen", "payable_fen", "deposit_fen")) == [
        ("deposit_return", payable, -FULL, -payable, -FULL),
        ("deposit_return_back", -payable, FULL, payable, FULL),
        ("deposit_return", payable, -FULL, -payable, -FULL),
    ]
    assert payable > 0
    assert verify().problems == []
