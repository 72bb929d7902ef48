"""Where browsers report what the Content-Security-Policy stopped: a line in the log, few and small."""

import json
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

MAX_BODY = 8 * 1024
AN_HOUR_PER_ADDRESS = 20
AN_HOUR = 500

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Always 204: a browser has no use for an answer, and a stranger learns nothing."""
    announced = request.headers.get("Content-Length") or "0"
    if announced.isdigit() and int(announced) <= MAX_BODY and _may_log(request.META.get("REMOTE_ADDR", "")):
        try:
            report = json.loads(request.body)["csp-report"]
            log.warning("csp_violation", **_facts(report))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass
    return HttpResponse(status=204)


def _facts(report: dict[str, Any]) -> dict[str, str]:
    """What was stopped where; queries and fragments stay out."""
    return {
        "directive": str(report.get("violated-directive", ""))[:60],
        "blocked": _without_query(report.get("blocked-uri")),
        "document": _without_query(report.get("document-uri")),
        "source": _without_query(report.get("source-file")),
        "line": str(report.get("line-number", ""))[:8],
    }


def _without_query(address: object) -> str:
    parts = urlsplit(str(address or "")[:500])
    return (
        f"{parts.scheme}://{parts.netloc}{parts.path}"
        if parts.netloc
        else str(address or "")[:60].split("?")[0]
    )


def _may_log(network: str) -> bool:
    """Count this report; False when there were too many, or when nobody can count."""
    try:
        for key, limit in ((f"csp:{network}", AN_HOUR_PER_ADDRESS), ("csp", AN_HOUR)):
            cache.add(key, 0, 3600)
            if cache.incr(key) > limit:
                return False
    except (RedisError, ValueError):
        return False
    return True


urlpatterns = [path("csp-report", csp_report, name="csp-report")]
