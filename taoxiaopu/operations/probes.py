"""/livez, /readyz and /metrics: answered before sessions, hosts and redirects have a say (decision 11)."""

import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from shutil import disk_usage

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.http.response import HttpResponseBase
from health_check.base import HealthCheck
from health_check.checks import Database
from health_check.exceptions import HealthCheckException, ServiceUnavailable, ServiceWarning

from taoxiaopu.operations import metrics
from taoxiaopu.operations.roles import RESTORE_MARK, trouble_with_role
from taoxiaopu.operations.timetable import entries

NEAR = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
LITTLE_ROOM = 500 * 2**20


class ProbesMiddleware:
    """Answers the three addresses; no page can shadow them and no rule about hosts or TLS applies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe is None or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        answer = probe(request)
        answer["Cache-Control"] = "no-store"
        return answer


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked: a database that is away is no reason to restart the web."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests should come here: 200 ``ok`` or ``degraded``, 503 ``unavailable``, and each part's word."""
    parts: dict[str, str] = {}
    status = "ok"
    for name, check, vital in CHECKS:
        if parts.get("database", "ok") != "ok" and name in NEED_DATABASE:
            parts[name] = "unknown"
            continue
        parts[name] = word = outcome(check)
        if word != "ok":
            status = "unavailable" if vital or status == "unavailable" else "degraded"
    return JsonResponse({"status": status, "parts": parts}, status=503 if status == "unavailable" else 200)


def outcome(check: HealthCheck) -> str:
    """``ok``, or what is wrong in a few words without secrets."""
    try:
        check.run()
    except HealthCheckException as error:
        return str(error.message)[:120]
    except DatabaseError as error:
        return type(error).__name__
    return "ok"


@dataclass
class Migrations(HealthCheck):
    """Every migration of this code is applied. Once it was so it stays so for this process."""

    applied = False

    def run(self) -> None:  # type: ignore[override]  # checks may be synchronous
        if Migrations.applied:
            return
        executor = MigrationExecutor(connection)
        if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise ServiceUnavailable(f"{len(waiting)} migrations are not applied")
        Migrations.applied = True


@dataclass
class Role(HealthCheck):
    """We are signed in as the role that may not change the books."""

    def run(self) -> None:  # type: ignore[override]
        if trouble := trouble_with_role():
            raise ServiceUnavailable(trouble)


@dataclass
class Restore(HealthCheck):
    """No restore was interrupted."""

    def run(self) -> None:  # type: ignore[override]
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [f"public.{RESTORE_MARK}"])
            if cursor.fetchone()[0]:
                raise ServiceUnavailable("a restore has not finished: run it again")


@dataclass
class Redis(HealthCheck):
    """The broker and cache answers. Away, pages still work: work waits in rows, limits count less well."""

    def run(self) -> None:  # type: ignore[override]
        client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        try:
            client.ping()
        except redis.RedisError as error:
            raise ServiceWarning(f"Redis does not answer ({type(error).__name__})") from None
        finally:
            client.close()


@dataclass
class Room(HealthCheck):
    """There is room for files."""

    def run(self) -> None:  # type: ignore[override]
        try:
            free = disk_usage(settings.DATA_DIR).free
        except OSError as error:
            raise ServiceWarning(f"the data folder cannot be read ({type(error).__name__})") from None
        if free < LITTLE_ROOM:
            raise ServiceWarning(f"only {free // 2**20} MiB are free for files")


@dataclass
class Timetable(HealthCheck):
    """Beat and the workers do what the timetable says."""

    def run(self) -> None:  # type: ignore[override]
        if late := [entry.task for entry in entries() if entry.late]:
            raise ServiceWarning("late: " + ", ".join(late))


# Name, check, and whether a request can be served at all without it.
CHECKS: tuple[tuple[str, HealthCheck, bool], ...] = (
    ("database", Database(), True),
    ("restore", Restore(), True),
    ("migrations", Migrations(), True),
    ("role", Role(), True),
    ("redis", Redis(), False),
    ("room", Room(), False),
    ("timetable", Timetable(), False),
)
NEED_DATABASE = frozenset({"restore", "migrations", "role", "timetable"})


def metrics_page(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, for loopback and private networks or whoever holds METRICS_TOKEN; others get 404."""
    if not (is_near(request.META.get("REMOTE_ADDR", "")) or has_token(request)):
        return HttpResponseNotFound("not found\n", content_type="text/plain")
    return HttpResponse(metrics.page(), content_type=metrics.CONTENT_TYPE)


def is_near(address: str) -> bool:
    """Loopback, or a private network such as the containers'."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in NEAR)


def has_token(request: HttpRequest) -> bool:
    """The request carries ``Authorization: Bearer METRICS_TOKEN``."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given, settings.METRICS_TOKEN.encode())


PROBES = {"/livez": livez, "/readyz": readyz, "/metrics": metrics_page}
