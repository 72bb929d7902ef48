"""Owners over the API, by noun: ``picking`` (shops, pool, picks, shares), ``shelf`` (a good's record, order, sections, health)."""

from storefronts.api import picking, shelf

urlpatterns = [*picking.urlpatterns, *shelf.urlpatterns]
