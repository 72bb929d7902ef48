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
from taoxiaopu.kernel.locking import lock_rows


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
        changed = Sku.objects.filter(pk=want.sku_id, available__gte=want.quantity).update(
            available=F("available") - want.quantity, reserved=F("reserved") + want.quantity
        )
        if not changed:
            left = Sku.objects.filter(pk=want.sku_id).values_list("available", flat=True).first() or 0
            raise SoldOut(title=want.title, left=left)
        StockReservation.objects.create(
            order_number=want.order_number, sku_id=want.sku_id, quantity=want.quantity, expires_at=expires_at
        )


def take(*, order_numbers: Sequence[str]) -> None:
    """These orders were paid: what was reserved is sold. A second call changes nothing."""
    for row in _move(order_numbers, ReservationStatus.HELD, ReservationStatus.TAKEN):
        Sku.objects.filter(pk=row.sku_id).update(
            reserved=F("reserved") - row.quantity, sold=F("sold") + row.quantity
        )


def release(*, order_numbers: Sequence[str]) -> None:
    """These orders were closed unpaid: what was reserved is available again. A second call changes nothing."""
    for row in _move(order_numbers, ReservationStatus.HELD, ReservationStatus.RELEASED):
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


def _move(
    order_numbers: Sequence[str], source: ReservationStatus, target: ReservationStatus
) -> list[StockReservation]:
    """Change reservations under their locks; returned in SKU order, in which the caller updates the SKUs."""
    rows = lock_rows(StockReservation.objects.filter(order_number__in=order_numbers, status=source))
    StockReservation.objects.filter(pk__in=[row.pk for row in rows]).update(status=target)
    return sorted(rows, key=lambda row: (row.sku_id, row.pk))
