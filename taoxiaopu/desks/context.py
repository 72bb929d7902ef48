"""Template context of the desks: whose desk it is and what waits there."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from taoxiaopu.desks.selectors import waiting_of


def supplier_desk(request: HttpRequest) -> dict[str, Any]:
    """``desk_name`` and ``nav_counts`` on a supplier's pages, counted only when the page shows them."""
    supplier = getattr(request, "supplier", None)
    if supplier is None:
        return {}
    return {"desk_name": supplier.name, "nav_counts": SimpleLazyObject(lambda: waiting_of(supplier))}
