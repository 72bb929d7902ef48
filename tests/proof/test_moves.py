"""M1 to M10 of docs/rules.md §6.2 walked: every state, every event, on real orders; what is not allowed changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from commissions import services as commissions
from commissions.models import CommissionLine, OrderFact, Reversal
from commissions.services import FinalLine, NewLine
from commissions.states import AttributionKind
from ledger.selectors import owner_credit_of_line
from orders import services as orders
from orders.models import Order, OrderLine
from rulebook.numbers import home_of
from storefronts import services as storefronts
from storefronts.models import OwnerStanding, Shop
from suppliers.models import Good
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from tests.factories import payouts, rulebook, story
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
FINAL = AT + timedelta(days=15, seconds=1)
SETTLED = story.noon(2026, 7, 20)
JUNE = date(2026, 6, 1)
STAFF = Actor(ActorKind.STAFF, "anna", "anna")
WHOLE, HALF, NOTHING = (2000, 200, 100), (1000, 100, 50), (0, 0, 0)


@pytest.fixture
def stage() -> tuple[Good, Shop]:
    """The good of §6.6: 100.00 at 20 %, through an owner whose level earns 5 % more."""
    good = story.good(story.supplier(AT), AT)
    shop = story.picked_shop(AT, good)
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=3)
    return good, shop


@dataclass(frozen=True)
class Subject:
    """A line in some state, and what can happen to it."""

    order: Order
    line: OrderLine

    def now(self) -> tuple[str, tuple[int, int, int], int]:
        row = CommissionLine.objects.get(line_ref=self.line.ref)
        return row.status, (row.gross_fen, row.fee_fen, row.bonus_fen), row.in_confirmed_fen


def damage() -> set[str]:
    """What ``verify`` finds, but for the level that no month's judgement gave."""
    return {problem.check.name for problem in verify().problems} - {"owner_tier"}


def in_state(state: str, good: Good, shop: Shop) -> Subject:
    """A paid order's line, moved on to a state; "frozen X" froze in X."""
    order = story.paid_order(good, AT, through=shop)
    subject = Subject(order, story.line_of(order))
    stand = state.rpartition(" ")[2]
    if stand != "estimated":
        story.ship(order, AT)
        story.confirm(order, AT)
    if stand in ("confirmed", "withdrawable"):
        orders.sweep(at=FINAL)
    if stand == "withdrawable":
        commissions.settle_month(JUNE, at=SETTLED)
    if stand == "void":
        commissions.shrink(subject.line.ref, base_fen=0, owner_side=False, at=AT)
    if state.startswith("frozen"):
        commissions.hold(subject.line.ref, cause="case", at=FINAL)
    assert subject.now()[0] == state.partition(" ")[0]
    return subject


Event = Callable[[Subject], object]
EVENTS: dict[str, Event] = {
    "complete": lambda s: commissions.complete(s.order.number, at=SETTLED),
    "partial refund": lambda s: commissions.shrink(s.line.ref, base_fen=5000, owner_side=False, at=SETTLED),
    "whole refund": lambda s: commissions.shrink(s.line.ref, base_fen=0, owner_side=False, at=SETTLED),
    "finalise": lambda s: commissions.finalise(
        order_number=s.order.number,
        supplier=s.order.supplier.public_id,
        lines=[FinalLine(s.line.ref, 10_000)],
        freight_fen=0,
        at=SETTLED,
    ),
    "freeze": lambda s: commissions.hold(s.line.ref, cause="case", at=SETTLED),
    "unfreeze": lambda s: commissions.release(s.line.ref, cause="case", at=SETTLED),
    "settle": lambda s: commissions.settle_month(JUNE, at=SETTLED),
    "later refund": lambda s: commissions.claw_back(
        s.line.ref, refund_fen=5000, cause="dispute 1", owner_side=False, at=SETTLED
    ),
    "decision": lambda s: commissions.void_commission(
        line_ref=s.line.ref, decision="1", reason="刷单", actor=STAFF, at=SETTLED
    ),
}
STATES = (
    "estimated",
    "locked",
    "confirmed",
    "withdrawable",
    "frozen estimated",
    "frozen locked",
    "frozen confirmed",
    "void",
)
# State and event: the state after, its gross, fee and bonus, and what of it lies in OWNER_CONFIRMED. All that is not
# here changes nothing: some of it is refused by name (REFUSED), the rest has nothing to do.
ALLOWED: dict[tuple[str, str], tuple[str, tuple[int, int, int], int]] = {
    ("estimated", "complete"): ("locked", WHOLE, 0),
    ("estimated", "partial refund"): ("estimated", HALF, 0),
    ("locked", "partial refund"): ("locked", HALF, 0),
    ("frozen estimated", "partial refund"): ("frozen", HALF, 0),
    ("frozen locked", "partial refund"): ("frozen", HALF, 0),
    ("estimated", "whole refund"): ("void", NOTHING, 0),
    ("locked", "whole refund"): ("void", NOTHING, 0),
    ("frozen estimated", "whole refund"): ("void", NOTHING, 0),
    ("frozen locked", "whole refund"): ("void", NOTHING, 0),
    ("estimated", "finalise"): ("confirmed", WHOLE, 1900),
    ("locked", "finalise"): ("confirmed", WHOLE, 1900),
    ("frozen estimated", "finalise"): ("frozen", WHOLE, 1900),
    ("frozen locked", "finalise"): ("frozen", WHOLE, 1900),
    ("void", "finalise"): ("void", NOTHING, 0),  # the supplier gets all of it
    ("estimated", "freeze"): ("frozen", WHOLE, 0),
    ("locked", "freeze"): ("frozen", WHOLE, 0),
    ("confirmed", "freeze"): ("frozen", WHOLE, 1900),
    ("frozen estimated", "unfreeze"): ("estimated", WHOLE, 0),
    ("frozen locked", "unfreeze"): ("locked", WHOLE, 0),
    ("frozen confirmed", "unfreeze"): ("confirmed", WHOLE, 1900),
    ("confirmed", "settle"): ("withdrawable", WHOLE, 0),
    ("confirmed", "later refund"): ("confirmed", HALF, 950),
    ("frozen confirmed", "later refund"): ("frozen", HALF, 950),
    ("withdrawable", "later refund"): ("withdrawable", HALF, 0),
    **{(state, "decision"): ("void", NOTHING, 0) for state in STATES if state != "void"},
}
CONFIRMED = ("confirmed", "withdrawable", "frozen confirmed")
REFUSED = {
    *((state, "finalise") for state in CONFIRMED),
    *((state, event) for state in CONFIRMED for event in ("partial refund", "whole refund")),
    *((state, "later refund") for state in ("estimated", "locked", "frozen estimated", "frozen locked")),
    ("void", "decision"),
}


