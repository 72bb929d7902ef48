"""Forms of sign-up, sign-in and API tokens."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """Phone or e-mail with the password."""

    identifier = forms.CharField(
        label=_("手机号或邮箱"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SignUpForm(forms.Form):
    """Phone or e-mail, nickname and password."""

    identifier = forms.CharField(
        label=_("手机号或邮箱"),
        max_length=120,
        help_text=_("用于登录，不会公开。开店须用手机号注册"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    nickname = forms.CharField(
        label=_("昵称"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "nickname"})
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=128,
        strip=False,
        help_text=_("至少 8 位，不能全是数字，也不能是常见密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )


class TokenForm(forms.Form):
    """The name of a new API token."""

    name = forms.CharField(
        label=_("令牌名称"), max_length=40, help_text=_("写明用在哪里，例如“ERP 同步”，方便以后停用")
    )
