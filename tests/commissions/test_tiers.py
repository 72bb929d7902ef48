"""Owner tiers: the table of docs/rules.md §7.4, the change rules of §7.3, figures from real orders, repeated runs."""

from datetime import date, datetime, timedelta

import pytest

from commissions import services as commissions
from commissions.criteria import Figures, criteria_of, next_level, target_level
from commissions.models import LiabilityFact, OrderFact, OwnerTier, TierMonth
from commissions.services.judging import figures_of_month
from commissions.states import Outcome
from orders import services as orders
from storefronts.models import OwnerStanding
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules
from tests.factories import rulebook, story
from tests.factories.threads import at_once
from tests.factories.tiers import JULY, JUNE, MAY, RUN, has_level, sold
from tests.factories.world import picture

# Sales in fen, orders, buyers, refunded, ended, disputes, points; the level that they reach. Both sides of every edge.
BOUNDARIES = [
    (299_999, 20, 10, 0, 20, 0, 0, 1),
    (300_000, 20, 10, 0, 20, 0, 0, 2),
    (300_000, 19, 10, 0, 20, 0, 0, 1),
    (300_000, 20, 9, 0, 20, 0, 0, 1),
    (300_000, 20, 10, 3, 20, 0, 0, 2),
    (300_000, 20, 10, 4, 20, 0, 0, 1),
    (300_000, 100, 10, 0, 100, 1, 0, 2),
    (300_000, 99, 10, 0, 99, 1, 0, 1),
    (300_000, 20, 10, 0, 20, 0, 17, 2),
    (300_000, 20, 10, 0, 20, 0, 18, 1),
    (1_999_999, 120, 60, 0, 120, 0, 0, 2),
    (2_000_000, 120, 60, 0, 120, 0, 0, 3),
    (2_000_000, 119, 60, 0, 120, 0, 0, 2),
    (2_000_000, 120, 59, 0, 120, 0, 0, 2),
    (2_000_000, 200, 60, 24, 200, 1, 11, 3),
    (2_000_000, 200, 60, 25, 200, 1, 11, 2),
    (2_000_000, 199, 60, 0, 199, 1, 11, 2),
    (2_000_000, 200, 60, 24, 200, 1, 12, 2),
    (9_999_999, 600, 300, 0, 600, 0, 0, 3),
    (10_000_000, 600, 300, 0, 600, 0, 0, 4),
    (10_000_000, 599, 300, 0, 600, 0, 0, 3),
    (10_000_000, 600, 299, 0, 600, 0, 0, 3),
    (10_000_000, 1000, 300, 100, 1000, 3, 5, 4),
    (10_000_000, 1000, 300, 101, 1000, 3, 5, 3),
    (10_000_000, 1000, 300, 100, 1000, 4, 5, 3),
    (10_000_000, 600, 300, 0, 600, 0, 6, 3),
    (0, 0, 0, 0, 0, 0, 0, 1),
    (0, 0, 0, 5, 5, 3, 47, 1),
]


@pytest.mark.parametrize(("sales", "orders", "buyers", "ref", "den", "dis", "points", "level"), BOUNDARIES)
def test_the_boundary_table(
    sales: int, orders: int, buyers: int, ref: int, den: int, dis: int, points: int, level: int
) -> None:
    assert target_level(Figures(sales, orders, buyers, ref, den, dis, points), criteria_of(Rules())) == level


@pytest.mark.django_db
def test_the_boundary_table_by_a_run() -> None:
    """Each row as an owner with real facts, all judged by one run."""
    expected = {}
    for n, (*figures, level) in enumerate(BOUNDARIES, start=1):
        owner = story.owner(story.noon(2026, 5, 3), n=n)
        sold(owner, Figures(*figures))
        expected[owner.pk] = (Figures(*figures), level)
    assert commissions.recalculate_tiers(JUNE, at=RUN) == len(BOUNDARIES)
    assert {
        row.owner_id: (
            Figures(row.sales_fen, row.orders, row.buyers, row.refunded, row.ended, row.disputes, row.points),
            row.target,
        )
        for row in TierMonth.objects.all()
    } == expected
    assert dict(OwnerStanding.objects.values_list("owner_id", "tier")) == {
        owner: level for owner, (_figures, level) in expected.items()
    }


