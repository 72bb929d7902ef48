"""What a reverse proxy says about a request is believed exactly as deep as PROXY_DEPTH says, and nowhere else."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

FORGEABLE = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)


class ProxyMiddleware:
    """Sets ``REMOTE_ADDR`` to the client's address and keeps only a scheme that our own proxy has told.

    With PROXY_DEPTH proxies in front, the client is the PROXY_DEPTH-th address from the right of X-Forwarded-For:
    what stands to the left of it the client may have written itself. A request with fewer addresses did not come
    through all proxies (a healthcheck beside us); it keeps its own address and counts as plain http.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        told = {name: meta.pop(name) for name in FORGEABLE if name in meta}
        depth: int = settings.PROXY_DEPTH
        chain = [part.strip() for part in told.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if depth and len(chain) >= depth and (client := address_of(chain[-depth])):
            meta["REMOTE_ADDR"] = client
            schemes = told.get("HTTP_X_FORWARDED_PROTO", "").split(",")
            if schemes[-1].strip() in ("http", "https"):
                meta["HTTP_X_FORWARDED_PROTO"] = schemes[-1].strip()
        return self.get_response(request)


def address_of(text: str) -> str:
    """An IP address in its usual spelling (a port is taken off), or an empty string."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
