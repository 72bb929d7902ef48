"""The supplier's desk: application, goods, imports."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
