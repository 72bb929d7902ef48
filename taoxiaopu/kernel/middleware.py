"""Turns expected failures that reach the edge into a page, a fragment or JSON, never a 500."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from taoxiaopu.kernel.errors import DomainError


class DomainErrorMiddleware:
    """A refused POST goes back to the page it came from with the sentence; anything else gets an error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return render(request, "400.html", status=400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if exception.status == 404:
            return render(request, "404.html", status=404)
        back = request.headers.get("Referer", "")
        own = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        if request.method == "POST" and own and not getattr(request, "htmx", False):
            messages.error(request, exception.sentence)
            return redirect(back)
        return render(request, "refused.html", {"error": exception}, status=exception.status)
