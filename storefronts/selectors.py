"""Lists of shops, picks, pool goods and clicks. The tenant or actor comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from storefronts.models import Click, InvitationCode, Owner, OwnerStanding, Pick, Poster, ShareLink, Shop
from storefronts.states import ShopStatus
from suppliers.models import Good
from suppliers.selectors import sellable_goods
from suppliers.states import GoodStatus, SupplierStatus
from taoxiaopu.kernel.models import Job, JobStatus
from taoxiaopu.kernel.money import CommissionSplit, split_commission
from taoxiaopu.kernel.settings import Rules


def owner_of(user: User) -> Owner | None:
    """The owner that a user is, or None."""
    return Owner.objects.select_related("standing", "user").filter(user=user).first()


def shops_of(owner: Owner) -> "QuerySet[Shop]":
    """An owner's shops, oldest first."""
    return Shop.objects.filter(owner=owner).order_by("id")


def standing_of(owner: Owner) -> OwnerStanding:
    """Tier, points and debt of an owner, as upper apps wrote them down."""
    return OwnerStanding.objects.get(owner=owner)


def display_name(name: str, suffix: str) -> str:
    """Name with the fixed suffix, for shops and members (docs/rules.md §1.2 rule 16)."""
    return f"{name}-{suffix}"


def pool(
    owner: Owner, shop: Shop | None, *, query: str = "", category: str = "", sort: str = "sales"
) -> "QuerySet[Good]":
    """Goods that the owner can pick, each with ``is_picked`` for the shop. ``sort`` also takes ``earn``."""
    goods = sellable_goods(query=query, category=category, sort=sort)
    if sort == "earn":
        goods = goods.order_by((F("price_from_fen") * F("rate_bp")).desc(), "-id")
    picked = Pick.objects.filter(shop=shop, good=OuterRef("pk"), slot__isnull=False)
    return goods.annotate(is_picked=Exists(picked))


def earn_of(good: Good, tier: int, rules: Rules) -> CommissionSplit:
    """What one piece at the lowest price earns an owner of this tier (docs/rules.md §6.1)."""
    return split_commission(
        good.price_from_fen, good.rate_bp, rules.PLATFORM_FEE_BP, rules.BONUS_BP[tier - 1]
    )


def picks_of(shop: Shop) -> "QuerySet[Pick]":
    """A shop's live picks, newest first, goods and suppliers loaded; invalid ones included."""
    return (
        Pick.objects.select_related("good__supplier", "good__category")
        .filter(shop=shop, slot__isnull=False)
        .order_by("-picked_at", "-id")
    )


def pick_count(shop: Shop) -> int:
    """How many of the 1,000 slots are taken."""
    return Pick.objects.filter(shop=shop, slot__isnull=False).count()


def visible_picks(shop: Shop, *, query: str = "") -> "QuerySet[Pick]":
    """What consumers see of a shop: picks whose goods can be bought now."""
    picks = picks_of(shop).filter(
        good__status=GoodStatus.LISTED, good__supplier__status=SupplierStatus.ACTIVE
    )
    for word in query.replace("\x00", " ").split()[:6]:
        picks = picks.filter(Q(good__title__icontains=word[:40]) | Q(good__brand__icontains=word[:40]))
    return picks


def posters_of(pick: Pick, link: ShareLink) -> "QuerySet[Poster]":
    """The newest poster of each style for a pick and link."""
    return Poster.objects.filter(pick=pick, link=link).order_by("style", "-id").distinct("style")


def last_click(visitor: str, shop: Shop, *, at: datetime, window_h: int) -> Click | None:
    """The visitor's last counted click on this shop's links within the window, to the second (§6.4)."""
    if not visitor:
        return None
    return (
        Click.objects.filter(
            visitor=visitor, link__shop=shop, counted=True, at__gte=at - timedelta(hours=window_h), at__lte=at
        )
        .order_by("-at", "-id")
        .first()
    )


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


def invitations() -> "QuerySet[InvitationCode]":
    """All invitation codes, newest first: staff only."""
    return InvitationCode.objects.order_by("-id")


def open_shops() -> "QuerySet[Shop]":
    """Shops whose pages sell."""
    return Shop.objects.select_related("owner").filter(status=ShopStatus.OPEN)
