"""Lists and totals of goods, their categories, stock and imports. The tenant comes first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from suppliers.models import (
    AttributeTemplate,
    BarcodeEntry,
    BulkEdit,
    CatalogueImport,
    Category,
    Good,
    GoodChange,
    ImportChange,
    ImportLine,
    MarketReference,
    ReviewDecision,
    Sku,
    StockMovement,
    Supplier,
    has_terms_of,
)
from suppliers.selectors.tags import by_review_due
from suppliers.states import (
    AttributeKind,
    GoodStatus,
    SupplierStatus,
)
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules
from taoxiaopu.kernel.templatetags.kernel_format import listed

SORTS: dict[str, tuple[Any, ...]] = {
    "sales": (Coalesce("market_sales", 0).desc(), "-id"),
    "price": ("price_from_fen", "id"),
    "-price": ("-price_from_fen", "-id"),
    "rate": ("-rate_bp", "-id"),
    "new": ("-id",),
}

EXPORTED_AT_ONCE = 300  # goods


def categories() -> "QuerySet[Category]":
    """The category tree's nodes, roots first."""
    return Category.objects.select_related("parent").order_by("position", "id")


def root_categories() -> "QuerySet[Category]":
    """The five roots of docs/rules.md §1.3 rule 29."""
    return Category.objects.filter(parent=None).order_by("position", "id")


def branch_of(code: str) -> list[int]:
    """The keys of a category and those under it; none for a code that nobody has."""
    branch = Category.objects.filter(Q(code=code) | Q(parent__code=code))
    return list(branch.values_list("pk", flat=True))


def on_sale(good: str = "") -> Q:
    """What can be bought and picked now: listed, in its season, by a supplier that may sell, with the papers that it needs
    in force. ``Good.is_sellable_at`` asks the same.

    ``good`` is the path to the good with its trailing ``__``; empty where goods themselves are asked for.
    """
    until = f"{good}covered_until"
    covered = Q(**{until: None}) | Q(**{f"{until}__gt": clock.present()})
    listed = {f"{good}status": GoodStatus.LISTED, f"{good}supplier__status": SupplierStatus.ACTIVE}
    return Q(**listed) & covered & _in_season(good) & _may_sell(f"{good}supplier__")


def _in_season(good: str) -> Q:
    """What ``Good.season_at`` asks, for now: from the beginning of the sale window, up to before its end."""
    now, sale_from, sale_until = clock.present(), f"{good}sale_from", f"{good}sale_until"
    has_begun = Q(**{sale_from: None}) | Q(**{f"{sale_from}__lte": now})
    return has_begun & (Q(**{sale_until: None}) | Q(**{f"{sale_until}__gt": now}))


def _may_sell(supplier: str) -> Q:
    """What ``Supplier.sells_at`` asks beside the status, for now."""
    now = clock.present()
    is_shown = Q(**{f"{supplier}hidden_until": None}) | Q(**{f"{supplier}hidden_until__lte": now})
    is_whole = Q(**{f"{supplier}top_up_by": None}) | Q(**{f"{supplier}top_up_by__gt": now})
    return is_shown & is_whole


def sellable_goods(*, query: str = "", category: str = "", sort: str = "sales") -> "QuerySet[Good]":
    """Goods that anyone can buy or pick now: words all in the title, brand or searchable attributes, category code or a child of it.

    Two-character Chinese words hit. ``sort`` is a key of SORTS; unknown ones sort by sales.
    """
    goods = Good.objects.select_related("supplier", "category").filter(on_sale())
    for word in query.replace("\x00", " ").split()[:6]:
        text = word[:40]
        goods = goods.filter(
            has_terms_of(text),
            Q(title__icontains=text) | Q(brand__icontains=text) | Q(keywords__icontains=text),
        )
    if category:
        goods = goods.filter(category__in=branch_of(category))
    return goods.order_by(*SORTS.get(sort, SORTS["sales"]))


def skus_of(good: Good) -> "QuerySet[Sku]":
    """All SKUs of a good, also those that are switched off, in the supplier's order."""
    return Sku.objects.filter(good=good).order_by("-is_on", "position", "id")


def choices_of(good: Good) -> "QuerySet[Sku]":
    """What a consumer can choose of a good, in the supplier's order; some may be sold out."""
    return Sku.objects.filter(good=good, is_on=True).order_by("position", "id")


def movements_of(good: Good, *, sku: Sku | None = None) -> "QuerySet[StockMovement]":
    """What happened to the stock of a good, or of one of its SKUs, newest first."""
    rows_of = StockMovement.objects.select_related("sku")
    return rows_of.filter(**({"sku": sku} if sku else {"sku__good": good})).order_by("-id")


