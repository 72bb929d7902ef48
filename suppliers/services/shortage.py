"""Stock that turned out not to be there."""

from datetime import datetime

from suppliers.models import Sku
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.locking import lock_rows


def empty_sku(*, sku_id: int, actor: Actor, at: datetime) -> int:
    """Take what is available of a SKU off sale, because the supplier has none; return how many that were.

    What other orders reserved stays theirs. Runs in the caller's transaction.
    """
    for sku in lock_rows(Sku.objects.select_related("good").filter(pk=sku_id)):
        gone = sku.available
        sku.received -= gone
        sku.available = 0
        sku.save(update_fields=["received", "available"])
        audit.record(
            actor=actor, subject_type="good", subject_ref=sku.good.public_id, event="stock", at=at, reason="0"
        )
        return gone
    return 0
