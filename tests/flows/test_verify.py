"""The proof of the books: silent on a whole story, and each planted damage is named."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from commissions.models import CommissionLine, OwnerTier
from disputes import services as disputes
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, Liable, RulingOutcome
from ledger.models import Journal, Transfer
from orders.models import Order, OrderLine
from payments.models import Charge, Notice, Refund, SandboxPayment
from storefronts.models import OwnerStanding
from suppliers.models import Sku, StockReservation
from taoxiaopu.flows.tasks import verify_books
from taoxiaopu.flows.verify import Report, verify
from taoxiaopu.flows.verify.report import CHECKS, NAMED
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.models import AuditEntry
from tests.factories import story

pytestmark = pytest.mark.django_db

DAY = story.noon(2026, 3, 2)


@contextmanager
def guards_off() -> Iterator[None]:
    """As the tables' owner, past triggers and append-only guards."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def books() -> dict[str, Order]:
    """Orders in many states: unpaid, paid, shipped with an open case, refunded, finalised, finalised and clawed back."""
    company = story.supplier(DAY)
    cream = story.good(company, DAY)
    shop = story.picked_shop(DAY, cream)
    found = {
        "finalised": story.finalised_order(cream, DAY, through=shop),
        "clawed": story.finalised_order(cream, DAY, through=shop, quantity=2, phone="13911113333"),
        "direct": story.finalised_order(cream, DAY, phone="13911114444"),
    }
    later = DAY + timedelta(days=20)
    story.place(cream, later, through=shop)
    found["paid"] = story.paid_order(cream, later, through=shop)
    found["cased"] = story.paid_order(cream, later, through=shop)
    story.ship(found["cased"], later)
    apply_for(found["cased"], later, 5_000)
    found["refunded"] = story.paid_order(cream, later, through=shop)
    case = apply_for(found["refunded"], later, 10_000, received=False)
    disputes.agree_case(case=case, actor=story.supplier_actor(company), at=later)
    dispute = disputes.open_claim(
        line=story.line_of(found["clawed"]), text="假货", actor=buyer_of(found["clawed"]), at=later
    )
    rule(dispute, later)
    story.arrive_refunds(later + timedelta(days=4))
    for order in found.values():
        order.refresh_from_db()
    return found


def buyer_of(order: Order) -> Actor:
    return Actor(ActorKind.BUYER, order.trade.number)


def apply_for(order: Order, at, amount_fen: int, *, received: bool = True):
    draft = CaseDraft(CaseReason.QUALITY, amount_fen, received, "有破损")
    return disputes.open_case(line=story.line_of(order), draft=draft, actor=buyer_of(order), at=at)


def rule(dispute, at) -> None:
    disputes.mark_done(dispute=dispute, actor=buyer_of(dispute.order), at=at)
    disputes.mark_done(dispute=dispute, actor=story.supplier_actor(dispute.order.supplier), at=at)
    draft = RulingDraft(RulingOutcome.PARTIAL_REFUND, Liable.SUPPLIER, 7_000, "商家举证不足", "5.5")
    disputes.decide(dispute=dispute, draft=draft, actor=story.staff(), at=at)
    disputes.sweep(at=at + timedelta(hours=72, seconds=1))


def found_by(report: Report) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for problem in report.problems:
        named.setdefault(problem.check.name, []).append(problem.key)
    return named


def test_empty_books_are_clean():
    report = verify()
    assert (report.problems, report.bad_rows) == ([], 0)


def test_a_whole_story_is_clean_and_summed(books):
    report = verify()
    assert [p.sentence for p in report.problems] == []
    assert report.totals["orders.finalised"] == 3
    assert report.totals["orders.closed_refunded"] == 1
    assert report.totals["orders.paid_fen"] == 70_000
    assert report.totals["orders.refunded_fen"] == 17_000
    assert report.totals["ledger.balance_fen.channel_clearing"] == 1_000_000 + 53_000
    assert report.totals["ledger.balance_fen.escrow"] == 20_000
    assert report.totals["stock.sold"] == 6
    assert report.totals["stock.reserved"] == 1
    assert report.totals["disputes.closed"] == 1


