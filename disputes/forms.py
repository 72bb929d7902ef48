"""What consumers type when they want money back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disputes.services import CaseDraft
from disputes.states import CaseReason
from taoxiaopu.kernel.forms import RefusableForm, YuanField
from taoxiaopu.kernel.money import format_yuan

WORDS_MAX = 500
BEFORE_SHIPPING = (CaseReason.NO_REASON, CaseReason.CANCEL, CaseReason.LATE, CaseReason.OWNER_PROMISE)


def _words(label: Any, placeholder: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=WORDS_MAX,
        error_messages={"required": _("请写明理由（2 到 500 字）")},
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": WORDS_MAX, "placeholder": placeholder}),
    )


class CaseForm(forms.Form):
    """An application for a refund of one line of which ``limit_fen`` is left; unshipped lines are asked less, and
    goods that were made to order are cancelled rather than sent back without a reason.
    """

    reason = forms.ChoiceField(label=_("退款原因"), error_messages={"required": _("请选择退款原因")})
    received = forms.ChoiceField(
        label=_("是否收到货"),
        choices=[("yes", _("已收到货")), ("no", _("没有收到货"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择是否收到货")},
    )
    amount = YuanField(label=_("退款金额"), error_messages={"required": _("请填写退款金额")})
    description = _words(_("补充说明"), _("说清楚问题，商家处理会更快"), required=False)

    def __init__(
        self, *args: Any, limit_fen: int, is_shipped: bool, is_custom: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.limit_fen = limit_fen
        unfit = {CaseReason.NO_REASON if is_custom else CaseReason.CANCEL}
        if is_shipped:
            unfit.add(CaseReason.CANCEL)
        else:
            unfit |= set(CaseReason) - set(BEFORE_SHIPPING)
            del self.fields["received"]
        reasons = [choice for choice in CaseReason.choices if choice[0] not in unfit]
        self.fields["reason"].choices = [("", _("请选择")), *reasons]  # type: ignore[attr-defined]
        self.fields["amount"].help_text = _("最多 ¥{limit}").format(
            limit=format_yuan(limit_fen, thousands=True)
        )
        self.fields["amount"].initial = format_yuan(limit_fen)

    def draft(self) -> CaseDraft:
        """What the service takes."""
        return CaseDraft(
            reason=CaseReason(self.cleaned_data["reason"]),
            amount_fen=self.cleaned_data["amount"],
            received=self.cleaned_data.get("received") == "yes",
            description=self.cleaned_data["description"],
        )


class ReasonForm(forms.Form):
    """Words of 2 to 500 characters: a message, evidence, an appeal, a claim."""

    reason = _words(_("内容"), _("2 到 500 字"))


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


def penalty_appeal_form(*args: Any) -> WordsForm:
    """Why a penalty should be looked at again."""
    hint = _("请说明事实和理由，由另一位工作人员复核，只能申诉一次")
    return WordsForm(*args, label=_("申诉理由"), hint=hint, prefix="appeal")
