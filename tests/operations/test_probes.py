"""/livez, /readyz and /metrics: who gets which answer, in health, in half-health and without a database."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.models import Job, JobStatus
from taoxiaopu.operations import metrics, probes
from taoxiaopu.operations.models import TimetableRun
from taoxiaopu.operations.roles import RESTORE_MARK, trouble_with_role

OWNER = "DATABASE_URL signs in as the owner of the tables"


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch, db: None) -> Client:
    """Tests sign in as the tables' owner, which a server refuses; here that one part says yes."""
    monkeypatch.setattr(probes, "trouble_with_role", lambda: "")
    return Client()


def readyz(client: Client) -> tuple[int, str, dict[str, str]]:
    answer = client.get("/readyz", headers={"host": "anything"})
    body = json.loads(answer.content)
    return answer.status_code, body["status"], body["parts"]


def test_livez_asks_nobody() -> None:
    """Without the ``db`` fixture a query would be refused."""
    answer = Client().get("/livez", headers={"host": "anything"})
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"ok\n", "no-store")


def test_only_a_reader_gets_a_probe(db: None) -> None:
    assert Client().post("/livez").status_code == 404


def test_ready(ready: Client) -> None:
    assert readyz(ready) == (200, "ok", {name: "ok" for name, _check, _vital in probes.CHECKS})


def test_the_owner_of_the_tables_is_not_ready(db: None) -> None:
    assert trouble_with_role() == OWNER
    status, word, parts = readyz(Client())
    assert (status, word, parts["role"]) == (503, "unavailable", OWNER)


def test_without_redis_it_is_degraded_and_serves(ready: Client, settings: object) -> None:
    settings.REDIS_URL = "redis://:nobody-listens@127.0.0.1:1/0"  # type: ignore[attr-defined]
    status, word, parts = readyz(ready)
    assert (status, word, parts["redis"]) == (200, "degraded", "Redis does not answer (ConnectionError)")


@pytest.mark.django_db(transaction=True)
def test_without_a_database_it_is_unavailable(ready: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    connection.close()
    status, word, parts = readyz(ready)
    assert (status, word) == (503, "unavailable")
    assert parts["database"] != "ok"
    assert {parts[name] for name in probes.NEED_DATABASE} == {"unknown"}
    assert (parts["redis"], parts["room"]) == ("ok", "ok")


def test_an_unapplied_migration_is_not_ready(ready: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes.Migrations, "applied", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'operations'")
    status, word, parts = readyz(ready)
    assert (status, word, parts["migrations"]) == (503, "unavailable", "1 migrations are not applied")


def test_an_interrupted_restore_is_not_ready(ready: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {RESTORE_MARK} (file text)")
    status, _word, parts = readyz(ready)
    assert (status, parts["restore"]) == (503, "a restore has not finished: run it again")


def test_a_late_entry_is_degraded(ready: Client) -> None:
    readyz(ready)
    TimetableRun.objects.filter(task="flows.sweep").update(first_seen_at=clock.now() - timedelta(minutes=3))
    assert readyz(ready)[1:] == (
        "degraded",
        {name: "ok" for name, _check, _vital in probes.CHECKS} | {"timetable": "late: flows.sweep"},
    )


@pytest.mark.parametrize(
    ("address", "header", "status"),
    [
        ("127.0.0.1", "", 200),
        ("10.2.3.4", "", 200),
        ("172.18.0.3", "", 200),
        ("8.8.8.8", "", 404),
        ("203.0.113.5", "", 404),
        ("172.32.0.1", "", 404),
        ("not-an-address", "", 404),
        ("8.8.8.8", "Bearer wrong", 404),
        ("8.8.8.8", "Bearer a-token-of-metrics-0123456789abcdef", 200),
        ("", "Bearer ", 404),
    ],
)
def test_metrics_are_for_the_neighbours(
    db: None, settings: object, address: str, header: str, status: int
) -> None:
    settings.METRICS_TOKEN = "a-token-of-metrics-0123456789abcdef"  # type: ignore[attr-defined]
    answer = Client().get(
        "/metrics", REMOTE_ADDR=address, headers={"authorization": header} if header else {}
    )
    assert answer.status_code == status


def test_no_token_opens_nothing(db: None, settings: object) -> None:
    settings.METRICS_TOKEN = ""  # type: ignore[attr-defined]
    assert (
        Client().get("/metrics", REMOTE_ADDR="8.8.8.8", headers={"authorization": "Bearer "}).status_code
        == 404
    )


def test_the_rows_are_counted(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "rows", metrics.RowsCollector())
    at = clock.now()
    for n in range(3):
        jobs.enqueue(kind="test.kind", key=str(n), argument="", at=at - timedelta(seconds=90))
    Job.objects.filter(key="0").update(status=JobStatus.FAILED)
    lines = metrics.page().decode().splitlines()
    assert 'taoxiaopu_jobs{state="waiting"} 2.0' in lines
    assert 'taoxiaopu_jobs{state="failed"} 1.0' in lines
    assert 'taoxiaopu_timetable_late{task="flows.sweep"} 0.0' in lines
    assert "taoxiaopu_database_up 1.0" in lines
    waited = next(line for line in lines if line.startswith("taoxiaopu_oldest_due_job_seconds "))
    assert 90 <= float(waited.split()[1]) < 150
    assert any(line.startswith("django_http_requests_before_middlewares_total") for line in lines)
