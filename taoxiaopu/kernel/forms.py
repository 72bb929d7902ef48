"""Form fields for money and rates, and the way a refused form says which field is wrong."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.money import BadAmount, parse_yuan

_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_ZERO = re.compile(r"0{1,7}(\.0{1,2})?")


class YuanField(forms.CharField):
    """Text in yuan ("12.34") cleaned to integer fen; None when left empty. ``zero`` lets 0 through."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, zero: bool = False, **kwargs: Any) -> None:
        self.zero = zero
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if self.zero and _ZERO.fullmatch(unicodedata.normalize("NFKC", text)):
            return 0
        try:
            return parse_yuan(text)
        except BadAmount as bad:
            raise forms.ValidationError(bad.sentence, code=bad.code) from None


class PercentField(forms.CharField):
    """Text in percent ("12.5") cleaned to integer basis points (1250); limits are the service's business."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        plain = unicodedata.normalize("NFKC", text).strip().rstrip("%")
        if not _PERCENT.fullmatch(plain):
            raise forms.ValidationError(_("请填写百分数，最多两位小数，例如 20 或 12.5"), code="bad_percent")
        whole, _dot, cents = plain.partition(".")
        return int(whole) * 100 + int(cents.ljust(2, "0"))


def refuse(form: forms.Form, error: DomainError, aliases: Mapping[str, str] | None = None) -> None:
    """Put a service's refusal on the field it names, or at the top of the form.

    ``aliases`` maps the error's field to the form's where the two differ.
    """
    field = (aliases or {}).get(error.field or "", error.field)
    form.add_error(field if field in form.fields else None, forms.ValidationError(error.sentence, error.code))


class RefusableForm(forms.Form):
    """A form that can show a service's refusal."""

    def refuse(self, error: DomainError) -> None:
        """Put the refusal on the field it names, or at the top."""
        refuse(self, error)


def percent_text(rate_bp: int) -> str:
    """1250 as "12.5", 2000 as "20": what a percent field shows first."""
    return f"{rate_bp // 100}.{rate_bp % 100:02d}".rstrip("0").rstrip(".")
