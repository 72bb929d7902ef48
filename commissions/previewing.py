"""What other criteria would have made of a month that was judged: read only, from the history's own figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from commissions.criteria import criteria_of
from commissions.models import TierMonth
from commissions.services.judging import LEVEL_AFTER, target_expression
from storefronts.states import Tier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules

WOULD = """
WITH would AS (
    SELECT j.id, j.owner_id, j.level_after AS was, {level_after} AS would
    FROM (
        SELECT m.*, m.level_before AS level, m.misses_before AS misses, o.joined_at <= %(start)s AS may_fall,
               m.points >= %(no_protection)s AS unprotected, {target} AS aim
        FROM commissions_tiermonth m JOIN storefronts_owner o ON o.id = m.owner_id
        WHERE m.month = %(month)s
    ) j
)"""
MOVES = "SELECT was, would, count(*) FROM would GROUP BY 1, 2 ORDER BY 1, 2"
WHOM = """
SELECT id, would FROM would WHERE was <> would ORDER BY abs(would - was) DESC, would < was DESC, owner_id LIMIT %(limit)s"""
# As lines.estimate rounds: half-up, line by line. The month's own orders, had they been placed at that level.
COST = """
SELECT coalesce(sum((2 * l.gross_fen * (%(bonus_was)s::int[])[w.was] + 10000) / 20000), 0)::bigint,
       coalesce(sum((2 * l.gross_fen * (%(bonus_would)s::int[])[w.would] + 10000) / 20000), 0)::bigint
FROM commissions_commissionline l JOIN would w ON w.owner_id = l.owner_id
WHERE l.kind IN ('shared', 'on_behalf') AND l.confirmed_at >= %(start)s AND l.confirmed_at < %(end)s"""


@dataclass(frozen=True, slots=True)
class Move:
    """So many owners whom the run gave one level and the other rules would have given another, or the same."""

    was: Tier
    would: Tier
    owners: int


@dataclass(frozen=True, slots=True)
class Whom:
    """One owner whose level would differ, with the figures of the month."""

    row: TierMonth
    would: Tier


@dataclass(frozen=True, slots=True)
class TierPreview:
    """The whole answer. Bonus in fen: of the month's confirmed orders at the levels of either rules."""

    month: date
    moves: tuple[Move, ...]
    whom: tuple[Whom, ...]
    bonus_was_fen: int
    bonus_would_fen: int

    @property
    def owners(self) -> int:
        """How many were judged."""
        return sum(move.owners for move in self.moves)

    @property
    def higher(self) -> int:
        """How many would stand higher."""
        return sum(move.owners for move in self.moves if move.would > move.was)

    @property
    def lower(self) -> int:
        """How many would stand lower."""
        return sum(move.owners for move in self.moves if move.would < move.was)

    @property
    def cost_fen(self) -> int:
        """What the platform would pay more in bonus for such a month; less when negative."""
        return self.bonus_would_fen - self.bonus_was_fen


def preview_tiers(*, month: date, rules: Rules, now: Rules, limit: int = 50) -> TierPreview:
    """Judge a judged month again by other ``rules``, in thought: who would stand higher or lower, and what it would cost
    beside ``now``. Each owner starts from where the month began; nothing is written.
    """
    target, values = target_expression(criteria_of(rules))
    start, end = clock.month_bounds(month)
    would = WOULD.format(level_after=LEVEL_AFTER.replace("target", "aim"), target=target)
    given: dict[str, Any] = {
        **values,
        "month": month,
        "start": start,
        "end": end,
        "no_protection": rules.TIER_NO_PROTECTION_POINTS,
        "limit": limit,
        "bonus_was": list(now.BONUS_BP),
        "bonus_would": list(rules.BONUS_BP),
    }
    with connection.cursor() as cursor:
        cursor.execute(would + MOVES, given)
        moves = tuple(Move(Tier(was), Tier(new), count) for was, new, count in cursor.fetchall())
        cursor.execute(would + WHOM, given)
        levels = dict(cursor.fetchall())
        cursor.execute(would + COST, given)
        bonus_was, bonus_would = cursor.fetchone()
    rows = {row.pk: row for row in TierMonth.objects.select_related("owner__user").filter(pk__in=levels)}
    whom = tuple(Whom(rows[key], Tier(level)) for key, level in levels.items())
    return TierPreview(month, moves, whom, bonus_was, bonus_would)
