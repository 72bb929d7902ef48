"""Alarm clocks of the books."""

from celery import shared_task

from ledger.services import open_months
from taoxiaopu.kernel import clock


@shared_task(name="ledger.keep")  # type: ignore[untyped-decorator]
def keep() -> None:
    """Every night: this month and the next ones have their partitions."""
    open_months(at=clock.now())
