"""After-sales cases and disputes of consumers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