def goods_of(
    supplier: Supplier, *, query: str = "", status: str = "", category: str = ""
) -> "QuerySet[Good]":
    """A supplier's goods, newest first. What they have in stock: ``stock_of_goods``."""
    goods = Good.objects.select_related("category", "supplier").filter(supplier=supplier)
    for word in query.replace("\x00", " ").split()[:6]:
        goods = goods.filter(Q(title__icontains=word) | Q(source_id=word))
    if status in GoodStatus.values:
        goods = goods.filter(status=status)
    if category:
        branch = Category.objects.filter(Q(code=category) | Q(parent__code=category))
        goods = goods.filter(category__in=branch)
    return goods.order_by("-id")


@dataclass(frozen=True, slots=True)
class GoodCounts:
    """How many goods a supplier has by status; ``hidden``: how many of the listed ones a paper that ran out hides."""

    by_status: dict[str, int]
    hidden: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_status.values())


HIDDEN = "hidden"


def good_counts_of(supplier: Supplier) -> GoodCounts:
    """The numbers on the tabs of a supplier's goods, in one statement."""
    goods = Good.objects.filter(supplier=supplier)
    hidden = goods.filter(status=GoodStatus.LISTED, covered_until__lte=clock.present())
    by_status = goods.values_list("status").annotate(n=Count("pk")).order_by()
    one = hidden.annotate(what=Value(HIDDEN)).values_list("what").annotate(n=Count("pk")).order_by()
    found = dict.fromkeys((*GoodStatus.values, HIDDEN), 0) | dict(by_status.union(one, all=True))
    return GoodCounts({status: found[status] for status in GoodStatus.values}, found[HIDDEN])


LOW_STOCK = 10
SHELF = """
    WITH low AS MATERIALIZED (
        SELECT c.good_id, s.stock FROM (
            SELECT DISTINCT k.good_id FROM suppliers_sku k JOIN suppliers_good g ON g.id = k.good_id
            WHERE k.is_on AND k.available < 10 AND g.supplier_id = %(supplier)s AND g.status = 'listed'
        ) c CROSS JOIN LATERAL (
            SELECT sum(available) AS stock FROM suppliers_sku WHERE good_id = c.good_id AND is_on
        ) s WHERE s.stock < 10
    ), least AS (
        SELECT good_id, stock FROM low ORDER BY stock, good_id LIMIT %(size)s
    )
    SELECT status, count(*), NULL::bigint, '', '', 0 FROM suppliers_good WHERE supplier_id = %(supplier)s GROUP BY status
    UNION ALL
    SELECT '', count(*), NULL, '', '', 0 FROM low
    UNION ALL
    SELECT '', l.stock, g.id, g.public_id, g.title, g.version FROM least l JOIN suppliers_good g ON g.id = l.good_id"""


@dataclass(frozen=True, slots=True)
class LowGood:
    """A listed good of which fewer than LOW_STOCK can be bought."""

    pk: int
    public_id: str
    title: str
    version: int
    stock: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """How many goods a supplier has by status, how many of the listed ones run out, and those with the least left."""

    by_status: dict[str, int]
    running_out: int
    least: list[LowGood]


def shelf_of(supplier: Supplier, *, size: int) -> Shelf:
    """What a supplier's first page says of its goods, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(SHELF, {"supplier": supplier.pk, "size": size})
        rows = cursor.fetchall()
    by_status = dict.fromkeys(GoodStatus.values, 0) | {status: n for status, n, *_more in rows if status}
    least = [LowGood(pk, ref, title, version, int(n)) for status, n, pk, ref, title, version in rows if pk]
    running_out = next(int(n) for status, n, pk, *_more in rows if not status and pk is None)
    return Shelf(by_status, running_out, sorted(least, key=lambda good: (good.stock, good.pk)))


def goods_named(supplier: Supplier, public_ids: Sequence[str]) -> "QuerySet[Good]":
    """Those of these goods that are the supplier's own."""
    return Good.objects.filter(supplier=supplier, public_id__in=list(public_ids))


def bulk_edits_of(supplier: Supplier) -> "QuerySet[BulkEdit]":
    """A supplier's changes of many goods, newest first."""
    return BulkEdit.objects.filter(supplier=supplier).order_by("-id")


def imports_of(supplier: Supplier | None) -> "QuerySet[CatalogueImport]":
    """A supplier's imports, or staff's own when None, newest first."""
    return CatalogueImport.objects.select_related("category").filter(supplier=supplier).order_by("-id")


def report_of(catalogue: CatalogueImport) -> "QuerySet[ImportLine]":
    """The report lines of an import in file order."""
    return ImportLine.objects.filter(catalogue=catalogue).order_by("line_no", "id")


def import_changes_of(catalogue: CatalogueImport) -> "QuerySet[ImportChange]":
    """What an import did, in the order in which it did it: staff only."""
    found = ImportChange.objects.filter(catalogue=catalogue)
    return found.select_related("good", "sku").order_by("id")


