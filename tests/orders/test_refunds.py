"""What a refund does to freight, stock, commission, order and books."""

from datetime import timedelta

import pytest

from commissions.models import CommissionLine, OrderFact
from orders import services as orders
from orders.models import LineRefund, Order, OrderLine
from orders.services import LineRefunded
from payments.models import Refund
from suppliers import services as suppliers
from suppliers.models import Sku, StockReservation
from tests.factories import story
from tests.factories.world import books, picture
from tests.orders.test_moves import an_order, ship

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)


def line(order: Order, n: int) -> OrderLine:
    return OrderLine.objects.select_related("order").get(ref=f"{order.number}-{n}")


def back(of: OrderLine, fen: int, ref: str, *, owner_side: bool = False) -> LineRefunded:
    return orders.refund_line(
        line=of, amount_fen=fen, cause="case", cause_ref=ref, owner_side=owner_side, at=AT
    )


def with_freight(status: str) -> Order:
    order = an_order("pending_payment")
    Order.objects.filter(pk=order.pk).update(freight_fen=800)
    order.trade.amount_fen += 800
    order.trade.save()
    story.pay(order.trade, AT)
    if status == "part_shipped":
        ship(order, refs=[f"{order.number}-1"])
    if status == "shipped":
        story.ship(order, AT)
    order.refresh_from_db()
    return order


def test_freight_goes_back_with_the_last_line_while_nothing_was_shipped() -> None:
    order = with_freight("paid")
    assert back(line(order, 1), 10_000, "a") == LineRefunded(10_000, 0)
    assert back(line(order, 2), 4000, "b") == LineRefunded(4000, 0)
    assert back(line(order, 2), 6000, "c") == LineRefunded(6000, 800)
    order.refresh_from_db()
    assert (order.status, order.freight_refunded_fen) == ("closed_refunded", 800)
    assert books() == {"channel_clearing": 20_800, "refund_clearing": 20_800}
    story.arrive_refunds(AT)
    assert books() == {}
    assert sorted(Refund.objects.values_list("amount_fen", flat=True)) == [4000, 6800, 10_000]


@pytest.mark.parametrize("status", ["part_shipped", "shipped"])
def test_freight_of_what_was_shipped_stays_the_suppliers(status: str) -> None:
    order = with_freight(status)
    back(line(order, 1), 10_000, "a")
    back(line(order, 2), 10_000, "b")
    order.refresh_from_db()
    assert (order.status, order.freight_refunded_fen) == ("closed_refunded", 0)
    assert books() == {"channel_clearing": 20_800, "refund_clearing": 20_000, "supplier_payable": 800}


def test_stock_comes_back_only_for_what_never_left() -> None:
    order = an_order("part_shipped")
    back(line(order, 1), 10_000, "a")
    back(line(order, 2), 10_000, "b")
    shipped, kept = (Sku.objects.get(pk=line(order, n).sku_id) for n in (1, 2))
    assert (shipped.available, shipped.sold) == (49, 1)
    assert (kept.available, kept.sold) == (50, 0)
    assert set(StockReservation.objects.values_list("status", flat=True)) == {"taken", "returned"}


def test_a_part_of_a_line_does_not_come_back_to_stock() -> None:
    order = an_order("paid")
    back(line(order, 1), 9999, "a")
    assert set(Sku.objects.values_list("available", "sold")) == {(49, 1)}
    memo = CommissionLine.objects.get(line_ref=line(order, 1).ref)
    assert (memo.status, memo.base_fen, memo.gross_fen) == ("void", 1, 0)  # below one fen
    assert OrderFact.objects.get(line_ref=memo.line_ref).base_fen == 1


def test_the_reason_counts_against_the_owner_only_when_it_is_the_owners() -> None:
    order = an_order("paid")
    back(line(order, 1), 100, "a")
    back(line(order, 2), 100, "b", owner_side=True)
    facts = OrderFact.objects.order_by("line_ref").values_list("owner_side_refund", flat=True)
    assert list(facts) == [False, True]


def test_the_reason_counts_after_the_order_is_final_too() -> None:
    order = an_order("finalised")
    CommissionLine.objects.update(status="void")
    back(line(order, 1), 100, "a", owner_side=True)
    assert OrderFact.objects.get(line_ref=line(order, 1).ref).owner_side_refund is True


def test_an_order_is_divided_without_what_was_refunded() -> None:
    order = with_freight("shipped")
    back(line(order, 1), 10_000, "a")
    back(line(order, 2), 5000, "b")
    story.confirm(order, AT)
    orders.sweep(at=AT + timedelta(days=15, seconds=1))
    assert books() == {
        "channel_clearing": 20_800,
        "refund_clearing": 15_000,
        "supplier_payable": 4000 + 800,
        "owner_confirmed": 900,
        "platform_fee": 100,
    }
    statuses = CommissionLine.objects.order_by("line_ref").values_list("status", flat=True)
    assert list(statuses) == ["void", "confirmed"]


def test_a_second_call_with_the_same_cause_gives_the_first_ones_figures() -> None:
    order = with_freight("paid")
    back(line(order, 1), 10_000, "a")
    last = back(line(order, 2), 10_000, "b")
    before = picture()
    assert back(line(order, 2), 10_000, "b") == last == LineRefunded(10_000, 800)
    assert picture() == before
    assert LineRefund.objects.count() == 2


def test_a_supplier_who_lists_more_keeps_stock_adding_up() -> None:
    order = an_order("paid")
    good = line(order, 1).good
    suppliers.set_stock(good=good, available=7, actor=story.supplier_actor(good.supplier), at=AT)
    back(line(order, 1), 10_000, "a")
    sku = Sku.objects.get(good=good)
    assert (sku.received, sku.available, sku.reserved, sku.sold) == (8, 8, 0, 0)
