"""L14: PostgreSQL itself refuses a line, SKU, parcel or owner of another tenant, whoever writes."""

import pytest
from django.db import IntegrityError, connection, transaction

from orders.models import Order, OrderLine, Parcel
from suppliers.models import Good, Sku
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
LINE = (
    "INSERT INTO orders_orderline (order_id, supplier_id, ref, good_id, sku_id, title, sku_name, snapshot, quantity,"
    " unit_price_fen, paid_fen, rate_bp, fee_bp, bonus_bp, refunded_fen)"
    " VALUES (%(order)s, %(supplier)s, 'X-1', %(good)s, %(sku)s, '面霜', '默认', '{}', 1, 10000, 10000, 0, 1000, 0, 0)"
)


@pytest.fixture
def world() -> dict[str, int]:
    """An order of one supplier, with another good of it, and everything of another supplier and owner."""
    mine, other = story.supplier(AT), story.supplier(AT, 2)
    own, second = story.good(mine, AT), story.good(mine, AT, title="面霜 2 号")
    foreign = story.good(other, AT, title="面霜 3 号")
    shop, others_shop = story.picked_shop(AT, own), story.picked_shop(AT, foreign, n=2)
    order = story.paid_order(own, AT, through=shop)
    others = story.paid_order(foreign, AT, through=others_shop)
    sku = {good.pk: Sku.objects.get(good=good).pk for good in (own, second, foreign)}
    parcel = Parcel.objects.create(order=others, carrier="sf", tracking_number="SF1", shipped_at=AT)
    return {
        "order": order.pk, "supplier": mine.pk, "good": second.pk, "sku": sku[second.pk], "other_supplier": other.pk,
        "other_good": foreign.pk, "other_sku": sku[foreign.pk], "own_sku": sku[own.pk], "other_owner": others_shop.owner_id,
        "other_order": others.pk, "other_parcel": parcel.pk,
    }  # fmt: skip


def attack(statement: str, values: dict[str, int | None]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_line_of_ones_own_is_let_in(world: dict[str, int]) -> None:
    attack(LINE, world)
    assert OrderLine.objects.filter(ref="X-1").count() == 1


def test_the_version_before_the_column_still_writes_lines(world: dict[str, int]) -> None:
    attack(LINE, world | {"supplier": None})
    assert OrderLine.objects.get(ref="X-1").supplier_id == world["supplier"]


@pytest.mark.parametrize(
    ("swaps", "constraint"),
    [
        ({"good": "other_good", "sku": "other_sku"}, "line_of_suppliers_good"),
        ({"good": "other_good", "sku": "other_sku", "supplier": "other_supplier"}, "line_of_suppliers_order"),
        ({"sku": "other_sku"}, "line_of_goods_sku"),
        ({"sku": "own_sku"}, "line_of_goods_sku|line_sku_once"),
    ],
)
def test_a_line_of_anothers_is_refused(world: dict[str, int], swaps: dict[str, str], constraint: str) -> None:
    before = picture()
    with pytest.raises(IntegrityError, match=constraint):
        attack(LINE, world | {name: world[other] for name, other in swaps.items()})
    assert picture() == before


def test_a_line_of_anothers_without_a_supplier_is_refused(world: dict[str, int]) -> None:
    with pytest.raises(IntegrityError, match="line_of_suppliers_good"):
        attack(LINE, world | {"supplier": None, "good": world["other_good"], "sku": world["other_sku"]})


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE orders_orderline SET shipped_in_id = %(other_parcel)s WHERE order_id = %(order)s", "line_in_orders_parcel"),
        ("UPDATE orders_orderline SET order_id = %(other_order)s WHERE order_id = %(order)s", "line_of_suppliers_order"),
        ("UPDATE orders_orderline SET supplier_id = NULL WHERE order_id = %(order)s", "supplier_id"),
        ("UPDATE orders_order SET owner_id = %(other_owner)s WHERE id = %(order)s", "order_of_owners_shop"),
        ("UPDATE orders_order SET supplier_id = %(other_supplier)s WHERE id = %(order)s", "line_of_suppliers_order"),
        ("UPDATE suppliers_good SET supplier_id = %(other_supplier)s WHERE supplier_id = %(supplier)s", "line_of_suppliers_good"),
        ("UPDATE suppliers_sku SET good_id = %(other_good)s, name = 'x' WHERE id = %(own_sku)s", "line_of_goods_sku"),
        ("UPDATE storefronts_shop SET owner_id = %(other_owner)s WHERE owner_id <> %(other_owner)s", "order_of_owners_shop"),
    ],
)  # fmt: skip
def test_nothing_moves_to_another_tenant(world: dict[str, int], statement: str, constraint: str) -> None:
    before = picture()
    with pytest.raises(IntegrityError, match=constraint):
        attack(statement, world)
    assert picture() == before


def test_services_write_what_the_keys_ask(world: dict[str, int]) -> None:
    assert set(OrderLine.objects.values_list("supplier_id", "good__supplier_id", "order__supplier_id")) == {
        (world["supplier"],) * 3,
        (world["other_supplier"],) * 3,
    }
    assert (Order.objects.count(), Good.objects.count()) == (2, 3)
