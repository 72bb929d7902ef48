"""Staff's pages of tax: who owners are to the tax office, and what was withheld."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.forms import YuanField
from taoxiaopu.kernel.money import format_yuan
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
    link_to,
    money,
    staff_actor,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time
from tax import services
from tax.models import TaxProfile, Withholding
from tax.selectors import deductions_of, tax_years_of

EXPORT = "tax.export_income"


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

    chip_field = "identity"
    search_fields = ("owner__user__nickname", "owner__public_id")
    search_help_text = _("按掌柜查找")
    ordering = ("-id",)
    list_select_related = ("owner__user",)
    list_display = columns(
        TaxProfile,
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
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
        view = self.admin_site.admin_view(self.quarter_view)
        return [path("quarter/<int:year>-<int:quarter>.csv", view, name="tax_withholding_quarter")]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        if not request.user.has_perm(EXPORT):  # type: ignore[union-attr]
            return []
        month = clock.previous_month(clock.month_of(clock.now()))
        while month.month % 3:
            month = clock.previous_month(month)
        quarter = month.month // 3
        words = _("{year} 年第 {quarter} 季度报送文件").format(year=month.year, quarter=quarter)
        return [(words, reverse("admin:tax_withholding_quarter", args=[month.year, quarter]), "download")]

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

    def main(self, request: HttpRequest, row: Withholding) -> list[Any]:
        computed = (
            "method", "before_income_fen", "income_fen", "months", "other_fen", "before_tax_fen", "tax_fen",
            "planned_at",
        )  # fmt: skip
        checked = facts_of(row, "due_fen", "paid_at", "voided_at")
        month = local_time(row.month, "month") if row.month else "—"
        return [
            Facts(_("打款时计算"), [Fact(_("掌柜"), link_to(row.owner)), *facts_of(row, *computed)]),
            Facts(_("支付后复核"), [Fact(_("所属月份"), month), *checked]),
        ]

    def side(self, request: HttpRequest, row: Withholding) -> list[Block]:
        return [Facts(_("税务信息"), [Fact(_("身份"), link_to(row.profile))])]
