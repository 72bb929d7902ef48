"""The month end as a run: SQL and Python say the same, chunks survive a kill, processes share, nothing is rewritten."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import InboxLetter
from commissions import services as commissions
from commissions.criteria import Figures, criteria_of, next_level, target_level
from commissions.errors import TiersOutOfOrder
from commissions.models import OwnerTier, TierChunk, TierMonth, TierOverride, TierRun
from commissions.previewing import preview_tiers
from commissions.services import judging, tiers
from commissions.services.judging import LEVEL_AFTER, MISSES_AFTER, target_expression
from orders import services as orders
from storefronts.models import Owner, OwnerStanding
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.settings import Rules
from tests.factories import story
from tests.factories.processes import in_processes, killed_when
from tests.factories.proof import guards_off
from tests.factories.tiers import JULY, JUNE, MAY, RUN, has_level, sold
from tests.factories.world import picture

STAFF = Actor(ActorKind.STAFF, "anna", "anna")
FIGURES = (
    Figures(),
    Figures(300_000, 20, 10, 3, 20),
    Figures(2_000_000, 120, 60, 0, 120, 0, 11),
    Figures(300_000, 20, 10, 4, 20),
    Figures(2_000_000, 200, 60, 24, 200, 1),
    Figures(299_999, 20, 10, 0, 20),
)


def cast() -> dict[int, tuple[int, int]]:
    """Six owners with figures and levels of all sorts; what the pure functions make of them, by owner id."""
    expected = {}
    for n, figures in enumerate(FIGURES, start=1):
        owner, level = story.owner(story.noon(2026, 5, 3), n=n), 1 + n % 4
        has_level(owner, level)
        sold(owner, figures)
        expected[owner.pk] = next_level(level, 0, target_level(figures, criteria_of(Rules())))
    return expected


def judged() -> dict[int, tuple[int, int]]:
    return {row.owner_id: (row.level_after, row.misses_after) for row in TierMonth.objects.filter(month=JUNE)}


def standings() -> dict[int, int]:
    return dict(OwnerStanding.objects.values_list("owner_id", "tier"))


@pytest.mark.django_db
def test_sql_and_python_say_the_same() -> None:
    """Thousands of rows, most of them around the thresholds."""
    chance, criteria = Random(7), criteria_of(Rules())
    near = lambda *edges: max(0, chance.choice(edges) + chance.randint(-1, 1))  # noqa: E731
    rows = []
    for _turn in range(4000):
        orders = near(0, 20, 99, 120, 199, 600, 999)
        ended = orders + chance.choice((0, 0, 1, 7))
        rows.append(
            (
                near(0, 300_000, 2_000_000, 10_000_000), orders, near(0, 10, 60, 300),
                min(ended, near(0, ended * 10 // 100, ended * 12 // 100, ended * 15 // 100)), ended,
                near(0, orders // 100, orders * 5 // 1000, orders * 3 // 1000), near(0, 6, 12, 18, 24, 48),
                chance.randint(1, 4), chance.randint(0, 2), chance.random() < 0.8,
            )
        )  # fmt: skip
    target, values = target_expression(criteria)
    columns = "sales_fen, orders, buyers, refunded, ended, disputes, points, level, misses, may_fall"
    arrays = list(map(list, zip(*rows, strict=True)))
    kinds = ["bigint", *["int"] * 8, "boolean"]
    unnested = ", ".join(f"%(a{n})s::{kind}[]" for n, kind in enumerate(kinds))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT target, {LEVEL_AFTER}, {MISSES_AFTER} FROM (SELECT *, points >= 24 AS unprotected, {target} AS target"
            f" FROM unnest({unnested}) WITH ORDINALITY AS t ({columns}, place)) j ORDER BY place",
            values | {f"a{n}": array for n, array in enumerate(arrays)},
        )
        by_sql = cursor.fetchall()
    by_python = []
    for *figures, level, misses, may_fall in rows:
        f = Figures(*figures)
        aim = target_level(f, criteria)
        by_python.append((aim, *next_level(level, misses, aim, protected=f.points < 24, may_fall=may_fall)))
    assert by_sql == by_python
    assert {row[0] for row in by_sql} == {1, 2, 3, 4}


@pytest.mark.django_db
def test_a_run_leaves_what_the_pure_functions_say() -> None:
    expected = cast()
    seen: list[tiers.Progress] = []
    assert commissions.recalculate_tiers(JUNE, at=RUN, told=seen.append, chunk=2) == 6
    assert judged() == expected
    assert standings() == {owner: level for owner, (level, _misses) in expected.items()}
    run = TierRun.objects.get()
    changed = TierMonth.objects.exclude(level_after=1).count()
    assert (run.judged, run.finished_at, changed > 0) == (6, RUN, True)
    assert run.rose == TierMonth.objects.filter(level_after=3, level_before__lt=3).count() + TierMonth.objects.filter(
        level_after=2, level_before=1
    ).count()  # fmt: skip
    assert InboxLetter.objects.filter(kind="tier_changed").count() == run.rose + run.fell
    assert [step.done == step.all for step in seen] == [False] * (len(seen) - 1) + [True]
    assert tiers.rules_of(run) == Rules()
    assert AuditEntry.objects.get(subject_type="tier_run").subject_ref == "2026-06"


@pytest.mark.django_db
def test_a_level_that_stays_is_not_written() -> None:
    owner = story.owner(story.noon(2026, 5, 3))
    commissions.recalculate_tiers(JUNE, at=RUN)
    assert (judged(), OwnerTier.objects.count()) == ({owner.pk: (1, 0)}, 0)


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 between the judgement of the third chunk and its commit: two chunks stand, the rest is done again."""
    expected = cast()
    places: list[int] = []

    def work(here: object) -> None:
        def judge(*args: object, **named: object) -> object:
            done = judging.judge(*args, **named)  # type: ignore[arg-type]
            places.append(1)
            if len(places) == 3:
                here()  # type: ignore[operator]
            return done

        monkeypatch.setattr(tiers, "judge", judge)
        commissions.recalculate_tiers(JUNE, at=RUN, chunk=1)

    killed_when(work)
    assert (TierMonth.objects.count(), TierChunk.objects.exclude(done_at=None).count()) == (2, 2)
    assert TierRun.objects.get().finished_at is None
    with pytest.raises(TiersOutOfOrder):
        commissions.recalculate_tiers(JULY, at=story.noon(2026, 8, 1))
    assert commissions.catch_up_tiers(at=RUN) == 4
    assert judged() == expected
    assert standings() == {owner: level for owner, (level, _misses) in expected.items()}
    assert TierRun.objects.get().judged == 6


