"""Stock without oversell (trust §4): conditional updates in SKU order, one reservation per order and SKU.

PostgreSQL is the only truth. ``available + reserved + sold = received`` is a check of the table itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from suppliers.errors import SoldOut
from suppliers.models import Sku, StockReservation
from suppliers.states import ReservationStatus


@dataclass(frozen=True, slots=True)
class Want:
    """How many of one SKU an order takes; ``title`` is for the sentence when it is sold out."""

    sku_id: int
    quantity: int
    title: str


def reserve(*, order_number: str, wants: Sequence[Want], expires_at: datetime) -> None:
    """Take stock for an unpaid order, SKUs in key order. Raises SoldOut; the caller's transaction undoes the rest."""
    for want in sorted(wants, key=lambda w: w.sku_id):
        changed = Sku.objects.filter(pk=want.sku_id, available__gte=want.quantity).update(
            available=F("available") - want.quantity, reserved=F("reserved") + want.quantity
        )
        if not changed:
            left = Sku.objects.filter(pk=want.sku_id).values_list("available", flat=True).first() or 0
            raise SoldOut(title=want.title, left=left)
        StockReservation.objects.create(
            order_number=order_number, sku_id=want.sku_id, quantity=want.quantity, expires_at=expires_at
        )


def take(*, order_number: str) -> None:
    """The order was paid: what was reserved is sold. A second call changes nothing."""
    for row in _move(order_number, ReservationStatus.HELD, ReservationStatus.TAKEN):
        Sku.objects.filter(pk=row.sku_id).update(
            reserved=F("reserved") - row.quantity, sold=F("sold") + row.quantity
        )


def release(*, order_number: str) -> None:
    """The order was closed unpaid: what was reserved is available again. A second call changes nothing."""
    for row in _move(order_number, ReservationStatus.HELD, ReservationStatus.RELEASED):
        Sku.objects.filter(pk=row.sku_id).update(
            reserved=F("reserved") - row.quantity, available=F("available") + row.quantity
        )


def put_back(*, order_number: str, sku_id: int) -> None:
    """A line was refunded in full before it was shipped: its goods never left. A second call changes nothing."""
    changed = StockReservation.objects.filter(
        order_number=order_number, sku_id=sku_id, status=ReservationStatus.TAKEN
    ).update(status=ReservationStatus.RETURNED, returned=F("quantity"))
    if changed:
        row = StockReservation.objects.get(order_number=order_number, sku_id=sku_id)
        Sku.objects.filter(pk=sku_id).update(
            sold=F("sold") - row.quantity, available=F("available") + row.quantity
        )


def _move(order_number: str, source: ReservationStatus, target: ReservationStatus) -> list[StockReservation]:
    rows = list(
        StockReservation.objects.select_for_update()
        .filter(order_number=order_number, status=source)
        .order_by("sku_id")
    )
    StockReservation.objects.filter(pk__in=[r.pk for r in rows]).update(status=target)
    return rows
