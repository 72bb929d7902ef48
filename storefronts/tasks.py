"""Alarm clocks for posters."""

from celery import shared_task

from storefronts.services import DRAW_POSTER, draw_poster_job
from taoxiaopu.kernel import clock, jobs


@shared_task(name=DRAW_POSTER)
def draw(job_id: int) -> None:
    """Draw one poster, if nobody else does."""
    job = jobs.claim(job_id, at=clock.now())
    if job is not None:
        jobs.run_claimed(job, at=clock.now(), work=draw_poster_job)