@pytest.mark.django_db(transaction=True)
def test_eight_processes_judge_once(settings: object) -> None:
    """F24: the beat rings twice, and six more times."""
    expected = cast()
    answers = in_processes(lambda: commissions.recalculate_tiers(JUNE, at=RUN, chunk=1), 8)
    assert sum(answers) == 6
    assert judged() == expected
    assert TierMonth.objects.count() == 6
    assert AuditEntry.objects.filter(subject_type="tier_run").count() == 1
    before = picture()
    later = RUN + timedelta(days=1)
    assert commissions.recalculate_tiers(JUNE, at=later) == 0
    assert in_processes(lambda: commissions.recalculate_tiers(JUNE, at=later), 8) == [0] * 8
    assert in_processes(lambda: commissions.catch_up_tiers(at=later), 2) == [0, 0]
    assert picture() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE commissions_tiermonth SET sales_fen = sales_fen + 1",
        "UPDATE commissions_tiermonth SET level_after = 4",
        "DELETE FROM commissions_tiermonth",
        "TRUNCATE commissions_tiermonth",
    ],
)
def test_a_judgement_is_never_rewritten(change: str) -> None:
    story.owner(story.noon(2026, 5, 3))
    commissions.recalculate_tiers(JUNE, at=RUN)
    before = picture()
    with pytest.raises(DatabaseError, match="judgements are never changed"), connection.cursor() as cursor:
        cursor.execute(change)
    assert picture() == before


