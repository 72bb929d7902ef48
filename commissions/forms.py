"""What owners type: the account that they are paid to, and how much they want. Rules are asked of the services."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.states import PayeeKind
from storefronts.models import Owner
from storefronts.selectors import owner_by_number, owner_names, owners_named
from storefronts.states import Tier
from taoxiaopu.kernel.forms import PercentField, RefusableForm, YuanField, percent_text
from taoxiaopu.kernel.settings import Rules
from taoxiaopu.kernel.staff import StaffForm


class PayoutAccountForm(RefusableForm):
    """Kind, name and number of an account."""

    kind = forms.ChoiceField(label=_("账户类型"), choices=PayeeKind, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("户名"),
        max_length=40,
        help_text=_("须与实名认证的姓名一致"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    account = forms.CharField(
        label=_("账号"),
        max_length=40,
        help_text=_("银行卡号，或支付宝绑定的手机号；加密保存，只显示后四位"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class WithdrawForm(RefusableForm):
    """An amount in yuan before tax, and a business's invoice."""

    amount = YuanField(label=_("提现金额"))
    invoice_number = forms.CharField(
        label=_("发票号码"),
        required=False,
        max_length=20,
        help_text=_("按提现金额开给平台的发票，8 位或 20 位数字"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class SupplierAccountForm(RefusableForm):
    """Name and number of a company's account."""

    name = forms.CharField(
        label=_("户名"),
        max_length=60,
        help_text=_("须与入驻企业名称一致"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    account = forms.CharField(
        label=_("账号"),
        max_length=40,
        help_text=_("对公账号；加密保存，只显示后四位"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class TierOverrideForm(StaffForm):
    """Whom staff give which level, and why."""

    owner = forms.CharField(label=_("掌柜"), max_length=40, help_text=_("名称或编号"))
    level = forms.TypedChoiceField(label=_("指定等级"), choices=Tier, coerce=int)
    reason = forms.CharField(
        label=_("原因"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_owner(self) -> Owner:
        """The owner whom the number or the name names."""
        text = self.cleaned_data["owner"].strip()
        if (found := owner_by_number(text)) is not None:
            return found
        called = [ref for ref, name in owner_names(owners_named(text)).items() if name == text]
        if len(called) > 1:
            raise forms.ValidationError(_("有几位掌柜叫这个名称，请填写编号"))
        found = owner_by_number(called[0]) if called else None
        if found is None:
            raise forms.ValidationError(_("没有这位掌柜"))
        return found


LEVELS = (Tier.SENIOR, Tier.ELITE, Tier.SUPER)
# Rules' lists of three, as the form asks for them; sales are typed in whole yuan, rates (unit 0) in percent.
NUMBERS = (
    ("TIER_SALES_FEN", _("销售额不少于（元）"), 100),
    ("TIER_ORDERS", _("订单不少于"), 1),
    ("TIER_BUYERS", _("买家不少于"), 1),
    ("TIER_REFUND_BP", _("退款率不高于（%）"), 0),
    ("TIER_DISPUTE_BP", _("判责率不高于（%）"), 0),
    ("TIER_POINTS_BELOW", _("违规分低于"), 1),
    ("BONUS_BP", _("奖励占佣金（%）"), 0),
)


class TierNumbersForm(StaffForm):
    """Numbers of a rule change to try on a judged month: three levels side by side, filled in with ``rules``."""

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        for name, label, unit in NUMBERS:
            for level, value in zip(LEVELS, getattr(rules, name)[-3:], strict=True):
                words = _("%(level)s：%(what)s") % {"level": level.label, "what": label}
                field = self._figure(words, value // unit) if unit else self._rate(words, value)
                self.fields[f"{name}_{level.value}"] = field

    def _figure(self, label: str, value: int) -> forms.Field:
        return forms.IntegerField(
            label=label,
            min_value=0,
            max_value=1_000_000_000,
            initial=value,
            widget=forms.NumberInput(attrs={"class": "tx-input", "inputmode": "numeric"}),
        )

    def _rate(self, label: str, value: int) -> forms.Field:
        field = PercentField(label=label, initial=percent_text(value))
        field.widget.attrs["class"] = "tx-input"
        return field

    def grid(self) -> Iterator[tuple[object, list[forms.BoundField]]]:
        """Each number's name with its three inputs."""
        for name, label, _unit in NUMBERS:
            yield label, [self[f"{name}_{level.value}"] for level in LEVELS]

    def changed_rules(self) -> Rules:
        """The rules with the numbers that were typed."""
        typed = {
            name: tuple(self.cleaned_data[f"{name}_{level.value}"] * (unit or 1) for level in LEVELS)
            for name, _label, unit in NUMBERS
        }
        typed["BONUS_BP"] = (self.rules.BONUS_BP[0], *typed["BONUS_BP"])
        return dataclasses.replace(self.rules, **typed)
