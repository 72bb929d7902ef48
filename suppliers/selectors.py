"""Lists and totals of suppliers and goods. The tenant or actor comes first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from suppliers.models import (
    AttributeTemplate,
    BarcodeEntry,
    BondedCategory,
    CatalogueImport,
    Category,
    EntryDraft,
    Good,
    GoodChange,
    ImportChange,
    ImportLine,
    MarketReference,
    Paper,
    Requirement,
    Sku,
    StockMovement,
    Supplier,
    SupplierBrand,
    SupplierMember,
    SupplierStanding,
)
from suppliers.states import (
    APPLYING,
    WAITS_FOR_REVIEW,
    AttributeKind,
    ChangeStatus,
    GoodStatus,
    PaperStatus,
    RequirementScope,
    SupplierStatus,
)
from taoxiaopu.kernel import clock, rows
from taoxiaopu.kernel.templatetags.kernel_format import listed

SORTS: dict[str, tuple[Any, ...]] = {
    "sales": (F("market_sales").desc(nulls_last=True), "-id"),
    "price": ("price_from_fen", "id"),
    "-price": ("-price_from_fen", "-id"),
    "rate": ("-rate_bp", "-id"),
    "new": ("-id",),
}

ON = Q(skus__is_on=True)

NAMED = 200  # suppliers that a part of a name finds


def supplier_of(user: User) -> Supplier | None:
    """The supplier that a user works for, or None."""
    member = SupplierMember.objects.select_related("supplier").filter(user=user).first()
    return member.supplier if member else None


def members_of(supplier_ids: Iterable[int]) -> dict[int, list[int]]:
    """The users who work for each of these suppliers, by the supplier's key: who gets its letters."""
    found: dict[int, list[int]] = {}
    for member in rows.find(SupplierMember, supplier_id=sorted(set(supplier_ids))):
        found.setdefault(member.supplier_id, []).append(member.user_id)
    return found


def suppliers_people() -> "QuerySet[Any]":
    """The keys of the users who work for some supplier: who gets letters to all of them."""
    return SupplierMember.objects.values("user_id")


def categories() -> "QuerySet[Category]":
    """The category tree's nodes, roots first."""
    return Category.objects.select_related("parent").order_by("position", "id")


def root_categories() -> "QuerySet[Category]":
    """The five roots of docs/rules.md §1.3 rule 29."""
    return Category.objects.filter(parent=None).order_by("position", "id")


def on_sale(good: str = "") -> Q:
    """What can be bought and picked now: listed, by an active supplier, with the papers that it needs in force.

    ``good`` is the path to the good with its trailing ``__``; empty where goods themselves are asked for.
    """
    until = f"{good}covered_until"
    covered = Q(**{until: None}) | Q(**{f"{until}__gt": clock.present()})
    listed = {f"{good}status": GoodStatus.LISTED, f"{good}supplier__status": SupplierStatus.ACTIVE}
    return Q(**listed) & covered


def sellable_goods(*, query: str = "", category: str = "", sort: str = "sales") -> "QuerySet[Good]":
    """Goods that anyone can buy or pick now: words all in the title, brand or searchable attributes, category code or a child of it.

    Two-character Chinese words hit. ``sort`` is a key of SORTS; unknown ones sort by sales.
    """
    goods = Good.objects.select_related("supplier", "category").filter(on_sale())
    for word in query.replace("\x00", " ").split()[:6]:
        text = word[:40]
        goods = goods.filter(
            Q(title__icontains=text) | Q(brand__icontains=text) | Q(keywords__icontains=text)
        )
    if category:
        goods = goods.filter(Q(category__code=category) | Q(category__parent__code=category))
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
    """A supplier's goods, newest first, with stock and units sold."""
    goods = (
        Good.objects.select_related("category", "supplier")
        .filter(supplier=supplier)
        .annotate(
            stock=Sum("skus__available", filter=ON),
            units_sold=Sum("skus__sold"),
            choices=Count("skus", filter=ON),
        )
    )
    for word in query.replace("\x00", " ").split()[:6]:
        goods = goods.filter(Q(title__icontains=word) | Q(source_id=word))
    if status in GoodStatus.values:
        goods = goods.filter(status=status)
    if category:
        goods = goods.filter(Q(category__code=category) | Q(category__parent__code=category))
    return goods.order_by("-id")


def hidden_count_of(supplier: Supplier) -> int:
    """How many listed goods of a supplier are hidden because a paper that covers them has run out."""
    return Good.objects.filter(
        supplier=supplier, status=GoodStatus.LISTED, covered_until__lte=clock.present()
    ).count()


def good_counts_of(supplier: Supplier) -> dict[str, int]:
    """How many goods a supplier has by status."""
    found_rows = (
        Good.objects.filter(supplier=supplier).values_list("status").annotate(n=Count("pk")).order_by()
    )
    return dict.fromkeys(GoodStatus.values, 0) | dict(found_rows)


