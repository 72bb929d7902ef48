"""An owner's statement as a table for spreadsheets and as a paper to print: the same figures as its page, to the fen."""

from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from accounts.selectors import real_name_of
from commissions.models import Reversal
from commissions.papers.cells import plain_yuan, stamp
from commissions.selectors import StatementDetail, Taken
from suppliers.pictures.lettering import drawable
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.context import brand_name
from taoxiaopu.kernel.documents import Column, Paper, pdf_response
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.personal import mask_name
from taoxiaopu.kernel.templatetags.kernel_format import local_time, percent_bp, yuan_grouped, yuan_sign


def statement_header() -> tuple[str, ...]:
    """The columns of a statement's table."""
    return (
        _("类型"), _("月份"), _("订单号"), _("订单行"), _("商品"), _("时间"), _("计佣金额"), _("佣金率"), _("佣金"),
        _("服务费"), _("等级奖励"), _("扣回与抵欠"), _("入账"), _("其中"), _("说明"),
    )  # fmt: skip


def statement_rows(detail: StatementDetail) -> Iterator[tuple[object, ...]]:
    """Lines, their sum, what the taken back consists of, and the month's claw-backs for the record.

    Only lines fill the columns of figures, so that each column adds up to the sum's row; the rest stands under 其中.
    """
    statement = detail.statement
    month = f"{statement.month:%Y-%m}"
    for item in detail.lines:
        line = item.line
        assert line.confirmed_at is not None
        figures = (item.gross_fen, -item.fee_fen, item.bonus_fen, -item.taken_fen, item.net_fen)
        yield (
            _("明细"), month, line.order_number, line.line_ref, line.title, stamp(line.confirmed_at),
            plain_yuan(item.base_fen), percent_bp(line.rate_bp), *map(plain_yuan, figures), "", "",
        )  # fmt: skip
    sums = (
        detail.gross_fen,
        -detail.fee_fen,
        statement.bonus_fen,
        -statement.taken_back_fen,
        statement.net_fen,
    )
    yield (
        _("合计"), month, "", "", "", stamp(statement.settled_at), plain_yuan(detail.base_fen), "",
        *map(plain_yuan, sums), "", statement.number,
    )  # fmt: skip
    for taken in detail.taken:
        yield (
            taken.kind.label, month, taken.line.order_number, taken.line.line_ref, taken.line.title, stamp(taken.at),
            *[""] * 7, plain_yuan(-taken.amount_fen), why_taken(taken),
        )  # fmt: skip
    for reversal in detail.reversals:
        yield (
            _("期间扣回（备查）"), month, reversal.line.order_number, reversal.line.line_ref, reversal.line.title,
            stamp(reversal.at), *[""] * 7, plain_yuan(-reversal.owner_fen), where_from(reversal),
        )  # fmt: skip


def why_taken(taken: Taken) -> str:
    """Why a statement's lines bore an amount, for the owner."""
    match taken.kind.value:
        case "reversal" if taken.by_decision:
            return _("订单 {number} 的佣金作废，从本月待结算佣金中扣回").format(
                number=taken.line.order_number
            )
        case "reversal":
            return _("订单 {number} 退款，从本月待结算佣金中扣回").format(number=taken.line.order_number)
        case "debt":
            return _("订单 {number} 的佣金先抵还之前的欠款").format(number=taken.line.order_number)
    return _("早期扣回，未逐笔记录原因")


def where_from(reversal: Reversal) -> str:
    """What bore a claw-back; that of a decision says so first."""
    parts = (
        (reversal.from_confirmed_fen, _("待结算 {fen}")),
        (reversal.from_withdrawable_fen, _("可提现 {fen}")),
        (reversal.to_debt_fen, _("记为欠款 {fen}")),
    )
    bearers = [words.format(fen=yuan_sign(fen)) for fen, words in parts if fen]
    return " · ".join([_("佣金作废"), *bearers] if reversal.is_by_decision else bearers)


