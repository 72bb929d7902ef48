"""Contracts about customised goods: what waits for an answer by deadline, one contract, production."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orders import access, services
from orders.forms import AcceptForm, DeclineForm, TermsForm
from orders.models import Order
from orders.selectors import AGREEMENT_TABS, agreement_counts, agreements_of
from orders.states import ORDERS
from orders.views.contracts import once, propose, sight_of, terms_form
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.errors import BadInput, DomainError
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.settings import rules_at

PER_PAGE = 25


@supplier_page
@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """Contracts that wait for both sides, those to make, all; by deadline."""
    supplier = cast(SupplierRequest, request).supplier
    tab = request.GET.get("tab", "")
    tab = tab if tab in AGREEMENT_TABS else AGREEMENT_TABS[0]
    counts = agreement_counts(supplier)
    words = {"waiting": _("待双方确认"), "to_make": _("待制作发货"), "all": _("全部")}
    found = agreements_of(supplier, tab=tab)
    return render(
        request,
        "orders/supplier/agreements.html",
        {
            "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "tabs": [(value, words[value], counts[value], value == tab) for value in AGREEMENT_TABS],
            "tab": tab,
            "total": counts["all"],
        },
    )


@supplier_page
@require_safe
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """One contract: versions side by side, what to do next."""
    request = cast(SupplierRequest, request)
    return _page(request, access.agreement_for_supplier(request.supplier, number), None)


def _page(request: SupplierRequest, found: Order, form: TermsForm | None, status: int = 200) -> HttpResponse:
    sight = sight_of(found, ActorKind.SUPPLIER)
    context = {
        "sight": sight,
        "order": found,
        "line": found.lines.select_related("good").order_by("pk")[0],
        "form": form or terms_form(sight),
        "accept": AcceptForm(initial={"seen": sight.newest.version.number}),
        "decline": DeclineForm(),
        "trail": ORDERS.trail(found.number),
        "may_start": "start_production" in sight.may and sight.contract.production_at is None,
        "key": secret_key_text(),
        "rules": rules_at(clock.now()),
    }
    return render(request, "orders/supplier/agreement.html", context, status=status)


@supplier_page
@require_POST
def version(request: HttpRequest, number: str) -> HttpResponse:
    """Write the next version."""
    request = cast(SupplierRequest, request)
    found = access.agreement_for_supplier(request.supplier, number)
    form, status = terms_form(sight_of(found, ActorKind.SUPPLIER), request.POST), 422
    if form.is_valid():
        try:
            made = propose(request, found, form, request.actor)
        except DomainError as refused:
            form.refuse(refused)
            status = refused.status
        else:
            messages.success(request, _("已提出第 {n} 版，等待买家确认").format(n=made))
            return redirect("supplier:agreement", number)
    return _page(request, found, form, status)


@supplier_page
@require_POST
def acceptance(request: HttpRequest, number: str) -> HttpResponse:
    """Accept the version that was read."""
    request = cast(SupplierRequest, request)
    found = access.agreement_for_supplier(request.supplier, number)
    form, actor = AcceptForm(request.POST), request.actor
    try:
        if not form.is_valid():
            raise BadInput(what=_("请重新打开约定页"))
        seen = form.cleaned_data["seen"]
        agreed = once(
            request, f"acceptance {number} supplier", seen,
            lambda: services.accept_version(order=found, seen=seen, actor=actor, at=clock.now()),
        )  # fmt: skip
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("约定已达成，等待买家付款") if agreed else _("已接受，等待买家确认"))
    return redirect("supplier:agreement", number)


@supplier_page
@require_POST
def refusal(request: HttpRequest, number: str) -> HttpResponse:
    """Refuse the order."""
    request = cast(SupplierRequest, request)
    found = access.agreement_for_supplier(request.supplier, number)
    form = DeclineForm(request.POST)
    form.is_valid()
    reason = form.cleaned_data.get("reason", "")
    try:
        services.decline_contract(order=found, actor=request.actor, at=clock.now(), reason=reason)
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("已拒绝，订单关闭，库存已释放"))
    return redirect("supplier:agreement", number)


@supplier_page
@require_POST
def production(request: HttpRequest, number: str) -> HttpResponse:
    """Begin to make it."""
    request = cast(SupplierRequest, request)
    found = access.agreement_for_supplier(request.supplier, number)
    try:
        services.start_production(order=found, actor=request.actor, at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("已开始制作：买家退款须您同意，或按约定付取消费"))
    return redirect("supplier:agreement", number)


urlpatterns = [
    path("agreements/", agreements, name="agreements"),
    path("agreements/<slug:number>/", agreement, name="agreement"),
    path("agreements/<slug:number>/versions/", version, name="agreement-version"),
    path("agreements/<slug:number>/acceptance/", acceptance, name="agreement-acceptance"),
    path("agreements/<slug:number>/refusal/", refusal, name="agreement-refusal"),
    path("agreements/<slug:number>/production/", production, name="agreement-production"),
]