def kept_changes_of(catalogue: CatalogueImport) -> "QuerySet[ImportChange]":
    """What an undo left as it is, with the reason."""
    found = ImportChange.objects.filter(catalogue=catalogue).exclude(kept="")
    return found.select_related("good", "sku").order_by("id")


def skus_for_export(supplier: Supplier) -> Iterator[Sku]:
    """Every SKU of a supplier with its good, oldest first, those of some hundred goods in memory at a time."""
    after = 0
    goods = Good.objects.filter(supplier=supplier).order_by("pk").values_list("pk", flat=True)
    while page := list(goods.filter(pk__gt=after)[:EXPORTED_AT_ONCE]):
        yield from (
            Sku.objects.filter(good__in=page).select_related("good__category").order_by("good_id", "id")
        )
        after = page[-1]


@dataclass(frozen=True, slots=True)
class GoodStock:
    """Units of a good: available of the SKUs that are on, sold of all; ``choices``: how many SKUs are on."""

    available: int
    sold: int
    choices: int = 0


def stock_of_goods(goods: Iterable[Good]) -> dict[int, GoodStock]:
    """Units available and sold of each good, by primary key."""
    keys = [good.pk for good in goods]
    found_rows = (
        Sku.objects.filter(good__in=keys)
        .values("good_id")
        .annotate(
            left=Sum("available", filter=Q(is_on=True), default=0),
            sold=Sum("sold"),
            on=Count("pk", filter=Q(is_on=True)),
        )
        .order_by()
    )
    found = {row["good_id"]: GoodStock(row["left"], row["sold"], row["on"]) for row in found_rows}
    return {key: found.get(key, GoodStock(0, 0)) for key in keys}


def changes_of(good: Good) -> "QuerySet[GoodChange]":
    """The change sets of a good, newest first."""
    return GoodChange.objects.select_related("category").filter(good=good).order_by("-id")


def references_of(good: Good) -> "QuerySet[MarketReference]":
    """The market references of a good, newest first; the first one counts."""
    return MarketReference.objects.filter(good=good).order_by("-id")


def templates_of(category: Category) -> list[AttributeTemplate]:
    """What goods of a category are asked: the root's questions first, then its own; its own replaces one of the same
    code.
    """
    asked = AttributeTemplate.objects.filter(
        Q(category=category) | Q(category=category.parent_id), is_on=True
    )
    found = sorted(asked, key=lambda row: (row.category_id == category.pk, row.position, row.pk))
    return list({row.code: row for row in found}.values())


def questions_of(supplier: Supplier) -> list[AttributeTemplate]:
    """What the categories ask in which a supplier has goods; several may be called the same."""
    found = Category.objects.filter(goods__supplier=supplier).distinct()
    asked = AttributeTemplate.objects.filter(
        Q(category__in=found) | Q(category__in=found.values("parent")), is_on=True
    )
    return list(asked.order_by("category__position", "category_id", "position", "pk"))


def attribute_facts(good: Good) -> list[tuple[str, str]]:
    """A good's answers in words, by the names of the questions. Needs ``category`` loaded."""
    if not good.attributes:
        return []
    return [
        (str(row), answer_words(row, good.attributes[row.code]))
        for row in templates_of(good.category)
        if row.code in good.attributes
    ]


def answer_words(row: AttributeTemplate, value: Any) -> str:
    """One answer in words."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return listed(value)
    return f"{value} {row.unit}".strip() if row.kind == AttributeKind.NUMBER else str(value)


def known_barcode(code: str) -> BarcodeEntry | None:
    """What the code library says of a barcode as ``read_barcode`` gives it."""
    return BarcodeEntry.objects.select_related("category").filter(code=code).first()


def goods_to_review(rules: Rules, *, query: str = "") -> "QuerySet[Good]":
    """Held goods of all suppliers with ``due_at``, who is due first comes first: staff only. Words must all be in the title
    or the held words.
    """
    goods = Good.objects.select_related("supplier", "category").filter(status=GoodStatus.HELD)
    for word in query.replace("\x00", " ").split()[:6]:
        goods = goods.filter(Q(title__icontains=word[:40]) | Q(held_words__icontains=word[:40]))
    return by_review_due(goods, rules)


def decisions_of(good: Good) -> "QuerySet[ReviewDecision]":
    """What staff decided of a good and its change sets, newest first."""
    return ReviewDecision.objects.select_related("change").filter(good=good).order_by("-id")


def latest_references(goods: Sequence[int]) -> dict[int, MarketReference]:
    """The market reference that counts of each of these goods, by key; those without one are left out."""
    rows_of = MarketReference.objects.filter(good__in=goods).order_by("good_id", "-id").distinct("good_id")
    return {row.good_id: row for row in rows_of}
