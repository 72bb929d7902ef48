"""The only outbox: work that must happen is a row written with its cause; Celery and beat only wake it.

``enqueue`` writes the row and, after commit, nudges a worker. ``claim`` leases a due row with SKIP LOCKED, so that a
worker killed in the middle loses nothing: the lease runs out and the next sweep takes the row again.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, cast

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Mod
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerDown
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from taoxiaopu.kernel import audit, ids
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.models import Job, JobStatus

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3
M = TypeVar("M", bound=Model)
_quiet: ContextVar[bool] = ContextVar("nobody is woken", default=False)
BACKOFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))


@dataclass(frozen=True, slots=True)
class Part:
    """One of ``count`` parts of a sweep's rows, so that several processes can sweep side by side.

    ``suppliers`` are the keys of those whose orders are in this part; None: not divided so. What moves a supplier's money
    is swept in one part, in order: what a refund finds in a supplier's account depends on what came before it.
    """

    index: int
    count: int
    suppliers: frozenset[int] | None = None

    def of(self, rows: "QuerySet[M]") -> "QuerySet[M]":
        """The rows of this part where each stands for itself: by their keys."""
        if self.count == 1:
            return rows
        return cast("QuerySet[M]", rows.annotate(part=Mod("pk", self.count)).filter(part=self.index))

    def of_suppliers(self, rows: "QuerySet[M]", path: str) -> "QuerySet[M]":
        """The rows of this part's suppliers, found by ``path``."""
        if self.suppliers is None:
            return rows
        return rows.filter(**{f"{path}__in": self.suppliers})


WHOLE = Part(0, 1)


def enqueue(
    *, kind: str, key: str, argument: str, at: datetime, due_at: datetime | None = None, task: str = ""
) -> Job:
    """Write the job once per (kind, key); a second call returns the first row. ``task`` names the Celery task
    that is nudged with the job's id after commit when the job is already due.
    """
    job, created = Job.objects.get_or_create(
        kind=kind, key=key, defaults={"argument": argument, "due_at": due_at or at, "created_at": at}
    )
    if created and task and job.due_at <= at:
        transaction.on_commit(lambda: nudge(task, job.pk))
    return job


def nudge(task: str, *args: int | str) -> None:
    """Wake a worker. If the broker is away nothing is lost: the sweep finds the row."""
    if _quiet.get():
        return
    try:
        current_app.send_task(task, args=args, retry=False)
    except (BrokerDown, RedisError, OSError):
        return


@contextmanager
def quietly() -> Iterator[None]:
    """Inside, no worker is woken: for whoever does by itself, at once, what a worker would do."""
    before = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(before)


def reopen(job: Job, *, at: datetime) -> None:
    """Let work that ended, well or not, be taken up once more: for runs that are repeated on purpose."""
    Job.objects.filter(pk=job.pk, status__in=[JobStatus.DONE, JobStatus.FAILED]).update(
        status=JobStatus.WAITING, due_at=at, attempts=0, error="", finished_at=None, done_steps=0, all_steps=0
    )


def claim(job_id: int, *, at: datetime, lease: timedelta = LEASE) -> Job | None:
    """Lease one due job, or None when it is done, not due or another worker holds it.

    A job whose lease ran out MAX_ATTEMPTS times kills its workers: it is given up and waits for a retry by hand.
    """
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(pk=job_id, due_at__lte=at)
            .filter(Q(status=JobStatus.WAITING) | Q(status=JobStatus.RUNNING, lease_until__lt=at))
            .first()
        )
        if job is None:
            return None
        if job.status == JobStatus.RUNNING and job.attempts >= MAX_ATTEMPTS:
            fail(job, at=at, error=str(_("后台进程多次中断，已停止重试")), final=True)
            return None
        job.status, job.lease_until, job.attempts = JobStatus.RUNNING, at + lease, job.attempts + 1
        job.save(update_fields=["status", "lease_until", "attempts"])
        return job


