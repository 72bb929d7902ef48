"""What has a beat of its own is not the sweep's every 20 seconds, and the whole sweep of demo and tests does both."""

from datetime import timedelta

import pytest

from suppliers.models import PaperReminder, SupplierStanding
from taoxiaopu.celery import app
from taoxiaopu.flows.services import remind, sweep, sweep_often
from taoxiaopu.flows.tasks import deposits, reminders
from tests.factories import story

pytestmark = pytest.mark.django_db


def test_deposits_and_reminders_have_their_own_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    at = story.noon(2026, 6, 3)
    supplier = story.supplier(at)
    supplier.papers.filter(status="fine").update(valid_until=(at + timedelta(days=20)).date())
    SupplierStanding.objects.create(supplier=supplier, points=36, points_year=2026, doubles_deposit=True)
    sweep_often(at=at)
    supplier.refresh_from_db()
    assert (supplier.top_up_by, PaperReminder.objects.count()) == (None, 0)
    monkeypatch.setattr("taoxiaopu.kernel.clock.now", lambda: at)
    deposits.apply(throw=True)
    supplier.refresh_from_db()
    assert (supplier.top_up_by, PaperReminder.objects.count()) == (at + timedelta(days=5), 0)
    reminders.apply(throw=True)
    told = PaperReminder.objects.count()
    assert told == supplier.papers.filter(status="fine").count() > 0
    assert remind(at=at) == 0
    sweep(at=at + timedelta(minutes=1))
    assert PaperReminder.objects.count() == told


def test_the_timetable_names_them() -> None:
    plans = {plan["task"]: plan["schedule"] for plan in app.conf.beat_schedule.values()}
    assert plans["flows.deposits"] == 300.0
    assert (plans["flows.reminders"].hour, plans["flows.reminders"].minute) == ({9}, {10})
