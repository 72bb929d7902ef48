"""The form with which a supplier hands over a parcel."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import OrderLine
from orders.services import Shipment
from orders.states import Carrier
from taoxiaopu.kernel.forms import RefusableForm


class ShipForm(RefusableForm):
    """Carrier, tracking number, and which of the waiting lines are in the parcel."""

    carrier = forms.ChoiceField(label=_("快递公司"), choices=[("", _("请选择")), *Carrier.choices])
    tracking_number = forms.CharField(
        label=_("运单号"),
        max_length=40,
        help_text=_("8 到 24 位字母或数字，30 天内不能重复使用"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    lines = forms.MultipleChoiceField(
        label=_("包裹里的商品"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择尚未发货的商品"), "invalid_choice": _("请选择尚未发货的商品")},
    )

    def __init__(self, *args: Any, waiting: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = [  # type: ignore[attr-defined]
            (line.ref, f"{line.title}（{line.sku_name}）×{line.quantity}") for line in waiting
        ]
        self.fields["lines"].initial = [line.ref for line in waiting]

    def shipment(self) -> Shipment:
        """What the service takes."""
        typed = self.cleaned_data
        return Shipment(
            carrier=Carrier(typed["carrier"]),
            tracking_number=typed["tracking_number"],
            line_refs=tuple(typed["lines"]),
        )
