"""The nightly comparison: a clean world has no difference; each planted damage is one row that names the thing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from ledger import posting
from ledger.models import AccountKind, Journal, JournalKind
from ledger.posting import Event, Movement, Side
from orders import services as orders
from orders.models import Order
from payments.models import Charge, Refund, SandboxPayment, SandboxTransfer, Transfer
from payments.providers import sandbox
from reconciliation.models import BillLine, Difference, Run
from reconciliation.selectors import ages, waiting
from reconciliation.services import approve_manual, assign, explain, propose_manual, reconcile, reopen
from reconciliation.services.manual import Line, new_token
from suppliers.models import Sku
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import payouts, story
from tests.factories.proof import guards_off
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
DAY = story.noon(2026, 6, 3)
NIGHT = DAY + timedelta(hours=17)  # 05:00 of the next day
STAFF = Actor(ActorKind.STAFF, "anna", "anna")


@pytest.fixture
def world() -> dict[str, Order]:
    """A paid order, a finalised one, one refunded on the way, one refunded whole."""
    supplier = story.supplier(DAY)
    good = story.good(supplier, DAY)
    shop = story.picked_shop(DAY, good)
    found = {
        "paid": story.paid_order(good, DAY, through=shop),
        "other": story.paid_order(good, DAY, through=shop, phone="13911113333"),
        "refunded": story.paid_order(good, DAY, phone="13911114444"),
    }
    give_back(found["refunded"])
    return found


def give_back(order: Order, at: datetime = DAY) -> Refund:
    """All of an order goes back and arrives."""
    orders.refund_line(
        line=story.line_of(order),
        amount_fen=10_000,
        cause="case",
        cause_ref=order.number,
        owner_side=False,
        at=at,
    )
    story.arrive_refunds(at)
    return Refund.objects.get(order_number=order.number)


def found() -> list[tuple[str, str, int]]:
    """What stands: kind, reference, fen."""
    rows = Difference.objects.exclude(status="closed").order_by("kind", "reference")
    return [(row.kind, row.reference, row.amount_fen) for row in rows]


def test_a_clean_world_has_no_difference_and_the_channel_is_the_bill(world: dict[str, Order]) -> None:
    run = reconcile(at=NIGHT)
    assert found() == []
    assert (run.day, run.percent, run.bill_lines) == (date(2026, 6, 3), 100, 5)
    assert (run.ledger_fen, run.bill_fen, run.transit_fen) == (1_020_000, 1_020_000, 0)
    assert [row.balance_fen for row in ages(at=NIGHT)] == [0, 0, 0]


def test_an_empty_platform_has_a_run_without_lines() -> None:
    run = reconcile(at=NIGHT)
    assert (run.found, run.bill_lines, run.percent) == (0, 0, 100)


def uncharged(world: dict[str, Order]) -> tuple[str, str, int]:
    charge = Charge.objects.get(trade_number=world["other"].trade.number)
    with guards_off():
        Journal.objects.get(kind="payment", order_number=world["other"].number).transfers.all().delete()
    return "charge_unbooked", charge.number, -10_000


def unbooked(world: dict[str, Order]) -> tuple[str, str, int]:
    posting.post(
        Event(JournalKind.PAYMENT, "order", "9999999999999999", order_number="9999999999999999"),
        [Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.ESCROW), 700)],
        at=DAY,
    )
    return "journal_uncharged", "9999999999999999", 700


def unknown(world: dict[str, Order]) -> tuple[str, str, int]:
    SandboxPayment.objects.create(
        charge_number="1", provider_number="SPstranger", kind="pay", amount_fen=333, at=DAY
    )
    return "payment_unknown", "SPstranger", -333


def off_by_one(world: dict[str, Order]) -> tuple[str, str, int]:
    charge = Charge.objects.get(trade_number=world["paid"].trade.number)
    SandboxPayment.objects.filter(charge_number=charge.number).update(amount_fen=10_001)
    return "amount", charge.number, -1


def not_in_bill(world: dict[str, Order]) -> tuple[str, str, int]:
    charge = Charge.objects.get(trade_number=world["paid"].trade.number)
    SandboxPayment.objects.filter(charge_number=charge.number).delete()
    return "charge_not_in_bill", charge.number, 10_000


def unknown_refund(world: dict[str, Order]) -> tuple[str, str, int]:
    SandboxPayment.objects.create(
        charge_number="1", provider_number="SRx", kind="refund", amount_fen=5, refund_number="77", at=DAY
    )
    return "refund_unknown", "77", 5


def unknown_transfer(world: dict[str, Order]) -> tuple[str, str, int]:
    SandboxTransfer.objects.create(
        transfer_number="88", provider_number="STx", amount_fen=6, fate="paid", at=DAY
    )
    return "transfer_unknown", "88", 6


def stock_off(world: dict[str, Order]) -> tuple[str, str, int]:
    sku = Sku.objects.select_related("good").get()
    with guards_off():
        Sku.objects.update(sold=sku.sold + 2, received=sku.received + 2)
    return "stock", f"{sku.good.public_id} {sku.name}", 2


DAMAGES = [uncharged, unbooked, unknown, off_by_one, not_in_bill, unknown_refund, unknown_transfer, stock_off]


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_one_row_that_names_it(
    world: dict[str, Order], damage: Callable[[dict[str, Order]], tuple[str, str, int]]
) -> None:
    expected = damage(world)
    reconcile(at=NIGHT)
    assert found() == [expected]


def test_a_stuck_refund_is_named_when_it_waits_longer_than_three_days(world: dict[str, Order]) -> None:
    orders.refund_line(
        line=story.line_of(world["paid"]),
        amount_fen=10_000,
        cause="case",
        cause_ref="1",
        owner_side=False,
        at=DAY,
    )
    refund = Refund.objects.get(status="requested")
    assert [(w.reference, w.fen) for w in waiting()] == [(refund.number, 10_000)]
    reconcile(at=DAY + timedelta(days=3))
    assert found() == []
    report = ages(at=DAY + timedelta(days=3))[0]
    assert (report.steps, report.items, report.balance_fen) == ((0, 10_000, 0, 0), 1, 10_000)
    reconcile(at=DAY + timedelta(days=3, seconds=1))
    assert found() == [("refund_stuck", refund.number, 10_000)]
    story.arrive_refunds(DAY + timedelta(days=4))
    reconcile(at=DAY + timedelta(days=5))
    assert found() == []


def test_a_stuck_transfer_is_named_by_its_withdrawal() -> None:
    at = story.noon(2026, 7, 21)
    owner = payouts.earner(at)
    row = payouts.approved(owner, 1_800, at)
    assert Transfer.objects.get().status == "requested"
    reconcile(at=at + timedelta(days=7))
    assert found() == []
    reconcile(at=at + timedelta(days=7, seconds=1))
    assert found() == [("transfer_stuck", row.number, 1_800)]
    payouts.arrive(at + timedelta(days=8))
    reconcile(at=at + timedelta(days=9))
    assert found() == []


PAID_OUT = story.noon(2026, 7, 21)
BACK = PAID_OUT + sandbox.LATE
DEPOSIT_AND_SALE = 1_000_000 + 10_000


@pytest.fixture
def late_return() -> Transfer:
    """A withdrawal of 1,800 fen that was paid on the 21st and that the bank sends back on the 24th at noon."""
    owner = payouts.earner(PAID_OUT, 1_800, account=f"62220212345{sandbox.LATE_ENDING}")
    return payouts.transfer_of(payouts.paid(owner, 1_800, PAID_OUT))


def test_what_a_bank_sends_back_days_later_is_no_difference_on_any_night(late_return: Transfer) -> None:
    run = reconcile(at=PAID_OUT + timedelta(hours=17))
    assert (run.bill_fen, run.ledger_fen) == (DEPOSIT_AND_SALE - 1_800, DEPOSIT_AND_SALE - 1_800)
    payouts.arrive(BACK)
    late_return.refresh_from_db()
    assert (late_return.status, late_return.returned_at) == ("returned", BACK)
    for night in range(1, 8):
        run = reconcile(at=PAID_OUT + timedelta(days=night, hours=17))
        assert (found(), run.unexplained_fen, run.transit_fen) == ([], 0, 0), night
    lines = BillLine.objects.filter(reference=late_return.number).order_by("at")
    assert [(line.kind, line.amount_fen) for line in lines] == [("transfer", 1_800), ("transfer_back", 1_800)]
    assert (run.bill_fen, run.ledger_fen) == (DEPOSIT_AND_SALE, DEPOSIT_AND_SALE)
    assert [problem.sentence for problem in verify().problems] == []


@pytest.mark.parametrize(("late", "expected"), [(False, []), (True, [("return_unknown", -1_800)])])
def test_a_return_that_nobody_told_us_of_is_on_its_way_for_two_hours(
    late_return: Transfer, late: bool, expected: list[tuple[str, int]]
) -> None:
    """In the bill at 22:00:00 it may yet be told; at 21:59:59 it is a difference, and our books have it as paid."""
    moment = BACK + timedelta(hours=10, seconds=-1 if late else 0)
    SandboxTransfer.objects.update(back_at=moment)
    run = reconcile(at=BACK + timedelta(hours=12, minutes=5))
    assert (run.bill_fen - run.ledger_fen, run.transit_fen) == (1_800, 0 if late else 1_800)
    assert found() == [(kind, late_return.number, fen) for kind, fen in expected]


def test_a_return_that_the_bill_lacks_is_named(late_return: Transfer) -> None:
    payouts.arrive(BACK)
    SandboxTransfer.objects.update(back_at=None)
    reconcile(at=BACK + timedelta(hours=17))
    assert found() == [("return_not_in_bill", late_return.number, 1_800)]


def test_a_transfer_that_the_bank_refused_at_once_is_in_no_bill() -> None:
    owner = payouts.earner(PAID_OUT, 1_800, account=f"62220212345{sandbox.RETURNED_ENDING}")
    row = payouts.approved(owner, 1_800, PAID_OUT)
    payouts.arrive(PAID_OUT)
    run = reconcile(at=PAID_OUT + timedelta(hours=17))
    assert (found(), run.bill_fen, run.ledger_fen) == ([], DEPOSIT_AND_SALE, DEPOSIT_AND_SALE)
    assert not BillLine.objects.filter(reference=payouts.transfer_of(row).number).exists()


def test_a_restated_line_stands_in_place_of_the_old_one(late_return: Transfer) -> None:
    """The provider said that the money went out; the day after it says that it never did."""
    reconcile(at=PAID_OUT + timedelta(hours=17))
    assert found() == []
    SandboxTransfer.objects.update(fate="returned", back_at=None)
    run = reconcile(at=PAID_OUT + timedelta(days=1, hours=17))
    assert found() == [("transfer_not_in_bill", late_return.number, -1_800)]
    assert run.bill_fen == DEPOSIT_AND_SALE
    assert not BillLine.objects.filter(reference=late_return.number).exists()


def test_a_notice_that_comes_after_midnight_is_on_its_way(world: dict[str, Order]) -> None:
    """Paid at 23:59 by the provider's clock, heard of at 00:10."""
    trade = story.place(story.line_of(world["paid"]).good, DAY)
    charge = orders.open_payment(trade=trade, at=DAY)
    late = DAY + timedelta(hours=11, minutes=59)
    SandboxPayment.objects.create(
        charge_number=charge.number, provider_number="SPlate", kind="pay", amount_fen=10_000, at=late
    )
    run = reconcile(at=DAY + timedelta(hours=12, minutes=5))
    assert found() == []
    assert (run.transit_fen, run.unexplained_fen) == (10_000, 0)
    run = reconcile(at=DAY + timedelta(hours=36))
    assert found() == [("payment_unknown", "SPlate", -10_000)]


