"""The supplier's after-sales inbox."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