@pytest.mark.parametrize("state", STATES)
def test_every_event_in_every_state(state: str, stage: tuple[Good, Shop]) -> None:
    subject = in_state(state, *stage)
    for event, act in EVENTS.items():
        before = picture()
        with transaction.atomic():
            expected = ALLOWED.get((state, event))
            if (state, event) in REFUSED:
                with pytest.raises(MoveRefused):
                    act(subject)
            else:
                act(subject)
            if expected is None:
                same = picture()
                same["commissions_orderfact"] = before[
                    "commissions_orderfact"
                ]  # a refund of a void line is a fact
                assert same == before, event
            else:
                assert subject.now() == expected, event
            transaction.set_rollback(True)


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind != ActorKind.STAFF])
def test_only_staff_decide_that_a_commission_is_void(kind: ActorKind, stage: tuple[Good, Shop]) -> None:
    subject = in_state("confirmed", *stage)
    before = picture()
    for actor, reason, error in ((Actor(kind, "x"), "刷单", MoveRefused), (STAFF, " 刷 ", BadInput)):
        with pytest.raises(error):
            commissions.void_commission(
                line_ref=subject.line.ref, decision="1", reason=reason, actor=actor, at=SETTLED
            )
    with pytest.raises(NotFound):
        commissions.void_commission(
            line_ref="nothing-1", decision="1", reason="刷单", actor=STAFF, at=SETTLED
        )
    assert picture() == before


@pytest.mark.parametrize("state", ["estimated", "locked", "frozen estimated"])
def test_a_commission_voided_in_time_was_never_charged(state: str, stage: tuple[Good, Shop]) -> None:
    subject = in_state(state, *stage)
    commissions.void_commission(
        line_ref=subject.line.ref, decision="1", reason="刷单", actor=STAFF, at=AT, fake=True
    )
    commissions.release(subject.line.ref, cause="case", at=AT)
    if state.endswith("estimated"):
        story.ship(subject.order, AT)
        story.confirm(subject.order, AT)
    orders.sweep(at=FINAL)
    assert books() == {"channel_clearing": 10_000, "supplier_payable": 10_000}
    assert Reversal.objects.count() == 0
    assert OrderFact.objects.get().counted is False
    assert damage() == set()


