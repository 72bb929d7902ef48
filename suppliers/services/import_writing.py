"""Writing a chunk of a catalogue: goods, SKUs, stock and what an undo needs, in statements of its own size."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Min, OuterRef, Subquery
from django.utils.translation import gettext as _

from ledger import posting
from ledger.models import AccountKind
from suppliers.catalogue_file import CatalogueRow, Outcome
from suppliers.models import (
    CatalogueImport,
    Category,
    Good,
    ImportChange,
    ImportLine,
    Sku,
    Supplier,
    SupplierBrand,
)
from suppliers.services.attributes import keywords_of, texts_of
from suppliers.services.goods import blocked_words, rate_counts_from
from suppliers.services.import_checks import Checks
from suppliers.services.market import check_market
from suppliers.services.papers import refresh_cover
from suppliers.states import GoodStatus, MovementKind, ProofKind, SupplierKind, SupplierStatus
from suppliers.stock import receive, record_received
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.screening import words_version
from taoxiaopu.kernel.settings import rules_at

# A brand that an applicant merely claims is not yet its own.
LET_IN = (SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED)
GOOD_FIELDS = (
    "title", "description", "category_id", "market_sales", "market_comments", "market_seen_on", "status", "held_words",
    "words_version", "rate_bp", "next_rate_bp", "next_rate_at", "rate_told_at", "attributes", "keywords", "sale_from", "sale_until",
)  # fmt: skip
Key = tuple[int, str]


def write_chunk(catalogue: CatalogueImport, chunk: list[CatalogueRow], at: datetime) -> None:
    """Create and change what these rows say. The caller holds the lock of imports, in a transaction of this chunk's.

    What was fine in the preview and is no longer, since the good or its market reference changed, is left out and reported.
    """
    suppliers = _suppliers(catalogue, chunk, at)
    codes = {row.category for row in chunk if row.category}
    categories = {c.code: c for c in Category.objects.filter(code__in=codes)}
    there = _existing({s.pk for s in suppliers.values()}, chunk)
    skus = {
        (sku.good_id, sku.name): sku
        for sku in Sku.objects.filter(good__in=[g.pk for g in there.values()])
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    checks, chunk = _still_fine(catalogue, chunk, suppliers, categories, there, skus, at)
    new_goods: dict[Key, Good] = {}
    new_skus: list[tuple[Sku, bool]] = []
    changed: dict[int, Good] = {}
    repriced: list[Sku] = []
    stocked: dict[int, int] = {}
    changes: list[ImportChange] = []
    for row in chunk:
        key = (suppliers[row.brand].pk, row.source_id)
        good = there.get(key) or new_goods.get(key)
        if good is None or good.pk is None:
            if good is None:
                good = new_goods[key] = _new_good(
                    catalogue, row, suppliers[row.brand], categories, checks, at
                )
            new_skus.append((_new_sku(catalogue, row, good), True))
            continue
        sku = skus.get((good.pk, row.sku))
        if not differs(good, sku, row, checks.answers.get(row.line_no)):
            continue
        before = state_of(good, sku)
        is_repriced = sku is None or sku.price_fen != row.price_fen
        _take_over(good, row, categories, checks, at, is_repriced=is_repriced)
        changed[good.pk] = good
        if sku is None:
            new_skus.append((_new_sku(catalogue, row, good), False))
            continue
        sku.price_fen = row.price_fen
        if row.stock is not None and row.stock != sku.available:
            stocked[sku.pk] = row.stock - sku.available
            sku.received, sku.available = sku.received + stocked[sku.pk], row.stock
        repriced.append(sku)
        after = state_of(good, sku)
        moved = {name: value for name, value in after.items() if before[name] != value}
        changes.append(
            ImportChange(
                catalogue=catalogue, good=good, sku=sku, is_new_good=False,
                before={name: before[name] for name in moved} | {"stock": -stocked.get(sku.pk, 0)},
                after=moved | {"stock": stocked.get(sku.pk, 0)},
            )
        )  # fmt: skip
    Good.objects.bulk_create(new_goods.values())
    rows.update_all(changed.values(), "version", "changed_at", *GOOD_FIELDS)
    rows.update_all(repriced, "price_fen", "received", "available")
    made = Sku.objects.bulk_create(sku for sku, _is_new in new_skus)
    who = actor_of(catalogue)
    receive(skus=made, kind=MovementKind.IMPORT, ref=catalogue.public_id, actor=who, at=at)
    record_received(stocked, kind=MovementKind.IMPORT, ref=catalogue.public_id, actor=who, at=at)
    settle_prices([g.pk for g in (*new_goods.values(), *changed.values())])
    changes += [
        ImportChange(
            catalogue=catalogue, good=sku.good, sku=sku, is_new_good=is_new, before=None, after=state_of(sku.good, sku) | {"stock": sku.received}
        )
        for sku, is_new in new_skus
    ]  # fmt: skip
    ImportChange.objects.bulk_create(changes)
    refresh_cover(sorted({s.pk for s in suppliers.values()}), [*changed, *(g.pk for g in new_goods.values())])


def settle_prices(goods: list[int]) -> None:
    """A good's price from is the lowest of its SKUs'."""
    lowest = (
        Sku.objects.filter(good=OuterRef("pk"), is_on=True)
        .order_by()
        .values("good")
        .annotate(low=Min("price_fen"))
    )
    low = Subquery(lowest.values("low"))
    Good.objects.filter(pk__in=goods).exclude(price_from_fen=low).update(price_from_fen=low)


def actor_of(catalogue: CatalogueImport) -> Actor:
    """Who imported."""
    if catalogue.supplier is None:
        return Actor(ActorKind.STAFF, catalogue.person, catalogue.person)
    return Actor(ActorKind.SUPPLIER, catalogue.supplier.public_id, catalogue.person)


def _still_fine(
    catalogue: CatalogueImport,
    chunk: list[CatalogueRow],
    suppliers: Mapping[str, Supplier],
    categories: Mapping[str, Category],
    there: Mapping[Key, Good],
    skus: Mapping[tuple[int, str], Sku],
    at: datetime,
) -> tuple[Checks, list[CatalogueRow]]:
    """The rows that may be written, of goods that are locked. Declared prices above the market's are written down."""
    known = [(there.get((suppliers[row.brand].pk, row.source_id)), row) for row in chunk]
    checks = Checks(known, skus.values())
    fine: list[CatalogueRow] = []
    refused: list[ImportLine] = []
    said: dict[int, str] = {}
    for good, row in known:
        category = categories.get(row.category or "", good.category if good else catalogue.category)
        why = checks.refusal(row, good, category)
        if why:
            refused.append(
                ImportLine(
                    catalogue=catalogue, line_no=row.line_no, outcome=str(Outcome.ERROR),
                    source_id=row.source_id, reason=why[:300],
                )
            )  # fmt: skip
            continue
        fine.append(row)
        if good is not None and good.pk in checks.lowest and row.declaration:
            said[good.pk] = row.declaration
    for good in there.values():
        if good.pk in said:
            rate_bp = good.rate_bp if good.next_rate_bp is None else min(good.rate_bp, good.next_rate_bp)
            check_market(
                good,
                checks.lowest[good.pk],
                rate_bp,
                declaration=said[good.pk],
                actor=actor_of(catalogue),
                at=at,
            )
    if refused:
        ImportLine.objects.bulk_create(refused)
        CatalogueImport.objects.filter(pk=catalogue.pk).update(errors=F("errors") + len(refused))
    return checks, fine


