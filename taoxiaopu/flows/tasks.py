"""Alarm clocks of the roof."""

import logging

from celery import shared_task

from orders.services import count_good_records
from suppliers.services import watch_deposits
from taoxiaopu.flows.services import remind, sweep_often
from taoxiaopu.flows.services.webhooks import tell_webhooks
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock

log = logging.getLogger(__name__)


@shared_task(name="flows.sweep")
def sweep_due() -> None:
    """Every 20 seconds: whatever fell due."""
    sweep_often(at=clock.now())


@shared_task(name="flows.deposits")
def deposits() -> None:
    """Every 5 minutes: whose deposit or bonds fell short, and whose are whole again."""
    watch_deposits(at=clock.now())


@shared_task(name="flows.reminders")
def reminders() -> None:
    """Every morning: papers that run out, debts that nobody repaid, points for late orders."""
    remind(at=clock.now())


@shared_task(name="flows.webhooks")
def webhooks() -> None:
    """Every 20 seconds, apart from the sweep: the other side may take its time."""
    tell_webhooks(at=clock.now())


@shared_task(name="flows.verify")
def verify_books() -> None:
    """Every night: each bad row is an error in the log."""
    for problem in verify().problems:
        log.error("verify: %s %s", problem.check.name, problem.sentence)


@shared_task(name="flows.records")
def count_records() -> None:
    """Every night: what became of each good's orders."""
    count_good_records(at=clock.now())
