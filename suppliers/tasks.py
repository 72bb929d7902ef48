"""Alarm clocks for imports and for undoing them, and for the nightly figure of who buys again."""

from celery import shared_task

from suppliers.services import RUN_IMPORT, UNDO_IMPORT, refresh_repurchase, run_import, run_undo
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


@shared_task(name="suppliers.refresh_repurchase")
def refresh() -> int:
    """Work out who comes back, once a night."""
    return refresh_repurchase(at=clock.now())
