"""Alarm clocks of the books."""

from celery import shared_task

from ledger.services import open_months, write_digest
from taoxiaopu.kernel import clock


@shared_task(name="ledger.keep")  # type: ignore[untyped-decorator]
def keep() -> None:
    """Every night: the months to come have their partitions, the day that is over has its seal."""
    at = clock.now()
    open_months(at=at)
    write_digest(at=at)
