"""Lists of supplier payouts, and of what could not be done for suppliers. The supplier comes first."""

from django.db.models import QuerySet

from commissions.models import SupplierAccount, SupplierFailure, SupplierPayout
from commissions.states import SupplierPayoutStatus
from suppliers.models import Supplier


def payouts_of(supplier: Supplier) -> "QuerySet[SupplierPayout]":
    """A supplier's weekly payouts, newest first."""
    return SupplierPayout.objects.select_related("account").filter(supplier=supplier).order_by("-id")


def supplier_account_of(supplier: Supplier) -> SupplierAccount | None:
    """The account that a supplier is paid to now, or None."""
    return SupplierAccount.objects.filter(supplier=supplier, replaced_at=None).first()


def payouts_in_review() -> "QuerySet[SupplierPayout]":
    """The supplier payouts that wait for a person, oldest first: staff only."""
    return SupplierPayout.objects.filter(status=SupplierPayoutStatus.REVIEWING).order_by("pk")


def open_supplier_failures() -> "QuerySet[SupplierFailure]":
    """What could not be done for suppliers yet, the oldest first: staff only."""
    return SupplierFailure.objects.filter(settled_at=None).order_by("period", "supplier_id")