def due(kind: str, *, at: datetime, limit: int = 200) -> list[int]:
    """Ids of jobs of a kind that nobody works on and whose time has come."""
    rows = Job.objects.filter(kind=kind, due_at__lte=at).filter(
        Q(status=JobStatus.WAITING) | Q(status=JobStatus.RUNNING, lease_until__lt=at)
    )
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def progress(job: Job, *, done: int, total: int, at: datetime) -> None:
    """Tell watchers how far the job is and keep its lease."""
    Job.objects.filter(pk=job.pk).update(done_steps=done, all_steps=total, lease_until=at + LEASE)


def finish(job: Job, *, at: datetime) -> None:
    """Mark the job done."""
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.DONE, finished_at=at, lease_until=None, error="", done_steps=F("all_steps")
    )


def fail(job: Job, *, at: datetime, error: str, final: bool = False) -> None:
    """Give the job back for another try, or mark it failed after MAX_ATTEMPTS or when ``final``."""
    if final or job.attempts >= MAX_ATTEMPTS:
        Job.objects.filter(pk=job.pk).update(
            status=JobStatus.FAILED, finished_at=at, lease_until=None, error=error[:500]
        )
        return
    pause = BACKOFF[min(job.attempts, len(BACKOFF)) - 1]
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.WAITING, due_at=at + pause, lease_until=None, error=error[:500]
    )


def retry(job_id: int, *, at: datetime, task: str = "") -> None:
    """Put a failed job back in the queue: the retry button."""
    changed = Job.objects.filter(pk=job_id, status=JobStatus.FAILED).update(
        status=JobStatus.WAITING, due_at=at, attempts=0, error=""
    )
    if changed and task:
        transaction.on_commit(lambda: nudge(task, job_id))


def work_off(kind: str, *, at: datetime, work: Callable[[Job], None], limit: int = 200) -> int:
    """Claim and run every due job of a kind; an unexpected failure is recorded on its row. Returns how many ran."""
    ran = 0
    for job_id in due(kind, at=at, limit=limit):
        job = claim(job_id, at=at)
        if job is None:
            continue
        run_claimed(job, at=at, work=work)
        ran += 1
    return ran


def by_itself(work: Callable[[], int], *, what: str) -> int:
    """Run one row's share of a sweep: an unexpected failure is logged and does not stop the rows after it.

    In tests it is raised, not hidden.
    """
    try:
        with ids.about(what):
            return work()
    except SoftTimeLimitExceeded:
        raise  # the worker's time is over: not this row's failure
    except Exception:
        log.exception("%s failed", what)
        if settings.RAISE_JOB_ERRORS:
            raise
        return 0


def run_claimed(job: Job, *, at: datetime, work: Callable[[Job], None]) -> None:
    """Run one claimed job and write down how it ended. In tests an unexpected error is raised, not hidden."""
    with bound_contextvars(job=job.pk, job_kind=job.kind, job_key=job.key):
        try:
            work(job)
        except Exception as error:
            fail(job, at=at, error=f"{type(error).__name__}: {error}")
            log.exception("job_failed")
            if settings.RAISE_JOB_ERRORS:
                raise
            return
        finish(job, at=at)


class JobNotFailed(DomainError):
    """Only a failed job can be tried again."""

    code = "job_not_failed"
    message = _("任务状态为“{state}”，只有失败的任务可以重试")


def retry_as_staff(job: Job, *, actor: Actor, at: datetime) -> None:
    """The staff's retry button: as ``retry``, with a trail. Raises JobNotFailed."""
    with transaction.atomic():
        row = Job.objects.select_for_update().get(pk=job.pk)
        if row.status != JobStatus.FAILED:
            raise JobNotFailed(state=row.get_status_display())
        retry(row.pk, at=at, task=row.kind)
        audit.record(actor=actor, subject_type="job", subject_ref=str(row.pk), event="retry", at=at)


def states_of(kind: str) -> dict[str, str]:
    """The state of every job of a kind, by key."""
    return dict(Job.objects.filter(kind=kind).values_list("key", "status"))


def failed_count() -> int:
    """How many jobs were given up: the operator's dashboard."""
    return Job.objects.filter(status=JobStatus.FAILED).count()
