"""Monthly owner tiers: the run, made up of chunks that survive a kill, and levels given by hand (docs/rules.md §7)."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, Q, Sum
from django.utils.translation import gettext as _

from commissions.criteria import rules_of_month
from commissions.errors import TiersOutOfOrder
from commissions.models import OwnerTier, TierChunk, TierMonth, TierOverride, TierRun
from commissions.services.judging import Judged, judge
from storefronts.models import Owner
from storefronts.services import write_tier
from storefronts.states import Tier
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.locking import lock_name, lock_rows
from taoxiaopu.kernel.settings import Rules, rules_at

CHUNK = 250_000
PLATFORM = Actor.system("tiers")
OPEN = Q(ended_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, in owners' places: ids that are not an owner's count, too."""

    done: int
    all: int


def recalculate_tiers(
    month: date, *, at: datetime, told: Callable[[Progress], None] | None = None, chunk: int = CHUNK
) -> int:
    """Judge every owner for a month that has ended. Returns how many this call judged: 0 when all were before.

    A run is cut into chunks of owners; each is judged in a transaction of its own by whoever holds its row, so that
    several processes share a run, a killed one loses only its last chunk, and nobody is judged twice. Raises
    TiersOutOfOrder when another month must come first or came already.
    """
    _start, end = clock.month_bounds(month)
    if at < end:
        return 0
    run = _begin(month, at, chunk)
    if run is None:
        return 0
    judged = 0
    while (done := _judge_a_chunk(run, at)) is not None:
        judged += done.judged
        if told is not None:
            told(_progress(run))
    _finish(run, at)
    return judged


def catch_up_tiers(*, at: datetime, told: Callable[[Progress], None] | None = None) -> int:
    """Judge every month that has ended and whose run is due, oldest first: from an unfinished run or the month after
    the last one on, or from the month in which the first owner joined.
    """
    due = clock.previous_month(clock.month_of(at))
    if at < clock.local_instant(clock.month_of(at), rules_at(at).TIER_HOUR):
        due = clock.previous_month(due)
    judged = 0
    month = _month_to_judge()
    while month is not None and month <= due:
        judged += recalculate_tiers(month, at=at, told=told)
        month = clock.next_month(month)
    return judged


def override_tier(*, owner: Owner, level: int, reason: str, actor: Actor, at: datetime) -> TierOverride:
    """Staff give an owner a level until the next run (§7.3 rule 8); a later one takes the place of an earlier one.

    The judged level stays what it is, and the next run goes on from it. Raises BadInput without a reason.
    """
    if level not in Tier.values:
        raise BadInput(what=_("没有这个等级"))
    if len(reason.strip()) < 2:
        raise BadInput(what=_("调整等级须填写原因"))
    with transaction.atomic():
        _wait_for_the_judge(owner)
        before = lock_rows(TierOverride.objects.filter(OPEN, owner=owner))
        for row in before:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
        judged = OwnerTier.objects.filter(owner=owner).first() or OwnerTier(owner=owner)
        given = TierOverride.objects.create(
            owner=owner, level=level, reason=reason.strip()[:500], given_by=actor.ref, given_at=at
        )
        write_tier(owner=owner, tier=level)
        audit.record(
            actor=actor,
            subject_type="owner",
            subject_ref=owner.public_id,
            event="override_tier",
            from_state=str(before[0].level if before else judged.level),
            to_state=str(level),
            reason=given.reason,
            at=at,
        )
        return given


def _month_to_judge() -> date | None:
    unfinished: date | None = TierRun.objects.filter(finished_at=None).aggregate(n=Min("month"))["n"]
    if unfinished is not None:
        return unfinished
    lasts = [model.objects.aggregate(n=Max("month"))["n"] for model in (TierRun, TierMonth)]
    if judged := [month for month in lasts if month is not None]:
        return clock.next_month(max(judged))
    first = Owner.objects.aggregate(n=Min("joined_at"))["n"]
    return None if first is None else clock.month_of(first)