def test_a_night_found_again_is_the_same_row_and_what_is_gone_is_closed(world: dict[str, Order]) -> None:
    unknown(world)
    reconcile(at=NIGHT)
    row = Difference.objects.get()
    before = picture()
    run = reconcile(at=NIGHT)  # the same night again
    assert picture() == before
    assert (run.found, run.fresh, Run.objects.count()) == (1, 1, 1)
    reconcile(at=NIGHT + timedelta(days=1))
    again = Difference.objects.get()
    assert (again.pk, again.first_seen_at, again.last_seen_at) == (row.pk, NIGHT, NIGHT + timedelta(days=1))

    SandboxPayment.objects.filter(provider_number="SPstranger").delete()
    BillLine.objects.filter(provider_number="SPstranger").delete()
    reconcile(at=NIGHT + timedelta(days=2))
    again.refresh_from_db()
    assert (again.status, again.closed_at) == ("closed", NIGHT + timedelta(days=2))
    assert [e.event for e in audit.history("difference", row.number)] == ["found", "gone"]


def test_people_take_up_explain_and_reopen_and_a_changed_amount_opens_again(world: dict[str, Order]) -> None:
    unknown(world)
    reconcile(at=NIGHT)
    number = Difference.objects.get().number
    assign(number=number, to="bela", actor=STAFF, at=NIGHT)
    before = picture()
    with pytest.raises(BadInput):
        explain(number=number, note=" x ", actor=STAFF, at=NIGHT)
    with pytest.raises(MoveRefused):
        reopen(number=number, actor=STAFF, at=NIGHT)
    assert picture() == before
    explain(number=number, note="测试通道的转账，次日退回", actor=STAFF, at=NIGHT)
    row = Difference.objects.get()
    assert (row.status, row.owner, row.note) == ("explained", "bela", "测试通道的转账，次日退回")
    reconcile(at=NIGHT + timedelta(days=1))
    assert Difference.objects.get().status == "explained"
    reopen(number=number, actor=STAFF, at=NIGHT)
    explain(number=number, note="同上", actor=STAFF, at=NIGHT)
    SandboxPayment.objects.filter(provider_number="SPstranger").update(amount_fen=334)
    BillLine.objects.filter(provider_number="SPstranger").update(amount_fen=334)
    reconcile(at=NIGHT + timedelta(days=2))
    row.refresh_from_db()
    assert (row.status, row.amount_fen) == ("open", -334)


