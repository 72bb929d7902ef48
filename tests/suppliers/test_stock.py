"""Stock: reserved, sold, released, put back; it always adds up and a second call changes nothing."""

import pytest
from django.db import IntegrityError, transaction

from suppliers import errors, stock
from suppliers import services as suppliers
from suppliers.models import Sku, StockReservation
from suppliers.stock import Want
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)


@pytest.fixture
def sku() -> Sku:
    return Sku.objects.get(good=story.good(story.supplier(AT), AT, stock=10))


def counts(sku: Sku) -> tuple[int, int, int, int]:
    sku.refresh_from_db()
    return sku.received, sku.available, sku.reserved, sku.sold


def reserve(sku: Sku, order: str, quantity: int) -> None:
    stock.reserve(wants=[Want(order, sku.pk, quantity, "面霜")], expires_at=AT)


def test_the_whole_way(sku: Sku) -> None:
    seen = [counts(sku)]
    reserve(sku, "1", 3)
    reserve(sku, "2", 4)
    seen.append(counts(sku))
    stock.take(order_numbers=["1"])
    seen.append(counts(sku))
    stock.release(order_numbers=["2"])
    seen.append(counts(sku))
    stock.put_back(order_number="1", sku_id=sku.pk)
    seen.append(counts(sku))
    assert seen == [(10, 10, 0, 0), (10, 3, 7, 0), (10, 3, 4, 3), (10, 7, 0, 3), (10, 10, 0, 0)]


def test_a_second_call_changes_nothing(sku: Sku) -> None:
    reserve(sku, "1", 3)
    reserve(sku, "2", 4)
    stock.take(order_numbers=["1"])
    stock.release(order_numbers=["2"])
    before = picture()
    stock.take(order_numbers=["1", "2"])
    stock.release(order_numbers=["1", "2"])
    stock.put_back(order_number="2", sku_id=sku.pk)
    assert picture() == before
    stock.put_back(order_number="1", sku_id=sku.pk)
    before = picture()
    stock.put_back(order_number="1", sku_id=sku.pk)
    assert picture() == before


def test_the_last_one_and_one_more(sku: Sku) -> None:
    reserve(sku, "1", 10)
    before = picture()
    with pytest.raises(errors.SoldOut) as refused:
        reserve(sku, "2", 1)
    assert refused.value.params["left"] == 0
    assert picture() == before


def test_the_supplier_sets_what_can_be_sold(sku: Sku) -> None:
    reserve(sku, "1", 3)
    actor = story.supplier_actor(sku.good.supplier)
    suppliers.set_stock(good=sku.good, available=0, actor=actor, at=AT)
    assert counts(sku) == (3, 0, 3, 0)
    suppliers.set_stock(good=sku.good, available=9_999_999, actor=actor, at=AT)
    assert counts(sku) == (10_000_002, 9_999_999, 3, 0)
    before = picture()
    for wrong in (-1, 10_000_000):
        with pytest.raises(errors.BadStock):
            suppliers.set_stock(good=sku.good, available=wrong, actor=actor, at=AT)
    assert picture() == before


@pytest.mark.parametrize(
    "change", [{"available": -1}, {"available": 11}, {"reserved": 1}, {"sold": 1}, {"received": 9}]
)
def test_the_table_refuses_what_does_not_add_up(sku: Sku, change: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Sku.objects.filter(pk=sku.pk).update(**change)
    assert counts(sku) == (10, 10, 0, 0)
    assert StockReservation.objects.count() == 0
