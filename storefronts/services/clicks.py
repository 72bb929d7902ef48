"""Openings of share links, stored at once: counted, or with the reason why not (docs/rules.md §6.4)."""

import re
from datetime import datetime, timedelta

from storefronts.models import Click, ShareLink
from storefronts.states import Way
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.settings import rules_at

# Who opens links without a person behind, by a part of the name that a program sends: the list of docs/rules.md §6.4.
PROGRAMS = (
    "bot", "spider", "crawl", "preview", "slurp", "facebookexternalhit", "whatsapp/", "mediapartners", "lighthouse",
    "headlesschecker", "monitor", "curl", "wget", "python-", "okhttp", "go-http-client", "java/", "libwww", "axios",
    "node-fetch", "httpclient",
)  # fmt: skip
NOT_A_PERSON = re.compile("|".join(map(re.escape, PROGRAMS)), re.IGNORECASE)


def record_click(
    *,
    link: ShareLink,
    visitor: str,
    network: str,
    user_agent: str,
    user_id: int | None,
    way: Way = Way.LINK,
    at: datetime,
) -> Click:
    """Store the opening of a share link at once, counted or with the reason why not (docs/rules.md §6.4)."""
    why_not = _why_not(link, network, user_agent, user_id, at)
    click = Click(
        link=link,
        way=way.value,
        visitor=visitor[:32],
        network=network[:64],
        at=at,
        counted=not why_not,
        why_not=why_not,
    )
    rows.insert(click)
    return click


def _why_not(link: ShareLink, network: str, user_agent: str, user_id: int | None, at: datetime) -> str:
    if not user_agent or NOT_A_PERSON.search(user_agent):
        return "bot"
    if user_id is not None and user_id == link.shop.owner.user_id:
        return "own_device"
    hour_ago = at - timedelta(hours=1)
    recent = Click.objects.filter(link=link, network=network, at__gt=hour_ago).count()
    return "too_many" if recent >= rules_at(at).CLICKS_PER_HOUR else ""
