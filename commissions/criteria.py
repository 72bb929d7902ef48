"""What a tier asks for and how a level moves, as plain functions (docs/rules.md §7.2, §7.3).

The monthly run says the same in SQL; a test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storefronts.states import Tier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules, rules_at


@dataclass(frozen=True, slots=True)
class Figures:
    """The six figures of §7.1 for one owner and month; sales in fen, the rates as numerator and denominator."""

    sales_fen: int = 0
    orders: int = 0
    buyers: int = 0
    refunded: int = 0
    ended: int = 0
    disputes: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class Criteria:
    """One row of §7.2: what a level asks for."""

    level: Tier
    sales_fen: int
    orders: int
    buyers: int
    refund_bp: int
    dispute_bp: int
    points_below: int

    def hold(self, f: Figures) -> bool:
        """Whether all criteria hold; rates are compared by integers, 0 of 0 is fine."""
        return (
            f.sales_fen >= self.sales_fen
            and f.orders >= self.orders
            and f.buyers >= self.buyers
            and f.refunded * 10_000 <= f.ended * self.refund_bp
            and f.disputes * 10_000 <= f.orders * self.dispute_bp
            and f.points < self.points_below
        )


def criteria_of(rules: Rules) -> tuple[Criteria, ...]:
    """What these rules ask for, the highest level first; ROOKIE asks for nothing and is not among them."""
    columns = zip(
        (Tier.SENIOR, Tier.ELITE, Tier.SUPER),
        rules.TIER_SALES_FEN,
        rules.TIER_ORDERS,
        rules.TIER_BUYERS,
        rules.TIER_REFUND_BP,
        rules.TIER_DISPUTE_BP,
        rules.TIER_POINTS_BELOW,
        strict=True,
    )
    return tuple(Criteria(*column) for column in columns)[::-1]


def rules_of_month(month: date) -> Rules:
    """The rules by which a month is judged: those in force when it began, so that a change counts from the next full
    month (docs/rules.md §7.3 rule 9).
    """
    return rules_at(clock.month_bounds(month)[0])


def target_level(figures: Figures, criteria: Sequence[Criteria]) -> Tier:
    """The highest level whose criteria all hold; ROOKIE asks for nothing."""
    return next((row.level for row in criteria if row.hold(figures)), Tier.ROOKIE)


def next_level(
    level: int, misses: int, target: int, *, protected: bool = True, may_fall: bool = True
) -> tuple[int, int]:
    """Level and misses after one judgement (§7.3 rules 2-6).

    A first miss is the protection month; from the second on it falls one level a month. Without protection (24
    points) straight to the target. A new owner's first month can raise but not lower.
    """
    if target > level:
        return target, 0
    if target == level:
        return level, 0
    if not may_fall:
        return level, misses
    if not protected:
        return target, 0
    misses = min(misses + 1, 2)
    return (level - 1 if misses == 2 else level), misses
