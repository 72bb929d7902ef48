"""Turns expected failures that reach the edge into a page, a fragment or JSON, never a 500."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from taoxiaopu.kernel import error_pages
from taoxiaopu.kernel.errors import DomainError


class DomainErrorMiddleware:
    """A refused POST goes back to the page it came from with the sentence; anything else gets an error page.

    A database or Redis that is away makes 503 with Retry-After.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_pages.answer(request, 400)
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            refused = error_pages.answer(request, 405)
            refused["Allow"] = response["Allow"]
            return refused
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        cause = error_pages.cause_of(exception)
        if cause:
            return error_pages.unavailable(request, cause)
        if not isinstance(exception, DomainError):
            return None
        if exception.status == 404:
            return error_pages.answer(request, 404)
        back = request.headers.get("Referer", "")
        own = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        if request.method == "POST" and own and not getattr(request, "htmx", False):
            messages.error(request, exception.sentence)
            return redirect(back)
        return error_pages.answer(
            request,
            exception.status,
            sentence=exception.sentence,
            code=exception.code,
            retry_after_s=exception.retry_after_s,
        )
