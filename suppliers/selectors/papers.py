"""The checklist of entry, permits and bonds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from suppliers.models import (
    BondedCategory,
    Category,
    EntryDraft,
    Paper,
    Requirement,
    Supplier,
    SupplierBrand,
)
from suppliers.states import (
    PaperStatus,
    RequirementScope,
)
from taoxiaopu.kernel import clock, rows


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


def bonded_category(supplier: Supplier) -> Category | None:
    """A category for which this supplier paid a bond: a top-up of its bonds is paid under it."""
    found = BondedCategory.objects.filter(supplier=supplier, since__isnull=False, category__bond_fen__gt=0)
    row = found.select_related("category").order_by("pk").first()
    return row.category if row else None


def bonds_of(supplier: Supplier) -> list[tuple[Category, datetime | None]]:
    """The categories that ask for a bond, and those for which this supplier paid one, each with since when it is paid."""
    paid = {row.category_id: row.since for row in BondedCategory.objects.filter(supplier=supplier)}
    asking = Category.objects.select_related("parent").filter(Q(bond_fen__gt=0) | Q(pk__in=paid))
    return [(row, paid.get(row.pk)) for row in asking.order_by("position", "id")]
