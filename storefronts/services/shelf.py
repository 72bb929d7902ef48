"""How a shop's picks are laid out: order, pins, hidden ones, sections. All under the lock of the shop's row."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from storefronts import errors
from storefronts.models import Pick, Section, Shop
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.screening import Action, screen
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import listed

SECTION_NAME_MAX = 12


def _lock(shop: Shop) -> None:
    lock_rows(Shop.objects.filter(pk=shop.pk))  # two orders laid over each other would be a third


def _live(shop: Shop) -> list[Pick]:
    """The picks of a locked shop in their order."""
    return list(Pick.objects.filter(shop=shop, slot__isnull=False).order_by("-is_pinned", "-place", "-pk"))


def arrange(*, shop: Shop, order: Sequence[int]) -> None:
    """Put these picks into this order, on the places that they hold between them; all others stay where they are.

    Pinned ones stay before the rest whatever the order says. Raises NotFound when one is no live pick of the shop.
    """
    with transaction.atomic():
        _lock(shop)
        found = {pick.pk: pick for pick in _live(shop)}
        if len(set(order)) != len(order) or not found.keys() >= set(order):
            raise NotFound
        chosen = [found[key] for key in order]
        _spread(chosen, sorted((pick.place for pick in chosen), reverse=True))


def move(*, pick: Pick, to: int) -> None:
    """Put a pick at a number in the shop's order, from 1; beyond the ends, and beyond the pinned ones, means the last one
    possible. Raises NotFound when it is not in the shop any more.
    """
    with transaction.atomic():
        _lock(pick.shop)
        live = _live(pick.shop)
        row = next((one for one in live if one.pk == pick.pk), None)
        if row is None:
            raise NotFound
        pinned = sum(one.is_pinned for one in live)
        first, last = (1, pinned) if row.is_pinned else (pinned + 1, len(live))
        live.remove(row)
        live.insert(min(max(to, first), last) - 1, row)
        group = live[first - 1 : last]
        _spread(group, sorted((one.place for one in group), reverse=True))


def _spread(picks: Sequence[Pick], places: Sequence[int]) -> None:
    """Give these picks these places, of which none is another's."""
    changed = []
    for pick, place in zip(picks, places, strict=True):
        if pick.place != place:
            pick.place = place
            changed.append(pick)
    rows.update_all(changed, "place")


def set_pinned(*, pick: Pick, pinned: bool, at: datetime) -> None:
    """Keep a pick on top of the shop, or no longer. Raises PinLimitReached."""
    limit = rules_at(at).PIN_LIMIT
    with transaction.atomic():
        _lock(pick.shop)
        others = Pick.objects.filter(shop=pick.shop, slot__isnull=False, is_pinned=True).exclude(pk=pick.pk)
        if pinned and others.count() >= limit:
            raise errors.PinLimitReached(limit=limit)
        Pick.objects.filter(pk=pick.pk, slot__isnull=False).update(is_pinned=pinned)


def set_hidden(*, pick: Pick, hidden: bool) -> None:
    """Leave a pick out of the shop's lists, or show it again; links to it work all the while."""
    Pick.objects.filter(pk=pick.pk, slot__isnull=False).update(is_hidden=hidden)


def show(
    *,
    pick: Pick,
    pinned: bool | None = None,
    hidden: bool | None = None,
    section: Section | None = None,
    sets_section: bool = False,
    place: int | None = None,
    at: datetime,
) -> None:
    """Change all of what a pick's display has, or nothing: what is None stays; ``section`` counts with ``sets_section``.

    Raises PinLimitReached, NotFound.
    """
    with transaction.atomic():
        if pinned is not None:
            set_pinned(pick=pick, pinned=pinned, at=at)
        if hidden is not None:
            set_hidden(pick=pick, hidden=hidden)
        if sets_section:
            put_into_section(pick=pick, section=section)
        if place is not None:
            move(pick=pick, to=place)


def take_note(*, pick: Pick) -> None:
    """The owner knows what the good costs and pays now: later changes are told from here on."""
    good = pick.good
    Pick.objects.filter(pk=pick.pk).update(seen_price_fen=good.price_from_fen, seen_rate_bp=good.rate_bp)


# --- Sections --------------------------------------------------------------------------------------------


def add_section(*, shop: Shop, name: str, at: datetime) -> Section:
    """A new group at the end. Raises BadSection, SectionLimitReached."""
    name = _good_name(name)
    limit = rules_at(at).SECTION_LIMIT
    with transaction.atomic():
        _lock(shop)
        there = list(Section.objects.filter(shop=shop).order_by("position", "pk"))
        if len(there) >= limit:
            raise errors.SectionLimitReached(limit=limit)
        _require_free(name, there)
        last = there[-1].position if there else 0
        return Section.objects.create(shop=shop, name=name, position=last + 1)


def rename_section(*, section: Section, name: str) -> None:
    """Another name. Raises BadSection."""
    name = _good_name(name)
    with transaction.atomic():
        _lock(section.shop)
        _require_free(name, list(Section.objects.filter(shop=section.shop_id).exclude(pk=section.pk)))
        Section.objects.filter(pk=section.pk).update(name=name)


def move_section(*, section: Section, to: int) -> None:
    """Put a section at a number, from 1; beyond the ends means the first or the last."""
    with transaction.atomic():
        _lock(section.shop)
        there = list(Section.objects.filter(shop=section.shop_id).order_by("position", "pk"))
        row = next(one for one in there if one.pk == section.pk)
        there.remove(row)
        there.insert(min(max(to, 1), len(there) + 1) - 1, row)
        for position, one in enumerate(there, start=1):
            one.position = position
        rows.update_all(there, "position")


def change_section(*, section: Section, name: str | None = None, place: int | None = None) -> None:
    """Another name, another place, or both; what is None stays. Raises BadSection."""
    with transaction.atomic():
        if name is not None:
            rename_section(section=section, name=name)
        if place is not None:
            move_section(section=section, to=place)


def remove_section(*, section: Section) -> None:
    """Its picks stay in the shop, in no section. A second call changes nothing."""
    with transaction.atomic():
        _lock(section.shop)
        Pick.objects.filter(section=section.pk).update(section=None)
        Section.objects.filter(pk=section.pk).delete()


def put_into_section(*, pick: Pick, section: Section | None) -> None:
    """Put a pick into one of its shop's sections, or into none. Raises NotFound for another shop's or one that is gone."""
    with transaction.atomic():
        _lock(pick.shop)
        if section is not None and not Section.objects.filter(pk=section.pk, shop=pick.shop_id).exists():
            raise NotFound
        Pick.objects.filter(pk=pick.pk).update(section=section)


def _good_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise errors.BadSection(why=_("请填写分组名"))
    if len(name) > SECTION_NAME_MAX:
        raise errors.BadSection(why=_("分组名最多 {limit} 字").format(limit=SECTION_NAME_MAX))
    words = list(dict.fromkeys(hit.word for hit in screen(name) if hit.action == Action.BLOCK))
    if words:
        raise errors.BadSection(why=_("分组名含广告法禁用词：{words}").format(words=listed(words)))
    return name


def _require_free(name: str, others: Sequence[Section]) -> None:
    if any(one.name == name for one in others):
        raise errors.BadSection(why=_("已有同名的分组"))
