"""Staff's pages of commissions, statements, tier judgements and withdrawals."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from commissions import papers, services
from commissions.criteria import criteria_of, rules_of_month
from commissions.forms import LEVELS, TierNumbersForm, TierOverrideForm
from commissions.models import (
    CommissionLine,
    SettlementFailure,
    Statement,
    SupplierPayout,
    TierMonth,
    TierOverride,
    TierRun,
    Withdrawal,
)
from commissions.previewing import TierPreview, preview_tiers
from commissions.selectors import (
    StatementDetail,
    earnings_of,
    levels_of_run,
    open_settlement_failures,
    progress_of,
    reversals_of_line,
    statement_detail,
    withdrawals_of,
)
from commissions.states import (
    COMMISSIONS,
    SUPPLIER_PAYOUTS,
    WITHDRAWALS,
    SupplierPayoutStatus,
    WithdrawalStatus,
)
from ledger.models import JournalKind
from ledger.selectors import journals_of_events
from payments.selectors import transfer_of
from storefronts.states import Tier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.personal import mask_name
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    NoteForm,
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
    name_of,
    percent,
    pill,
    sentence_of,
    staff_actor,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import in_brackets, local_time

SHOWN = 50


@admin.register(CommissionLine)
class CommissionLineAdmin(ReadOnlyAdmin):
    """What each order line earns its owner."""

    chip_field = "status"
    search_fields = ("line_ref", "order_number", "owner__user__nickname")
    search_help_text = _("按订单号或掌柜查找")
    ordering = ("-id",)
    list_select_related = ("owner__user",)
    list_display = columns(
        CommissionLine,
        column(_("订单行"), lambda row: code(row.line_ref), "line_ref"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        "kind",
        "base_fen",
        column(_("佣金率"), lambda row: percent(row.rate_bp), "rate_bp"),
        "gross_fen",
        column(_("掌柜所得"), lambda row: money(row.owner_fen)),
        "status",
        "created_at",
    )

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
            (when(r.at), r.cause, money(r.base_fen), money(r.owner_fen), money(r.from_confirmed_fen),
             money(r.from_withdrawable_fen), money(r.to_debt_fen))
            for r in reversals_of_line(row)
        ]  # fmt: skip
        heads = (_("时间"), _("原因"), _("减少金额"), _("扣回"), _("自已确认"), _("自可提现"), _("转欠款"))
        return [
            Table(
                _("拆分"),
                (_("项目"), _("金额"), _("比率")),
                split,
                frozenset({1, 2}),
                (_("掌柜所得"), money(row.owner_fen), ""),
            ),
            Table(_("扣回"), heads, taken, frozenset({2, 3, 4, 5, 6})),
        ]

    def side(self, request: HttpRequest, row: CommissionLine) -> list[Any]:
        facts = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("小铺"), link_to(row.shop)),
            Fact(_("月结单"), link_to(row.statement)),
            *facts_of(row, "order_number", "kind", "created_at", "confirmed_at"),
        ]
        return [Facts(_("归属"), facts), trail("commission", row.line_ref, COMMISSIONS)]


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """Monthly settlements."""

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
                link_to(item.line),
                link_to(booked.get(item.line.order_number), _("结清日记账")),
                item.line.title,
                money(item.base_fen),
                money(item.owner_fen),
                money(-item.taken_fen),
                money(item.net_fen),
                when(item.line.confirmed_at),
            )
            for item in detail.lines
        ]
        heads = (
            _("订单行"), _("日记账"), _("商品"), _("计佣金额"), _("掌柜所得"), _("扣回与抵欠"), _("入账"), _("确认时间"),
        )  # fmt: skip
        return [
            Table(_("结算"), (_("项目"), _("金额")), sums, frozenset({1}), (_("入账"), money(row.net_fen))),
            Table(_("明细"), heads, lines, frozenset({3, 4, 5, 6})),
            self._taken(detail),
            self._reversals(detail),
        ]

    def _taken(self, detail: StatementDetail) -> Table:
        rows = [
            (when(taken.at), taken.kind.label, link_to(taken.line), papers.why_taken(taken), money(-taken.amount_fen))
            for taken in detail.taken
        ]  # fmt: skip
        heads = (_("时间"), _("原因"), _("订单行"), _("说明"), _("金额"))
        foot = (_("合计"), "", "", "", money(-detail.statement.taken_back_fen))
        return Table(_("扣回与抵欠的组成"), heads, rows, frozenset({4}), foot if rows else ())

    def _reversals(self, detail: StatementDetail) -> Table:
        rows = [
            (when(r.at), link_to(r.line), r.cause, papers.where_from(r), money(-r.owner_fen))
            for r in detail.reversals
        ]
        heads = (_("时间"), _("订单行"), _("原因"), _("扣自"), _("金额"))
        return Table(_("期间扣回（备查）"), heads, rows, frozenset({4}))

    def side(self, request: HttpRequest, row: Statement) -> list[Any]:
        settled = journals_of_events(JournalKind.SETTLE, "statement", {row.number})
        facts = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("结算日记账"), link_to(settled.get(row.number), row.number)),
            Fact(_("下载"), link(reverse("admin:commissions_statement_pdf", args=[row.pk]), "PDF")),
            Fact("", link(reverse("admin:commissions_statement_csv", args=[row.pk]), "CSV")),
            *facts_of(row, "lines", "settled_at"),
        ]
        return [Facts(_("归属"), facts)]


def _failure_pill(row: SettlementFailure) -> SafeString:
    return pill("done", _("已补结算"), "over") if row.settled_at else pill("failed", _("待重试"), "bad")


@admin.register(SettlementFailure)
class SettlementFailureAdmin(ReadOnlyAdmin):
    """Owners whose month could not be settled: whom, why, how often; the hourly run tries again."""

    search_fields = ("owner__user__nickname", "error")
    ordering = ("settled_at", "month")
    list_select_related = ("owner__user",)
    list_display = columns(
        SettlementFailure,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        column(_("状态"), _failure_pill, "settled_at"),
        "error",
        "attempts",
        "last_at",
    )

    def hint(self, request: HttpRequest) -> object:
        left = open_settlement_failures().count()
        words = ngettext("{n} 位掌柜尚未结算，每小时自动重试", "{n} 位掌柜尚未结算，每小时自动重试", left)
        return words.format(n=left) if left else _("没有未结算的掌柜")

    def head(self, row: SettlementFailure) -> Head:
        return Head(str(row), _failure_pill(row))

    def main(self, request: HttpRequest, row: SettlementFailure) -> list[Any]:
        return [Facts(_("失败"), facts_of(row, "error", "attempts", "first_at", "last_at", "settled_at"))]

    def side(self, request: HttpRequest, row: SettlementFailure) -> list[Any]:
        earned = earnings_of(row.owner)
        facts = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("已确认佣金"), money(earned.confirmed_fen)),
            Fact(_("可提现余额"), money(earned.withdrawable_fen)),
        ]
        return [Facts(_("资金"), facts)]


def _rate(part: int, whole: int) -> str:
    return in_brackets(f"{part * 100 / whole:.2f}%" if whole else "—", f"{part}/{whole}")


@admin.register(TierMonth)
class TierMonthAdmin(ReadOnlyAdmin):
    """The judgement of each owner and month with its six figures."""

    chip_field = "level_after"
    search_fields = ("owner__user__nickname",)
    ordering = ("-month", "-id")
    list_select_related = ("owner__user",)
    list_display = columns(
        TierMonth,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        column(_("销售额"), lambda row: money(row.sales_fen), "sales_fen"),
        column(_("订单"), lambda row: row.orders, "orders"),
        column(_("买家"), lambda row: row.buyers, "buyers"),
        column(_("退款率"), lambda row: _rate(row.refunded, row.ended)),
        column(_("判责率"), lambda row: _rate(row.disputes, row.orders)),
        column(_("违规分"), lambda row: row.points, "points"),
        column(
            _("等级"),
            lambda row: f"{Tier(row.level_before).label} → {Tier(row.level_after).label}",
            "level_after",
        ),
    )

    def head(self, row: TierMonth) -> Head:
        return Head(
            f"{row.owner} · {local_time(row.month, 'month')}",
            pill("done", row.get_level_after_display()),
            _("达标等级：{level}").format(level=row.get_target_display()),
        )

    def main(self, request: HttpRequest, row: TierMonth) -> list[Any]:
        asked = criteria_of(rules_of_month(row.month))[::-1]
        figures = [
            (_("结算销售额"), money(row.sales_fen), *[money(c.sales_fen) for c in asked]),
            (_("订单数"), row.orders, *[f"≥ {c.orders}" for c in asked]),
            (_("不同买家"), row.buyers, *[f"≥ {c.buyers}" for c in asked]),
            (
                _("退款率"),
                _rate(row.refunded, row.ended),
                *[percent(c.refund_bp) for c in asked],
            ),
            (
                _("判责率"),
                _rate(row.disputes, row.orders),
                *[percent(c.dispute_bp) for c in asked],
            ),
            (_("违规分"), row.points, *[f"< {c.points_below}" for c in asked]),
        ]
        heads = (_("指标"), _("本月"), *[c.level.label for c in asked])
        return [Table(_("六项指标与各级门槛"), heads, figures, frozenset({1, 2, 3, 4}))]

    def side(self, request: HttpRequest, row: TierMonth) -> list[Any]:
        names = ("target", "level_before", "level_after", "misses_after", "judged_at")
        return [Facts(_("结果"), [Fact(_("掌柜"), link_to(row.owner)), *facts_of(row, *names)])]


def _run_state(row: TierRun) -> SafeString:
    if row.finished_at is not None:
        return pill("done", _("已完成"))
    far = progress_of(row)
    return pill("running", _("进行中 {done}/{all}").format(done=far.done, all=far.chunks), "warn")


@admin.register(TierRun)
class TierRunAdmin(ReadOnlyAdmin):
    """Month ends of tiers: how far, with what result, by which numbers; what other numbers would have made of them."""

    ordering = ("-month",)
    list_display = columns(
        TierRun,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("状态"), _run_state),
        "judged",
        "rose",
        "fell",
        "began_at",
        "finished_at",
    )

    def hint(self, request: HttpRequest) -> object:
        return _("每月 1 日 03:00 自动评定上个月；评定过的记录不会再改。")

    def head(self, row: TierRun) -> Head:
        far = progress_of(row)
        return Head(
            local_time(row.month, "month"),
            _run_state(row),
            _("已评定 {judged}，升级 {rose}，降级 {fell}").format(
                judged=far.judged, rose=far.rose, fell=far.fell
            ),
        )

    def main(self, request: HttpRequest, row: TierRun) -> list[Any]:
        moves = [
            (Tier(before).label, Tier(after).label, count) for before, after, count in levels_of_run(row)
        ]
        asked = criteria_of(services.rules_of(row))[::-1]
        numbers = [
            (_("结算销售额"), *[money(c.sales_fen) for c in asked]),
            (_("订单数"), *[f"≥ {c.orders}" for c in asked]),
            (_("不同买家"), *[f"≥ {c.buyers}" for c in asked]),
            (_("退款率"), *[percent(c.refund_bp) for c in asked]),
            (_("判责率"), *[percent(c.dispute_bp) for c in asked]),
            (_("违规分"), *[f"< {c.points_below}" for c in asked]),
        ]
        return [
            Table(_("等级变化"), (_("原等级"), _("新等级"), _("掌柜数")), moves, frozenset({2})),
            Table(
                _("评定所用标准"), (_("指标"), *[c.level.label for c in asked]), numbers, frozenset({1, 2, 3})
            ),
        ]

    def side(self, request: HttpRequest, row: TierRun) -> list[Any]:
        months = f"{reverse('admin:commissions_tiermonth_changelist')}?month__exact={row.month}"
        preview = reverse("admin:commissions_tierrun_preview", args=[row.pk])
        more = [
            Fact(_("评定记录"), link(months, _("查看"))),
            Fact(_("规则变更试算"), link(preview, _("试算"))),
        ]
        return [
            Facts(_("进度"), facts_of(row, "began_at", "finished_at")),
            Facts(_("往来"), more),
            trail("tier_run", row.number),
        ]

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<str:object_id>/preview/", view, name="commissions_tierrun_preview")]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Try other numbers on a judged month: who would stand higher or lower, and what it would cost. Reads only."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        row = self.row_or_404(request, object_id)
        rules = rules_at(clock.now())
        form = TierNumbersForm(request.GET or None, rules=rules)
        found = None
        if form.is_valid():
            found = preview_tiers(month=row.month, rules=form.changed_rules(), now=rules, limit=SHOWN)
        context = {
            **self.admin_site.each_context(request),
            "title": _("规则变更试算"),
            "row": row,
            "form": form,
            "levels": LEVELS,
            "found": found,
            "blocks": _preview_blocks(found) if found else [],
        }
        return TemplateResponse(
            request, "commissions/staff/tier_preview.html", context, status=400 if form.errors else 200
        )


def _preview_blocks(found: TierPreview) -> list[Any]:
    facts = [
        Fact(_("已评定掌柜"), found.owners),
        Fact(_("等级会更高"), found.higher, "good" if found.higher else ""),
        Fact(_("等级会更低"), found.lower, "bad" if found.lower else ""),
        Fact(_("现行规则的奖励"), money(found.bonus_was_fen)),
        Fact(_("试算规则的奖励"), money(found.bonus_would_fen)),
        Fact(_("奖励增减"), money(found.cost_fen), "bad" if found.cost_fen > 0 else ""),
    ]
    moves = [
        (move.was.label, move.would.label, move.owners) for move in found.moves if move.was != move.would
    ]
    whom = [
        (
            link_to(one.row.owner), Tier(one.row.level_after).label, one.would.label, money(one.row.sales_fen),
            one.row.orders, one.row.buyers, _rate(one.row.refunded, one.row.ended),
            _rate(one.row.disputes, one.row.orders), one.row.points,
        )
        for one in found.whom
    ]  # fmt: skip
    heads = (
        _("掌柜"), _("实际等级"), _("试算等级"), _("销售额"), _("订单"), _("买家"), _("退款率"), _("判责率"), _("违规分"),
    )  # fmt: skip
    nobody = _("没有掌柜的等级会变")
    return [
        Facts(_("试算结果"), facts),
        Table(_("等级变化"), (_("实际等级"), _("试算等级"), _("掌柜数")), moves, frozenset({2}), empty=nobody),
        Table(
            _("哪些掌柜"), heads, whom, frozenset(range(3, 9)), empty=nobody,
            note=_("变化最大的在前，最多 {n} 行").format(n=SHOWN) if whom else "",
        ),
    ]  # fmt: skip


def _override_state(row: TierOverride) -> SafeString:
    return pill("done", _("已失效")) if row.ended_at else pill("open", _("生效中"), "good")


@admin.register(TierOverride)
class TierOverrideAdmin(ReadOnlyAdmin):
    """Levels that staff gave by hand, each until the next run."""

    search_fields = ("owner__user__nickname", "owner__public_id")
    ordering = ("-id",)
    list_select_related = ("owner__user",)
    list_display = columns(
        TierOverride,
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        column(_("指定等级"), lambda row: row.get_level_display(), "level"),
        column(_("状态"), _override_state),
        column(_("原因"), lambda row: row.reason),
        column(_("操作人"), lambda row: name_of(row.given_by)),
        "given_at",
        "ended_at",
    )

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("指定等级"), reverse("admin:commissions_tieroverride_give"), "add")]

    def hint(self, request: HttpRequest) -> object:
        return _("指定的等级到下次月度评级为止，之后从评定的等级接着算。")

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.give_view)
        return [path("give/", view, name="commissions_tieroverride_give")]

    def give_view(self, request: HttpRequest) -> HttpResponse:
        """Give an owner a level."""
        form = TierOverrideForm(request.POST or None, initial={"owner": request.GET.get("owner", "")})
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                row = services.override_tier(**form.cleaned_data, actor=staff_actor(request), at=clock.now())
            except DomainError as error:
                form.add_error(None, sentence_of(error))
                status = error.status
            else:
                messages.success(request, gettext("已指定等级"))
                return redirect(self.address(row))
        elif request.method == "POST":
            status = 400
        context = {**self.admin_site.each_context(request), "title": _("指定等级"), "form": form}
        return TemplateResponse(request, "commissions/staff/tier_override.html", context, status=status)

    def head(self, row: TierOverride) -> Head:
        return Head(str(row.owner), _override_state(row), row.get_level_display())

    def main(self, request: HttpRequest, row: TierOverride) -> list[Any]:
        facts = [Fact(_("掌柜"), link_to(row.owner)), Fact(_("操作人"), name_of(row.given_by))]
        return [Facts("", [*facts, *facts_of(row, "level", "reason", "given_at", "ended_at")])]

    def side(self, request: HttpRequest, row: TierOverride) -> list[Any]:
        return [trail("owner", row.owner.public_id)]


def _approve(row: Withdrawal, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_withdrawal(number=row.number, actor=actor, at=at, note=answers["reason"])


def _reject(row: Withdrawal, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_withdrawal(number=row.number, actor=actor, at=at, reason=answers["reason"])


def _stands(row: Withdrawal) -> SafeString:
    if row.status == WithdrawalStatus.REVIEWING and row.endorsed_by:
        return pill("second_approval", _("待第二人复核"))
    return pill(row.status, row.get_status_display(), "good" if row.status == WithdrawalStatus.PAID else "")


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    """Owners' withdrawals; those in review wait for a person, large ones for two."""

    chip_field = "status"
    search_fields = ("number", "owner__user__nickname")
    search_help_text = _("按提现单号或掌柜查找")
    ordering = ("-id",)
    list_select_related = ("owner__user", "account")
    list_display = columns(
        Withdrawal,
        column(_("提现单号"), lambda row: code(row.number), "number"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        "amount_fen",
        column(_("收款账户"), lambda row: str(row.account)),
        column(_("状态"), _stands, "status"),
        "requested_at",
        "ended_at",
    )
    acts = (
        Act(
            "approve", _("通过"), _approve, frozenset({WithdrawalStatus.REVIEWING}), NoteForm, "primary", "check",
            _("通过后提交渠道打款；大额须由两人先后通过。"), _("已通过"),
        ),
        Act(
            "reject", _("驳回"), _reject, frozenset({WithdrawalStatus.REVIEWING}), ReasonForm, "danger", "close",
            _("金额退回掌柜的可提现余额，原因会显示给掌柜。"), _("已驳回，金额已退回"),
        ),
    )  # fmt: skip

    def head(self, row: Withdrawal) -> Head:
        return Head(money(row.amount_fen), _stands(row), code(row.number))

    def main(self, request: HttpRequest, row: Withdrawal) -> list[Any]:
        transfer = transfer_of("withdrawal", row.number)
        others = [
            (link_to(w), money(w.amount_fen), _stands(w), when(w.requested_at), when(w.ended_at))
            for w in withdrawals_of(row.owner)[:20]
            if w.pk != row.pk
        ]
        heads = (_("提现单号"), _("金额"), _("状态"), _("申请时间"), _("完结时间"))
        payee = f"{row.account.get_kind_display()} {mask_name(row.account.name)} ****{row.account.last4}"
        return [
            Facts(
                _("提现"),
                [
                    Fact(_("收款账户"), payee, "good", _("户名与实名一致")),
                    Fact(_("打款单"), link_to(transfer)),
                    Fact(_("一审"), name_of(row.endorsed_by) if row.endorsed_by else "—"),
                    *facts_of(row, "requested_at", "ended_at", "decision_note"),
                ],
            ),
            Table(_("该掌柜的其他提现"), heads, others, frozenset({1})),
        ]

    def side(self, request: HttpRequest, row: Withdrawal) -> list[Any]:
        earned = earnings_of(row.owner)
        wallet = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("可提现余额"), money(earned.withdrawable_fen)),
            Fact(_("已确认佣金"), money(earned.confirmed_fen)),
            Fact(_("欠款"), money(earned.debt_fen), "bad" if earned.debt_fen else ""),
        ]
        return [Facts(_("资金"), wallet), trail("withdrawal", row.number, WITHDRAWALS)]