def low_stock_of(supplier: Supplier, *, below: int = 10) -> "QuerySet[Good]":
    """Listed goods that are running out."""
    return (
        Good.objects.filter(supplier=supplier, status=GoodStatus.LISTED)
        .annotate(stock=Sum("skus__available", filter=ON))
        .filter(stock__lt=below)
        .order_by("stock", "id")
    )


def imports_of(supplier: Supplier | None) -> "QuerySet[CatalogueImport]":
    """A supplier's imports, or staff's own when None, newest first."""
    return CatalogueImport.objects.select_related("category").filter(supplier=supplier).order_by("-id")


def report_of(catalogue: CatalogueImport) -> "QuerySet[ImportLine]":
    """The report lines of an import in file order."""
    return ImportLine.objects.filter(catalogue=catalogue).order_by("line_no", "id")


def kept_changes_of(catalogue: CatalogueImport) -> "QuerySet[ImportChange]":
    """What an undo left as it is, with the reason."""
    found = ImportChange.objects.filter(catalogue=catalogue).exclude(kept="")
    return found.select_related("good", "sku").order_by("id")


def skus_for_export(supplier: Supplier) -> Iterator[Sku]:
    """Every SKU of a supplier with its good, oldest first, some hundred in memory at a time."""
    found = Sku.objects.filter(good__supplier=supplier).select_related("good__category")
    return found.order_by("good_id", "id").iterator(chunk_size=500)


@dataclass(frozen=True, slots=True)
class GoodStock:
    """Units of a good: available of the SKUs that are on, sold of all."""

    available: int
    sold: int


def stock_of_goods(goods: Iterable[Good]) -> dict[int, GoodStock]:
    """Units available and sold of each good, by primary key."""
    keys = [good.pk for good in goods]
    found_rows = (
        Sku.objects.filter(good__in=keys)
        .values("good_id")
        .annotate(left=Sum("available", filter=Q(is_on=True), default=0), sold=Sum("sold"))
        .order_by()
    )
    found = {row["good_id"]: GoodStock(row["left"], row["sold"]) for row in found_rows}
    return {key: found.get(key, GoodStock(0, 0)) for key in keys}


def supplier_by_number(public_id: str) -> Supplier | None:
    """The supplier whom a number names: for staff."""
    return Supplier.objects.filter(public_id=public_id).first()


def supplier_standing(supplier: Supplier) -> SupplierStanding:
    """A supplier's violation points and what they do, as disputes wrote them down; none when nothing was."""
    found = SupplierStanding.objects.filter(supplier=supplier).first()
    return found or SupplierStanding(supplier=supplier)


def supplier_names(public_ids: set[str]) -> dict[str, str]:
    """The names behind suppliers' public ids: staff only."""
    return dict(Supplier.objects.filter(public_id__in=public_ids).values_list("public_id", "name"))


def suppliers_named(text: str) -> set[str]:
    """The public ids of suppliers whose name contains a text, at most NAMED: staff only."""
    found = Supplier.objects.filter(name__icontains=text).order_by("pk")
    return set(found.values_list("public_id", flat=True)[:NAMED])


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


def goods_to_review(*, query: str = "") -> "QuerySet[Good]":
    """Held goods of all suppliers, oldest first: staff only. Words must all be in the title or the held words."""
    goods = Good.objects.select_related("supplier", "category").filter(status=GoodStatus.HELD)
    for word in query.replace("\x00", " ").split()[:6]:
        goods = goods.filter(Q(title__icontains=word[:40]) | Q(held_words__icontains=word[:40]))
    return goods.order_by("created_at", "pk")


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """What waits for staff: applications, held goods and change sets of live ones."""

    suppliers: int
    goods: int
    changes: int