def statement_pdf(detail: StatementDetail) -> bytes:
    """The statement as an A4 paper; the same statement in the same language is the same bytes."""
    statement = detail.statement
    start, end = clock.month_bounds(statement.month)
    paper = Paper(
        title=_("{month} 佣金月结单").format(month=local_time(statement.month, "month")),
        number=statement.number,
        author=brand_name(),
        made_at=statement.settled_at,
    )
    record = real_name_of(statement.owner.user)
    paper.facts(
        [
            (_("掌柜编号"), statement.owner.public_id),
            (_("实名"), mask_name(record.name) if record else "—"),
            (_("结算期间"), f"{local_time(start)} – {local_time(end)}"),
            (_("结算时间"), local_time(statement.settled_at, "second")),
            (_("笔数"), str(statement.lines)),
            (_("佣金"), yuan_grouped(detail.gross_fen)),
            (_("平台技术服务费"), yuan_grouped(-detail.fee_fen)),
            (_("等级奖励"), yuan_grouped(statement.bonus_fen)),
            (_("扣回与抵欠"), yuan_grouped(-statement.taken_back_fen)),
        ],
        total=(_("入账，转为可提现"), yuan_sign(statement.net_fen)),
    )
    _lines(paper, detail)
    _taken(paper, detail)
    _reversals(paper, detail)
    return bytes(paper.output())


def statement_csv(detail: StatementDetail) -> StreamingHttpResponse:
    """The download of a statement's table."""
    return csv_response(f"{_name(detail)}.csv", statement_header(), statement_rows(detail))


def statement_paper(detail: StatementDetail) -> HttpResponse:
    """The download of a statement's paper."""
    return pdf_response(f"{_name(detail)}.pdf", statement_pdf(detail))


def _name(detail: StatementDetail) -> str:
    return _("月结单") + f"-{detail.statement.number}"


def _lines(paper: Paper, detail: StatementDetail) -> None:
    statement = detail.statement
    figure = [_("计佣金额"), _("佣金率"), _("佣金"), _("服务费"), _("奖励"), _("扣回"), _("入账")]
    rows = [
        (
            item.line.line_ref, drawable(item.line.title), yuan_grouped(item.base_fen), percent_bp(item.line.rate_bp),
            *(yuan_grouped(fen) for fen in (item.gross_fen, -item.fee_fen, item.bonus_fen, -item.taken_fen, item.net_fen)),
        )
        for item in detail.lines
    ]  # fmt: skip
    sums = (
        detail.gross_fen,
        -detail.fee_fen,
        statement.bonus_fen,
        -statement.taken_back_fen,
        statement.net_fen,
    )
    total = (_("合计"), "", yuan_grouped(detail.base_fen), "", *map(yuan_grouped, sums))
    columns = [Column(_("订单行"), 26), Column(_("商品"), 34), *(Column(head, 16, True) for head in figure)]
    note = _("单位：元。佣金 = 计佣金额 × 佣金率，逐笔四舍五入到分；入账 = 佣金 − 服务费 + 奖励 − 扣回。")
    paper.figures(_("明细"), columns, rows, total=total, note=note)


def _taken(paper: Paper, detail: StatementDetail) -> None:
    if not detail.taken:
        return
    rows = [
        (local_time(t.at), t.kind.label, t.line.line_ref, why_taken(t), yuan_grouped(-t.amount_fen))
        for t in detail.taken
    ]
    columns = [
        Column(_("时间"), 30), Column(_("原因"), 20), Column(_("订单行"), 30), Column(_("说明"), 60), Column(_("金额"), 20, True),
    ]  # fmt: skip
    total = (_("合计"), "", "", "", yuan_grouped(-detail.statement.taken_back_fen))
    paper.figures(_("扣回与抵欠的组成"), columns, rows, total=total)


def _reversals(paper: Paper, detail: StatementDetail) -> None:
    if not detail.reversals:
        return
    rows = [
        (local_time(r.at), r.line.line_ref, drawable(r.line.title), where_from(r), yuan_grouped(-r.owner_fen))
        for r in detail.reversals
    ]
    columns = [
        Column(_("时间"), 30), Column(_("订单行"), 30), Column(_("商品"), 34), Column(_("扣自"), 46), Column(_("金额"), 20, True),
    ]  # fmt: skip
    note = _(
        "自上一张月结单以来，订单结清后又退款或佣金作废而扣回的金额。从待结算扣的已计入相应月结单，此处备查，不重复扣。"
    )
    paper.figures(_("期间扣回（备查）"), columns, rows, note=note)
