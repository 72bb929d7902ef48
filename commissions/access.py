"""One object of commissions for one owner or supplier, or NotFound: strangers learn nothing."""

from datetime import date

from commissions.models import DepositReturn, SupplierPayout, SupplierStatement, Withdrawal
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel.errors import NotFound


def withdrawal_for_owner(owner: Owner, number: str) -> Withdrawal:
    """An owner's own withdrawal. Raises NotFound."""
    row = Withdrawal.objects.select_related("account").filter(owner=owner, number=number).first()
    if row is None:
        raise NotFound
    return row


def payout_for_supplier(supplier: Supplier, number: str) -> SupplierPayout:
    """A supplier's own payout. Raises NotFound."""
    row = SupplierPayout.objects.select_related("account").filter(supplier=supplier, number=number).first()
    if row is None:
        raise NotFound
    return row


def statement_for_supplier(supplier: Supplier, month: date) -> SupplierStatement:
    """A supplier's own statement of one month. Raises NotFound."""
    row = SupplierStatement.objects.select_related("supplier").filter(supplier=supplier, month=month).first()
    if row is None:
        raise NotFound
    return row


def deposit_return_for_supplier(supplier: Supplier, number: str) -> DepositReturn:
    """A supplier's own return of its deposit. Raises NotFound."""
    row = DepositReturn.objects.select_related("account").filter(supplier=supplier, number=number).first()
    if row is None:
        raise NotFound
    return row
