"""What violation points do (docs/rules.md §4): pure, from the penalties that count.

Each step that a penalty reaches or passes begins its consequences at that moment; points are forgotten on 31 December 24:00
in Shanghai, but for those that last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules


@dataclass(frozen=True, slots=True)
class Given:
    """A penalty that was not lifted: its points, when, whether they last, and the rules of that moment."""

    points: int
    at: datetime
    lasts: bool
    rules: Rules


@dataclass(frozen=True, slots=True)
class Consequences:
    """Where a party stands. ``step`` is the highest step reached now, 0 below the first; instants are those at
    which a consequence ends, None when there was none.
    """

    points: int
    step: int
    stopped_until: datetime | None
    hidden_until: datetime | None
    is_reviewed: bool
    is_closed: bool


def points_at(given: Sequence[Given], at: datetime) -> int:
    """Points that count at an instant: this year's, and those that last."""
    year = clock.local(at).year
    return sum(
        one.points for one in given if one.at <= at and (one.lasts or clock.local(one.at).year == year)
    )


def consequences(given: Sequence[Given], rules: Rules, at: datetime) -> Consequences:
    """What the penalties, oldest first, do at an instant; ``rules`` are those of that instant."""
    stopped: datetime | None = None
    hidden: datetime | None = None
    for n, one in enumerate(given):
        before = points_at(given[:n], one.at)
        steps, hide = one.rules.POINT_STEPS, one.rules.POINT_HIDE_D
        days = [one.rules.POINT_STOP_D, hide[0], hide[1]]
        ends = [
            one.at + timedelta(days=length) if before < step <= before + one.points else None
            for step, length in zip(steps[1:4], days, strict=True)
        ]
        stopped = _later(stopped, ends[0])
        hidden = _later(_later(hidden, ends[1]), ends[2])
    points = points_at(given, at)
    _warn, _stop, _hide, review, close = rules.POINT_STEPS
    return Consequences(
        points=points,
        step=max((step for step in rules.POINT_STEPS if step <= points), default=0),
        stopped_until=stopped,
        hidden_until=hidden,
        is_reviewed=points >= review,
        is_closed=points >= close,
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((end for end in (one, other) if end is not None), default=None)
