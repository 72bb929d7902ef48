"""Who may open a supplier's page: the decorator that finds the tenant before the view runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from suppliers.models import Supplier
from suppliers.selectors import supplier_of
from suppliers.states import SupplierStatus
from taoxiaopu.kernel.actors import Actor, ActorKind


def actor_of(user: User, supplier: Supplier) -> Actor:
    """A member of a supplier as an actor."""
    return Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)


class SupplierRequest(HttpRequest):
    """A request by a member of a supplier."""

    user: User
    supplier: Supplier
    actor: Actor


def supplier_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Sign-in needed; a member gets ``request.supplier`` and ``request.actor``; anyone else, and who has only a draft, the
    application page."""

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast(User, request.user)
        supplier = supplier_of(user)
        if supplier is None or supplier.status == SupplierStatus.DRAFT:
            return redirect("supplier:apply")
        request = cast(SupplierRequest, request)
        request.supplier = supplier
        request.actor = actor_of(user, supplier)
        return view(request, *args, **kwargs)

    return inner
