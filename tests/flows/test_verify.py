"""The proof of the books: silent on a whole story, the same bytes for the same books, and how it speaks to people.

That each kind of damage is named is ``test_planted_damage``.
"""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from commissions.models import CommissionLine
from disputes import services as disputes
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, Liable, RulingOutcome
from orders.models import Order
from suppliers.models import Sku
from taoxiaopu.flows.tasks import verify_books
from taoxiaopu.flows.verify import verify
from taoxiaopu.flows.verify.report import CHECKS, NAMED
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.models import AuditEntry
from tests.factories import story
from tests.factories.proof import guards_off

pytestmark = pytest.mark.django_db

DAY = story.noon(2026, 3, 2)


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
