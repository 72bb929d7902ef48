"""Companies and who works for them; what waits for staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from suppliers.models import (
    Good,
    GoodChange,
    Supplier,
    SupplierMember,
    SupplierStanding,
)
from suppliers.states import (
    WAITS_FOR_REVIEW,
    ChangeStatus,
    GoodStatus,
)
from taoxiaopu.kernel import rows

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
