"""Alarm clocks of the roof."""

import logging

from celery import shared_task

from taoxiaopu.flows.services import sweep
from taoxiaopu.kernel import clock

log = logging.getLogger(__name__)


@shared_task(name="flows.sweep")
def sweep_due() -> None:
    """Every 20 seconds: whatever fell due."""
    sweep(at=clock.now())
