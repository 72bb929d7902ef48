"""Disputes: every move, each outcome against each liable party to the fen, four eyes, appeals, arbitrators at once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from django.db import transaction

from commissions import services as commissions
from commissions.models import CommissionLine, LiabilityFact, OrderFact
from disputes import errors
from disputes import services as disputes
from disputes.models import Case, Dispute, Ruling
from disputes.services import CaseDraft, RulingDraft
from disputes.states import DISPUTES, CaseReason, DisputeStatus, Liable, RulingOutcome
from ledger.models import Journal
from orders.models import Order
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused
from tests.factories import story
from tests.factories.threads import at_once
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND = timedelta(seconds=1)
ANNA, BELA, CARO = (Actor(ActorKind.STAFF, ref, ref) for ref in ("anna", "bela", "caro"))
O, L = RulingOutcome, Liable  # noqa: E741


def draft(
    outcome: RulingOutcome = O.PARTIAL_REFUND, fen: int = 5000, liable: Liable = L.SUPPLIER
) -> RulingDraft:
    return RulingDraft(outcome, liable, fen, "照片显示裂纹", "5.5")


def an_order(price_fen: int = 10_000) -> Order:
    good = story.good(story.supplier(AT), AT, price_fen=price_fen)
    order = story.paid_order(good, AT, through=story.picked_shop(AT, good))
    story.ship(order, AT)
    story.confirm(order, AT)
    return order


def sides(dispute: Dispute) -> tuple[Actor, Actor]:
    order = dispute.order
    return Actor(ActorKind.BUYER, order.trade.number), story.supplier_actor(order.supplier)


def a_dispute(
    status: str = "evidence", *, price_fen: int = 10_000, ruling: RulingDraft | None = None
) -> Dispute:
    """A dispute of a case, driven to a status by services alone."""
    order = an_order(price_fen)
    person = Actor(ActorKind.BUYER, order.trade.number)
    case = disputes.open_case(
        line=story.line_of(order),
        draft=CaseDraft(CaseReason.QUALITY, price_fen, True, "瓶口有裂纹"),
        actor=person,
        at=AT,
    )
    desk = story.supplier_actor(order.supplier)
    disputes.reject_case(case=case, reason="签收时完好", actor=desk, at=AT)
    dispute = disputes.escalate_case(case=case, actor=person, at=AT)
    if status == "withdrawn":
        disputes.withdraw_dispute(dispute=dispute, actor=person, at=AT)
    elif status != "evidence":
        disputes.mark_done(dispute=dispute, actor=person, at=AT)
        disputes.mark_done(dispute=dispute, actor=desk, at=AT)
    if status in ("decided", "appealed", "closed", "second_approval"):
        disputes.decide(dispute=dispute, draft=ruling or draft(), actor=ANNA, at=AT)
    if status == "appealed":
        disputes.appeal(dispute=dispute, text="有新的照片", actor=desk, at=AT)
    if status == "closed":
        disputes.sweep(at=AT + timedelta(hours=72) + SECOND)
    dispute.refresh_from_db()
    assert dispute.status == status
    return dispute


def in_status(status: str) -> Dispute:
    if status == "second_approval":
        return a_dispute(status, price_fen=300_000, ruling=draft(fen=200_001))
    return a_dispute(status)


ACTS: dict[str, Callable[[Dispute, Actor], object]] = {
    "decide": lambda d, a: disputes.decide(dispute=d, draft=draft(), actor=a, at=AT),
    "approve": lambda d, a: disputes.approve_ruling(dispute=d, actor=a, at=AT),
    "send_back": lambda d, a: disputes.send_back(dispute=d, actor=a, at=AT, reason="理由不足"),
    "appeal": lambda d, a: disputes.appeal(dispute=d, text="有新的照片", actor=a, at=AT),
    "uphold": lambda d, a: disputes.decide_appeal(dispute=d, draft=None, actor=a, at=AT),
    "change": lambda d, a: disputes.decide_appeal(dispute=d, draft=draft(), actor=a, at=AT),
    "withdraw": lambda d, a: disputes.withdraw_dispute(dispute=d, actor=a, at=AT),
}
AFTER = {
    "decide": "decided",
    "approve": "decided",
    "send_back": "review",
    "appeal": "appealed",
    "uphold": "closed",  # and executed at once
    "change": "closed",
    "withdraw": "withdrawn",
}
STATUSES = [
    s for s in DisputeStatus.values if s != "executing"
]  # EXECUTING lasts within one transaction only


@pytest.mark.parametrize("status", STATUSES)
def test_every_event_by_every_actor(status: str) -> None:
    dispute = in_status(status)
    before = picture()
    for event, kind in product(ACTS, ActorKind):
        actor = BELA if kind == ActorKind.STAFF else Actor(kind, "tests")
        if DISPUTES.find(status, event, kind) is None:
            with pytest.raises((MoveRefused, errors.AlreadyDecided)):
                ACTS[event](dispute, actor)
            continue
        with transaction.atomic():
            ACTS[event](dispute, actor)
            dispute.refresh_from_db()
            assert dispute.status == AFTER[event]
            transaction.set_rollback(True)
        dispute.refresh_from_db()
    assert picture() == before


@pytest.mark.parametrize("status", STATUSES)
def test_the_table_itself_refuses_the_rest(status: str) -> None:
    dispute = in_status(status)
    for state in {status, "executing"}:
        for event, kind in product(sorted({m.event for m in DISPUTES.moves}), ActorKind):
            with transaction.atomic():
                dispute.status = state
                if DISPUTES.find(state, event, kind) is None:
                    with pytest.raises(MoveRefused):
                        DISPUTES.apply(dispute, event, actor=Actor(kind, "tests"), at=AT)
                else:
                    DISPUTES.apply(dispute, event, actor=Actor(kind, "tests"), at=AT)
                transaction.set_rollback(True)


BEFORE_FINAL = {
    O.FULL_REFUND: {"channel_clearing": 10_000, "refund_clearing": 10_000},
    O.PARTIAL_REFUND: {"channel_clearing": 10_000, "refund_clearing": 5000, "escrow": 5000},
    O.REJECT: {"channel_clearing": 10_000, "escrow": 10_000},
}
AFTER_FINAL = {
    O.FULL_REFUND: {"channel_clearing": 10_000, "refund_clearing": 10_000},
    O.PARTIAL_REFUND: {
        "channel_clearing": 10_000,
        "refund_clearing": 5000,
        "supplier_payable": 4000,
        "owner_confirmed": 900,
        "platform_fee": 100,
    },
    O.REJECT: {
        "channel_clearing": 10_000,
        "supplier_payable": 8000,
        "owner_confirmed": 1800,
        "platform_fee": 200,
    },
}


def a_claim_under_review(at: datetime) -> Dispute:
    order = an_order()
    story.orders.sweep(at=AT + timedelta(days=15) + SECOND)
    dispute = claim(order, at)
    for side in sides(dispute):
        disputes.mark_done(dispute=dispute, actor=side, at=at)
    dispute.refresh_from_db()
    return dispute


@pytest.mark.parametrize("outcome", O)
@pytest.mark.parametrize("final", [False, True], ids=["case", "claim"])
def test_each_outcome_and_liable_party_moves_exactly_this(outcome: RulingOutcome, final: bool) -> None:
    at = AT + timedelta(days=16) if final else AT
    dispute = a_claim_under_review(at) if final else a_dispute("review")
    for liable in L:
        with transaction.atomic():
            rule_and_look(dispute, draft(outcome, liable=liable), final, at)
            transaction.set_rollback(True)


def rule_and_look(dispute: Dispute, ruling: RulingDraft, final: bool, at: datetime) -> None:
    """Rule, let the time for appeals run out, and compare every account, the tiers' facts and the case."""
    shown = disputes.preview_ruling(dispute=dispute, draft=ruling, at=at)
    untouched = books()
    disputes.decide(dispute=dispute, draft=ruling, actor=ANNA, at=at)
    disputes.sweep(at=at + timedelta(hours=72))
    assert books() == untouched
    over = at + timedelta(hours=72) + SECOND
    disputes.sweep(at=over)
    assert books() == (AFTER_FINAL if final else BEFORE_FINAL)[ruling.outcome]
    row = Dispute.objects.get()
    assert (row.status, Ruling.objects.get().executed_at) == ("closed", over)
    assert LiabilityFact.objects.count() == (1 if ruling.liable == L.OWNER else 0)
    blamed = ruling.liable == L.OWNER and ruling.outcome != O.REJECT
    assert OrderFact.objects.get().owner_side_refund is blamed
    back, owner, platform = {
        O.FULL_REFUND: (10_000, 1800, 200),
        O.PARTIAL_REFUND: (5000, 900, 100),
        O.REJECT: (0, 0, 0),
    }[ruling.outcome]
    assert (shown.refund_fen, shown.owner_fen, shown.platform_fen) == (back, owner, platform)
    assert shown.supplier_fen == back - owner - platform
    assert shown.from_escrow is not final
    case = Case.objects.first()
    assert case is None or case.status == ("closed" if back == 0 else "refunding")
    assert Journal.objects.filter(kind="refund").count() == (1 if back else 0)
    disputes.sweep(at=over + timedelta(days=9))
    story.arrive_refunds(over)
    assert books().get("channel_clearing", 0) == 10_000 - back
    assert "refund_clearing" not in books()


