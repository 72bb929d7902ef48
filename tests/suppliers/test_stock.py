"""Stock: reserved, sold, released, put back; it always adds up and a second call changes nothing."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from orders.services import cancel_trade
from suppliers import errors, stock
from suppliers import services as suppliers
from suppliers.models import Sku, StockMovement, StockReservation
from suppliers.stock import Buyer, Want
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.staff import name_of
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
ANNA = Buyer("anna", 99)
SHOPPER, SYSTEM = Actor(ActorKind.BUYER, "T1"), Actor.system("tests")


@pytest.fixture
def sku() -> Sku:
    return Sku.objects.get(good=story.good(story.supplier(AT), AT, stock=10))


def counts(sku: Sku) -> tuple[int, int, int, int]:
    sku.refresh_from_db()
    return sku.received, sku.available, sku.reserved, sku.sold


def reserve(sku: Sku, order: str, quantity: int, buyer: Buyer = ANNA) -> None:
    stock.reserve(
        wants=[Want(order, sku.pk, quantity, "面霜")], buyer=buyer, expires_at=AT, actor=SHOPPER, at=AT
    )


def test_the_whole_way(sku: Sku) -> None:
    seen = [counts(sku)]
    reserve(sku, "1", 3)
    reserve(sku, "2", 4)
    seen.append(counts(sku))
    stock.take(order_numbers=["1"], actor=SYSTEM, at=AT)
    seen.append(counts(sku))
    stock.release(order_numbers=["2"], actor=SYSTEM, at=AT)
    seen.append(counts(sku))
    stock.put_back(order_number="1", sku_id=sku.pk, actor=SYSTEM, at=AT)
    seen.append(counts(sku))
    assert seen == [(10, 10, 0, 0), (10, 3, 7, 0), (10, 3, 4, 3), (10, 7, 0, 3), (10, 10, 0, 0)]


def test_a_second_call_changes_nothing(sku: Sku) -> None:
    reserve(sku, "1", 3)
    reserve(sku, "2", 4)
    stock.take(order_numbers=["1"], actor=SYSTEM, at=AT)
    stock.release(order_numbers=["2"], actor=SYSTEM, at=AT)
    before = picture()
    stock.take(order_numbers=["1", "2"], actor=SYSTEM, at=AT)
    stock.release(order_numbers=["1", "2"], actor=SYSTEM, at=AT)
    stock.put_back(order_number="2", sku_id=sku.pk, actor=SYSTEM, at=AT)
    assert picture() == before
    stock.put_back(order_number="1", sku_id=sku.pk, actor=SYSTEM, at=AT)
    before = picture()
    stock.put_back(order_number="1", sku_id=sku.pk, actor=SYSTEM, at=AT)
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


def moves(sku: Sku) -> list[tuple[str, int, int, str]]:
    """What happened to a SKU, oldest first: kind, quantity, what could be sold then, for what."""
    return list(
        StockMovement.objects.filter(sku=sku).order_by("id").values_list("kind", "quantity", "balance", "ref")
    )


def test_every_change_is_a_movement_with_what_is_left(sku: Sku) -> None:
    reserve(sku, "1", 3)
    reserve(sku, "2", 4)
    stock.take(order_numbers=["1"], actor=SYSTEM, at=AT)
    stock.release(order_numbers=["2"], actor=SYSTEM, at=AT)
    stock.put_back(order_number="1", sku_id=sku.pk, actor=SYSTEM, at=AT)
    who = story.supplier_actor(sku.good.supplier)
    suppliers.set_stock(good=sku.good, available=6, actor=who, at=AT)
    suppliers.set_stock(good=sku.good, available=6, actor=who, at=AT)
    assert moves(sku) == [
        ("receive", 10, 10, sku.good.public_id),
        ("reserve", 3, 7, "1"),
        ("reserve", 4, 3, "2"),
        ("take", 3, 3, "1"),
        ("release", 4, 7, "2"),
        ("return", 3, 10, "1"),
        ("set", -4, 6, sku.good.public_id),
    ]
    names = ("actor_kind", "actor_ref", "person", "at")
    assert StockMovement.objects.filter(sku=sku, kind="reserve").values_list(*names)[0] == (
        "buyer", "T1", "", AT,
    )  # fmt: skip
    assert StockMovement.objects.values_list(*names).get(sku=sku, kind="set") == (
        who.kind, who.ref, who.person, AT,
    )  # fmt: skip
    assert [p.check.name for p in verify().problems if "movement" in p.check.name] == []


def test_orders_released_together_have_a_balance_each(sku: Sku) -> None:
    """Two orders of one trade hold the same SKU, through two shops."""
    reserve(sku, "1", 3)
    reserve(sku, "2", 4)
    stock.release(order_numbers=["2", "1"], actor=SYSTEM, at=AT)
    assert moves(sku)[3:] == [("release", 3, 6, "1"), ("release", 4, 10, "2")]


def test_a_movement_is_one_statement_for_all_rows_and_none_more_for_a_reservation(
    sku: Sku, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):  # the conditional update, the reservation with its movement
        reserve(sku, "1", 1)
    with django_assert_num_queries(4):  # lock, reservation, SKU, movement
        stock.take(order_numbers=["1"], actor=SYSTEM, at=AT)
    with django_assert_num_queries(1):
        stock.take(order_numbers=["1"], actor=SYSTEM, at=AT)


def test_what_one_buyer_may_hold_unpaid(sku: Sku) -> None:
    """Up to the cap and not one more; paid, closed and other buyers' units do not count."""
    anna, bela = Buyer("anna", 3), Buyer("bela", 3)
    reserve(sku, "1", 2, anna)
    reserve(sku, "2", 1, anna)
    before = picture()
    with pytest.raises(errors.TooManyUnpaid) as refused, transaction.atomic():
        reserve(sku, "3", 1, anna)
    assert refused.value.sentence == "您未付款的订单里“面霜”将超过 3 件，请先付款或取消之前的订单"
    assert picture() == before
    reserve(sku, "4", 3, bela)
    stock.take(order_numbers=["1"], actor=SYSTEM, at=AT)
    stock.release(order_numbers=["2"], actor=SYSTEM, at=AT)
    reserve(sku, "5", 3, anna)
    assert counts(sku) == (10, 2, 6, 2)


