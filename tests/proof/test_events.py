"""Every event of docs/rules.md §6.6 as its journal's transfers: debit, credit, fen. The example of the rules: goods 100.00,
freight 8.00, 2000 bp, fee 10 %, bonus 500 bp, so gross 2000, fee 200, bonus 100.
"""

from datetime import date, timedelta

import pytest

from commissions import services as commissions
from ledger.models import Journal
from orders import services as orders
from orders.models import Order
from storefronts.models import OwnerStanding, Shop
from suppliers import services as suppliers
from suppliers.models import Good
from tests.factories import payouts, story
from tests.factories.world import books

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
FINAL = AT + timedelta(days=15, seconds=1)
SETTLED = story.noon(2026, 7, 20)
JUNE = date(2026, 6, 1)
Moves = list[tuple[str, str, int]]

PAY: Moves = [("channel_clearing", "escrow", 10_800)]
FINALISE: Moves = [
    ("escrow", "supplier_payable", 800),
    ("escrow", "supplier_payable", 8000),
    ("escrow", "owner_confirmed", 1800),
    ("escrow", "platform_fee", 200),
    ("platform_bonus", "owner_confirmed", 100),
]
SETTLE: Moves = [("owner_confirmed", "owner_withdrawable", 1900)]
HALF: Moves = [
    ("supplier_payable", "refund_clearing", 4000),
    ("owner_withdrawable", "platform_bonus", 50),
    ("owner_withdrawable", "refund_clearing", 900),
    ("platform_fee", "refund_clearing", 100),
]
HALF_WITH_300: Moves = [
    ("supplier_payable", "refund_clearing", 4000),
    ("owner_withdrawable", "platform_bonus", 50),
    ("owner_withdrawable", "refund_clearing", 250),
    ("owner_debt", "refund_clearing", 650),
    ("platform_fee", "refund_clearing", 100),
]


@pytest.fixture
def stage() -> tuple[Good, Shop]:
    company = story.supplier(AT)
    suppliers.set_freight(
        supplier=company, freight_fen=800, free_from_fen=0, actor=story.supplier_actor(company)
    )
    good = story.good(company, AT)
    shop = story.picked_shop(AT, good)
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=3)
    return good, shop


def last(kind: str) -> Moves:
    """The transfers of the newest journal of a kind, in the order in which they were written."""
    journal = Journal.objects.filter(kind=kind).latest("pk")
    transfers = journal.transfers.select_related("debit", "credit").order_by("pk")
    return [(t.debit.kind, t.credit.kind, t.amount_fen) for t in transfers]


def settled(stage: tuple[Good, Shop]) -> Order:
    good, shop = stage
    order = story.finalised_order(good, AT, through=shop)
    commissions.settle_month(JUNE, at=SETTLED)
    return order


def refund(order: Order, fen: int, ref: str = "r1") -> None:
    orders.refund_line(
        line=story.line_of(order),
        amount_fen=fen,
        cause="dispute",
        cause_ref=ref,
        owner_side=False,
        at=SETTLED + timedelta(hours=1),
    )


def test_from_payment_to_settlement(stage: tuple[Good, Shop]) -> None:
    good, shop = stage
    assert last("deposit") == [("channel_clearing", "supplier_deposit", 1_000_000)]
    trade = story.place(good, AT, through=shop)
    assert not Journal.objects.exclude(kind="deposit").exists()  # placing posts nothing
    story.pay(trade, AT)
    assert last("payment") == PAY
    order = trade.orders.get()
    story.ship(order, AT)
    story.confirm(order, AT)
    assert Journal.objects.exclude(kind="deposit").count() == 1  # ESTIMATED and LOCKED are memos
    orders.sweep(at=FINAL)
    assert last("finalise") == FINALISE
    commissions.settle_month(JUNE, at=SETTLED)
    assert last("settle") == SETTLE


def test_a_withdrawal_that_is_paid(stage: tuple[Good, Shop]) -> None:
    settled(stage)
    payouts.give_account(stage[1].owner, SETTLED)
    row = payouts.ask(stage[1].owner, 1900, SETTLED)
    assert last("withdraw") == [("owner_withdrawable", "payout_clearing", 1900)]
    commissions.approve_withdrawal(number=row.number, actor=payouts.ANNA, at=SETTLED)
    payouts.arrive(SETTLED)
    assert last("payout_paid") == [("payout_clearing", "channel_clearing", 1900)]


def test_a_withdrawal_that_fails_is_the_request_reversed(stage: tuple[Good, Shop]) -> None:
    settled(stage)
    payouts.give_account(stage[1].owner, SETTLED, "6222021234560000")
    payouts.approved(stage[1].owner, 1900, SETTLED)
    payouts.arrive(SETTLED)
    assert last("withdraw_back") == [("payout_clearing", "owner_withdrawable", 1900)]


def test_half_refunded_after_settlement(stage: tuple[Good, Shop]) -> None:
    order = settled(stage)
    refund(order, 5000)
    assert last("refund") == HALF
    story.arrive_refunds(SETTLED + timedelta(hours=1))
    assert last("refund_paid") == [("refund_clearing", "channel_clearing", 5000)]


def test_half_refunded_when_300_are_left(stage: tuple[Good, Shop]) -> None:
    order = settled(stage)
    payouts.give_account(stage[1].owner, SETTLED)
    payouts.paid(stage[1].owner, 1600, SETTLED)
    refund(order, 5000)
    assert last("refund") == HALF_WITH_300


def test_half_refunded_before_the_end(stage: tuple[Good, Shop]) -> None:
    good, shop = stage
    order = story.paid_order(good, AT, through=shop)
    refund(order, 5000)
    assert last("refund") == [("escrow", "refund_clearing", 5000)]
    row = shop.owner.commissions.get()
    assert (row.gross_fen, row.fee_fen, row.bonus_fen, row.status) == (1000, 100, 50, "estimated")


def test_the_last_line_takes_the_freight_along_while_nothing_was_shipped(stage: tuple[Good, Shop]) -> None:
    good, shop = stage
    order = story.paid_order(good, AT, through=shop)
    refund(order, 5000, "r1")
    refund(order, 5000, "r2")
    assert last("refund") == [("escrow", "refund_clearing", 5000), ("escrow", "refund_clearing", 800)]
    assert books() == {"channel_clearing": 10_800, "refund_clearing": 10_800}


def test_freight_of_a_sent_parcel_stays_the_suppliers(stage: tuple[Good, Shop]) -> None:
    good, shop = stage
    order = story.paid_order(good, AT, through=shop)
    story.ship(order, AT)
    refund(order, 10_000)
    assert last("finalise") == [("escrow", "supplier_payable", 800)]
    assert books() == {"channel_clearing": 10_800, "refund_clearing": 10_000, "supplier_payable": 800}


def test_a_commission_voided_after_settlement(stage: tuple[Good, Shop]) -> None:
    order = settled(stage)
    commissions.void_commission(
        line_ref=story.line_of(order).ref, decision="1", reason="刷单", actor=payouts.ANNA, at=SETTLED
    )
    assert last("commission_void") == [
        ("owner_withdrawable", "platform_bonus", 100),
        ("owner_withdrawable", "platform_fee", 1800),
        ("platform_fee", "supplier_payable", 2000),
    ]
    assert books() == {"channel_clearing": 10_800, "supplier_payable": 10_800}
