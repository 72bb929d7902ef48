"""One object of tax for one supplier, or NotFound: strangers learn nothing."""

from datetime import date

from suppliers.models import Supplier
from taoxiaopu.kernel.errors import NotFound
from tax.models import CommissionInvoice


def invoice_for_supplier(supplier: Supplier, month: date) -> CommissionInvoice:
    """A supplier's own invoice for a month's commission. Raises NotFound."""
    row = CommissionInvoice.objects.select_related("supplier").filter(supplier=supplier, month=month).first()
    if row is None:
        raise NotFound
    return row
