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
from ledger.selectors import balances
from orders import services as orders
from orders.models import OrderLine
from orders.services import Delivery, Item
from storefronts.models import OwnerStanding
from suppliers.models import Sku
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.money import split_commission
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


AT = story.noon(2026, 6, 3)
SETTLED = story.noon(2026, 7, 20)


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["paid", "finalised", "settled"])
def test_an_order_refunded_piece_by_piece_leaves_nothing_to_anybody(when: str) -> None:
    """Three goods, nine pieces at awkward prices and rates, in a shuffled order, one piece at a time."""
    company = story.supplier(AT)
    goods = [
        story.good(company, AT, price_fen=price, rate_bp=rate, title=f"滋润面霜 {price}")
        for price, rate in ((333, 1000), (1_980, 910), (2_890, 1801))
    ]
    shop = story.picked_shop(AT, *goods)
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=4)
    skus = [Sku.objects.get(good=good) for good in goods]
    trade = orders.place_trade(
        items=[Item(sku.pk, 3, shop, sku.price_fen) for sku in skus],
        delivery=Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号"),
        visitor="v1",
        at=AT,
    )
    story.pay(trade, AT)
    order = trade.orders.get()
    at = AT
    if when != "paid":
        story.ship(order, AT)
        story.confirm(order, AT)
        orders.sweep(at=SETTLED)
        at = SETTLED
    if when == "settled":
        at = story.noon(2026, 8, 20)
        commissions.settle_month(date(2026, 7, 1), at=at)
        at += timedelta(hours=1)
    pieces = [line for line in OrderLine.objects.select_related("order") for _piece in range(3)]
    random.Random(7).shuffle(pieces)
    for n, line in enumerate(pieces):
        orders.refund_line(
            line=line,
            amount_fen=line.unit_price_fen,
            cause="dispute",
            cause_ref=f"p{n}",
            owner_side=False,
            at=at,
        )
    assert books() == {"channel_clearing": trade.amount_fen, "refund_clearing": trade.amount_fen}
    parties = {party: fen for (kind, party), fen in balances().items() if party and fen}
    assert parties == {company.public_id: 1_000_000}  # the deposit
    story.arrive_refunds(at)
    assert books() == {}
    assert {problem.check.name for problem in verify().problems} <= {"owner_tier"}


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
