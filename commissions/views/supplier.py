"""The supplier's way to its money: weekly payouts, the account that they go to, monthly statements."""

from datetime import date
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commissions import access, papers, services
from commissions.forms import SupplierAccountForm
from commissions.models import SupplierStatement
from commissions.selectors.suppliers import (
    payouts_of,
    sums_by_kind,
    supplier_account_of,
    supplier_statement_lines,
    supplier_statement_years,
    supplier_statements_of_year,
)
from commissions.states import DEPOSIT_RETURNS, SUPPLIER_PAYOUTS
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError, NotFound
from taoxiaopu.kernel.settings import rules_at
from tax.selectors import invoice_of

PER_PAGE, LINES_PER_PAGE = 30, 50
UNPROCESSABLE = 422
MONEY = "supplier:payable"  # the entry of the menu that all money lies under


@supplier_page
@require_safe
def payouts(request: HttpRequest) -> HttpResponse:
    """Weekly payouts, newest first."""
    supplier = cast(SupplierRequest, request).supplier
    found = Paginator(payouts_of(supplier), PER_PAGE).get_page(request.GET.get("page"))
    page = {"found": found, "account": supplier_account_of(supplier), "nav": MONEY}
    return render(request, "commissions/supplier/payouts.html", page)


@supplier_page
@require_safe
def payout(request: HttpRequest, number: str) -> HttpResponse:
    """One payout: amount, account, and every step with its time."""
    row = access.payout_for_supplier(cast(SupplierRequest, request).supplier, number)
    page = {"row": row, "steps": list(reversed(SUPPLIER_PAYOUTS.trail(row.number))), "nav": MONEY}
    return render(request, "commissions/supplier/payout.html", page)


@supplier_page
@require_safe
def deposit_return(request: HttpRequest, number: str) -> HttpResponse:
    """What the supplier gets back because it leaves: amounts, account, and every step with its time."""
    row = access.deposit_return_for_supplier(cast(SupplierRequest, request).supplier, number)
    page = {"row": row, "steps": list(reversed(DEPOSIT_RETURNS.trail(row.number))), "nav": MONEY}
    return render(request, "commissions/supplier/deposit_return.html", page)


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
    page = {"form": form, "account": supplier_account_of(asked.supplier), "nav": MONEY}
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "commissions/supplier/account.html", page, status=status)


@supplier_page
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """The monthly statements of one year, the newest when none is named, with the year's sums."""
    supplier = cast(SupplierRequest, request).supplier
    years = supplier_statement_years(supplier)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in years else (years or [0])[0]
    page = {
        "years": years,
        "overview": supplier_statements_of_year(supplier, year) if years else None,
        "rules": rules_at(clock.now()),
    }
    return render(request, "commissions/supplier/statements.html", page)


def _statement(request: HttpRequest, year: int, month: int) -> SupplierStatement:
    if not 1 <= month <= 12 or not 2000 <= year <= 9999:
        raise NotFound
    return access.statement_for_supplier(cast(SupplierRequest, request).supplier, date(year, month, 1))


@supplier_page
@require_safe
def statement(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """One statement: what came and left, what it changed in each account, and every journal."""
    row = _statement(request, year, month)
    found = Paginator(supplier_statement_lines(row), LINES_PER_PAGE).get_page(request.GET.get("page"))
    page = {
        "statement": row,
        "kinds": sums_by_kind(row),
        "found": found,
        "invoice": invoice_of(row.supplier, row.month),
    }
    return render(request, "commissions/supplier/statement.html", page)


@supplier_page
@require_safe
def statement_csv(request: HttpRequest, year: int, month: int) -> StreamingHttpResponse:
    """One statement as a table for spreadsheets."""
    return papers.supplier_statement_csv(_statement(request, year, month))


@supplier_page
@require_safe
def statement_pdf(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """One statement as a paper to print."""
    return papers.supplier_statement_paper(_statement(request, year, month))


urlpatterns: list[URLPattern] = [
    path("payouts/", payouts, name="payouts"),
    path("payouts/account/", account, name="payout-account"),
    re_path(r"^payouts/(?P<number>[0-9]{16})/$", payout, name="payout"),
    re_path(r"^deposit/returns/(?P<number>[0-9]{16})/$", deposit_return, name="deposit-return"),
    path("statements/", statements, name="statements"),
    path("statements/<int:year>-<int:month>/", statement, name="statement"),
    path("statements/<int:year>-<int:month>/statement.csv", statement_csv, name="statement-csv"),
    path("statements/<int:year>-<int:month>/statement.pdf", statement_pdf, name="statement-pdf"),
]
