"""The part of a good's form that changes with its category."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suppliers.models import AttributeTemplate
from suppliers.selectors import categories, templates_of
from suppliers.states import AttributeKind
from taoxiaopu.kernel.forms import RefusableForm
from taoxiaopu.kernel.templatetags.kernel_format import own_name


def _field(row: AttributeTemplate) -> forms.Field:
    label = str(row)
    if row.unit and row.kind == AttributeKind.NUMBER:
        label = _("{name}（{unit}）").format(name=row, unit=own_name(row.unit))
    options = [(option, own_name(option)) for option in row.options]
    if row.kind == AttributeKind.CHOICE:
        return forms.ChoiceField(label=label, required=row.required, choices=[("", _("请选择")), *options])
    if row.kind == AttributeKind.MULTI:
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, required=row.required, choices=options, widget=widget)
    if row.kind == AttributeKind.YES_NO:
        choices = [("", _("请选择")), ("yes", _("是")), ("no", _("否"))]
        return forms.ChoiceField(label=label, required=row.required, choices=choices)
    if row.kind == AttributeKind.DATE:
        return forms.DateField(
            label=label, required=row.required, widget=forms.DateInput(attrs={"type": "date"})
        )
    attrs = {"inputmode": "decimal"} if row.kind == AttributeKind.NUMBER else {}
    return forms.CharField(
        label=label, required=row.required, max_length=60, widget=forms.TextInput(attrs=attrs)
    )


class AttributesForm(RefusableForm):
    """A field for each question of a category, named ``attribute-<code>``."""

    def __init__(self, data: Any, *, category_code: str, answers: Mapping[str, Any] | None = None) -> None:
        category = next((one for one in categories() if one.code == category_code), None)
        self.templates = templates_of(category) if category else []
        initial = {code: {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
                   for code, value in (answers or {}).items()}  # fmt: skip
        super().__init__(data, prefix="attribute", initial=initial)
        for row in self.templates:
            self.fields[row.code] = _field(row)

    def answers(self) -> dict[str, Any]:
        """What the service takes."""
        typed = self.cleaned_data
        found: dict[str, Any] = {}
        for row in self.templates:
            value = typed.get(row.code)
            if row.kind == AttributeKind.YES_NO:
                found[row.code] = {"yes": True, "no": False}.get(value or "")
            elif row.kind == AttributeKind.DATE:
                found[row.code] = value.isoformat() if value else None
            else:
                found[row.code] = value
        return found
