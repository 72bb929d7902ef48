"""Staff's page of suppliers' monthly statements: each line opens its journal."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from commissions import papers
from commissions.models import SupplierStatement, SupplierStatementLine
from commissions.selectors.suppliers import sums_by_kind, supplier_statement_lines
from ledger.models import Journal
from taoxiaopu.kernel.staff import (
    Block,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    Table,
    code,
    column,
    columns,
    facts_of,
    link,
    link_to,
    money,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time, yuan_sign
from tax.selectors import invoice_of

LINES_PER_PAGE = 100


@admin.register(SupplierStatement)
class SupplierStatementAdmin(ReadOnlyAdmin):
    """What each supplier's month came to."""

    search_fields = ("supplier__name", "supplier__public_id")
    search_help_text = _("按供应商查找")
    ordering = ("-month", "supplier__name")
    list_select_related = ("supplier",)
    list_display = columns(
        SupplierStatement,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("供应商"), lambda row: link_to(row.supplier), "supplier__name"),
        "lines",
        column(_("货款与运费"), lambda row: money(row.sold_fen), num=True),
        "commission_fen",
        "refunded_fen",
        "paid_fen",
        "closing_payable_fen",
        "closing_debt_fen",
    )

    def own_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        base = "commissions_supplierstatement"
        return [
            path("<int:pk>/statement.csv", wrap(self.csv_view), name=f"{base}_csv"),
            path("<int:pk>/statement.pdf", wrap(self.pdf_view), name=f"{base}_pdf"),
        ]

    def csv_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """The same file that the supplier gets."""
        return papers.supplier_statement_csv(self.row_or_404(request, str(pk)))

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same paper that the supplier gets."""
        return papers.supplier_statement_paper(self.row_or_404(request, str(pk)))

    def head(self, row: SupplierStatement) -> Head:
        return Head(str(row), sub=code(row.number))

    def main(self, request: HttpRequest, row: SupplierStatement) -> list[Any]:
        page = Paginator(supplier_statement_lines(row), LINES_PER_PAGE).get_page(request.GET.get("page"))
        parts = (
            "goods_fen", "freight_fen", "commission_fen", "refunded_fen", "compensated_fen", "corrected_fen", "paid_fen",
            "deposited_fen",
        )  # fmt: skip
        return [
            Facts(_("货款与打款"), [*facts_of(row, *parts), Fact(_("本月净货款"), money(row.earned_fen))]),
            self._accounts(row),
            self._lines(page),
            Block("", "admin/blocks/pager.html", {"page": page}),
        ]

    def _accounts(self, row: SupplierStatement) -> Table:
        opening = (row.opening_payable_fen, row.opening_deposit_fen, row.opening_debt_fen)
        closing = (row.closing_payable_fen, row.closing_deposit_fen, row.closing_debt_fen)
        rows = [
            (_("期初余额"), "", *map(money, opening)),
            *(
                (k.kind.label, k.lines, money(k.payable_fen), money(k.deposit_fen), money(k.debt_fen))
                for k in sums_by_kind(row)
            ),
        ]
        heads = (_("事项"), _("笔数"), _("应付货款"), _("保证金"), _("欠款"))
        foot = (_("期末余额"), row.lines, *map(money, closing))
        note = _("每一列：期初余额 + 各项变动 = 期末余额")
        return Table(_("账户变动"), heads, rows, frozenset({1, 2, 3, 4}), foot, note=note)

    def _lines(self, page: Any) -> Table:
        rows = [
            (
                when(line.journal.occurred_at, "short"),
                self._source(line),
                money(line.sold_fen),
                money(-line.commission_fen),
                money(-line.refunded_fen),
                money(line.payable_fen),
                money(line.balance_fen),
            )
            for line in page
        ]
        heads = (
            _("时间"), _("日记账与来源"), _("货款与运费"), _("佣金"), _("退款"), _("应付货款"), _("余额"),
        )  # fmt: skip
        return Table(_("明细"), heads, rows, frozenset(range(2, 7)))

    def _source(self, line: SupplierStatementLine) -> object:
        """The journal and what it is about; below them what it did to the deposit and the debt, which is seldom."""
        cells = [link_to(line.journal, f"#{line.journal_id} {line.label}"), self._order(line.journal)]
        if line.deposit_fen:
            cells.append(_("保证金 {fen}").format(fen=yuan_sign(line.deposit_fen)))
        if line.debt_fen:
            cells.append(_("欠款 {fen}").format(fen=yuan_sign(line.debt_fen)))
        return format_html_join(mark_safe("<br>"), "{}", ((cell,) for cell in cells))

    def _order(self, journal: Journal) -> object:
        if not journal.order_number:
            return code(journal.ref_id)
        return link(reverse("staff:order-money", args=[journal.order_number]), journal.order_number)

    def side(self, request: HttpRequest, row: SupplierStatement) -> list[Any]:
        base = "admin:commissions_supplierstatement"
        files = [(reverse(f"{base}_{kind}", args=[row.pk]), kind.upper()) for kind in ("pdf", "csv")]
        facts = [
            Fact(_("供应商"), link_to(row.supplier)),
            Fact(_("佣金发票"), link_to(invoice_of(row.supplier, row.month))),
            Fact(_("截至日记账"), code(f"#{row.through_id}")),
            Fact(_("下载"), format_html_join(" · ", "{}", ((link(page, words),) for page, words in files))),
            *facts_of(row, "lines", "made_at"),
        ]
        return [Facts(_("归属"), facts)]