@pytest.mark.parametrize(("fen", "status"), [(200_000, "decided"), (200_001, "second_approval")])
def test_four_eyes_above_2000_yuan(fen: int, status: str) -> None:
    dispute = a_dispute("review", price_fen=300_000)
    assert disputes.preview_ruling(dispute=dispute, draft=draft(fen=fen), at=AT).needs_second is (
        fen > 200_000
    )
    disputes.decide(dispute=dispute, draft=draft(fen=fen), actor=ANNA, at=AT)
    dispute.refresh_from_db()
    assert dispute.status == status
    if status == "decided":
        return
    disputes.sweep(at=AT + timedelta(days=30))
    dispute.refresh_from_db()
    assert dispute.status == "second_approval"  # time does not approve
    before = picture()
    for act in (ACTS["approve"], ACTS["send_back"]):
        with pytest.raises(errors.SamePerson):
            act(dispute, ANNA)
    assert picture() == before
    disputes.approve_ruling(dispute=dispute, actor=BELA, at=AT)
    ruling = Ruling.objects.get()
    assert (ruling.decided_by, ruling.approved_by) == ("anna", "bela")


def test_a_ruling_that_was_sent_back_is_made_again() -> None:
    dispute = in_status("second_approval")
    disputes.send_back(dispute=dispute, actor=BELA, at=AT, reason="证据不足")
    assert Ruling.objects.count() == 0
    disputes.decide(dispute=dispute, draft=draft(fen=1000), actor=ANNA, at=AT)
    assert Ruling.objects.get().amount_fen == 1000


