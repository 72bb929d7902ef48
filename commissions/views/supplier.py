"""The supplier's way to its money: weekly payouts, the account that they go to."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commissions import access, services
from commissions.forms import SupplierAccountForm
from commissions.selectors.suppliers import payouts_of, supplier_account_of
from commissions.states import SUPPLIER_PAYOUTS
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError

PER_PAGE = 30
UNPROCESSABLE = 422


@supplier_page
@require_safe
def payouts(request: HttpRequest) -> HttpResponse:
    """Weekly payouts, newest first."""
    supplier = cast(SupplierRequest, request).supplier
    found = Paginator(payouts_of(supplier), PER_PAGE).get_page(request.GET.get("page"))
    page = {"found": found, "account": supplier_account_of(supplier)}
    return render(request, "commissions/supplier/payouts.html", page)


@supplier_page
@require_safe
def payout(request: HttpRequest, number: str) -> HttpResponse:
    """One payout: amount, account, and every step with its time."""
    row = access.payout_for_supplier(cast(SupplierRequest, request).supplier, number)
    page = {"row": row, "steps": list(reversed(SUPPLIER_PAYOUTS.trail(row.number)))}
    return render(request, "commissions/supplier/payout.html", page)


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The company's account; a new one replaces it."""
    asked = cast(SupplierRequest, request)
    form = SupplierAccountForm(
        request.POST if request.method == "POST" else None, initial={"name": asked.supplier.name}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_supplier_account(
                supplier=asked.supplier,
                name=form.cleaned_data["name"],
                account=form.cleaned_data["account"],
                actor=asked.actor,
                at=clock.now(),
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("收款账户已保存"))
            return redirect("supplier:payouts")
    page = {"form": form, "account": supplier_account_of(asked.supplier)}
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "commissions/supplier/account.html", page, status=status)


urlpatterns: list[URLPattern] = [
    path("payouts/", payouts, name="payouts"),
    path("payouts/account/", account, name="payout-account"),
    re_path(r"^payouts/(?P<number>[0-9]{16})/$", payout, name="payout"),
]
