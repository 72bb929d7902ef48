"""Who may open a supplier's page or call its API: the tenant is found, and the member's role asked, before anything runs.

Roles are data in ``states``: an address belongs to an area by the first word of its name, and one that is listed nowhere to the
company's settings, which admins alone see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from accounts.selectors import has_second_factor
from suppliers import errors
from suppliers.models import Supplier, SupplierMember
from suppliers.selectors import invitations_for, member_of
from suppliers.states import (
    AREA_OF_WORD,
    EXITED_CHANGES,
    ROLE_CHANGES,
    ROLE_SEES,
    Area,
    MemberRole,
    SupplierStatus,
)
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import NotFound

SAFE = ("GET", "HEAD", "OPTIONS")
ACCOUNT = "payout-account"  # a bank may return the last money: the account is corrected even then


def actor_of(user: User, supplier: Supplier) -> Actor:
    """A member of a supplier as an actor."""
    return Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)


class SupplierRequest(HttpRequest):
    """A request by a member of a supplier."""

    user: User
    member: SupplierMember
    supplier: Supplier
    actor: Actor


def area_of(name: str) -> Area:
    """The part of the desk to which an address belongs, by its name without namespace."""
    return AREA_OF_WORD.get(name.partition("-")[0], Area.COMPANY)


def require_role(member: SupplierMember, area: Area, *, changes: bool) -> None:
    """Raises RoleRefused when the member's role does not reach there."""
    role = MemberRole(member.role)
    if area not in (ROLE_CHANGES if changes else ROLE_SEES)[role]:
        raise errors.RoleRefused(role=role.label, area=area.label)


def require_here(supplier: Supplier, area: Area, *, changes: bool) -> None:
    """Who left the platform reads on. Raises SupplierGone for a change of anything but letters, cases and disputes."""
    if changes and supplier.status == SupplierStatus.EXITED and area not in EXITED_CHANGES:
        raise errors.SupplierGone


def company_of(user: User, *, changes: bool) -> Supplier | None:
    """The supplier whose application and papers a person may see or change, whatever its status; None when there is none
    yet. Raises RoleRefused, SupplierGone.
    """
    member = member_of(user)
    if member is None:
        return None
    require_role(member, Area.COMPANY, changes=changes)
    require_here(member.supplier, Area.COMPANY, changes=changes)
    return member.supplier


def supplier_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Sign-in needed; a member whose role reaches there gets ``request.supplier``, ``request.member`` and ``request.actor``,
    anyone else an invitation that waits or the application page, and so does who has only a draft. Raises RoleRefused.
    """

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast(User, request.user)
        member = member_of(user)
        if member is None:
            is_invited = invitations_for(user, at=clock.now()).exists()
            return redirect("supplier:invitations" if is_invited else "supplier:apply")
        if member.supplier.status == SupplierStatus.DRAFT:
            return redirect("supplier:apply")
        name = request.resolver_match.url_name if request.resolver_match else ""
        area, changes = area_of(name or ""), request.method not in SAFE
        require_role(member, area, changes=changes)
        if name != ACCOUNT:
            require_here(member.supplier, area, changes=changes)
        request = cast(SupplierRequest, request)
        request.supplier, request.member = member.supplier, member
        request.actor = actor_of(user, member.supplier)
        return view(request, *args, **kwargs)

    return inner


def require_second_factor(user: User) -> None:
    """Pages send who needs a second factor and has none to enrolment; programs are told. Raises SecondFactorMissing."""
    if user.needs_second_factor and not has_second_factor(user):
        raise errors.SecondFactorMissing


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API: a member of a supplier, and the actor that its acts are written down under."""

    supplier: Supplier
    member: SupplierMember
    actor: Actor


def caller_of(request: Any, area: Area) -> Caller:
    """The member of a supplier who calls the API with a token, when its role reaches there.

    Raises NotFound for who works for none, SecondFactorMissing, NotActive while there is only a draft, RoleRefused,
    SupplierGone.
    """
    member = member_of(request.user)
    if member is None:
        raise NotFound
    require_second_factor(request.user)
    if member.supplier.status == SupplierStatus.DRAFT:
        raise errors.NotActive(state=member.supplier.get_status_display())
    require_role(member, area, changes=request.method not in SAFE)
    require_here(member.supplier, area, changes=request.method not in SAFE)
    return Caller(member.supplier, member, actor_of(request.user, member.supplier))


def supplier_of_call(request: Any, area: Area) -> Supplier:
    """The supplier in whose name a token's holder calls the API. Raises as ``caller_of``."""
    return caller_of(request, area).supplier