def test_a_balance_that_no_item_explains_is_a_row(world: dict[str, Order]) -> None:
    posting.post(
        Event(JournalKind.MANUAL, "tests", "1"),
        [Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.PLATFORM_FEE), 12)],
        at=DAY,
    )
    reconcile(at=NIGHT)
    assert found() == [("balance", "channel_clearing", 12)]


def missing_from_the_bill(fen: int, at: datetime = DAY) -> None:
    """The books took money into the channel that no bill has, and no record of ours."""
    posting.post(
        Event(JournalKind.MANUAL, "tests", "gone"),
        [Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.PLATFORM_FEE), fen)],
        at=at,
    )


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_named_difference_hides_nothing_of_the_balance(
    world: dict[str, Order], damage: Callable[[dict[str, Order]], tuple[str, str, int]]
) -> None:
    """Each damage beside 100,000 yuan that nothing explains: both are rows, and the rows add up to what differs."""
    missing_from_the_bill(10_000_000)
    expected = damage(world)
    run = reconcile(at=NIGHT)
    assert found() == sorted([expected, ("balance", "channel_clearing", 10_000_000)])
    assert run.unexplained_fen == 10_000_000
    of_channel = expected[2] if expected[0] != "stock" else 0
    assert (run.named_fen, run.ledger_fen - run.bill_fen + run.transit_fen) == (
        of_channel,
        of_channel + 10_000_000,
    )


