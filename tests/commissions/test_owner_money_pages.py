"""An owner's commissions, statements and tier pages show the selectors' figures to the fen."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from commissions import services as commissions
from commissions.models import OrderFact, OwnerTier, Statement
from commissions.selectors import earnings_of, outlook_of, statement_of, sums_of
from commissions.states import CommissionStatus, Outcome
from orders.services import refund_line
from storefronts.models import Owner, Shop
from storefronts.services import write_tier
from storefronts.states import Tier
from suppliers.models import Good
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from tests.factories import story

pytestmark = pytest.mark.django_db
START = story.noon(2026, 1, 5)


@pytest.fixture
def shop() -> Shop:
    good = story.good(story.supplier(START), START, stock=200)
    made = story.picked_shop(START, good)
    write_tier(owner=made.owner, tier=2)
    return made


@pytest.fixture
def good(shop: Shop) -> Good:
    return shop.picks.get().good


def page(owner: Owner, name: str, *args: object, query: str = "", status: int = 200) -> str:
    client = Client()
    client.force_login(owner.user)
    answer = client.get(reverse(f"owner:{name}", args=args) + query)
    assert answer.status_code == status
    return answer.content.decode()


def test_with_nothing_earned_each_page_says_what_comes_next(shop: Shop) -> None:
    assert "还没有佣金" in page(shop.owner, "commissions")
    assert "还没有月结单" in page(shop.owner, "statements")
    assert "还没有评定过" in page(shop.owner, "tier")
    page(shop.owner, "statement", 2026, 1, status=404)
    page(shop.owner, "statement", 2026, 13, status=404)


def test_commissions_stand_by_state_and_add_up(shop: Shop, good: Good) -> None:
    now = clock.now()
    story.finalised_order(good, START, through=shop)
    commissions.settle_month(date(2026, 1, 1), at=story.noon(2026, 2, 20))
    story.finalised_order(good, now - timedelta(days=16), through=shop, quantity=2)
    story.paid_order(good, now, through=shop, quantity=3)
    received = story.paid_order(good, now, through=shop)
    story.ship(received, now)
    story.confirm(received, now)
    frozen = story.paid_order(good, now, through=shop)
    commissions.hold(story.line_of(frozen).ref, cause="case", at=now)
    assert [(s.status, s.lines, s.owner_fen) for s in sums_of(shop.owner)] == [
        (CommissionStatus.ESTIMATED, 1, 5520),
        (CommissionStatus.LOCKED, 1, 1840),
        (CommissionStatus.CONFIRMED, 1, 3680),
        (CommissionStatus.WITHDRAWABLE, 1, 1840),
        (CommissionStatus.FROZEN, 1, 1840),
        (CommissionStatus.VOID, 0, 0),
    ]
    earned = earnings_of(shop.owner)
    assert (earned.estimated_fen, earned.locked_fen, earned.frozen_fen) == (5520, 1840, 1840)
    assert (earned.confirmed_fen, earned.withdrawable_fen, earned.debt_fen) == (3680, 1840, 0)
    html = page(shop.owner, "commissions")
    for whole, cents in (("55", ".20"), ("36", ".80"), ("18", ".40")):
        assert f'<span>{whole}</span><span class="money-fen">{cents}</span>' in html
    assert "300.00 × 20% = 60.00 − 服务费 6.00 + 奖励 1.20" in html
    only = page(shop.owner, "commissions", query="?status=frozen")
    assert "买家正在申请售后" in only
    assert "300.00 × 20%" not in only


def test_a_statement_keeps_its_figures_after_a_later_claw_back(shop: Shop, good: Good) -> None:
    order = story.finalised_order(good, START, through=shop)
    story.finalised_order(good, START + timedelta(days=1), through=shop, quantity=2)
    commissions.settle_month(date(2026, 1, 1), at=story.noon(2026, 2, 20))
    refund_line(
        line=story.line_of(order), amount_fen=5000, cause="claim", cause_ref="1", owner_side=False,
        at=story.noon(2026, 2, 25),
    )  # fmt: skip
    detail = statement_of(shop.owner, date(2026, 1, 1))
    assert [line.owner_fen for line in detail.lines] == [1840, 3680]
    statement = detail.statement
    assert (statement.commission_fen, statement.bonus_fen) == (5400, 120)
    assert (statement.taken_back_fen, statement.net_fen) == (0, 5520)
    assert detail.reversals == []
    html = page(shop.owner, "statement", 2026, 1)
    assert '<span>55</span><span class="money-fen">.20</span>' in html
    assert "2026年1月 月结单" in page(shop.owner, "statements")
    story.finalised_order(good, story.noon(2026, 2, 10), through=shop)
    commissions.settle_month(date(2026, 2, 1), at=story.noon(2026, 3, 20))
    assert [r.owner_fen for r in statement_of(shop.owner, date(2026, 2, 1)).reversals] == [920]
    html = page(shop.owner, "statement", 2026, 2)
    assert "期间扣回" in html
    assert "可提现 ¥9.20" in html


def test_another_owners_statement_does_not_exist(shop: Shop, good: Good) -> None:
    story.finalised_order(good, START, through=shop)
    commissions.settle_month(date(2026, 1, 1), at=story.noon(2026, 2, 20))
    assert Statement.objects.count() == 1
    other = story.owner(START, 2)
    page(other, "statement", 2026, 1, status=404)
    with pytest.raises(NotFound):
        statement_of(other, date(2026, 1, 1))


def facts(owner: Owner, at: datetime, orders: int, each_fen: int) -> None:
    OrderFact.objects.bulk_create(
        OrderFact(
            line_ref=f"{n}-1", order_number=str(n), owner=owner, buyer=f"b{n}", base_fen=each_fen, counted=True,
            outcome=Outcome.FINALISED, outcome_at=at,
        )
        for n in range(orders)
    )  # fmt: skip


def test_the_tier_page_shows_six_figures_and_the_way_up(shop: Shop) -> None:
    now = clock.now()
    OwnerTier.objects.create(owner=shop.owner, level=Tier.SENIOR, misses=1)
    facts(shop.owner, now, 100, 10_000)
    seen = outlook_of(shop.owner, at=now)
    assert (seen.figures.sales_fen, seen.figures.orders, seen.figures.buyers) == (1_000_000, 100, 100)
    assert seen.gap is not None
    assert (seen.gap.sales_fen, seen.gap.orders, seen.gap.buyers) == (1_000_000, 20, 0)
    assert (seen.level, seen.target, seen.sales_percent) == (Tier.SENIOR, Tier.SENIOR, 50)
    html = page(shop.owner, "tier")
    assert "10,000.00 / 20,000.00" in html
    assert "100 / 120" in html
    assert "100 / 60" in html
    assert "保护月" in html
    assert "资深掌柜" in html
    assert "≤ 12%" in html
    assert [row.bonus_bp for row in seen.rows] == [0, 200, 500, 800]


@pytest.mark.parametrize(("each_fen", "closed"), [(16_666, False), (16_667, True)])
def test_the_gap_closes_at_the_threshold_and_not_a_fen_before(
    shop: Shop, each_fen: int, closed: bool
) -> None:
    now = clock.now()
    OwnerTier.objects.create(owner=shop.owner, level=Tier.SENIOR)
    facts(shop.owner, now, 120, each_fen)
    gap = outlook_of(shop.owner, at=now).gap
    assert gap is not None
    assert gap.is_closed is closed
    assert ("保持到月底即可升级" in page(shop.owner, "tier")) is closed


@pytest.mark.parametrize(
    ("orders", "each_fen", "misses", "missing", "then"),
    [
        (20, 15_000, 0, "", ""),
        (20, 14_999, 0, "销售额 ¥0.20", "进入保护月，等级先不变"),
        (19, 20_000, 0, "1 单", "进入保护月，等级先不变"),
        (9, 40_000, 1, "11 单、1 位买家", "等级降一级"),
    ],
)
def test_the_tier_page_says_what_is_missing_to_keep_the_level(
    shop: Shop, orders: int, each_fen: int, misses: int, missing: str, then: str
) -> None:
    now = clock.now()
    OwnerTier.objects.create(owner=shop.owner, level=Tier.SENIOR, misses=misses)
    facts(shop.owner, now, orders, each_fen)
    html = page(shop.owner, "tier")
    assert (f"保住资深掌柜还差：{missing}" in html) is bool(missing)
    assert ("保住" in html) is bool(missing)
    assert not then or f"评定时仍未达到，{then}" in html


def test_the_first_level_is_never_lost(shop: Shop) -> None:
    OwnerTier.objects.create(owner=shop.owner, level=Tier.ROOKIE)
    assert outlook_of(shop.owner, at=clock.now()).keep_gap is None
    assert "保住" not in page(shop.owner, "tier")


def test_the_highest_level_has_nowhere_to_go(shop: Shop) -> None:
    OwnerTier.objects.create(owner=shop.owner, level=Tier.SUPER)
    assert outlook_of(shop.owner, at=clock.now()).gap is None
    assert "超级掌柜" in page(shop.owner, "tier")
