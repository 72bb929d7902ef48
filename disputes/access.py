"""One case or dispute for one actor, or NotFound."""

from django.db.models import QuerySet

from disputes.models import Case, Dispute, Penalty
from disputes.selectors import penalties_of
from orders.access import Holder
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel.errors import NotFound


def case_for_buyer(holder: Holder, number: str) -> Case:
    """A case of one of this consumer's orders. Raises NotFound."""
    return _case(_cases().filter(holder.trades("order__trade__"), number=number))


def case_for_supplier(supplier: Supplier, number: str) -> Case:
    """A case of one of the supplier's orders. Raises NotFound."""
    return _case(_cases().filter(order__supplier=supplier, number=number))


def dispute_for_buyer(holder: Holder, number: str) -> Dispute:
    """A dispute of one of this consumer's orders. Raises NotFound."""
    return _dispute(_disputes().filter(holder.trades("order__trade__"), number=number))


def dispute_for_supplier(supplier: Supplier, number: str) -> Dispute:
    """A dispute of one of the supplier's orders. Raises NotFound."""
    return _dispute(_disputes().filter(order__supplier=supplier, number=number))


def penalty_for(party: Owner | Supplier, number: str) -> Penalty:
    """One of the party's own penalties. Raises NotFound."""
    row = penalties_of(party).filter(number=number).first()
    if row is None:
        raise NotFound
    return row


def _cases() -> "QuerySet[Case]":
    return Case.objects.select_related("order__trade", "order__supplier", "line__good", "line__order")


def _disputes() -> "QuerySet[Dispute]":
    return Dispute.objects.select_related(
        "order__trade",
        "order__supplier",
        "order__shop",
        "order__owner__user",
        "line__good",
        "line__order",
        "case",
    )


def _case(rows: "QuerySet[Case]") -> Case:
    row = rows.first()
    if row is None:
        raise NotFound
    return row


def _dispute(rows: "QuerySet[Dispute]") -> Dispute:
    row = rows.first()
    if row is None:
        raise NotFound
    return row
