"""Every door of the house: django-allauth's views under our addresses and in our templates.

Names of addresses are the library's own, which it looks up by itself (``account_login``, ``mfa_authenticate``, ...).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.models import User
from accounts.selectors import is_proved
from taoxiaopu.kernel import error_pages
from taoxiaopu.kernel.error_pages import Words

_View = Callable[..., HttpResponseBase]


def door(view: _View) -> _View:
    """Never cached; a refused form is answered with 422."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        context = getattr(answer, "context_data", None) or {}
        form = context.get("form")
        if request.method == "POST" and answer.status_code == 200 and form is not None and form.errors:
            answer.status_code = 422
        return answer

    return inner


class ConfirmSignInCode(account.ConfirmLoginCodeView):  # type: ignore[misc]  # allauth has no stubs
    """The library's, with two corrections: an unknown phone can ask for its code again like any other, and who proves an
    account by a code loses a password that was set before it was proved.
    """

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        process = self._process
        if process.user is not None or not process.state.get("phone"):
            return cast(HttpResponse, super()._resend_form_valid(form))
        get_adapter().send_unknown_account_sms(process.state["phone"])
        process.record_resend()
        process.persist()
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))

    def _verify_form_valid(self, form: Any) -> HttpResponse:
        user = cast(User, self._process.user)
        if not is_proved(user, self._process.state.get("email") or self._process.state["phone"]):
            services.forget_password(user=user)
        return cast(HttpResponse, super()._verify_form_valid(form))


class Enrol(totp.ActivateTOTPView):  # type: ignore[misc]
    """The library's; afterwards every other session of the person is over, as it began without the second factor."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"secret": kwargs.get("form", self.get_form()).secret}

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        key = self.request.session.session_key
        services.end_other_sessions(user=cast(User, self.request.user), keep=cast(str, key))
        return cast(HttpResponse, answer)


LOCKED = Words(
    "account_locked",
    "lock",
    _("账号暂时锁定"),
    _("错误次数太多。稍后再试，或用验证码登录；忘记密码也可以重设。"),
)


def too_many(request: HttpRequest) -> HttpResponse:
    """handler429, which allauth calls."""
    return error_pages.answer(request, 429, retry_after_s=60)


def locked_out(request: HttpRequest, response: Any, credentials: Any = None) -> HttpResponse:
    """The page of an account that is paused after too many wrong tries; axes calls it."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return error_pages.answer(request, 429, words=LOCKED, retry_after_s=seconds)


@never_cache
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin has no sign-in of its own: there is one door. Who is signed in and may not enter is told so."""
    if request.user.is_authenticated:
        if request.user.is_staff:
            return redirect("admin:index")
        return error_pages.answer(request, 403)
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    onward = wanted if get_adapter().is_safe_url(wanted) else reverse("admin:index")
    return redirect(f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: onward})}")


def _page(name: str) -> dict[str, str]:
    return {"template_name": f"accounts/{name}.html"}


CODE = _page("code")


class _SignUpPhone(account._VerifyPhoneSignupView):  # type: ignore[misc]
    template_name = CODE["template_name"]


class _OtherPhone(account._VerifyPhoneChangeView):  # type: ignore[misc]
    template_name = CODE["template_name"]


def verify_phone(request: HttpRequest) -> HttpResponseBase:
    """The code that was sent to a phone: while signing up, or of a phone that takes the old one's place."""
    view = _OtherPhone if request.user.is_authenticated else _SignUpPhone
    return cast(HttpResponseBase, view.as_view()(request))


urlpatterns = [
    path("sign-in/", door(account.LoginView.as_view(**_page("sign_in"))), name="account_login"),
    path(
        "sign-in/code/",
        door(account.RequestLoginCodeView.as_view(**_page("request_code"))),
        name="account_request_login_code",
    ),
    path(
        "sign-in/code/confirm/",
        door(ConfirmSignInCode.as_view(**CODE)),
        name="account_confirm_login_code",
    ),
    path(
        "sign-in/second-factor/",
        door(factor.AuthenticateView.as_view(**_page("second_factor"))),
        name="mfa_authenticate",
    ),
    path("sign-up/", door(account.SignupView.as_view(**_page("sign_up"))), name="account_signup"),
    path("sign-out/", require_POST(account.LogoutView.as_view()), name="account_logout"),
    path(
        "inactive/", door(account.AccountInactiveView.as_view(**_page("inactive"))), name="account_inactive"
    ),
    path(
        "confirmation/",
        door(account.ReauthenticateView.as_view(**_page("confirmation"))),
        name="account_reauthenticate",
    ),
    path(
        "confirmation/second-factor/",
        door(factor.ReauthenticateView.as_view(**_page("confirmation"))),
        name="mfa_reauthenticate",
    ),
    path("email/", door(account.EmailView.as_view(**_page("email"))), name="account_email"),
    path(
        "email/code/",
        door(account.ConfirmEmailVerificationCodeView.as_view(**CODE)),
        name="account_email_verification_sent",
    ),
    path("phone/", door(account.ChangePhoneView.as_view(**_page("phone"))), name="account_change_phone"),
    path("phone/code/", door(verify_phone), name="account_verify_phone"),
    path(
        "password/",
        door(account.PasswordChangeView.as_view(**_page("password"))),
        name="account_change_password",
    ),
    path(
        "password/first/",
        door(account.PasswordSetView.as_view(**_page("password"))),
        name="account_set_password",
    ),
    path(
        "password/forgotten/",
        door(account.PasswordResetView.as_view(**_page("forgotten"))),
        name="account_reset_password",
    ),
    path(
        "password/forgotten/code/",
        door(account.ConfirmPasswordResetCodeView.as_view(**CODE)),
        name="account_confirm_password_reset_code",
    ),
    path(
        "password/forgotten/new/",
        door(
            account.CompletePasswordResetView.as_view(
                **_page("new_password"), success_url=reverse_lazy("account_login")
            )
        ),
        name="account_complete_password_reset",
    ),
    path("second-factor/", door(factor.IndexView.as_view(**_page("factor"))), name="mfa_index"),
    path("second-factor/new/", door(Enrol.as_view(**_page("enrol"))), name="mfa_activate_totp"),
    path(
        "second-factor/off/",
        door(totp.DeactivateTOTPView.as_view(**_page("factor_off"))),
        name="mfa_deactivate_totp",
    ),
    path(
        "second-factor/recovery/",
        door(recovery.ViewRecoveryCodesView.as_view(**_page("recovery"))),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery/new/",
        door(recovery.GenerateRecoveryCodesView.as_view(**_page("recovery_new"))),
        name="mfa_generate_recovery_codes",
    ),
]
