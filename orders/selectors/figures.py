"""How a supplier's goods and commissions did over a span. The tenant comes first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum

from commissions.models import CommissionLine
from commissions.states import CommissionStatus
from orders.models import Order, OrderLine
from orders.states import OrderStatus
from suppliers.models import Good, Supplier


@dataclass(frozen=True, slots=True)
class GoodSales:
    """Paid units and amount in fen of one good, and in how many orders."""

    good: Good
    orders: int
    units: int
    paid_fen: int


def top_goods(supplier: Supplier, *, since: datetime, limit: int) -> list[GoodSales]:
    """The goods of a supplier that sold most since an instant, by amount."""
    lines = OrderLine.objects.filter(order__supplier=supplier, order__paid_at__gte=since)
    rows = list(
        lines.exclude(order__status=OrderStatus.CLOSED_UNPAID)
        .values_list("good_id")
        .annotate(n=Count("order_id", distinct=True), units=Sum("quantity"), fen=Sum("paid_fen"))
        .order_by("-fen", "good_id")[:limit]
    )
    goods = Good.objects.in_bulk([key for key, *_rest in rows])
    return [GoodSales(goods[key], n, int(units), int(fen)) for key, n, units, fen in rows]


def commission_of_finalised(supplier: Supplier, *, since: datetime, until: datetime) -> int:
    """Fen of commission that a supplier's orders finalised in ``[since, until)`` cost it: what owners and platform got,
    before anything was clawed back later.
    """
    orders = Order.objects.filter(supplier=supplier, finalised_at__gte=since, finalised_at__lt=until)
    lines = CommissionLine.objects.filter(order_number__in=orders.values("number"))
    found = lines.exclude(status=CommissionStatus.VOID).aggregate(fen=Sum("gross_fen", default=0))
    return int(found["fen"])
