"""What penalties cost beside points: the commission of the order, and a point for ten late orders a month (docs/rules.md §4)."""

from datetime import datetime, timedelta

import pytest

from commissions.models import CommissionLine, OrderFact
from disputes import services as disputes
from disputes.models import Penalty
from disputes.services import PenaltyDraft
from disputes.states import Offence
from orders.models import Order
from storefronts.models import Shop
from suppliers.models import Good, Supplier, SupplierStanding
from taoxiaopu.flows.services import sweep_often
from taoxiaopu.flows.verify import verify
from tests.factories import rulebook, story
from tests.factories.payouts import ANNA, BELA
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
END = AT + 7 * DAY


@pytest.fixture
def good() -> Good:
    return story.good(story.supplier(AT), AT)


@pytest.fixture
def shop(good: Good) -> Shop:
    return story.picked_shop(AT, good)


def give(order: Order, offence: Offence = Offence.FALSE_PROMISE, points: int = 4) -> Penalty:
    draft = PenaltyDraft(offence, points, "证据确凿", order)
    return disputes.give_penalty(party=order.owner, draft=draft, key="1", actor=ANNA, at=AT)


def commission() -> CommissionLine:
    return CommissionLine.objects.get()


def test_it_waits_and_is_void_when_nobody_appeals(good: Good, shop: Shop) -> None:
    row = give(story.paid_order(good, AT, through=shop))
    assert (commission().status, commission().owner_fen > 0) == ("frozen", True)
    assert disputes.void_after_appeals(at=END) == 0
    assert disputes.void_after_appeals(at=END + SECOND) == 1
    assert disputes.void_after_appeals(at=END + SECOND) == 0
    row.refresh_from_db()
    line = commission()
    assert (line.status, line.owner_fen, row.voided_at) == ("void", 0, END + SECOND)
    assert row.number in line.void_reason
    assert OrderFact.objects.get().counted
    assert verify().problems == []


def test_the_sweep_does_it(good: Good, shop: Shop) -> None:
    give(story.paid_order(good, AT, through=shop))
    sweep_often(at=END + SECOND)
    assert commission().status == "void"


def test_a_lifted_penalty_gives_it_back(good: Good, shop: Shop) -> None:
    row = give(story.paid_order(good, AT, through=shop))
    actor = story.Actor(story.ActorKind.OWNER, shop.owner.public_id)
    disputes.appeal_penalty(penalty=row, text="没有说过这句话", actor=actor, at=END)
    assert disputes.void_after_appeals(at=END + SECOND) == 0
    disputes.review_penalty(number=row.number, lift=True, answer="证据不足", actor=BELA, at=END)
    assert (commission().status, Penalty.objects.get().voided_at) == ("estimated", None)
    assert verify().problems == []


def test_an_upheld_one_takes_it_at_once(good: Good, shop: Shop) -> None:
    row = give(story.paid_order(good, AT, through=shop))
    actor = story.Actor(story.ActorKind.OWNER, shop.owner.public_id)
    disputes.appeal_penalty(penalty=row, text="没有说过这句话", actor=actor, at=END)
    disputes.review_penalty(number=row.number, lift=False, answer="截图属实", actor=BELA, at=END)
    assert (commission().status, Penalty.objects.get().voided_at) == ("void", END)
    assert verify().problems == []


def test_what_is_final_already_is_taken_back(good: Good, shop: Shop) -> None:
    order = story.finalised_order(good, AT - 60 * DAY, through=shop)
    earned = commission().owner_fen
    give(order)
    assert (commission().status, earned > 0) == ("frozen", True)
    assert disputes.void_after_appeals(at=END + SECOND) == 1
    assert (commission().status, commission().owner_fen) == ("void", 0)
    assert verify().problems == []


def test_a_feigned_order_counts_for_no_tier(good: Good, shop: Shop) -> None:
    give(story.paid_order(good, AT, through=shop), Offence.FAKE_TRAFFIC, 12)
    assert disputes.void_after_appeals(at=END + SECOND) == 1
    assert not OrderFact.objects.get().counted


def test_other_acts_and_penalties_without_an_order_leave_it(good: Good, shop: Shop) -> None:
    story.paid_order(good, AT, through=shop)
    draft = PenaltyDraft(Offence.FALSE_PROMISE, 4, "证据确凿")
    disputes.give_penalty(party=shop.owner, draft=draft, key="2", actor=ANNA, at=AT)
    give(Order.objects.get(), Offence.AD_WORDS, 0)
    assert disputes.void_after_appeals(at=END + SECOND) == 0
    assert commission().status == "estimated"


def late_orders(good: Good, n: int, month: int = 6) -> Supplier:
    """So many orders whose time to ship ended in a month, and that were late."""
    for index in range(n):
        story.paid_order(good, AT, phone=f"139{index:08d}")
    at = datetime(2026, month, 30, 23, 59, 59, tzinfo=AT.tzinfo)
    Order.objects.filter(is_late=False).update(is_late=True, ship_by=at)
    return good.supplier


@pytest.mark.parametrize(("n", "points"), [(9, 0), (10, 1), (19, 1), (20, 2)])
def test_a_point_for_each_ten_late_orders_of_a_month(n: int, points: int, good: Good) -> None:
    supplier = late_orders(good, n)
    june = story.noon(2026, 6, 30)
    assert disputes.count_late_shipments(at=june) == points
    before = picture()
    assert disputes.count_late_shipments(at=june + DAY) == 0  # the month before is looked at too, once
    assert picture() == before
    found = SupplierStanding.objects.filter(supplier=supplier).first()
    assert (found.points if found else 0) == points
    given = list(Penalty.objects.order_by("pk").values_list("offence", "points", "given_by", "reason"))
    assert given == [
        ("late_shipment", 1, "late shipments", f"6 月逾期发货满 {10 * k} 单") for k in range(1, points + 1)
    ]
    assert verify().problems == []


def test_months_do_not_add_up_and_the_number_is_a_setting(good: Good) -> None:
    late_orders(good, 5)
    late_orders(good, 9, month=4)
    july = story.noon(2026, 7, 1)
    assert disputes.count_late_shipments(at=july) == 0
    rulebook.new_numbers(july, LATE_CASES_PER_POINT=5)
    assert disputes.count_late_shipments(at=july) == 1
