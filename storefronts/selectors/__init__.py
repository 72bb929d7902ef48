"""Lists of shops, picks, pool goods and clicks. The tenant or actor comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import User
from storefronts.models import (
    Click,
    InvitationCode,
    Owner,
    OwnerStanding,
    Passcode,
    Pick,
    Poster,
    Section,
    ShareLink,
    Shop,
)
from storefronts.states import Channel, PosterStatus, ShopStatus
from suppliers.models import Good
from suppliers.selectors import on_sale, stock_of_goods, tags_of
from suppliers.states import Season, Tag
from taoxiaopu.kernel import clock, rows
from taoxiaopu.kernel.models import Job, JobStatus
from taoxiaopu.kernel.money import CommissionSplit, split_commission
from taoxiaopu.kernel.screening import NameVerdict, check_name
from taoxiaopu.kernel.settings import Rules, rules_at

NAMED = 200  # owners that a part of a name finds


def owner_by_number(public_id: str) -> Owner | None:
    """The owner whom a number names: for staff, who type it."""
    return Owner.objects.filter(public_id=public_id).first()


def owner_of(user: User) -> Owner | None:
    """The owner that a user is, or None."""
    return Owner.objects.select_related("standing", "user").filter(user=user).first()


def shops_of(owner: Owner) -> "QuerySet[Shop]":
    """An owner's shops, oldest first."""
    return Shop.objects.filter(owner=owner).order_by("id")


def shop_in_use(owner: Owner, number: str = "") -> Shop | None:
    """The shop that an owner works in: the one of that number, else the first that is not closed, else None."""
    shops = list(shops_of(owner))
    chosen = [shop for shop in shops if shop.number == number]
    living = [shop for shop in shops if shop.status != ShopStatus.CLOSED]
    return next(iter([*chosen, *living, *shops]), None)


def standing_of(owner: Owner) -> OwnerStanding:
    """Tier, points and debt of an owner, as upper apps wrote them down."""
    return rows.find(OwnerStanding, owner_id=owner.pk)[0]


def display_name(name: str, suffix: str) -> str:
    """Name with the fixed suffix, for shops and members (docs/rules.md §1.2 rule 16)."""
    return f"{name}-{suffix}"


@dataclass(frozen=True, slots=True)
class NameAdvice:
    """What a name looks like with the suffix, what is wrong with it, and whether another shop has it."""

    verdict: NameVerdict
    shown: str
    taken: bool


def name_advice(name: str, *, besides: Shop | None = None, at: datetime) -> NameAdvice:
    """What the rules say of a shop name while it is typed; ``besides`` is the shop that is being renamed."""
    rules = rules_at(at)
    verdict = check_name(name, suffix=rules.SHOP_SUFFIX, least=rules.SHOP_NAME_MIN, most=rules.SHOP_NAME_MAX)
    others = Shop.objects.filter(name_skeleton=verdict.skeleton)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    return NameAdvice(verdict, display_name(verdict.clean, rules.SHOP_SUFFIX), others.exists())


def link_of_shop(shop: Shop) -> ShareLink | None:
    """The share link of the shop itself, made when it was opened."""
    return ShareLink.objects.filter(shop=shop, good=None, channel=Channel.OTHER).first()


@dataclass(frozen=True, slots=True)
class Offer:
    """A good as an owner sees it: ``earn`` per piece at the owner's tier, units ``sold`` here and ``stock`` left, its
    ``tags`` (docs/rules.md §1.3 rule 28).
    """

    good: Good
    earn: CommissionSplit
    sold: int
    stock: int
    pick_id: int | None
    tags: tuple[Tag, ...] = ()


def offers(owner: Owner, goods: Iterable[Good], *, at: datetime) -> list[Offer]:
    """What these goods of ``pool`` earn this owner, in fen, a suspended one without bonus (docs/rules.md §6.1, §7)."""
    rows, rules, standing = list(goods), rules_at(at), standing_of(owner)
    stocks, tags = stock_of_goods(rows), tags_of(rows, rules=rules)
    tier = 1 if standing.suspended else standing.tier
    return [
        Offer(
            good=good,
            earn=earn_of(good, tier, rules),
            sold=stocks[good.pk].sold,
            stock=stocks[good.pk].available,
            pick_id=getattr(good, "pick_id", None),
            tags=tags[good.pk],
        )
        for good in rows
    ]


