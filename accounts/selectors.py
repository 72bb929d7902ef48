"""Reads about people."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.letters import Letter, kinds_for
from accounts.models import Address, ApiToken, InboxLetter, Letterbox, RealName, User
from taoxiaopu.kernel.personal import BadPhone, blind_index, normalise_phone


def user_by_sign_in(identifier: str) -> User | None:
    """The user who signs in with this e-mail or phone, or None."""
    if "@" in identifier:
        return User.objects.filter(email=identifier.strip().lower()).first()
    try:
        phone = normalise_phone(identifier)
    except BadPhone:
        return None
    return User.objects.filter(phone_index=blind_index(phone)).first()


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