@pytest.mark.parametrize("fen", [-1, 0, 10_000, 10_001])
def test_a_partial_refund_is_part_of_what_is_left(fen: int) -> None:
    dispute = a_dispute("review")
    before = picture()
    with pytest.raises(errors.BadRuling):
        disputes.decide(dispute=dispute, draft=draft(fen=fen), actor=ANNA, at=AT)
    assert picture() == before


@pytest.mark.parametrize("words", ["", " ", "短", "字" * 501])
def test_words_are_needed(words: str) -> None:
    dispute = a_dispute("review")
    before = picture()
    with pytest.raises(errors.ReasonMissing):
        disputes.decide(
            dispute=dispute, draft=RulingDraft(O.REJECT, L.BUYER, 0, words, "5.5"), actor=ANNA, at=AT
        )
    assert picture() == before


def test_evidence_for_72_hours_and_a_review_after_that() -> None:
    dispute = a_dispute()
    person, desk = sides(dispute)
    due = AT + timedelta(hours=72)
    disputes.give_evidence(dispute=dispute, text="开箱视频", actor=person, at=due)
    before = picture()
    with pytest.raises(errors.CaseNotPossible):
        disputes.give_evidence(dispute=dispute, text="出库照片", actor=desk, at=due + SECOND)
    with pytest.raises(errors.CaseNotPossible):
        disputes.mark_done(dispute=dispute, actor=desk, at=due + SECOND)
    disputes.sweep(at=due)
    assert picture() == before
    disputes.sweep(at=due + SECOND)
    dispute.refresh_from_db()
    assert (dispute.status, dispute.deadline) == ("review", due + SECOND + timedelta(hours=48))


