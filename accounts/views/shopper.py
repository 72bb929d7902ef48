"""A member's address book."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, services
from accounts.forms import AddressForm
from accounts.models import Address, User
from accounts.selectors import addresses_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at


@never_cache
@login_required
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    """All addresses of the member, the default one first."""
    book = list(addresses_of(_member(request)))
    limit = rules_at(clock.now()).ADDRESS_LIMIT
    context = {"book": book, "limit": limit, "is_full": len(book) >= limit}
    return render(request, "accounts/addresses.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_new(request: HttpRequest) -> HttpResponse:
    """Add an address."""
    user = _member(request)
    form = AddressForm(request.POST or None, initial={"phone": user.phone})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_address(
                user=user, draft=form.draft(), is_default=form.cleaned_data["is_default"], at=clock.now()
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("地址已保存"))
            return redirect("addresses")
    return _page(request, form, None)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, public_id: str) -> HttpResponse:
    """Correct an address."""
    user = _member(request)
    found = access.address_for(user, public_id)
    initial = {name: getattr(found, name) for name in AddressForm.base_fields}
    form = AddressForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_address(
                user=user,
                public_id=public_id,
                draft=form.draft(),
                is_default=form.cleaned_data["is_default"],
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("地址已保存"))
            return redirect("addresses")
    return _page(request, form, found)


def _page(request: HttpRequest, form: AddressForm, found: Address | None) -> HttpResponse:
    context = {"form": form, "address": found, "asking": request.GET.get("ask", "")}
    return render(request, "accounts/address.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def address_default(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make an address the default one."""
    services.prefer_address(user=_member(request), public_id=public_id)
    messages.success(request, _("已设为默认地址"))
    return redirect("addresses")


@login_required
@require_POST
def address_removal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an address out of the book."""
    services.remove_address(user=_member(request), public_id=public_id)
    messages.success(request, _("地址已删除"))
    return redirect("addresses")


def _member(request: HttpRequest) -> User:
    return cast(User, request.user)


urlpatterns = [
    path("me/addresses/", addresses, name="addresses"),
    path("me/addresses/new/", address_new, name="address-new"),
    path("me/addresses/<slug:public_id>/", address, name="address"),
    path("me/addresses/<slug:public_id>/default/", address_default, name="address-default"),
    path("me/addresses/<slug:public_id>/removal/", address_removal, name="address-removal"),
]