def test_one_order_above_the_cap(sku: Sku) -> None:
    before = picture()
    with pytest.raises(errors.TooManyUnpaid), transaction.atomic():
        reserve(sku, "1", 4, Buyer("anna", 3))
    assert picture() == before


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE suppliers_stockmovement SET quantity = 11",
        "DELETE FROM suppliers_stockmovement",
        "TRUNCATE suppliers_stockmovement",
        "INSERT INTO suppliers_stockmovement (sku_id, kind, quantity, balance, ref, actor_kind, actor_ref, person, at)"
        " SELECT sku_id, 'reserve', -1, 11, '1', 'buyer', '', '', now() FROM suppliers_stockmovement",
        "INSERT INTO suppliers_stockmovement (sku_id, kind, quantity, balance, ref, actor_kind, actor_ref, person, at)"
        " SELECT sku_id, 'set', -11, -1, '1', 'buyer', '', '', now() FROM suppliers_stockmovement",
    ],
)
def test_movements_are_never_changed(sku: Sku, attack: str) -> None:
    before = picture()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert picture() == before


def test_the_supplier_sees_what_happened_and_who_did_it() -> None:
    client, supplier = member(AT)
    good = story.good(supplier, AT, stock=60)
    trade = story.place(good, AT)
    person = supplier.members.get().user
    suppliers.set_stock(
        good=good, available=5, actor=Actor(ActorKind.SUPPLIER, supplier.public_id, person.public_id), at=AT
    )
    address = reverse("supplier:good-movements", args=[good.public_id])
    page = client.get(address)
    kinds = [row.kind for row, _name in page.context["rows"]]
    assert kinds == ["set", "reserve", "receive"]
    assert trade.orders.get().number in page.text
    assert page.context["rows"][0][1] == name_of(person.public_id)
    assert "消费者" in page.text
    assert address in client.get(reverse("supplier:good", args=[good.public_id])).text
    for _n in range(25):
        trade = story.place(good, AT, quantity=2, phone="13911112223")
        cancel_trade(trade_number=trade.number, actor=Actor(ActorKind.BUYER, trade.number), at=AT)
    page = client.get(address)
    assert (len(page.context["rows"]), page.context["page"].paginator.count) == (50, 53)
    other = Sku.objects.create(good=good, name="100g", price_fen=20_000)
    only = client.get(address, {"sku": other.pk})
    assert "还没有库存流水" in only.text
    assert client.get(address, {"sku": "x", "page": "99"}).status_code == 200
