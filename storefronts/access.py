"""One object of storefronts for one actor, or NotFound."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Q, QuerySet

from accounts.models import User
from storefronts import errors
from storefronts.models import Conversation, Owner, Passcode, Pick, Poster, Section, ShareLink, Shop
from storefronts.states import Channel, ShopStatus, Way
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import rules_at

PASTED_MAX = 2000
_PASSCODE = re.compile(r"[¥￥₤€$(（《]\s?([A-Za-z0-9]{11})\s?[¥￥₤€$)）》]")
_SHORT_LINK = re.compile(r"/x/([a-z0-9]{6,12})\b")
_SHOP_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5,7}(?![0-9A-Za-z])")
_NUMBERS_TRIED = 3


def owner_for(user: User) -> Owner:
    """The owner that a signed-in user is. Raises NotFound."""
    owner = Owner.objects.select_related("standing", "user").filter(user=user).first()
    if owner is None:
        raise NotFound
    return owner


def shop_for_owner(owner: Owner, number: str) -> Shop:
    """An owner's own shop. Raises NotFound."""
    shop = Shop.objects.select_related("owner").filter(owner=owner, number=number).first()
    if shop is None:
        raise NotFound
    return shop


def shop_for_visitor(number: str) -> Shop:
    """An open shop by its number; a hidden, closed or unreviewed one does not exist for visitors. Raises NotFound."""
    shop = (
        Shop.objects.select_related("owner__standing").filter(number=number, status=ShopStatus.OPEN).first()
    )
    if shop is None:
        raise NotFound
    return shop


def pick_for_owner(owner: Owner, pick_id: int) -> Pick:
    """An owner's own live pick. Raises NotFound."""
    pick = (
        Pick.objects.select_related("shop__owner__standing", "good__supplier", "good__category")
        .filter(pk=pick_id, shop__owner=owner, slot__isnull=False)
        .first()
    )
    if pick is None:
        raise NotFound
    return pick


def removed_pick_for_owner(owner: Owner, pick_id: int) -> Pick:
    """An owner's own pick, also one that was taken out of the shop. Raises NotFound."""
    picks = Pick.objects.select_related("shop__owner__standing", "good__supplier", "good__category")
    pick = picks.filter(pk=pick_id, shop__owner=owner).first()
    if pick is None:
        raise NotFound
    return pick


def section_for_owner(owner: Owner, section_id: int) -> Section:
    """A section of one of the owner's shops. Raises NotFound."""
    section = Section.objects.select_related("shop").filter(pk=section_id, shop__owner=owner).first()
    if section is None:
        raise NotFound
    return section


def pick_for_visitor(number: str, good_public_id: str) -> Pick:
    """A good as it stands in an open shop, in one query; a delisted good is found, so that its page can say so.

    Raises NotFound.
    """
    pick = (
        Pick.objects.select_related("good__supplier", "good__category", "shop")
        .annotate(present=clock.present())
        .filter(
            shop__number=number,
            shop__status=ShopStatus.OPEN,
            good__public_id=good_public_id,
            slot__isnull=False,
        )
        .exclude(good__status__in=["held", "refused"])
        .first()
    )
    if pick is None:
        raise NotFound
    return pick


def link_by_code(code: str) -> ShareLink:
    """The share link with this code. Raises NotFound."""
    link = ShareLink.objects.select_related("shop__owner", "good").filter(code=code).first()
    if link is None:
        raise NotFound
    return link


@dataclass(frozen=True, slots=True)
class Pasted:
    """The owner's link that a pasted text leads to, and by what."""

    link: ShareLink
    way: Way


def has_passcode(text: str) -> bool:
    """Whether a text holds what looks like a passcode."""
    return _PASSCODE.search(_plain(text)) is not None


def pasted(text: str, *, network: str, at: datetime) -> Pasted:
    """The link that a pasted text leads to: by its passcode, by a short link, or by the number of an open shop.

    Raises NothingPasted, PasscodeExpired, TooManyPastes.
    """
    plain = _plain(text)
    if found := _PASSCODE.search(plain):
        limit = rules_at(at).PASSCODE_TRIES_MIN
        if _tries(f"passcode:{network}:{at:%Y%m%d%H%M}") > limit:
            raise errors.TooManyPastes(minutes=1)
        code = (
            Passcode.objects.select_related("link__shop__owner", "link__good").filter(code=found[1]).first()
        )
        if code is not None:
            if code.expires_at <= at:
                raise errors.PasscodeExpired
            return Pasted(code.link, Way.PASSCODE)
    links = ShareLink.objects.select_related("shop__owner", "good")
    if found := _SHORT_LINK.search(plain):
        link = links.filter(code=found[1]).first()
        if link is not None:
            return Pasted(link, Way.LINK)
    for number in _SHOP_NUMBER.findall(plain)[:_NUMBERS_TRIED]:
        link = links.filter(
            shop__number=number, shop__status=ShopStatus.OPEN, good=None, channel=Channel.OTHER
        ).first()
        if link is not None:
            return Pasted(link, Way.NUMBER)
    raise errors.NothingPasted


def _plain(text: str) -> str:
    """A pasted text in plain widths: full-width digits and letters are typed, too."""
    return unicodedata.normalize("NFKC", text[:PASTED_MAX])


def _tries(key: str) -> int:
    cache.add(key, 0, 60)
    try:
        return int(cache.incr(key))
    except ValueError:  # Redis is away, or the minute ended between the two calls
        return 1


def link_for_owner(owner: Owner, code: str) -> ShareLink:
    """A link of one of the owner's shops. Raises NotFound."""
    link = (
        ShareLink.objects.select_related("shop__owner__standing", "good")
        .filter(code=code, shop__owner=owner)
        .first()
    )
    if link is None:
        raise NotFound
    return link


def poster_for_owner(owner: Owner, public_id: str) -> Poster:
    """A poster of one of the owner's shops. Raises NotFound."""
    poster = (
        Poster.objects.select_related("pick__good", "link")
        .filter(public_id=public_id, link__shop__owner=owner)
        .first()
    )
    if poster is None:
        raise NotFound
    return poster


def conversation_for_asker(asked: Q, number: str) -> Conversation:
    """A consumer's own conversation; ``asked`` says which are theirs (``orders.selectors.asked_by``). Raises NotFound."""
    return _conversation(Conversation.objects.filter(asked), number)


def conversation_for_owner(owner: Owner, number: str) -> Conversation:
    """A conversation that was the owner's to answer at some time. Raises NotFound."""
    return _conversation(Conversation.objects.filter(owner=owner).exclude(owner_until=0), number)


def conversation_for_supplier(supplier: Supplier, number: str) -> Conversation:
    """A conversation about one of the supplier's goods, once it came to the supplier. Raises NotFound."""
    return _conversation(Conversation.objects.filter(supplier=supplier, supplier_from__isnull=False), number)


def _conversation(found: "QuerySet[Conversation]", number: str) -> Conversation:
    row = found.select_related("good__category", "good__supplier", "shop", "supplier", "owner__user")
    one = row.filter(number=number).first()
    if one is None:
        raise NotFound
    return one
