"""What disputes write down here about a supplier's violations (docs/rules.md §4)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from suppliers import errors
from suppliers.models import Supplier, SupplierStanding
from suppliers.services.topping_up import review_deposit
from taoxiaopu.kernel.templatetags.kernel_format import local_time

# Until when a supplier that was cleared out is hidden: longer than anything lasts.
CLEARED_OUT = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SupplierViolations:
    """What a supplier's violation points do, as disputes reckoned it: points of ``year``; instants at which something
    ends.
    """

    points: int
    year: int
    stopped_until: datetime | None = None
    hidden_until: datetime | None = None
    doubles_deposit: bool = False
    is_closed: bool = False


def write_supplier_violations(*, supplier: Supplier, violations: SupplierViolations, at: datetime) -> None:
    """Write down a supplier's points and what they do: when its goods are shown again, and whether its deposit is short
    now. Disputes call it, holding the supplier's lock.
    """
    SupplierStanding.objects.update_or_create(
        supplier=supplier,
        defaults={
            "points": violations.points,
            "points_year": violations.year,
            "stopped_until": violations.stopped_until,
            "hidden_until": violations.hidden_until,
            "doubles_deposit": violations.doubles_deposit,
            "is_closed": violations.is_closed,
        },
    )
    supplier.hidden_until = CLEARED_OUT if violations.is_closed else violations.hidden_until
    supplier.save(update_fields=["hidden_until"])
    review_deposit(supplier, at=at)


def require_listing(supplier: Supplier, at: datetime) -> None:
    """Violation points do not stop new goods now. Raises ListingStopped, SupplierClosed."""
    standing = SupplierStanding.objects.filter(supplier=supplier).first()
    if standing is None or not standing.stops_listing(at):
        return
    if standing.is_closed or standing.stopped_until is None:
        raise errors.SupplierClosed
    raise errors.ListingStopped(until=local_time(standing.stopped_until, "short"))