def test_rates_are_compared_by_integers() -> None:
    """15 % exactly holds whatever the size; one order more than that does not, however small its share."""
    big = Figures(300_000, 10**9, 10, 15 * 10**7, 10**9)
    assert target_level(big, criteria_of(Rules())) == 2
    assert target_level(Figures(300_000, 10**9, 10, 15 * 10**7 + 1, 10**9), criteria_of(Rules())) == 1


@pytest.mark.parametrize(
    ("level", "targets", "seen"),
    [
        (1, [4], [(4, 0)]),
        (4, [1, 1, 1, 1, 1], [(4, 1), (3, 2), (2, 2), (1, 2), (1, 0)]),
        (3, [2, 2, 2], [(3, 1), (2, 2), (2, 0)]),
        (3, [2, 3, 2], [(3, 1), (3, 0), (3, 1)]),
        (2, [1, 4, 1], [(2, 1), (4, 0), (4, 1)]),
        (1, [1, 1], [(1, 0), (1, 0)]),
    ],
)
def test_months_in_a_row(level: int, targets: list[int], seen: list[tuple[int, int]]) -> None:
    misses, walked = 0, []
    for target in targets:
        level, misses = next_level(level, misses, target)
        walked.append((level, misses))
    assert walked == seen


@pytest.mark.django_db
def test_months_in_a_row_by_runs() -> None:
    """The three sequences of §7.4, judged month by month from facts."""
    reach = {1: Figures(), 2: Figures(300_000, 20, 10, 0, 20), 4: Figures(10_000_000, 600, 300, 0, 600)}
    first, months = date(2026, 2, 1), [date(2026, n, 1) for n in range(2, 7)]
    sequences = (
        (1, [4], [(4, 0)]),
        (4, [1, 1, 1, 1, 1], [(4, 1), (3, 2), (2, 2), (1, 2), (1, 0)]),
        (3, [2, 2, 2], [(3, 1), (2, 2), (2, 0)]),
    )
    owners = []
    for n, (level, targets, _seen) in enumerate(sequences, start=1):
        owner = story.owner(story.noon(2026, 1, 3), n=n)
        has_level(owner, level)
        for month, target in zip(months, targets, strict=False):
            sold(owner, reach[target], month=month)
        owners.append(owner)
    for month in months:
        commissions.recalculate_tiers(month, at=clock.month_bounds(month)[1] + timedelta(hours=3))
    for owner, (_level, targets, seen) in zip(owners, sequences, strict=True):
        rows = owner.tier_months.filter(month__gte=first).order_by("month")[: len(targets)]
        assert [(row.level_after, row.misses_after) for row in rows] == seen


def test_no_protection_falls_straight_to_the_target() -> None:
    assert next_level(4, 0, 1, protected=False) == (1, 0)
    assert next_level(4, 1, 2, protected=False) == (2, 0)
    assert next_level(2, 0, 3, protected=False) == (3, 0)


def test_a_partial_month_raises_but_does_not_lower() -> None:
    assert next_level(3, 1, 1, may_fall=False) == (3, 1)
    assert next_level(1, 0, 4, may_fall=False) == (4, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("joined", "after"), [((2026, 6, 1, 0), (3, 1)), ((2026, 6, 1, 1), (3, 0))])
def test_the_first_month_counts_when_it_is_whole(
    joined: tuple[int, int, int, int], after: tuple[int, int]
) -> None:
    owner = story.owner(datetime(*joined, tzinfo=clock.SHANGHAI))
    has_level(owner, 3)
    assert commissions.recalculate_tiers(JUNE, at=RUN) == 1
    row = TierMonth.objects.get()
    assert (row.level_before, row.target, row.level_after, row.misses_after) == (3, 1, *after)


