"""Alarm clocks of orders."""

from celery import shared_task

from orders.services import roll_changed_days, roll_days
from taoxiaopu.kernel import clock


@shared_task(name="orders.roll_days")
def roll() -> None:
    """Every five minutes: days that are over, all that are missing; then those whose orders changed."""
    while roll_days(at=clock.now()):
        pass
    roll_changed_days(at=clock.now())
