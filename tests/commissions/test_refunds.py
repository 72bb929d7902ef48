"""Refunds against a model in plain Python: every party, every fen, before and after finalising and settlement."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commissions import services as commissions
from commissions.models import CommissionLine, Reversal
from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from ledger.selectors import balance, owner_credit_of_line
from orders import errors
from orders import services as orders
from orders.models import Order
from storefronts.models import OwnerStanding, Shop
from suppliers.models import Good
from tests.factories import story
from tests.factories.books import allow
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SETTLED = story.noon(2026, 7, 20)
JUNE = date(2026, 6, 1)
BONUS_BP = (0, 200, 500, 800)


def half_up(n: int, d: int) -> int:
    return (2 * n + d) // (2 * d)


class Model:
    """The same story in integers, written from docs/rules.md §6.1 and §6.6 alone."""

    def __init__(self, price: int, rate_bp: int, bonus_bp: int) -> None:
        self.price, self.base, self.rate, self.bonus = price, price, rate_bp, bonus_bp
        self.fen = Counter({"channel_clearing": price, "escrow": price})
        self.final = False

    def split(self) -> tuple[int, int, int]:
        gross = half_up(self.base * self.rate, 10_000)
        return gross, half_up(gross * 1000, 10_000), half_up(gross * self.bonus, 10_000)

    def finalise(self) -> None:
        self.final = True
        gross, fee, bonus = self.split()
        self.fen["escrow"] -= self.base
        self.fen += Counter(
            supplier_payable=self.base - gross,
            owner_confirmed=gross - fee + bonus,
            platform_fee=fee,
            platform_bonus=bonus,
        )

    def settle(self) -> None:
        self.fen["owner_withdrawable"] += self.fen.pop("owner_confirmed", 0)

    def refund(self, amount: int) -> None:
        before = self.split()
        self.base -= amount
        self.fen["refund_clearing"] += amount
        if not self.final:
            self.fen["escrow"] -= amount
            return
        gross, fee, bonus = (old - new for old, new in zip(before, self.split(), strict=True))
        self.fen["supplier_payable"] -= amount - gross
        self.fen["platform_fee"] -= fee
        self.fen["platform_bonus"] -= bonus
        due = gross - fee + bonus
        confirmed = min(due, self.fen["owner_confirmed"])
        self.fen["owner_confirmed"] -= confirmed
        self.fen["owner_withdrawable"] -= due - confirmed

    def books(self) -> dict[str, int]:
        return {kind: fen for kind, fen in self.fen.items() if fen}


@contextmanager
def undone() -> Iterator[None]:
    """Each example starts from the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def stage() -> tuple[Good, Shop]:
    good = story.good(story.supplier(AT), AT)
    return good, story.picked_shop(AT, good)


def priced(good: Good, price_fen: int, rate_bp: int) -> Good:
    good.skus.update(price_fen=price_fen)
    Good.objects.filter(pk=good.pk).update(rate_bp=rate_bp, price_from_fen=price_fen)
    good.refresh_from_db()
    return good