def differs(good: Good, sku: Sku | None, row: CatalogueRow, answers: Mapping[str, Any] | None = None) -> bool:
    """Whether a row would change the good or its SKU; what it is silent about stays. ``answers`` are its attributes as they
    would be kept.
    """
    if good.market_seen_on is not None and row.seen_on is not None and row.seen_on < good.market_seen_on:
        return False  # a newer snapshot was imported before
    if sku is None or (good.title, sku.price_fen) != (row.title, row.price_fen):
        return True
    market = (row.market_sales, row.market_comments, row.seen_on)
    if row.seen_on and market != (good.market_sales, good.market_comments, good.market_seen_on):
        return True
    said = (
        (row.stock, sku.available),
        (row.rate_bp, good.rate_bp if good.next_rate_bp is None else good.next_rate_bp),
        (row.category, good.category.code),
        (row.sale_from, good.sale_from),
        (row.sale_until, good.sale_until),
        (answers, good.attributes),
    )
    if any(new is not None and new != old for new, old in said):
        return True
    return row.description is not None and row.description != good.description


def _suppliers(catalogue: CatalogueImport, chunk: list[CatalogueRow], at: datetime) -> dict[str, Supplier]:
    if catalogue.supplier is not None:
        return {row.brand: catalogue.supplier for row in chunk}
    names = {row.brand for row in chunk}
    found = {
        link.name: link.supplier
        for link in SupplierBrand.objects.select_related("supplier")
        .filter(name__in=names, supplier__status__in=LET_IN)
        .order_by("-pk")
    }
    for name in sorted(names - set(found)):
        supplier = Supplier.objects.create(
            name=name,
            kind=SupplierKind.BRAND,
            capital_fen=rules_at(at).SUPPLIER_MIN_CAPITAL_FEN,
            is_general_taxpayer=True,
            proof=ProofKind.CHAIN,
            chain_levels=1,
            status=SupplierStatus.ACTIVE,
            submitted_at=at,
            decided_at=at,
            decision_note=_("由平台按品牌导入，证照待补"),
        )
        SupplierBrand.objects.create(supplier=supplier, name=name)
        posting.ensure_accounts([posting.Side(AccountKind.SUPPLIER_PAYABLE, supplier.public_id)])
        found[name] = supplier
    return found


