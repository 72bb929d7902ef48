"""Addresses of a page that fails in the database with a phone number in its hand."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

PHONE = "13911112222"


def broken(request: HttpRequest) -> HttpResponse:
    phone = PHONE
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [f"x {phone}"])
    return HttpResponse()


urlpatterns = [path("broken/", broken)]
