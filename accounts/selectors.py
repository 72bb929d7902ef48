"""Reads about people."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import ApiToken, RealName, User
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
