"""A supplier's statement as a table for spreadsheets and as a paper to print: the same figures as its page, to the fen."""

from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.models import SupplierStatement, SupplierStatementLine
from commissions.papers.cells import plain_yuan, stamp
from commissions.selectors.suppliers import sums_by_kind, supplier_statement_lines
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.context import brand_name
from taoxiaopu.kernel.documents import Column, Paper, pdf_response
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.templatetags.kernel_format import local_time, yuan_grouped, yuan_sign

PAPER_LINES = 1_000  # beyond that the paper tells sums, and the table for spreadsheets the lines


def supplier_statement_csv(statement: SupplierStatement) -> StreamingHttpResponse:
    """The download of a statement's table."""
    return csv_response(f"{_name(statement)}.csv", _header(), _rows(statement))


def supplier_statement_paper(statement: SupplierStatement) -> HttpResponse:
    """The download of a statement's paper."""
    return pdf_response(f"{_name(statement)}.pdf", supplier_statement_pdf(statement))


def _name(statement: SupplierStatement) -> str:
    return _("货款月结单") + f"-{statement.number}"


def _header() -> tuple[str, ...]:
    return (
        _("类型"), _("月份"), _("日记账号"), _("时间"), _("事件"), _("订单号"), _("来源编号"), _("商品货款"), _("运费"),
        _("佣金"), _("退款"), _("赔付"), _("打款"), _("缴保证金"), _("更正"), _("应付货款变动"), _("保证金变动"),
        _("欠款变动"), _("应付货款余额"),
    )  # fmt: skip


def _amounts(row: SupplierStatement | SupplierStatementLine) -> Iterator[object]:
    """What came is positive, what left is negative, so that a row adds up to what it changed."""
    taken = (row.commission_fen, row.refunded_fen, row.compensated_fen, row.paid_fen)
    yield from map(plain_yuan, (row.goods_fen, row.freight_fen))
    yield from (plain_yuan(-fen) for fen in taken)
    yield from map(plain_yuan, (row.deposited_fen, row.corrected_fen))


def _rows(statement: SupplierStatement) -> Iterator[tuple[object, ...]]:
    """The opening balance, every line, and their sums with the closing balance: each column adds up to the last row."""
    month = f"{statement.month:%Y-%m}"
    blank = [""] * 8
    yield (
        _("期初"), month, "", "", "", "", "", *blank, "", "", "", plain_yuan(statement.opening_payable_fen)
    )  # fmt: skip
    for line in supplier_statement_lines(statement).iterator():
        journal = line.journal
        yield (
            _("明细"), month, journal.pk, stamp(journal.occurred_at), line.label, journal.order_number, journal.ref_id,
            *_amounts(line), plain_yuan(line.payable_fen), plain_yuan(line.deposit_fen), plain_yuan(line.debt_fen),
            plain_yuan(line.balance_fen),
        )  # fmt: skip
    changed = (
        statement.closing_payable_fen - statement.opening_payable_fen,
        statement.closing_deposit_fen - statement.opening_deposit_fen,
        statement.closing_debt_fen - statement.opening_debt_fen,
    )
    yield (
        _("合计"), month, "", stamp(statement.made_at), "", "", statement.number, *_amounts(statement),
        *map(plain_yuan, changed), plain_yuan(statement.closing_payable_fen),
    )  # fmt: skip


def supplier_statement_pdf(statement: SupplierStatement) -> bytes:
    """The statement as an A4 paper; the same statement in the same language is the same bytes."""
    start, end = clock.month_bounds(statement.month)
    paper = Paper(
        title=_("{month} 货款月结单").format(month=local_time(statement.month, "month")),
        number=statement.number,
        author=brand_name(),
        made_at=statement.made_at,
    )
    paper.facts(
        [
            (_("供应商"), statement.supplier.name),
            (_("账期"), f"{local_time(start)} – {local_time(end)}"),
            (_("出单时间"), local_time(statement.made_at, "second")),
            (_("笔数"), str(statement.lines)),
            (_("商品货款"), yuan_grouped(statement.goods_fen)),
            (_("运费"), yuan_grouped(statement.freight_fen)),
            (_("佣金"), yuan_grouped(-statement.commission_fen)),
            (_("结清后退款"), yuan_grouped(-statement.refunded_fen)),
            (_("赔付"), yuan_grouped(-statement.compensated_fen)),
            (_("更正"), yuan_grouped(statement.corrected_fen)),
            (_("本月净货款"), yuan_grouped(statement.earned_fen)),
            (_("打款"), yuan_grouped(-statement.paid_fen)),
        ],
        total=(_("期末应付货款"), yuan_sign(statement.closing_payable_fen)),
    )
    _accounts(paper, statement)
    _lines(paper, statement)
    return bytes(paper.output())


def _accounts(paper: Paper, statement: SupplierStatement) -> None:
    def row(name: str, count: str, *fen: int) -> tuple[str, ...]:
        return (name, count, *map(yuan_grouped, fen))

    s = statement
    rows = [
        row(_("期初余额"), "", s.opening_payable_fen, s.opening_deposit_fen, s.opening_debt_fen),
        *(
            row(str(k.kind.label), str(k.lines), k.payable_fen, k.deposit_fen, k.debt_fen)
            for k in sums_by_kind(s)
        ),
    ]
    total = row(_("期末余额"), "", s.closing_payable_fen, s.closing_deposit_fen, s.closing_debt_fen)
    columns = [
        Column(_("事项"), 46), Column(_("笔数"), 14, True), Column(_("应付货款"), 30, True), Column(_("保证金"), 30, True),
        Column(_("欠款"), 30, True),
    ]  # fmt: skip
    paper.figures(
        _("账户变动"),
        columns,
        rows,
        total=total,
        note=_("单位：元。每一列：期初余额 + 各项变动 = 期末余额。"),
    )


def _lines(paper: Paper, statement: SupplierStatement) -> None:
    if statement.lines > PAPER_LINES:
        words = ngettext(
            "{n} 笔明细见同一张单的 CSV 文件。", "{n} 笔明细见同一张单的 CSV 文件。", statement.lines
        )
        paper.remark(words.format(n=statement.lines))
        return
    rows = [
        (
            f"#{line.journal_id}", local_time(line.journal.occurred_at, "short"), line.label,
            line.journal.order_number or line.journal.ref_id, yuan_grouped(line.sold_fen),
            yuan_grouped(-line.commission_fen), yuan_grouped(-line.refunded_fen), yuan_grouped(line.payable_fen),
            yuan_grouped(line.balance_fen),
        )
        for line in supplier_statement_lines(statement)
    ]  # fmt: skip
    total = (
        _("合计"), "", "", "", yuan_grouped(statement.sold_fen),
        yuan_grouped(-statement.commission_fen), yuan_grouped(-statement.refunded_fen),
        yuan_grouped(statement.closing_payable_fen - statement.opening_payable_fen),
        yuan_grouped(statement.closing_payable_fen),
    )  # fmt: skip
    columns = [
        Column(_("日记账"), 13), Column(_("时间"), 24), Column(_("事件"), 24), Column(_("订单号或来源编号"), 29),
        *(Column(head, 18, True) for head in (_("货款与运费"), _("佣金"), _("退款"), _("应付货款"), _("余额"))),
    ]  # fmt: skip
    note = _("每行是一张日记账。应付货款一列是这张日记账改变的金额，余额是其后的应付货款。")
    paper.figures(_("明细"), columns, rows, total=total, note=note)
