"""SKUs of a good: written as a whole by its form, or singly by their terms. The caller holds the good's lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suppliers import errors
from suppliers.barcodes import read_barcode
from suppliers.models import Good, Sku
from suppliers.states import MovementKind
from suppliers.stock import receive, record_received
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.screening import Action, screen
from taoxiaopu.kernel.templatetags.kernel_format import listed

DEFAULT_SKU = gettext_noop("默认")
STOCK_MAX = 9_999_999
PRICE_MAX_FEN = 999_999_999
SKUS_MAX = 60
OPTION_NAME_MAX = 10
OPTION_VALUE_MAX = 28


@dataclass(frozen=True, slots=True)
class SkuDraft:
    """One SKU as typed: a value for each of the good's options (of a plain list: one), price in fen, stock that can
    be sold, and the key of the SKU that it changes.
    """

    values: tuple[str, ...]
    price_fen: int
    stock: int
    barcode: str = ""
    is_on: bool = True
    sku_id: int | None = None

    @property
    def name(self) -> str:
        """What orders and pages call it."""
        return " / ".join(self.values)


@dataclass(frozen=True, slots=True)
class SkuTerms:
    """What changes of one SKU; None stays."""

    sku_id: int
    price_fen: int | None = None
    stock: int | None = None
    is_on: bool | None = None


def checked_skus(options: Sequence[str], drafts: Sequence[SkuDraft], root: str) -> tuple[SkuDraft, ...]:
    """Drafts with trimmed values and stored barcodes. ``root`` is the code of the root category, for §8.3.

    Raises BadSkus, BadStock, BadInput, BadBarcode, BarcodeSpoilt.
    """
    _check_options(options)
    if not 1 <= len(drafts) <= SKUS_MAX:
        raise errors.BadSkus(what=_("规格须为 1 到 {limit} 个").format(limit=SKUS_MAX))
    clean = tuple(
        replace(
            draft,
            values=tuple(" ".join(value.split()) for value in draft.values),
            barcode=read_barcode(draft.barcode),
        )
        for draft in drafts
    )
    names: set[str] = set()
    for draft in clean:
        _check_values(draft, len(options) or 1, root)
        if draft.name in names:
            raise errors.BadSkus(what=_("规格“{name}”重复").format(name=draft.name))
        names.add(draft.name)
        check_price(draft.price_fen)
        check_stock(draft.stock)
    if not any(draft.is_on for draft in clean):
        raise errors.BadSkus(what=_("至少要有一个规格可售；要停售整件商品，请下架"))
    return clean


def _check_options(options: Sequence[str]) -> None:
    if len(options) > 2 or len(set(options)) != len(options):
        raise errors.BadSkus(what=_("规格名最多两个，且不能相同"))
    if not all(1 <= len(name) <= OPTION_NAME_MAX for name in options):
        raise errors.BadSkus(what=_("规格名须为 1 到 {limit} 字").format(limit=OPTION_NAME_MAX))


def _check_values(draft: SkuDraft, wanted: int, root: str) -> None:
    if len(draft.values) != wanted or not all(1 <= len(value) <= OPTION_VALUE_MAX for value in draft.values):
        raise errors.BadSkus(
            what=_("每个规格值须为 1 到 {limit} 字，且与规格名一一对应").format(limit=OPTION_VALUE_MAX)
        )
    words = [found.word for found in screen(draft.name, root) if found.action == Action.BLOCK]
    if words:
        raise errors.BadSkus(
            what=_("规格“{name}”含不能使用的词：{words}").format(name=draft.name, words=listed(words))
        )


def check_price(price_fen: int) -> None:
    """Raises BadInput."""
    if not 1 <= price_fen <= PRICE_MAX_FEN:
        raise BadInput(what=_("价格须在 0.01 到 9999999.99 元之间"))


def check_stock(stock: int) -> None:
    """Raises BadStock."""
    if not 0 <= stock <= STOCK_MAX:
        raise errors.BadStock(limit=STOCK_MAX)


def write_skus(row: Good, drafts: Sequence[SkuDraft], *, is_single: bool, actor: Actor, at: datetime) -> None:
    """Make the good's SKUs what the checked drafts say; what they leave out is switched off and keeps its stock.

    A draft finds its SKU by key, then by name. ``is_single``: the good is sold in one form, so the only SKU that is on
    is the one meant. Raises NotFound for a key of another good, BadSkus.
    """
    there = lock_rows(Sku.objects.filter(good=row))
    on = [sku for sku in there if sku.is_on]
    if is_single and len(on) == 1:
        drafts = [replace(drafts[0], sku_id=on[0].pk)]
    named = {draft.sku_id for draft in drafts}
    by_key, by_name = {sku.pk: sku for sku in there}, {sku.name: sku for sku in there if sku.pk not in named}
    kept: list[tuple[Sku, SkuDraft]] = []
    for draft in drafts:
        if draft.sku_id is not None and draft.sku_id not in by_key:
            raise NotFound
        sku = by_key.get(draft.sku_id or 0) or by_name.get(draft.name) or Sku(good=row, name=draft.name)
        kept.append((sku, draft))
    if len({sku.pk for sku, _draft in kept if sku.pk}) != sum(1 for sku, _draft in kept if sku.pk):
        raise errors.BadSkus(what=_("同一个规格填了两次"))
    chosen = {sku.pk for sku, _draft in kept}
    for sku in there:
        if sku.pk not in chosen and sku.is_on:
            sku.is_on = False
            sku.save(update_fields=["is_on"])
    if not is_single:
        _free_names(kept, there)
    new: list[Sku] = []
    by: dict[int, int] = {}
    for position, (sku, draft) in enumerate(kept):
        if not (is_single and sku.pk):
            sku.name = draft.name
            sku.value_1, sku.value_2 = (*draft.values, "", "")[:2] if row.option_1 else ("", "")
        sku.price_fen, sku.barcode, sku.is_on, sku.position = (
            draft.price_fen,
            draft.barcode,
            draft.is_on,
            position,
        )
        change = draft.stock - sku.available
        sku.received, sku.available = sku.received + change, draft.stock
        if sku.pk is None:
            new.append(sku)
        elif change:
            by[sku.pk] = change
        sku.save()
    receive(skus=new, ref=row.public_id, actor=actor, at=at)
    record_received(by, kind=MovementKind.SET, ref=row.public_id, actor=actor, at=at)


def _free_names(kept: Sequence[tuple[Sku, SkuDraft]], there: Sequence[Sku]) -> None:
    """Two SKUs may swap their names, and a new name may be that of one that was switched off."""
    wanted = {draft.name: sku.pk for sku, draft in kept}
    for sku in there:
        if wanted.get(sku.name, sku.pk) != sku.pk or (sku.name in wanted and wanted[sku.name] is None):
            sku.name = f"#{sku.pk}"
            sku.save(update_fields=["name"])


def write_terms(row: Good, terms: Iterable[SkuTerms], *, actor: Actor, at: datetime) -> bool:
    """Change price, stock or switch of single SKUs; return whether a buyer sees it (stock alone: no). Raises NotFound, BadStock, BadInput, BadSkus."""
    there = {sku.pk: sku for sku in lock_rows(Sku.objects.filter(good=row))}
    is_seen = False
    by: dict[int, int] = {}
    for term in terms:
        sku = there.get(term.sku_id)
        if sku is None:
            raise NotFound
        if term.price_fen is not None:
            check_price(term.price_fen)
            is_seen = is_seen or sku.price_fen != term.price_fen
            sku.price_fen = term.price_fen
        if term.stock is not None:
            check_stock(term.stock)
            change = term.stock - sku.available
            sku.received, sku.available = sku.received + change, term.stock
            if change:
                by[sku.pk] = by.get(sku.pk, 0) + change
        if term.is_on is not None:
            is_seen = is_seen or sku.is_on != term.is_on
            sku.is_on = term.is_on
        sku.save(update_fields=["price_fen", "received", "available", "is_on"])
    if not any(sku.is_on for sku in there.values()):
        raise errors.BadSkus(what=_("至少要有一个规格可售；要停售整件商品，请下架"))
    record_received(by, kind=MovementKind.SET, ref=row.public_id, actor=actor, at=at)
    return is_seen


def only_sku(row: Good) -> Sku:
    """The one SKU of a good that is sold in one form. Raises SeveralSkus."""
    on = list(Sku.objects.filter(good=row, is_on=True)[:2])
    if len(on) != 1:
        raise errors.SeveralSkus(title=row.title)
    return on[0]


def lowest_price(row: Good) -> int:
    """The lowest price in fen of the SKUs that are switched on, sold out or not (docs/rules.md §6.1)."""
    return int(Sku.objects.filter(good=row, is_on=True).aggregate(lowest=Min("price_fen"))["lowest"])
