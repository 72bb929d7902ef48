"""The platform's main job through services, every ledger account to the fen after each step."""

from datetime import date, timedelta

import pytest

from commissions import services as commissions
from commissions.models import CommissionLine, Reversal, Statement, TierMonth
from disputes import services as disputes
from disputes.models import Dispute, Ruling
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, CaseStatus, DisputeStatus, Liable, RulingOutcome
from orders import services as orders
from orders.states import OrderStatus
from storefronts.models import OwnerStanding
from suppliers import services as suppliers
from suppliers.models import Sku
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import story
from tests.factories.world import books

pytestmark = pytest.mark.django_db


def test_an_order_of_108_yuan_is_divided_settled_and_half_of_it_taken_back() -> None:
    """The example of docs/rules.md §6.6: goods 100.00, freight 8.00, 2000 bp, fee 10 %, bonus 500 bp."""
    start = story.noon(2026, 6, 3)
    supplier = story.supplier(start)
    suppliers.set_freight(
        supplier=supplier, freight_fen=800, free_from_fen=0, actor=story.supplier_actor(supplier)
    )
    good = story.good(supplier, start, price_fen=10_000, rate_bp=2000, stock=5)
    shop = story.picked_shop(start, good)
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=3)  # ELITE: a bonus of 500 bp
    assert books() == {}

    trade = story.place(good, start, through=shop)
    order = trade.orders.get()
    assert (order.goods_fen, order.freight_fen, trade.amount_fen) == (10_000, 800, 10_800)
    sku = Sku.objects.get(good=good)
    assert (sku.available, sku.reserved, sku.sold) == (4, 1, 0)
    assert books() == {}

    assert story.pay(trade, start) == "applied"
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID
    assert order.ship_by == start + timedelta(hours=48)
    sku.refresh_from_db()
    assert (sku.available, sku.reserved, sku.sold) == (4, 0, 1)
    assert books() == {"channel_clearing": 10_800, "escrow": 10_800}
    memo = CommissionLine.objects.get()
    assert (memo.status, memo.gross_fen, memo.fee_fen, memo.bonus_fen) == ("estimated", 2000, 200, 100)

    story.ship(order, start + timedelta(days=1))
    order.refresh_from_db()
    assert order.status == OrderStatus.SHIPPED
    received = start + timedelta(days=11)
    orders.sweep(at=received)  # exactly 10 days: the consumer may still act
    order.refresh_from_db()
    assert order.status == OrderStatus.SHIPPED
    orders.sweep(at=received + timedelta(seconds=1))
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert CommissionLine.objects.get().status == "locked"
    assert books() == {"channel_clearing": 10_800, "escrow": 10_800}

    final = received + timedelta(days=15, seconds=2)
    orders.sweep(at=final)
    order.refresh_from_db()
    assert order.status == OrderStatus.FINALISED
    assert books() == {
        "channel_clearing": 10_800,
        "platform_bonus": 100,
        "supplier_payable": 8800,
        "owner_confirmed": 1900,
        "platform_fee": 200,
    }

    assert commissions.settle_month(date(2026, 6, 1), at=story.noon(2026, 7, 20)) == 1
    assert commissions.settle_month(date(2026, 6, 1), at=story.noon(2026, 7, 21)) == 0
    statement = Statement.objects.get()
    assert (statement.lines, statement.commission_fen, statement.bonus_fen, statement.net_fen) == (
        1,
        1800,
        100,
        1900,
    )
    assert books()["owner_withdrawable"] == 1900
    assert "owner_confirmed" not in books()

    assert commissions.recalculate_tiers(date(2026, 6, 1), at=story.noon(2026, 7, 1)) == 1
    month = TierMonth.objects.get()
    assert (month.sales_fen, month.orders, month.buyers, month.ended, month.refunded) == (10_000, 1, 1, 1, 0)

    buyer, arbitrator = Actor(ActorKind.BUYER, trade.number), story.staff()
    claimed = story.noon(2026, 7, 25)
    dispute = disputes.open_claim(
        line=story.line_of(order), text="包装上的批号查不到", actor=buyer, at=claimed
    )
    disputes.mark_done(dispute=dispute, actor=buyer, at=claimed)
    disputes.mark_done(dispute=dispute, actor=story.supplier_actor(supplier), at=claimed)
    dispute.refresh_from_db()
    assert dispute.status == DisputeStatus.REVIEW
    draft = RulingDraft(RulingOutcome.PARTIAL_REFUND, Liable.SUPPLIER, 5000, "批号无法核实", "5.5")
    preview = disputes.preview_ruling(dispute=dispute, draft=draft, at=claimed)
    assert (preview.refund_fen, preview.supplier_fen, preview.owner_fen, preview.platform_fen) == (
        5000,
        4000,
        950,
        50,
    )
    disputes.decide(dispute=dispute, draft=draft, actor=arbitrator, at=claimed)
    assert books()["supplier_payable"] == 8800
    disputes.sweep(at=claimed + timedelta(hours=72))
    assert books()["supplier_payable"] == 8800
    over = claimed + timedelta(hours=72, seconds=1)
    disputes.sweep(at=over)
    assert books() == {
        "channel_clearing": 10_800,
        "platform_bonus": 50,
        "supplier_payable": 4800,
        "owner_withdrawable": 950,
        "platform_fee": 100,
        "refund_clearing": 5000,
    }
    story.arrive_refunds(over)
    assert books() == {
        "channel_clearing": 5800,
        "platform_bonus": 50,
        "supplier_payable": 4800,
        "owner_withdrawable": 950,
        "platform_fee": 100,
    }
    assert Ruling.objects.get().executed_at == over
    assert Dispute.objects.get().status == DisputeStatus.CLOSED
    back = Reversal.objects.get()
    assert (back.owner_fen, back.from_withdrawable_fen, back.to_debt_fen) == (950, 950, 0)
    disputes.sweep(at=over + timedelta(days=1))
    assert books()["supplier_payable"] == 4800


