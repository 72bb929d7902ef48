"""One object of commissions for one owner, or NotFound: strangers learn nothing."""

from commissions.models import Withdrawal
from storefronts.models import Owner
from taoxiaopu.kernel.errors import NotFound


def withdrawal_for_owner(owner: Owner, number: str) -> Withdrawal:
    """An owner's own withdrawal. Raises NotFound."""
    row = Withdrawal.objects.select_related("account").filter(owner=owner, number=number).first()
    if row is None:
        raise NotFound
    return row