@pytest.mark.django_db
@pytest.mark.parametrize(("points", "level"), [(23, 4), (24, 1)])
def test_24_points_end_the_protection(points: int, level: int) -> None:
    owner = story.owner(story.noon(2026, 5, 3))
    has_level(owner, 4)
    sold(owner, Figures(points=points))
    commissions.recalculate_tiers(JUNE, at=RUN)
    assert OwnerStanding.objects.get(owner=owner).tier == level
    assert OwnerTier.objects.get(owner=owner).level == level


@pytest.mark.django_db
def test_who_is_judged() -> None:
    judged = story.owner(story.noon(2026, 5, 3), n=1)
    suspended, later = story.owner(story.noon(2026, 5, 3), n=2), story.owner(story.noon(2026, 7, 1), n=3)
    OwnerStanding.objects.filter(owner=suspended).update(suspended=True)
    assert (
        commissions.recalculate_tiers(JUNE, at=datetime(2026, 6, 30, 23, 59, 59, tzinfo=clock.SHANGHAI)) == 0
    )
    assert commissions.recalculate_tiers(JUNE, at=RUN) == 1
    assert TierMonth.objects.get().owner == judged
    assert later.joined_at > RUN


@pytest.mark.django_db
def test_figures_come_from_real_orders() -> None:
    start = story.noon(2026, 5, 20)
    good = story.good(story.supplier(start), start)
    shop = story.picked_shop(start, good)
    phones = ["13911110001", "13911110001", "13911110002", shop.owner.user.phone]
    placed = [story.paid_order(good, start, through=shop, phone=phone) for phone in phones]
    for order in placed:
        story.ship(order, start)
        story.confirm(order, start)
    gone = story.paid_order(good, start, through=shop, phone="13911110003")
    own_pages = story.paid_order(good, start)

    def back(order: object, amount: int, ref: str, *, owner_side: bool, at: datetime) -> None:
        orders.refund_line(
            line=story.line_of(order),  # type: ignore[arg-type]
            amount_fen=amount,
            cause="case",
            cause_ref=ref,
            owner_side=owner_side,
            at=at,
        )

    june = story.noon(2026, 6, 5)
    back(placed[0], 1000, "a", owner_side=True, at=start)  # no reason, before the order is final
    back(
        gone, 10_000, "b", owner_side=False, at=june
    )  # the supplier's fault: closed, does not count as refunded
    orders.sweep(at=june)
    back(placed[2], 2500, "c", owner_side=False, at=june)  # taken back in the same month
    commissions.note_liability(dispute_number="d1", owner=shop.owner, at=june)
    commissions.note_liability(dispute_number="d1", owner=shop.owner, at=june)
    commissions.note_liability(dispute_number="d2", owner=shop.owner, at=story.noon(2026, 7, 1))
    assert figures_of_month(JUNE) == {
        shop.owner_id: Figures(
            sales_fen=9000 + 10_000 + 7500, orders=3, buyers=2, refunded=1, ended=4, disputes=1, points=0
        )
    }
    assert figures_of_month(MAY) == {}
    back(placed[1], 10_000, "e", owner_side=True, at=story.noon(2026, 7, 2))
    july = figures_of_month(JULY)[shop.owner_id]
    assert (july.sales_fen, july.orders, july.disputes) == (0, 0, 1)  # never below zero
    assert figures_of_month(JUNE)[shop.owner_id].sales_fen == 26_500
    assert (own_pages.owner, LiabilityFact.objects.count()) == (None, 2)


