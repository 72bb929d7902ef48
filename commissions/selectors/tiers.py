"""An owner's level, and how far it is to the next one."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet, Sum

from commissions.criteria import Criteria, Figures, criteria_of, rules_of_month, target_level
from commissions.models import OwnerTier, TierMonth, TierOverride, TierRun
from commissions.services.judging import figures_of_month
from storefronts.models import Owner
from storefronts.states import Tier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import rules_at


def tier_of(owner: Owner) -> OwnerTier | None:
    """The owner's level now; None before the first run, which means ROOKIE."""
    return OwnerTier.objects.filter(owner=owner).first()


def override_of(owner: Owner) -> TierOverride | None:
    """The level that staff gave an owner until the next run, if any."""
    return TierOverride.objects.filter(owner=owner, ended_at=None).first()


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is: chunks judged of all, and the sums of what is judged."""

    done: int
    chunks: int
    judged: int
    rose: int
    fell: int


def progress_of(run: TierRun) -> RunProgress:
    """How far a tier run is, from its chunks."""
    sums = run.chunks.aggregate(
        chunks=Count("pk"), done=Count("done_at"), judged=Sum("judged"), rose=Sum("rose"), fell=Sum("fell")
    )
    return RunProgress(**{name: value or 0 for name, value in sums.items()})


def levels_of_run(run: TierRun) -> list[tuple[int, int, int]]:
    """(level before, level after, how many owners) of a month's judgements."""
    rows = TierMonth.objects.filter(month=run.month).values_list("level_before", "level_after")
    return list(rows.annotate(n=Count("pk")).order_by("level_before", "level_after"))


def tier_history_of(owner: Owner) -> "QuerySet[TierMonth]":
    """The owner's judgements, newest first."""
    return TierMonth.objects.filter(owner=owner).order_by("-month")


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as counted: ``part`` of ``whole``, in basis points rounded up so that a bad one never looks better."""

    part: int
    whole: int

    @property
    def bp(self) -> int:
        """Basis points, 0 of 0 is 0."""
        return -(-self.part * 10_000 // self.whole) if self.whole else 0


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing to a level, each 0 when it is reached; sales in fen."""

    sales_fen: int
    orders: int
    buyers: int
    refund_ok: bool
    dispute_ok: bool
    points_ok: bool

    @property
    def is_closed(self) -> bool:
        """Whether all six criteria hold."""
        numbers = (self.sales_fen, self.orders, self.buyers)
        return not any(numbers) and self.refund_ok and self.dispute_ok and self.points_ok


@dataclass(frozen=True, slots=True)
class TierRow:
    """One row of docs/rules.md §7.2 as it is shown: ROOKIE asks for nothing."""

    level: Tier
    criteria: Criteria | None
    bonus_bp: int
    shops: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """The owner's level, the six figures of the month so far, the way to the next level, and what is missing to keep
    the present one; ROOKIE is never lost.
    """

    level: Tier
    misses: int
    month: date
    figures: Figures
    refund: Rate
    dispute: Rate
    target: Tier
    next_level: Criteria | None
    gap: Gap | None
    keep_gap: Gap | None
    rows: list[TierRow]
    judged_at: datetime
    given: TierOverride | None

    @property
    def sales_percent(self) -> int:
        """How far sales are towards the next level, 0 to 100."""
        if self.next_level is None:
            return 100
        return min(100, self.figures.sales_fen * 100 // self.next_level.sales_fen)

    @property
    def is_protected(self) -> bool:
        """Whether the last judgement was a first miss: this is the protection month (§7.3 rule 4)."""
        return self.misses == 1


def outlook_of(owner: Owner, *, at: datetime) -> Outlook:
    """How an owner stands at an instant (docs/rules.md §7), by the rules that the month will be judged by."""
    rules = rules_at(at)
    now = tier_of(owner) or OwnerTier(owner=owner)
    month = clock.month_of(at)
    criteria = criteria_of(rules_of_month(month))
    figures = figures_of_month(month, first=owner.pk, last=owner.pk).get(owner.pk, Figures())
    asked = {row.level: row for row in criteria}
    following = asked.get(Tier(now.level + 1)) if now.level < Tier.SUPER else None
    rows = [
        TierRow(tier, asked.get(tier), rules.BONUS_BP[tier - 1], rules.SHOPS_PER_TIER[tier - 1])
        for tier in Tier
    ]
    return Outlook(
        level=Tier(now.level),
        misses=now.misses,
        month=month,
        figures=figures,
        refund=Rate(figures.refunded, figures.ended),
        dispute=Rate(figures.disputes, figures.orders),
        target=target_level(figures, criteria),
        next_level=following,
        gap=_gap(figures, following) if following else None,
        keep_gap=_gap(figures, asked[Tier(now.level)]) if now.level > Tier.ROOKIE else None,
        rows=rows,
        judged_at=clock.local_instant(clock.next_month(month), rules.TIER_HOUR),
        given=override_of(owner),
    )


def _gap(figures: Figures, asked: Criteria) -> Gap:
    return Gap(
        sales_fen=max(0, asked.sales_fen - figures.sales_fen),
        orders=max(0, asked.orders - figures.orders),
        buyers=max(0, asked.buyers - figures.buyers),
        refund_ok=figures.refunded * 10_000 <= figures.ended * asked.refund_bp,
        dispute_ok=figures.disputes * 10_000 <= figures.orders * asked.dispute_bp,
        points_ok=figures.points < asked.points_below,
    )
