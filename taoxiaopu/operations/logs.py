"""Logs: one event, one line, no personal data (docs/rules.md §8.4).

Every line, ours and a library's, passes ``scrub`` last. It knows two things: names of fields that are secret or
personal, and shapes of values that are (phone numbers, e-mail addresses, tokens, what PostgreSQL quotes of a row).
What has neither a telling name nor a telling shape, a person's name in a sentence, must not be logged at all.
"""

import logging
import re
from collections.abc import Callable
from time import monotonic
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import get_random_string
from django_structlog.middlewares import RequestMiddleware

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(
    r"phone|mobile|e_?mail|receiver|recipient|consignee|address(?!es)|nickname|real_?name|full_?name|id_number|holder|payee"
    r"|token|secret|password|passwd|authorization|cookie|session|csrf|signature|otp|totp|credential|recovery"
    r"|^(q|code|key|name|nonce|ip|network|remote_addr|body|data|form|args|kwargs|params|query|query_string)$",
    re.IGNORECASE,
)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # PostgreSQL quotes whole rows and parameters after an error.
    (re.compile(r"(?m)^(DETAIL|CONTEXT|STATEMENT):.*$"), r"\1: " + HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 " + HIDDEN),
    (re.compile(r"(?i)\b((?:re)?diss?|postgres(?:ql)?)(://[^:/@\s]*):[^@\s]*@"), r"\1\2:" + HIDDEN + "@"),
    (
        re.compile(r"(?i)([?&;]|\b)(sign(?:ature)?|token|code|key|password|phone|email|q)=[^&\s'\"]+"),
        r"\1\2=" + HIDDEN,
    ),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), HIDDEN),
    # A mainland number, also with spaces or dashes and a country code; not a piece of a longer number.
    (re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])"), HIDDEN),
    (re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])"), HIDDEN),  # an identity number
    (re.compile(r"gAAAA[A-Za-z0-9_=-]{20,}"), HIDDEN),  # our own encrypted text
)
_LONG_PART = re.compile(r"/(?=[A-Za-z0-9_:=-]*[A-Za-z])[A-Za-z0-9_:=-]{24,}(?=/|$)")
_SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_REFERENCES = {"number": "number", "public_id": "public_id", "order": "order", "shop": "shop", "good": "good"}


def scrub_text(text: str) -> str:
    """The text without what looks personal or secret."""
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def _scrub_value(name: str, value: Any) -> Any:
    if SECRET_NAMES.search(name) and value not in (None, "", True, False):
        return HIDDEN
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, dict):
        return {key: _scrub_value(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrub_value("", inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub_text(str(value))


def scrub(logger: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The last processor before a line is written."""
    return {name: _scrub_value(name, value) for name, value in event.items()}


def keep_record(logger: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drops what the formatter hands over for its own use."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event


def path_of(request: HttpRequest) -> str:
    """The path without the query and without its long random parts (a reset link's key, a signed value)."""
    return _LONG_PART.sub("/…", request.path)


class RequestLog(RequestMiddleware):
    """One line a request, when it is over; ``X-Request-ID`` goes back with the answer.

    An identifier that a proxy sends is taken over when it has a harmless shape; anything else gets a new one.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.log_started = monotonic()  # type: ignore[attr-defined]
        self.prepare(request)
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        self.handle_response(request, response)
        return response  # type: ignore[return-value]

    def prepare(self, request: HttpRequest) -> None:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        chosen = given if _SAFE_REQUEST_ID.fullmatch(given) else get_random_string(20)
        request.request_id = chosen  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=chosen)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        """What the address names: the order's or supplier's number, a good's public id."""
        match = request.resolver_match
        names = {ours: str(kwargs[theirs])[:40] for theirs, ours in _REFERENCES.items() if theirs in kwargs}
        structlog.contextvars.bind_contextvars(
            view=match.view_name or match.url_name if match else "", **names
        )

    def handle_response(self, request: HttpRequest, response: HttpResponseBase) -> None:
        if hasattr(request, "_raised_exception"):
            del request._raised_exception
        else:
            self.bind_user_id(request)
            facts: dict[str, Any] = {
                "method": request.method,
                "path": path_of(request),
                "status": response.status_code,
                "ms": round((monotonic() - request.log_started) * 1000),  # type: ignore[attr-defined]
            }
            if location := response.headers.get("Location"):
                facts["to"] = _LONG_PART.sub("/…", location.partition("?")[0])
            level = self._log_level_for_status_code(response.status_code)
            _requests.log(level, "request_finished", **facts)
        structlog.contextvars.clear_contextvars()

    def _process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, Http404 | PermissionDenied):
            return
        request._raised_exception = exception  # type: ignore[attr-defined]
        self.bind_user_id(request)
        _requests.exception("request_failed", method=request.method, path=path_of(request), status=500)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {path_of(request)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Who it was, for which supplier or owner, if the view asked: a log must not cost a query."""
        person = getattr(request, "_cached_user", None)
        if person is not None and person.is_authenticated:
            structlog.contextvars.bind_contextvars(user=person.public_id)
        if actor := getattr(request, "actor", None):  # set by the gates of suppliers and owners
            structlog.contextvars.bind_contextvars(role=str(actor.kind), tenant=actor.ref)


_requests = structlog.get_logger("taoxiaopu.requests")


def chain() -> list[Any]:
    """What happens to every event before it is rendered."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # a traceback as text: without the values of local variables
        structlog.processors.UnicodeDecoder(),
    ]


def json_formatter() -> logging.Formatter:
    """One JSON object a line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain(),
        processors=[
            keep_record,
            scrub,
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
        ],
    )


def line_formatter() -> logging.Formatter:
    """A line for a developer's eye."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain(),
        processors=[keep_record, scrub, structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)],
    )


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *chain(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
