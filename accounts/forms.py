"""Forms of signing up and in, of the account's own pages, and of API tokens."""

from typing import Any, cast

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.core import context
from allauth.core.internal.ratelimit import consume
from allauth.mfa.base import forms as factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import access, errors, services
from accounts.letters import kinds_for
from accounts.models import User
from accounts.selectors import user_by_sign_in
from accounts.services import AddressDraft
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import RefusableForm
from taoxiaopu.kernel.personal import normalise_phone

IDENTIFIER, PASSWORD, CODE = _("手机号或邮箱"), _("密码"), _("验证码")
STRONG = _("至少 8 位，不能全是数字，也不能是常见密码")


def password_field(label: Any = PASSWORD, *, is_new: bool = False, **kwargs: Any) -> forms.CharField:
    """A password as typed, blanks included."""
    autocomplete = "new-password" if is_new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    if is_new:
        kwargs.setdefault("help_text", STRONG)
    return forms.CharField(label=label, max_length=128, strip=False, widget=widget, **kwargs)


def code_field(label: Any = CODE, **kwargs: Any) -> forms.CharField:
    """A short code, typed or filled in by the phone."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)


class IdentifierField(forms.CharField):
    """A phone number or an e-mail address, cleaned to 11 digits or small letters."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "username", "autofocus": True}
        super().__init__(label=IDENTIFIER, max_length=120, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        try:
            if "@" in text:
                validate_email(text)
                return text.lower()
            return normalise_phone(text)
        except DomainError as bad:
            raise forms.ValidationError(bad.sentence, bad.code) from None


def split(identifier: str) -> tuple[str | None, str | None]:
    """E-mail and phone: one of them is None."""
    return (identifier, None) if "@" in identifier else (None, identifier)


class SignInForm(allauth.LoginForm):  # type: ignore[misc]  # allauth has no stubs
    """Phone or e-mail with the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "username", "autofocus": True}
        self.fields["login"] = forms.CharField(
            label=IDENTIFIER, max_length=120, widget=forms.TextInput(attrs=attrs)
        )
        self.fields["password"] = password_field()
        self.order_fields(["login", "password"])

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> Any:
        answer = super().login(request, redirect_url)
        if request.user.is_authenticated:
            access.limit_session(request, cast(User, request.user))
        return answer


class SignUpForm(allauth.SignupForm):  # type: ignore[misc]
    """Phone or e-mail, nickname, and a password if wanted. An account that exists already gets the same answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            del self.fields[name]
        self.fields["identifier"] = IdentifierField(help_text=_("用于登录，不会公开。开店须用手机号注册"))
        attrs = {"autocomplete": "nickname"}
        self.fields["nickname"] = forms.CharField(
            label=_("昵称"), max_length=40, widget=forms.TextInput(attrs=attrs)
        )
        self.fields["password1"] = password_field(
            is_new=True,
            required=False,
            help_text=_("至少 8 位，不能全是数字，也不能是常见密码；不设密码时用验证码登录"),
        )
        self.order_fields(["identifier", "nickname", "password1"])

    def clean_identifier(self) -> str:
        identifier = cast(str, self.cleaned_data["identifier"])
        email, phone = split(identifier)
        self.cleaned_data |= {"email": email, "phone": phone}
        self.account_already_exists = user_by_sign_in(identifier) is not None
        return identifier

    def clean_password1(self) -> str:
        password = cast(str, self.cleaned_data["password1"])
        try:
            if password:
                services.check_password_strength(password=password)
        except DomainError as weak:
            raise forms.ValidationError(weak.sentence, weak.code) from None
        return password

    def clean(self) -> dict[str, Any]:
        return cast(dict[str, Any], self.cleaned_data)

    def try_save(self, request: HttpRequest) -> Any:
        email, phone = split(self.cleaned_data["identifier"])
        if not self.account_already_exists:
            try:
                user = services.sign_up(
                    nickname=self.cleaned_data["nickname"],
                    password=self.cleaned_data["password1"],
                    phone=phone or "",
                    email=email or "",
                    verified=False,
                    accepted_at=clock.now(),
                )
                return user, None
            except errors.SignInTaken:  # by another request, a moment ago
                pass
        make_password(self.cleaned_data["password1"] or None)  # takes as long as a new account's
        return None, prevent_enumeration(request, email=email, phone=phone)


class RequestCodeForm(allauth.RequestLoginCodeForm):  # type: ignore[misc]
    """Phone or e-mail, to sign in with a one-time code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            del self.fields[name]
        self.fields["identifier"] = IdentifierField()

    def clean_identifier(self) -> str:
        identifier = cast(str, self.cleaned_data["identifier"])
        if not consume(context.request, app="allauth.account", action="request_login_code", key=identifier):
            raise get_adapter().validation_error("rate_limited")
        email, phone = split(identifier)
        self.cleaned_data |= {"email": email, "phone": phone}
        user = user_by_sign_in(identifier)
        self._user = user if user and user.is_active else None
        return identifier


class _CodeMixin:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field()  # type: ignore[attr-defined]


class SignInCodeForm(_CodeMixin, allauth.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code that signs in."""


class MailCodeForm(_CodeMixin, allauth.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that proves an e-mail address."""


class PhoneCodeForm(_CodeMixin, allauth.VerifyPhoneForm):  # type: ignore[misc]
    """The code that proves a phone."""


class ForgottenCodeForm(_CodeMixin, allauth.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code that lets set a new password."""


class _ResetByPhone(PasswordResetVerificationProcess):  # type: ignore[misc]
    """The library resets by mail only; everything but the sending is the same for a phone."""

    def send(self) -> None:
        adapter, phone = get_adapter(), self.state["phone"]
        if self.user is None:
            adapter.send_unknown_account_sms(phone)
            return
        self.state["code"] = adapter.generate_password_reset_code()
        adapter.send_verification_code_sms(self.user, phone, self.code)

    @classmethod
    def begin(cls, request: HttpRequest, user: User | None, phone: str) -> None:
        state = cls.initial_state(user, phone=phone) | {"email": ""}
        process = cls(request, state=state, user=user)
        process.send()
        process.persist()


class ForgottenForm(allauth.ResetPasswordForm):  # type: ignore[misc]
    """Phone or e-mail of somebody who forgot the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = IdentifierField()

    def clean_email(self) -> str:
        identifier = cast(str, self.cleaned_data["email"])
        user = user_by_sign_in(identifier)
        self.users = [user] if user and user.is_active else []
        return identifier

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        identifier = cast(str, self.cleaned_data["email"])
        if "@" in identifier:
            return cast(str, super().save(request, **kwargs))
        _ResetByPhone.begin(request, self.users[0] if self.users else None, identifier)
        return identifier


class _NewPasswordMixin:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields  # type: ignore[attr-defined]
        fields["password1"] = password_field(_("新密码"), is_new=True)
        del fields["password2"]  # a password can be shown while it is typed; nobody needs to type it twice

    def clean_password1(self) -> str:
        password = cast(str, self.cleaned_data["password1"])  # type: ignore[attr-defined]
        try:
            services.check_password_strength(password=password)
        except DomainError as weak:
            raise forms.ValidationError(weak.sentence, weak.code) from None
        return password


class NewPasswordForm(_NewPasswordMixin, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password after a reset."""


class SetPasswordForm(_NewPasswordMixin, allauth.SetPasswordForm):  # type: ignore[misc]
    """The first password of somebody who signed up without one."""


class ChangePasswordForm(_NewPasswordMixin, allauth.ChangePasswordForm):  # type: ignore[misc]
    """The present password and the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = password_field(_("当前密码"))
        self.order_fields(["oldpassword", "password1"])


class ChangeMailForm(allauth.AddEmailForm):  # type: ignore[misc]
    """Another e-mail address; it takes the place of the present one when its code was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.EmailField(
            label=_("新邮箱"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
        )


class ChangePhoneForm(allauth.ChangePhoneForm):  # type: ignore[misc]
    """Another phone; it takes the place of the present one when its code was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("新手机号")


class ReauthenticateForm(allauth.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field()


class _CountedMixin:
    """Wrong codes are counted in the database, too, so that nobody can guess while Redis is away."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("动态码或恢复码")
        self.fields["code"] = code_field(label)  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        if access.second_factor_is_paused(context.request, self.user):
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            code = cast(str, super().clean_code())  # type: ignore[misc]
        except forms.ValidationError:
            access.note_wrong_factor(context.request, self.user)
            raise
        access.forget_wrong_factors(context.request, self.user)
        return code


class SecondFactorForm(_CountedMixin, factor.AuthenticateForm):  # type: ignore[misc]
    """The code of the authenticator, or a recovery code, while signing in."""


class SecondFactorAgainForm(_CountedMixin, factor.ReauthenticateForm):  # type: ignore[misc]
    """The same, before something that matters."""


class EnrolForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("动态码"), help_text=_("验证器应用里显示的 6 位数字"))


class TokenForm(forms.Form):
    """The name of a new API token."""

    name = forms.CharField(
        label=_("令牌名称"), max_length=40, help_text=_("写明用在哪里，例如“ERP 同步”，方便以后停用")
    )


class AddressForm(RefusableForm):
    """An address of the book; the service says what is too short or too long."""

    receiver = forms.CharField(
        label=_("收件人"),
        max_length=30,
        error_messages={"required": _("请填写收件人")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "placeholder": _("姓名")}),
    )
    phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        error_messages={"required": _("请填写手机号")},
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "tel-national",
                "placeholder": _("11 位手机号"),
            }
        ),
    )
    region = forms.CharField(
        label=_("所在地区"),
        max_length=60,
        error_messages={"required": _("请填写所在地区")},
        widget=forms.TextInput(attrs={"autocomplete": "address-level1", "placeholder": _("省、市、区")}),
    )
    street = forms.CharField(
        label=_("详细地址"),
        max_length=120,
        error_messages={"required": _("请填写详细地址")},
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "street-address", "placeholder": _("街道、门牌号、楼层房号")}
        ),
    )
    is_default = forms.BooleanField(label=_("设为默认地址"), required=False)

    def draft(self) -> AddressDraft:
        """What the services take."""
        typed = self.cleaned_data
        return AddressDraft(typed["receiver"], typed["phone"], typed["region"], typed["street"])


HOURS = [("", _("不设置")), *((str(hour), f"{hour:02d}:00") for hour in range(24))]


class MailForm(RefusableForm):
    """Which kinds of letters come by mail too, and when none may come."""

    kinds = forms.MultipleChoiceField(
        label=_("同时发邮件"), required=False, widget=forms.CheckboxSelectMultiple
    )
    quiet_from = forms.TypedChoiceField(
        label=_("免打扰开始"), choices=HOURS, coerce=int, empty_value=None, required=False
    )
    quiet_until = forms.TypedChoiceField(
        label=_("免打扰结束"), choices=HOURS, coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, audience: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [  # type: ignore[attr-defined]
            (kind.code, kind.name) for kind in kinds_for(audience)
        ]
