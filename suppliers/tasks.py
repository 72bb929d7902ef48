"""Alarm clocks for imports."""

from celery import shared_task

from suppliers.services import RUN_IMPORT, run_import
from taoxiaopu.kernel import clock, jobs


@shared_task(name=RUN_IMPORT)
def run(job_id: int) -> None:
    """Take up one confirmed import, if nobody has it."""
    at = clock.now()
    job = jobs.claim(job_id, at=at)
    if job is not None:
        jobs.run_claimed(job, at=at, work=run_import)
