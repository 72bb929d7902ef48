"""The part of a good's form that says what can be customised."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suppliers.services import CustomOffer, WishField
from suppliers.services.customising import LABEL_MAX
from suppliers.states import WishKind
from taoxiaopu.kernel.forms import PercentField, RefusableForm, percent_text
from taoxiaopu.kernel.templatetags.kernel_format import listed

SEPARATORS = re.compile(r"[、，,;；\n]+")


class WishRow(forms.Form):
    """One thing that the buyer decides."""

    label = forms.CharField(label=_("买家决定什么"), max_length=LABEL_MAX)
    kind = forms.ChoiceField(label=_("填写方式"), choices=WishKind, initial=WishKind.TEXT)
    options = forms.CharField(
        label=_("选项，用顿号隔开"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    required = forms.BooleanField(label=_("必填"), required=False, initial=True)

    def field(self) -> WishField:
        """What the service takes."""
        typed = self.cleaned_data
        options = tuple(part.strip() for part in SEPARATORS.split(typed["options"]) if part.strip())
        return WishField(typed["label"], WishKind(typed["kind"]), options, typed["required"])


WishRows = forms.formset_factory(WishRow, extra=2, max_num=20, validate_max=True)


class OfferForm(RefusableForm):
    """Whether a good is made to order, how long it takes, what cancelling costs, and its rows."""

    use_required_attribute = False  # what is not ticked is hidden

    is_custom = forms.BooleanField(label=_("可定制：下单后先与买家约定，再付款制作"), required=False)
    lead_min_d = forms.IntegerField(label=_("最短几天发货"), min_value=1, initial=7)
    lead_max_d = forms.IntegerField(label=_("最长几天发货"), min_value=1, initial=15)
    fee = PercentField(label=_("开始制作后取消，留下"), initial="10")

    def __init__(self, data: Any, *, custom: Mapping[str, Any] | None = None) -> None:
        kept = custom or {}
        initial = {"is_custom": bool(kept)}
        if kept:
            initial |= {
                "lead_min_d": kept["lead_min_d"],
                "lead_max_d": kept["lead_max_d"],
                "fee": percent_text(kept["cancel_fee_bp"]),
            }
        super().__init__(data, prefix="offer", initial=initial)
        typed = data if data is not None and data.get("offer-is_custom") else None
        for name in ("lead_min_d", "lead_max_d", "fee"):
            self.fields[name].required = data is None or typed is not None
        rows = [one | {"options": str(listed(one["options"]))} for one in kept.get("fields", ())]
        self.rows = WishRows(typed, prefix="wish", initial=rows)
        self.rows.extra = 1 if rows else 2

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not typed.get("is_custom"):
            return typed
        if not self.rows.is_valid():
            self.add_error(None, _("请检查定制内容中标红的项目"))
        elif not self._filled():
            self.add_error(None, _("请至少写一项由买家决定的内容"))
        return typed

    def _filled(self) -> list[WishRow]:
        return [row for row in self.rows.forms if row.cleaned_data.get("label")]

    def offer(self) -> CustomOffer | None:
        """What the service takes; None when it is sold as it is."""
        typed = self.cleaned_data
        if not typed["is_custom"]:
            return None
        fields = tuple(row.field() for row in self._filled())
        return CustomOffer(typed["lead_min_d"], typed["lead_max_d"], typed["fee"], fields)