def test_a_case_is_refused_escalated_and_ruled_before_the_order_is_final() -> None:
    """The refund comes out of ESCROW, the commission is recomputed as a memo, nothing is clawed back."""
    start = story.noon(2026, 6, 3)
    supplier = story.supplier(start)
    good = story.good(supplier, start, price_fen=10_000, rate_bp=1234)
    order = story.paid_order(good, start, through=story.picked_shop(start, good))
    story.ship(order, start)
    story.confirm(order, start)
    buyer, desk = Actor(ActorKind.BUYER, order.trade.number), story.supplier_actor(supplier)
    case = disputes.open_case(
        line=story.line_of(order),
        draft=CaseDraft(CaseReason.QUALITY, 10_000, True, "瓶口有裂纹"),
        actor=buyer,
        at=start,
    )
    assert CommissionLine.objects.get().status == "frozen"
    disputes.reject_case(case=case, reason="签收时外包装完好", actor=desk, at=start)
    dispute = disputes.escalate_case(case=case, actor=buyer, at=start)
    orders.sweep(at=start + timedelta(days=30))
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED  # it waits for the dispute
    reviewed = start + timedelta(hours=72, seconds=1)
    disputes.sweep(at=reviewed)
    disputes.decide(
        dispute=dispute,
        draft=RulingDraft(RulingOutcome.PARTIAL_REFUND, Liable.SUPPLIER, 3333, "照片显示裂纹", "5.5"),
        actor=story.staff(),
        at=reviewed,
    )
    executed = reviewed + timedelta(hours=72, seconds=1)
    disputes.sweep(at=executed)
    case.refresh_from_db()
    assert case.status == CaseStatus.REFUNDING
    assert books() == {"channel_clearing": 10_000, "escrow": 6667, "refund_clearing": 3333}
    line = CommissionLine.objects.get()
    assert (line.status, line.base_fen, line.gross_fen) == ("locked", 6667, 823)
    story.arrive_refunds(executed)
    case.refresh_from_db()
    assert case.status == CaseStatus.SUCCEEDED
    assert books() == {"channel_clearing": 6667, "escrow": 6667}
    orders.sweep(at=start + timedelta(days=30))
    assert books() == {
        "channel_clearing": 6667,
        "supplier_payable": 5844,
        "owner_confirmed": 741,
        "platform_fee": 82,
    }


def test_an_order_from_the_platforms_own_pages_pays_no_commission() -> None:
    start = story.noon(2026, 6, 3)
    good = story.good(story.supplier(start), start, price_fen=10_000, rate_bp=2000)
    order = story.finalised_order(good, start)
    assert order.status == OrderStatus.FINALISED
    assert (order.shop, order.owner) == (None, None)
    assert CommissionLine.objects.count() == 0
    assert books() == {"channel_clearing": 10_000, "supplier_payable": 10_000}
