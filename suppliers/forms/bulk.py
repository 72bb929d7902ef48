"""What happens to many goods at once."""

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suppliers.services import BulkChange
from suppliers.states import BulkAction
from taoxiaopu.kernel.forms import RefusableForm

_SIGNED = re.compile(r"([+-]?)([0-9]{1,7})(?:\.([0-9]{1,2}))?")
_UNITS = (BulkAction.STOCK_SET, BulkAction.STOCK_ADD)
_ADDING = (BulkAction.PRICE_ADD, BulkAction.PRICE_PERCENT, BulkAction.STOCK_ADD)
_SHELF = (BulkAction.LIST, BulkAction.DELIST)


class BulkForm(RefusableForm):
    """An action and its value as people write it: yuan, percent or pieces, with a sign where it adds."""

    action = forms.ChoiceField(label=_("改什么"), choices=BulkAction.choices)
    value = forms.CharField(
        label=_("数值"),
        required=False,
        max_length=12,
        help_text=_("金额单位元，百分比如 -10 或 5.5，库存为整数；上架、下架不用填"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "action" not in typed or typed["action"] in _SHELF:
            return typed | {"number": 0}
        action = BulkAction(typed["action"])
        text = unicodedata.normalize("NFKC", typed.get("value", "")).strip().rstrip("%").lstrip("¥").strip()
        found = _SIGNED.fullmatch(text.replace("−", "-"))
        if found is None or (found[1] and action not in _ADDING) or (found[3] and action in _UNITS):
            raise forms.ValidationError({"value": _("请填写数字，例如 99、-10 或 5.5")})
        whole, part = int(found[2]), int((found[3] or "0").ljust(2, "0"))
        number = whole if action in _UNITS else whole * 100 + part
        if action in _ADDING and not number:
            raise forms.ValidationError({"value": _("加减 0 不会有变化")})
        return typed | {"number": -number if found[1] == "-" else number}

    def change(self) -> BulkChange:
        """What the service takes."""
        return BulkChange(BulkAction(self.cleaned_data["action"]), self.cleaned_data["number"])
