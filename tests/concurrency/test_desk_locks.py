"""The locks of the supplier's desk, twice: without them what a line's status is depends on luck, or a change of stock is lost."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError

from orders import services as orders
from orders.models import Order, OrderLine
from orders.services import Shipment, shortage
from orders.states import Carrier, OrderStatus
from suppliers import services as suppliers
from suppliers.errors import LastAdmin
from suppliers.models import BulkEdit, Good, Sku, SupplierMember
from suppliers.services import BulkChange, bulk, members
from suppliers.states import BulkAction
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.errors import MoveRefused
from tests.concurrency.test_locks import errors_in, locked, unlocked
from tests.factories import story
from tests.factories.threads import LIMIT_S, Meeting

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)


def _order(number: str) -> Order:
    """``lock_order`` without the lock."""
    return Order.objects.select_related("supplier", "trade").get(number=number)


@locked
def test_out_of_stock_while_it_ships(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    order = story.paid_order(story.good(story.supplier(AT), AT), AT)
    line, actor, meeting = story.line_of(order), story.supplier_actor(order.supplier), Meeting()
    seen = orders.shortage_of(line=line, at=AT)
    if not is_locked:
        monkeypatch.setattr(shortage, "lock_order", _order)
    there, move = threading.Event(), meeting.before(shortage._move)

    def moved(*args: Any) -> None:
        there.set()
        move(*args)

    monkeypatch.setattr(shortage, "_move", moved)

    def report() -> object:
        return orders.report_shortage(line=line, seen=seen, empties_stock=False, actor=actor, at=AT)

    def ship() -> object:
        assert there.wait(LIMIT_S)
        return orders.ship(order=order, shipment=Shipment(Carrier.ZTO, "ZT00000001"), actor=actor, at=AT)

    answers = meeting.run([report, ship])
    row = OrderLine.objects.get(pk=line.pk)
    if is_locked:
        assert errors_in(answers) == [MoveRefused]
        assert (row.is_refunded, row.shipped_in_id) == (True, None)
        assert Order.objects.get().status == OrderStatus.CLOSED_REFUNDED
    else:
        assert errors_in(answers) == [
            IntegrityError
        ]  # the status graph in the database stops what the lock would
        assert (row.is_refunded, row.shipped_in_id is not None) == (False, True)


@locked
def test_two_changes_of_the_same_stock(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = story.supplier(AT)
    good = story.good(supplier, AT, stock=5)
    actor, meeting = story.supplier_actor(supplier), Meeting()
    if not is_locked:
        monkeypatch.setattr(bulk, "lock_rows", unlocked)
    monkeypatch.setattr(bulk, "_plan", meeting.after(bulk._plan))

    def add() -> BulkEdit:
        return suppliers.apply_bulk(
            supplier=supplier, goods=Good.objects.filter(pk=good.pk), change=BulkChange(BulkAction.STOCK_ADD, 10),
            seen=1, actor=actor, at=AT,
        )  # fmt: skip

    answers = meeting.run([add, add])
    assert errors_in(answers) == []
    assert Sku.objects.get().available == (25 if is_locked else 15)


@locked
def test_two_undoings(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = story.supplier(AT)
    good = story.good(supplier, AT, stock=5)
    actor, meeting = story.supplier_actor(supplier), Meeting()
    edit = suppliers.apply_bulk(
        supplier=supplier, goods=Good.objects.filter(pk=good.pk), change=BulkChange(BulkAction.STOCK_ADD, 10),
        seen=1, actor=actor, at=AT,
    )  # fmt: skip
    if not is_locked:
        monkeypatch.setattr(bulk, "lock_rows", unlocked)
        monkeypatch.setattr(bulk, "lock_found", lambda model, **equal: list(model.objects.filter(**equal)))
    monkeypatch.setattr(bulk, "_stocks_back", meeting.before(bulk._stocks_back))
    answers = meeting.run([lambda: suppliers.undo_bulk(edit=edit, actor=actor, at=AT)] * 2)
    assert errors_in(answers) == []
    assert answers == [1, 1] if is_locked else 1 in answers
    assert history("bulk_edit", edit.public_id).filter(event="bulk_undo").count() == (1 if is_locked else 2)
    assert Sku.objects.get().available == 5


@locked
def test_the_last_two_admins_leave(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = story.supplier(AT)
    boss = SupplierMember.objects.get()
    other = SupplierMember.objects.create(supplier=supplier, user=story.user(1))
    actor, meeting = story.supplier_actor(supplier), Meeting()
    if not is_locked:
        monkeypatch.setattr(members, "lock_rows", unlocked)
    monkeypatch.setattr(members, "_locked", meeting.after(members._locked))
    answers = meeting.run(
        [lambda one=one: suppliers.remove_member(member=one, actor=actor, at=AT) for one in (boss, other)]
    )
    if is_locked:
        assert (errors_in(answers), SupplierMember.objects.count()) == ([LastAdmin], 1)
    else:
        assert (errors_in(answers), SupplierMember.objects.count()) == ([], 0)
