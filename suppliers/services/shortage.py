"""Stock that turned out not to be there."""

from datetime import datetime

from suppliers import stock
from suppliers.models import Sku
from suppliers.states import MovementKind
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
        by = {sku.pk: -gone}
        stock.record_received(by, kind=MovementKind.SET, ref=sku.good.public_id, actor=actor, at=at)
        audit.record(
            actor=actor, subject_type="good", subject_ref=sku.good.public_id, event="stock", at=at, reason="0"
        )
        return gone
    return 0