@pytest.mark.django_db
def test_months_are_judged_in_order() -> None:
    story.owner(story.noon(2026, 5, 3))
    commissions.recalculate_tiers(JUNE, at=RUN)
    before = picture()
    with pytest.raises(TiersOutOfOrder):
        commissions.recalculate_tiers(MAY, at=RUN)
    assert picture() == before


def override(owner: Owner, level: int, *, at: datetime = RUN, reason: str = "系统故障误判") -> TierOverride:
    return commissions.override_tier(owner=owner, level=level, reason=reason, actor=STAFF, at=at)


@pytest.mark.django_db
def test_a_level_given_by_hand_lasts_until_the_next_run() -> None:
    """The next run goes on from the judged level, as if nothing had been given."""
    owner = story.owner(story.noon(2026, 5, 3))
    has_level(owner, 3)
    override(owner, 4, at=story.noon(2026, 6, 10))
    assert (standings(), OwnerTier.objects.get().level) == ({owner.pk: 4}, 3)
    commissions.recalculate_tiers(JUNE, at=RUN)
    row = TierMonth.objects.get()
    assert (row.level_before, row.level_after, row.misses_after) == (3, 3, 1)
    assert standings() == {owner.pk: 3}
    assert TierOverride.objects.get().ended_at == RUN
    trail = AuditEntry.objects.get(subject_type="owner", subject_ref=owner.public_id, event="override_tier")
    assert (trail.actor_ref, trail.from_state, trail.to_state, trail.reason) == (
        "anna",
        "3",
        "4",
        "系统故障误判",
    )


@pytest.mark.django_db
def test_a_second_override_takes_the_place_of_the_first() -> None:
    owner = story.owner(story.noon(2026, 5, 3))
    override(owner, 4, at=story.noon(2026, 6, 10))
    override(owner, 2, at=story.noon(2026, 6, 11))
    assert list(TierOverride.objects.order_by("pk").values_list("level", "ended_at")) == [
        (4, story.noon(2026, 6, 11)),
        (2, None),
    ]
    assert standings() == {owner.pk: 2}


@pytest.mark.django_db
def test_a_suspended_owners_override_ends_as_well() -> None:
    owner = story.owner(story.noon(2026, 5, 3))
    override(owner, 4, at=story.noon(2026, 6, 10))
    OwnerStanding.objects.update(suspended=True)
    assert commissions.recalculate_tiers(JUNE, at=RUN) == 0
    assert (standings(), TierOverride.objects.get().ended_at) == ({owner.pk: 1}, RUN)


@pytest.mark.django_db
@pytest.mark.parametrize(("level", "reason"), [(4, ""), (4, " x "), (5, "系统故障"), (0, "系统故障")])
def test_an_override_asks_for_a_level_and_a_reason(level: int, reason: str) -> None:
    owner = story.owner(story.noon(2026, 5, 3))
    before = picture()
    with pytest.raises(BadInput), transaction.atomic():
        override(owner, level, reason=reason)
    assert picture() == before


def problems() -> list[tuple[str, str]]:
    return [(problem.check.name, problem.key) for problem in verify().problems]


@pytest.mark.django_db
def test_verify_knows_given_levels_and_names_forged_ones() -> None:
    owner = story.owner(story.noon(2026, 5, 3))
    commissions.recalculate_tiers(JUNE, at=RUN)
    override(owner, 4, at=story.noon(2026, 7, 2))
    assert problems() == []
    OwnerStanding.objects.update(tier=3)
    assert problems() == [("owner_tier", owner.public_id)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("forged", "named"),
    [({"sales_fen": 300_000, "orders": 20, "buyers": 10}, "tier_step"), ({"misses_after": 1}, "tier_step")],
)
def test_verify_names_a_forged_judgement(forged: dict[str, int], named: str) -> None:
    """Figures that would have earned more, a miss that nobody made: past the guards, by the tables' owner."""
    owner = story.owner(story.noon(2026, 5, 3))
    commissions.recalculate_tiers(JUNE, at=RUN)
    with guards_off():
        TierMonth.objects.update(**forged)
    assert (named, f"{owner.public_id} 2026-06") in problems()