def test_one_side_done_is_not_both() -> None:
    dispute = a_dispute()
    person, _desk = sides(dispute)
    for _time in range(2):
        disputes.mark_done(dispute=dispute, actor=person, at=AT)
    dispute.refresh_from_db()
    assert (dispute.status, dispute.buyer_done, dispute.supplier_done) == ("evidence", True, False)


@pytest.mark.parametrize(
    ("outcome", "who", "may"),
    [
        (O.FULL_REFUND, 0, False),
        (O.FULL_REFUND, 1, True),
        (O.PARTIAL_REFUND, 0, True),
        (O.PARTIAL_REFUND, 1, True),
        (O.REJECT, 0, True),
        (O.REJECT, 1, False),
    ],
)
def test_only_a_losing_side_appeals(outcome: RulingOutcome, who: int, may: bool) -> None:
    dispute = a_dispute("decided", ruling=draft(outcome))
    actor = sides(dispute)[who]
    if may:
        disputes.appeal(dispute=dispute, text="有新的照片", actor=actor, at=AT)
        with pytest.raises(MoveRefused):
            disputes.appeal(dispute=dispute, text="再来一次", actor=actor, at=AT)
        return
    before = picture()
    with pytest.raises(errors.NothingToAppeal):
        disputes.appeal(dispute=dispute, text="有新的照片", actor=actor, at=AT)
    assert picture() == before


def test_an_appeal_within_72_hours() -> None:
    dispute = a_dispute("decided")
    person, _desk = sides(dispute)
    due = AT + timedelta(hours=72)
    with pytest.raises(errors.TooLate):
        disputes.appeal(dispute=dispute, text="有新的照片", actor=person, at=due + SECOND)
    disputes.appeal(dispute=dispute, text="有新的照片", actor=person, at=due)
    disputes.sweep(at=due + timedelta(days=30))
    dispute.refresh_from_db()
    assert dispute.status == "appealed"  # only a person decides it


def test_an_appeal_is_decided_by_somebody_else_and_once() -> None:
    dispute = a_dispute("appealed")
    before = picture()
    for event in ("uphold", "change"):
        with pytest.raises(errors.SamePerson):
            ACTS[event](dispute, ANNA)
    assert picture() == before
    disputes.decide_appeal(dispute=dispute, draft=draft(O.FULL_REFUND), actor=BELA, at=AT)
    assert [(r.round, r.amount_fen, r.decided_by) for r in Ruling.objects.order_by("round")] == [
        (1, 5000, "anna"),
        (2, 10_000, "bela"),
    ]
    assert books() == BEFORE_FINAL[O.FULL_REFUND]
    with pytest.raises(MoveRefused):
        ACTS["uphold"](dispute, CARO)


def test_the_second_person_does_not_decide_the_appeal_either() -> None:
    dispute = in_status("second_approval")
    disputes.approve_ruling(dispute=dispute, actor=BELA, at=AT)
    disputes.appeal(dispute=dispute, text="有新的照片", actor=sides(dispute)[1], at=AT)
    for actor in (ANNA, BELA):
        with pytest.raises(errors.SamePerson):
            disputes.decide_appeal(dispute=dispute, draft=None, actor=actor, at=AT)
    disputes.decide_appeal(dispute=dispute, draft=None, actor=CARO, at=AT)
    assert books()["refund_clearing"] == 200_001


