"""Picks: at most 1,000 a shop, each in a slot that the database keeps unique."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.services import Entry, notify_each
from storefronts import errors
from storefronts.captions import claims_use
from storefronts.letters import PICK_DELISTED, RATE_LOWERED
from storefronts.models import BoughtGood, OwnerStanding, Pick, Shop
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
    _require_standing(shop, rules, at)
    for good in goods:
        if not good.is_sellable_at(at):
            raise errors.NotInPool(title=good.title)
    with transaction.atomic():
        shelf = _Shelf(shop, goods, rules.PICK_LIMIT, at)
        return [shelf.put(good) for good in goods]


@dataclass(frozen=True, slots=True)
class BulkPicked:
    """What became of many goods, in the order asked for: ``picked`` now, ``already`` there, ``off_sale`` now, without
    a free slot (``no_room``).
    """

    picked: list[Pick]
    already: list[Good]
    off_sale: list[Good]
    no_room: list[Good]

    @property
    def asked(self) -> int:
        """How many goods this speaks of."""
        return len(self.picked) + len(self.already) + len(self.off_sale) + len(self.no_room)


def pick_each(*, shop: Shop, goods: Sequence[Good], at: datetime) -> BulkPicked:
    """Pick as many of these goods as can be; the rest is told, not raised. Raises PickingPaused, OwnerClosed."""
    rules = rules_at(at)
    _require_standing(shop, rules, at)
    done = BulkPicked([], [], [], [])
    with transaction.atomic():
        shelf = _Shelf(shop, goods, rules.PICK_LIMIT, at)
        for good in goods:
            if shelf.holds(good):
                done.already.append(good)
            elif not good.is_sellable_at(at):
                done.off_sale.append(good)
            elif not shelf.has_room:
                done.no_room.append(good)
            else:
                done.picked.append(shelf.put(good))
    return done


class _Shelf:
    """A shop's slots under the lock of its row: two requests must not both see the last free one."""

    def __init__(self, shop: Shop, goods: Sequence[Good], limit: int, at: datetime) -> None:
        self.shop, self.limit, self.at = shop, limit, at
        lock_rows(Shop.objects.filter(pk=shop.pk))
        taken = set(Pick.objects.filter(shop=shop, slot__isnull=False).values_list("slot", flat=True))
        self._free = [slot for slot in range(limit, 0, -1) if slot not in taken]
        self._known = {pick.good_id: pick for pick in Pick.objects.filter(shop=shop, good__in=goods)}
        self._top: int = Pick.objects.filter(shop=shop).aggregate(top=Max("place", default=0))["top"]
        bought = BoughtGood.objects.filter(user__owner=shop.owner_id, good__in=goods)
        self._bought = set(bought.values_list("good_id", flat=True))

    @property
    def has_room(self) -> bool:
        return bool(self._free)

    def holds(self, good: Good) -> bool:
        known = self._known.get(good.pk)
        return known is not None and known.slot is not None

    def put(self, good: Good) -> Pick:
        """The good's pick, on top of the shop if it is new there. Raises PickLimitReached."""
        if self.holds(good):
            return self._known[good.pk]
        row = self._known.get(good.pk) or Pick(shop=self.shop, good=good)
        row.is_pinned = row.is_hidden = False
        row.section = None
        row.place = self.on_top()
        row.bought = row.bought or good.pk in self._bought
        self.take(row)
        return row

    def on_top(self) -> int:
        """A place above all that there are, and that nobody has had."""
        self._top += 1
        return self._top

    def take(self, row: Pick, slot: int | None = None) -> None:
        """Give a pick a slot, the first free one when none is named, at what its good costs and pays now."""
        if slot is None and not self._free:
            raise errors.PickLimitReached(limit=self.limit)
        row.slot, row.picked_at = slot or self._free.pop(), self.at
        row.seen_price_fen, row.seen_rate_bp = row.good.price_from_fen, row.good.rate_bp
        row.save()
        self._known[row.good_id] = row


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


def restore(*, pick: Pick, at: datetime) -> Pick:
    """Undo ``unpick``: the pick stands where it stood, with its words and its section. One that is there stays as it is.

    Raises NotInPool, PickLimitReached, PickingPaused, OwnerClosed.
    """
    rules = rules_at(at)
    _require_standing(pick.shop, rules, at)
    if not pick.good.is_sellable_at(at):
        raise errors.NotInPool(title=pick.good.title)
    with transaction.atomic():
        shelf = _Shelf(pick.shop, [pick.good], rules.PICK_LIMIT, at)
        row = Pick.objects.select_related("good").get(pk=pick.pk)
        if row.slot is None:
            shelf.take(row)
        return row


def replace(*, pick: Pick, good: Good, at: datetime) -> Pick:
    """Put another good where a pick stands: its slot, place, section and pin. A repeated call changes nothing.

    Raises NotInPool, AlreadyPicked when the other one is in the shop, PickGone when the pick is not, PickingPaused, OwnerClosed.
    """
    rules = rules_at(at)
    _require_standing(pick.shop, rules, at)
    if not good.is_sellable_at(at):
        raise errors.NotInPool(title=good.title)
    with transaction.atomic():
        shelf = _Shelf(pick.shop, [good], rules.PICK_LIMIT, at)
        old = Pick.objects.get(pk=pick.pk)
        new = Pick.objects.filter(shop=pick.shop, good=good).first() or Pick(shop=pick.shop, good=good)
        if new.slot is not None:
            if old.slot is None:
                return new
            raise errors.AlreadyPicked(title=good.title)
        if old.slot is None:
            raise errors.PickGone
        slot = old.slot
        Pick.objects.filter(pk=old.pk).update(slot=None, place=shelf.on_top())
        new.place, new.section_id = old.place, old.section_id
        new.is_pinned, new.is_hidden = old.is_pinned, old.is_hidden
        new.good = good
        new.bought = (
            new.bought or BoughtGood.objects.filter(user__owner=pick.shop.owner_id, good=good).exists()
        )
        shelf.take(new, slot)
        return new


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
