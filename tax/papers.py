"""Commission invoices as a paper to print and as a table for spreadsheets: the same figures as their pages, to the fen."""

from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.context import brand_name
from taoxiaopu.kernel.documents import Column, Paper, pdf_response
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import local_time, percent_bp, yuan_grouped, yuan_sign
from tax.models import CommissionInvoice


def invoices_csv(invoices: Iterable[CommissionInvoice]) -> StreamingHttpResponse:
    """The download of invoices as a table."""
    header = (
        _("月份"), _("编号"), _("状态"), _("开票序号"), _("发票号码"), _("开具时间"), _("购买方名称"), _("购买方税号"),
        _("项目"), _("不含税金额"), _("税率"), _("税额"), _("价税合计"),
    )  # fmt: skip
    rows = (
        (
            f"{row.month:%Y-%m}", row.number, row.get_status_display(), row.serial, row.tax_number,
            f"{clock.local(row.issued_at):%Y-%m-%d %H:%M:%S}" if row.issued_at else "", row.buyer_name, row.buyer_code,
            item_of(row), format_yuan(row.net_fen), percent_bp(row.rate_bp), format_yuan(row.vat_fen),
            format_yuan(row.total_fen),
        )
        for row in invoices
    )  # fmt: skip
    return csv_response(_("佣金发票") + ".csv", header, rows)


def invoice_paper(invoice: CommissionInvoice) -> HttpResponse:
    """The download of an issued invoice's paper."""
    return pdf_response(_("佣金发票") + f"-{invoice.number}.pdf", invoice_pdf(invoice))


def title_of(invoice: CommissionInvoice) -> str:
    """What an invoice is called: a red one gives back."""
    return _("佣金红字发票") if invoice.is_red else _("佣金发票")


def item_of(invoice: CommissionInvoice) -> str:
    """What it is for."""
    return _("推广佣金服务费，{month}").format(month=local_time(invoice.month, "month"))


def invoice_pdf(invoice: CommissionInvoice) -> bytes:
    """An issued invoice as an A4 paper; the same invoice in the same language is the same bytes."""
    assert invoice.issued_at is not None, "a draft has no paper"
    paper = Paper(
        title=title_of(invoice), number=invoice.number, author=brand_name(), made_at=invoice.issued_at
    )
    paper.facts(
        [
            (_("发票号码"), invoice.tax_number),
            (_("开票序号"), str(invoice.serial)),
            (_("开具时间"), local_time(invoice.issued_at, "second")),
            (_("销售方"), brand_name()),
            (_("购买方名称"), invoice.buyer_name),
            (_("购买方税号"), invoice.buyer_code),
        ],
        total=(_("价税合计"), yuan_sign(invoice.total_fen)),
    )
    columns = [
        Column(_("项目"), 66), *(Column(head, 28, True) for head in (_("不含税金额"), _("税率"), _("税额"), _("价税合计"))),
    ]  # fmt: skip
    row = (
        item_of(invoice), yuan_grouped(invoice.net_fen), percent_bp(invoice.rate_bp), yuan_grouped(invoice.vat_fen),
        yuan_grouped(invoice.total_fen),
    )  # fmt: skip
    note = _(
        "单位：元。佣金含税，按税率反算税额，四舍五入到分。以税务系统中该号码的电子发票为准；每一单的佣金见同月的货款月结单。"
    )
    paper.figures(_("明细"), columns, [row], note=note)
    return bytes(paper.output())
