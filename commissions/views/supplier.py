"""What the platform owes a supplier."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