def offer_of(owner: Owner, shop: Shop | None, good: Good, *, at: datetime) -> Offer:
    """One good as an owner sees it, off sale or not."""
    pick = Pick.objects.filter(shop=shop, good=good, slot__isnull=False).first()
    good.pick_id = pick.pk if pick else None  # type: ignore[attr-defined]  # as the pool annotates it
    return offers(owner, [good], at=at)[0]


def earn_of(good: Good, tier: int, rules: Rules) -> CommissionSplit:
    """What one piece at the lowest price earns an owner of this tier (docs/rules.md §6.1)."""
    return split_commission(
        good.price_from_fen, good.rate_bp, rules.PLATFORM_FEE_BP, rules.BONUS_BP[tier - 1]
    )


def sections_of(shop: Shop) -> "QuerySet[Section]":
    """A shop's sections in their order, each with how many live picks stand in it (``size``)."""
    live = Count("picks", filter=Q(picks__slot__isnull=False))
    return Section.objects.filter(shop=shop).annotate(size=live).order_by("position", "id")


def shown_sections(shop: Shop) -> "QuerySet[Section]":
    """The sections of a shop in which a consumer finds something."""
    shown = Pick.objects.filter(
        on_sale("good__"), section=OuterRef("pk"), slot__isnull=False, is_hidden=False
    )
    return Section.objects.filter(Exists(shown), shop=shop).order_by("position", "id")


def picks_of(shop: Shop, *, query: str = "") -> "QuerySet[Pick]":
    """A shop's live picks in their order, new ones on top, goods and suppliers loaded; invalid and hidden ones included."""
    picks = (
        Pick.objects.select_related("good__supplier", "good__category", "shop", "section")
        .filter(shop=shop, slot__isnull=False)
        .order_by("-is_pinned", "-place", "-id")
    )
    for word in query.replace("\x00", " ").split()[:6]:
        picks = picks.filter(Q(good__title__icontains=word[:40]) | Q(good__brand__icontains=word[:40]))
    return picks


@dataclass(frozen=True, slots=True)
class Picked:
    """A pick with what its good earns and has left; ``valid`` says whether consumers can buy it now, ``off_season`` whether
    nothing but its sale window keeps them from it.
    """

    pick: Pick
    offer: Offer
    valid: bool
    off_season: Season | None


def picked(owner: Owner, picks: Iterable[Pick], *, at: datetime) -> list[Picked]:
    """What these picks earn their owner, in the order given."""
    rows = list(picks)
    earns = offers(owner, [pick.good for pick in rows], at=at)
    return [
        Picked(pick, offer, pick.good.is_sellable_at(at), pick.good.off_season_at(at))
        for pick, offer in zip(rows, earns, strict=True)
    ]


def pick_count(shop: Shop) -> int:
    """How many of the 1,000 slots are taken."""
    return Pick.objects.filter(shop=shop, slot__isnull=False).count()


def invalid_pick_count(shop: Shop) -> int:
    """How many live picks cannot be bought now; they still count (docs/rules.md §1.6)."""
    picks = Pick.objects.filter(shop=shop, slot__isnull=False)
    return picks.count() - picks.filter(on_sale("good__")).count()


def visible_picks(shop: Shop, *, query: str = "") -> "QuerySet[Pick]":
    """What consumers see of a shop: picks that are not hidden and whose goods can be bought now."""
    return picks_of(shop, query=query).filter(on_sale("good__"), is_hidden=False)


def posters_of(link: ShareLink) -> "QuerySet[Poster]":
    """The poster of each style that was asked for last for a link."""
    return (
        Poster.objects.filter(link=link)
        .select_related("link")
        .order_by("style", "-requested_at", "-id")
        .distinct("style")
    )


