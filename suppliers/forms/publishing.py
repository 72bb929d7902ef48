"""Forms around publishing a good: the market reference."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from suppliers.barcodes import read_barcode
from suppliers.services import MarketDraft
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import PercentField, RefusableForm, YuanField


class MarketForm(RefusableForm):
    """What the same good costs and pays elsewhere."""

    platform = forms.CharField(label=_("平台"), max_length=30, help_text=_("如 淘宝、京东"))
    address = forms.URLField(
        label=_("同款网址"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"inputmode": "url"}),
    )
    seen_on = forms.DateField(label=_("查看日期"), widget=forms.DateInput(attrs={"type": "date"}))
    price = YuanField(label=_("同款售价"), required=False)
    market_rate = PercentField(label=_("同款淘宝客佣金率"), required=False)
    picture = forms.FileField(
        label=_("截图"),
        required=False,
        help_text=_("JPG、PNG 或 WebP，不超过 8 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    declared = forms.BooleanField(label=_("我声明：本店售价高于同款市场价，原因如下"), required=False)
    declaration = forms.CharField(
        label=_("高于市场价的说明"),
        required=False,
        max_length=300,
        help_text=_("仅在售价更高时填写，5 到 300 字，如 含赠品、规格不同"),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )

    def draft(self) -> MarketDraft:
        """What the service takes."""
        typed = self.cleaned_data
        picture: UploadedFile | None = typed["picture"]
        return MarketDraft(
            platform=typed["platform"],
            address=typed["address"],
            seen_on=typed["seen_on"],
            price_fen=typed["price"],
            rate_bp=typed["market_rate"],
            screenshot=picture.read() if picture else None,
            declaration=declaration_of(typed),
        )


class ScanForm(forms.Form):
    """A barcode from a camera, a scanner or the keyboard."""

    code = forms.CharField(
        label=_("条码"),
        max_length=40,
        help_text=_("扫码枪会自动填入并提交；也可以手工输入 8、12 或 13 位数字"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
    )

    def clean_code(self) -> str:
        try:
            return read_barcode(self.cleaned_data["code"])
        except DomainError as error:
            raise forms.ValidationError(error.sentence, error.code) from None


def declaration_of(typed: dict[str, Any]) -> str:
    """The reason, when the box is ticked: without the tick it declares nothing."""
    return str(typed["declaration"]) if typed["declared"] else ""
