"""Many goods at once: price, stock, rate and shelf, looked at first, made in one transaction, taken back within a day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from suppliers import errors, stock
from suppliers.models import BulkEdit, BulkEditLine, Good, MarketReference, Sku, Supplier
from suppliers.selectors import latest_references
from suppliers.services.bonds import require_category
from suppliers.services.goods import change_rate
from suppliers.services.import_writing import settle_prices
from suppliers.services.skus import PRICE_MAX_FEN, STOCK_MAX
from suppliers.states import GOODS, BulkAction, GoodStatus, MovementKind, SupplierStatus
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, DomainError, NotFound
from taoxiaopu.kernel.locking import lock_found, lock_rows
from taoxiaopu.kernel.money import format_yuan, half_up
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import percent_bp

BULK_MAX = 5_000
UNDO_WITHIN = timedelta(hours=24)
CHUNK = 500
PRICES = (BulkAction.PRICE_SET, BulkAction.PRICE_ADD, BulkAction.PRICE_PERCENT)
STOCKS = (BulkAction.STOCK_SET, BulkAction.STOCK_ADD)
SHELF = {BulkAction.LIST: "list", BulkAction.DELIST: "delist"}
ON_SHELF = {BulkAction.LIST: 1, BulkAction.DELIST: 0}
EVENT_BACK = {BulkAction.LIST: "delist", BulkAction.DELIST: "list"}


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What is to happen. ``value``: fen (set, add), bp of the old price (percent), units, or the rate's bp; signed where
    it adds.
    """

    action: BulkAction
    value: int = 0


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One SKU or good before and after; ``reason`` says why it stays as it is."""

    good: Good
    sku: Sku | None
    old: int
    new: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What a change would do: ``lines`` that change and ``refused`` that do not, in the order of the goods' keys."""

    lines: list[PlannedLine]
    refused: list[PlannedLine]


def plan_bulk(*, supplier: Supplier, goods: "QuerySet[Good]", change: BulkChange, at: datetime) -> BulkPlan:
    """What ``change`` would do to these goods of the supplier; nothing is changed.

    Raises NotActive, TooManyGoods, RateOutOfRange, BadStock, BadInput for a price out of range.
    """
    _check(supplier, change, at)
    keys = list(goods.filter(supplier=supplier).order_by("pk").values_list("pk", flat=True)[: BULK_MAX + 1])
    found = Good.objects.select_related("category").filter(pk__in=_few(keys)).order_by("pk")
    return _plan(supplier, list(found), change, at)


def apply_bulk(
    *, supplier: Supplier, goods: "QuerySet[Good]", change: BulkChange, seen: int, actor: Actor, at: datetime
) -> BulkEdit:
    """Make the change on all these goods or on none, and keep what was there before.

    ``seen`` is how many lines the supplier was shown to change. A lower rate waits as ``change_rate`` says; placed orders
    never change. Raises as ``plan_bulk``, and SelectionChanged.
    """
    _check(supplier, change, at)
    with transaction.atomic():
        keys = list(
            goods.filter(supplier=supplier).order_by("pk").values_list("pk", flat=True)[: BULK_MAX + 1]
        )
        locked = lock_rows(Good.objects.select_related("supplier", "category").filter(pk__in=_few(keys)))
        if change.action in PRICES + STOCKS:
            lock_rows(Sku.objects.filter(good__in=keys))
        plan = _plan(supplier, locked, change, at)
        if len(plan.lines) != seen:
            raise errors.SelectionChanged(n=len(plan.lines))
        if not plan.lines:
            raise BadInput(what=_("没有可以改动的商品"))
        edit = BulkEdit.objects.create(
            supplier=supplier, person=actor.person, action=change.action, value=change.value,
            changed=len(plan.lines), refused=len(plan.refused), made_at=at,
        )  # fmt: skip
        before = {line.good.pk: line.good.next_rate_bp for line in plan.lines}
        marks = _make(plan.lines, change.action, edit, actor, at)
        BulkEditLine.objects.bulk_create(
            [
                BulkEditLine(
                    edit=edit, good=line.good, sku=line.sku, old=line.old, new=line.new, mark=mark,
                    old_next=before[line.good.pk] if change.action == BulkAction.RATE_SET else None,
                )
                for line, mark in zip(plan.lines, marks, strict=True)
            ],
            batch_size=CHUNK,
        )  # fmt: skip
        audit.record(
            actor=actor, subject_type="bulk_edit", subject_ref=edit.public_id, event="bulk_apply", at=at,
            reason=f"{change.action.value} {change.value}",
        )  # fmt: skip
    return edit