@pytest.mark.parametrize(
    ("state", "taken_out", "parts"),
    [
        ("confirmed", 0, (1900, 0, 0)),
        ("frozen confirmed", 0, (1900, 0, 0)),
        ("withdrawable", 0, (0, 1900, 0)),
        ("withdrawable", 1600, (0, 300, 1600)),
    ],
)
def test_a_commission_voided_too_late_comes_back(
    state: str, taken_out: int, parts: tuple[int, int, int], stage: tuple[Good, Shop]
) -> None:
    """The supplier gets its 2000 back, the platform's fee and bonus end at zero, the owner gives back or owes 1900."""
    subject = in_state(state, *stage)
    owner = stage[1].owner
    if taken_out:
        payouts.give_account(owner, SETTLED)
        payouts.paid(owner, taken_out, SETTLED)
    commissions.void_commission(
        line_ref=subject.line.ref,
        decision="1",
        reason="承诺不实",
        actor=STAFF,
        at=SETTLED + timedelta(hours=1),
    )
    if state.startswith("frozen"):
        commissions.release(subject.line.ref, cause="case", at=SETTLED)
    row = Reversal.objects.get()
    assert (row.owner_fen, row.fee_fen, row.bonus_fen, row.base_fen) == (1900, 200, 100, 0)
    assert (row.from_confirmed_fen, row.from_withdrawable_fen, row.to_debt_fen) == parts
    assert books() == {
        "channel_clearing": 10_000 - taken_out,
        "supplier_payable": 10_000,
    } | ({"owner_debt": parts[2]} if parts[2] else {})
    assert OwnerStanding.objects.get(owner=owner).debt_fen == parts[2]
    assert damage() == set()
    assert owner_credit_of_line(owner.public_id, subject.line.ref) == 0
    # Refunds after that are the supplier's alone, to the last fen: it has the commission back.
    refund_from_supplier(subject, 5000)
    assert books()["supplier_payable"] == 5000
    refund_from_supplier(subject, 5000, "2")
    assert "supplier_payable" not in books()
    assert Reversal.objects.count() == 1
    assert damage() == set()


def test_a_commission_that_took_all_the_supplier_had_is_given_back(stage: tuple[Good, Shop]) -> None:
    """1 fen at 50 %: half a fen is rounded up, so the supplier got nothing of it and no transfer names it."""
    _good, shop = stage
    penny = story.good(story.supplier(AT, 2), AT, price_fen=1, rate_bp=5000, title="一分钱小样")
    storefronts.pick(shop=shop, goods=[penny], at=AT)
    order = story.finalised_order(penny, AT, through=shop)
    assert books() == {"channel_clearing": 1, "owner_confirmed": 1}
    commissions.void_commission(
        line_ref=story.line_of(order).ref, decision="1", reason="刷单", actor=STAFF, at=SETTLED
    )
    assert books() == {"channel_clearing": 1, "supplier_payable": 1}
    assert damage() == set()


def refund_from_supplier(subject: Subject, fen: int, ref: str = "1") -> None:
    orders.refund_line(
        line=subject.line,
        amount_fen=fen,
        cause="dispute",
        cause_ref=ref,
        owner_side=False,
        at=SETTLED + timedelta(hours=2),
    )


def test_a_feigned_purchase_that_was_settled(stage: tuple[Good, Shop]) -> None:
    """Tiers count all of it less; the line keeps the base of its statement, since nothing was refunded."""
    subject = in_state("withdrawable", *stage)
    commissions.void_commission(
        line_ref=subject.line.ref,
        decision="1",
        reason="刷单",
        actor=STAFF,
        at=SETTLED + timedelta(hours=1),
        fake=True,
    )
    assert Reversal.objects.get().base_fen == CommissionLine.objects.get().base_fen == 10_000
    assert damage() == set()


def test_a_line_has_at_most_one_beneficiary(stage: tuple[Good, Shop]) -> None:
    subject = in_state("estimated", *stage)
    row = CommissionLine.objects.get(line_ref=subject.line.ref)
    other = story.shop(story.owner(AT, 2), AT, name="别家的店")
    before = picture()
    with pytest.raises(IntegrityError), transaction.atomic():
        commissions.estimate(
            [
                NewLine(
                    order_number=row.order_number,
                    line_ref=row.line_ref,
                    owner=other.owner,
                    shop=other,
                    title=row.title,
                    kind=AttributionKind.SHARED,
                    base_fen=10_000,
                    rate_bp=2000,
                    fee_bp=1000,
                    bonus_bp=0,
                    buyer="b",
                )
            ],
            at=AT,
        )
    assert picture() == before


def test_new_rules_and_a_new_level_leave_placed_orders_alone(stage: tuple[Good, Shop]) -> None:
    """Fee and bonus of the day on which it was placed, at payment, at a refund, and at the end."""
    good, shop = stage
    trade = story.place(good, AT, through=shop)
    change = AT + timedelta(minutes=1)
    for name, value in (("PLATFORM_FEE_BP", 2000), ("BONUS_BP", [0, 200, 1500, 2000])):
        rulebook.by_order_of_law(home_of(name), change, **{name: value})
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=4)
    later = AT + timedelta(minutes=2)
    story.pay(trade, later)
    line = CommissionLine.objects.get()
    assert (line.fee_bp, line.bonus_bp, line.gross_fen, line.fee_fen, line.bonus_fen) == (1000, 500, *WHOLE)
    commissions.shrink(line.line_ref, base_fen=5000, owner_side=False, at=later)
    line.refresh_from_db()
    assert (line.gross_fen, line.fee_fen, line.bonus_fen) == HALF
    new = story.paid_order(good, later, through=shop)
    line = CommissionLine.objects.get(order_number=new.number)
    assert (line.fee_bp, line.bonus_bp, line.fee_fen, line.bonus_fen) == (2000, 2000, 400, 400)
