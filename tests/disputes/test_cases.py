"""After-sales cases: every move by every actor, deadlines on both sides, attempts, refusals, sweeps at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import transaction

from commissions.models import CommissionLine
from disputes import errors
from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft
from disputes.states import CASES, CaseReason, CaseStatus
from ledger.models import Journal
from orders import services as orders
from orders.errors import OpenCase
from orders.models import Hold, Order
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import story
from tests.factories.threads import at_once
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND = timedelta(seconds=1)
FEN = 10_000


def an_order(status: str = "completed") -> Order:
    """An order through a shop, driven to a status."""
    good = story.good(story.supplier(AT), AT)
    order = story.paid_order(good, AT, through=story.picked_shop(AT, good))
    if status in ("shipped", "completed"):
        story.ship(order, AT)
    if status == "completed":
        story.confirm(order, AT)
    order.refresh_from_db()
    return order


def buyer(order: Order) -> Actor:
    return Actor(ActorKind.BUYER, order.trade.number)


def apply(
    order: Order,
    *,
    reason: CaseReason = CaseReason.QUALITY,
    fen: int = FEN,
    received: bool = True,
    text: str = "瓶口有裂纹",
    at: datetime = AT,
) -> Case:
    return disputes.open_case(
        line=story.line_of(order), draft=CaseDraft(reason, fen, received, text), actor=buyer(order), at=at
    )


def a_case(status: str) -> Case:
    """A case driven to a status by services alone."""
    case = apply(an_order())
    desk, person = story.supplier_actor(case.order.supplier), buyer(case.order)
    if status in ("refunding", "succeeded"):
        disputes.agree_case(case=case, actor=desk, at=AT)
    if status == "succeeded":
        story.arrive_refunds(AT)
    if status in ("rejected", "in_dispute"):
        disputes.reject_case(case=case, reason="签收时完好", actor=desk, at=AT)
    if status == "in_dispute":
        disputes.escalate_case(case=case, actor=person, at=AT)
    if status == "closed":
        disputes.withdraw_case(case=case, actor=person, at=AT)
    case.refresh_from_db()
    assert case.status == status
    return case


AGAIN = CaseDraft(CaseReason.FAKE, 5000, True, "批号查不到")
ACTS: dict[str, Callable[[Case, Actor], object]] = {
    "agree": lambda c, a: disputes.agree_case(case=c, actor=a, at=AT),
    "reject": lambda c, a: disputes.reject_case(case=c, reason="签收时完好", actor=a, at=AT),
    "modify": lambda c, a: disputes.modify_case(case=c, draft=AGAIN, actor=a, at=AT),
    "escalate": lambda c, a: disputes.escalate_case(case=c, actor=a, at=AT),
    "withdraw": lambda c, a: disputes.withdraw_case(case=c, actor=a, at=AT),
}


@pytest.mark.parametrize("status", CaseStatus.values)
def test_every_event_by_every_actor(status: str) -> None:
    case = a_case(status)
    before = picture()
    for event, kind in product(ACTS, ActorKind):
        move = CASES.find(status, event, kind)
        if move is None:
            with pytest.raises(MoveRefused):
                ACTS[event](case, Actor(kind, "tests"))
            continue
        with transaction.atomic():
            ACTS[event](case, Actor(kind, "tests"))
            case.refresh_from_db()
            assert case.status == move.target
            transaction.set_rollback(True)
        case.refresh_from_db()
    assert picture() == before


@pytest.mark.parametrize("status", CaseStatus.values)
def test_the_table_itself_refuses_the_rest(status: str) -> None:
    case = a_case(status)
    for event, kind in product(sorted({m.event for m in CASES.moves}), ActorKind):
        with transaction.atomic():
            case.status = status
            if CASES.find(status, event, kind) is None:
                with pytest.raises(MoveRefused):
                    CASES.apply(case, event, actor=Actor(kind, "tests"), at=AT)
            else:
                CASES.apply(case, event, actor=Actor(kind, "tests"), at=AT)
            transaction.set_rollback(True)


def test_an_open_case_holds_order_and_commission() -> None:
    case = apply(an_order("shipped"))
    assert CommissionLine.objects.get().status == "frozen"
    before = picture()
    with pytest.raises(OpenCase):
        story.confirm(case.order, AT)
    assert picture() == before
    disputes.withdraw_case(case=case, actor=buyer(case.order), at=AT)
    assert CommissionLine.objects.get().status == "estimated"
    story.confirm(case.order, AT)


def test_an_agreed_case_refunds() -> None:
    case = a_case("refunding")
    assert books() == {"channel_clearing": FEN, "refund_clearing": FEN}
    story.arrive_refunds(AT)
    case.refresh_from_db()
    assert (case.status, case.closed_at) == ("succeeded", AT)
    assert books() == {}
    assert Order.objects.get().status == "closed_refunded"


@pytest.mark.parametrize(
    ("status", "received", "hours", "after"),
    [
        ("paid", False, 24, "refunding"),
        ("paid", True, 24, "refunding"),  # nothing was sent: what the buyer ticked does not matter
        ("shipped", False, 36, "refunding"),
        ("shipped", True, 48, "in_dispute"),
        ("completed", True, 48, "in_dispute"),
    ],
)
def test_silence_of_the_supplier(status: str, received: bool, hours: int, after: str) -> None:
    order = an_order(status)
    case = apply(order, received=received)
    due = AT + timedelta(hours=hours)
    assert case.deadline == due
    disputes.sweep(at=due)
    case.refresh_from_db()
    assert case.status == "wait_supplier"
    with transaction.atomic():  # on the last second the supplier may still act, a second later it may not
        disputes.agree_case(case=case, actor=story.supplier_actor(order.supplier), at=due)
        transaction.set_rollback(True)
    before = picture()
    for act in (disputes.agree_case, lambda **k: disputes.reject_case(reason="签收时完好", **k)):
        with pytest.raises(errors.TooLate):
            act(case=case, actor=story.supplier_actor(order.supplier), at=due + SECOND)
    assert picture() == before
    disputes.sweep(at=due + SECOND)
    case.refresh_from_db()
    assert case.status == after
    assert Dispute.objects.count() == (1 if after == "in_dispute" else 0)


def test_an_order_that_is_late_waits_for_no_supplier() -> None:
    order = an_order("paid")
    late = AT + timedelta(hours=48) + SECOND
    assert order.is_late is False  # no sweep came by yet
    case = apply(order, received=False, at=late)
    assert case.deadline == late
    disputes.sweep(at=late)
    case.refresh_from_db()
    assert case.status == "wait_supplier"
    disputes.sweep(at=late + SECOND)
    case.refresh_from_db()
    assert case.status == "refunding"


def test_shipping_meanwhile_closes_the_case() -> None:
    order = an_order("paid")
    case = apply(order, received=False)
    story.ship(order, AT + timedelta(hours=23))
    disputes.sweep(at=AT + timedelta(hours=25))
    case.refresh_from_db()
    order.refresh_from_db()
    assert (case.status, order.status) == ("closed", "shipped")
    assert books() == {"channel_clearing": FEN, "escrow": FEN}
    assert CommissionLine.objects.get().status == "estimated"
    orders.sweep(at=AT + timedelta(hours=23, days=10))
    order.refresh_from_db()
    assert order.status == "shipped"


def test_a_rejected_case_lapses_after_seven_days() -> None:
    case = a_case("rejected")
    due = AT + timedelta(days=7)
    disputes.sweep(at=due)
    case.refresh_from_db()
    assert case.status == "rejected"
    before = picture()
    person = buyer(case.order)
    with pytest.raises(errors.TooLate):
        disputes.escalate_case(case=case, actor=person, at=due + SECOND)
    with pytest.raises(errors.TooLate):
        disputes.modify_case(case=case, draft=AGAIN, actor=person, at=due + SECOND)
    assert picture() == before
    disputes.sweep(at=due + SECOND)
    case.refresh_from_db()
    assert case.status == "closed"
    assert CommissionLine.objects.get().status == "locked"


def test_the_fifth_attempt_and_the_sixth() -> None:
    order = an_order()
    for _attempt in range(3):
        disputes.withdraw_case(case=apply(order), actor=buyer(order), at=AT)
    case = apply(order)
    desk = story.supplier_actor(order.supplier)
    disputes.reject_case(case=case, reason="签收时完好", actor=desk, at=AT)
    disputes.modify_case(case=case, draft=AGAIN, actor=buyer(order), at=AT)  # the fifth
    disputes.reject_case(case=case, reason="签收时完好", actor=desk, at=AT)
    before = picture()
    with pytest.raises(errors.TooManyAttempts):
        disputes.modify_case(case=case, draft=AGAIN, actor=buyer(order), at=AT)
    assert picture() == before
    disputes.withdraw_case(case=case, actor=buyer(order), at=AT)
    before = picture()
    with pytest.raises(errors.TooManyAttempts):
        apply(order)
    assert picture() == before


@pytest.mark.parametrize("fen", [0, -1, FEN + 1])
def test_an_impossible_amount(fen: int) -> None:
    order = an_order()
    before = picture()
    with pytest.raises(errors.BadRuling):
        apply(order, fen=fen)
    assert picture() == before


def test_odd_applications() -> None:
    order = an_order()
    before = picture()
    with pytest.raises(BadInput):
        apply(order, reason="whim")  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        apply(order, text="字" * 501)
    with pytest.raises(errors.CaseNotPossible):
        apply(order, at=AT + timedelta(days=15) + SECOND)
    assert picture() == before
    case = apply(order, at=AT + timedelta(days=15), text="字" * 500)
    with pytest.raises(errors.CaseNotPossible):
        apply(order)  # one open case a line
    for words in ("", " ", "短", "字" * 501):
        with pytest.raises(errors.ReasonMissing):
            disputes.reject_case(case=case, reason=words, actor=story.supplier_actor(order.supplier), at=AT)
    assert Case.objects.get().status == "wait_supplier"
    assert Hold.objects.filter(lifted_at=None).count() == 1


@pytest.mark.parametrize("status", ["pending", "closed", "refunded", "final"])
def test_orders_that_can_have_no_case(status: str) -> None:
    good = story.good(story.supplier(AT), AT)
    if status == "final":
        order = story.finalised_order(good, AT)
    elif status == "refunded":
        order = story.paid_order(good, AT)
        orders.refund_line(
            line=story.line_of(order), amount_fen=FEN, cause="case", cause_ref="x", owner_side=False, at=AT
        )
    else:
        trade = story.place(good, AT)
        order = trade.orders.get()
        if status == "closed":
            orders.cancel_trade(trade_number=trade.number, actor=buyer(order), at=AT)
    before = picture()
    with pytest.raises((errors.CaseNotPossible, errors.BadRuling)):
        apply(order)
    assert picture() == before


@pytest.mark.django_db(transaction=True)
def test_eight_sweeps_at_once_act_once() -> None:
    refunded = apply(an_order("paid"), received=False)
    due = AT + timedelta(hours=24) + SECOND
    moved = at_once([lambda: disputes.sweep(at=due)] * 8)
    assert sum(moved) == 1
    refunded.refresh_from_db()
    assert refunded.status == "refunding"
    assert Journal.objects.filter(kind="refund").count() == 1
    assert books() == {"channel_clearing": FEN, "refund_clearing": FEN}


@pytest.mark.django_db(transaction=True)
def test_two_applications_at_once_are_one_case() -> None:
    order = an_order()
    answers = at_once([lambda: apply(order)] * 2)
    assert sum(isinstance(a, Case) for a in answers) == 1
    assert sum(isinstance(a, errors.CaseNotPossible) for a in answers) == 1


@pytest.mark.django_db
def test_a_case_changed_after_shipping_is_no_case_from_before_it() -> None:
    supplier = story.supplier(AT)
    order = story.paid_order(story.good(supplier, AT), AT)
    buyer = Actor(ActorKind.BUYER, order.trade.number)
    case = disputes.open_case(
        line=story.line_of(order),
        draft=CaseDraft(CaseReason.QUALITY, 5000, False, "坏了"),
        actor=buyer,
        at=AT,
    )
    disputes.reject_case(case=case, reason="已发货", actor=story.supplier_actor(supplier), at=AT)
    story.ship(order, AT)
    case.refresh_from_db()
    changed = CaseDraft(CaseReason.QUALITY, 5000, True, "收到是坏的")
    disputes.modify_case(case=case, draft=changed, actor=buyer, at=AT)
    disputes.sweep(at=AT)
    case.refresh_from_db()
    assert case.status == "wait_supplier"