@pytest.mark.django_db
def test_verify_names_a_run_that_lost_an_owner() -> None:
    cast()
    commissions.recalculate_tiers(JUNE, at=RUN)
    with guards_off():
        TierMonth.objects.filter(level_after=1).first().delete()
    assert ("tier_run", "2026-06") in problems()


@pytest.mark.django_db(transaction=True)
def test_the_command_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    owners = [story.owner(story.noon(2026, 5, 3), n=n) for n in (1, 2)]
    call_command("recalculate_tiers", month="2026-06", chunk=1, connections=2)
    said = capsys.readouterr().out
    assert "2 of 2" in said
    assert "judged 2 in " in said
    assert TierMonth.objects.filter(owner__in=owners).count() == 2
    with pytest.raises(CommandError, match="has not ended"):
        call_command("recalculate_tiers", month=f"{clock.month_of(clock.now()):%Y-%m}")
    with pytest.raises(CommandError, match="not a month"):
        call_command("recalculate_tiers", month="June")


@pytest.mark.django_db
def test_the_same_rules_would_change_nobody() -> None:
    cast()
    commissions.recalculate_tiers(JUNE, at=RUN)
    before = picture()
    found = preview_tiers(month=JUNE, rules=Rules(), now=Rules())
    assert (found.owners, found.higher, found.lower, found.whom, found.cost_fen) == (6, 0, 0, (), 0)
    assert sum(move.owners for move in found.moves) == 6
    assert picture() == before


@pytest.mark.django_db
def test_other_rules_show_who_would_stand_elsewhere() -> None:
    """Each owner is judged again from where the month began, as the pure functions do it."""
    cast()
    commissions.recalculate_tiers(JUNE, at=RUN)
    rules = replace(Rules(), TIER_ORDERS=(20, 201, 600), TIER_REFUND_BP=(2000, 1200, 1000))
    found = preview_tiers(month=JUNE, rules=rules, now=Rules())
    expected = {}
    for row in TierMonth.objects.all():
        figures = judging.figures_of_month(JUNE).get(row.owner_id, Figures())
        level, _misses = next_level(
            row.level_before, row.misses_before, target_level(figures, criteria_of(rules))
        )
        if level != row.level_after:
            expected[row.owner_id] = (row.level_after, level)
    assert {one.row.owner_id: (one.row.level_after, one.would) for one in found.whom} == expected
    assert sorted(expected.values()) == [(1, 2), (3, 2)]
    assert (found.higher, found.lower) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "cost"),
    [
        ({"BONUS_BP": (0, 300, 500, 800)}, 20),  # 3 % instead of 2 % of 2,000
        ({"BONUS_BP": (0, 225, 500, 800)}, 5),
        ({"TIER_ORDERS": (10_000, 10_000, 10_000)}, -40),  # nobody would have risen
        ({}, 0),
    ],
)
def test_what_other_rules_would_cost(change: dict[str, tuple[int, ...]], cost: int) -> None:
    start = story.noon(2026, 5, 20)
    good = story.good(story.supplier(start), start)
    shop = story.picked_shop(start, good)
    order = story.paid_order(good, start, through=shop)
    story.ship(order, start)
    story.confirm(order, start)
    orders.sweep(at=story.noon(2026, 6, 5))
    sold(shop.owner, Figures(300_000, 20, 10, 0, 20))
    commissions.recalculate_tiers(JUNE, at=RUN)
    assert TierMonth.objects.get().level_after == 2
    found = preview_tiers(month=JUNE, rules=replace(Rules(), **change), now=Rules())  # type: ignore[arg-type]
    assert (found.bonus_was_fen, found.cost_fen) == (40, cost)
