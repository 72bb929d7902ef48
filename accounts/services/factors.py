"""The second factor: who must have one, and giving one to somebody whose secret is known."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import User
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.personal import encrypt


def require_mfa(*, user: User, at: datetime) -> None:
    """From now on this person's desk opens only with a second factor. Asking twice changes nothing."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, mfa_required=False).update(mfa_required=True):
            audit.record(
                actor=Actor.system("accounts"),
                subject_type="user",
                subject_ref=user.public_id,
                event="require_mfa",
                at=at,
            )
    user.mfa_required = True


def enrol_totp(*, user: User, secret: str, at: datetime) -> None:
    """Give a person an authenticator with this base32 secret, encrypted at rest. One who has one keeps it."""
    with transaction.atomic():
        Authenticator.objects.get_or_create(
            user=user,
            type=Authenticator.Type.TOTP,
            defaults={"data": {"secret": encrypt(secret)}, "created_at": at},
        )