def _existing(supplier_ids: set[int], rows: list[CatalogueRow]) -> dict[Key, Good]:
    goods = Good.objects.select_related("category").filter(
        supplier_id__in=supplier_ids, source_id__in=[r.source_id for r in rows]
    )
    return {(g.supplier_id, g.source_id): g for g in goods.order_by("pk").select_for_update(of=("self",))}


def _new_good(
    catalogue: CatalogueImport,
    row: CatalogueRow,
    supplier: Supplier,
    categories: Mapping[str, Category],
    checks: Checks,
    at: datetime,
) -> Good:
    category = categories.get(row.category or "", catalogue.category)
    answers = checks.answers.get(row.line_no, {})
    words = blocked_words(f"{row.title} {row.description or ''} {texts_of(answers)}", category)
    return Good(
        supplier=supplier,
        category=category,
        source_id=row.source_id,
        title=row.title,
        brand=row.brand,
        description=row.description or "",
        price_from_fen=row.price_fen,
        rate_bp=row.rate_bp or catalogue.rate_bp,
        status=GoodStatus.HELD if words else GoodStatus.LISTED,
        held_words="、".join(words)[:200],
        words_version=words_version(),
        attributes=answers,
        keywords=keywords_of(category, answers, checks.templates(category)) if answers else "",
        sale_from=row.sale_from,
        sale_until=row.sale_until,
        market_sales=row.market_sales,
        market_comments=row.market_comments,
        market_seen_on=row.seen_on,
        created_at=at,
        changed_at=at,
    )


def _new_sku(catalogue: CatalogueImport, row: CatalogueRow, good: Good) -> Sku:
    stock = catalogue.stock if row.stock is None else row.stock
    return Sku(good=good, name=row.sku, price_fen=row.price_fen, received=stock, available=stock)


def _take_over(
    good: Good,
    row: CatalogueRow,
    categories: Mapping[str, Category],
    checks: Checks,
    at: datetime,
    *,
    is_repriced: bool,
) -> None:
    description = good.description if row.description is None else row.description
    answers = checks.answers.get(row.line_no, good.attributes)
    is_reworded = (good.title, good.description, good.attributes) != (row.title, description, answers)
    if is_reworded or is_repriced:
        good.version += 1
    good.category = categories.get(row.category or "", good.category)
    if row.line_no in checks.answers:
        good.attributes = answers
        good.keywords = keywords_of(good.category, answers, checks.templates(good.category))
    good.sale_from, good.sale_until = row.sale_from or good.sale_from, row.sale_until or good.sale_until
    if is_reworded:
        words = blocked_words(f"{row.title} {description} {texts_of(answers)}", good.category)
        good.held_words, good.words_version = "、".join(words)[:200], words_version()
        if words:
            good.status = GoodStatus.HELD
        elif good.status in (GoodStatus.HELD, GoodStatus.REFUSED):
            good.status = GoodStatus.LISTED
    good.title, good.description = row.title, description
    if row.rate_bp is not None:
        _take_rate(good, row.rate_bp, at)
    if row.seen_on is not None:
        good.market_sales, good.market_comments = row.market_sales, row.market_comments
        good.market_seen_on = row.seen_on
    good.changed_at = at


def _take_rate(good: Good, rate_bp: int, at: datetime) -> None:
    """A higher rate at once, a lower one once its pickers were told, as ``change_rate`` (§6.1)."""
    if rate_bp == good.next_rate_bp:
        return  # it was lowered to this before, and its time runs
    good.next_rate_bp = good.next_rate_at = good.rate_told_at = None
    if rate_bp >= good.rate_bp:
        good.rate_bp = rate_bp
        return
    good.next_rate_bp, good.next_rate_at = rate_bp, rate_counts_from(at)


def state_of(good: Good, sku: Sku | None) -> dict[str, Any]:
    """What an undo compares and puts back, as JSON."""
    state = {name: getattr(good, name) for name in GOOD_FIELDS}
    for name in ("market_seen_on", "next_rate_at", "rate_told_at", "sale_from", "sale_until"):
        state[name] = state[name].isoformat() if state[name] else None
    return state | {"price_fen": sku.price_fen if sku else None}


__all__ = ["LET_IN", "actor_of", "differs", "settle_prices", "state_of", "write_chunk"]
