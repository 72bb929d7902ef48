"""People at the doors: what they type, and the codes that reach them."""

from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMessage, User
from accounts.providers.sandbox import TOTP_SECRET
from tests.factories import story

WRONG = "not-the-password-9"


def sign_up(client: Client, identifier: str, **changes: str) -> Any:
    """The sign-up form."""
    words = {"identifier": identifier, "nickname": "小满", "password1": story.PASSWORD} | changes
    return client.post(reverse("account_signup"), words)


def sign_in(client: Client, login: str, password: str = story.PASSWORD, **more: str) -> Any:
    """The sign-in form."""
    return client.post(reverse("account_login"), {"login": login, "password": password} | more)


def ask_code(client: Client, identifier: str, **more: str) -> Any:
    """The form that asks for a one-time code."""
    return client.post(reverse("account_request_login_code"), {"identifier": identifier} | more)


def give(client: Client, name: str, code: str, **more: str) -> Any:
    """Type a code on the page of that name."""
    return client.post(reverse(name), {"code": code, "action": "verify"} | more)


def resend(client: Client, name: str) -> Any:
    """Ask for the code again on the page of that name."""
    return client.post(reverse(name), {"action": "resend"})


def last() -> OutgoingMessage:
    """The message that was queued last."""
    return OutgoingMessage.objects.latest("pk")


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code or 0) + 1) % 10**6:06d}"


def totp(secret: str = TOTP_SECRET) -> str:
    """What the authenticator shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def is_in(client: Client) -> bool:
    """Whether somebody is signed in."""
    return "_auth_user_id" in client.session


def who(client: Client) -> User:
    """Who is signed in."""
    return User.objects.get(pk=client.session["_auth_user_id"])