def _approve_payout(row: SupplierPayout, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_supplier_payout(number=row.number, actor=actor, at=at, note=answers["reason"])


def _reject_payout(row: SupplierPayout, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_supplier_payout(number=row.number, actor=actor, at=at, reason=answers["reason"])


def _payout_stands(row: SupplierPayout) -> SafeString:
    if row.status == SupplierPayoutStatus.REVIEWING and row.endorsed_by:
        return pill("second_approval", _("待第二人复核"))
    return pill(
        row.status, row.get_status_display(), "good" if row.status == SupplierPayoutStatus.PAID else ""
    )


@admin.register(SupplierPayout)
class SupplierPayoutAdmin(ReadOnlyAdmin):
    """Suppliers' weekly payouts; large ones wait for two people."""

    chip_field = "status"
    search_fields = ("number", "supplier__name")
    search_help_text = _("按结算单号或供应商查找")
    ordering = ("-id",)
    list_select_related = ("supplier", "account")
    list_display = columns(
        SupplierPayout,
        column(_("结算单号"), lambda row: code(row.number), "number"),
        column(_("供应商"), lambda row: link_to(row.supplier), "supplier__name"),
        "week",
        "amount_fen",
        column(_("收款账户"), lambda row: str(row.account)),
        column(_("状态"), _payout_stands, "status"),
        "requested_at",
        "ended_at",
    )
    acts = (
        Act(
            "approve", _("通过"), _approve_payout, frozenset({SupplierPayoutStatus.REVIEWING}), NoteForm, "primary",
            "check", _("由两人先后通过，之后提交渠道打款。"), _("已通过"),
        ),
        Act(
            "reject", _("暂缓"), _reject_payout, frozenset({SupplierPayoutStatus.REVIEWING}), ReasonForm, "danger",
            "close", _("金额退回应付，下周一并结算；原因会显示给供应商。"), _("已暂缓"),
        ),
    )  # fmt: skip

    def head(self, row: SupplierPayout) -> Head:
        return Head(money(row.amount_fen), _payout_stands(row), code(row.number))

    def main(self, request: HttpRequest, row: SupplierPayout) -> list[Any]:
        facts = [
            Fact(_("供应商"), link_to(row.supplier)),
            Fact(_("收款账户"), f"{row.account.name} {row.account}", "good", _("户名与企业名称一致")),
            Fact(_("打款单"), link_to(transfer_of("supplier_payout", row.number))),
            Fact(_("一审"), name_of(row.endorsed_by) if row.endorsed_by else "—"),
            *facts_of(row, "week", "requested_at", "ended_at", "decision_note"),
        ]
        return [Facts(_("结算"), facts)]

    def side(self, request: HttpRequest, row: SupplierPayout) -> list[Any]:
        return [trail("supplier_payout", row.number, SUPPLIER_PAYOUTS)]
