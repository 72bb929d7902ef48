"""What is answered when a page cannot be given: one family for people, programs and fragments.

A page is drawn without a request's context, so it needs no database, cache or session; should even the templates fail,
a sentence in two languages remains. The handlers at the end are named in ``urls.py`` and in the settings.
"""

import json
import logging
import re
import sys
from dataclasses import dataclass
from uuid import uuid4

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerAway
from prometheus_client import Counter
from redis.exceptions import RedisError
from structlog.contextvars import get_contextvars

from taoxiaopu.kernel.context import brand_name

logger = logging.getLogger(__name__)

UNAVAILABLE = Counter(
    "txp_unavailable", "Requests answered 503 because something behind was away.", ["cause"]
)
RETRY_S = 5
PROGRAMS = ("/api/", "/hooks/")
HOMES = {"supplier": "/supplier/", "owner": "/owner/", "admin": "/admin/", "staff": "/admin/"}
_TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
_ID = re.compile(r"[A-Za-z0-9-]{6,64}")
_LAST_RESORT = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{status}</title>
<h1>我们这边出了点问题，请稍后再试</h1><p>Something went wrong on our side. Please try again in a moment.</p>
<p>{request_id}</p><p><a href="/">返回首页 · Home</a></p></html>
"""


@dataclass(frozen=True, slots=True)
class Words:
    """What a status says: a code for programs, an icon, what happened, what to do."""

    code: str
    icon: str
    title: str | Promise
    text: str | Promise


WORDS = {
    400: Words("bad_request", "help-circle", _("请求没有看懂"), _("链接或提交的内容不完整，请返回上一页重新操作。")),
    403: Words("forbidden", "lock", _("这里不能进入"), _("当前账号没有打开这里的权限。请换一个账号登录，或回到首页。")),
    404: Words("not_found", "map-pin", _("页面不见了"), _("它可能已下架、被移动，或链接不完整。")),
    405: Words("method_not_allowed", "hourglass", _("这个地址不能直接打开"), _("它只接收表单的提交。请回到原来的页面重新操作。")),
    413: Words("too_large", "upload", _("提交的内容太大"), _("请减少图片的数量或压缩后再提交，已填写的内容返回上一页仍在。")),
    429: Words("too_many", "clock", _("操作太频繁"), _("为了保护账号安全，请稍等片刻再试。")),
    500: Words("server_error", "rotate", _("我们这边出了点问题"), _("问题已经记录。您的订单和资金不受影响，请稍后再试。")),
    503: Words("unavailable", "hourglass", _("系统正忙，马上就好"), _("您的订单和资金不受影响。如果刚提交了订单或付款，请先查看它的状态，再决定是否重试。")),
}  # fmt: skip
REFUSED = Words("refused", "ban", _("操作未被接受"), _("请返回上一页修改后再试。"))
STALE = Words(
    "stale_form", "clock", _("页面停留太久了"), _("为了安全，表单已经失效。请返回上一页刷新后重新提交。")
)


def answer(
    request: HttpRequest,
    status: int,
    *,
    sentence: str = "",
    code: str = "",
    words: Words | None = None,
    retry_after_s: int | None = None,
) -> HttpResponse:
    """The page, JSON body or fragment of a refusal; ``sentence`` and ``code`` replace the status's own."""
    words = words or WORDS.get(status, REFUSED)
    request_id = id_of(request) if status >= 500 else ""
    if request.path.startswith(PROGRAMS):
        body = {"code": code or words.code, "message": sentence or str(words.text), "field": None}
        made: HttpResponse = JsonResponse(
            body | ({"request_id": request_id} if request_id else {}), status=status
        )
    else:
        made = _for_people(request, status, words, sentence, request_id, retry_after_s)
    if retry_after_s is not None:
        made["Retry-After"] = str(retry_after_s)
    if request_id:
        made["X-Request-ID"] = request_id
    return made


def _for_people(
    request: HttpRequest, status: int, words: Words, sentence: str, request_id: str, retry_after_s: int | None
) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true"
    try:
        context = {
            "brand_name": brand_name(),
            "status": status,
            "words": words,
            "sentence": sentence,
            "request_id": request_id,
            "retry_after": retry_after_s or 0,
            "retry_minutes": (retry_after_s or 0) // 60,
            "again": request.get_full_path() if request.method == "GET" and status in (429, 500, 503) else "",
            "home": HOMES.get(request.path.split("/")[1], "/"),
        }
        made = HttpResponse(
            render_to_string("errors/fragment.html" if fragment else "errors/page.html", context),
            status=status,
        )
        if fragment:
            told = {"flash": {"text": sentence or str(words.title), "tone": "bad"}}
            made["HX-Trigger"] = json.dumps(told)
    except Exception:
        logger.exception("The error page of status %s failed", status)
        made = HttpResponse(_LAST_RESORT.format(status=status, request_id=request_id), status=status)
    made["Cache-Control"] = "no-store"
    return made


def id_of(request: HttpRequest) -> str:
    """The request's id in the logs: of the logging middleware, else the proxy's, else a new one."""
    found = get_contextvars().get("request_id") or request.headers.get("X-Request-ID", "")
    if not _ID.fullmatch(str(found)):
        found = getattr(request, "error_id", "") or uuid4().hex[:12]
        request.error_id = found  # type: ignore[attr-defined]
    return str(found)


def cause_of(error: BaseException | None) -> str:
    """Which part behind us is away ("database", "redis", "broker"); empty when this error tells of none."""
    if isinstance(error, OperationalError | InterfaceError):
        return "database"
    if isinstance(error, RedisError):
        return "redis"
    return "broker" if isinstance(error, BrokerAway) else ""


def unavailable(request: HttpRequest, cause: str) -> HttpResponse:
    """503 with Retry-After, counted and logged."""
    UNAVAILABLE.labels(cause).inc()
    logger.warning("503, %s is away: request %s, %s", cause, id_of(request), request.path, exc_info=True)
    return answer(request, 503, retry_after_s=RETRY_S)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400; a body, form or upload over the limits is 413."""
    return answer(request, 413 if isinstance(exception, _TOO_BIG) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: Django calls it while the error is being handled; of a part that is away it makes 503."""
    cause = cause_of(sys.exc_info()[1])
    if cause:
        return unavailable(request, cause)
    logger.error("500: request %s, %s", id_of(request), request.path)
    return answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: for people it is a page that stood open too long."""
    return answer(request, 403, words=STALE)
