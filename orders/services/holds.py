"""Marks by cases and disputes: the order waits, its clocks stop and go on with the time that was left."""

from datetime import datetime, timedelta

from orders.models import Hold, Order
from orders.states import OrderStatus
from taoxiaopu.kernel import rows


def place_hold(*, order: Order, cause: str, cause_ref: str, at: datetime) -> None:
    """Make a locked order wait. The auto-confirm clock stops; the final clock is asked again when it runs out.

    While an earlier wait lasts the clock stands still, so a second one has the same time left.
    """
    left = None
    if order.status == OrderStatus.SHIPPED and order.confirm_by is not None:
        open_holds = rows.find(Hold, order_id=order.pk, lifted_at=None)
        earlier = [hold.seconds_left for hold in open_holds if hold.seconds_left is not None]
        left = earlier[0] if earlier else max(0, int((order.confirm_by - at).total_seconds()))
    hold = Hold(order=order, cause=cause, cause_ref=cause_ref, placed_at=at, seconds_left=left)
    rows.insert(hold, once=True)


def lift_hold(*, order: Order, cause: str, cause_ref: str, at: datetime) -> None:
    """End a wait of a locked order. When it was the last one the auto-confirm clock goes on."""
    found = rows.find(Hold, cause=cause, cause_ref=cause_ref, lifted_at=None)
    if not found:
        return
    hold = found[0]
    hold.lifted_at = at
    rows.update(hold, "lifted_at")
    if rows.find(Hold, order_id=order.pk, lifted_at=None):
        return
    if order.status == OrderStatus.SHIPPED and order.confirm_by is not None and hold.seconds_left is not None:
        order.confirm_by = max(order.confirm_by, at + timedelta(seconds=hold.seconds_left))
        rows.update(order, "confirm_by")
