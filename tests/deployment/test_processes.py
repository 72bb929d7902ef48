"""The compose file's own commands with its own environment, run by hand: only addresses and folders are of this machine.

The stand-ins for the postgres and redis services are the embedded servers; the roles come from the container's own script.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from launcher import env_file, postgres, probe
from launcher.credentials import Credentials
from launcher.postgres import Postgres
from launcher.processes import free_port, kill_group, spawn
from launcher.valkey import Valkey
from tests.deployment import compose
from tests.deployment.compose import ROOT

LIMIT_S = 120


@dataclass
class Server:
    """What compose would run, on this machine."""

    folder: Path
    given: dict[str, str]
    port: int = field(default_factory=free_port)
    children: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("data", "run", "cluster", "queue"):
            (self.folder / name).mkdir(exist_ok=True)
        self.services = compose.load(self.given)["services"]
        credentials = Credentials(
            "superuser-password", self.given["OWNER_PASSWORD"], self.given["APP_PASSWORD"],
            self.given["READONLY_PASSWORD"], self.given["REDIS_PASSWORD"],
        )  # fmt: skip
        self.postgres = Postgres(
            self.folder / "cluster" / "data", self.folder / "pg.log", credentials, settings=postgres.THROWAWAY
        )
        self.redis = Valkey(
            self.folder / "queue", self.folder / "redis.log", self.given["REDIS_PASSWORD"], durable=False
        )

    def start_stand_ins(self) -> None:
        """Empty servers, and the script of the postgres container's first start."""
        self.redis.start()
        self.postgres.initialise()
        self.postgres.start()
        connection = self.postgres.connect("postgres")
        connection.cursor().execute("CREATE DATABASE taoxiaopu")
        connection.close()
        script = (
            (ROOT / "deploy" / "postgres-roles.sh")
            .read_text()
            .replace("/roles.sql", str(ROOT / "launcher" / "roles.sql"))
        )
        environment = {
            "PATH": f"{postgres.binaries()}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.postgres.port),
            "PGPASSWORD": "superuser-password",
            **self.services["postgres"]["environment"],
        }
        done = subprocess.run(
            ["sh"], input=script, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def here(self, text: str) -> str:
        """A word of the compose file with this machine's addresses and folders."""
        for there, instead in (
            ("@postgres:5432", f"@127.0.0.1:{self.postgres.port}"),
            ("@redis:6379", f"@127.0.0.1:{self.redis.port}"),
            ("--port=8000", f"--port={self.port}"),
            ("127.0.0.1:8000", f"127.0.0.1:{self.port}"),
            ("0.0.0.0", "127.0.0.1"),
            ("/run/taoxiaopu", str(self.folder / "run")),
            ("/backups", str(self.folder / "backups")),
        ):
            text = text.replace(there, instead)
        return str(self.folder / "data") if text == "/data" else text

    def environment(self, service: str) -> dict[str, str]:
        """The service's, and a PATH as the image has it."""
        told = {name: self.here(value) for name, value in self.services[service]["environment"].items()}
        base = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
        }
        return base | told | {"HOSTNAME": "container", "PYTHONPATH": str(ROOT)}

    def command(self, service: str) -> list[str]:
        return [self.here(word) for word in self.services[service]["command"]]

    def log(self, service: str) -> Path:
        return self.folder / f"{service}.log"

    def run_once(self, service: str, *command: str) -> str:
        done = subprocess.run(
            command or self.command(service),
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-3000:]
        return done.stdout

    def start(self, service: str) -> None:
        self.children[service] = spawn(
            self.command(service),
            signal.SIGTERM,
            log=self.log(service),
            cwd=ROOT,
            env=self.environment(service),
        )

    def stop(self, service: str) -> float:
        """SIGTERM, as compose does; how long it took. Fails when it needed a kill or left with a failure."""
        grace = float(self.services[service]["stop_grace_period"].removesuffix("s"))
        child = self.children[service]
        begun = time.monotonic()
        child.send_signal(signal.SIGTERM)
        code = child.wait(grace)
        assert code == 0, f"{service} ended with {code}: {self.log(service).read_text()[-2000:]}"
        return time.monotonic() - begun

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """As the proxy would ask; header names with _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers={"Host": self.given["DOMAIN"]} | named)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def parts(self) -> tuple[int, dict[str, Any]]:
        try:
            status, _headers, body = self.get("/readyz")
        except OSError:
            return 0, {}
        return status, json.loads(body)

    def sql(self, role: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.postgres.port,
            user=f"taoxiaopu_{role}",
            password=self.given[f"{role.upper()}_PASSWORD"],
            dbname="taoxiaopu",
        )
        try:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def end(self) -> None:
        for child in self.children.values():
            kill_group(child.pid)
            child.wait()
        self.redis.stop()
        self.postgres.stop()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Migrated and running: web, worker, beat."""
    folder = tmp_path_factory.mktemp("server")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o711)
    given = compose.env_file(env_file.filled((ROOT / ".env.example").read_text())) | {"DOMAIN": "shop.test"}
    running = Server(folder, given)
    try:
        running.start_stand_ins()
        running.run_once("migrate")
        for service in ("web", "worker", "beat"):
            running.start(service)
        wait(lambda: running.parts()[0] == 200, running)
        yield running
    finally:
        running.end()