@pytest.mark.django_db
def test_an_order_of_several_lines_counts_once() -> None:
    owner, june = story.owner(story.noon(2026, 5, 3)), story.noon(2026, 6, 5)
    lines = (
        # order, buyer, base, counted, outcome, refund on the owner's side
        ("a", "anna", 1000, True, Outcome.FINALISED, True),
        ("a", "anna", 200, True, Outcome.FINALISED, False),
        ("b", "anna", 30, True, Outcome.FINALISED, False),
        ("b", "anna", 4, True, Outcome.FINALISED, False),
        ("c", "ben", 50_000, True, Outcome.REFUNDED, True),
        ("c", "ben", 60_000, True, Outcome.REFUNDED, True),
        ("d", "carl", 700_000, False, Outcome.FINALISED, True),
        ("d", "carl", 5, True, Outcome.FINALISED, False),
    )
    OrderFact.objects.bulk_create(
        OrderFact(
            line_ref=f"{order}-{n}",
            order_number=order,
            owner=owner,
            buyer=buyer,
            base_fen=base_fen,
            counted=counted,
            outcome=outcome,
            outcome_at=june,
            owner_side_refund=owner_side,
        )
        for n, (order, buyer, base_fen, counted, outcome, owner_side) in enumerate(lines)
    )
    assert figures_of_month(JUNE) == {
        owner.pk: Figures(sales_fen=1239, orders=3, buyers=2, refunded=2, ended=4)
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "level"), [((2026, 6, 1, 0), 1), ((2026, 6, 1, 1), 2)])
def test_changed_criteria_count_from_the_next_full_month(day: tuple[int, int, int, int], level: int) -> None:
    """Stricter numbers in force from the month's first instant judge it; an hour later they judge the next one."""
    rulebook.by_order_of_law("tiers", datetime(*day, tzinfo=clock.SHANGHAI), TIER_ORDERS=[21, 120, 600])
    owner = story.owner(story.noon(2026, 5, 3))
    sold(owner, Figures(300_000, 20, 10, 0, 20))
    commissions.recalculate_tiers(JUNE, at=RUN)
    assert TierMonth.objects.get().level_after == level
    commissions.recalculate_tiers(JULY, at=story.noon(2026, 8, 1))
    assert TierMonth.objects.get(month=JULY).target == 1


@pytest.mark.django_db
def test_a_second_run_changes_nothing() -> None:
    owner = story.owner(story.noon(2026, 5, 3))
    sold(owner, Figures(300_000, 20, 10, 0, 20))
    assert commissions.recalculate_tiers(JUNE, at=RUN) == 1
    before = picture()
    sold(owner, Figures())
    assert commissions.recalculate_tiers(JUNE, at=RUN + timedelta(hours=5)) == 0
    assert picture() == before


@pytest.mark.django_db(transaction=True)
def test_eight_runs_at_once_judge_once() -> None:
    owners = [story.owner(story.noon(2026, 5, 3), n=n) for n in range(1, 5)]
    sold(owners[0], Figures(10_000_000, 600, 300, 0, 600))
    has_level(owners[1], 4)
    assert sum(at_once([lambda: commissions.recalculate_tiers(JUNE, at=RUN)] * 8)) == 4
    rows = TierMonth.objects.order_by("owner_id").values_list("owner_id", "level_after", "misses_after")
    assert list(rows) == [
        (owner.pk, level, misses)
        for owner, level, misses in zip(owners, (4, 4, 1, 1), (0, 1, 0, 0), strict=True)
    ]
    assert list(OwnerStanding.objects.order_by("owner_id").values_list("tier", flat=True)) == [4, 4, 1, 1]


@pytest.mark.django_db
def test_the_alarm_rings_at_three_on_the_first() -> None:
    story.owner(story.noon(2026, 6, 3))
    assert commissions.catch_up_tiers(at=RUN - timedelta(seconds=1)) == 0
    assert commissions.catch_up_tiers(at=RUN) == 1
    assert commissions.catch_up_tiers(at=RUN) == 0


@pytest.mark.django_db
def test_missed_alarms_are_made_up_from_the_first_owner_on() -> None:
    assert commissions.catch_up_tiers(at=RUN) == 0  # nobody yet
    owner = story.owner(story.noon(2026, 4, 9))
    assert commissions.catch_up_tiers(at=RUN) == 3
    assert list(TierMonth.objects.order_by("month").values_list("month", flat=True)) == [
        date(2026, 4, 1),
        MAY,
        JUNE,
    ]
    assert commissions.catch_up_tiers(at=story.noon(2026, 8, 1)) == 1
    assert owner.tier_months.count() == 4
