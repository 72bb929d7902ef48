"""A consumer's side of a contract about a customised good: read, accept, propose, decline, cancel in production."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import re_path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders import access, services
from orders.forms import AcceptForm, CancelForm, DeclineForm, TermsForm
from orders.gates import buyer_of, holder_of
from orders.models import Order
from orders.views.contracts import once, propose, sight_of, terms_form
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.errors import BadInput, DomainError
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.settings import rules_at


@never_cache
@require_safe
def contract(request: HttpRequest, number: str) -> HttpResponse:
    """The versions side by side, until when to answer, and what one can do."""
    found = access.agreement_for_buyer(holder_of(request), number)
    return _page(request, found, None)


def _page(request: HttpRequest, found: Order, form: TermsForm | None, status: int = 200) -> HttpResponse:
    sight = sight_of(found, ActorKind.BUYER)
    context = {
        "sight": sight,
        "form": form or terms_form(sight),
        "writing": form is not None or request.GET.get("ask") == "terms",
        "accept": AcceptForm(initial={"seen": sight.newest.version.number}),
        "asking": request.GET.get("ask", ""),
        "key": secret_key_text(),
        "rules": rules_at(clock.now()),
    }
    return render(request, "orders/shopper/contract.html", context, status=status)


@require_POST
def version(request: HttpRequest, number: str) -> HttpResponse:
    """Write the next version."""
    found = access.agreement_for_buyer(holder_of(request), number)
    form, status = terms_form(sight_of(found, ActorKind.BUYER), request.POST), 422
    if form.is_valid():
        try:
            made = propose(request, found, form, buyer_of(found.trade))
        except DomainError as refused:
            form.refuse(refused)
            status = refused.status
        else:
            messages.success(request, _("已提出第 {n} 版，等待商家确认").format(n=made))
            return _see("contract", number)
    return _page(request, found, form, status)


@require_POST
def acceptance(request: HttpRequest, number: str) -> HttpResponse:
    """Accept the version that was read."""
    found = access.agreement_for_buyer(holder_of(request), number)
    form = AcceptForm(request.POST)
    try:
        if not form.is_valid():
            raise BadInput(what=_("请重新打开约定页"))
        typed, actor = form.cleaned_data, buyer_of(found.trade)
        agreed = once(
            request, f"acceptance {number} buyer", typed,
            lambda: services.accept_version(order=found, at=clock.now(), actor=actor, **typed),
        )  # fmt: skip
    except DomainError as refused:
        messages.error(request, refused.sentence)
        return _see("contract", number)
    messages.success(request, _("双方已接受同一版约定，请付款") if agreed else _("已接受，等待商家确认"))
    return _see("trade", found.trade.number) if agreed else _see("contract", number)


@require_POST
def refusal(request: HttpRequest, number: str) -> HttpResponse:
    """Give the order up before anything is agreed."""
    found = access.agreement_for_buyer(holder_of(request), number)
    form = DeclineForm(request.POST)
    form.is_valid()
    reason = form.cleaned_data.get("reason", "")
    try:
        services.decline_contract(order=found, actor=buyer_of(found.trade), at=clock.now(), reason=reason)
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("订单已取消"))
    return _see("contract", number)


@require_POST
def production_cancellation(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel what is being made; the supplier keeps the agreed fee that was shown."""
    found = access.agreement_for_buyer(holder_of(request), number)
    form = CancelForm(request.POST)
    try:
        if not form.is_valid():
            raise BadInput(what=_("请重新打开约定页"))
        seen, actor = form.cleaned_data["fee_fen"], buyer_of(found.trade)
        once(
            request, f"cancellation {number}", seen,
            lambda: services.cancel_with_fee(order=found, seen_fen=seen, actor=actor, at=clock.now()),
        )  # fmt: skip
    except DomainError as refused:
        messages.error(request, refused.sentence)
        return _see("contract", number)
    messages.success(request, _("已取消，其余款项原路退回"))
    return _see("order", number)


def _see(name: str, number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=[number]), status=303)


NUMBER = r"(?P<number>[0-9]{16})"
urlpatterns = [
    re_path(rf"^orders/{NUMBER}/contract/$", contract, name="contract"),
    re_path(rf"^orders/{NUMBER}/contract/versions/$", version, name="contract-version"),
    re_path(rf"^orders/{NUMBER}/contract/acceptance/$", acceptance, name="contract-acceptance"),
    re_path(rf"^orders/{NUMBER}/contract/refusal/$", refusal, name="contract-refusal"),
    re_path(
        rf"^orders/{NUMBER}/contract/cancellation/$", production_cancellation, name="contract-cancellation"
    ),
]
