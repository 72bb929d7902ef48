"""Staff's pages of tax: who owners are to the tax office, and what was withheld."""

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.forms import YuanField
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Block,
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
    name_of,
    percent,
    pill,
    staff_actor,
    subject_link,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time, percent_bp, yuan_sign
from tax import services
from tax.models import TaxProfile, VatAlarm, Withholding
from tax.selectors import Quarter, deductions_of, quarters_to_report, tax_years_of
from tax.states import Identity, TaxMethod
from tax.tables import Table as TaxTable
from tax.tables import table_on, tables

EXPORT = "tax.export_income"


def _read_profile(entry: AuditEntry) -> str:
    """What an owner said she is, and deductions as year, fen and papers."""
    if entry.event == "edit" and entry.reason in Identity.values:
        return str(Identity(entry.reason).label)
    found = re.fullmatch(r"(\d{4}) (\d+) (.+)", entry.reason, re.DOTALL)
    return f"{found[1]} {yuan_sign(found[2])} · {found[3]}" if found else entry.reason


def _read_report(entry: AuditEntry) -> str:
    """How many lines a quarterly file had."""
    return gettext("{n} 行").format(n=entry.reason)


teach_subject("tax_profile", _("税务信息"), reason=_read_profile)
teach_subject("tax_report", _("季度报送"), reason=_read_report)


class DeductionForm(ReasonForm):
    """A year, an amount and the papers it rests on."""

    year = forms.IntegerField(label=_("年度"), min_value=2026, max_value=2100)
    amount = YuanField(label=_("金额（元）"))


