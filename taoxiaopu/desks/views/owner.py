"""The owner's centre."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
