"""Stock without oversell (trust §4): conditional updates in SKU order, one reservation per order and SKU, a cap on what a
buyer holds unpaid, and one movement for each change (docs/rules.md, Trust 4).

PostgreSQL is the only truth. ``available + reserved + sold = received`` is a check of the table itself, and so many
movements say how it came about. Who calls has a transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suppliers.errors import SoldOut, TooManyUnpaid
from suppliers.models import Sku, StockReservation
from suppliers.states import MovementKind, ReservationStatus
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.locking import lock_found

MOVE = "INSERT INTO suppliers_stockmovement (sku_id, kind, quantity, balance, ref, actor_kind, actor_ref, person, at)"
WHO = "%s::text, %s::text, %s::text, %s::timestamptz"
# The SKU's row was locked by the statement before, so that a buyer's two orders at once see each other here.
HOLD = f"""WITH put AS (
        INSERT INTO suppliers_stockreservation (order_number, sku_id, buyer, quantity, returned, status, expires_at)
        SELECT w.order_number, w.sku_id, w.buyer, w.quantity, 0, 'held', w.expires_at
        FROM (SELECT %s::text AS order_number, %s::bigint AS sku_id, %s::text AS buyer, %s::int AS quantity,
                     %s::timestamptz AS expires_at) w
        WHERE w.quantity + coalesce((SELECT sum(r.quantity) FROM suppliers_stockreservation r
                                     WHERE r.sku_id = w.sku_id AND r.buyer = w.buyer AND r.status = 'held'), 0) <= %s
        RETURNING order_number, sku_id, quantity)
    {MOVE}
    SELECT put.sku_id, 'reserve', put.quantity, s.available, put.order_number, {WHO}
    FROM put JOIN suppliers_sku s ON s.id = put.sku_id"""  # noqa: S608
# Written after the SKUs were changed: what can be sold after one row is what can be now without the rows that follow it.
MOVED = f"""{MOVE}
    SELECT r.sku_id, %s::text, r.quantity, s.available - %s::int * coalesce(sum(r.quantity) OVER (
               PARTITION BY r.sku_id ORDER BY r.id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0),
           r.order_number, {WHO}
    FROM suppliers_stockreservation r JOIN suppliers_sku s ON s.id = r.sku_id
    WHERE r.id = ANY(%s::text::bigint[]) ORDER BY r.id"""  # noqa: S608
RECEIVED = f"""{MOVE}
    SELECT s.id, %s::text, x.quantity, s.available, %s::text, {WHO}
    FROM unnest(%s::text::bigint[], %s::text::bigint[]) AS x (sku_id, quantity) JOIN suppliers_sku s ON s.id = x.sku_id
    WHERE x.quantity <> 0 ORDER BY s.id"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Want:
    """How many of one SKU an order takes; ``title`` is for the sentence when it is sold out."""

    order_number: str
    sku_id: int
    quantity: int
    title: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who reserves: the key of the telephone (``Trade.buyer``), and how many of one SKU it may hold unpaid."""

    key: str
    unpaid_most: int


def reserve(*, wants: Sequence[Want], buyer: Buyer, expires_at: datetime, actor: Actor, at: datetime) -> None:
    """Take stock for the unpaid orders of one trade, all SKUs in key order, so that two trades never wait for each
    other. Raises SoldOut, TooManyUnpaid; the caller's transaction undoes the rest.
    """
    for want in sorted(wants, key=lambda w: (w.sku_id, w.order_number)):
        by = {"available": -want.quantity, "reserved": want.quantity}
        if not rows.shift(Sku, want.sku_id, enough="available", **by):
            left = Sku.objects.filter(pk=want.sku_id).values_list("available", flat=True).first() or 0
            raise SoldOut(title=want.title, left=left)
        cells = (want.order_number, want.sku_id, buyer.key, want.quantity, expires_at, buyer.unpaid_most)
        if not rows.run(HOLD, [*cells, *_who(actor, at)]).rowcount:
            raise TooManyUnpaid(title=want.title, most=buyer.unpaid_most)


def take(*, order_numbers: Sequence[str], actor: Actor, at: datetime) -> None:
    """These orders were paid: what was reserved is sold. A second call changes nothing."""
    found = _move(order_numbers, ReservationStatus.HELD, ReservationStatus.TAKEN)
    for row in found:
        rows.shift(Sku, row.sku_id, reserved=-row.quantity, sold=row.quantity)
    _record(MovementKind.TAKE, found, 0, actor, at)


def release(*, order_numbers: Sequence[str], actor: Actor, at: datetime) -> None:
    """These orders were closed unpaid: what was reserved is available again. A second call changes nothing."""
    found = _move(order_numbers, ReservationStatus.HELD, ReservationStatus.RELEASED)
    for row in found:
        rows.shift(Sku, row.sku_id, reserved=-row.quantity, available=row.quantity)
    _record(MovementKind.RELEASE, found, 1, actor, at)


def keep_until(*, order_numbers: Sequence[str], expires_at: datetime) -> None:
    """What is reserved for these unpaid orders is kept until another moment: their time to pay begins."""
    for row in lock_found(StockReservation, order_number=list(order_numbers), status=ReservationStatus.HELD):
        row.expires_at = expires_at
        rows.update(row, "expires_at")


def put_back(*, order_number: str, sku_id: int, actor: Actor, at: datetime) -> None:
    """A line was refunded in full before it was shipped: its goods never left. A second call changes nothing."""
    found = lock_found(
        StockReservation, order_number=order_number, sku_id=sku_id, status=ReservationStatus.TAKEN
    )
    for row in found:
        row.status, row.returned = ReservationStatus.RETURNED, row.quantity
        rows.update(row, "status", "returned")
        rows.shift(Sku, sku_id, sold=-row.quantity, available=row.quantity)
    _record(MovementKind.RETURN, found, 1, actor, at)


def receive(
    *, skus: Sequence[Sku], ref: str, actor: Actor, at: datetime, kind: MovementKind = MovementKind.RECEIVE
) -> None:
    """Say where the first stock of SKUs that were just inserted came from: a good's number or an import's."""
    record_received({sku.pk: sku.received for sku in skus}, kind=kind, ref=ref, actor=actor, at=at)


def record_received(by: dict[int, int], *, kind: MovementKind, ref: str, actor: Actor, at: datetime) -> None:
    """Write down, in one statement, by how many ``received`` and ``available`` of these SKUs were changed just now."""
    if by:
        keys, quantities = rows.array(list(by)), rows.array(list(by.values()))
        rows.run(RECEIVED, [kind.value, ref, *_who(actor, at), keys, quantities])


def _move(
    order_numbers: Sequence[str], source: ReservationStatus, target: ReservationStatus
) -> list[StockReservation]:
    """Change reservations under their locks; returned in SKU order, in which the caller updates the SKUs."""
    found = lock_found(StockReservation, order_number=list(order_numbers), status=source)
    for row in found:
        row.status = target
        rows.update(row, "status")
    return sorted(found, key=lambda row: (row.sku_id, row.pk))


def _record(
    kind: MovementKind, found: Sequence[StockReservation], freed: int, actor: Actor, at: datetime
) -> None:
    """One statement for all of them; ``freed`` is 1 where what they held can be sold again."""
    if found:
        rows.run(MOVED, [kind.value, freed, *_who(actor, at), rows.array([row.pk for row in found])])


def _who(actor: Actor, at: datetime) -> tuple[Any, ...]:
    return actor.kind.value, actor.ref, actor.person, at
