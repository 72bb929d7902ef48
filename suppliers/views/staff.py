"""Staff imports of whole catalogues."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
