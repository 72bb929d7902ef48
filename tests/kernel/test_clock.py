"""The platform's clock: the database's time, an offset that only demo and tests may set, Shanghai's months."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.models import ClockOffset
from taoxiaopu.kernel.settings import Rules, rules_at
from tests.factories import rulebook


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


@pytest.mark.django_db
def test_now_is_the_databases_present() -> None:
    before, now, after = database_now(), clock.now(), database_now()
    assert before <= now <= after
    assert now.tzinfo == UTC


@pytest.mark.django_db
def test_the_clock_moves_forward_and_adds_up() -> None:
    start = clock.now()
    for days in (16, 4):
        clock.advance(timedelta(days=days))
    assert timedelta(days=20) <= clock.now() - start < timedelta(days=20, minutes=1)
    assert ClockOffset.objects.get().ahead == timedelta(days=20)


@pytest.mark.django_db
def test_the_clock_does_not_move_back() -> None:
    with pytest.raises(clock.ClockIsFixed):
        clock.advance(-timedelta(seconds=1))
    assert ClockOffset.objects.count() == 0


@pytest.mark.django_db
def test_in_production_the_clock_is_fixed_and_an_old_offset_counts_for_nothing(settings: Any) -> None:
    clock.advance(timedelta(days=16))
    settings.CLOCK_MAY_ADVANCE = False
    with pytest.raises(clock.ClockIsFixed):
        clock.advance(timedelta(days=1))
    assert clock.now() - database_now() < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        (datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 6, 30, 16, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2025, 12, 31, 16, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_months_are_shanghais(instant: datetime, month: date) -> None:
    assert clock.month_of(instant) == month


def test_neighbouring_months() -> None:
    assert clock.next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert clock.next_month(date(2026, 1, 31)) == date(2026, 2, 1)
    assert clock.previous_month(date(2026, 1, 1)) == date(2025, 12, 1)
    assert clock.previous_month(date(2026, 3, 31)) == date(2026, 2, 1)
    assert clock.month_bounds(date(2026, 2, 1)) == (
        datetime(2026, 1, 31, 16, tzinfo=UTC),
        datetime(2026, 2, 28, 16, tzinfo=UTC),
    )


@pytest.mark.django_db
def test_dated_rules_count_from_their_instant_on() -> None:
    start = datetime(2026, 7, 1, tzinfo=clock.SHANGHAI)
    rulebook.new_numbers(start, PICK_LIMIT=900, BONUS_BP=[0, 1, 2, 3])
    assert rules_at(start - timedelta(microseconds=1)) == Rules()
    assert rules_at(start) == Rules(PICK_LIMIT=900, BONUS_BP=(0, 1, 2, 3))


@pytest.mark.parametrize(
    ("asked", "count", "last"),
    [
        (date(2026, 7, 20), 3, date(2026, 7, 23)),  # a Monday
        (date(2026, 7, 22), 3, date(2026, 7, 27)),  # over a weekend
        (date(2026, 7, 24), 1, date(2026, 7, 27)),
        (date(2026, 7, 25), 1, date(2026, 7, 27)),  # asked on a Saturday
        (date(2026, 7, 24), 0, date(2026, 7, 24)),
    ],
)
def test_working_days_are_mondays_to_fridays(asked: date, count: int, last: date) -> None:
    assert clock.workdays_after(asked, count) == last
