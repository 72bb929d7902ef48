"""The sandbox providers of credit scores, text messages and mail.

Credit: the last three digits of the phone number are the score; ``000`` does not answer, ``001`` knows nobody of that
name, both raise CreditUnavailable. Anything else below 350 is answered as 350, above 950 as 950.

Messages arrive at ``/sandbox/messages/``, where anybody reads them; the page can make them late or fail. The demo's
staff and suppliers have the authenticator secret TOTP_SECRET, and the page shows its present code.
"""

import time
from datetime import datetime, timedelta

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db.models import QuerySet

from accounts.errors import CreditUnavailable, NotDelivered
from accounts.models import Channel, SandboxLetter, SandboxMood, SandboxPhone

TOTP_SECRET = "TAOXIAOPUDEMONSTRATIONSECRET2345"  # noqa: S105  (published: shown on the sandbox's page)
TOTP_PERIOD_S = 30
CODE_HEADER = "X-Sandbox-Code"
LATE = timedelta(minutes=1)


def read_score(*, phone: str, name: str, id_number: str) -> int:
    """The credit score, 350 to 950. Raises CreditUnavailable."""
    tail = int(phone[-3:])
    if tail in {0, 1}:
        raise CreditUnavailable
    return min(950, max(350, tail))


def send_sms(*, phone: str, text: str, code: str, at: datetime) -> None:
    """Take a text message. Raises NotDelivered when told to."""
    _keep(Channel.SMS, phone, "", text, code, at)


def send_mail(*, address: str, subject: str, text: str, code: str, at: datetime) -> None:
    """Take a mail. Raises NotDelivered when told to."""
    _keep(Channel.MAIL, address, subject, text, code, at)


def _keep(channel: Channel, target: str, subject: str, text: str, code: str, at: datetime) -> None:
    now = mood()
    if now == SandboxMood.FAIL:
        raise NotDelivered
    SandboxLetter.objects.create(
        channel=channel,
        target=target,
        subject=subject[:120],
        text=text,
        code=code,
        arrives_at=at + LATE if now == SandboxMood.LATE else at,
    )


def letters(*, at: datetime) -> "QuerySet[SandboxLetter]":
    """What has arrived by then, newest first."""
    return SandboxLetter.objects.filter(arrives_at__lte=at).order_by("-arrives_at", "-pk")


def mood() -> SandboxMood:
    """How messages are handled now."""
    row = SandboxPhone.objects.filter(pk=1).first()
    return SandboxMood(row.mood) if row else SandboxMood.WELL


def set_mood(mood: SandboxMood) -> None:
    """Handle messages like this from now on."""
    SandboxPhone.objects.update_or_create(pk=1, defaults={"mood": mood})


def forget(*, before: datetime) -> int:
    """Delete older messages. Returns how many."""
    gone, _by_model = SandboxLetter.objects.filter(arrives_at__lt=before).delete()
    return gone


def totp_now() -> tuple[str, int]:
    """The demo authenticator's present code, and for how many seconds it lasts.

    By the machine's own time, as in a person's authenticator app, not by the platform's clock.
    """
    counter, past = divmod(int(time.time()), TOTP_PERIOD_S)
    return format_hotp_value(hotp_value(TOTP_SECRET, counter)), TOTP_PERIOD_S - past
