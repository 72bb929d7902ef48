"""What upper apps write down here about an owner, and what staff decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.services import Entry, notify, notify_each
from storefronts import letters
from storefronts.errors import NotSuspended
from storefronts.models import BoughtGood, Owner, OwnerStanding, Pick, Shop
from storefronts.states import SHOPS, ShopStatus
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.settings import rules_at

TOLD_AT_ONCE = 1000
SYSTEM = Actor.system("points")


@dataclass(frozen=True, slots=True)
class Violations:
    """What an owner's violation points do, as disputes reckoned it: points of ``year``; instants at which something ends."""

    points: int
    year: int
    stopped_until: datetime | None = None
    hidden_until: datetime | None = None
    is_reviewed: bool = False
    is_closed: bool = False


def write_tier(*, owner: Owner, tier: int) -> None:
    """Write down the tier of an owner. Commissions call it."""
    OwnerStanding.objects.filter(owner=owner).update(tier=tier)


def write_violations(*, owner: Owner, violations: Violations, at: datetime) -> None:
    """Write down an owner's points and what they do, and hide or show the owner's shops. Disputes call it, holding
    the owner's lock.
    """
    OwnerStanding.objects.filter(owner=owner).update(
        points=violations.points,
        points_year=violations.year,
        stopped_until=violations.stopped_until,
        hidden_until=violations.hidden_until,
        is_reviewed=violations.is_reviewed,
        is_closed=violations.is_closed,
    )
    follow_violations(lock_rows(Shop.objects.filter(owner=owner)), at=at)


def follow_violations(shops: Sequence[Shop], *, at: datetime) -> int:
    """Move locked shops as their owner's points have it: open ones are hidden while it lasts, hidden ones shown again
    afterwards. Returns how many moved.
    """
    moved = 0
    standings = {
        one.owner_id: one for one in OwnerStanding.objects.filter(owner__in={shop.owner_id for shop in shops})
    }
    for shop in shops:
        is_hidden = standings[shop.owner_id].hides_shops(at)
        if is_hidden and shop.status == ShopStatus.OPEN:
            SHOPS.apply(shop, "penalise", actor=SYSTEM, at=at)
            moved += 1
        elif not is_hidden and shop.status == ShopStatus.PENALISED:
            SHOPS.apply(shop, "restore", actor=SYSTEM, at=at)
            moved += 1
    return moved


def restore_shops(*, at: datetime) -> int:
    """Show the shops whose time of hiding is over; returns how many. Safe twice and at once."""
    over = Shop.objects.filter(status=ShopStatus.PENALISED, owner__standing__is_closed=False).filter(
        Q(owner__standing__hidden_until__lte=at) | Q(owner__standing__hidden_until=None)
    )
    with transaction.atomic():
        return follow_violations(lock_rows(over), at=at)


def write_debt(*, owner: Owner, debt_fen: int, at: datetime) -> None:
    """Write down what an owner owes now, in fen; the day on which it began stays until nothing is owed."""
    standing = OwnerStanding.objects.filter(owner=owner)
    if debt_fen:
        standing.update(debt_fen=debt_fen, debt_since=Coalesce("debt_since", at))
    else:
        standing.update(debt_fen=0, debt_since=None, debt_told=False)


def tell_of_old_debts(*, at: datetime) -> int:
    """Tell owners, once a debt, that picking is paused because nothing was repaid for so long; return how many (§6.6)."""
    rules = rules_at(at)
    with transaction.atomic():
        old = OwnerStanding.objects.filter(
            debt_since__lt=at - timedelta(days=rules.DEBT_PAUSE_D), debt_told=False
        ).select_related("owner")
        found = lock_rows(
            old.filter(pk__in=list(old.order_by("pk").values_list("pk", flat=True)[:TOLD_AT_ONCE]))
        )
        notify_each(
            kind=letters.PICKING_PAUSED,
            entries=[
                Entry(
                    standing.owner.user_id,
                    f"{standing.debt_since:%Y-%m-%dT%H:%M:%S}",
                    {"debt_fen": standing.debt_fen, "days": rules.DEBT_PAUSE_D},
                )
                for standing in found
            ],
            at=at,
        )
        OwnerStanding.objects.filter(pk__in=[standing.pk for standing in found]).update(debt_told=True)
    return len(found)


def suspend_owner(*, public_id: str, reason: str, actor: Actor, at: datetime) -> Owner:
    """Stop an owner's money: no withdrawals, no bonus, no judgement of the level, while it lasts (§6.3, §7.3 rule 6).

    Raises BadInput without a reason, NotFound, NotSuspended when it is so already.
    """
    return _set_suspended(True, public_id, reason, actor, at)


def resume_owner(*, public_id: str, reason: str, actor: Actor, at: datetime) -> Owner:
    """End a suspension. Raises as ``suspend_owner``."""
    return _set_suspended(False, public_id, reason, actor, at)


def _set_suspended(suspended: bool, public_id: str, reason: str, actor: Actor, at: datetime) -> Owner:
    if len(reason.strip()) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        owners = lock_rows(Owner.objects.filter(public_id=public_id))
        if not owners:
            raise NotFound
        owner = owners[0]
        standing = OwnerStanding.objects.filter(owner=owner, suspended=not suspended)
        if not standing.update(suspended=suspended):
            raise NotSuspended(state=_("已暂停") if suspended else _("未暂停"))
        event = "suspend" if suspended else "resume"
        audit.record(
            actor=actor,
            subject_type="owner",
            subject_ref=public_id,
            event=event,
            at=at,
            reason=reason.strip(),
        )
        notify(
            kind=letters.SUSPENDED if suspended else letters.RESUMED,
            recipients=[owner.user_id],
            ref=at.isoformat(),
            at=at,
            facts={"reason": reason.strip()[:200]},
        )
        return owner


def tiers_fragment(*, source: str) -> str:
    """The statement that writes down the tiers of many owners: a part of a set-based run's own statement.

    ``source`` is a SELECT with the columns owner_id and tier.
    """
    return f"""
    UPDATE storefronts_ownerstanding AS s SET tier = f.tier FROM ({source}) AS f WHERE s.owner_id = f.owner_id"""  # noqa: S608


def mark_bought(*, user_id: int, good_id: int) -> None:
    """Somebody completed a purchase of a good: as an owner "I used it" is true from now on (docs/rules.md §3 C9)."""
    rows.insert(BoughtGood(user_id=user_id, good_id=good_id), once=True)
    Pick.objects.filter(shop__owner__user_id=user_id, good_id=good_id).update(bought=True)
