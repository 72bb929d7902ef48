"""What people write about the rules, and in conversations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.forms import RefusableForm


class CommentForm(RefusableForm):
    """A comment on a version, in one of the roles that it concerns."""

    role = forms.ChoiceField(label=_("以什么身份"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("您的意见"),
        min_length=2,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("公开显示，请勿填写个人信息"),
    )

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        if len(roles) == 1:
            self.fields["role"].widget = forms.HiddenInput()
        self.initial.setdefault("role", roles[0][0])


class MessageForm(RefusableForm):
    """A question or an answer."""

    text = forms.CharField(
        label=_("内容"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
