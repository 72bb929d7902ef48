"""Checkout, payment state, orders and look-up for consumers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
