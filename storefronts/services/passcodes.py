"""Passcodes: a text that opens a good or a shop when it is pasted into the platform's home page (docs/rules.md §1.6)."""

from datetime import datetime, timedelta

from storefronts.models import Passcode, ShareLink
from taoxiaopu.kernel.settings import rules_at


def issue_passcode(*, link: ShareLink, at: datetime) -> Passcode:
    """The link's passcode, valid for PASSCODE_VALID_D: the one there is while half of its time is left, else a new one.

    Two at once are two that are both valid, so nothing is locked.
    """
    days = rules_at(at).PASSCODE_VALID_D
    found = Passcode.objects.filter(link=link, expires_at__gt=at + timedelta(days=days) / 2)
    return found.order_by("-expires_at").first() or Passcode.objects.create(
        link=link, created_at=at, expires_at=at + timedelta(days=days)
    )