def test_an_explained_difference_hides_nothing_either(world: dict[str, Order]) -> None:
    off_by_one(world)
    reconcile(at=NIGHT)
    explain(number=Difference.objects.get().number, note="渠道多收一分，已去函", actor=STAFF, at=NIGHT)
    missing_from_the_bill(10_000_000, DAY + timedelta(days=1))
    for night in (1, 2):
        reconcile(at=NIGHT + timedelta(days=night))
        standing = Difference.objects.exclude(status="closed").values_list("kind", "status", "amount_fen")
        assert sorted(standing) == [("amount", "explained", -1), ("balance", "open", 10_000_000)]


def test_what_a_manual_journal_corrected_is_not_counted_twice(world: dict[str, Order]) -> None:
    """333 fen at the provider that nobody knows are booked as the platform's own; the difference still has its row."""
    unknown(world)
    reconcile(at=NIGHT)
    row = Difference.objects.get()
    lines = [Line(AccountKind.CHANNEL_CLEARING, "", AccountKind.PLATFORM_FEE, "", 333)]
    manual = propose_manual(
        lines=lines,
        reason="渠道确认为我方利息",
        difference=row.number,
        actor=STAFF,
        at=NIGHT,
        token=new_token(),
    )
    approve_manual(number=manual.number, actor=STAFF, at=NIGHT)
    explain(number=row.number, note="渠道利息，已入账", actor=STAFF, at=NIGHT)
    for night in (1, 2):
        run = reconcile(at=NIGHT + timedelta(days=night))
        assert found() == [("payment_unknown", "SPstranger", -333)]
        assert (run.named_fen, run.unexplained_fen) == (0, 0)
    # Without the difference that it corrected, the correction itself is what differs.
    SandboxPayment.objects.filter(provider_number="SPstranger").delete()
    BillLine.objects.filter(provider_number="SPstranger").delete()
    reconcile(at=NIGHT + timedelta(days=3))
    assert found() == [("balance", "channel_clearing", 333)]


def test_what_happened_after_midnight_belongs_to_the_next_night(world: dict[str, Order]) -> None:
    """Paid at 00:00 and not booked: yesterday's comparison is clean, today's names it."""
    midnight = DAY + timedelta(hours=12)
    order = story.paid_order(story.line_of(world["paid"]).good, midnight, phone="13911115555")
    with guards_off():
        Journal.objects.get(kind="payment", order_number=order.number).transfers.all().delete()
    run = reconcile(at=midnight + timedelta(hours=5))
    assert (found(), run.day) == ([], date(2026, 6, 3))
    charge = Charge.objects.get(trade_number=order.trade.number)
    run = reconcile(at=midnight + timedelta(hours=29))
    assert (found(), run.named_fen) == ([("charge_unbooked", charge.number, -10_000)], -10_000)


def test_two_nights_at_once_wait_for_each_other() -> None:
    """The lock is a name that the run holds to its end."""
    with connection.cursor() as cursor:
        reconcile(at=NIGHT)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (1,)
