"""A supplier's commission invoices over the API: one a month, as JSON, table and paper."""

from datetime import date
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers.gates import caller_of
from suppliers.states import Area
from taoxiaopu.kernel.api import PAGING, REFUSALS, Api, FileApi, page_of
from taoxiaopu.kernel.api_schema import CSV, PDF, extend, hands_out, reads
from taoxiaopu.kernel.errors import NotFound
from tax import access, papers, selectors
from tax.models import CommissionInvoice
from tax.states import InvoiceStatus


class InvoiceBody(serializers.Serializer[Any]):
    """The platform's invoice for a month's commission, in fen; red (negative) when more was given back than taken."""

    number = serializers.CharField()
    month = serializers.DateField()
    buyer_name = serializers.CharField()
    buyer_code = serializers.CharField()
    rate_bp = serializers.IntegerField()
    net_fen = serializers.IntegerField()
    vat_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    status = serializers.ChoiceField(choices=InvoiceStatus.choices)
    tax_number = serializers.CharField()
    drafted_at = serializers.DateTimeField()
    issued_at = serializers.DateTimeField(allow_null=True)


class Invoices(Api):
    """All of them."""

    @extend(
        "supplier_invoices_list",
        _("列出佣金发票，最新在前"),
        parameters=PAGING,
        responses={200: page_of(InvoiceBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List every month's invoice, newest first."""
        return self.page(request, selectors.invoices_of(caller_of(request, Area.MONEY).supplier), InvoiceBody)


class InvoicesFile(FileApi):
    """All of them as a file."""

    @hands_out("supplier_invoices_csv", _("下载全部佣金发票（CSV）"), CSV)
    def get(self, request: Request) -> StreamingHttpResponse:
        """All invoices as a table."""
        return papers.invoices_csv(selectors.invoices_of(caller_of(request, Area.MONEY).supplier))


class OneInvoice(FileApi):
    """One month's."""

    def invoice(self, request: Request, year: int, month: int) -> CommissionInvoice:
        """The caller's own. Raises NotFound."""
        supplier = caller_of(request, Area.MONEY).supplier
        if not 1 <= month <= 12 or not 2000 <= year <= 9999:
            raise NotFound
        return access.invoice_for_supplier(supplier, date(year, month, 1))

    @reads("supplier_invoices_read", _("查看一个月的佣金发票"), InvoiceBody)
    def get(self, request: Request, year: int, month: int) -> Response:
        """Read one invoice."""
        return Response(InvoiceBody(self.invoice(request, year, month)).data)


class InvoicePdf(OneInvoice):
    """As a paper."""

    @hands_out("supplier_invoices_pdf", _("下载已开具的佣金发票（PDF）"), PDF)
    def get(self, request: Request, year: int, month: int) -> HttpResponse:  # type: ignore[override]
        """An issued invoice as a paper; a draft has none."""
        row = self.invoice(request, year, month)
        if row.status != InvoiceStatus.ISSUED:
            raise NotFound
        return papers.invoice_paper(row)


urlpatterns = [
    path("supplier/invoices/", Invoices.as_view(), name="supplier-invoices"),
    path("supplier/invoices/invoices.csv", InvoicesFile.as_view(), name="supplier-invoices-csv"),
    path("supplier/invoices/<int:year>-<int:month>/", OneInvoice.as_view(), name="supplier-invoice"),
    path(
        "supplier/invoices/<int:year>-<int:month>/invoice.pdf",
        InvoicePdf.as_view(),
        name="supplier-invoice-pdf",
    ),
]