def greeting_of(shop: Shop, good: Good | None, channel: Channel) -> str:
    """What the posters of this link say besides the shop's name, or an empty string."""
    return (
        ShareLink.objects.filter(shop=shop, good=good, channel=channel)
        .values_list("greeting", flat=True)
        .first()
        or ""
    )


def living_passcode(link: ShareLink, *, at: datetime) -> Passcode | None:
    """The link's passcode that is valid longest, or None."""
    return Passcode.objects.filter(link=link, expires_at__gt=at).order_by("-expires_at").first()


def clicks_of_visitors(visitors: Iterable[str], *, until: datetime) -> list[Click]:
    """All clicks of a visitor, known by one or two ids, up to an instant, the last first; links loaded."""
    ids = [visitor for visitor in visitors if visitor]
    clicks = [click for click in rows.find(Click, visitor=ids) if click.at <= until] if ids else []
    if not clicks:
        return []
    links = {link.pk: link for link in rows.find(ShareLink, id=[click.link_id for click in clicks])}
    for click in clicks:
        click.link = links[click.link_id]
    return sorted(clicks, key=lambda click: (click.at, click.pk), reverse=True)


def shows_other_price(pick: Pick) -> bool:
    """Whether some poster of this good in this shop was drawn with another price than today's."""
    drawn = Poster.objects.filter(pick=pick, status=PosterStatus.READY, price_fen__isnull=False)
    return drawn.exclude(price_fen=pick.good.price_from_fen).exists()


def failed_posters(posters: Iterable[Poster]) -> set[str]:
    """Public ids of posters whose drawing was given up after its tries: the page offers to try again."""
    keys = [poster.public_id for poster in posters]
    rows = Job.objects.filter(kind="storefronts.draw_poster", key__in=keys, status=JobStatus.FAILED)
    return set(rows.values_list("key", flat=True))


@dataclass(frozen=True, slots=True)
class ShopFigures:
    """Today's figures of a shop: opened links and distinct visitors."""

    clicks: int
    visitors: int


def clicks_since(shop: Shop, since: datetime) -> ShopFigures:
    """Counted clicks and visitors of a shop since an instant."""
    found = Click.objects.filter(link__shop=shop, counted=True, at__gte=since).aggregate(
        clicks=Count("pk"), visitors=Count("visitor", distinct=True)
    )
    return ShopFigures(found["clicks"], found["visitors"])


def clicks_by_day(owner: Owner, *, since: datetime) -> dict[date, int]:
    """Counted clicks on an owner's links since an instant, by Shanghai day; days without are left out."""
    rows = (
        Click.objects.filter(link__shop__owner=owner, counted=True, at__gte=since)
        .annotate(day=TruncDate("at", tzinfo=clock.SHANGHAI))
        .values_list("day")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return dict(rows)


def clicks_by_channel(owner: Owner, *, since: datetime) -> dict[str, int]:
    """Counted clicks on an owner's links since an instant, by channel; channels without are left out."""
    rows = (
        Click.objects.filter(link__shop__owner=owner, counted=True, at__gte=since)
        .values_list("link__channel")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return dict(rows)


def invitations() -> "QuerySet[InvitationCode]":
    """All invitation codes, newest first: staff only."""
    return InvitationCode.objects.order_by("-id")


def owner_names(public_ids: set[str]) -> dict[str, str]:
    """The nicknames behind owners' public ids: staff only."""
    return dict(Owner.objects.filter(public_id__in=public_ids).values_list("public_id", "user__nickname"))


def owners_named(text: str) -> set[str]:
    """The public ids of owners whose nickname contains a text, at most NAMED: staff only."""
    found = Owner.objects.filter(user__nickname__icontains=text).order_by("pk")
    return set(found.values_list("public_id", flat=True)[:NAMED])


def owners_people() -> "QuerySet[Any]":
    """The keys of the users who are owners: who gets letters to all of them."""
    return Owner.objects.values("user_id")


def names_to_review() -> int:
    """How many shop names wait for staff."""
    return Shop.objects.filter(status=ShopStatus.NAME_REVIEW).count()
