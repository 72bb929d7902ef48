"""Alarm clocks for imports, and for undoing them."""

from celery import shared_task

from suppliers.services import RUN_IMPORT, UNDO_IMPORT, run_import, run_undo
from taoxiaopu.kernel import clock, jobs


@shared_task(name=RUN_IMPORT)
def run(job_id: int) -> None:
    """Take up one confirmed import, if nobody has it."""
    at = clock.now()
    job = jobs.claim(job_id, at=at)
    if job is not None:
        jobs.run_claimed(job, at=at, work=run_import)


@shared_task(name=UNDO_IMPORT)
def undo(job_id: int) -> None:
    """Undo one import, if nobody does."""
    at = clock.now()
    job = jobs.claim(job_id, at=at)
    if job is not None:
        jobs.run_claimed(job, at=at, work=run_undo)
