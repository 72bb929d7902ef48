"""Picks: at most 1,000 a shop, each in a slot that the database keeps unique."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import Entry, notify_each
from storefronts import errors
from storefronts.captions import claims_use
from storefronts.letters import PICK_DELISTED, RATE_LOWERED
from storefronts.models import OwnerStanding, Pick, Shop
from suppliers.models import Good
from suppliers.services.goods import (
    blocked_words,
    lowered_rates_to_tell,
    mark_rate_told,
    rate_counts_from,
)
from suppliers.states import GoodStatus
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import Rules, rules_at
from taoxiaopu.kernel.templatetags.kernel_format import listed, percent_bp

TOLD_AT_ONCE = 1000
RATES_AT_ONCE = 50


def pick(*, shop: Shop, goods: Sequence[Good], at: datetime) -> list[Pick]:
    """Pick goods into a shop, all or none; one that is there already stays as it is.

    Raises NotInPool, PickLimitReached, PickingPaused, OwnerClosed.
    """
    rules = rules_at(at)
    limit = rules.PICK_LIMIT
    _require_standing(shop, rules, at)
    for good in goods:
        if not good.is_sellable_at(at):
            raise errors.NotInPool(title=good.title)
    with transaction.atomic():
        lock_rows(Shop.objects.filter(pk=shop.pk))  # two requests must not both see the last free slot
        taken = set(Pick.objects.filter(shop=shop, slot__isnull=False).values_list("slot", flat=True))
        known = {p.good_id: p for p in Pick.objects.filter(shop=shop, good__in=goods)}
        picks: list[Pick] = []
        free = (slot for slot in range(1, limit + 1) if slot not in taken)
        for good in goods:
            row = known.get(good.pk)
            if row is None or row.slot is None:
                slot = next(free, None)
                if slot is None:
                    raise errors.PickLimitReached(limit=limit)
                row = row or Pick(shop=shop, good=good)
                row.slot, row.picked_at = slot, at
                row.save()
                known[good.pk] = row
            picks.append(row)
        return picks


def _require_standing(shop: Shop, rules: Rules, at: datetime) -> None:
    standing = OwnerStanding.objects.get(owner=shop.owner_id)
    if standing.is_closed:
        raise errors.OwnerClosed
    if standing.debt_since is not None and standing.debt_since < at - timedelta(days=rules.DEBT_PAUSE_D):
        debt = format_yuan(standing.debt_fen, thousands=True)
        raise errors.PickingPaused(debt=debt, days=rules.DEBT_PAUSE_D)


def unpick(*, pick: Pick) -> None:
    """Take a good out of the shop; its slot is free at once. A second call changes nothing."""
    Pick.objects.filter(pk=pick.pk).update(slot=None)


def tell_of_delisted(*, at: datetime) -> int:
    """Tell owners which picks went off sale since the last time, once until they are on sale again; return how many.

    Set-based: suppliers stand below and know no owners, so nothing is told when a good is delisted.
    """
    with transaction.atomic():
        Pick.objects.filter(told_delisted=True, good__status=GoodStatus.LISTED).update(told_delisted=False)
        off_sale = Pick.objects.filter(
            told_delisted=False,
            slot__isnull=False,
            good__status__in=[GoodStatus.DELISTED, GoodStatus.REFUSED],
        )
        first = list(off_sale.order_by("pk").values_list("pk", flat=True)[:TOLD_AT_ONCE])
        if not first:
            return 0
        picks = lock_rows(
            Pick.objects.select_related("good", "shop__owner").filter(pk__in=first, told_delisted=False)
        )
        notify_each(
            kind=PICK_DELISTED,
            entries=[
                Entry(
                    pick.shop.owner.user_id,
                    f"{pick.pk}:{pick.good.changed_at.isoformat()}",
                    {"title": pick.good.title},
                    [str(pick.pk)],
                )
                for pick in picks
            ],
            at=at,
        )
        Pick.objects.filter(pk__in=[pick.pk for pick in picks]).update(told_delisted=True)
    return len(picks)


def tell_of_lowered_rates(*, at: datetime) -> int:
    """Tell the owners who picked a good that its rate will fall; only then its 24 h run (docs/rules.md §6.1).

    All of a good's owners in one transaction with the mark that they were told; return how many goods.
    """
    with transaction.atomic():
        goods = lowered_rates_to_tell(RATES_AT_ONCE)
        counts = rate_counts_from(at)
        for good in goods:
            picks = (
                Pick.objects.select_related("shop__owner")
                .filter(good=good, slot__isnull=False)
                .order_by("pk")
            )
            notify_each(
                kind=RATE_LOWERED,
                entries=[
                    Entry(
                        pick.shop.owner.user_id,
                        f"{pick.pk}:{good.next_rate_bp}:{at.isoformat()}",
                        {
                            "title": good.title,
                            "now": percent_bp(good.rate_bp),
                            "later": percent_bp(good.next_rate_bp),
                            "counts_at": counts.isoformat(),
                        },
                        [str(pick.pk)],
                    )
                    for pick in picks
                ],
                at=at,
            )
            mark_rate_told(good=good, at=at)
    return len(goods)


def recommend(*, pick: Pick, text: str, at: datetime) -> Pick:
    """Set why the owner recommends the good: at most 200 characters, no blocked words, and "I used it" only with a
    completed purchase (docs/rules.md §1.6, §8.3). Raises BadRecommendation.
    """
    text = " ".join(text.split())
    limit = rules_at(at).RECOMMENDATION_MAX
    if len(text) > limit:
        raise errors.BadRecommendation(why=_("推荐理由最多 {limit} 字").format(limit=limit))
    words = blocked_words(text, pick.good.category)
    if words:
        raise errors.BadRecommendation(why=_("推荐理由含广告法禁用词：{words}").format(words=listed(words)))
    if claims_use(text) and not pick.bought:
        raise errors.BadRecommendation(why=_("购买并确认收货后，才能写“用过”“亲测”等体验"))
    pick.recommendation = text
    pick.save(update_fields=["recommendation"])
    return pick
