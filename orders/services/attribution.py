"""Whose order it is and of which kind, decided once: when the order is placed (docs/rules.md §6.4, §6.5)."""

from dataclasses import dataclass

from commissions.states import AttributionKind
from orders.models import Order, Trade
from orders.states import Evidence
from suppliers.models import SupplierMember
from taoxiaopu.kernel import rows


@dataclass(frozen=True, slots=True)
class Attribution:
    """The kind of an order that belongs to an owner, and what it was recognised by."""

    kind: AttributionKind
    evidence: Evidence


def attribution_of(order: Order, trade: Trade) -> Attribution:
    """What an order is that is being placed in an owner's shop."""
    assert order.owner is not None
    user = order.owner.user
    if rows.find(SupplierMember, supplier_id=order.supplier_id, user_id=user.pk):
        return Attribution(AttributionKind.OWN_GOODS, Evidence.WORKS_FOR_SUPPLIER)
    if user.phone_index is not None and user.phone_index == trade.buyer:
        return Attribution(AttributionKind.SELF, Evidence.OWN_PHONE)
    if trade.user_id == user.pk:
        return Attribution(AttributionKind.SELF, Evidence.OWN_ACCOUNT)
    return Attribution(AttributionKind.SHARED, Evidence.IN_SHOP)