def test_json_is_the_same_bytes_for_the_same_books(books):
    outputs = []
    for _run in range(2):
        out = StringIO()
        call_command("verify", "--json", stdout=out)
        outputs.append(out.getvalue())
    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0])["ok"] is True
    with guards_off():
        Sku.objects.update(price_fen=10_001)
    assert json.loads(verify().as_json())["digests"]["stock"] != json.loads(outputs[0])["digests"]["stock"]


def test_checks_have_names_of_their_own():
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)


def journal_of(order: Order, kind: str) -> Journal:
    return Journal.objects.get(kind=kind, order_number=order.number)


def test_a_changed_transfer_is_named(books):
    order = books["finalised"]
    transfer = journal_of(order, "finalise").transfers.get(credit__kind="owner_confirmed")
    with guards_off():
        Transfer.objects.filter(pk=transfer.pk).update(amount_fen=transfer.amount_fen + 1)
    found = found_by(verify())
    assert found["journal_as_posted"] == [f"finalise order {order.number}#0"]
    assert found["owner_credit"] == [f"{order.number}-1"]
    assert found["order_escrow"] == [order.number]
    assert found["owner_confirmed"] == [order.owner.public_id]
    assert found["order_adds_up"] == [order.number]
    assert found["kept_balance"] == [f"owner_confirmed {order.owner.public_id}"]
    assert set(found) == {
        "journal_as_posted",
        "kept_balance",
        "order_adds_up",
        "order_escrow",
        "owner_confirmed",
        "owner_credit",
    }


def test_a_deleted_transfer_is_named(books):
    order = books["direct"]
    with guards_off():
        journal_of(order, "payment").transfers.all().delete()
    found = found_by(verify())
    assert found == {
        "journal_not_empty": [f"payment order {order.number}#0"],
        "order_adds_up": [order.number],
        "order_escrow": [order.number],
        "order_payment": [order.number],
        "channel_clearing": ["channel_clearing"],
    }


def test_a_transfer_towards_the_wrong_account_is_named(books):
    transfer = journal_of(books["paid"], "payment").transfers.get()
    with guards_off():
        Transfer.objects.filter(pk=transfer.pk).update(
            debit_id=transfer.credit_id, credit_id=transfer.debit_id
        )
    found = found_by(verify())
    assert found["transfer_shape"] == [str(transfer.pk)]
    assert found["journal_as_posted"] == [f"payment order {books['paid'].number}#0"]


