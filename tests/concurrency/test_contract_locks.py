"""The locks of contracts, twice: without them one side agrees to what the other just changed, refused or began to make."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError

from disputes import services as disputes
from disputes.models import Case
from disputes.services import CaseDraft
from disputes.states import CaseReason
from orders import errors
from orders import services as orders
from orders.models import Contract, Order, Trade
from orders.services import contracts, production
from suppliers.models import Sku
from taoxiaopu.kernel.errors import MoveRefused
from tests.concurrency.test_locks import errors_in, locked
from tests.factories import custom, story
from tests.factories.threads import LIMIT_S, Meeting

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)


def _trade(number: str) -> tuple[Trade, list[Order]]:
    """``lock_trade`` without the lock."""
    trade = Trade.objects.get(number=number)
    found = list(Order.objects.select_related("supplier").filter(trade=trade))
    for order in found:
        order.trade = trade
    return trade, found


def _without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contracts, "lock_trade", _trade)
    monkeypatch.setattr(contracts, "lock_contract", lambda order: Contract.objects.get(order_id=order.pk))


@pytest.fixture
def order() -> Order:
    """The buyer wrote the first version, the supplier the second."""
    made = custom.place(custom.good(story.supplier(AT), AT), AT)
    orders.propose_version(order=made, terms=custom.terms(), seen=1, actor=custom.seller(made), at=AT)
    return made


@locked
def test_the_buyer_accepts_what_the_supplier_changes(
    is_locked: bool, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()
    if not is_locked:
        _without_locks(monkeypatch)
    monkeypatch.setattr(contracts, "_require_newest", meeting.after(contracts._require_newest))

    def accept() -> object:
        return orders.accept_version(
            order=order, seen=2, knows_no_return=True, actor=custom.buyer(order), at=AT
        )

    def change() -> object:
        return orders.propose_version(
            order=order, terms=custom.terms(lead_d=30), seen=2, actor=custom.seller(order), at=AT
        )

    answers = meeting.run([accept, change])
    (error,) = errors_in(answers)
    row = custom.contract(order)
    # What was agreed is what stands last, whoever came first.
    assert (row.agreed_version, row.latest) in ((2, 2), (None, 3))
    if is_locked:
        assert error in (errors.VersionOutdated, MoveRefused)
    else:
        assert error is IntegrityError  # both went on; the table itself stops what the lock would


@locked
def test_the_supplier_accepts_what_the_buyer_gives_up(
    is_locked: bool, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, there = Meeting(), threading.Event()
    if not is_locked:
        _without_locks(monkeypatch)
    close = meeting.before(contracts._close)

    def closed(*args: Any) -> None:
        there.set()
        close(*args)

    monkeypatch.setattr(contracts, "_close", closed)

    def give_up() -> object:
        return orders.decline_contract(order=order, actor=custom.seller(order), at=AT)

    def accept() -> object:
        assert there.wait(LIMIT_S)
        return orders.accept_version(
            order=order, seen=2, knows_no_return=True, actor=custom.buyer(order), at=AT
        )

    answers = meeting.run([give_up, accept])
    row = custom.contract(order)
    order.refresh_from_db()
    assert (order.status, Sku.objects.get().reserved) == ("closed_unpaid", 0)
    if is_locked:
        assert (errors_in(answers), row.agreed_version) == ([MoveRefused], None)
    else:
        assert (errors_in(answers), row.agreed_version) == ([], 2)  # told that it was agreed, and closed


@locked
def test_production_begins_while_a_case_opens(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made = custom.paid(custom.good(story.supplier(AT), AT), AT)
    line, meeting, there = story.line_of(made), Meeting(), threading.Event()
    if not is_locked:
        monkeypatch.setattr(production, "lock_order", lambda number: Order.objects.get(number=number))
    begin = meeting.before(production._begin)

    def began(*args: Any) -> None:
        there.set()
        begin(*args)

    monkeypatch.setattr(production, "_begin", began)

    def start() -> object:
        return orders.start_production(order=made, actor=custom.seller(made), at=AT)

    def ask() -> object:
        assert there.wait(LIMIT_S)
        draft = CaseDraft(CaseReason.CANCEL, line.remaining_fen, False, "想取消")
        return disputes.open_case(line=line, draft=draft, actor=custom.buyer(made), at=AT)

    assert errors_in(meeting.run([start, ask])) == []
    hours = (Case.objects.get().deadline - AT).total_seconds() / 3600
    # Without the lock the case runs the short clock of goods that nobody makes yet.
    assert hours == (48 if is_locked else 24)
