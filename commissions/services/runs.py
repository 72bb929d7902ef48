"""What the runs over owners or suppliers share: groups that are halved, failures as rows, a job that shows how far it is."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import F, QuerySet

from commissions.models import SettlementFailure, SupplierFailure
from taoxiaopu.kernel import jobs

log = logging.getLogger(__name__)
SHOWN_EVERY = timedelta(seconds=1)  # how far a run is: each time is a commit of its own

Show = Callable[[int, int], None]
Failures = TypeVar("Failures", SettlementFailure, SupplierFailure)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did: statements written, and who could not be done."""

    statements: int
    failed: int


def by_halves(
    keys: Sequence[int], work: Callable[[Sequence[int]], int], note: Callable[[int, Exception], None]
) -> Run:
    """Do ``work`` for all keys in one transaction; when it fails, each half by itself, down to the one who makes it fail."""
    try:
        with transaction.atomic():
            return Run(work(keys), 0)
    except SoftTimeLimitExceeded:
        raise  # the worker's time is over: nobody's fault
    except Exception as error:
        if len(keys) == 1:
            note(keys[0], error)
            return Run(0, 1)
    middle = len(keys) // 2
    halves = [by_halves(half, work, note) for half in (keys[:middle], keys[middle:])]
    return Run(sum(half.statements for half in halves), sum(half.failed for half in halves))


def note_failure(rows: "QuerySet[Failures]", error: Exception, *, at: datetime, **key: object) -> None:
    """Write down whom, why and how often, so that staff see it; ``key`` finds the row.

    Raises the error again when the database went away: that is nobody's fault, and the next run goes on from here.
    """
    if not connection.is_usable():
        raise error
    log.error("%s %s failed", rows.model.__name__, key, exc_info=error)
    says = f"{type(error).__name__}: {error}".strip()[:500]
    row, is_new = rows.get_or_create(**key, defaults={"error": says, "first_at": at, "last_at": at})
    if not is_new:
        rows.filter(pk=row.pk).update(error=says, attempts=F("attempts") + 1, last_at=at, settled_at=None)


def in_job(
    kind: str,
    month: date,
    work: Callable[[Show], Run],
    *,
    left_over: Callable[[int], str],
    at: datetime,
    show: Show | None,
) -> Run | None:
    """Run ``work`` with a job row that shows how far it is and how it ended; None while another run holds it.

    A run that was killed gives the job back when its lease is over. Whoever is left over fails the job, in the words of
    ``left_over``, until a later run does them.
    """
    job = jobs.enqueue(kind=kind, key=f"{month:%Y-%m}", argument=f"{month:%Y-%m}", at=at)
    jobs.reopen(job, at=at)
    claimed = jobs.claim(job.pk, at=at)
    if claimed is None:
        return None
    began, next_time = monotonic(), timedelta()

    def tell(done: int, total: int) -> None:
        nonlocal next_time
        passed = timedelta(seconds=monotonic() - began)
        if passed >= next_time or done == total:
            jobs.progress(claimed, done=done, total=total, at=at + passed)
            next_time = passed + SHOWN_EVERY
        if show is not None:
            show(done, total)

    try:
        run = work(tell)
    except Exception as error:
        jobs.fail(claimed, at=at, error=f"{type(error).__name__}: {error}")
        raise
    if run.failed:
        jobs.fail(claimed, at=at, error=left_over(run.failed), final=True)
    else:
        jobs.finish(claimed, at=at)
    return run
