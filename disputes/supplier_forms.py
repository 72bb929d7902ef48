"""What a supplier types in a case or dispute."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.forms import RefusableForm


class WordsForm(RefusableForm):
    """2 to 500 characters: a refusal's reason, a message, evidence, an appeal. ``label`` says which."""

    reason = forms.CharField(
        max_length=500,
        error_messages={"required": _("请写明理由（2 到 500 字）")},
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 500}),
    )

    def __init__(self, *args: Any, label: Any, hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = hint


def refusal_form(*args: Any) -> WordsForm:
    """Why a case is refused; the consumer and an arbitrator read it."""
    hint = _("买家和平台都会看到。买家可在 7 天内申请平台介入")
    return WordsForm(*args, label=_("拒绝理由"), hint=hint, prefix="refusal")


def message_form(*args: Any) -> WordsForm:
    """A message to the consumer."""
    return WordsForm(*args, label=_("给买家留言"), prefix="message")


def evidence_form(*args: Any) -> WordsForm:
    """One piece of evidence."""
    hint = _("写清时间、经过、单号等事实，可以分几次提交，提交后不能修改")
    return WordsForm(*args, label=_("举证"), hint=hint, prefix="evidence")


def appeal_form(*args: Any) -> WordsForm:
    """Why a ruling should be looked at again."""
    hint = _("请说明新的事实或理由，由另一位工作人员复审，只能申诉一次")
    return WordsForm(*args, label=_("申诉理由"), hint=hint, prefix="appeal")
