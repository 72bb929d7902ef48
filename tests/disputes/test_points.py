"""What points do: steps on both sides, the end of a year, what lasts, what was lifted (docs/rules.md §4)."""

from datetime import datetime, timedelta

import pytest

from disputes.points import Given, consequences, points_at
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules
from tests.factories import story

RULES = Rules()
AT = story.noon(2026, 6, 3)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def given(*points: int, at: datetime = AT, lasts: bool = False) -> list[Given]:
    """Penalties an hour apart."""
    return [Given(n, at + timedelta(hours=i), lasts, RULES) for i, n in enumerate(points)]


@pytest.mark.parametrize(
    ("points", "step", "stopped", "hidden", "reviewed", "closed"),
    [
        (0, 0, None, None, False, False),
        (5, 0, None, None, False, False),
        (6, 6, None, None, False, False),
        (11, 6, None, None, False, False),
        (12, 12, 7, None, False, False),
        (23, 12, 7, None, False, False),
        (24, 24, 7, 14, False, False),
        (35, 24, 7, 14, False, False),
        (36, 36, 7, 21, True, False),
        (47, 36, 7, 21, True, False),
        (48, 48, 7, 21, True, True),
    ],
)
def test_each_step_begins_at_its_number_of_points(points, step, stopped, hidden, reviewed, closed) -> None:
    found = consequences(given(points), RULES, AT)
    assert (found.points, found.step) == (points, step)
    assert found.stopped_until == (AT + stopped * DAY if stopped else None)
    assert found.hidden_until == (AT + hidden * DAY if hidden else None)
    assert (found.is_reviewed, found.is_closed) == (reviewed, closed)


def test_a_step_begins_when_it_is_reached_and_not_again_with_every_further_point() -> None:
    twelve, more = given(6, 6, 4)[1], given(6, 6, 4)[2]
    found = consequences(given(6, 6, 4), RULES, more.at)
    assert found.points == 16
    assert found.stopped_until == twelve.at + 7 * DAY
    assert found.hidden_until is None


def test_the_longer_hiding_counts_when_both_run() -> None:
    row = [Given(24, AT, False, RULES), Given(12, AT + 3 * DAY, False, RULES)]
    assert consequences(row, RULES, AT + 3 * DAY).hidden_until == AT + 24 * DAY


def test_points_are_forgotten_on_31_december_at_24_in_shanghai_but_for_those_that_last() -> None:
    new_year = clock.local_instant(AT.date().replace(year=2027, month=1, day=1))
    row = [Given(6, AT, False, RULES), Given(24, AT, True, RULES)]
    assert points_at(row, new_year - SECOND) == 30
    assert points_at(row, new_year) == 24
    assert points_at([*row, Given(2, new_year, False, RULES)], new_year) == 26
    assert points_at(row, AT - SECOND) == 0


def test_a_step_is_reached_by_what_counts_at_that_moment() -> None:
    december = story.noon(2026, 12, 30)
    january = story.noon(2027, 1, 2)
    row = [Given(11, december, False, RULES), Given(1, january, False, RULES)]
    assert consequences(row, RULES, january).stopped_until is None
    lasting = [Given(11, december, True, RULES), Given(1, january, False, RULES)]
    assert consequences(lasting, RULES, january).stopped_until == january + 7 * DAY
