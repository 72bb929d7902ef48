"""Staff's pages of commissions and statements."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from commissions import papers, services
from commissions.models import CommissionLine, Statement
from commissions.selectors import (
    StatementDetail,
    holds_staff,
    open_holds_of,
    reversals_of_line,
    statement_detail,
    statements_by_number,
)
from commissions.states import BY_STAFF, COMMISSIONS, CommissionStatus
from ledger.models import Journal, JournalKind
from ledger.selectors import journals_of_events
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link,
    link_to,
    money,
    percent,
    pill,
    rows_by,
    subject_link,
    subject_words,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time

CAUSES = {"case": _("售后单 {number}"), "dispute": _("争议 {number}"), "decision": _("违规决定 {number}")}


def cause_words(cause: str) -> str:
    """Why a commission waits or was taken back: what stands before its number, in words."""
    kind, _space, number = cause.partition(" ")
    return str(CAUSES[kind]).format(number=number) if number and kind in CAUSES else cause


def cause_link(cause: str) -> object:
    """As ``cause_words``, with a link to what it names."""
    kind, _space, number = cause.partition(" ")
    return format_html("{} {}", subject_words(kind), subject_link(kind, number)) if number else cause


def _read_commission(entry: AuditEntry) -> str:
    return cause_words(entry.reason)


def _find_statements(refs: set[str]) -> dict[str, Model]:
    return dict(statements_by_number(refs))


teach_subject(
    "commission", _("佣金"), COMMISSIONS, reason=_read_commission, find=rows_by(CommissionLine, "line_ref")
)
teach_subject("line", _("佣金"), find=rows_by(CommissionLine, "line_ref"))
teach_subject("statement", _("月结单"), find=_find_statements)
teach_subject("decision", _("违规决定"))


class VoidForm(ReasonForm):
    """Which decision, why, and whether the purchase was feigned."""

    decision = forms.CharField(label=_("决定编号"), max_length=16)
    fake = forms.BooleanField(label=_("虚假交易（刷单），不计入等级指标"), required=False)
    field_order = ("decision", "reason", "fake")


def _freeze(row: CommissionLine, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.freeze_commission(line_ref=row.line_ref, reason=answers["reason"], actor=actor, at=at)


def _unfreeze(row: CommissionLine, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.unfreeze_commission(line_ref=row.line_ref, reason=answers["reason"], actor=actor, at=at)


def _void(row: CommissionLine, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.void_commission(line_ref=row.line_ref, actor=actor, at=at, **answers)


S = CommissionStatus


@admin.register(CommissionLine)
class CommissionLineAdmin(ReadOnlyAdmin):
    """What each order line earns its owner."""

    chip_field = "status"
    search_fields = ("line_ref", "order_number", "owner__user__nickname")
    search_help_text = _("按订单号或掌柜查找")
    ordering = ("-id",)
    list_select_related = ("owner__user",)
    empty = _("掌柜小铺的第一笔付款后，这里会有它的佣金")
    list_display = columns(
        CommissionLine,
        column(_("订单行"), lambda row: code(row.line_ref), "line_ref"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        "kind",
        "base_fen",
        column(_("佣金率"), lambda row: percent(row.rate_bp), "rate_bp", num=True),
        "gross_fen",
        column(_("掌柜所得"), lambda row: money(row.owner_fen), num=True),
        "status",
        "created_at",
    )

    acts = (
        Act(
            "freeze", _("冻结"), _freeze, frozenset({S.ESTIMATED, S.LOCKED, S.CONFIRMED, S.FROZEN}), ReasonForm, "plain",
            "ac_unit", _("核实期间不结算，原因会显示给掌柜。"), _("已冻结"),
        ),
        Act(
            "unfreeze", _("解除冻结"), _unfreeze, frozenset({S.FROZEN}), ReasonForm, "plain", "lock_open",
            _("只解除平台的冻结；售后或纠纷未完结的继续等待。"), _("已解除"),
        ),
        Act(
            "void", _("作废"), _void, frozenset(set(S) - {S.VOID}), VoidForm, "danger", "block",
            _("按违规处理决定收回整笔佣金，退还供应商；不能撤销，原因会显示给掌柜。"), _("已作废"),
        ),
    )  # fmt: skip

    def acts_for(self, request: HttpRequest, row: CommissionLine) -> list[Act]:
        held = holds_staff(row)
        skip = "freeze" if held else "unfreeze"
        return [act for act in super().acts_for(request, row) if act.name != skip]

    def head(self, row: CommissionLine) -> Head:
        return Head(row.title, pill(row.status, row.get_status_display()), code(row.line_ref))

    def main(self, request: HttpRequest, row: CommissionLine) -> list[Any]:
        split = [
            (_("计佣金额"), money(row.base_fen), ""),
            (_("佣金（供应商支付）"), money(row.gross_fen), percent(row.rate_bp)),
            (_("平台服务费"), money(-row.fee_fen), percent(row.fee_bp)),
            (_("等级奖励（平台支付）"), money(row.bonus_fen), percent(row.bonus_bp)),
        ]
        taken = [
            (
                when(r.at, "short"),
                cause_link(r.cause),
                money(r.owner_fen),
                papers.where_from(r),
                money(r.base_fen),
            )
            for r in reversals_of_line(row)
        ]
        heads = (_("时间"), _("原因"), _("扣回"), _("扣自"), _("减少的计佣金额"))
        waits = [
            (_("平台核实中") if hold.cause == BY_STAFF else cause_link(hold.cause), when(hold.placed_at))
            for hold in open_holds_of([row]).get(row.pk, [])
        ]
        frozen = [Table(_("冻结的原因"), (_("原因"), _("开始")), waits)] if row.status == S.FROZEN else []
        return [
            *frozen,
            Table(
                _("拆分"),
                (_("项目"), _("金额"), _("比率")),
                split,
                frozenset({1, 2}),
                (_("掌柜所得"), money(row.owner_fen), ""),
            ),
            Table(_("扣回"), heads, taken, frozenset({2, 4}), empty=_("没有扣回过")),
        ]

    def side(self, request: HttpRequest, row: CommissionLine) -> list[Any]:
        facts = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("小铺"), link_to(row.shop)),
            Fact(_("月结单"), link_to(row.statement)),
            *facts_of(row, "order_number", "kind", "created_at", "confirmed_at"),
        ]
        return [Facts(_("归属"), facts), trail("commission", row.line_ref)]


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """Monthly settlements."""

    empty = _("每月 20 日结算上月确认的佣金，每位掌柜一张月结单")
    search_fields = ("owner__user__nickname",)
    ordering = ("-month", "-id")
    list_select_related = ("owner__user",)
    list_display = columns(
        Statement,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        "lines",
        "commission_fen",
        "bonus_fen",
        "taken_back_fen",
        "net_fen",
        "settled_at",
    )

    def own_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/statement.csv", wrap(self.csv_view), name="commissions_statement_csv"),
            path("<int:pk>/statement.pdf", wrap(self.pdf_view), name="commissions_statement_pdf"),
        ]

    def csv_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """The same file that the owner gets."""
        return papers.statement_csv(statement_detail(self.row_or_404(request, str(pk))))

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same paper that the owner gets."""
        return papers.statement_paper(statement_detail(self.row_or_404(request, str(pk))))

    def _files(self, row: Statement) -> object:
        kinds = (("PDF", "commissions_statement_pdf"), ("CSV", "commissions_statement_csv"))
        links = ((link(reverse(f"admin:{name}", args=[row.pk]), words),) for words, name in kinds)
        return format_html_join(" · ", "{}", links)

    def head(self, row: Statement) -> Head:
        return Head(f"{row.owner} · {local_time(row.month, 'month')}", sub=code(row.number))

    def main(self, request: HttpRequest, row: Statement) -> list[Any]:
        detail = statement_detail(row)
        booked = journals_of_events(
            JournalKind.FINALISE, "order", {item.line.order_number for item in detail.lines}
        )
        sums = [
            (_("佣金"), money(detail.gross_fen)),
            (_("平台服务费"), money(-detail.fee_fen)),
            (_("等级奖励"), money(row.bonus_fen)),
            (_("扣回与抵欠"), money(-row.taken_back_fen)),
        ]
        lines = [
            (
                format_html("{}<br>{}", link_to(item.line, item.line.title), code(item.line.line_ref)),
                when(item.line.confirmed_at, "date"),
                money(item.base_fen),
                money(item.owner_fen),
                money(-item.taken_fen),
                money(item.net_fen),
                _journal(booked.get(item.line.order_number)),
            )
            for item in detail.lines
        ]
        heads = (
            _("商品与订单行"), _("确认时间"), _("计佣金额"), _("掌柜所得"), _("扣减"), _("入账"), _("日记账"),
        )  # fmt: skip
        return [
            Table(_("结算"), (_("项目"), _("金额")), sums, frozenset({1}), (_("入账"), money(row.net_fen))),
            Table(_("明细"), heads, lines, frozenset({2, 3, 4, 5})),
            self._taken(detail),
            self._reversals(detail),
        ]

    def _taken(self, detail: StatementDetail) -> Table:
        rows = [
            (when(taken.at, "short"), taken.kind.label, link_to(taken.line, code(taken.line.line_ref)), papers.why_taken(taken),
             money(-taken.amount_fen))
            for taken in detail.taken
        ]  # fmt: skip
        heads = (_("时间"), _("原因"), _("订单行"), _("说明"), _("金额"))
        foot = (_("合计"), "", "", "", money(-detail.statement.taken_back_fen))
        return Table(_("扣回与抵欠的组成"), heads, rows, frozenset({4}), foot if rows else ())

    def _reversals(self, detail: StatementDetail) -> Table:
        rows = [
            (
                when(r.at, "short"),
                link_to(r.line, code(r.line.line_ref)),
                cause_link(r.cause),
                papers.where_from(r),
                money(-r.owner_fen),
            )
            for r in detail.reversals
        ]
        heads = (_("时间"), _("订单行"), _("原因"), _("扣自"), _("金额"))
        return Table(_("期间扣回（备查）"), heads, rows, frozenset({4}))

    def side(self, request: HttpRequest, row: Statement) -> list[Any]:
        settled = journals_of_events(JournalKind.SETTLE, "statement", {row.number})
        facts = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("结算日记账"), link_to(settled.get(row.number))),
            Fact(_("下载"), self._files(row)),
            *facts_of(row, "lines", "settled_at"),
        ]
        return [Facts(_("归属"), facts)]


def _journal(row: Journal | None) -> object:
    return link_to(row, f"#{row.pk}") if row else "—"
