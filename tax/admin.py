"""Staff's pages of tax: who owners are to the tax office, and what was withheld."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.forms import YuanField
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
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time
from tax import services
from tax.models import TaxProfile, Withholding
from tax.selectors import deductions_of, tax_years_of


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
