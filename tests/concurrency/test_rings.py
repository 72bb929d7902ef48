"""Two acts that would wait for each other if either took its locks in another order: both end, none is a deadlock."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft, RulingDraft, cases, rulings, sweeps
from disputes.states import CaseReason, DisputeStatus, Liable, RulingOutcome
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import story
from tests.factories.threads import Meeting

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)


def test_withdrawing_a_case_and_opening_another_of_the_same_line(monkeypatch: pytest.MonkeyPatch) -> None:
    order = story.paid_order(story.good(story.supplier(AT), AT), AT)
    line, buyer = story.line_of(order), Actor(ActorKind.BUYER, order.trade.number)
    draft = CaseDraft(CaseReason.QUALITY, 5000, False, "坏了")
    case = disputes.open_case(line=line, draft=draft, actor=buyer, at=AT)
    meeting = Meeting()
    monkeypatch.setattr(cases, "close_case", meeting.before(cases.close_case))
    monkeypatch.setattr(cases, "_check_line", meeting.before(cases._check_line))
    ended = meeting.run(
        [
            lambda: disputes.withdraw_case(case=case, actor=buyer, at=AT),
            lambda: disputes.open_case(line=line, draft=draft, actor=buyer, at=AT),
        ]
    )
    assert not any(isinstance(answer, OperationalError) for answer in ended), ended
    assert Case.objects.filter(line=line, status="wait_supplier").count() <= 1


def test_two_rulings_about_one_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    good = story.good(story.supplier(AT), AT)
    shop, judge = story.picked_shop(AT, good), story.staff()
    found = []
    for _claim in range(2):
        order = story.finalised_order(good, AT, through=shop)
        assert order.finalised_at is not None
        buyer = Actor(ActorKind.BUYER, order.trade.number)
        claim = disputes.open_claim(
            line=story.line_of(order), text="是假货", actor=buyer, at=order.finalised_at
        )
        for side in (buyer, story.supplier_actor(order.supplier)):
            disputes.mark_done(dispute=claim, actor=side, at=order.finalised_at)
        draft = RulingDraft(RulingOutcome.FULL_REFUND, Liable.SUPPLIER, 0, "假货", "5.5")
        disputes.decide(dispute=claim, draft=draft, actor=judge, at=order.finalised_at)
        found.append(claim)
    meeting = Meeting()
    monkeypatch.setattr(rulings.orders, "refund_line", meeting.before(rulings.orders.refund_line))
    later = AT + timedelta(days=60)
    ended = meeting.run([lambda claim=claim: sweeps._dispute(claim.number, later) for claim in found])
    assert ended == [True, True]
    assert set(Dispute.objects.values_list("status", flat=True)) == {DisputeStatus.CLOSED}