def refund(order: Order, amount: int, cause_ref: str, at: datetime = AT) -> None:
    orders.refund_line(
        line=story.line_of(order),
        amount_fen=amount,
        cause="case",
        cause_ref=cause_ref,
        owner_side=False,
        at=at,
    )


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    price=st.integers(1, 3_000_000),
    rate_bp=st.integers(100, 5000),
    tier=st.integers(1, 4),
    parts=st.lists(st.tuples(st.sampled_from("pfs"), st.integers(1, 9999)), max_size=4),
    all_back=st.booleans(),
)
@example(price=10_000, rate_bp=1234, tier=4, parts=[("f", 3333)], all_back=True)
@example(price=5, rate_bp=1000, tier=4, parts=[("p", 2000), ("f", 2500)], all_back=True)
@example(price=5, rate_bp=1000, tier=4, parts=[("f", 2000)], all_back=True)
@example(price=1, rate_bp=5000, tier=1, parts=[], all_back=True)
def test_any_refunds_at_any_time_leave_the_books_of_the_model(
    stage: tuple[Good, Shop],
    price: int,
    rate_bp: int,
    tier: int,
    parts: list[tuple[str, int]],
    all_back: bool,
) -> None:
    """``p`` before the order is final, ``f`` after, ``s`` after settlement; each takes so many bp of what is left."""
    good, shop = stage
    with undone():
        OwnerStanding.objects.filter(owner=shop.owner).update(tier=tier)
        order = story.paid_order(priced(good, price, rate_bp), AT, through=shop)
        model = Model(price, rate_bp, BONUS_BP[tier - 1])
        number = 0

        def give_back(phase: str, at: datetime) -> None:
            nonlocal number
            for when, bp in parts:
                amount = model.base * bp // 10_000
                if when == phase and amount:
                    number += 1
                    model.refund(amount)
                    refund(order, amount, f"r{number}", at)
                    assert books() == model.books()

        story.ship(order, AT)
        story.confirm(order, AT)
        give_back("p", AT)
        final = AT + timedelta(days=15, seconds=1)
        orders.sweep(at=final)
        model.finalise()
        assert books() == model.books()
        give_back("f", final)
        commissions.settle_month(JUNE, at=SETTLED)
        model.settle()
        assert books() == model.books()
        give_back("s", SETTLED)
        if all_back and model.base:
            left = model.base
            model.refund(left)
            refund(order, left, "rest", SETTLED)
            assert books() == model.books()
            assert books() == {"channel_clearing": price, "refund_clearing": price}
        line = CommissionLine.objects.get()
        assert owner_credit_of_line(shop.owner.public_id, line.line_ref) == line.owner_fen
        paid_out = sum(
            fen for kind, fen in books().items() if kind not in ("channel_clearing", "platform_bonus")
        )
        assert paid_out == price + books().get("platform_bonus", 0)
        story.arrive_refunds(SETTLED)
        assert books().get("channel_clearing", 0) == model.base
        assert "refund_clearing" not in books()


def half_refunded(stage: tuple[Good, Shop], withdraw: int) -> tuple[Order, Shop]:
    """The example of §6.6, settled; the owner took ``withdraw`` fen out; then half of the goods is refunded."""
    good, shop = stage
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=3)
    order = story.finalised_order(good, AT, through=shop)
    commissions.settle_month(JUNE, at=SETTLED)
    party = shop.owner.public_id
    posting.post(
        Event(JournalKind.WITHDRAW, "tests", "p1"),
        [Movement(Side(AccountKind.OWNER_WITHDRAWABLE, party), Side(AccountKind.PAYOUT_CLEARING), withdraw)],
        at=SETTLED,
    )
    refund(order, 5000, "half", SETTLED)
    return order, shop


def test_an_owner_with_only_300_left_owes_the_other_650(stage: tuple[Good, Shop]) -> None:
    _order, shop = half_refunded(stage, withdraw=1600)
    assert books() == {
        "channel_clearing": 10_000,
        "supplier_payable": 4000,
        "owner_debt": 650,
        "payout_clearing": 1600,
        "platform_fee": 100,
        "platform_bonus": 50,
        "refund_clearing": 5000,
    }
    taken = Reversal.objects.get()
    assert (taken.owner_fen, taken.fee_fen, taken.bonus_fen) == (950, 100, 50)
    assert (taken.from_confirmed_fen, taken.from_withdrawable_fen, taken.to_debt_fen) == (0, 300, 650)
    assert OwnerStanding.objects.get(owner=shop.owner).debt_fen == 650


def test_the_next_confirmation_repays_the_debt_first(stage: tuple[Good, Shop]) -> None:
    good, _shop = stage
    order, shop = half_refunded(stage, withdraw=1600)
    later = story.finalised_order(good, SETTLED, through=shop)
    party = shop.owner.public_id
    assert balance(AccountKind.OWNER_DEBT, party) == 0
    assert balance(AccountKind.OWNER_CONFIRMED, party) == 1900 - 650
    assert OwnerStanding.objects.get(owner=shop.owner).debt_fen == 0
    line = CommissionLine.objects.get(order_number=later.number)
    assert line.in_confirmed_fen == 1250
    assert commissions.settle_month(date(2026, 8, 1), at=story.noon(2026, 9, 20)) == 1
    statement = shop.owner.statements.get(month=date(2026, 8, 1))
    assert (statement.commission_fen, statement.bonus_fen, statement.taken_back_fen, statement.net_fen) == (
        1800,
        100,
        650,
        1250,
    )
    assert order.number != later.number


