"""How django-allauth meets our people: the phone on our own User, codes through our outbox, secrets encrypted."""

import time
from typing import Any, cast

import qrcode
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.stages import EmailVerificationStage
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathImage

from accounts import access, services, words
from accounts.gates import SEEN
from accounts.models import Channel, User
from accounts.selectors import user_by_phone
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.context import brand_name
from taoxiaopu.kernel.personal import BadPhone, decrypt, encrypt, normalise_phone

SIGNED_IN = "signed_in_at"
MINUTES = app_settings.LOGIN_BY_CODE_TIMEOUT // 60


class PhoneField(forms.CharField):
    """A mainland mobile number in any spelling, cleaned to its 11 digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("手机号"))
        kwargs.setdefault("max_length", 24)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return normalise_phone(text) if text else ""
        except BadPhone as bad:
            raise forms.ValidationError(bad.sentence, bad.code) from None


class MailStage(EmailVerificationStage):  # type: ignore[misc]  # allauth has no stubs
    """The library's, for people who have an e-mail address; others have proved their phone."""

    def handle(self) -> Any:
        if self.login.user and not cast(User, self.login.user).email:
            return None, True
        return super().handle()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up and sign-in. What it sends is queued; where it leads to is a path of this site."""

    error_messages = DefaultAccountAdapter.error_messages | words.ERRORS

    def get_login_stages(self) -> list[str]:
        return [
            "allauth.account.stages.LoginByCodeStage",
            "allauth.account.stages.PhoneVerificationStage",
            "accounts.adapters.MailStage",
            "allauth.mfa.stages.AuthenticateStage",
        ]

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        access.limit_session(request, user)
        request.session[SIGNED_IN] = request.session[SEEN] = time.time()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by axes, in the database."""

    def is_safe_url(self, url: str) -> bool:
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Somebody who has just signed in is not asked again."""
        signed_in_at = context.request.session.get(SIGNED_IN, 0)
        just_now = time.time() - signed_in_at < app_settings.REAUTHENTICATION_TIMEOUT
        return not just_now and super().is_reauthentication_required(app=app, **kwargs)

    def can_delete_email(self, email_address: Any) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return access.network_of(request)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: Any = None,
    ) -> None:
        sentence = message or words.MESSAGES.get(message_template or "")
        if sentence:
            messages.add_message(request, level, sentence, extra_tags=extra_tags)

    # What it sends

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letter = words.MAILS[template_prefix]
        code = context.get("code", "")
        fill = {"brand": brand_name(), "code": code, "minutes": MINUTES}
        self._send(
            Channel.MAIL,
            email.lower(),
            services.Words(str(letter.text).format(**fill), str(letter.subject).format(**fill), code),
        )

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        self._text(phone, words.CODE_SMS, code)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        self._text(phone, words.UNKNOWN_SMS)

    def send_account_already_exists_sms(self, phone: str) -> None:
        self._text(phone, words.KNOWN_SMS)

    def _text(self, phone: str, sentence: Any, code: str = "") -> None:
        text = str(sentence).format(brand=brand_name(), code=code, minutes=MINUTES)
        self._send(Channel.SMS, phone, services.Words(text, code=code))

    def _send(self, channel: Channel, target: str, what: services.Words) -> None:
        network = access.network_of(context.request)
        services.send_message(channel=channel, target=target, words=what, network=network, at=clock.now())

    # The phone, on our own User

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        return PhoneField(**kwargs)

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        services.set_phone(user=user, phone=phone, verified=verified)

    def set_phone_verified(self, user: Any, phone: str) -> None:
        services.set_phone(user=user, phone=phone, verified=True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return user_by_phone(phone)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor: secrets are encrypted with the keys of personal data, and who must have one keeps it."""

    error_messages = DefaultMFAAdapter.error_messages | words.SECOND_FACTOR_ERRORS

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an element of the page: no style and no address, so that any content policy takes it."""
        picture = qrcode.make(url, image_factory=SvgPathImage, border=2)
        return str(picture.to_string(encoding="unicode"))

    def get_totp_issuer(self) -> str:
        return brand_name()

    def get_totp_label(self, user: Any) -> str:
        return user.email or user.masked_phone

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not cast(User, authenticator.user).needs_second_factor
