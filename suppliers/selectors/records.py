"""What became of orders lately: of one good, and of all goods of a supplier (docs/rules.md §1.6)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from suppliers.models import Good, GoodRecord, Supplier
from suppliers.selectors.companies import supplier_standing
from suppliers.states import GoodStatus
from taoxiaopu.kernel.money import half_up


@dataclass(frozen=True, slots=True)
class Record:
    """Paid order lines of the last GOOD_RECORD_D days: how many, how many of them were refunded (wholly or in part), shipped,
    and shipped late.
    """

    ordered: int = 0
    refunded: int = 0
    shipped: int = 0
    late: int = 0

    @property
    def refund_bp(self) -> int | None:
        """Refunded ones of all, in bp; None when there was none."""
        return half_up(self.refunded * 10_000, self.ordered) if self.ordered else None

    @property
    def on_time_bp(self) -> int | None:
        """Those shipped in time of all that were shipped or are late, in bp; None when there was none."""
        due = max(self.shipped, self.late)
        return half_up((due - self.late) * 10_000, due) if due else None


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """A supplier as owners see it: since when, how many goods it sells, its violation points of this year, its orders."""

    since: datetime | None
    goods: int
    points: int
    orders: Record


def record_of(good: Good) -> Record:
    """What became of the good's orders."""
    found = GoodRecord.objects.filter(good=good).values("ordered", "refunded", "shipped", "late").first()
    return Record(**found) if found else Record()


def supplier_record(supplier: Supplier) -> SupplierRecord:
    """What became of the orders of all of a supplier's goods, and what staff hold against it."""
    sums = GoodRecord.objects.filter(good__supplier=supplier).aggregate(
        ordered=Sum("ordered", default=0),
        refunded=Sum("refunded", default=0),
        shipped=Sum("shipped", default=0),
        late=Sum("late", default=0),
    )
    standing = supplier_standing(supplier)
    listed = Good.objects.filter(supplier=supplier, status=GoodStatus.LISTED)
    return SupplierRecord(
        supplier.decided_at, listed.count(), standing.points if standing else 0, Record(**sums)
    )
