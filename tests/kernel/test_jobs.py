"""The outbox: a row once per cause, leased to one worker, tried again, given up, and lost with no broker."""

from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from kombu.exceptions import OperationalError

from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.models import Job
from tests.factories import story
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND = timedelta(seconds=1)


def a_job(key: str = "a", **kwargs: object) -> Job:
    return jobs.enqueue(kind="draw", key=key, argument="x", at=AT, **kwargs)  # type: ignore[arg-type]


def test_one_row_for_one_cause() -> None:
    assert a_job() == a_job()
    assert Job.objects.count() == 1


def test_a_job_of_later_is_not_due_before() -> None:
    job = a_job(due_at=AT + SECOND)
    assert jobs.due("draw", at=AT) == []
    assert jobs.claim(job.pk, at=AT) is None
    assert jobs.due("draw", at=AT + SECOND) == [job.pk]


def test_a_lease_runs_out_after_a_minute() -> None:
    job = a_job()
    assert jobs.claim(job.pk, at=AT) == job
    assert jobs.claim(job.pk, at=AT + jobs.LEASE) is None  # a worker holds it
    again = jobs.claim(job.pk, at=AT + jobs.LEASE + SECOND)  # it was killed
    assert again is not None
    assert again.attempts == 2


def test_a_job_that_kills_its_workers_is_given_up_and_waits_for_a_hand() -> None:
    job, at = a_job(), AT
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        held = jobs.claim(job.pk, at=at)
        assert held is not None
        assert held.attempts == attempt
        at += jobs.LEASE + SECOND  # its worker was killed and said nothing
    assert jobs.claim(job.pk, at=at) is None
    job.refresh_from_db()
    assert (job.status, job.error) == ("failed", "后台进程多次中断，已停止重试")
    assert jobs.due("draw", at=at) == []
    jobs.retry(job.pk, at=at)
    assert jobs.claim(job.pk, at=at) == job


def test_progress_keeps_the_lease() -> None:
    job = jobs.claim(a_job().pk, at=AT)
    assert job is not None
    jobs.progress(job, done=30, total=120, at=AT + timedelta(seconds=50))
    assert jobs.claim(job.pk, at=AT + timedelta(seconds=100)) is None
    job.refresh_from_db()
    assert job.percent == 25
    jobs.finish(job, at=AT)
    job.refresh_from_db()
    assert (job.status, job.percent, job.done_steps) == ("done", 100, 120)
    assert jobs.claim(job.pk, at=AT + timedelta(days=1)) is None


def test_three_tries_with_pauses_then_failed_then_the_button() -> None:
    job, at = a_job(), AT
    for pause in jobs.BACKOFF[:2]:
        claimed = jobs.claim(job.pk, at=at)
        assert claimed is not None
        jobs.fail(claimed, at=at, error="broken")
        assert jobs.claim(job.pk, at=at + pause - SECOND) is None
        at += pause
    claimed = jobs.claim(job.pk, at=at)
    assert claimed is not None
    jobs.fail(claimed, at=at, error="e" * 600)
    job.refresh_from_db()
    assert (job.status, job.attempts, len(job.error)) == ("failed", 3, 500)
    assert jobs.claim(job.pk, at=at + timedelta(days=1)) is None
    jobs.retry(job.pk, at=at)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.error) == ("waiting", 0, "")


def test_a_final_failure_is_not_tried_again() -> None:
    job = jobs.claim(a_job().pk, at=AT)
    assert job is not None
    jobs.fail(job, at=AT, error="bad file", final=True)
    assert jobs.due("draw", at=AT + timedelta(days=1)) == []


def test_working_off_does_the_rest_though_one_breaks(settings: object) -> None:
    settings.RAISE_JOB_ERRORS = False  # type: ignore[attr-defined]
    for key in "abc":
        a_job(key)
    a_job("later", due_at=AT + SECOND)
    seen: list[str] = []

    def work(job: Job) -> None:
        seen.append(job.key)
        if job.key == "b":
            raise ValueError("broken")

    assert jobs.work_off("draw", at=AT, work=work) == 3
    assert seen == ["a", "b", "c"]
    rows = Job.objects.order_by("key").values_list("key", "status", "error")
    assert list(rows) == [
        ("a", "done", ""),
        ("b", "waiting", "ValueError: broken"),
        ("c", "done", ""),
        ("later", "waiting", ""),
    ]


def test_a_nudge_goes_out_after_the_commit_and_once(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    sent: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda task, args, retry: sent.append((task, args)))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        job = a_job(task="draw")
        a_job(task="draw")
        a_job("later", task="draw", due_at=AT + SECOND)
        assert sent == []
    assert sent == [("draw", (job.pk,))]


@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError("away")])
def test_a_broker_that_is_away_loses_nothing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(jobs.current_app, "send_task", away)
    job = a_job()
    jobs.nudge("draw", job.pk)
    assert jobs.due("draw", at=AT) == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_share_twenty_jobs() -> None:
    for n in range(20):
        a_job(str(n))
    done: list[str] = []
    ran = at_once([lambda: jobs.work_off("draw", at=AT, work=lambda job: done.append(job.key))] * 8)
    assert sum(ran) == 20
    assert sorted(done, key=int) == [str(n) for n in range(20)]
    assert set(Job.objects.values_list("status", "attempts")) == {("done", 1)}


def test_the_end_of_a_workers_time_is_no_rows_failure(settings: Any) -> None:
    settings.RAISE_JOB_ERRORS = False

    def fails(error: type[Exception]) -> int:
        raise error

    assert jobs.by_itself(lambda: fails(ValueError), what="a row") == 0
    with pytest.raises(SoftTimeLimitExceeded):
        jobs.by_itself(lambda: fails(SoftTimeLimitExceeded), what="a row")
