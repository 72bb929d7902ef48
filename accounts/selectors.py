"""Reads about people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.letters import Letter, kinds_for
from accounts.models import Address, ApiToken, InboxLetter, Letterbox, RealName, User
from taoxiaopu.kernel.personal import BadPhone, blind_index, normalise_phone

# The first sign that is found counts: most browsers name their forebears as well.
BROWSERS = (
    ("MicroMessenger", _("微信")), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def user_by_sign_in(identifier: str) -> User | None:
    """The user who signs in with this e-mail or phone, or None."""
    if "@" in identifier:
        return User.objects.filter(email=identifier.strip().lower()).first()
    return user_by_phone(identifier)


def user_by_phone(phone: str) -> User | None:
    """The user with this phone, however it is spelled, or None."""
    try:
        number = normalise_phone(phone)
    except BadPhone:
        return None
    return User.objects.filter(phone_index=blind_index(number)).first()


def real_name_of(user: User) -> RealName | None:
    """The user's real-name record, or None."""
    return RealName.objects.filter(user=user).first()


def credit_is_fresh(record: RealName, *, at: datetime, valid_days: int) -> bool:
    """Whether the score was read within the last ``valid_days`` (docs/rules.md §1.6)."""
    return (
        record.credit_checked_at is not None and record.credit_checked_at + timedelta(days=valid_days) >= at
    )


def tokens_of(user: User) -> "QuerySet[ApiToken]":
    """The user's live tokens, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at=None).order_by("-id")


def nicknames(public_ids: set[str]) -> dict[str, str]:
    """The nicknames behind public ids: staff and trails only."""
    return dict(User.objects.filter(public_id__in=public_ids).values_list("public_id", "nickname"))


def addresses_of(user: User) -> "QuerySet[Address]":
    """A member's addresses, the default one first, then the newest."""
    return Address.objects.filter(user=user).order_by("-is_default", "-id")


def inbox_of(user: User, audience: str, *, topic: str = "", unread: bool = False) -> "QuerySet[InboxLetter]":
    """The letters of one of a person's inboxes, newest first; about one topic, or unread ones, when asked for."""
    kinds = [kind.code for kind in kinds_for(audience, topic)]
    rows = InboxLetter.objects.filter(user=user, audience=audience, kind__in=kinds).order_by("-id")
    return rows.filter(read_at=None) if unread else rows


def unread_count(user_id: int, audience: str) -> int:
    """How many letters of one inbox were not read yet: the number in the navigation."""
    return InboxLetter.objects.filter(user_id=user_id, audience=audience, read_at=None).count()


def letterbox_of(user: User) -> Letterbox:
    """What a person chose about mail; an unsaved row of defaults when nothing was chosen."""
    return Letterbox.objects.filter(user=user).first() or Letterbox(user=user)


def already_told(kind: Letter, refs: Collection[str]) -> set[str]:
    """The references among these about which a letter of this kind lies in some inbox."""
    return set(InboxLetter.objects.filter(kind=kind.code, ref__in=refs).values_list("ref", flat=True))


def has_second_factor(user: User) -> bool:
    """Whether the user has an authenticator."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def is_proved(user: User, identifier: str) -> bool:
    """Whether this e-mail or phone of the user was proved by a code."""
    if "@" in identifier:
        return EmailAddress.objects.filter(user=user, email=identifier.lower(), verified=True).exists()
    return user.phone_verified


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser in which a person is signed in: ``network`` is its address without the last part."""

    id: int
    device: str
    network: str
    last_seen_at: datetime
    is_here: bool


def visits_of(user: User, *, here: str | None) -> list[Visit]:
    """Where the user is signed in, the one used last first; ``here`` is the key of the session that asks.

    Sessions that are over are removed on the way.
    """
    alive: list[UserSession] = UserSession.objects.purge_and_list(user)
    visits = [
        Visit(
            row.pk, device_of(row.user_agent), mask_network(row.ip), row.last_seen_at, row.session_key == here
        )
        for row in alive
    ]
    return sorted(visits, key=lambda visit: (visit.is_here, visit.last_seen_at), reverse=True)


def device_of(user_agent: str) -> str:
    """``Chrome · Android``: browser and system as far as they are told."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return " · ".join(str(name) for name in (browser, system) if name) or str(_("未知设备"))


def mask_network(ip: str) -> str:
    """``203.0.113.*`` or the first three groups of an IPv6 address."""
    if ":" in ip:
        return ":".join(ip_address(ip).exploded.split(":")[:3]) + ":*"
    return ip.rpartition(".")[0] + ".*"
