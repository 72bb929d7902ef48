"""What a proxy says is believed as deep as PROXY_DEPTH, and never more (trust B28)."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from taoxiaopu.operations.proxy import ProxyMiddleware

FORGED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_REAL_IP": "203.0.113.1",
    "HTTP_FORWARDED": "for=203.0.113.2",
}


def seen(settings: object, depth: int, **headers: str) -> HttpRequest:
    """The request as views see it, when it came from 10.0.0.5."""
    settings.PROXY_DEPTH = depth  # type: ignore[attr-defined]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # type: ignore[attr-defined]
    kept: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        kept.append(request)
        return HttpResponse()

    ProxyMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR="10.0.0.5", **headers))
    return kept[0]


@pytest.mark.parametrize(
    ("depth", "client", "secure"),
    [(0, "10.0.0.5", False), (1, "198.51.100.7", True), (2, "203.0.113.9", True), (3, "10.0.0.5", False)],
)
def test_the_client_is_as_far_left_as_there_are_proxies(
    settings: object, depth: int, client: str, secure: bool
) -> None:
    request = seen(settings, depth, **FORGED)
    assert request.META["REMOTE_ADDR"] == client
    assert request.is_secure() is secure
    left = {name for name in FORGED if name in request.META}
    assert left == ({"HTTP_X_FORWARDED_PROTO"} if secure else set())


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("198.51.100.7:5555", "198.51.100.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("<script>", "10.0.0.5"),
        ("", "10.0.0.5"),
    ],
)
def test_what_is_no_address_is_not_believed(settings: object, told: str, client: str) -> None:
    assert seen(settings, 1, HTTP_X_FORWARDED_FOR=told).META["REMOTE_ADDR"] == client


def test_a_scheme_that_is_none_is_not_believed(settings: object) -> None:
    forged = {"HTTP_X_FORWARDED_FOR": "198.51.100.7", "HTTP_X_FORWARDED_PROTO": "https, gopher"}
    assert seen(settings, 1, **forged).is_secure() is False


def test_a_forged_host_is_refused(db: None) -> None:
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400
    assert (
        Client().get("/", headers={"host": "127.0.0.1", "x-forwarded-host": "evil.example"}).status_code
        == 200
    )
