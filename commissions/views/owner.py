"""The owner's commissions, statements and tier."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
