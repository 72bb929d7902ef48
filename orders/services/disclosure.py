"""Who a parcel goes to, shown to staff: with a reason, and written down (docs/rules.md §1.7, §8.4)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import Order
from orders.services.placing import Delivery
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound


def reveal_delivery(*, order: Order, actor: Actor, at: datetime, reason: str) -> Delivery:
    """The consumer's name, phone and address. Raises NotFound for anyone but staff, BadInput without a reason."""
    if actor.kind != ActorKind.STAFF:
        raise NotFound
    if len(reason.strip()) < 2:
        raise BadInput(what=_("请写明查看原因"))
    with transaction.atomic():
        audit.record(
            actor=actor,
            subject_type="order",
            subject_ref=order.number,
            event="reveal",
            at=at,
            reason=reason.strip(),
        )
    trade = order.trade
    return Delivery(trade.receiver, trade.phone, trade.address)