def review_counts() -> ReviewCounts:
    """How much of suppliers waits for staff."""
    return ReviewCounts(
        suppliers=Supplier.objects.filter(status__in=WAITS_FOR_REVIEW).count(),
        goods=Good.objects.filter(status=GoodStatus.HELD).count(),
        changes=GoodChange.objects.filter(status=ChangeStatus.OPEN).count(),
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """What decides which papers a company is asked for: its kind, its proof, the levels of its chain, its brands."""

    kind: str
    proof: str
    levels: int
    brands: tuple[str, ...]


def profile_of(supplier: Supplier) -> Profile:
    """A supplier's profile as it was handed in."""
    brands = tuple(brand.name for brand in rows.find(SupplierBrand, supplier_id=supplier.pk))
    return Profile(supplier.kind, supplier.proof, supplier.chain_levels or 0, brands)


def typed_by(supplier: Supplier) -> dict[str, str]:
    """What an applicant typed so far, by the form's field; empty when nothing is kept."""
    draft = EntryDraft.objects.filter(supplier=supplier).first()
    return dict(draft.typed) if draft is not None else {}


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a checklist: an item, for an authorisation the brand and the level it is for."""

    requirement: Requirement
    brand: str = ""
    level: int = 0

    @property
    def key(self) -> tuple[int, str, int]:
        """What tells places apart."""
        return self.requirement.pk, self.brand, self.level

    @property
    def words(self) -> str:
        """The place in words."""
        if not self.brand:
            return str(self.requirement)
        return _("{name} · {brand} 第 {level} 级").format(
            name=self.requirement, brand=self.brand, level=self.level
        )


@dataclass(frozen=True, slots=True)
class Item:
    """A place with its papers: the fine one that counts, and the open one that is handed in or to be mended."""

    place: Place
    fine: Paper | None
    open: Paper | None
    today: date

    @property
    def state(self) -> str:
        """``missing``, ``mend``, ``handed``, ``fine`` or ``lapsed``: what the supplier has to know first."""
        if self.open is not None:
            return str(self.open.status)
        if self.fine is None:
            return "missing"
        return "lapsed" if self.has_lapsed else "fine"

    @property
    def has_lapsed(self) -> bool:
        """Whether the paper that counts has run out."""
        return bool(self.fine and self.fine.valid_until and self.fine.valid_until < self.today)

    @property
    def counts(self) -> bool:
        """Whether a fine paper counts today."""
        return self.fine is not None and not self.has_lapsed

    @property
    def is_ready(self) -> bool:
        """Whether there is something for staff to read, or that they read before: nothing to mend, nothing empty."""
        return self.state in ("handed", "fine") or (self.state == "missing" and not self.is_required)

    @property
    def is_required(self) -> bool:
        """Whether entry waits for it."""
        return self.place.requirement.is_required

    @property
    def papers(self) -> list[Paper]:
        """What there is to look at, the open one first."""
        return [paper for paper in (self.open, self.fine) if paper is not None]

    @property
    def paper(self) -> Paper | None:
        """What there is to look at: the open paper, else the fine one."""
        return self.open or self.fine


def places_for(profile: Profile) -> list[Place]:
    """The places of the entry checklist for such a company, without permits of categories, in the operators' order."""
    places: list[Place] = []
    for row in (
        Requirement.objects.filter(is_active=True)
        .exclude(scope=RequirementScope.CATEGORY)
        .order_by("position", "pk")
    ):
        if row.supplier_kinds and profile.kind not in row.supplier_kinds:
            continue
        if row.proof_kinds and profile.proof not in row.proof_kinds:
            continue
        if row.scope == RequirementScope.COMPANY:
            places.append(Place(row))
            continue
        places += [
            Place(row, brand, level) for brand in profile.brands for level in range(1, profile.levels + 1)
        ]
    return places


def permits_for(category: Category | None = None) -> list[Place]:
    """The permits that a category asks for, its root's too; those of all categories when None."""
    permits = Requirement.objects.select_related("category").filter(
        is_active=True, scope=RequirementScope.CATEGORY
    )
    if category is not None:
        permits = permits.filter(category__in=[key for key in (category.pk, category.parent_id) if key])
    return [Place(row) for row in permits.order_by("position", "pk")]


def checklist(supplier: Supplier, places: Sequence[Place], *, at: datetime) -> list[Item]:
    """These places with the supplier's papers in them, in the order given."""
    fine: dict[tuple[int, str, int], Paper] = {}
    opened: dict[tuple[int, str, int], Paper] = {}
    papers = Paper.objects.select_related("requirement").filter(supplier=supplier)
    for paper in papers.exclude(status=PaperStatus.REPLACED):
        held = fine if paper.status == PaperStatus.FINE else opened
        held[paper.requirement_id, paper.brand, paper.level] = paper
    today = clock.local(at).date()
    return [Item(place, fine.get(place.key), opened.get(place.key), today) for place in places]


def entry_checklist(supplier: Supplier, *, at: datetime) -> list[Item]:
    """The checklist of a supplier's entry, as it was handed in."""
    return checklist(supplier, places_for(profile_of(supplier)), at=at)


def all_papers(supplier: Supplier, *, at: datetime) -> list[Item]:
    """The checklist with every permit that some category asks for."""
    return checklist(supplier, [*places_for(profile_of(supplier)), *permits_for()], at=at)


def permit_checklist(supplier: Supplier, category: Category, *, at: datetime) -> list[Item]:
    """The permits that this category asks for, with the supplier's papers."""
    return checklist(supplier, permits_for(category), at=at)


def papers_to_judge() -> "QuerySet[Paper]":
    """Papers of suppliers that are in, handed in and not judged yet, oldest first: staff only."""
    papers = Paper.objects.select_related("supplier", "requirement").filter(status=PaperStatus.HANDED)
    return papers.exclude(supplier__status__in=APPLYING).order_by("handed_at", "pk")


def bonds_of(supplier: Supplier) -> list[tuple[Category, datetime | None]]:
    """The categories that ask for a bond, and those for which this supplier paid one, each with since when it is paid."""
    paid = {row.category_id: row.since for row in BondedCategory.objects.filter(supplier=supplier)}
    asking = Category.objects.select_related("parent").filter(Q(bond_fen__gt=0) | Q(pk__in=paid))
    return [(row, paid.get(row.pk)) for row in asking.order_by("position", "id")]
