"""Ids of the story's questions, for the tour's table."""

from collections.abc import Callable
from typing import Any

from storefronts.models import Conversation
from tests.browser.world import World

OWNER = ("wait_owner", "owner_late", "answered", "wait_supplier", "closed")
SUPPLIER = ("wait_supplier", "supplier_late", "wait_platform", "answered")
Ids = Callable[[World], dict[str, Any]]


def _first(**having: Any) -> dict[str, Any]:
    return {"number": Conversation.objects.filter(**having).order_by("pk")[0].number}


def of_member(status: str) -> Ids:
    """One that the tour's member asked."""
    return lambda world: _first(user=world.people["member"], status=status)


def of_owner(status: str) -> Ids:
    """One that the tour's owner may read."""
    mine = Conversation.objects.exclude(owner_until=0).filter(status=status).order_by("pk")
    return lambda world: {"number": mine.filter(owner=world.owner)[0].number}


def of_supplier(status: str) -> Ids:
    """One that came to the tour's supplier."""
    return lambda world: _first(supplier=world.supplier, status=status, supplier_from__isnull=False)
