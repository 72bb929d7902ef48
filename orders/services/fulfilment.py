"""Shipping in parcels and confirming receipt (O7, O12, O13)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from commissions import services as commissions
from commissions.states import AttributionKind
from orders import errors
from orders.models import Hold, Order, OrderLine, Parcel
from orders.services.telling import tell_shipped
from orders.states import ORDERS, Carrier, OrderStatus
from storefronts.services import mark_bought
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_found, lock_name
from taoxiaopu.kernel.settings import Rules, rules_at

TRACKING = re.compile(r"[A-Z0-9]{8,24}")


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel: carrier, tracking number, and the line refs in it (empty: all that are left)."""

    carrier: Carrier
    tracking_number: str
    line_refs: tuple[str, ...] = ()


def lock_order(number: str) -> Order:
    """Lock one order. Raises NotFound."""
    found = lock_found(Order, number=number)
    if not found:
        raise NotFound
    return found[0]


def ship(*, order: Order, shipment: Shipment, actor: Actor, at: datetime) -> Parcel:
    """Hand a parcel over; refunded lines are ignored; when nothing is left the auto-confirm clock starts.

    Raises BadTracking, TrackingReused, MoveRefused.
    """
    number = shipment.tracking_number.strip().upper()
    if not TRACKING.fullmatch(number):
        raise errors.BadTracking
    rules = rules_at(at)
    with transaction.atomic():
        row = lock_order(order.number)
        ORDERS.require(row.status, "ship", actor)
        lock_name(f"tracking {number}")  # two parcels must not both find the number unused
        since = at - timedelta(days=rules.TRACKING_REUSE_D)
        if any(parcel.shipped_at >= since for parcel in rows.find(Parcel, tracking_number=number)):
            raise errors.TrackingReused(number=number, days=rules.TRACKING_REUSE_D)
        waiting = [line for line in _lines(row) if line.shipped_in_id is None and not line.is_refunded]
        chosen = [w for w in waiting if not shipment.line_refs or w.ref in shipment.line_refs]
        if not chosen or (shipment.line_refs and len(chosen) != len(set(shipment.line_refs))):
            raise BadInput(what=_("请选择尚未发货的商品"))
        parcel = Parcel(order=row, carrier=Carrier(shipment.carrier), tracking_number=number, shipped_at=at)
        rows.insert(parcel)
        for line in chosen:
            line.shipped_in = parcel
            rows.update(line, "shipped_in")
        done = len(chosen) == len(waiting)
        target = OrderStatus.SHIPPED if done else OrderStatus.PART_SHIPPED
        if row.status == target:
            audit.record(
                actor=actor, subject_type="order", subject_ref=row.number, event="ship", at=at,
                from_state=row.status, to_state=row.status, reason=number,
            )  # fmt: skip
        else:
            ORDERS.apply(row, "ship", actor=actor, at=at, reason=number, target=target)
        if done:
            start_confirm_clock(row, at, rules)
        if row.ship_by is not None and at > row.ship_by and not row.is_late:
            row.is_late = True
            rows.update(row, "is_late")
        tell_shipped(row, parcel, chosen, at)
    return parcel


def start_confirm_clock(row: Order, at: datetime, rules: Rules) -> None:
    """Everything of a locked order is on its way: the auto-confirm clock runs (O13), or waits whole if a case does."""
    whole = timedelta(days=rules.AUTO_CONFIRM_D)
    row.shipped_at = at
    row.confirm_by = at + whole
    rows.update(row, "shipped_at", "confirm_by")
    for hold in rows.find(Hold, order_id=row.pk, lifted_at=None):
        hold.seconds_left = int(whole.total_seconds())
        rows.update(hold, "seconds_left")


def confirm_receipt(*, order: Order, actor: Actor, at: datetime) -> None:
    """O12 by the buyer, O13 by the system: received; the after-sales window starts. Raises OpenCase, MoveRefused."""
    event = "auto_confirm" if actor.kind == "system" else "confirm"
    with transaction.atomic():
        row = lock_order(order.number)
        ORDERS.require(row.status, event, actor)
        if rows.find(Hold, order_id=row.pk, lifted_at=None):
            raise errors.OpenCase
        final_by = at + timedelta(days=rules_at(at).AFTERSALE_WINDOW_D)
        ORDERS.apply(row, event, actor=actor, at=at, completed_at=at, final_by=final_by)
        commissions.complete(row.number, at=at)
        _note_own_purchase(row)


def _note_own_purchase(row: Order) -> None:
    """Who bought and received a good may say so when recommending it, now or as the owner they will be; not an owner who
    bought it on somebody's behalf.
    """
    rows.load(row, "trade", "owner")
    people: set[int] = set()
    if row.trade.user_id is not None and row.attribution != AttributionKind.ON_BEHALF:
        people.add(row.trade.user_id)
    if row.owner is not None:
        rows.load(row.owner, "user")
        if row.owner.user.phone_index == row.trade.buyer:
            people.add(row.owner.user_id)
    for line in _lines(row) if people else ():
        for user_id in people:
            mark_bought(user_id=user_id, good_id=line.good_id)


def _lines(row: Order) -> list[OrderLine]:
    return rows.find(OrderLine, order_id=row.pk)
