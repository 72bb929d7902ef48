"""Staff's pages of commission invoices: what is drafted, and the buttons that have it issued."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.staff import (
    Act,
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
    link_to,
    money,
    pill,
    rows_by,
    sentence_of,
    staff_actor,
    teach_subject,
    trail,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time
from tax import papers, services
from tax.models import CommissionInvoice
from tax.selectors import MonthOfDrafts, drafts_total, months_of_drafts
from tax.states import COMMISSION_INVOICES, InvoiceStatus

teach_subject(
    "commission_invoice", _("佣金发票"), COMMISSION_INVOICES, find=rows_by(CommissionInvoice, "number")
)


def _issue(row: CommissionInvoice, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.issue_commission_invoice(invoice=row, actor=actor, at=at)


def _stands(row: CommissionInvoice) -> object:
    return pill(
        row.status, row.get_status_display(), "good" if row.status == InvoiceStatus.ISSUED else "wait"
    )


@admin.register(CommissionInvoice)
class CommissionInvoiceAdmin(ReadOnlyAdmin):
    """Invoices for suppliers' commission."""

    empty = _("每月 1 日随货款月结单拟好上个月的佣金发票")
    chip_field = "status"
    search_fields = ("number", "tax_number", "supplier__name")
    search_help_text = _("按编号、发票号码或供应商查找")
    ordering = ("-month", "supplier__name")
    list_select_related = ("supplier",)
    list_display = columns(
        CommissionInvoice,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("供应商"), lambda row: link_to(row.supplier), "supplier__name"),
        column(_("类型"), lambda row: _("红字") if row.is_red else _("蓝字")),
        column(_("状态"), _stands, "status"),
        column(_("发票号码"), lambda row: code(row.tax_number), "tax_number"),
        "net_fen",
        "vat_fen",
        "total_fen",
    )
    acts = (
        Act(
            "issue", _("开具"), _issue, frozenset({InvoiceStatus.DRAFT}), tone="primary", icon="task_alt",
            warns=_("由税务系统给出号码，开具后不能更改。"), done=_("已开具"),
        ),
    )  # fmt: skip

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.issue_view)
        return [path("issue/", view, name="tax_commissioninvoice_issue")]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("整月开具"), reverse("admin:tax_commissioninvoice_issue"), "task_alt")]

    def hint(self, request: HttpRequest) -> object:
        left = drafts_total()
        words = ngettext("{n} 张待开具", "{n} 张待开具", left)
        return words.format(n=left) if left else _("没有待开具的发票")

    def issue_view(self, request: HttpRequest) -> HttpResponse:
        """The months that wait, with their sums, and the button that issues the oldest one whole."""
        months, problem, status = months_of_drafts(), "", 200
        if request.method == "POST":
            if not months or request.POST.get("month") != f"{months[0].month:%Y-%m}":  # pressed twice
                return redirect("admin:tax_commissioninvoice_issue")
            try:
                self._issue_month(request, months[0])
                return redirect("admin:tax_commissioninvoice_issue")
            except DomainError as error:
                problem, status = sentence_of(error), error.status
        context = {
            **self.admin_site.each_context(request),
            "title": _("整月开具"),
            "head": Head(_("整月开具佣金发票")),
            "months": months,
            "problem": problem,
            "main": [self._months(months)],
        }
        return TemplateResponse(request, "admin/tax/issue.html", context, status=status)

    def _issue_month(self, request: HttpRequest, chosen: MonthOfDrafts) -> None:
        actor, at = staff_actor(request), clock.now()
        issued = services.issue_commission_invoices(month=chosen.month, actor=actor, at=at)
        words = ngettext("已开具 {n} 张", "已开具 {n} 张", issued)
        messages.success(request, words.format(n=issued))
        if left := chosen.invoices - issued:
            words = ngettext("{n} 张未能开具，仍待开具", "{n} 张未能开具，仍待开具", left)
            messages.error(request, words.format(n=left))

    def _months(self, months: list[MonthOfDrafts]) -> Table:
        rows = [
            (local_time(m.month, "month"), m.invoices, m.red, money(m.net_fen), money(m.vat_fen), money(m.total_fen))
            for m in months
        ]  # fmt: skip
        heads = (_("月份"), _("张数"), _("其中红字"), _("不含税金额"), _("税额"), _("价税合计"))
        return Table(_("待开具的月份"), heads, rows, frozenset(range(1, 6)), empty=_("没有待开具的发票"))

    def head(self, row: CommissionInvoice) -> Head:
        return Head(papers.title_of(row), _stands(row), code(row.number))

    def main(self, request: HttpRequest, row: CommissionInvoice) -> list[Any]:
        amounts = facts_of(row, "net_fen", "rate_bp", "vat_fen", "total_fen")
        buyer = facts_of(row, "buyer_name", "buyer_code")
        issued = facts_of(row, "serial", "tax_number", "drafted_at", "issued_at")
        return [
            Facts(papers.item_of(row), amounts),
            Facts(_("购买方"), [Fact(_("供应商"), link_to(row.supplier)), *buyer]),
            Facts(_("开具"), issued),
        ]

    def side(self, request: HttpRequest, row: CommissionInvoice) -> list[Block]:
        return [trail("commission_invoice", row.number)]
