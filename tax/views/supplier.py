"""The supplier's commission invoices: one a month, as page, paper and table."""

from datetime import date
from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import rules_at
from tax import access, papers, selectors
from tax.models import CommissionInvoice
from tax.states import COMMISSION_INVOICES, InvoiceStatus

PER_PAGE = 24


@supplier_page
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """Every month's invoice, newest first."""
    supplier = cast(SupplierRequest, request).supplier
    found = Paginator(selectors.invoices_of(supplier), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "tax/supplier/invoices.html", {"found": found, "rules": rules_at(clock.now())})


@supplier_page
@require_safe
def invoices_file(request: HttpRequest) -> StreamingHttpResponse:
    """All of them as a file."""
    return papers.invoices_csv(selectors.invoices_of(cast(SupplierRequest, request).supplier))


def _invoice(request: HttpRequest, year: int, month: int) -> CommissionInvoice:
    if not 1 <= month <= 12 or not 2000 <= year <= 9999:
        raise NotFound
    return access.invoice_for_supplier(cast(SupplierRequest, request).supplier, date(year, month, 1))


@supplier_page
@require_safe
def invoice(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """One invoice: to whom, for what, how much of it is tax, and what became of it."""
    row = _invoice(request, year, month)
    page = {
        "invoice": row,
        "title": papers.title_of(row),
        "item": papers.item_of(row),
        "steps": list(reversed(COMMISSION_INVOICES.trail(row.number))),
    }
    return render(request, "tax/supplier/invoice.html", page)


@supplier_page
@require_safe
def invoice_pdf(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """An issued invoice as a paper; a draft has none."""
    row = _invoice(request, year, month)
    if row.status != InvoiceStatus.ISSUED:
        raise NotFound
    return papers.invoice_paper(row)


urlpatterns: list[URLPattern] = [
    path("invoices/", invoices, name="invoices"),
    path("invoices/invoices.csv", invoices_file, name="invoices-file"),
    path("invoices/<int:year>-<int:month>/", invoice, name="invoice"),
    path("invoices/<int:year>-<int:month>/invoice.pdf", invoice_pdf, name="invoice-pdf"),
]
