"""Sharing a good, several goods or the shop: short links, posters to be drawn, captions and passcodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from storefronts import errors
from storefronts.captions import (
    Caption,
    CaptionSpec,
    ShopCaptionSpec,
    claims_use,
    passcode_words,
    write_captions,
    write_shop_captions,
)
from storefronts.models import OwnerStanding, Passcode, Pick, Poster, ShareLink, Shop
from storefronts.posters import SHOWN_MAX
from storefronts.selectors import display_name, living_passcode, posters_of, visible_picks
from storefronts.services.drawing import DRAW_POSTER, good_hash, screened, shop_hash
from storefronts.services.passcodes import issue_passcode
from storefronts.states import WITHOUT_PASSCODE, Channel, PosterStyle, ShopStatus
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.screening import is_blocked, screen
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import listed, local_time


@dataclass(frozen=True, slots=True)
class Shared:
    """One share: the link's address, both posters (drawn or being drawn), captions to choose from, and the passcode with
    the text to send, where there is one.
    """

    link: ShareLink
    url: str
    posters: list[Poster]
    captions: list[Caption]
    passcode: Passcode | None = None
    spoken: str = ""


def share(
    *,
    pick: Pick,
    channel: Channel,
    greeting: str | None = None,
    with_passcode: bool | None = None,
    at: datetime,
) -> Shared:
    """Make everything an owner needs to share one good: the same link each time, a new poster when the good changed.

    ``greeting`` is what the posters of this link say from now on, None: as before. ``with_passcode`` None: wherever
    passcodes are not taken for bait. Raises SharingStopped, OwnerClosed, ShopClosed, NotInPool, BadGreeting.
    """
    _require_open(pick.shop, at)
    if not pick.good.is_sellable_at(at):
        raise errors.NotInPool(title=pick.good.title)
    category = pick.good.category.code.partition("/")[0]
    said = None if greeting is None else checked_greeting(greeting, category, bought=pick.bought, at=at)
    with transaction.atomic():
        link = _link(pick.shop, pick, channel, said, at)
        for style in PosterStyle:
            made = Poster.objects.get_or_create(
                pick=pick,
                style=style,
                content_hash=good_hash(pick=pick, link=link, style=style, at=at),
                defaults={"link": link, "requested_at": at},
            )
            _to_draw(*made, at=at)
        if with_passcode if with_passcode is not None else channel not in WITHOUT_PASSCODE:
            issue_passcode(link=link, at=at)
    return _of_good(pick, link, list(posters_of(link)), at)


def shared(*, pick: Pick, channel: Channel, at: datetime) -> Shared | None:
    """What was shared already, without writing: None when there is no link, or when the good, the shop's name or the
    recommendation changed since the posters were asked for.
    """
    link = ShareLink.objects.filter(shop=pick.shop, good=pick.good, channel=channel).first()
    if link is None:
        return None
    posters = list(posters_of(link))
    if {poster.content_hash for poster in posters} != {
        good_hash(pick=pick, link=link, style=style, at=at) for style in PosterStyle
    }:
        return None
    return _of_good(pick, link, posters, at)


def share_shop(
    *,
    shop: Shop,
    channel: Channel,
    picks: Sequence[Pick] = (),
    greeting: str | None = None,
    with_passcode: bool | None = None,
    at: datetime,
) -> Shared:
    """As ``share``, for the shop itself, with up to SHOWN_MAX of its goods on the posters; without any its newest ones.

    Raises SharingStopped, OwnerClosed, ShopClosed, NotInPool, TooManyShown, BadGreeting.
    """
    _require_open(shop, at)
    if len(picks) > SHOWN_MAX:
        raise errors.TooManyShown(limit=SHOWN_MAX)
    for pick in picks:
        if pick.shop_id != shop.pk or not pick.good.is_sellable_at(at):
            raise errors.NotInPool(title=pick.good.title)
    said = None if greeting is None else checked_greeting(greeting, None, bought=False, at=at)
    shown = list(picks) or list(visible_picks(shop)[:SHOWN_MAX])
    with transaction.atomic():
        link = _link(shop, None, channel, said, at)
        for style in PosterStyle:
            made = Poster.objects.get_or_create(
                link=link,
                style=style,
                content_hash=shop_hash(shop=shop, shown=shown, link=link, style=style, at=at),
                pick=None,
                defaults={"shown": [pick.pk for pick in shown], "requested_at": at},
            )
            _to_draw(*made, at=at)
        if with_passcode if with_passcode is not None else channel not in WITHOUT_PASSCODE:
            issue_passcode(link=link, at=at)
    return _of_shop(shop, shown, link, list(posters_of(link)), at)


def shop_shared(*, shop: Shop, channel: Channel, at: datetime) -> Shared | None:
    """What was shared of the shop last, without writing: None when nothing was, or when something on it changed."""
    link = ShareLink.objects.filter(shop=shop, good=None, channel=channel).first()
    posters = list(posters_of(link)) if link else []
    if link is None or len(posters) != len(PosterStyle):
        return None
    by_key = {pick.pk: pick for pick in visible_picks(shop).filter(pk__in=posters[0].shown)}
    shown = [by_key[key] for key in posters[0].shown if key in by_key]
    if {poster.content_hash for poster in posters} != {
        shop_hash(shop=shop, shown=shown, link=link, style=style, at=at) for style in PosterStyle
    }:
        return None
    return _of_shop(shop, shown, link, posters, at)


def _require_open(shop: Shop, at: datetime) -> None:
    standing = OwnerStanding.objects.get(owner=shop.owner_id)
    if standing.stops_sharing(at):
        if standing.is_closed or standing.stopped_until is None:
            raise errors.OwnerClosed
        raise errors.SharingStopped(until=local_time(standing.stopped_until, "short"))
    if shop.status != ShopStatus.OPEN:
        raise errors.ShopClosed(state=shop.get_status_display())


def _link(shop: Shop, pick: Pick | None, channel: Channel, greeting: str | None, at: datetime) -> ShareLink:
    link, _made = ShareLink.objects.get_or_create(
        shop=shop, good=pick.good if pick else None, channel=channel, defaults={"created_at": at}
    )
    if greeting is not None and greeting != link.greeting:
        link.greeting = greeting
        link.save(update_fields=["greeting"])
    return link


def _to_draw(poster: Poster, is_new: bool, *, at: datetime) -> None:
    """Have a new poster drawn; one that was drawn before is the newest of its link again."""
    if is_new:
        jobs.enqueue(
            kind=DRAW_POSTER, key=poster.public_id, argument=poster.public_id, at=at, task=DRAW_POSTER
        )
    else:
        Poster.objects.filter(pk=poster.pk).update(requested_at=at)


def checked_greeting(text: str, category: str | None, *, bought: bool, at: datetime) -> str:
    """A greeting as it will be drawn: one line that says nothing that §8.3 forbids. Raises BadGreeting."""
    clean, limit = " ".join(text.replace("\x00", " ").split()), rules_at(at).GREETING_MAX
    if len(clean) > limit:
        raise errors.BadGreeting(why=_("问候语最多 {limit} 个字").format(limit=limit))
    findings = screen(clean, category)
    if is_blocked(findings):
        words = listed(list(dict.fromkeys(finding.word for finding in findings)))
        raise errors.BadGreeting(why=_("问候语含广告法禁用词：{words}").format(words=words))
    if claims_use(clean) and not bought:
        raise errors.BadGreeting(why=_("购买并确认收货后，才能写“用过”“亲测”等体验"))
    return clean


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
            recommendation=screened(pick),
            url=url_of(link),
            verified_purchase=pick.bought,
        )
    )


def _of_good(pick: Pick, link: ShareLink, posters: list[Poster], at: datetime) -> Shared:
    code = living_passcode(link, at=at)
    place = rules_at(at).SHOP_SUFFIX
    spoken = (
        passcode_words(code=code.code, place=place, title=pick.good.title, price_fen=pick.good.price_from_fen)
        if code
        else ""
    )
    return Shared(link, url_of(link), posters, captions_for(pick=pick, link=link, at=at), code, spoken)


def _of_shop(
    shop: Shop, shown: Sequence[Pick], link: ShareLink, posters: list[Poster], at: datetime
) -> Shared:
    code, place = living_passcode(link, at=at), rules_at(at).SHOP_SUFFIX
    name = display_name(shop.name, place)
    words = write_shop_captions(
        ShopCaptionSpec(
            shop_name=name,
            number=shop.number,
            description=shop.description,
            url=url_of(link),
            goods=tuple((pick.good.title, pick.good.price_from_fen) for pick in shown),
        )
    )
    spoken = passcode_words(code=code.code, place=place, shop_name=name) if code else ""
    return Shared(link, url_of(link), posters, words, code, spoken)