def undo_bulk(*, edit: BulkEdit, actor: Actor, at: datetime) -> int:
    """Put back what nobody changed since; return how many lines. A second call changes nothing and returns the same.

    Sales do not count as changes of stock, but what was sold meanwhile is not taken back. A rate that was raised falls as
    every lower rate does, with notice. Raises NotFound, BulkUndoOver after 24 hours.
    """
    with transaction.atomic():
        found = lock_found(BulkEdit, id=edit.pk)
        if not found:
            raise NotFound
        row = found[0]
        if row.undone_at is not None:
            return row.restored
        if at > row.made_at + UNDO_WITHIN:
            raise errors.BulkUndoOver
        lines = list(BulkEditLine.objects.filter(edit=row).order_by("pk"))
        action = BulkAction(row.action)
        goods = {
            good.pk: good
            for good in lock_rows(
                Good.objects.select_related("supplier").filter(pk__in={line.good_id for line in lines})
            )
        }
        if action in PRICES:
            restored = _prices_back(lines, goods, at)
        elif action in STOCKS:
            restored = _stocks_back(lines, row, actor, at)
        elif action == BulkAction.RATE_SET:
            restored = _rates_back(lines, goods, actor, at)
        else:
            restored = _shelf_back(lines, goods, action, actor, at)
        BulkEditLine.objects.filter(pk__in=[line.pk for line in restored]).update(is_restored=True)
        row.undone_at, row.restored = at, len(restored)
        row.save(update_fields=["undone_at", "restored"])
        audit.record(
            actor=actor, subject_type="bulk_edit", subject_ref=row.public_id, event="bulk_undo", at=at,
            reason=str(len(restored)),
        )  # fmt: skip
        _note([goods[line.good_id] for line in restored], actor, at)
        return row.restored


def _few(keys: list[int]) -> list[int]:
    if len(keys) > BULK_MAX:
        raise errors.TooManyGoods(limit=BULK_MAX)
    return keys


