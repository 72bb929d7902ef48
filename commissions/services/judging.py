"""The month end in SQL: the six figures of a range of owners, and the statement that judges them.

Everything is read and written in owner order by one statement a range: the facts come from one covering index, history
goes in by INSERT ... SELECT, and only owners whose level or misses change are updated. Each table is told the range: an
equality of owners carries to the others, a range does not, and without it a chunk would read the table whole.
``commissions.criteria`` says the same in Python, and a test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from accounts.services import letters_fragment
from commissions.criteria import Criteria, Figures, criteria_of
from commissions.letters import TIER_CHANGED
from storefronts.services import tiers_fragment
from storefronts.states import Tier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules

# §7.1, of owners first to last. The joined owners come in key order; what they lack is 0. An order's lines are counted as
# one, and all of them have its buyer.
FIGURES = """
sold AS (
    SELECT owner_id, sum(base_fen) FILTER (WHERE outcome = 'finalised') AS sales_fen,
           count(DISTINCT order_number) FILTER (WHERE outcome = 'finalised') AS orders,
           count(DISTINCT buyer) FILTER (WHERE outcome = 'finalised') AS buyers,
           count(DISTINCT order_number) FILTER (WHERE owner_side_refund) AS refunded,
           count(DISTINCT order_number) AS ended
    FROM commissions_orderfact
    WHERE counted AND outcome_month = %(month)s AND owner_id BETWEEN %(first)s AND %(last)s
    GROUP BY owner_id
), taken AS (
    SELECT l.owner_id, sum(r.base_fen) AS base_fen
    FROM commissions_reversal r JOIN commissions_commissionline l ON l.id = r.line_id
    WHERE r.at >= %(start)s AND r.at < %(end)s AND l.kind IN ('shared', 'on_behalf')
      AND l.owner_id BETWEEN %(first)s AND %(last)s
    GROUP BY l.owner_id
), liable AS (
    SELECT owner_id, count(*) AS disputes FROM commissions_liabilityfact
    WHERE closed_at >= %(start)s AND closed_at < %(end)s AND owner_id BETWEEN %(first)s AND %(last)s
    GROUP BY owner_id
), figures AS (
    SELECT o.id AS owner_id, o.user_id, o.joined_at, s.tier AS standing_tier, s.suspended,
           greatest(coalesce(sold.sales_fen, 0) - coalesce(taken.base_fen, 0), 0)::bigint AS sales_fen,
           coalesce(sold.orders, 0) AS orders, coalesce(sold.buyers, 0) AS buyers,
           coalesce(sold.refunded, 0) AS refunded, coalesce(sold.ended, 0) AS ended,
           coalesce(liable.disputes, 0) AS disputes, s.points
    FROM storefronts_owner o
    JOIN storefronts_ownerstanding s ON s.owner_id = o.id AND s.owner_id BETWEEN %(first)s AND %(last)s
    LEFT JOIN sold ON sold.owner_id = o.id
    LEFT JOIN taken ON taken.owner_id = o.id
    LEFT JOIN liable ON liable.owner_id = o.id
    WHERE o.id BETWEEN %(first)s AND %(last)s
)"""

# §7.3 rules 2 to 6: of level, misses, target, may_fall, unprotected. The same as criteria.next_level.
LEVEL_AFTER = """
    CASE WHEN target >= level OR (may_fall AND unprotected) THEN target
         WHEN may_fall AND misses >= 1 THEN level - 1
         ELSE level END"""
MISSES_AFTER = """
    CASE WHEN target >= level OR (may_fall AND unprotected) THEN 0
         WHEN may_fall THEN least(misses + 1, 2)
         ELSE misses END"""

JUDGED = """
judged AS MATERIALIZED (
    SELECT j.*, {level_after} AS level_after, {misses_after} AS misses_after
    FROM (
        SELECT f.*, coalesce(t.level, 1) AS level, coalesce(t.misses, 0) AS misses,
               f.joined_at <= %(start)s AS may_fall, f.points >= %(no_protection)s AS unprotected, {target} AS target
        FROM figures f
        LEFT JOIN commissions_ownertier t ON t.owner_id = f.owner_id AND t.owner_id BETWEEN %(first)s AND %(last)s
        WHERE NOT f.suspended AND f.joined_at < %(end)s
    ) j
)"""

RUN = """
WITH {figures}, {judged},
history AS (
    INSERT INTO commissions_tiermonth (owner_id, month, sales_fen, orders, buyers, refunded, ended, disputes, points,
                                       target, level_before, level_after, misses_before, misses_after, judged_at)
    SELECT owner_id, %(month)s, sales_fen, orders, buyers, refunded, ended, disputes, points,
           target, level, level_after, misses, misses_after, %(at)s
    FROM judged
), levels AS (
    INSERT INTO commissions_ownertier (owner_id, level, misses)
    SELECT owner_id, level_after, misses_after FROM judged WHERE level_after <> level OR misses_after <> misses
    ON CONFLICT (owner_id) DO UPDATE SET level = excluded.level, misses = excluded.misses
), standings AS ({standings}), letters AS ({letters})
SELECT count(*), count(*) FILTER (WHERE level_after > level), count(*) FILTER (WHERE level_after < level) FROM judged
"""
_STANDINGS = "SELECT owner_id, level_after AS tier FROM judged WHERE level_after <> standing_tier"
_LETTERS = """
    SELECT user_id, to_char(%(month)s::date, 'YYYY-MM') AS ref,
           jsonb_build_object('of_month', %(month)s::date::text, 'before', level, 'level', level_after) AS facts,
           '[]'::jsonb AS link
    FROM judged WHERE level_after <> level"""


# A range's rows stay in memory, and the covering index is read although the planner takes each of its pages for a jump:
# it is in owner order already, so that nothing of the range has to be sorted.
PLANNED = "SET LOCAL work_mem = '128MB'; SET LOCAL random_page_cost = 1.1"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a run did: how many owners it judged, how many of them rose and fell."""

    judged: int
    rose: int
    fell: int


