"""Template context of the desks: whose desk it is and what waits there."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property

from accounts.models import User
from accounts.selectors import unread_count
from accounts.states import Audience
from orders.gates import holder_of
from orders.selectors import asked_by
from storefronts.gates import visitor_of
from storefronts.selectors.conversations import (
    questions_waiting_for_owner,
    unread_answers,
)
from suppliers.selectors import views_of
from suppliers.states import ROLE_SEES, TOPS_UP, Area, ListPage, MemberRole, SupplierStatus
from taoxiaopu.desks.selectors import waiting_of
from taoxiaopu.kernel import clock


def supplier_desk(request: HttpRequest) -> dict[str, Any]:
    """On a supplier's pages: ``desk_name``, ``nav_counts`` (counted only when shown), ``awaits_deposit``, ``top_up_by``,
    ``exiting_since``, ``exited_at``, ``is_hidden``; ``desk_areas``: what the member's role sees; ``saved_views``: of the lists that have
    some, read where they are shown.
    """
    supplier = getattr(request, "supplier", None)
    if supplier is None:
        return {}
    member = getattr(request, "member", None)
    counts = SimpleLazyObject(lambda: waiting_of(supplier, cast(User, request.user)))
    request.nav_counts = counts  # type: ignore[attr-defined]
    name = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "desk_areas": ROLE_SEES[MemberRole(member.role)] if member is not None else frozenset(Area),
        "saved_views": SimpleLazyObject(lambda: list(views_of(member, ListPage(name)))),
        "desk_name": supplier.name,
        "nav_counts": counts,
        "awaits_deposit": supplier.status == SupplierStatus.AWAIT_DEPOSIT,
        "top_up_by": supplier.top_up_by if supplier.status in TOPS_UP else None,
        "exiting_since": supplier.exiting_since if supplier.exited_at is None else None,
        "exited_at": supplier.exited_at,
        "is_hidden": supplier.hidden_until is not None and clock.now() < supplier.hidden_until,
    }


class Unread:
    """Unread letters by audience, each counted once a page and only where it is shown: a public page asks nobody."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def shopper(self) -> int:
        """In the consumer's inbox."""
        return self._count(Audience.SHOPPER)

    @cached_property
    def owner(self) -> int:
        """In the owner's inbox."""
        return self._count(Audience.OWNER)

    @cached_property
    def supplier(self) -> int:
        """In the supplier's inbox."""
        counts = getattr(
            self._request, "nav_counts", None
        )  # of a desk, which asks for all its numbers at once
        return self._count(Audience.SUPPLIER) if counts is None else int(counts.letters)

    def _count(self, audience: Audience) -> int:
        user = self._request.user
        return unread_count(user.pk, audience) if user.is_authenticated else 0

    @cached_property
    def answers(self) -> int:
        """Messages in the consumer's own questions, a guest's too."""
        return unread_answers(asked_by(holder_of(self._request), visitor_of(self._request)))

    @cached_property
    def owner_questions(self) -> int:
        """Questions that the owner has to answer."""
        owner = getattr(self._request, "owner", None)
        return questions_waiting_for_owner(owner) if owner is not None else 0


def inboxes(request: HttpRequest) -> dict[str, Any]:
    """``unread.shopper``, ``unread.owner``, ``unread.supplier``; ``unread.answers`` and ``unread.owner_questions``."""
    return {"unread": Unread(request)}
