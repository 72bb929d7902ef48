"""Drawing posters by a worker: what a poster is made of, its hash, and the file, whole or not at all."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from storefronts.models import Pick, Poster, ShareLink, Shop
from storefronts.posters import PosterSpec, ShopPosterSpec, ShownGood, Style, draw_poster, draw_shop_poster
from storefronts.selectors import display_name
from storefronts.states import PosterStatus, PosterStyle
from suppliers.photographs import file_of, write_whole
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.idempotency import hash_of
from taoxiaopu.kernel.models import Job
from taoxiaopu.kernel.screening import is_blocked, screen
from taoxiaopu.kernel.settings import rules_at

DRAW_POSTER = "storefronts.draw_poster"


def draw_poster_job(job: Job) -> None:
    """Draw one requested poster; called with a claimed job. The file appears whole or not at all."""
    poster = Poster.objects.select_related(
        "pick__good__category", "pick__good__supplier", "pick__shop", "link__shop"
    ).get(public_id=job.argument)
    at = clock.now()
    if poster.pick is None:
        data, price_fen = draw_shop_poster(_shop_spec(poster, at)), None
    else:
        data, price_fen = draw_poster(_good_spec(poster, poster.pick, at)), poster.pick.good.price_from_fen
    name = f"{hashlib.sha256(data).hexdigest()}.jpg"
    write_whole(poster_path(name), data)
    Poster.objects.filter(pk=poster.pk).update(
        status=PosterStatus.READY, file=name, price_fen=price_fen, drawn_at=clock.now()
    )


def _good_spec(poster: Poster, pick: Pick, at: datetime) -> PosterSpec:
    return PosterSpec(
        style=_style(poster),
        picture=file_of(pick.good, 1000).read_bytes(),
        title=pick.good.title,
        price_fen=pick.good.price_from_fen,
        shop_name=display_name(pick.shop.name, rules_at(at).SHOP_SUFFIX),
        recommendation=screened(pick),
        url=_url(poster.link),
        greeting=poster.link.greeting,
    )


def _shop_spec(poster: Poster, at: datetime) -> ShopPosterSpec:
    shop = poster.link.shop
    found = Pick.objects.select_related("good__category").in_bulk(poster.shown)
    goods = [found[key].good for key in poster.shown if key in found]
    return ShopPosterSpec(
        style=_style(poster),
        goods=tuple(
            ShownGood(file_of(good, 1000).read_bytes(), good.title, good.price_from_fen) for good in goods
        ),
        shop_name=display_name(shop.name, rules_at(at).SHOP_SUFFIX),
        number=shop.number,
        description=shop.description,
        url=_url(poster.link),
        greeting=poster.link.greeting,
    )


def _style(poster: Poster) -> Style:
    return "portrait" if poster.style == PosterStyle.PORTRAIT else "square"


def _url(link: ShareLink) -> str:
    return f"{settings.BASE_URL}/x/{link.code}"


def screened(pick: Pick) -> str:
    """An owner's recommendation, or nothing when it says what may not be said by now (docs/rules.md §8.3)."""
    category = pick.good.category.code.partition("/")[0]
    return "" if is_blocked(screen(pick.recommendation, category)) else pick.recommendation


def retry_poster(*, poster: Poster, at: datetime) -> None:
    """Ask again for a poster that failed."""
    job = Job.objects.filter(kind=DRAW_POSTER, key=poster.public_id).first()
    if job is not None:
        jobs.retry(job.pk, at=at, task=DRAW_POSTER)


def poster_path(name: str) -> Path:
    """Where a poster's file lies; the name is its content hash."""
    return Path(settings.MEDIA_ROOT) / "posters" / name[:2] / name


def good_hash(*, pick: Pick, link: ShareLink, style: PosterStyle, at: datetime) -> str:
    """Covers everything on a good's poster."""
    good = pick.good
    parts = [
        good.public_id,
        good.version,
        good.title,
        good.price_from_fen,
        good.picture,
        pick.shop.name,
        rules_at(at).SHOP_SUFFIX,
        pick.recommendation,
        link.code,
        style,
    ]
    return hash_of([*parts, link.greeting] if link.greeting else parts)


def shop_hash(*, shop: Shop, shown: Sequence[Pick], link: ShareLink, style: PosterStyle, at: datetime) -> str:
    """Covers everything on a shop's poster."""
    goods: list[Any] = [
        [pick.pk, pick.good.version, pick.good.title, pick.good.price_from_fen, pick.good.picture]
        for pick in shown
    ]
    suffix = rules_at(at).SHOP_SUFFIX
    return hash_of([shop.number, shop.name, suffix, shop.description, link.code, link.greeting, style, goods])
