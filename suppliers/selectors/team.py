"""Members, invitations, kept views and webhooks of a supplier."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import is_proved
from suppliers.models import (
    MemberInvitation,
    SavedView,
    Supplier,
    SupplierMember,
    WebhookDelivery,
    WebhookEndpoint,
)
from suppliers.states import (
    ListPage,
)
from taoxiaopu.kernel.personal import BadPhone, blind_index, normalise_phone


def member_of(user: User) -> SupplierMember | None:
    """A person's membership of a supplier, with the supplier, or None."""
    return SupplierMember.objects.select_related("supplier").filter(user=user).first()


def team_of(supplier: Supplier) -> "QuerySet[SupplierMember]":
    """Who works for a supplier, the longest there first."""
    return SupplierMember.objects.select_related("user").filter(supplier=supplier).order_by("pk")


def contact_index(contact: str) -> str | None:
    """The blind index of a phone or e-mail, or None when it is neither."""
    text = contact.strip()
    if "@" in text:
        shape = re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}", text)
        return blind_index(text.lower()) if shape and len(text) <= 100 else None
    try:
        return blind_index(normalise_phone(text))
    except BadPhone:
        return None


def invitations_of(supplier: Supplier, *, at: datetime) -> "QuerySet[MemberInvitation]":
    """A supplier's invitations that wait, the oldest first."""
    return MemberInvitation.objects.filter(supplier=supplier, ended_at=None, expires_at__gte=at).order_by(
        "pk"
    )


def invitations_for(user: User, *, at: datetime) -> "QuerySet[MemberInvitation]":
    """The invitations that a person may accept: to a phone or e-mail of theirs that is proved."""
    mine = [
        index
        for contact in (user.phone, user.email or "")
        if contact and is_proved(user, contact) and (index := contact_index(contact))
    ]
    open_ones = MemberInvitation.objects.select_related("supplier").filter(ended_at=None, expires_at__gte=at)
    return open_ones.filter(contact_index__in=mine).order_by("pk")


def views_of(member: SupplierMember, page: ListPage) -> "QuerySet[SavedView]":
    """The views of a list that a member kept, by name."""
    return SavedView.objects.filter(member=member, page=page).order_by("name")


def nicknames(public_ids: Iterable[str]) -> dict[str, str]:
    """What people are called, by public id: for the trail of what a supplier's members did."""
    return dict(User.objects.filter(public_id__in=set(public_ids)).values_list("public_id", "nickname"))


def webhooks_of(supplier: Supplier) -> "QuerySet[WebhookEndpoint]":
    """A supplier's endpoints, the oldest first."""
    return WebhookEndpoint.objects.filter(supplier=supplier).order_by("pk")


def deliveries_of(endpoint: WebhookEndpoint) -> "QuerySet[WebhookDelivery]":
    """What was sent to an endpoint, the newest first."""
    return WebhookDelivery.objects.filter(endpoint=endpoint).order_by("-id")
