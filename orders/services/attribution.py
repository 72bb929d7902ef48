"""Whose order it is and of which kind, decided once: when the order is placed (docs/rules.md §6.4, §6.5)."""

from dataclasses import dataclass

from accounts.models import RealName
from commissions.states import AttributionKind
from orders.models import Order, Trade
from orders.states import Evidence
from suppliers.models import SupplierMember
from taoxiaopu.kernel import rows
from tax.models import TaxProfile


@dataclass(frozen=True, slots=True)
class Attribution:
    """The kind of an order that belongs to an owner, and what it was recognised by."""

    kind: AttributionKind
    evidence: Evidence


def attribution_of(order: Order, trade: Trade) -> Attribution:
    """What an order is that is being placed in an owner's shop: own goods before a purchase of her own, this before one
    for somebody else.
    """
    assert order.owner is not None
    user = order.owner.user
    if rows.find(SupplierMember, supplier_id=order.supplier_id, user_id=user.pk):
        return Attribution(AttributionKind.OWN_GOODS, Evidence.WORKS_FOR_SUPPLIER)
    if _is_same_company(order):
        return Attribution(AttributionKind.OWN_GOODS, Evidence.SAME_COMPANY)
    if user.phone_index is not None and user.phone_index == trade.buyer:
        return Attribution(AttributionKind.SELF, Evidence.OWN_PHONE)
    if trade.user_id == user.pk:
        return _bought_by_owner(trade, has_phone=user.phone_index is not None)
    return Attribution(AttributionKind.SHARED, Evidence.IN_SHOP)


def _is_same_company(order: Order) -> bool:
    """Whether the owner's own business, by her tax information, is the supplier's."""
    code = order.supplier.credit_code
    if not code:
        return False
    return any(
        profile.number == code for profile in rows.find(TaxProfile, owner_id=order.owner_id, replaced_at=None)
    )


def _bought_by_owner(trade: Trade, *, has_phone: bool) -> Attribution:
    """The owner is signed in and pays: for herself, or for somebody with another phone and another name.

    Nobody's phone is another's as long as hers is not known.
    """
    names = [real.name for real in rows.find(RealName, user_id=trade.user_id)]
    if trade.receiver in names:
        return Attribution(AttributionKind.SELF, Evidence.OWN_NAME)
    if not has_phone:
        return Attribution(AttributionKind.SELF, Evidence.OWN_ACCOUNT)
    return Attribution(AttributionKind.ON_BEHALF, Evidence.OTHER_RECEIVER)
