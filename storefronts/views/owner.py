"""The owner's pages: joining, shop, pool, picks, sharing."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
