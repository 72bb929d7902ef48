"""The margin: whatever the rules may be set to, nobody is paid what the consumer did not pay (docs/rules.md §6.1)."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from commissions import services as commissions
from commissions.models import CommissionLine
from ledger.models import Transfer
from ledger.selectors import balances
from orders import services as orders
from orders.models import OrderLine, Trade
from orders.services import Delivery, Item
from storefronts.models import OwnerStanding
from suppliers import services as suppliers
from suppliers.models import Good, Sku, Supplier
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.money import allocate, split_commission
from taoxiaopu.kernel.setting_bounds import faults_of
from taoxiaopu.kernel.settings import Rules
from tests.factories import story
from tests.factories.world import books

HARD_LIMIT_BP = 9_000
many = settings(max_examples=500, derandomize=True, database=None, deadline=None)
amounts = st.integers(0, 10**10) | st.integers(0, 2_000)
rates = st.integers(0, HARD_LIMIT_BP)
fee_bp = st.integers(0, 10_000)


def is_allowed(fee: int, bonus: int, rate: int = 5000) -> bool:
    """Whether the guard lets a set of rules with these numbers be published."""
    return not faults_of(
        replace(Rules(), PLATFORM_FEE_BP=fee, BONUS_BP=(0, 0, 0, bonus), RATE_MAX_BP=max(rate, 100))
    )


@many
@given(base=amounts, rate=rates, fee=fee_bp, bonus=fee_bp)
def test_no_rules_that_may_be_published_pay_out_more_than_was_paid(
    base: int, rate: int, fee: int, bonus: int
) -> None:
    if not is_allowed(fee, bonus, rate):
        assert bonus > fee
        with pytest.raises(ValueError, match="within the fee"):
            split_commission(base, rate, fee, bonus)
        return
    split = split_commission(base, rate, fee, bonus)
    supplier, platform = base - split.gross_fen, split.fee_fen - split.bonus_fen
    assert split.bonus_fen <= split.fee_fen
    assert min(supplier, split.owner_fen, platform) >= 0
    assert supplier + split.owner_fen + platform == base
    assert supplier + split.owner_fen + split.fee_fen == base + split.bonus_fen


@pytest.mark.parametrize(
    ("fee", "bonus", "rate", "allowed"),
    [
        (800, 800, 5000, True),
        (799, 800, 5000, False),
        (0, 0, 5000, True),
        (10_000, 10_000, 9000, True),
        (1000, 800, 9001, False),
    ],
)
def test_the_guard_at_its_edges(fee: int, bonus: int, rate: int, allowed: bool) -> None:
    assert is_allowed(fee, bonus, rate) is allowed


@many
@given(
    pieces=st.lists(st.integers(1, 50_000), min_size=1, max_size=12),
    rate=rates,
    fee=fee_bp,
    bonus=fee_bp,
    order=st.randoms(use_true_random=False),
)
def test_refunded_piece_by_piece_in_any_order_every_party_ends_at_zero(
    pieces: list[int], rate: int, fee: int, bonus: int, order: random.Random
) -> None:
    """What each refund takes back is never negative, and all of them together are exactly what was earned."""
    bonus = min(bonus, fee)
    left = sum(pieces)
    before = split_commission(left, rate, fee, bonus)
    whole = before
    back = [0, 0, 0, 0]
    order.shuffle(pieces)
    for piece in pieces:
        left -= piece
        after = split_commission(left, rate, fee, bonus)
        changes = [
            (piece - (before.gross_fen - after.gross_fen)),
            before.owner_fen - after.owner_fen,
            before.fee_fen - after.fee_fen,
            before.bonus_fen - after.bonus_fen,
        ]
        # The supplier never gets back more by a refund than it gave: rounding is up by half a fen at most.
        assert min(changes[0] + 1, changes[1] + 1, *changes[2:]) >= 0
        assert changes[0] + changes[1] + changes[2] - changes[3] == piece
        back = [total + change for total, change in zip(back, changes, strict=True)]
        before = after
    assert back == [sum(pieces) - whole.gross_fen, whole.owner_fen, whole.fee_fen, whole.bonus_fen]
    assert (before.gross_fen, before.owner_fen) == (0, 0)


@many
@given(
    prices=st.lists(st.integers(1, 50_000), min_size=1, max_size=8),
    share=st.integers(0, 10_000),
    rate=rates,
    fee=fee_bp,
    bonus=fee_bp,
)
def test_a_discount_spread_over_the_lines_leaves_each_line_whole(
    prices: list[int], share: int, rate: int, fee: int, bonus: int
) -> None:
    """By largest remainder: no line is paid less than nothing, and what all parties get is what was paid."""
    discount = sum(prices) * share // 10_000
    paid = [price - off for price, off in zip(prices, allocate(discount, prices), strict=True)]
    assert min(paid) >= 0
    splits = [split_commission(base, rate, fee, min(bonus, fee)) for base in paid]
    given_out = sum(
        base - split.gross_fen + split.owner_fen + split.fee_fen - split.bonus_fen
        for base, split in zip(paid, splits, strict=True)
    )
    assert given_out == sum(prices) - discount


AT = story.noon(2026, 6, 3)
SETTLED = story.noon(2026, 7, 20)
FREIGHT = {1: 800, 2: 500}


def a_trade() -> Trade:
    """One payment for ten pieces at awkward prices and rates: two suppliers with freight, shops of two owners with a bonus
    and none, and the platform's own pages.
    """
    goods: list[Good] = []
    for n, prices in ((1, ((333, 1000), (1_980, 910))), (2, ((2_890, 1801),))):
        company = story.supplier(AT, n)
        suppliers.set_freight(
            supplier=company, freight_fen=FREIGHT[n], free_from_fen=0, actor=story.supplier_actor(company)
        )
        goods += [
            story.good(company, AT, price_fen=price, rate_bp=rate, title=f"滋润面霜 {price}")
            for price, rate in prices
        ]
    first, second = story.picked_shop(AT, *goods, n=1), story.picked_shop(AT, goods[2], n=2)
    OwnerStanding.objects.filter(owner=first.owner).update(tier=4)
    skus = [Sku.objects.get(good=good) for good in goods]
    wanted = ((0, 3, first), (1, 2, first), (2, 2, first), (2, 2, second), (0, 1, None))
    trade = orders.place_trade(
        items=[Item(skus[good].pk, pieces, shop, skus[good].price_fen) for good, pieces, shop in wanted],
        delivery=Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号"),
        visitor="v1",
        at=AT,
    )
    assert story.pay(trade, AT) == "applied"
    return trade


def parts_of(line: OrderLine) -> dict[str, int]:
    """What each party has of a line by the books: credits less debits; what the platform added as its bonus is taken off."""
    parts: dict[str, int] = {}
    for row in Transfer.objects.filter(line_ref=line.ref).select_related("debit", "credit"):
        for account, fen in ((row.debit, -row.amount_fen), (row.credit, row.amount_fen)):
            who = account.party or account.kind
            parts[who] = parts.get(who, 0) + fen
    return {who: fen for who, fen in parts.items() if who not in ("escrow", "refund_clearing") and fen}


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["paid", "finalised", "settled"])
def test_ten_pieces_refunded_one_by_one_leave_nothing_to_anybody(when: str) -> None:
    """In a shuffled order. After each of them every line's parts are what is left of its payment; at the end only the
    freight of what was sent is a supplier's.
    """
    trade, at = a_trade(), AT
    if when != "paid":
        for order in trade.orders.all():
            story.ship(order, AT)
            story.confirm(order, AT)
        orders.sweep(at=SETTLED)
        at = SETTLED
    if when == "settled":
        at = story.noon(2026, 8, 20)
        assert commissions.settle_month(date(2026, 7, 1), at=at) == 2
        at += timedelta(hours=1)
    lines = list(OrderLine.objects.select_related("order").order_by("pk"))
    assert sorted(line.quantity for line in lines) == [1, 2, 2, 2, 3]
    pieces = [line for line in lines for _piece in range(line.quantity)]
    random.Random(7).shuffle(pieces)
    left = {line.pk: line.paid_fen for line in lines}
    for n, line in enumerate(pieces):
        orders.refund_line(
            line=line,
            amount_fen=line.unit_price_fen,
            cause="dispute",
            cause_ref=f"p{n}",
            owner_side=False,
            at=at,
        )
        left[line.pk] -= line.unit_price_fen
        if when != "paid":
            assert [sum(parts_of(one).values()) for one in lines] == [left[one.pk] for one in lines]
    assert [parts_of(line) for line in lines] == [{}] * 5
    freight = sum(FREIGHT[n] for n in (1, 1, 2, 2))
    kept = {"supplier_payable": freight} if when != "paid" else {}
    back = trade.amount_fen - sum(kept.values())
    assert books() == {"channel_clearing": trade.amount_fen, "refund_clearing": back} | kept
    parties = {(kind, party): fen for (kind, party), fen in balances().items() if party and fen}
    assert parties == {
        **{("supplier_deposit", s.public_id): 1_000_000 for s in Supplier.objects.all()},
        **({("supplier_payable", s.public_id): 2 * FREIGHT[n] for n, s in enumerate(Supplier.objects.order_by("pk"), 1)}
           if kept else {}),
    }  # fmt: skip
    story.arrive_refunds(at)
    assert books() == ({"channel_clearing": freight} | kept if kept else {})
    assert [problem.check.name for problem in verify().problems] == ["owner_tier"]  # given by hand, above


@pytest.mark.django_db
@pytest.mark.parametrize(
    "figures",
    [
        {"bonus_fen": 201},
        {"fee_fen": 2001},
        {"gross_fen": 10_001},
        {"base_fen": -1},
        {"in_confirmed_fen": -1},
    ],
)
def test_the_database_refuses_a_line_that_pays_out_more(figures: dict[str, int]) -> None:
    good = story.good(story.supplier(AT), AT)
    story.paid_order(good, AT, through=story.picked_shop(AT, good))
    with pytest.raises(IntegrityError, match="commission_within_what_was_paid"), transaction.atomic():
        CommissionLine.objects.update(**figures)