def _deduct(row: TaxProfile, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.note_deduction(
        owner=row.owner,
        year=answers["year"],
        amount_fen=answers["amount"],
        reason=answers["reason"],
        actor=actor,
        at=at,
    )


@admin.register(TaxProfile)
class TaxProfileAdmin(ReadOnlyAdmin):
    """Owners' tax information. Names and numbers are shown nowhere here; the quarterly file has them."""

    empty = _("掌柜提现前填写税务信息，填写后列在这里")
    chip_field = "identity"
    search_fields = ("owner__user__nickname", "owner__public_id")
    search_help_text = _("按掌柜查找")
    ordering = ("-id",)
    list_select_related = ("owner__user",)
    list_display = columns(
        TaxProfile,
        column(_("掌柜"), lambda row: row.owner.user.nickname, "owner__user__nickname"),
        "identity",
        "valid_until",
        "given_at",
        "replaced_at",
    )
    acts = (
        Act(
            "deduct", _("登记其他扣除"), _deduct, frozenset(), DeductionForm, "plain", "add",
            _("从登记之后的付款起，在该年度的累计计算中减除。"), _("已登记"),
        ),
    )  # fmt: skip

    def head(self, row: TaxProfile) -> Head:
        return Head(str(row.owner), "", row.get_identity_display())

    def main(self, request: HttpRequest, row: TaxProfile) -> list[Any]:
        years = [(y.year, y.payments, money(y.income_fen), money(y.tax_fen)) for y in tax_years_of(row.owner)]
        noted = [(d.year, money(d.amount_fen), d.reason, when(d.noted_at)) for d in deductions_of(row.owner)]
        names = ("identity", "valid_until", "consented_at", "given_at", "replaced_at")
        return [
            Facts(_("税务信息"), [Fact(_("掌柜"), link_to(row.owner)), *facts_of(row, *names)]),
            Table(_("各年度"), (_("年度"), _("笔数"), _("收入"), _("扣缴税款")), years, frozenset({1, 2, 3})),
            Table(_("其他扣除"), (_("年度"), _("金额"), _("依据"), _("登记时间")), noted, frozenset({1})),
        ]

    def side(self, request: HttpRequest, row: TaxProfile) -> list[Block]:
        return [trail("tax_profile", row.owner.public_id)]


@admin.register(Withholding)
class WithholdingAdmin(ReadOnlyAdmin):
    """Income and tax of each payment, and what it was computed with."""

    empty = _("掌柜的第一笔提现打款时，这里会有扣缴的计算")
    search_fields = ("ref", "owner__user__nickname")
    search_help_text = _("按提现单号或掌柜查找")
    ordering = ("-id",)
    list_select_related = ("owner__user",)
    list_filter = ("method",)
    list_display = columns(
        Withholding,
        column(_("提现单号"), lambda row: code(row.ref), "ref"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        column(_("所属月份"), lambda row: local_time(row.month, "month") if row.month else "—", "month"),
        "method",
        "income_fen",
        "tax_fen",
        "paid_at",
        "voided_at",
    )

    def own_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("quarters/", wrap(self.quarters_view), name="tax_withholding_quarters"),
            path("tables/", wrap(self.tables_view), name="tax_withholding_tables"),
            path(
                "quarter/<int:year>-<int:quarter>.csv",
                wrap(self.quarter_view),
                name="tax_withholding_quarter",
            ),
        ]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        tables = (_("税率表"), reverse("admin:tax_withholding_tables"), "table")
        if not request.user.has_perm(EXPORT):  # type: ignore[union-attr]
            return [tables]
        return [(_("季度报送"), reverse("admin:tax_withholding_quarters"), "download"), tables]

    def quarters_view(self, request: HttpRequest) -> HttpResponse:
        """The quarters that are reported to the tax office: when each is due, and who fetched its file."""
        if not request.user.has_perm(EXPORT):  # type: ignore[union-attr]
            raise PermissionDenied
        today = clock.local(self.moment()).date()
        quarters = quarters_to_report(today)
        fetched = audit.last_entries("tax_report", [f"{q.year}-{q.quarter}" for q in quarters], "reveal")
        rows = []
        for q in quarters:
            entry = fetched.get(f"{q.year}-{q.quarter}")
            page = reverse("admin:tax_withholding_quarter", args=[q.year, q.quarter])
            rows.append(
                (
                    format_html(
                        '<span class="tx-time">{}</span>',
                        _("{year} 年第 {quarter} 季度").format(year=q.year, quarter=q.quarter),
                    ),
                    when(q.due, "day"),
                    _stands(q, entry, today),
                    name_of(entry.person or entry.actor_ref) if entry else "—",
                    when(entry.at) if entry else "—",
                    link(page, _("下载 CSV")) if q.is_over(today) else _("季度结束后可下载"),
                )
            )
        heads = (_("季度"), _("报送期限"), _("状态"), _("下载人"), _("下载时间"), _("文件"))
        note = _("文件含供应商与掌柜的身份和收入，每次下载都留下操作记录；应在季度结束后的次月内报送。")
        table = Table(_("各季度"), heads, rows, note=note, empty=_("还没有收入可以报送"))
        return self._own_page(request, _("季度报送"), _("平台内经营者与从业人员的身份和收入信息"), [table])

    def tables_view(self, request: HttpRequest) -> HttpResponse:
        """The tables of withholding that payments are computed by, with the day from which each is in force."""
        today, chosen = clock.local(self.moment()).date(), rules_at(self.moment()).TAX_METHOD
        blocks: list[Any] = []
        for table in tables()[::-1]:
            in_force = table == table_on(table.method, today)
            brackets, floor = [], 0
            for bracket in table.brackets:
                brackets.append(
                    (_span(floor, bracket.up_to_fen), percent(bracket.rate_bp), money(bracket.quick_fen))
                )
                floor = bracket.up_to_fen or 0
            day = local_time(table.effective_on)
            state = _("现行") if in_force else _("非现行")
            if in_force and table.method == chosen:
                state = _("现行，按规则用于扣缴")
            blocks.append(
                Table(
                    _("{method}（{day} 起）").format(method=table.method.label, day=day),
                    (_("应纳税所得额"), _("税率"), _("速算扣除数")),
                    brackets,
                    frozenset({1, 2}),
                    note=f"{state} · {_taken_off(table)}",
                )
            )
        sub = _("付款日所在的表决定税额；法规变化时增加一张新表，旧表不改。")
        return self._own_page(request, _("税率表"), sub, blocks)

    def _own_page(self, request: HttpRequest, title: object, sub: object, blocks: list[Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "head": Head(title, sub=sub),
            "main": blocks,
        }
        return TemplateResponse(request, "admin/page.html", context)

    def quarter_view(self, request: HttpRequest, year: int, quarter: int) -> HttpResponseBase:
        """Identity and income of a quarter as a file, for who may export it; each download leaves an audit row."""
        if not request.user.has_perm(EXPORT):  # type: ignore[union-attr]
            raise PermissionDenied
        if not 1 <= quarter <= 4 or not 2000 <= year <= 9999:
            raise Http404
        try:
            found = services.report_quarter(
                year=year, quarter=quarter, actor=staff_actor(request), at=clock.now()
            )
        except DomainError:
            raise Http404 from None
        rows = (
            (r.role, r.identity, r.name, r.number, format_yuan(r.income_fen), format_yuan(r.tax_fen))
            for r in found
        )
        header = (_("类别"), _("身份类型"), _("名称"), _("证件号码"), _("收入（元）"), _("扣缴税款（元）"))
        answer = csv_response(f"{year}-Q{quarter}.csv", header, rows)
        answer["Cache-Control"] = "no-store"
        return answer

    def head(self, row: Withholding) -> Head:
        if row.voided_at:
            state = pill("over", _("已退回"), "over")
        else:
            state = (
                pill("paid", _("已到账"), "good") if row.paid_at else pill("moving", _("打款中"), "moving")
            )
        return Head(f"{row.owner} · {yuan_sign(row.income_fen)}", state, subject_link("withdrawal", row.ref))

    def main(self, request: HttpRequest, row: Withholding) -> list[Any]:
        steps = [
            (_("此前收入"), money(row.before_income_fen)),
            (_("本次收入"), money(row.income_fen)),
            (_("其他扣除"), money(-row.other_fen)),
            (_("此前已扣税款"), money(-row.before_tax_fen)),
        ]
        table = Table(
            _("打款时计算"),
            (_("项目"), _("金额")),
            steps,
            frozenset({1}),
            (_("扣缴税款"), money(row.tax_fen)),
            note=_("{method}，第 {n} 个月").format(method=row.get_method_display(), n=row.months),
        )
        checked = [
            Fact(_("所属月份"), local_time(row.month, "month") if row.month else "—"),
            *facts_of(row, "due_fen", "paid_at", "voided_at"),
            Fact(_("实付"), money(row.net_fen)),
        ]
        return [table, Facts(_("支付后复核"), checked)]

    def side(self, request: HttpRequest, row: Withholding) -> list[Block]:
        return [
            Facts(
                _("往来"),
                [
                    Fact(_("掌柜"), link_to(row.owner)),
                    Fact(_("提现"), subject_link("withdrawal", row.ref)),
                    Fact(_("税务信息"), link_to(row.profile, row.profile.get_identity_display())),
                    Fact(_("计算时间"), when(row.planned_at)),
                    Fact(
                        _("税率表"), link(reverse("admin:tax_withholding_tables"), row.get_method_display())
                    ),
                ],
            )
        ]


def _stands(quarter: Quarter, entry: AuditEntry | None, today: date) -> object:
    """Whether a quarter's file was fetched in time."""
    if not quarter.is_over(today):
        return pill("moving", _("进行中"), "moving")
    if entry is not None and clock.local(entry.at).date() > quarter.last:
        return pill("good", _("已下载"), "good")
    return pill("bad", _("已逾期"), "bad") if today > quarter.due else pill("wait", _("待报送"), "wait")


def _span(floor_fen: int, up_to_fen: int | None) -> str:
    """The taxable income that a bracket is for."""
    if up_to_fen is None:
        return gettext("超过 {fen}").format(fen=yuan_sign(floor_fen))
    return f"{yuan_sign(floor_fen)} – {yuan_sign(up_to_fen)}"


def _taken_off(table: TaxTable) -> str:
    """What is taken off an income before the rates apply."""
    share = percent_bp(table.expense_bp)
    if table.method == TaxMethod.CUMULATIVE:
        month = yuan_sign(table.monthly_fen)
        return gettext("当年收入减除 {share}，每月再减 {month}").format(share=share, month=month)
    small, allowance = yuan_sign(table.small_fen), yuan_sign(table.allowance_fen)
    words = gettext("每月收入不超过 {small} 减除 {allowance}，超过的减除 {share}")
    return words.format(small=small, allowance=allowance, share=share)


@admin.register(VatAlarm)
class VatAlarmAdmin(ReadOnlyAdmin):
    """Owners whose income of a month came near the limit below which natural persons pay no VAT, or passed it."""

    empty = _("掌柜当月收入达到免税额的八成和全额时，各提醒一次")
    search_fields = ("owner__user__nickname", "owner__public_id")
    search_help_text = _("按掌柜查找")
    ordering = ("-month", "-percent", "-id")
    list_select_related = ("owner__user",)
    list_display = columns(
        VatAlarm,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        column(_("达到免税额"), lambda row: pill("alarm", f"{row.percent}%", _tone(row)), "percent"),
        column(_("当月收入"), lambda row: money(row.income_fen), "income_fen", num=True),
        "raised_at",
    )

    def hint(self, request: HttpRequest) -> object:
        limit = yuan_sign(rules_at(self.moment()).VAT_FREE_MONTH_FEN)
        return _("自然人月收入不超过 {limit} 免征增值税；超过的应引导办理登记。").format(limit=limit)

    def head(self, row: VatAlarm) -> Head:
        return Head(
            str(row.owner), pill("alarm", f"{row.percent}%", _tone(row)), local_time(row.month, "month")
        )

    def main(self, request: HttpRequest, row: VatAlarm) -> list[Any]:
        return [
            Facts(_("提醒"), [Fact(_("掌柜"), link_to(row.owner)), *facts_of(row, "income_fen", "raised_at")])
        ]


def _tone(row: VatAlarm) -> str:
    return "bad" if row.percent >= 100 else "wait"