def target_expression(criteria: Sequence[Criteria]) -> tuple[str, dict[str, int]]:
    """§7.2 as an expression over the columns of figures, with its parameters; as ``criteria.target_level``."""
    cases: list[str] = []
    values: dict[str, int] = {}
    for row in criteria:
        name = f"c{row.level.value}"
        cases.append(
            f"WHEN sales_fen >= %({name}_sales)s AND orders >= %({name}_orders)s AND buyers >= %({name}_buyers)s"
            f" AND refunded::bigint * 10000 <= ended::bigint * %({name}_refund)s"
            f" AND disputes::bigint * 10000 <= orders::bigint * %({name}_dispute)s"
            f" AND points < %({name}_points)s THEN {row.level.value}"
        )
        values |= {
            f"{name}_sales": row.sales_fen,
            f"{name}_orders": row.orders,
            f"{name}_buyers": row.buyers,
            f"{name}_refund": row.refund_bp,
            f"{name}_dispute": row.dispute_bp,
            f"{name}_points": row.points_below,
        }
    return f"CASE {' '.join(cases)} ELSE {Tier.ROOKIE.value} END", values


def judge(month: date, *, rules: Rules, first: int, last: int, at: datetime) -> Judged:
    """Judge the owners first to last for a month: history, levels, standings and letters, in one statement.

    The unique key of history refuses who was judged for the month before.
    """
    target, values = target_expression(criteria_of(rules))
    letters, letter_values = letters_fragment(kind=TIER_CHANGED, source=_LETTERS)
    statement = RUN.format(
        figures=FIGURES,
        judged=JUDGED.format(level_after=LEVEL_AFTER, misses_after=MISSES_AFTER, target=target),
        standings=tiers_fragment(source=_STANDINGS),
        letters=letters,
    )
    values_of_run: dict[str, Any] = {
        **(values | letter_values | _bounds(month, first, last)),
        "no_protection": rules.TIER_NO_PROTECTION_POINTS,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLANNED)
        cursor.execute(statement, values_of_run)
        return Judged(*cursor.fetchone())


def figures_of_month(month: date, *, first: int = 0, last: int = 2**62) -> dict[int, Figures]:
    """The figures of the owners first to last who have any, by owner id (docs/rules.md §7.1)."""
    columns = "owner_id, sales_fen, orders, buyers, refunded, ended, disputes, points"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {FIGURES} SELECT {columns} FROM figures",  # noqa: S608  (constants of this module)
            _bounds(month, first, last),
        )
        found = {row[0]: Figures(*row[1:]) for row in cursor.fetchall()}
    return {owner_id: figures for owner_id, figures in found.items() if figures != Figures()}


def _bounds(month: date, first: int, last: int) -> dict[str, Any]:
    start, end = clock.month_bounds(month)
    return {"month": month, "start": start, "end": end, "first": first, "last": last}