def test_a_debt_larger_than_the_next_commission_stays_in_part(stage: tuple[Good, Shop]) -> None:
    good, _shop = stage
    _order, shop = half_refunded(stage, withdraw=1900)
    assert balance(AccountKind.OWNER_DEBT, shop.owner.public_id) == 950
    story.finalised_order(priced(good, 2000, 2000), SETTLED, through=shop)  # earns 360 and 20 bonus
    assert balance(AccountKind.OWNER_DEBT, shop.owner.public_id) == 570
    assert balance(AccountKind.OWNER_CONFIRMED, shop.owner.public_id) == 0
    assert OwnerStanding.objects.get(owner=shop.owner).debt_fen == 570


def test_a_claw_back_takes_confirmed_first_then_withdrawable_then_debt(stage: tuple[Good, Shop]) -> None:
    good, shop = stage
    party = shop.owner.public_id
    settled = story.finalised_order(good, AT, through=shop)
    commissions.settle_month(JUNE, at=SETTLED)  # 1800 withdrawable
    story.finalised_order(priced(good, 5000, 2000), SETTLED, through=shop)  # 900 confirmed
    posting.post(
        Event(JournalKind.WITHDRAW, "tests", "p1"),
        [Movement(Side(AccountKind.OWNER_WITHDRAWABLE, party), Side(AccountKind.PAYOUT_CLEARING), 1000)],
        at=SETTLED,
    )
    seen = []
    for ref, amount in (("a", 4000), ("b", 4000), ("c", 2000)):
        refund(settled, amount, ref, SETTLED)
        seen.append(
            tuple(
                balance(kind, party)
                for kind in (
                    AccountKind.OWNER_CONFIRMED,
                    AccountKind.OWNER_WITHDRAWABLE,
                    AccountKind.OWNER_DEBT,
                )
            )
        )
    assert seen == [(180, 800, 0), (0, 260, 0), (0, 0, 100)]
    assert sum(CommissionLine.objects.values_list("in_confirmed_fen", flat=True)) == 0


def test_the_same_refund_again_moves_nothing(stage: tuple[Good, Shop]) -> None:
    order, _shop = half_refunded(stage, withdraw=0)
    before = picture()
    refund(order, 5000, "half", SETTLED)
    assert picture() == before


@pytest.mark.parametrize("amount", [0, -1, 5001])
def test_more_than_is_left_is_refused(stage: tuple[Good, Shop], amount: int) -> None:
    order, _shop = half_refunded(stage, withdraw=0)
    before = picture()
    with pytest.raises(errors.RefundTooLarge):
        refund(order, amount, "more", SETTLED)
    assert picture() == before


def test_a_supplier_without_money_runs_into_debt(stage: tuple[Good, Shop]) -> None:
    good, shop = stage
    order = story.finalised_order(good, AT, through=shop)
    party = order.supplier.public_id
    allow(JournalKind.SETTLE, AccountKind.SUPPLIER_PAYABLE, AccountKind.PAYOUT_CLEARING)
    allow(JournalKind.SETTLE, AccountKind.CHANNEL_CLEARING, AccountKind.CATEGORY_BOND)
    allow(JournalKind.SETTLE, AccountKind.SUPPLIER_DEPOSIT, AccountKind.COMPENSATION)
    posting.post(
        Event(JournalKind.SETTLE, "payout", "s1"),
        [Movement(Side(AccountKind.SUPPLIER_PAYABLE, party), Side(AccountKind.PAYOUT_CLEARING), 7000)],
        at=SETTLED,
    )
    posting.post(
        Event(JournalKind.SETTLE, "bond", "s1"),
        [
            Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.CATEGORY_BOND, party), 500),
            Movement(
                Side(AccountKind.SUPPLIER_DEPOSIT, party), Side(AccountKind.COMPENSATION), 1_000_000 - 600
            ),
        ],
        at=SETTLED,
    )
    refund(order, 5000, "half", SETTLED)  # the supplier's part is 4000
    kinds = (
        AccountKind.SUPPLIER_PAYABLE,
        AccountKind.CATEGORY_BOND,
        AccountKind.SUPPLIER_DEPOSIT,
        AccountKind.SUPPLIER_DEBT,
    )
    assert [balance(kind, party) for kind in kinds] == [0, 0, 0, 1900]
