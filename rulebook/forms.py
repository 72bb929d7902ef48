"""What staff writes of a version: words in both languages, and new values for the document's own numbers."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rulebook.models import Version
from rulebook.numbers import label_of, shown
from rulebook.services import Draft
from taoxiaopu.kernel.setting_bounds import bounds_of
from taoxiaopu.kernel.settings import TYPES, Rules
from taoxiaopu.kernel.staff import StaffForm
from taoxiaopu.kernel.templatetags.kernel_format import in_brackets

WORDS = ("title_zh", "title_en", "summary_zh", "summary_en", "source_zh", "source_en")
LISTED = re.compile(r"[\s,，、/]+")


def _text(label: Any, rows: int, most: int, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, strip=False, widget=widget, help_text=help_text)


MARKDOWN = _("Markdown；数字写作 {{NAME}}，公布时填入生效日的数值，文末自动附上本文件全部数字")


class VersionForm(StaffForm):
    """The words, and one field for each number that the document tells; an empty one stays as it is."""

    title_zh = forms.CharField(label=_("标题（中文）"), max_length=80)
    title_en = forms.CharField(label=_("标题（英文）"), max_length=120)
    summary_zh = _text(_("变更说明（中文）"), 2, 500)
    summary_en = _text(_("变更说明（英文）"), 2, 800)
    source_zh = _text(_("正文（中文）"), 18, 60_000, MARKDOWN)
    source_en = _text(_("正文（英文）"), 18, 60_000)

    def __init__(
        self, *args: Any, version: Version, names: Iterable[str], rules: Rules, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names = list(names)
        for name in WORDS:
            self.initial.setdefault(name, getattr(version, name))
        for name in self.names:
            present = getattr(rules, name)
            least, most = bounds_of(name)
            hint = in_brackets(f"{name} = {_typed_in(present)}", shown(name, present))
            if TYPES[name] is not str:
                hint = f"{hint} · {least} – {most}"
            self.fields[name] = forms.CharField(
                label=label_of(name),
                required=False,
                max_length=120,
                help_text=hint,
                widget=forms.TextInput(attrs={"class": "tx-input", "autocomplete": "off"}),
            )
            if name in version.changes:
                self.initial.setdefault(name, _typed_in(version.changes[name]))

    @property
    def word_fields(self) -> list[forms.BoundField]:
        """The fields of words."""
        return [self[name] for name in WORDS]

    @property
    def number_fields(self) -> list[forms.BoundField]:
        """The fields of numbers."""
        return [self[name] for name in self.names]

    def draft(self) -> Draft:
        """What the service takes; it judges types and bounds."""
        answers = self.cleaned_data
        changes = {name: _read(name, answers[name]) for name in self.names if answers[name].strip()}
        return Draft(**{name: answers[name] for name in WORDS}, changes=changes)


def _typed_in(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _read(name: str, text: str) -> Any:
    """What was typed, as JSON would hold it; what is no number stays a text, which the service refuses."""
    text = text.strip()
    if TYPES[name] is str:
        return text
    parts = [int(part) if re.fullmatch(r"-?[0-9]{1,15}", part) else part for part in LISTED.split(text)]
    return parts[0] if TYPES[name] is int and len(parts) == 1 else parts


class _Instant(forms.DateTimeField):
    """An instant on the business clock."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%d %H:%M:%S", attrs={"placeholder": "2026-01-01 00:00:00"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs)


class CommentsForm(StaffForm):
    """How long comments are heard."""

    days = forms.IntegerField(label=_("征求意见天数"), min_value=3, max_value=60, initial=7)


class PublishForm(StaffForm):
    """From when a version counts."""

    effective_at = _Instant(
        label=_("生效时间"), help_text=_("北京时间，公布后至少 7 天；掌柜等级规则为某月 1 日 0 点")
    )


class UrgentForm(StaffForm):
    """From when, and by which law."""

    effective_at = _Instant(label=_("生效时间"), help_text=_("北京时间"))
    legal_basis = forms.CharField(
        label=_("法律依据"), min_length=10, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class AnswerForm(StaffForm):
    """The platform's public answer to a comment."""

    text = forms.CharField(
        label=_("公开回复"), min_length=2, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