def test_changed_stock_is_named(books):
    sku = Sku.objects.select_related("good").get()
    with guards_off(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE suppliers_sku DROP CONSTRAINT sku_stock_adds_up")
        Sku.objects.update(available=sku.available + 1)
    assert found_by(verify()) == {"stock_adds_up": [f"{sku.good.public_id} 默认"]}


def test_sold_and_received_raised_together_are_named(books):
    sku = Sku.objects.select_related("good").get()
    with guards_off():
        Sku.objects.update(sold=sku.sold + 1, received=sku.received + 1)
    assert found_by(verify()) == {"stock_reservations": [f"{sku.good.public_id} 默认"]}


def test_a_reservation_set_free_by_hand_is_named(books):
    order = books["paid"]
    row = StockReservation.objects.get(order_number=order.number)
    with guards_off():
        StockReservation.objects.filter(pk=row.pk).update(status="released")
    found = found_by(verify())
    assert found["reservation_status"] == [f"{order.number} {row.sku_id}"]
    assert len(found["stock_reservations"]) == 1


def test_a_status_set_by_hand_is_named(books):
    order = books["paid"]
    with guards_off():
        Order.objects.filter(pk=order.pk).update(status="completed")
    found = found_by(verify())
    for check in ("order_audited", "order_times", "order_shipping"):
        assert found[check] == [order.number]


def test_a_refund_written_by_hand_is_named(books):
    line = story.line_of(books["paid"])
    with guards_off():
        OrderLine.objects.filter(pk=line.pk).update(refunded_fen=1)
    assert found_by(verify()) == {
        "line_refunded": [line.ref],
        "order_escrow": [line.order.number],
        "commission_base": [line.ref],
    }


def test_a_changed_commission_is_named(books):
    ref = f"{books['finalised'].number}-1"
    with guards_off():
        CommissionLine.objects.filter(line_ref=ref).update(gross_fen=2_001)
    assert found_by(verify()) == {
        "commission_split": [ref],
        "owner_credit": [ref],
        "deduction_sums": [ref],
        "order_shares": [books["finalised"].number],
    }


def test_an_unfrozen_commission_of_an_open_case_is_named(books):
    ref = f"{books['cased'].number}-1"
    with guards_off():
        CommissionLine.objects.filter(line_ref=ref).update(status="estimated", frozen_from="")
    assert found_by(verify()) == {"commission_frozen": [ref], "commission_audited": [ref]}


def test_a_refund_that_never_arrived_is_named(books):
    refund = Refund.objects.get(order_number=books["refunded"].number)
    with guards_off():
        Refund.objects.filter(pk=refund.pk).update(status="requested")
    found = found_by(verify())
    assert found["refund_booked"] == [refund.number]
    assert found["refund_clearing"] == ["refund_clearing"]
    assert found["channel_clearing"] == ["channel_clearing"]
    assert found["case_refund"] == [refund.cause_ref.partition("/")[0]]


def test_a_payment_that_the_provider_does_not_know_is_named(books):
    payment = SandboxPayment.objects.filter(kind="pay").first()
    payment.delete()
    assert found_by(verify()) == {"provider_payment": [payment.provider_number]}


def test_a_notice_on_its_way_is_no_problem(books):
    charge = Charge.objects.filter(status="paid").first()
    notice = Notice.objects.get(payload__charge=charge.number)
    notice.delete()
    found = found_by(verify())
    assert found["charge_notice"] == [charge.number]
    assert found["provider_payment"] == [notice.payload["provider_number"]]


def test_a_tier_given_by_hand_is_named(books):
    owner = OwnerStanding.objects.get().owner
    OwnerStanding.objects.update(tier=4)
    assert found_by(verify()) == {"owner_tier": [owner.public_id]}
    OwnerTier.objects.create(owner=owner, level=4)
    assert found_by(verify()) == {"owner_tier": [owner.public_id]}


def test_a_hold_lifted_by_hand_is_named(books):
    hold = books["cased"].holds.get()
    hold.lifted_at = DAY
    hold.save()
    assert found_by(verify()) == {"case_hold": [hold.cause_ref]}


def test_the_command_names_the_row_and_fails(books):
    ref = f"{books['finalised'].number}-1"
    with guards_off():
        CommissionLine.objects.filter(line_ref=ref).update(gross_fen=2_001)
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify", stdout=out)
    assert stopped.value.code == 1
    assert f"commissions_commissionline {ref}: " in out.getvalue()
    assert out.getvalue().endswith("verify: 4 problems\n")


def test_all_bad_rows_are_counted_and_the_first_are_named(books):
    with guards_off():
        AuditEntry.objects.filter(subject_type="order").update(to_state="nowhere")
        company = books["paid"].supplier
        for n in range(NAMED):
            story.good(company, DAY, title=f"面霜 {n}")
        Sku.objects.update(sold=100, received=100 + 0, available=0, reserved=0)
    report = verify()
    assert len([p for p in report.problems if p.check.name == "stock_reservations"]) == NAMED
    assert report.bad_rows > len(report.problems)


def test_the_nightly_task_logs_every_problem(books, caplog):
    verify_books()
    assert caplog.records == []
    with guards_off():
        CommissionLine.objects.filter(line_ref=f"{books['finalised'].number}-1").update(gross_fen=2_001)
    verify_books()
    assert sorted(record.args[0] for record in caplog.records) == [
        "commission_split",
        "deduction_sums",
        "order_shares",
        "owner_credit",
    ]
