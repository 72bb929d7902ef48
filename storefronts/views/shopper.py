"""Shop pages and share links for consumers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
