"""Every (state, event, actor) of an order: the table's moves through real services, all others refused; deadlines."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from commissions.models import CommissionLine
from orders import errors
from orders import services as orders
from orders.models import Order, OrderLine, Parcel
from orders.services import Delivery, Item, Shipment, sweeps
from orders.services.fulfilment import lock_order
from orders.states import ORDERS, Carrier, OrderStatus
from suppliers.models import Sku
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import custom, story
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND = timedelta(seconds=1)


def an_order(status: str) -> Order:
    """An order of two goods of one supplier, or of a customised one, driven to a status by services alone."""
    supplier = story.supplier(AT)
    if status == "await_agreement":
        return custom.place(custom.good(supplier, AT), AT)
    goods = [story.good(supplier, AT, title=f"面霜 {n} 号") for n in (1, 2)]
    shop = story.picked_shop(AT, *goods)
    skus = [Sku.objects.get(good=good) for good in goods]
    trade = orders.place_trade(
        items=[Item(sku.pk, 1, shop, sku.price_fen) for sku in skus],
        delivery=Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号"),
        visitor="v1",
        at=AT,
    )
    order = trade.orders.get()
    buyer = Actor(ActorKind.BUYER, trade.number)
    if status == "closed_unpaid":
        orders.cancel_trade(trade_number=trade.number, actor=buyer, at=AT)
    if status not in ("pending_payment", "closed_unpaid"):
        story.pay(trade, AT)
    if status == "part_shipped":
        ship(order, refs=[f"{order.number}-1"])
    if status in ("shipped", "completed", "finalised"):
        story.ship(order, AT)
    if status in ("completed", "finalised"):
        story.confirm(order, AT)
    if status == "finalised":
        orders.sweep(at=AT + timedelta(days=15) + SECOND)
    if status == "closed_refunded":
        refund_all(order)
    order.refresh_from_db()
    assert order.status == status
    return order


_numbers = iter(range(10**6))


def ship(
    order: Order,
    *,
    refs: list[str] | None = None,
    number: str = "",
    at: datetime = AT,
    by: Actor | None = None,
) -> Parcel:
    return orders.ship(
        order=order,
        shipment=Shipment(Carrier.ZTO, number or f"ZT{next(_numbers):010d}", tuple(refs or ())),
        actor=by or story.supplier_actor(order.supplier),
        at=at,
    )


def refund(line: OrderLine, amount: int, ref: str = "c1", at: datetime = AT) -> None:
    orders.refund_line(line=line, amount_fen=amount, cause="case", cause_ref=ref, owner_side=False, at=at)


def refund_all(order: Order) -> None:
    for line in OrderLine.objects.select_related("order").filter(order=order).order_by("pk"):
        refund(line, line.remaining_fen)


Act = Callable[[Order, Actor], object]
ACTS: dict[str, Act] = {
    "cancel": lambda o, a: orders.cancel_trade(trade_number=o.trade.number, actor=a, at=AT),
    "expire": lambda o, a: orders.cancel_trade(trade_number=o.trade.number, actor=a, at=AT),
    "ship": lambda o, a: ship(o, by=a),
    "confirm": lambda o, a: orders.confirm_receipt(order=o, actor=a, at=AT),
    "auto_confirm": lambda o, a: orders.confirm_receipt(order=o, actor=a, at=AT),
}
OF_SYSTEM = ("expire", "auto_confirm")
TARGET = {
    "cancel": "closed_unpaid",
    "expire": "closed_unpaid",
    "ship": "shipped",
    "confirm": "completed",
    "auto_confirm": "completed",
}


@pytest.mark.parametrize("status", OrderStatus.values)
def test_every_event_by_every_actor(status: str) -> None:
    """What the table allows happens through the service; all else raises MoveRefused and changes nothing."""
    order = an_order(status)
    before = picture()
    for event, kind in product(ACTS, ActorKind):
        if event != "ship" and (kind == ActorKind.SYSTEM) != (event in OF_SYSTEM):
            continue  # one service, two events: who calls decides which
        actor = Actor(kind, "tests")
        if ORDERS.find(status, event, kind) is None:
            with pytest.raises(MoveRefused):
                ACTS[event](order, actor)
            continue
        with transaction.atomic():
            ACTS[event](order, actor)
            order.refresh_from_db()
            assert order.status == TARGET[event]
            entry = history("order", order.number).last()
            assert entry is not None
            assert (entry.event, entry.actor_kind, entry.from_state) == (event, kind, status)
            transaction.set_rollback(True)
        order.refresh_from_db()
    assert picture() == before


@pytest.mark.parametrize("status", OrderStatus.values)
def test_the_table_itself_refuses_the_rest(status: str) -> None:
    order = an_order(status)
    before = picture()
    for event, kind in product(sorted({m.event for m in ORDERS.moves}), ActorKind):
        if event == "agree":
            continue  # PostgreSQL asks for a version that both accepted (test_contracts)
        actor = Actor(kind, "tests")
        allowed = [m for m in ORDERS.moves if status in m.sources and m.event == event and kind in m.actors]
        with transaction.atomic():
            row = lock_order(order.number)
            if allowed:
                target = allowed[-1].target
                assert ORDERS.apply(row, event, actor=actor, at=AT, target=target).target == target
            else:
                with pytest.raises(MoveRefused):
                    ORDERS.apply(row, event, actor=actor, at=AT)
            transaction.set_rollback(True)
    assert picture() == before


def test_refunding_all_closes_a_paid_order_and_no_other() -> None:
    for status in ("paid", "part_shipped", "shipped", "completed"):
        with transaction.atomic():
            order = an_order(status)
            refund_all(order)
            order.refresh_from_db()
            assert (order.status, order.closed_at) == ("closed_refunded", AT)
            assert books() == {"channel_clearing": 20_000, "refund_clearing": 20_000}
            assert set(CommissionLine.objects.values_list("status", flat=True)) == {"void"}
            transaction.set_rollback(True)
    for status in ("pending_payment", "closed_unpaid", "closed_refunded"):
        with transaction.atomic():
            order = an_order(status)
            before = picture()
            line = OrderLine.objects.select_related("order").filter(order=order)[0]
            with pytest.raises(MoveRefused):
                refund(line, 1, "c2")
            assert picture() == before
            transaction.set_rollback(True)


def test_the_database_has_the_same_graph() -> None:
    edges = import_module("orders.migrations.0012_contracts_are_kept").EDGES
    assert set(edges) == ORDERS.edges()


@pytest.mark.parametrize("status", OrderStatus.values)
def test_the_database_refuses_every_other_move(status: str) -> None:
    order = an_order(status)
    allowed = {b for a, b in ORDERS.edges() if a == status}
    allowed -= {"pending_payment"}  # only with a version that both accepted (test_contracts)
    for target in OrderStatus.values:
        statement = "UPDATE orders_order SET status = %s WHERE id = %s"
        if target in allowed or target == status:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [target, order.pk])
                transaction.set_rollback(True)
            continue
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [target, order.pk])
    order.refresh_from_db()
    assert order.status == status


def status_after(order: Order, at: datetime) -> str:
    orders.sweep(at=at)
    order.refresh_from_db()
    return order.status


def test_an_unpaid_order_closes_one_second_after_30_minutes() -> None:
    order = an_order("pending_payment")
    assert status_after(order, AT + timedelta(minutes=30)) == "pending_payment"
    assert status_after(order, AT + timedelta(minutes=30) + SECOND) == "closed_unpaid"
    assert set(Sku.objects.values_list("available", "reserved")) == {(50, 0)}
    with pytest.raises(MoveRefused):
        orders.open_payment(trade=order.trade, at=AT)


def test_no_payment_is_opened_after_30_minutes_though_no_sweep_came_by() -> None:
    order = an_order("pending_payment")
    orders.open_payment(trade=order.trade, at=AT + timedelta(minutes=30))
    with pytest.raises(MoveRefused):
        orders.open_payment(trade=order.trade, at=AT + timedelta(minutes=30) + SECOND)


def test_late_one_second_after_48_hours_and_refunded_after_15_days_more() -> None:
    order = an_order("paid")
    due = AT + timedelta(hours=48)
    assert order.ship_by == due
    orders.sweep(at=due)
    order.refresh_from_db()
    assert order.is_late is False
    assert status_after(order, due + SECOND) == "paid"
    assert order.is_late is True
    orders.sweep(at=due + SECOND)
    assert history("order", order.number).filter(event="run_late").count() == 1
    overdue = due + timedelta(days=15)
    assert status_after(order, overdue) == "paid"
    assert status_after(order, overdue + SECOND) == "closed_refunded"
    assert books() == {"channel_clearing": 20_000, "refund_clearing": 20_000}
    assert set(Sku.objects.values_list("available", "sold")) == {(50, 0)}
    story.arrive_refunds(overdue + SECOND)
    assert books() == {}


@pytest.mark.parametrize(("seconds", "late"), [(0, False), (1, True)])
def test_shipping_on_the_last_second_is_on_time(seconds: int, late: bool) -> None:
    order = an_order("paid")
    assert order.ship_by is not None
    ship(order, at=order.ship_by + timedelta(seconds=seconds))
    order.refresh_from_db()
    assert (order.status, order.is_late) == ("shipped", late)


def test_receipt_confirms_itself_one_second_after_10_days() -> None:
    order = an_order("shipped")
    assert status_after(order, AT + timedelta(days=10)) == "shipped"
    assert status_after(order, AT + timedelta(days=10) + SECOND) == "completed"
    assert order.final_by == AT + timedelta(days=25) + SECOND


def test_an_order_finalises_one_second_after_15_days() -> None:
    order = an_order("completed")
    assert status_after(order, AT + timedelta(days=15)) == "completed"
    assert status_after(order, AT + timedelta(days=15) + SECOND) == "finalised"
    assert order.finalised_at == AT + timedelta(days=15) + SECOND


def test_a_sweep_may_come_twice() -> None:
    order = an_order("completed")
    final = AT + timedelta(days=15) + SECOND
    assert orders.sweep(at=final) == 1
    before = picture()
    assert orders.sweep(at=final) == 0
    assert picture() == before
    assert order.number


def wait(order: Order, ref: str, at: datetime) -> None:
    with transaction.atomic():
        orders.place_hold(order=lock_order(order.number), cause="case", cause_ref=ref, at=at)


def go_on(order: Order, ref: str, at: datetime) -> None:
    with transaction.atomic():
        orders.lift_hold(order=lock_order(order.number), cause="case", cause_ref=ref, at=at)


def test_a_case_stops_the_clock_and_it_goes_on_with_the_time_left() -> None:
    order = an_order("shipped")
    wait(order, "a", AT + timedelta(days=8))  # two days left
    assert status_after(order, AT + timedelta(days=40)) == "shipped"
    with pytest.raises(errors.OpenCase):
        story.confirm(order, AT + timedelta(days=9))
    go_on(order, "a", AT + timedelta(days=20))
    assert status_after(order, AT + timedelta(days=22)) == "shipped"
    assert status_after(order, AT + timedelta(days=22) + SECOND) == "completed"


def test_two_cases_that_overlap_share_the_time_left() -> None:
    order = an_order("shipped")
    wait(order, "a", AT + timedelta(days=8))
    wait(order, "b", AT + timedelta(days=9))
    go_on(order, "a", AT + timedelta(days=10))
    assert status_after(order, AT + timedelta(days=19)) == "shipped"
    go_on(order, "b", AT + timedelta(days=20))
    assert status_after(order, AT + timedelta(days=22)) == "shipped"
    assert status_after(order, AT + timedelta(days=22) + SECOND) == "completed"


def test_what_ships_during_a_case_has_its_ten_days_afterwards() -> None:
    order = an_order("part_shipped")
    wait(order, "a", AT)
    ship(order, at=AT + timedelta(days=1))
    go_on(order, "a", AT + timedelta(days=20))
    assert status_after(order, AT + timedelta(days=30)) == "shipped"
    assert status_after(order, AT + timedelta(days=30) + SECOND) == "completed"


def test_a_case_delays_finalising_to_its_end() -> None:
    order = an_order("completed")
    wait(order, "a", AT)
    assert status_after(order, AT + timedelta(days=90)) == "completed"
    go_on(order, "a", AT + timedelta(days=90))
    assert status_after(order, AT + timedelta(days=90)) == "finalised"


def test_parcels_one_by_one() -> None:
    order = an_order("paid")
    first, second = [f"{order.number}-{n}" for n in (1, 2)]
    ship(order, refs=[first])
    order.refresh_from_db()
    assert (order.status, order.confirm_by) == ("part_shipped", None)
    before = picture()
    for wrong in ([first], [second, "else"], ["else"]):
        with pytest.raises(BadInput):
            ship(order, refs=wrong)
    assert picture() == before
    ship(order, refs=[second], at=AT + timedelta(hours=1))
    order.refresh_from_db()
    assert (order.status, order.confirm_by) == ("shipped", AT + timedelta(days=10, hours=1))
    assert order.parcels.count() == 2


def test_refunded_lines_are_not_shipped() -> None:
    order = an_order("paid")
    line = order.lines.get(ref=f"{order.number}-1")
    refund(line, line.paid_fen)
    with pytest.raises(BadInput):
        ship(order, refs=[line.ref])
    ship(order)
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.status, line.shipped_in) == ("shipped", None)
    assert Sku.objects.get(pk=line.sku_id).available == 50


def test_the_rest_refunded_means_all_is_on_its_way() -> None:
    order = an_order("part_shipped")
    line = order.lines.get(ref=f"{order.number}-2")
    refund(line, line.paid_fen, at=AT + timedelta(hours=5))
    order.refresh_from_db()
    assert (order.status, order.confirm_by) == ("shipped", AT + timedelta(days=10, hours=5))


@pytest.mark.parametrize(
    "number", ["", "1234567", "1" * 25, "SF 12345678", "SF-12345678", "顺丰12345678", "SF1234567\x00"]
)
def test_an_odd_tracking_number_is_refused(number: str) -> None:
    order = an_order("paid")
    before = picture()
    with pytest.raises(errors.BadTracking):
        orders.ship(
            order=order,
            shipment=Shipment(Carrier.SF, number),
            actor=story.supplier_actor(order.supplier),
            at=AT,
        )
    assert picture() == before


@pytest.mark.parametrize(("seconds", "free"), [(0, False), (1, True)])
def test_a_tracking_number_is_free_again_after_30_days(seconds: int, free: bool) -> None:
    good = story.good(story.supplier(AT), AT)
    first, second = story.paid_order(good, AT), story.paid_order(good, AT)
    ship(first, number="sf12345678")
    again = AT + timedelta(days=30, seconds=seconds)
    if free:
        assert ship(second, number=" SF12345678 ", at=again).tracking_number == "SF12345678"
        return
    before = picture()
    with pytest.raises(errors.TrackingReused):
        ship(second, number=" SF12345678 ", at=again)
    assert picture() == before


def test_one_poisoned_order_does_not_stop_the_sweep(
    settings: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.RAISE_JOB_ERRORS = False  # type: ignore[attr-defined]
    start = story.noon(2026, 6, 3)
    good = story.good(story.supplier(start), start)
    shipped = [story.paid_order(good, start) for _order in range(3)]
    for order in shipped:
        story.ship(order, start)
    confirm = sweeps.confirm_receipt

    def poisoned(*, order: Order, actor: Actor, at: datetime) -> None:
        if order.number == shipped[0].number:
            raise RuntimeError("poison")
        confirm(order=order, actor=actor, at=at)

    monkeypatch.setattr(sweeps, "confirm_receipt", poisoned)
    assert sweeps.sweep(at=start + timedelta(days=10, seconds=1)) == 2
    states = [Order.objects.get(pk=order.pk).status for order in shipped]
    assert states == [OrderStatus.SHIPPED, OrderStatus.COMPLETED, OrderStatus.COMPLETED]
    assert f"order {shipped[0].number} failed" in caplog.text
