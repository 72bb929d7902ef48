"""Alarm clocks of reconciliation."""

from celery import shared_task

from reconciliation.services import reconcile
from taoxiaopu.kernel import clock


@shared_task(name="reconciliation.nightly")
def nightly() -> None:
    """Every night, when the providers have written their bills of the day before."""
    reconcile(at=clock.now())
