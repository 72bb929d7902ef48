"""The lock under which everything about one supplier's entry, papers and money for its deposit is written."""

from suppliers.models import Supplier
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.locking import lock_rows


def lock_supplier(public_id: str) -> Supplier:
    """Lock a supplier's row. Raises NotFound."""
    rows = lock_rows(Supplier.objects.filter(public_id=public_id))
    if not rows:
        raise NotFound
    return rows[0]