def _begin(month: date, at: datetime, chunk: int) -> TierRun | None:
    """The month's run with its chunks, once; None when the month was judged before runs were written down."""
    with transaction.atomic():
        lock_name("tiers")
        run = TierRun.objects.filter(month=month).first()
        if TierRun.objects.filter(month__lt=month, finished_at=None).exists():
            raise TiersOutOfOrder(month=f"{month:%Y-%m}")
        if run is not None:
            return run
        if TierMonth.objects.filter(month=month).exists():
            return None
        if TierMonth.objects.filter(month__gt=month).exists():
            raise TiersOutOfOrder(month=f"{month:%Y-%m}")
        run = TierRun.objects.create(month=month, began_at=at, rules=_tier_numbers(rules_of_month(month)))
        ends = Owner.objects.aggregate(first=Min("pk"), last=Max("pk"))
        if ends["first"] is not None:
            TierChunk.objects.bulk_create(
                TierChunk(run=run, first_owner=first, last_owner=min(first + chunk - 1, ends["last"]))
                for first in range(ends["first"], ends["last"] + 1, chunk)
            )
        return run


def _tier_numbers(rules: Rules) -> dict[str, object]:
    """The numbers that decide a judgement, as the run keeps them."""
    return {name: value for name, value in dataclasses.asdict(rules).items() if name.startswith("TIER_")}


def rules_of(run: TierRun) -> Rules:
    """The rules that a run judges by: its own copy, so that all its chunks are judged alike."""
    numbers: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in run.rules.items()
    }
    return dataclasses.replace(Rules(), **numbers)


def _judge_a_chunk(run: TierRun, at: datetime) -> Judged | None:
    """Judge one chunk that nobody has judged; wait for those that others hold. None when all are judged."""
    with transaction.atomic():
        row = _free_chunk(run)
        if row is None:
            return None
        overridden = lock_rows(
            TierOverride.objects.select_related("owner").filter(
                OPEN, owner_id__gte=row.first_owner, owner_id__lte=row.last_owner
            )
        )
        done = judge(run.month, rules=rules_of(run), first=row.first_owner, last=row.last_owner, at=at)
        _end_overrides(overridden, at)
        row.judged, row.rose, row.fell, row.done_at = done.judged, done.rose, done.fell, at
        row.save(update_fields=["judged", "rose", "fell", "done_at"])
        return done


def _free_chunk(run: TierRun) -> TierChunk | None:
    """Lock the first chunk that is neither judged nor in somebody's hands; failing that, wait for the others to end."""
    waiting = TierChunk.objects.filter(run=run, done_at=None).order_by("pk")
    free = waiting.select_for_update(skip_locked=True, no_key=True).first()
    if free is not None:
        return free
    left = lock_rows(waiting)  # whoever died in the middle left its chunk to us
    return left[0] if left else None


def _end_overrides(rows: list[TierOverride], at: datetime) -> None:
    for row in rows:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        judged = OwnerTier.objects.filter(owner=row.owner).first()  # a suspended owner's is the one before
        write_tier(owner=row.owner, tier=judged.level if judged else Tier.ROOKIE)


def _wait_for_the_judge(owner: Owner) -> None:
    """Nobody begins a run now, and nobody is judging this owner's chunk."""
    lock_name("tiers")
    lock_rows(TierChunk.objects.filter(done_at=None, first_owner__lte=owner.pk, last_owner__gte=owner.pk))


def _progress(run: TierRun) -> Progress:
    chunks = run.chunks.all()
    done = sum(row.last_owner - row.first_owner + 1 for row in chunks if row.done_at)
    return Progress(done, sum(row.last_owner - row.first_owner + 1 for row in chunks))


def _finish(run: TierRun, at: datetime) -> None:
    """Sum the run up once, when its last chunk is judged."""
    with transaction.atomic():
        found = lock_rows(TierRun.objects.filter(pk=run.pk, finished_at=None))
        if not found or run.chunks.filter(done_at=None).exists():
            return
        sums = run.chunks.aggregate(judged=Sum("judged"), rose=Sum("rose"), fell=Sum("fell"))
        for name, value in sums.items():
            setattr(found[0], name, value or 0)
        found[0].finished_at = at
        found[0].save(update_fields=["judged", "rose", "fell", "finished_at"])
        audit.record(
            actor=PLATFORM,
            subject_type="tier_run",
            subject_ref=f"{run.month:%Y-%m}",
            event="judge",
            to_state="finished",
            reason=f"judged {found[0].judged}, rose {found[0].rose}, fell {found[0].fell}",
            at=at,
        )