def test_an_interested_arbitrator_is_barred_everywhere() -> None:
    dispute = a_dispute("review")
    order = dispute.order
    assert order.owner is not None
    people = (order.supplier.members.get().user, order.owner.user)
    before = picture()
    for user in people:
        actor = Actor(ActorKind.STAFF, user.public_id, user.public_id)
        for event in ("decide", "approve", "send_back", "uphold", "change"):
            with pytest.raises(errors.Interested):
                ACTS[event](dispute, actor)
        with pytest.raises(errors.Interested):
            disputes.claim_dispute(number=dispute.number, actor=actor, at=AT)
    assert picture() == before


def test_a_claimed_dispute_is_its_arbitrators() -> None:
    dispute = a_dispute("review")
    disputes.claim_dispute(number=dispute.number, actor=ANNA, at=AT)
    disputes.claim_dispute(number=dispute.number, actor=ANNA, at=AT)
    before = picture()
    with pytest.raises(errors.ClaimedByOther) as refused:
        disputes.claim_dispute(number=dispute.number, actor=BELA, at=AT)
    assert "anna" in refused.value.sentence
    with pytest.raises(errors.ClaimedByOther):
        disputes.decide(dispute=dispute, draft=draft(), actor=BELA, at=AT)
    assert picture() == before


def test_a_withdrawn_dispute_lets_everything_go_on() -> None:
    a_dispute("withdrawn")
    assert Case.objects.get().status == "closed"
    assert CommissionLine.objects.get().status == "locked"
    assert story.orders.sweep(at=AT + timedelta(days=15) + SECOND) == 1


def claim(order: Order, at: datetime) -> Dispute:
    return disputes.open_claim(
        line=story.line_of(order), text="批号查不到", actor=Actor(ActorKind.BUYER, "b"), at=at
    )


def test_a_claim_within_90_days_of_the_end() -> None:
    order = an_order()
    with pytest.raises(errors.CaseNotPossible):
        claim(order, AT)  # not final yet
    final = AT + timedelta(days=15) + SECOND
    story.orders.sweep(at=final)
    before = picture()
    with pytest.raises(errors.CaseNotPossible):
        claim(order, final + timedelta(days=90) + SECOND)
    assert picture() == before
    dispute = claim(order, final + timedelta(days=90))
    assert CommissionLine.objects.get().status == "frozen"
    with pytest.raises(errors.CaseNotPossible):
        claim(order, final + timedelta(days=90))
    assert commissions.settle_month(date(2026, 6, 1), at=final + timedelta(days=90)) == 0
    disputes.withdraw_dispute(
        dispute=dispute, actor=Actor(ActorKind.BUYER, "b"), at=final + timedelta(days=90)
    )
    assert CommissionLine.objects.get().status == "confirmed"


@pytest.mark.django_db(transaction=True)
def test_two_arbitrators_at_once_one_decides_and_the_other_hears_who_and_when() -> None:
    dispute = a_dispute("review")
    answers = at_once([lambda a=a: ACTS["decide"](dispute, a) for a in (ANNA, BELA)])
    winner = Ruling.objects.get().decided_by
    (refusal,) = [a for a in answers if isinstance(a, Exception)]
    assert isinstance(refusal, errors.AlreadyDecided)
    assert winner in refusal.sentence
    assert "2026年6月3日 12:00" in refusal.sentence


@pytest.mark.django_db(transaction=True)
def test_eight_claims_at_once_have_one_winner() -> None:
    dispute = a_dispute("review")
    actors = [Actor(ActorKind.STAFF, f"s{n}", f"s{n}") for n in range(8)]
    answers = at_once(
        [lambda a=a: disputes.claim_dispute(number=dispute.number, actor=a, at=AT) for a in actors]
    )
    dispute.refresh_from_db()
    refusals = [a for a in answers if isinstance(a, errors.ClaimedByOther)]
    assert len(refusals) == 7
    assert all(dispute.claimed_by in r.sentence for r in refusals)


@pytest.mark.django_db(transaction=True)
def test_eight_sweeps_at_once_execute_once() -> None:
    a_dispute("decided")
    due = AT + timedelta(hours=72) + SECOND
    assert sum(at_once([lambda: disputes.sweep(at=due)] * 8)) == 1
    assert Journal.objects.filter(kind="refund").count() == 1
    assert books() == BEFORE_FINAL[O.PARTIAL_REFUND]
