"""Papers for the packing table: which orders are on them, and that they were printed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orders import errors
from orders.models import Order
from orders.selectors import orders_to_print
from suppliers.models import Supplier
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import NotFound

PRINT_MAX = 100


def mark_printed(*, supplier: Supplier, numbers: Sequence[str], actor: Actor, at: datetime) -> list[Order]:
    """Note that these orders' papers were made, and return them by deadline with what a paper says of them.

    The first printing keeps its time; each one leaves a row in the audit trail, because it shows where a consumer lives
    (docs/rules.md §5.3, §8.4). Raises NothingToPrint for none, too many or those that are not to ship any more,
    NotFound for somebody else's.
    """
    wanted = list(dict.fromkeys(numbers))
    if not 1 <= len(wanted) <= PRINT_MAX:
        raise errors.NothingToPrint(limit=PRINT_MAX)
    with transaction.atomic():
        if Order.objects.filter(supplier=supplier, number__in=wanted).count() != len(wanted):
            raise NotFound
        chosen = list(orders_to_print(supplier, wanted))
        if not chosen:
            raise errors.NothingToPrint(limit=PRINT_MAX)
        Order.objects.filter(pk__in=[order.pk for order in chosen], printed_at=None).update(printed_at=at)
        audit.record_many(
            actor=actor,
            subject_type="order",
            subject_refs=[order.number for order in chosen],
            event="print",
            at=at,
        )
    return chosen
