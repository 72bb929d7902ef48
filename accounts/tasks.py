"""The alarm clock for messages."""

from celery import shared_task

from accounts.services import SEND_MESSAGE, deliver_message
from taoxiaopu.kernel import clock, jobs


@shared_task(name=SEND_MESSAGE)
def send_message(job_id: int) -> None:
    """Send one message, if nobody else does."""
    at = clock.now()
    job = jobs.claim(job_id, at=at)
    if job is not None:
        jobs.run_claimed(job, at=at, work=lambda claimed: deliver_message(claimed, at=at))
