"""Monthly owner tiers: six figures, criteria, protection month, all of docs/rules.md §7."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, Sum

from accounts.services import Entry, notify_each
from commissions.criteria import Figures, criteria_of, next_level, rules_of_month, target_level
from commissions.letters import TIER_CHANGED
from commissions.models import LiabilityFact, OrderFact, OwnerTier, Reversal, TierMonth
from commissions.states import Outcome
from storefronts.models import Owner, OwnerStanding
from storefronts.services import write_standing
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.locking import lock_name
from taoxiaopu.kernel.settings import Rules, rules_at


def figures_of_month(month: date) -> dict[int, Figures]:
    """The figures of every owner with any, by owner id; self-purchases and own goods do not count (§6.5)."""
    start, end = clock.month_bounds(month)
    done = Q(outcome=Outcome.FINALISED)
    facts = (
        OrderFact.objects.filter(counted=True, outcome_at__gte=start, outcome_at__lt=end)
        .values("owner_id")
        .annotate(
            sales=Sum("base_fen", filter=done, default=0),
            orders=Count("order_number", distinct=True, filter=done),
            buyers=Count("buyer", distinct=True, filter=done),
            ended=Count("order_number", distinct=True),
            refunded=Count("order_number", distinct=True, filter=Q(owner_side_refund=True)),
        )
    )
    taken = dict(
        Reversal.objects.filter(at__gte=start, at__lt=end, line__kind="shared")
        .values_list("line__owner_id")
        .annotate(n=Sum("base_fen"))
    )
    liable = dict(
        LiabilityFact.objects.filter(closed_at__gte=start, closed_at__lt=end)
        .values_list("owner_id")
        .annotate(n=Count("pk"))
    )
    points = dict(OwnerStanding.objects.filter(points__gt=0).values_list("owner_id", "points"))
    by_owner: dict[int, dict[str, Any]] = {row["owner_id"]: dict(row) for row in facts}
    result = {}
    for owner_id in set(by_owner) | set(taken) | set(liable) | set(points):
        row = by_owner.get(owner_id, {})
        result[owner_id] = Figures(
            sales_fen=max(0, int(row.get("sales", 0)) - int(taken.get(owner_id, 0))),
            orders=row.get("orders", 0),
            buyers=row.get("buyers", 0),
            refunded=row.get("refunded", 0),
            ended=row.get("ended", 0),
            disputes=liable.get(owner_id, 0),
            points=points.get(owner_id, 0),
        )
    return result


def recalculate_tiers(month: date, *, at: datetime) -> int:
    """Judge every owner for a month that has ended; owners judged before stay as they are. Returns how many new.

    Eight runs at once write one row for each (owner, month): a run holds the month's lock.
    """
    start, end = clock.month_bounds(month)
    if at < end:
        return 0
    with transaction.atomic():
        lock_name(f"tiers {month}")
        rules = rules_of_month(month)
        figures = figures_of_month(month)
        owners = (
            Owner.objects.filter(joined_at__lt=end, standing__suspended=False)
            .exclude(tier_months__month=month)
            .order_by("pk")
        )
        levels = {t.owner_id: t for t in OwnerTier.objects.all()}
        rows = []
        for owner in owners:
            now = levels.get(owner.pk) or OwnerTier(owner=owner)
            rows.append(_judge(owner, now, figures.get(owner.pk, Figures()), month, start, at, rules))
        TierMonth.objects.bulk_create(rows, batch_size=2000)
        notify_each(
            kind=TIER_CHANGED,
            entries=[
                Entry(
                    row.owner.user_id,
                    f"{month:%Y-%m}",
                    {"of_month": month.isoformat(), "before": row.level_before, "level": row.level_after},
                )
                for row in rows
                if row.level_after != row.level_before
            ],
            at=at,
        )
    return len(rows)


def _judge(
    owner: Owner, now: OwnerTier, figures: Figures, month: date, start: datetime, at: datetime, rules: Rules
) -> TierMonth:
    target = target_level(figures, criteria_of(rules))
    before = now.level
    level, misses = next_level(
        before,
        now.misses,
        target,
        protected=figures.points < rules.TIER_NO_PROTECTION_POINTS,
        may_fall=owner.joined_at <= start,
    )
    if (level, misses) != (before, now.misses) or now.pk is None:
        now.level, now.misses = level, misses
        now.save()
        write_standing(owner=owner, tier=level)
    return TierMonth(
        owner=owner,
        month=month,
        sales_fen=figures.sales_fen,
        orders=figures.orders,
        buyers=figures.buyers,
        refunded=figures.refunded,
        ended=figures.ended,
        disputes=figures.disputes,
        points=figures.points,
        target=target,
        level_before=before,
        level_after=level,
        misses_after=misses,
        judged_at=at,
    )


def catch_up_tiers(*, at: datetime) -> int:
    """Judge every month that has ended and whose run is due, oldest first: from the last judged month on, or from
    the month in which the first owner joined.
    """
    due = clock.previous_month(clock.month_of(at))
    if at < clock.local_instant(clock.month_of(at), rules_at(at).TIER_HOUR):
        due = clock.previous_month(due)
    last = TierMonth.objects.aggregate(n=Max("month"))["n"]
    first = Owner.objects.aggregate(n=Min("joined_at"))["n"]
    if last is None and first is None:
        return 0
    month = clock.next_month(last) if last else clock.month_of(first)
    judged = 0
    while month <= due:
        judged += recalculate_tiers(month, at=at)
        month = clock.next_month(month)
    return judged
