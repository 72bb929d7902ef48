"""Sharing: short links, posters by a worker, captions, and clicks that may earn."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from storefronts import errors
from storefronts.captions import Caption, CaptionSpec, write_captions
from storefronts.models import Click, OwnerStanding, Pick, Poster, ShareLink, Shop
from storefronts.posters import PosterSpec, draw_poster
from storefronts.selectors import display_name, posters_of
from storefronts.states import Channel, PosterStatus, PosterStyle, ShopStatus
from suppliers.photographs import file_of, write_whole
from taoxiaopu.kernel import clock, jobs, rows
from taoxiaopu.kernel.idempotency import hash_of
from taoxiaopu.kernel.models import Job
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import local_time

DRAW_POSTER = "storefronts.draw_poster"
# Link previews and crawlers open links without a person behind them (docs/rules.md §6.4).
NOT_A_PERSON = re.compile(
    r"bot|spider|crawl|preview|facebookexternalhit|slurp|curl|wget|python-|headlesschecker|mediapartners",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Shared:
    """One share: the link's address, both posters (drawn or being drawn) and captions to choose from."""

    link: ShareLink
    url: str
    posters: list[Poster]
    captions: list[Caption]


def share(*, pick: Pick, channel: Channel, at: datetime) -> Shared:
    """Make everything an owner needs to share one good: the same link each time, a new poster when the good changed.

    Raises SharingStopped, ShopClosed, NotInPool.
    """
    standing = OwnerStanding.objects.get(owner=pick.shop.owner_id)
    if standing.stops_sharing(at):
        if standing.is_closed or standing.stopped_until is None:
            raise errors.OwnerClosed
        raise errors.SharingStopped(until=local_time(standing.stopped_until, "short"))
    if pick.shop.status != ShopStatus.OPEN:
        raise errors.ShopClosed(state=pick.shop.get_status_display())
    if not pick.good.is_sellable_at(at):
        raise errors.NotInPool(title=pick.good.title)
    with transaction.atomic():
        link, _made = ShareLink.objects.get_or_create(
            shop=pick.shop, good=pick.good, channel=channel, defaults={"created_at": at}
        )
        for style in PosterStyle:
            spec_hash = _content_hash(pick, link, style, at)
            poster, made = Poster.objects.get_or_create(
                pick=pick, style=style, content_hash=spec_hash, defaults={"link": link, "requested_at": at}
            )
            if made:
                jobs.enqueue(
                    kind=DRAW_POSTER, key=poster.public_id, argument=poster.public_id, at=at, task=DRAW_POSTER
                )
    return Shared(link, url_of(link), list(posters_of(pick, link)), captions_for(pick=pick, link=link, at=at))


def shared(*, pick: Pick, channel: Channel, at: datetime) -> Shared | None:
    """What was shared already, without writing: None when there is no link, or when the good, the shop's name or the
    recommendation changed since the posters were asked for.
    """
    link = ShareLink.objects.filter(shop=pick.shop, good=pick.good, channel=channel).first()
    if link is None:
        return None
    wanted = {_content_hash(pick, link, style, at) for style in PosterStyle}
    posters = list(posters_of(pick, link))
    if {poster.content_hash for poster in posters} != wanted:
        return None
    return Shared(link, url_of(link), posters, captions_for(pick=pick, link=link, at=at))


def url_of(link: ShareLink) -> str:
    """The short link's full address, from settings, never from a request's Host."""
    return f"{settings.BASE_URL}/x/{link.code}"


def captions_for(*, pick: Pick, link: ShareLink, at: datetime) -> list[Caption]:
    """Captions for a pick and link (docs/rules.md §1.6, §8.3)."""
    return write_captions(
        CaptionSpec(
            title=pick.good.title,
            price_fen=pick.good.price_from_fen,
            shop_name=display_name(pick.shop.name, rules_at(at).SHOP_SUFFIX),
            recommendation=pick.recommendation,
            url=url_of(link),
            verified_purchase=pick.bought,
        )
    )


def draw_poster_job(job: Job) -> None:
    """Draw one requested poster; called with a claimed job. The file appears whole or not at all."""
    poster = Poster.objects.select_related(
        "pick__good__category", "pick__good__supplier", "pick__shop", "link"
    ).get(public_id=job.argument)
    pick = poster.pick
    data = draw_poster(
        PosterSpec(
            style="portrait" if poster.style == PosterStyle.PORTRAIT else "square",
            picture=file_of(pick.good, 1000).read_bytes(),
            title=pick.good.title,
            price_fen=pick.good.price_from_fen,
            shop_name=display_name(pick.shop.name, rules_at(clock.now()).SHOP_SUFFIX),
            recommendation=pick.recommendation,
            url=url_of(poster.link),
        )
    )
    ending = "png" if data.startswith(b"\x89PNG") else "jpg"
    name = f"{hashlib.sha256(data).hexdigest()}.{ending}"
    write_whole(poster_path(name), data)
    Poster.objects.filter(pk=poster.pk).update(status=PosterStatus.READY, file=name, drawn_at=clock.now())


def retry_poster(*, poster: Poster, at: datetime) -> None:
    """Ask again for a poster that failed."""
    job = Job.objects.filter(kind=DRAW_POSTER, key=poster.public_id).first()
    if job is not None:
        jobs.retry(job.pk, at=at, task=DRAW_POSTER)


def poster_path(name: str) -> Path:
    """Where a poster's file lies; the name is its content hash."""
    return Path(settings.MEDIA_ROOT) / "posters" / name[:2] / name


def _content_hash(pick: Pick, link: ShareLink, style: PosterStyle, at: datetime) -> str:
    good = pick.good
    suffix = rules_at(at).SHOP_SUFFIX
    return hash_of(
        [
            good.public_id,
            good.version,
            good.title,
            good.price_from_fen,
            good.picture,
            pick.shop.name,
            suffix,
            pick.recommendation,
            link.code,
            style,
        ]
    )


def shop_link(*, shop: Shop, channel: Channel, at: datetime) -> ShareLink:
    """The share link of the shop itself."""
    link, _made = ShareLink.objects.get_or_create(
        shop=shop, good=None, channel=channel, defaults={"created_at": at}
    )
    return link
