"""Damage to trades, orders, lines, parcels and stock."""

from datetime import timedelta

from django.db.models import F

from orders.models import LineRefund, Order, OrderLine, Parcel, Trade
from storefronts.models import Shop
from suppliers.models import Good, Sku, StockMovement, StockReservation
from tests.factories import story
from tests.factories.proof import guards_off
from tests.flows.planting.registry import Found, damage, run
from tests.flows.planting.world import World


def set_order(world: World, name: str, **fields: object) -> str:
    """Write an order's columns past the guards; returns its number."""
    with guards_off():
        Order.objects.filter(pk=world.orders[name].pk).update(**fields)
    return world.orders[name].number


def set_line(world: World, name: str, **fields: object) -> str:
    """Write the columns of an order's only line; returns its reference."""
    with guards_off():
        OrderLine.objects.filter(ref=world.ref(name)).update(**fields)
    return world.ref(name)


@damage("trade_amount", "paid_charge")
def a_trade_of_another_amount(world: World) -> Found:
    number = world.orders["paid"].trade.number
    Trade.objects.filter(number=number).update(amount_fen=F("amount_fen") + 1)
    return number, number


@damage("order_amount", "trade_amount", "order_payment", "order_escrow")
def an_order_of_another_amount(world: World) -> Found:
    number = set_order(world, "paid", goods_fen=F("goods_fen") + 1)
    return number, world.orders["paid"].trade.number, number, number


@damage("line_amount", "order_amount", "commission_base", "guard_constraint")
def a_line_of_another_amount(world: World) -> Found:
    run("ALTER TABLE orders_orderline DROP CONSTRAINT line_amounts")
    ref = set_line(world, "paid", paid_fen=F("paid_fen") + 1)
    return ref, world.orders["paid"].number, ref, "orders_orderline line_amounts"


@damage("line_refunded", "order_escrow", "commission_base")
def a_refund_written_by_hand(world: World) -> Found:
    ref = set_line(world, "twice", refunded_fen=1)
    return ref, world.orders["twice"].number, ref


@damage("freight_refunded", "order_escrow")
def freight_refunded_by_hand(world: World) -> Found:
    number = set_order(world, "paid", freight_refunded_fen=800)
    return number, number


@damage("refund_cause", "line_refunded")
def a_refund_that_nobody_asked_for(world: World) -> Found:
    line = story.line_of(world.order("twice"))
    LineRefund.objects.create(
        line=line, cause="case", cause_ref="x", goods_fen=1, freight_fen=0, owner_side=False, at=world.orders["twice"].placed_at
    )  # fmt: skip
    return f"case x/{line.ref}", line.ref


@damage("order_times")
def an_order_shipped_before_it_was_paid(world: World) -> str:
    return set_order(world, "cased", shipped_at=world.orders["cased"].placed_at.replace(year=2025))


@damage("order_times", "order_shipping", "order_audited")
def an_order_called_shipped(world: World) -> Found:
    number = set_order(world, "paid", status="shipped")
    return number, number, number


@damage("line_in_own_parcel")
def a_line_in_anothers_parcel(world: World) -> str:
    other = Parcel.objects.get(order=world.orders["rejected"])
    return set_line(world, "cased", shipped_in=other)


@damage("order_of_one_supplier")
def a_line_of_anothers_good(world: World) -> str:
    other = Good.objects.exclude(supplier=world.company).earliest("pk")
    return set_line(world, "direct", good=other)


@damage("order_of_one_owner", "commission_base")
def an_order_of_another_owner(world: World) -> Found:
    shop = Shop.objects.exclude(pk=world.shop.pk).earliest("pk")
    number = set_order(world, "paid", owner=shop.owner)
    return number, world.ref("paid")


@damage("stock_adds_up", "guard_constraint")
def stock_out_of_nowhere(world: World) -> Found:
    run("ALTER TABLE suppliers_sku DROP CONSTRAINT sku_stock_adds_up")
    Sku.objects.filter(good=world.good).update(available=F("available") + 1)
    return f"{world.good.public_id} 默认", "suppliers_sku sku_stock_adds_up"


@damage("stock_reservations", "stock_movements")
def sold_and_received_raised_together(world: World) -> Found:
    Sku.objects.filter(good=world.good).update(sold=F("sold") + 1, received=F("received") + 1)
    return f"{world.good.public_id} 默认", f"{world.good.public_id} 默认"


@damage("stock_movements", "movement_balance")
def a_movement_of_another_quantity(world: World) -> Found:
    row = StockMovement.objects.get(sku__good=world.good, ref=world.orders["paid"].number, kind="reserve")
    with guards_off():
        StockMovement.objects.filter(pk=row.pk).update(quantity=2)
    return f"{world.good.public_id} 默认", str(row.pk)


@damage("stock_movements")
def a_movement_wiped_out(world: World) -> str:
    with guards_off():
        StockMovement.objects.get(sku__good=world.good, ref=world.orders["paid"].number, kind="take").delete()
    return f"{world.good.public_id} 默认"


@damage("reservation_expiry")
def a_reservation_that_outlives_its_order(world: World) -> str:
    row = StockReservation.objects.get(order_number=world.orders["paid"].number)
    StockReservation.objects.filter(pk=row.pk).update(expires_at=F("expires_at") + timedelta(minutes=1))
    return f"{row.order_number} {row.sku_id}"


@damage("reservation_of_line", "stock_reservations")
def a_reservation_of_another_quantity(world: World) -> Found:
    row = StockReservation.objects.get(order_number=world.orders["paid"].number)
    StockReservation.objects.filter(pk=row.pk).update(quantity=2)
    return f"{row.order_number} {row.sku_id}", f"{world.good.public_id} 默认"


@damage("reservation_status", "stock_reservations")
def a_reservation_set_free(world: World) -> Found:
    row = StockReservation.objects.get(order_number=world.orders["paid"].number)
    StockReservation.objects.filter(pk=row.pk).update(status="released")
    return f"{row.order_number} {row.sku_id}", f"{world.good.public_id} 默认"


@damage("good_price")
def a_price_that_no_sku_has(world: World) -> str:
    Good.objects.filter(pk=world.good.pk).update(price_from_fen=F("price_from_fen") - 1)
    return world.good.public_id
