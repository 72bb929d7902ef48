"""One charge for whoever holds its number: the number is a random 16-digit secret of the payer's page."""

from payments.models import Charge
from taoxiaopu.kernel.errors import NotFound


def charge_for_payer(number: str) -> Charge:
    """The charge with this number. Raises NotFound."""
    charge = Charge.objects.filter(number=number).first()
    if charge is None:
        raise NotFound
    return charge