def _check(supplier: Supplier, change: BulkChange, at: datetime) -> None:
    """What no good at all could bear."""
    if supplier.status != SupplierStatus.ACTIVE and change.action != BulkAction.DELIST:
        raise errors.NotActive(state=supplier.get_status_display())
    rules = rules_at(at)
    if change.action == BulkAction.RATE_SET and not rules.RATE_MIN_BP <= change.value <= rules.RATE_MAX_BP:
        raise errors.RateOutOfRange(low=rules.RATE_MIN_BP // 100, high=rules.RATE_MAX_BP // 100)
    if change.action == BulkAction.STOCK_SET and not 0 <= change.value <= STOCK_MAX:
        raise errors.BadStock(limit=STOCK_MAX)
    if change.action == BulkAction.PRICE_SET and not 1 <= change.value <= PRICE_MAX_FEN:
        raise BadInput(what=_("价格须在 0.01 到 9999999.99 元之间"))


def _plan(supplier: Supplier, goods: Sequence[Good], change: BulkChange, at: datetime) -> BulkPlan:
    by_key = {good.pk: good for good in goods}
    market = latest_references(list(by_key))
    if change.action in PRICES + STOCKS:
        skus = Sku.objects.filter(good__in=by_key).order_by("good_id", "pk")
        every = [_of_sku(by_key[sku.good_id], sku, change) for sku in skus]
        if change.action in PRICES:
            every = _held_to_market(every, market)
    else:
        closed = _closed_categories(supplier, goods, at) if change.action == BulkAction.LIST else {}
        every = [_of_good(good, change, market.get(good.pk), closed) for good in goods]
    return BulkPlan([x for x in every if not x.reason], [x for x in every if x.reason])


def _held_to_market(every: list[PlannedLine], market: dict[int, MarketReference]) -> list[PlannedLine]:
    """A good whose lowest price would be above its market reference needs a declaration, which is given good by good."""
    lowest: dict[int, int] = {}
    for line in every:
        if line.sku is not None and line.sku.is_on:
            price = line.old if line.reason else line.new
            lowest[line.good.pk] = min(price, lowest.get(line.good.pk, price))
    dear = {
        key: str(
            errors.PriceAboveMarket(
                ours=format_yuan(price, thousands=True), market=format_yuan(found.price_fen, thousands=True)
            ).sentence
        )
        for key, price in lowest.items()
        if (found := market.get(key)) is not None
        and found.price_fen is not None
        and price > max(found.price_fen, found.declared_up_to_fen or 0)
    }
    return [replace(line, reason=line.reason or dear.get(line.good.pk, "")) for line in every]


def _closed_categories(supplier: Supplier, goods: Sequence[Good], at: datetime) -> dict[int, str]:
    """The categories in which the supplier may list nothing now, each with the reason."""
    closed = {}
    for category in {good.category for good in goods}:
        try:
            require_category(supplier, category, at=at)
        except DomainError as refused:
            closed[category.pk] = refused.sentence
    return closed


def _of_sku(good: Good, sku: Sku, change: BulkChange) -> PlannedLine:
    old = sku.price_fen if change.action in PRICES else sku.available
    match change.action:
        case BulkAction.PRICE_SET | BulkAction.STOCK_SET:
            new = change.value
        case BulkAction.PRICE_PERCENT:
            new = half_up(old * max(0, 10_000 + change.value), 10_000)
        case _:
            new = old + change.value
    reason = ""
    if change.action in PRICES and not 1 <= new <= PRICE_MAX_FEN:
        reason = _("价格须在 0.01 到 9999999.99 元之间")
    elif change.action in STOCKS and not 0 <= new <= STOCK_MAX:
        reason = str(errors.BadStock(limit=STOCK_MAX).sentence)
    elif new == old:
        reason = _("没有变化")
    return PlannedLine(good, sku, old, new, reason)


def _of_good(
    good: Good, change: BulkChange, market: MarketReference | None, closed: dict[int, str]
) -> PlannedLine:
    if change.action == BulkAction.RATE_SET:
        old, new = good.rate_bp, change.value
        waits = good.next_rate_bp if good.next_rate_bp is not None else good.rate_bp
        reason = _("没有变化") if waits == new else ""
        if not reason and market is not None and market.rate_bp is not None and new < market.rate_bp:
            below = errors.RateBelowMarket(ours=percent_bp(new), market=percent_bp(market.rate_bp))
            reason = str(below.sentence)
        return PlannedLine(good, None, old, new, reason)
    old, new = int(good.status == GoodStatus.LISTED), ON_SHELF[change.action]
    if SHELF[change.action] in GOODS.events(good.status, ActorKind.SUPPLIER) and good.category_id in closed:
        return PlannedLine(good, None, old, new, closed[good.category_id])
    if SHELF[change.action] in GOODS.events(good.status, ActorKind.SUPPLIER):
        return PlannedLine(good, None, old, new)
    words = _("没有变化") if old == new else _("“{state}”的商品不能上下架")
    return PlannedLine(good, None, old, new, words.format(state=good.get_status_display()))


def _make(
    lines: Sequence[PlannedLine], action: BulkAction, edit: BulkEdit, actor: Actor, at: datetime
) -> list[int]:
    """Write the planned lines; what each one's ``mark`` is."""
    if action in PRICES:
        _write_prices([(line.sku, line.new) for line in lines if line.sku is not None], at)
    elif action in STOCKS:
        changes = [(line.sku, line.new - line.old) for line in lines if line.sku is not None]
        _write_stocks(changes, edit, actor, at)
    elif action == BulkAction.RATE_SET:
        for line in lines:
            change_rate(good=line.good, rate_bp=line.new, actor=actor, at=at)
    else:
        _move([line.good for line in lines], SHELF[action], actor, at)
    if action in PRICES + STOCKS:
        _note([line.good for line in lines], actor, at)
    if action in STOCKS:
        return [line.sku.received for line in lines if line.sku is not None]
    return [line.new for line in lines]


def _write_prices(prices: Sequence[tuple[Sku, int]], at: datetime) -> None:
    for sku, price in prices:
        sku.price_fen = price
    rows.update_all([sku for sku, _price in prices], "price_fen")
    keys = sorted({sku.good_id for sku, _price in prices})
    settle_prices(keys)
    Good.objects.filter(pk__in=keys).update(version=F("version") + 1, changed_at=at)


def _write_stocks(changes: Sequence[tuple[Sku, int]], edit: BulkEdit, actor: Actor, at: datetime) -> None:
    for sku, by in changes:
        sku.available += by
        sku.received += by
    rows.update_all([sku for sku, _by in changes], "available", "received")
    by_sku = {sku.pk: by for sku, by in changes}
    stock.record_received(by_sku, kind=MovementKind.SET, ref=edit.public_id, actor=actor, at=at)


def _move(goods: Sequence[Good], event: str, actor: Actor, at: datetime) -> None:
    """List or delist locked goods that all may make this move."""
    by_status: dict[str, list[Good]] = {}
    for good in goods:
        by_status.setdefault(good.status, []).append(good)
    for status, some in by_status.items():
        GOODS.apply_to_all(
            Good.objects.filter(pk__in=[good.pk for good in some]),
            event,
            source=status,
            numbers=[good.public_id for good in some],
            actor=actor,
            at=at,
            changed_at=at,
        )


def _note(goods: Sequence[Good], actor: Actor, at: datetime) -> None:
    refs = list(dict.fromkeys(good.public_id for good in goods))
    if refs:
        audit.record_many(actor=actor, subject_type="good", subject_refs=refs, event="terms", at=at)


def _skus(lines: Sequence[BulkEditLine]) -> dict[int, Sku]:
    return {sku.pk: sku for sku in lock_rows(Sku.objects.filter(pk__in=[line.sku_id for line in lines]))}


def _prices_back(lines: Sequence[BulkEditLine], goods: dict[int, Good], at: datetime) -> list[BulkEditLine]:
    skus = _skus(lines)
    back = [line for line in lines if line.sku_id in skus and skus[line.sku_id].price_fen == line.mark]
    if back:
        _write_prices([(skus[line.sku_id], line.old) for line in back if line.sku_id is not None], at)
    return back


def _stocks_back(
    lines: Sequence[BulkEditLine], edit: BulkEdit, actor: Actor, at: datetime
) -> list[BulkEditLine]:
    skus = _skus(lines)

    def may(line: BulkEditLine) -> bool:
        sku = skus.get(line.sku_id or 0)
        return sku is not None and sku.received == line.mark and sku.available >= line.new - line.old

    back = [line for line in lines if may(line)]
    changes = [(skus[line.sku_id], line.old - line.new) for line in back if line.sku_id is not None]
    _write_stocks(changes, edit, actor, at)
    return back


def _rates_back(
    lines: Sequence[BulkEditLine], goods: dict[int, Good], actor: Actor, at: datetime
) -> list[BulkEditLine]:
    back = []
    for line in lines:
        good = goods[line.good_id]
        is_as_made = good.next_rate_bp == line.mark or (
            good.next_rate_bp is None and good.rate_bp == line.mark
        )
        if not is_as_made:
            continue
        rate_bp = line.old if line.old_next is None else line.old_next
        try:
            change_rate(good=good, rate_bp=rate_bp, actor=actor, at=at)
        except errors.RateBelowMarket:  # a reference was recorded since
            continue
        back.append(line)
    return back


def _shelf_back(
    lines: Sequence[BulkEditLine], goods: dict[int, Good], action: BulkAction, actor: Actor, at: datetime
) -> list[BulkEditLine]:
    event = EVENT_BACK[action]
    made = GoodStatus.LISTED if action == BulkAction.LIST else GoodStatus.DELISTED
    back = [line for line in lines if goods[line.good_id].status == made]
    _move([goods[line.good_id] for line in back], event, actor, at)
    return back
