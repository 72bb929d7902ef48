"""The timetable's entries with their last and next run; one that is late is an alert (decision 11).

Runs are written down in the database's real time, not in the demo's: beat lives by real time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from celery import current_app
from celery.schedules import crontab, schedule
from django.db import connection

from taoxiaopu.kernel.clock import SHANGHAI
from taoxiaopu.operations.models import TimetableRun

SHORT_GRACE = timedelta(minutes=2)
LONG_GRACE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timetable: what beat sends when, and what became of it."""

    name: str
    task: str
    run: TimetableRun
    next_at: datetime
    late: bool


def entries() -> list[Entry]:
    """Every entry that beat has, with its last run; entries seen for the first time are written down."""
    timetable = plans()
    rows = {row.task: row for row in TimetableRun.objects.filter(task__in=timetable)}
    if missing := [task for task in timetable if task not in rows]:
        fresh = [TimetableRun(task=task, entry=timetable[task][0]) for task in missing]
        TimetableRun.objects.bulk_create(fresh, ignore_conflicts=True)
        rows |= {row.task: row for row in TimetableRun.objects.filter(task__in=missing)}
    now = real_now()
    return [entry_of(rows[task], name, plan, now) for task, (name, plan) in timetable.items()]


def plans() -> dict[str, tuple[str, object]]:
    """Each task of the timetable with its entry's name and its schedule."""
    timetable = current_app.conf.beat_schedule
    return {plan["task"]: (name, plan["schedule"]) for name, plan in timetable.items()}


def entry_of(row: TimetableRun, name: str, plan: object, now: datetime) -> Entry:
    """When it is next due after its last success, and whether that moment has long passed."""
    since = row.finished_at or row.first_seen_at
    next_at = following(plan, since)
    grace = LONG_GRACE if isinstance(plan, crontab) else SHORT_GRACE
    return Entry(name, row.task, row, next_at, late=now > next_at + grace)


def following(plan: object, after: datetime) -> datetime:
    """The first moment of a schedule after a moment. Numbers are seconds between runs."""
    if isinstance(plan, crontab):
        last, step, _now = plan.remaining_delta(after.astimezone(SHANGHAI), tz=SHANGHAI)
        return (last + step).astimezone(UTC)
    if isinstance(plan, schedule):
        return after + plan.run_every
    assert isinstance(plan, int | float | timedelta)
    return after + (plan if isinstance(plan, timedelta) else timedelta(seconds=plan))


def real_now() -> datetime:
    """The database's own time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def record(task: str, *, error: str = "", seconds: float = 0) -> None:
    """Write down that a task of the timetable ran just now, for so long, and how it ended. Other tasks are ignored."""
    names = {name: entry for name, (entry, _plan) in plans().items()}
    if task not in names:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO operations_timetablerun (task, entry, started_at, finished_at, failures, error)"
            " VALUES (%(task)s, %(entry)s, statement_timestamp() - make_interval(secs => %(seconds)s),"
            "  CASE WHEN %(error)s = '' THEN statement_timestamp() END,"
            "  CASE WHEN %(error)s = '' THEN 0 ELSE 1 END, %(error)s)"
            " ON CONFLICT (task) DO UPDATE SET entry = excluded.entry, started_at = excluded.started_at,"
            "  finished_at = coalesce(excluded.finished_at, operations_timetablerun.finished_at), error = excluded.error,"
            "  failures = CASE WHEN excluded.error = '' THEN 0 ELSE operations_timetablerun.failures + 1 END",
            {"task": task, "entry": names[task], "error": error[:200], "seconds": seconds},
        )
