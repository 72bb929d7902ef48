"""Who is too late is told so, even before the sweep has come by (docs/rules.md §5.2): both sides of each deadline."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from disputes import services as disputes
from disputes.errors import CaseNotPossible, TooLate
from disputes.models import Case, Dispute
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, CaseStatus, DisputeStatus, Liable, RulingOutcome
from orders.models import Order
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import story

pytestmark = pytest.mark.django_db
START = story.noon(2026, 6, 3)
SECOND = timedelta(seconds=1)
DRAFT = CaseDraft(CaseReason.QUALITY, 5000, True, "瓶口有裂纹")


@pytest.fixture
def order() -> Order:
    """A received order of one good for 100 yuan."""
    supplier = story.supplier(START)
    order = story.paid_order(story.good(supplier, START, price_fen=10_000), START)
    story.ship(order, START)
    story.confirm(order, START)
    return order


def buyer(order: Order) -> Actor:
    return Actor(ActorKind.BUYER, order.trade.number)


def desk(order: Order) -> Actor:
    return story.supplier_actor(order.supplier)


def opened(order: Order) -> Case:
    return disputes.open_case(line=story.line_of(order), draft=DRAFT, actor=buyer(order), at=START)


def rejected(order: Order) -> Case:
    case = opened(order)
    disputes.reject_case(case=case, reason="没有裂纹", actor=desk(order), at=START)
    return case


def disputed(order: Order) -> Dispute:
    return disputes.escalate_case(case=rejected(order), actor=buyer(order), at=START)


def ruled(order: Order) -> Dispute:
    dispute = disputed(order)
    for side in (buyer(order), desk(order)):
        disputes.mark_done(dispute=dispute, actor=side, at=START)
    draft = RulingDraft(RulingOutcome.PARTIAL_REFUND, Liable.SUPPLIER, 2000, "照片可见裂纹", "5.5")
    disputes.decide(dispute=dispute, draft=draft, actor=story.staff(), at=START)
    return dispute


def agree(order: Order) -> Callable[[datetime], object]:
    case = opened(order)
    return lambda at: disputes.agree_case(case=case, actor=desk(order), at=at)


def reject(order: Order) -> Callable[[datetime], object]:
    case = opened(order)
    return lambda at: disputes.reject_case(case=case, reason="没有裂纹", actor=desk(order), at=at)


def modify(order: Order) -> Callable[[datetime], object]:
    case = rejected(order)
    return lambda at: disputes.modify_case(case=case, draft=DRAFT, actor=buyer(order), at=at)


def escalate(order: Order) -> Callable[[datetime], object]:
    case = rejected(order)
    return lambda at: disputes.escalate_case(case=case, actor=buyer(order), at=at)


def give_evidence(order: Order) -> Callable[[datetime], object]:
    dispute = disputed(order)
    return lambda at: disputes.give_evidence(dispute=dispute, text="见照片", actor=buyer(order), at=at)


def mark_done(order: Order) -> Callable[[datetime], object]:
    dispute = disputed(order)
    return lambda at: disputes.mark_done(dispute=dispute, actor=buyer(order), at=at)


def appeal(order: Order) -> Callable[[datetime], object]:
    dispute = ruled(order)
    return lambda at: disputes.appeal(dispute=dispute, text="有新的照片", actor=desk(order), at=at)


ACTS = (
    (agree, timedelta(hours=48)),
    (reject, timedelta(hours=48)),
    (modify, timedelta(days=7)),
    (escalate, timedelta(days=7)),
    (give_evidence, timedelta(hours=72)),
    (mark_done, timedelta(hours=72)),
    (appeal, timedelta(hours=72)),
)


def standing(order: Order) -> tuple[list[str], list[str], int]:
    """Statuses of the order's cases and disputes, and how much was said."""
    cases = list(Case.objects.filter(order=order).values_list("status", flat=True))
    found = list(Dispute.objects.filter(order=order).values_list("status", flat=True))
    said = sum(row.messages.count() for row in [*Case.objects.all(), *Dispute.objects.all()])
    return cases, found, said


@pytest.mark.parametrize(("prepare", "time"), ACTS, ids=lambda value: getattr(value, "__name__", ""))
def test_on_the_last_second_it_counts(
    order: Order, prepare: Callable[[Order], Callable[[datetime], object]], time: timedelta
) -> None:
    prepare(order)(START + time)


@pytest.mark.parametrize(("prepare", "time"), ACTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_second_later_it_is_refused_and_nothing_changes(
    order: Order, prepare: Callable[[Order], Callable[[datetime], object]], time: timedelta
) -> None:
    act = prepare(order)
    before = standing(order)
    with pytest.raises(CaseNotPossible if prepare in (give_evidence, mark_done) else TooLate):
        act(START + time + SECOND)
    assert standing(order) == before


def test_what_silence_means_happens_a_second_later(order: Order) -> None:
    opened(order)
    assert disputes.sweep(at=START + timedelta(hours=48)) == 0
    assert disputes.sweep(at=START + timedelta(hours=48) + SECOND) == 1
    assert Case.objects.get().status == CaseStatus.IN_DISPUTE
    assert Dispute.objects.get().status == DisputeStatus.EVIDENCE
