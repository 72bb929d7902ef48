"""A supplier pays for a promise it broke (docs/rules.md §5.6): amounts at their edges, sources, books, returns."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import InboxLetter
from ledger.selectors import balances
from orders import services as orders
from orders.models import Compensation, Order
from orders.services import compensation_due
from orders.states import CompensationReason
from payments.models import Transfer
from payments.services import send_due_transfers
from suppliers.models import Good
from taoxiaopu.desks.order_money import order_money
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from taoxiaopu.kernel.settings import Rules
from tests.factories import payouts, story
from tests.factories.proof import found_by
from tests.factories.threads import at_once
from tests.factories.world import books, picture

AT = story.noon(2026, 6, 3)
LATE, OUT_OF_STOCK, FALSE_SHIPMENT = CompensationReason
ANNA = payouts.ANNA


@pytest.mark.parametrize(
    ("reason", "paid", "due"),
    [
        (LATE, 1, 500), (LATE, 10_009, 500), (LATE, 10_010, 501), (LATE, 99_989, 4_999), (LATE, 99_990, 5_000),
        (LATE, 999_999, 5_000),
        (OUT_OF_STOCK, 5_004, 500), (OUT_OF_STOCK, 5_005, 501), (OUT_OF_STOCK, 99_994, 9_999),
        (OUT_OF_STOCK, 99_995, 10_000), (OUT_OF_STOCK, 999_999, 10_000),
        (FALSE_SHIPMENT, 3_334, 1_000), (FALSE_SHIPMENT, 3_335, 1_001), (FALSE_SHIPMENT, 166_664, 49_999),
        (FALSE_SHIPMENT, 166_665, 50_000),
    ],
)  # fmt: skip
def test_a_share_of_the_line_within_its_bounds(reason: CompensationReason, paid: int, due: int) -> None:
    assert compensation_due(paid, reason, Rules()) == due


@pytest.fixture
def good(db: None) -> Good:
    return story.good(story.supplier(AT), AT)


def ask(order: Order, reason: CompensationReason = LATE) -> Compensation:
    return orders.compensate_buyer(line=story.line_of(order), reason=reason, actor=ANNA, at=AT)


def transfers(row: Compensation) -> list[tuple[str, str, str]]:
    found = Transfer.objects.filter(cause="compensation").order_by("pk")
    assert all(t.payee_account == row.order.trade.number or t.payee_kind == "payer" for t in found)
    return [(t.cause_ref, t.payee_kind, t.status) for t in found]


def test_from_the_deposit_when_nothing_is_payable_yet(good: Good) -> None:
    order = story.paid_order(good, AT)
    row = ask(order)
    assert (row.amount_fen, row.status) == (500, "processing")
    assert balances(good.supplier.public_id)["supplier_deposit", good.supplier.public_id] == 999_500
    assert transfers(row) == [(f"{row.number}/1", "payer", "requested")]
    send_due_transfers(at=AT)
    assert payouts.arrive(AT) == ["applied"]
    row.refresh_from_db()
    assert (row.status, row.ended_at) == ("paid", AT)
    assert books() == {"channel_clearing": 9_500, "escrow": 10_000, "supplier_deposit": -500}
    assert verify().problems == []
    money = order_money(order)
    assert money.adds_up
    assert (money.compensated.fen, money.supplier.net.fen) == (500, 9_500)


def test_from_what_is_payable_and_once_for_each_reason(good: Good) -> None:
    order = story.finalised_order(good, AT)
    first = ask(order)
    assert ask(order) == first
    second = ask(order, OUT_OF_STOCK)
    assert (first.amount_fen, second.amount_fen) == (500, 1_000)
    assert books() == {"channel_clearing": 10_000, "supplier_payable": 8_500, "compensation": 1_500}
    assert order_money(order).adds_up
    assert verify().problems == []
    told = InboxLetter.objects.filter(kind="supplier_compensation").order_by("pk")
    assert [row.body for row in told] == [
        f"订单 {order.number} 因逾期发货赔付买家 ¥5.00，依次从货款、保证金中扣除",
        f"订单 {order.number} 因缺货赔付买家 ¥10.00，依次从货款、保证金中扣除",
    ]


@pytest.mark.parametrize("was_paid", [False, True])
def test_what_comes_back_waits_and_is_sent_again(was_paid: bool, good: Good) -> None:
    row = ask(story.finalised_order(good, AT))
    send_due_transfers(at=AT)
    if was_paid:
        payouts.arrive(AT)
    transfer = Transfer.objects.get(cause="compensation")
    assert payouts.take(payouts.notice_of(transfer, "transfer.returned"), AT) == "applied"
    row.refresh_from_db()
    assert row.status == "returned"
    assert books()["compensation"] == 500
    before = picture()
    with pytest.raises(BadInput):
        orders.compensate_again(number=row.number, actor=ANNA, at=AT, reason=" ")
    with pytest.raises(NotFound):
        orders.compensate_again(number="none", actor=ANNA, at=AT, reason="再付一次")
    assert picture() == before
    orders.compensate_again(number=row.number, actor=ANNA, at=AT, reason="再付一次")
    with pytest.raises(MoveRefused):
        orders.compensate_again(number=row.number, actor=ANNA, at=AT, reason="再付一次")
    assert [ref for ref, _kind, _status in transfers(row)] == [f"{row.number}/1", f"{row.number}/2"]
    send_due_transfers(at=AT + timedelta(minutes=1))
    payouts.arrive(AT + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.status == "paid"
    assert "compensation" not in books()
    assert {problem.check.name for problem in verify().problems} <= {"provider_transfer"}


def test_an_order_that_was_never_paid_is_refused(good: Good) -> None:
    trade = story.place(good, AT)
    before = picture()
    with pytest.raises(MoveRefused):
        ask(trade.orders.get())
    assert picture() == before


@pytest.mark.django_db(transaction=True)
def test_asked_eight_times_at_once_it_is_paid_once() -> None:
    order = story.finalised_order(story.good(story.supplier(AT), AT), AT)
    answers = at_once([lambda: ask(order).number] * 8)
    assert len(set(answers)) == 1
    assert books()["compensation"] == 500


def test_planted_damage_is_named(good: Good) -> None:
    row = ask(story.finalised_order(good, AT))
    Compensation.objects.update(amount_fen=501)
    assert found_by(verify()) == {"compensation_booked": [row.number], "compensation_transfer": [row.number]}
    Compensation.objects.update(amount_fen=500, status="paid")
    assert found_by(verify()) == {
        "compensation_audited": [row.number],
        "compensation_transfer": [row.number],
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Compensation.objects.update(amount_fen=0)
