"""For developers: the page that lists the API's operations."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from taoxiaopu.flows.api_reference import operations


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation with its fields and answers, and an example that can be pasted into a terminal."""
    page = {"operations": operations(), "base": f"{settings.BASE_URL}/api/v1/"}
    return render(request, "flows/everyone/api_docs.html", page)


urlpatterns = [path("docs/", api_docs, name="api-docs")]