def wait(true: Any, server: Server) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not true():
        ended = [name for name, child in server.children.items() if child.poll() is not None]
        if ended or time.monotonic() > deadline:
            logs = "\n".join(f"{name}: {server.log(name).read_text()[-1500:]}" for name in server.children)
            raise AssertionError(f"ended: {ended}; {server.parts()}\n{logs}")
        time.sleep(0.1)


def three_roles_with_three_rights(server: Server) -> None:
    rights = {}
    for role in ("owner", "app", "readonly"):
        ((rights[role],),) = server.sql(
            role,
            "SELECT array[has_table_privilege('ledger_transfer', 'SELECT'), has_any_column_privilege('ledger_transfer', 'INSERT'),"
            " has_table_privilege('ledger_transfer', 'UPDATE'), has_table_privilege('accounts_user', 'SELECT')]",
        )
    assert rights == {
        "owner": [True, True, True, True],
        "app": [True, True, False, True],
        "readonly": [True, False, False, False],
    }


def the_web_is_ready_and_serves(server: Server) -> None:
    status, body = server.parts()
    assert (status, body["parts"]["role"], body["parts"]["migrations"], body["parts"]["redis"]) == (
        200,
        "ok",
        "ok",
        "ok",
    )
    status, headers, page = server.get("/", X_Forwarded_For="203.0.113.5", X_Forwarded_Proto="http")
    assert status == 200
    assert "淘小铺" in page.decode()
    assert headers["content-security-policy"].count("'none'") == 4
    assert "strict-transport-security" not in headers  # TLS is off here, and that was said
    style = re.search(rb'href="(/static/[^"]+\.css)"', page)
    assert style
    assert server.get("/", Host="evil.example")[0] == 400
    assert server.get("/accounts/sign-in/")[0] == 200


def metrics_are_hidden_from_strangers_behind_the_proxy(server: Server) -> None:
    status, _headers, body = server.get("/metrics")
    assert status == 200
    assert b"taoxiaopu_database_up 1.0" in body
    assert b"django_http_requests_before_middlewares_total" in body
    assert re.search(rb'django_http_responses_total_by_status_total\{status="200"\} [1-9]', body)
    assert server.get("/metrics", X_Forwarded_For="203.0.113.5")[0] == 404
    assert server.get("/metrics", X_Forwarded_For="10.0.0.1, 203.0.113.5")[0] == 404
    token = f"Bearer {server.given['METRICS_TOKEN']}"
    assert server.get("/metrics", X_Forwarded_For="203.0.113.5", Authorization=token)[0] == 200


def healthchecks_say_what_is(server: Server) -> None:
    for service in ("web", "beat"):
        wait(lambda service=service: healthy(server, service), server)
    assert probe.answers("http://127.0.0.1:1/readyz") is False
    assert probe.is_fresh(str(server.folder / "no-such-file*"), 600) is False
    assert probe.is_fresh(str(server.folder / "web.log"), 0.0) is False


