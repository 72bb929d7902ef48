"""Attributed orders, buyers masked."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
