"""The platform's own good pages and pictures of goods."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