def healthy(server: Server, service: str) -> bool:
    words = [server.here(word) for word in server.services[service]["healthcheck"]["test"][1:]]
    return subprocess.run(words, cwd=ROOT, env=server.environment(service), check=False).returncode == 0


def beat_and_worker_do_the_work(server: Server) -> None:
    """A job that a lost nudge left behind goes from its row through beat and worker."""
    server.sql(
        "app",
        "INSERT INTO kernel_job (kind, key, argument, status, due_at, attempts, done_steps, all_steps, error, created_at)"
        " VALUES ('suppliers.run_import', 'of-nobody', '0', 'waiting', now(), 0, 0, 0, '', now())",
    )
    wait(
        lambda: server.sql("app", "SELECT attempts FROM kernel_job WHERE key = 'of-nobody'") != [(0,)], server
    )
    wait(
        lambda: (
            server.sql(
                "app",
                "SELECT finished_at IS NOT NULL FROM operations_timetablerun WHERE task = 'flows.sweep'",
            )
            == [(True,)]
        ),
        server,
    )
    assert server.parts()[1]["status"] == "ok"


def one_backup_by_the_compose_files_command(server: Server) -> None:
    said = server.run_once("backup")
    file = Path(said.strip().splitlines()[-1])
    assert file.parent == server.folder / "backups"
    in_use = subprocess.run(
        [sys.executable, "manage.py", "restore", str(file), "--wipe", "taoxiaopu"],
        cwd=ROOT,
        env=server.environment("backup"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert in_use.returncode == 1
    assert "other sessions use the database taoxiaopu: stop web, worker and beat first." in in_use.stderr
    tried = server.run_once("backup", sys.executable, "manage.py", "restore", "--verify", str(file))
    assert tried.strip().endswith("rows, totals and digests are the same.")


def every_line_is_one_json_object(server: Server) -> None:
    server.get("/orders/lookup/?phone=13911112222", X_Request_ID="from-the-proxy-1")
    wait(lambda: "from-the-proxy-1" in server.log("web").read_text(), server)
    for service in ("web", "worker"):
        lines = [line for line in server.log(service).read_text().splitlines() if line.startswith("{")]
        assert lines, service
        for line in lines:
            assert {"event", "level", "logger", "timestamp"} <= set(json.loads(line))
    web = [
        json.loads(line) for line in server.log("web").read_text().splitlines() if "from-the-proxy-1" in line
    ]
    assert [(line["path"], line["status"]) for line in web] == [("/orders/lookup/", 200)]
    assert "13911112222" not in server.log("web").read_text()
    assert '"event": "task_finished"' in server.log("worker").read_text()
    secrets = [
        value for name, value in server.given.items() if name.endswith(("PASSWORD", "KEY", "KEYS", "TOKEN"))
    ]
    for service in server.children:
        text = server.log(service).read_text()
        assert [value for value in secrets if value and value in text] == [], service


def without_the_queue_pages_go_on_and_it_says_so(server: Server) -> None:
    port = server.redis.port
    server.redis.stop()
    try:
        status, body = server.parts()
        assert (status, body["status"]) == (200, "degraded")
        assert server.get("/")[0] == 200
    finally:
        server.redis.start(port)
    wait(lambda: server.parts()[1].get("parts", {}).get("redis") == "ok", server)


def each_stops_within_its_grace(server: Server) -> None:
    for service in ("web", "beat", "worker"):
        server.stop(service)


def test_the_compose_files_processes_serve_work_and_stop(server: Server) -> None:
    """One story on one server: starting it twice for two workers of pytest would cost a minute."""
    three_roles_with_three_rights(server)
    the_web_is_ready_and_serves(server)
    metrics_are_hidden_from_strangers_behind_the_proxy(server)
    healthchecks_say_what_is(server)
    beat_and_worker_do_the_work(server)
    one_backup_by_the_compose_files_command(server)
    every_line_is_one_json_object(server)
    without_the_queue_pages_go_on_and_it_says_so(server)
    each_stops_within_its_grace(server)
