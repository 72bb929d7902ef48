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
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.locking import lock_found


@dataclass(frozen=True, slots=True)
class Want:
    """How many of one SKU an order takes; ``title`` is for the sentence when it is sold out."""

    order_number: str
    sku_id: int
    quantity: int
    title: str


def reserve(*, wants: Sequence[Want], expires_at: datetime) -> None:
    """Take stock for the unpaid orders of one trade, all SKUs in key order, so that two trades never wait for each
    other. Raises SoldOut; the caller's transaction undoes the rest.
    """
    for want in sorted(wants, key=lambda w: (w.sku_id, w.order_number)):
        by = {"available": -want.quantity, "reserved": want.quantity}
        if not rows.shift(Sku, want.sku_id, enough="available", **by):
            left = Sku.objects.filter(pk=want.sku_id).values_list("available", flat=True).first() or 0
            raise SoldOut(title=want.title, left=left)
        rows.insert(
            StockReservation(
                order_number=want.order_number,
                sku_id=want.sku_id,
                quantity=want.quantity,
                expires_at=expires_at,
            )
        )


def take(*, order_numbers: Sequence[str]) -> None:
    """These orders were paid: what was reserved is sold. A second call changes nothing."""
    for row in _move(order_numbers, ReservationStatus.HELD, ReservationStatus.TAKEN):
        rows.shift(Sku, row.sku_id, reserved=-row.quantity, sold=row.quantity)


def release(*, order_numbers: Sequence[str]) -> None:
    """These orders were closed unpaid: what was reserved is available again. A second call changes nothing."""
    for row in _move(order_numbers, ReservationStatus.HELD, ReservationStatus.RELEASED):
        rows.shift(Sku, row.sku_id, reserved=-row.quantity, available=row.quantity)


def put_back(*, order_number: str, sku_id: int) -> None:
    """A line was refunded in full before it was shipped: its goods never left. A second call changes nothing."""
    changed = StockReservation.objects.filter(
        order_number=order_number, sku_id=sku_id, status=ReservationStatus.TAKEN
    ).update(status=ReservationStatus.RETURNED, returned=F("quantity"))
    if changed:
        row = StockReservation.objects.get(order_number=order_number, sku_id=sku_id)
        rows.shift(Sku, sku_id, sold=-row.quantity, available=row.quantity)


def _move(
    order_numbers: Sequence[str], source: ReservationStatus, target: ReservationStatus
) -> list[StockReservation]:
    """Change reservations under their locks; returned in SKU order, in which the caller updates the SKUs."""
    found = lock_found(StockReservation, order_number=list(order_numbers), status=source)
    for row in found:
        row.status = target
        rows.update(row, "status")
    return sorted(found, key=lambda row: (row.sku_id, row.pk))
