"""What penalties cost beside points (docs/rules.md §4): the commission of an order, and points for orders that were late.

Locks: the penalty, then what ``commissions`` locks.
"""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from disputes.models import Penalty
from disputes.services.forfeits import VOIDS, void_commission_of
from disputes.services.penalties import PenaltyDraft, give_penalty
from disputes.states import Offence, PenaltyStatus
from orders.models import Order
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.jobs import by_itself
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.settings import rules_at

AUTOMATIC = Actor.system("late shipments")
TAKEN_UP_AT_ONCE = 200


def void_after_appeals(*, at: datetime) -> int:
    """Void the commission of penalties that nobody appealed against in time; returns how many. Safe twice and at once."""
    over = Penalty.objects.filter(
        offence__in=VOIDS, status=PenaltyStatus.IN_FORCE, order__isnull=False, voided_at=None, deadline__lt=at
    )
    numbers = list(over.order_by("pk").values_list("number", flat=True)[:TAKEN_UP_AT_ONCE])
    return sum(by_itself(partial(_void_one, number, at), what=f"penalty {number}") for number in numbers)


def _void_one(number: str, at: datetime) -> bool:
    with transaction.atomic():
        (row,) = lock_rows(Penalty.objects.select_related("order").filter(number=number))
        if row.status != PenaltyStatus.IN_FORCE or row.voided_at is not None:
            return False
        void_commission_of(row, Actor(ActorKind.STAFF, row.given_by, row.given_by), at)
        return True


def count_late_shipments(*, at: datetime) -> int:
    """Give a point for each LATE_CASES_PER_POINT orders that were late this month or in the one before; returns how many.

    Each ten of a supplier and month is given once, whoever asks how often.
    """
    per_point, given = rules_at(at).LATE_CASES_PER_POINT, 0
    this = clock.month_of(at)
    for month in (clock.previous_month(this), this):
        start, end = clock.month_bounds(month)
        late = Order.objects.filter(is_late=True, ship_by__gte=start, ship_by__lt=end)
        counts = late.values_list("supplier").annotate(n=Count("pk")).filter(n__gte=per_point)
        for key, n in list(counts.order_by("supplier")):
            supplier = Supplier.objects.get(pk=key)
            for tens in range(1, n // per_point + 1):
                given += _give_late(
                    supplier,
                    f"late:{supplier.public_id}:{month:%Y-%m}:{tens}",
                    tens * per_point,
                    month.month,
                    at,
                )
    return given


def _give_late(supplier: Supplier, key: str, n: int, month: int, at: datetime) -> bool:
    if Penalty.objects.filter(key=key).exists():
        return False
    reason = _("{month} 月逾期发货满 {n} 单").format(month=month, n=n)
    draft = PenaltyDraft(Offence.LATE_SHIPMENT, 1, reason)
    give_penalty(party=supplier, draft=draft, key=key, actor=AUTOMATIC, at=at)
    return True
