"""The platform's clock: the database's time, plus an offset that only demo and tests may set.

Only edges (views, API, tasks, commands) read it; services receive ``at``.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, Func
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError

SHANGHAI = ZoneInfo("Asia/Shanghai")


class ClockIsFixed(DomainError):
    """The clock can be moved in the demo and in tests only."""

    code = "clock_is_fixed"
    message = _("只有演示与测试环境可以拨动时钟")
    status = 403


def now() -> datetime:
    """The platform's present instant (UTC aware)."""
    with connection.cursor() as cursor:
        if settings.CLOCK_MAY_ADVANCE:
            cursor.execute(
                "SELECT statement_timestamp() + coalesce((SELECT ahead FROM kernel_clockoffset WHERE id = 1), '0')"
            )
        else:
            cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def present() -> Func:
    """The platform's present instant as an expression, for a query that should not need a second one."""
    ahead = "coalesce((SELECT ahead FROM kernel_clockoffset WHERE id = 1), '0')"
    instant = f"(statement_timestamp() + {ahead})" if settings.CLOCK_MAY_ADVANCE else "statement_timestamp()"
    return Func(template=instant, output_field=DateTimeField())


def advance(step: timedelta) -> datetime:
    """Move the clock forward by ``step`` and return the new present. Raises ClockIsFixed outside demo and tests."""
    if not settings.CLOCK_MAY_ADVANCE or step < timedelta(0):
        raise ClockIsFixed
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_clockoffset (id, ahead) VALUES (1, make_interval(secs => %s))"
            " ON CONFLICT (id) DO UPDATE SET ahead = kernel_clockoffset.ahead + excluded.ahead",
            [step.total_seconds()],
        )
    return now()


def local(at: datetime) -> datetime:
    """The instant on the business clock (Asia/Shanghai)."""
    return at.astimezone(SHANGHAI)


def month_of(at: datetime) -> date:
    """First day of the Shanghai month that holds the instant."""
    return local(at).date().replace(day=1)


def next_month(month: date) -> date:
    """First day of the following month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous_month(month: date) -> date:
    """First day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """UTC instants [start, end) of a Shanghai calendar month (docs/rules.md §6.3)."""
    return local_instant(month), local_instant(next_month(month))


def workdays_after(day: date, count: int) -> date:
    """The last of so many working days after a day. Mondays to Fridays: public holidays only make a promise kept earlier."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def local_instant(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The UTC instant of a wall-clock time in Shanghai."""
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI).astimezone(UTC)
