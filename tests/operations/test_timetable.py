"""The timetable's rows: written by the worker, and late when they should be."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab

from taoxiaopu.celery import app
from taoxiaopu.operations import timetable
from taoxiaopu.operations.models import TimetableRun

AT = datetime(2026, 3, 20, 1, 59, tzinfo=timetable.SHANGHAI)


def test_the_next_run_of_each_kind_of_schedule() -> None:
    monthly = crontab(minute="0", hour="2", day_of_month="20")
    assert timetable.following(20.0, AT) == AT + timedelta(seconds=20)
    assert timetable.following(monthly, AT) == AT + timedelta(minutes=1)
    assert timetable.following(monthly, AT + timedelta(minutes=2)) == datetime(
        2026, 4, 20, 2, tzinfo=timetable.SHANGHAI
    )
    assert timetable.following(crontab(minute="17"), AT.astimezone(UTC)) == AT + timedelta(minutes=18)


@pytest.mark.parametrize(("seconds", "late"), [(20 + 120, False), (20 + 121, True)])
def test_an_entry_is_late_after_its_grace(seconds: int, late: bool) -> None:
    row = TimetableRun(task="flows.sweep", finished_at=AT, first_seen_at=AT - timedelta(days=9))
    assert timetable.entry_of(row, "sweep", 20.0, AT + timedelta(seconds=seconds)).late is late


def test_a_run_that_never_was_is_counted_from_when_it_was_first_seen() -> None:
    row = TimetableRun(task="x", finished_at=None, first_seen_at=AT)
    plan = crontab(minute="30", hour="4")
    assert timetable.entry_of(row, "x", plan, AT + timedelta(hours=3, minutes=1)).late is False
    assert timetable.entry_of(row, "x", plan, AT + timedelta(hours=3, minutes=2)).late is True


def test_every_tasks_time_ends_before_the_broker_gives_it_to_another_worker() -> None:
    app.loader.import_default_modules()
    conf = app.conf
    limits = {"": (conf.task_soft_time_limit, conf.task_time_limit)} | {
        name: (how["soft_time_limit"], how["time_limit"]) for name, how in conf.task_annotations.items()
    }
    for name, (soft, hard) in limits.items():
        assert not name or name in app.tasks
        assert soft < hard < conf.broker_transport_options["visibility_timeout"], name


def test_runs_are_written_down(db: None) -> None:
    timetable.record("flows.sweep", seconds=2)
    timetable.record("flows.sweep", error="OperationalError")
    timetable.record("flows.sweep", error="OperationalError")
    row = TimetableRun.objects.get()
    assert (row.failures, row.error, row.entry) == (2, "OperationalError", "sweep what fell due")
    assert row.finished_at is not None
    assert row.started_at is not None
    timetable.record("flows.sweep")
    row.refresh_from_db()
    assert (row.failures, row.error) == (0, "")
    timetable.record("storefronts.draw_poster")
    assert TimetableRun.objects.count() == 1


def test_every_entry_is_listed_once(db: None) -> None:
    first = {entry.task for entry in timetable.entries()}
    assert {"flows.sweep", "flows.verify", "commissions.settle_month"} <= first
    assert {entry.task for entry in timetable.entries()} == first
    assert TimetableRun.objects.count() == len(first)
