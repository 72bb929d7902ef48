"""What became of a good's orders: counted by night, for the last 90 days, to the second."""

from datetime import datetime, timedelta

import pytest

from orders.models import Order, OrderLine
from orders.services import count_good_records
from suppliers.models import Good, GoodRecord
from suppliers.selectors import Record, record_of, supplier_record
from taoxiaopu.kernel import clock
from tests.factories import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def good(at: datetime) -> Good:
    return story.good(story.supplier(at), at)


def test_lines_are_counted_by_what_became_of_them(at: datetime, good: Good) -> None:
    other = story.good(good.supplier, at, title="护手霜 60g")
    orders = [story.paid_order(good, at) for _n in range(4)]
    story.ship(orders[0], at)
    story.ship(orders[1], at)
    Order.objects.filter(pk__in=[orders[1].pk, orders[2].pk]).update(is_late=True)
    OrderLine.objects.filter(order=orders[3]).update(refunded_fen=1)
    story.place(good, at)
    story.paid_order(other, at)
    assert record_of(good) == Record()
    assert (record_of(good).refund_bp, record_of(good).on_time_bp) == (None, None)
    assert count_good_records(at=at) == 2
    found = record_of(good)
    assert found == Record(ordered=4, refunded=1, shipped=2, late=2)
    assert (found.refund_bp, found.on_time_bp) == (2500, 0)
    of_supplier = supplier_record(good.supplier)
    assert of_supplier.orders == Record(ordered=5, refunded=1, shipped=2, late=2)
    assert (of_supplier.goods, of_supplier.points) == (2, 0)
    assert count_good_records(at=at) == 2
    assert record_of(good) == found


@pytest.mark.parametrize(("seconds", "counted"), [(-1, 1), (0, 0)])
def test_ninety_days_count_and_then_the_row_goes(
    at: datetime, good: Good, seconds: int, counted: int
) -> None:
    order = story.paid_order(good, at)
    count_good_records(at=at)
    paid = Order.objects.get(pk=order.pk).paid_at
    assert paid is not None
    count_good_records(at=paid + timedelta(days=90, seconds=seconds))
    assert GoodRecord.objects.count() == counted
