"""Sign-up, sign-in, sign-out, API tokens."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
