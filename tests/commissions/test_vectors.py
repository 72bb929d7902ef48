"""The vectors of docs/rules.md §6.1 from estimate to the books, kinds of orders, and the states of a line."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from commissions import services as commissions
from commissions.models import CommissionHold, CommissionLine, OrderFact, Reversal
from commissions.services import FinalLine, NewLine
from commissions.states import COMMISSIONS, AttributionKind, CommissionStatus
from orders import services as orders
from orders.models import OrderLine
from storefronts.models import OwnerStanding
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import story
from tests.factories.books import pay
from tests.factories.world import books

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
STAFF = Actor(ActorKind.STAFF, "anna", "anna")


def a_line(base_fen: int, rate_bp: int, bonus_bp: int = 0) -> NewLine:
    owner = story.owner(AT)
    return NewLine(
        order_number="1001",
        line_ref="1001-1",
        owner=owner,
        shop=story.shop(owner, AT),
        title="滋润面霜 50g",
        kind=AttributionKind.SHARED,
        base_fen=base_fen,
        rate_bp=rate_bp,
        fee_bp=1000,
        bonus_bp=bonus_bp,
        buyer="b",
    )


@pytest.mark.parametrize(
    ("base", "rate", "gross", "fee", "owner"),
    [
        (1980, 910, 180, 18, 162),
        (3333, 1500, 500, 50, 450),
        (2890, 1800, 520, 52, 468),
        (5, 1000, 1, 0, 1),
        (100_000, 9000, 90_000, 9000, 81_000),
        (333, 1000, 33, 3, 30),
        (334, 1000, 33, 3, 30),
    ],
)
def test_a_vector_is_estimated_and_divided(base: int, rate: int, gross: int, fee: int, owner: int) -> None:
    commissions.estimate([a_line(base, rate)], at=AT)
    line = CommissionLine.objects.get()
    assert (line.status, line.gross_fen, line.fee_fen, line.owner_fen) == ("estimated", gross, fee, owner)
    assert books() == {}  # a memo posts nothing
    pay("1001", base, AT)
    commissions.finalise(
        order_number="1001", supplier="sup", lines=[FinalLine("1001-1", base)], freight_fen=0, at=AT
    )
    expected = {
        "channel_clearing": base,
        "supplier_payable": base - gross,
        "owner_confirmed": owner,
        "platform_fee": fee,
    }
    assert books() == {kind: fen for kind, fen in expected.items() if fen}
    line.refresh_from_db()
    assert (line.status, line.in_confirmed_fen, line.confirmed_at) == ("confirmed", owner, AT)


@pytest.mark.parametrize(("bonus_bp", "bonus"), [(0, 0), (200, 40), (500, 100), (800, 160)])
def test_the_bonus_is_the_platforms_and_never_more_than_its_fee(bonus_bp: int, bonus: int) -> None:
    commissions.estimate([a_line(10_000, 2000, bonus_bp)], at=AT)
    pay("1001", 10_800, AT)
    commissions.finalise(
        order_number="1001", supplier="sup", lines=[FinalLine("1001-1", 10_000)], freight_fen=800, at=AT
    )
    assert books() == {
        "channel_clearing": 10_800,
        "supplier_payable": 8800,
        "owner_confirmed": 1800 + bonus,
        "platform_fee": 200,
    } | ({"platform_bonus": bonus} if bonus else {})


@pytest.mark.parametrize(("base", "status"), [(4, "void"), (5, "estimated")])
def test_below_one_fen_is_void(base: int, status: str) -> None:
    commissions.estimate([a_line(base, 1000)], at=AT)
    assert CommissionLine.objects.get().status == status
    pay("1001", base, AT)
    commissions.finalise(
        order_number="1001", supplier="sup", lines=[FinalLine("1001-1", base)], freight_fen=0, at=AT
    )
    assert books()["supplier_payable"] == 4
    assert books().get("owner_confirmed", 0) == base - 4


def test_each_line_is_rounded_by_itself() -> None:
    first = a_line(333, 1000)
    lines = [first, replace(first, line_ref="1001-2"), replace(first, line_ref="1001-3", base_fen=334)]
    commissions.estimate(lines, at=AT)
    assert sum(CommissionLine.objects.values_list("gross_fen", flat=True)) == 99  # not 100


def test_a_refund_in_two_parts_gives_back_exactly_what_was_earned() -> None:
    """10000 @1234 = 1234; 3333 back ⇒ 823, 411 less; the rest ⇒ 0."""
    commissions.estimate([a_line(10_000, 1234)], at=AT)
    seen = []
    for left in (6667, 0):
        commissions.shrink("1001-1", base_fen=left, owner_side=False, at=AT)
        line = CommissionLine.objects.get()
        seen.append((line.gross_fen, line.status))
    assert seen == [(823, "estimated"), (0, "void")]
    assert OrderFact.objects.get().base_fen == 0


@pytest.mark.parametrize("when", ["paid", "finalised", "settled"])
def test_fee_and_bonus_are_recomputed_by_the_same_way(when: str) -> None:
    """10000 @1234 with a bonus of 800 bp: 1234, 123 and 99; 3333 back leaves 823, 82 and 66; the rest leaves nothing."""
    good = story.good(story.supplier(AT), AT, rate_bp=1234)
    shop = story.picked_shop(AT, good)
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=4)
    order, at = story.paid_order(good, AT, through=shop), AT
    if when != "paid":
        story.ship(order, AT)
        story.confirm(order, AT)
        at = AT + timedelta(days=16)
        orders.sweep(at=at)
    if when == "settled":
        at = story.noon(2026, 7, 20)
        assert commissions.settle_month(date(2026, 6, 1), at=at) == 1
    seen = []
    for n, amount in enumerate((3_333, 6_667)):
        line = CommissionLine.objects.get()
        seen.append((line.gross_fen, line.fee_fen, line.bonus_fen))
        orders.refund_line(
            line=story.line_of(order),
            amount_fen=amount,
            cause="case",
            cause_ref=f"c{n}",
            owner_side=False,
            at=at,
        )
    line = CommissionLine.objects.get()
    assert [*seen, (line.gross_fen, line.fee_fen, line.bonus_fen)] == [
        (1234, 123, 99),
        (823, 82, 66),
        (0, 0, 0),
    ]
    taken = list(Reversal.objects.order_by("pk").values_list("owner_fen", "fee_fen", "bonus_fen"))
    # what the supplier gets back is 411 and 823: the owner's part less its bonus, and the fee
    assert taken == ([] if when == "paid" else [(403, 41, 33), (807, 82, 66)])
    assert [owner + fee - bonus for owner, fee, bonus in taken] == ([] if when == "paid" else [411, 823])
    assert books() == {"channel_clearing": 10_000, "refund_clearing": 10_000}


def test_an_owners_own_purchase_earns_without_bonus_and_does_not_count() -> None:
    good = story.good(story.supplier(AT), AT)
    shop = story.picked_shop(AT, good)
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=4)
    order = story.finalised_order(good, AT, through=shop, phone=shop.owner.user.phone)
    line = CommissionLine.objects.get()
    assert (line.kind, line.gross_fen, line.fee_fen, line.bonus_fen) == ("self", 2000, 200, 0)
    assert order.status == "finalised"
    assert OrderFact.objects.get().counted is False
    assert books() == {
        "channel_clearing": 10_000,
        "supplier_payable": 8000,
        "owner_confirmed": 1800,
        "platform_fee": 200,
    }


def test_own_goods_earn_nothing() -> None:
    supplier = story.supplier(AT)
    good = story.good(supplier, AT)
    member = supplier.members.get().user
    code = story.storefronts.issue_invitation(
        max_uses=1, expires_at=AT + timedelta(days=1), actor=story.SYSTEM_STAFF, at=AT
    )
    owner = story.storefronts.join(
        user=member, invitation=code.code, name="王小满", id_number=story.numbers.identity(1), at=AT
    )
    shop = story.shop(owner, AT)
    story.storefronts.pick(shop=shop, goods=[good], at=AT)
    OwnerStanding.objects.filter(owner=owner).update(tier=4)
    story.finalised_order(good, AT, through=shop)
    line = CommissionLine.objects.get()
    assert (line.kind, line.status, line.gross_fen, line.bonus_bp) == ("own_goods", "void", 0, 0)
    assert OrderFact.objects.get().counted is False
    assert books() == {"channel_clearing": 10_000, "supplier_payable": 10_000}


def test_the_bonus_is_of_the_level_at_which_the_order_was_placed() -> None:
    good = story.good(story.supplier(AT), AT)
    shop = story.picked_shop(AT, good)
    trade = story.place(good, AT, through=shop)
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=4)
    story.pay(trade, AT)
    assert CommissionLine.objects.get().bonus_fen == 0
    later = story.paid_order(good, AT, through=shop)
    assert CommissionLine.objects.get(order_number=later.number).bonus_fen == 160
    OwnerStanding.objects.filter(owner=shop.owner).update(suspended=True)
    last = story.paid_order(good, AT, through=shop)
    assert CommissionLine.objects.get(order_number=last.number).bonus_fen == 0


def test_rate_and_fee_are_those_of_the_placed_order() -> None:
    supplier = story.supplier(AT)
    good = story.good(supplier, AT)
    shop = story.picked_shop(AT, good)
    trade = story.place(good, AT, through=shop)
    story.suppliers.change_rate(good=good, rate_bp=5000, actor=story.supplier_actor(supplier), at=AT)
    story.pay(trade, AT)
    assert CommissionLine.objects.get().gross_fen == 2000
    assert OrderLine.objects.get().rate_bp == 2000


def test_every_move_of_a_line() -> None:
    """Each state, event and actor: what the table says, and MoveRefused for all the rest."""
    events = {m.event for m in COMMISSIONS.moves}
    for state, event, kind in product(CommissionStatus.values, sorted(events), ActorKind.values):
        targets = {
            m.target
            for m in COMMISSIONS.moves
            if state in m.sources and event == m.event and kind in m.actors
        }
        actor = Actor(ActorKind(kind), "tests")
        if targets:
            assert COMMISSIONS.require(state, event, actor).target in targets
            continue
        with pytest.raises(MoveRefused):
            COMMISSIONS.require(state, event, actor)


def test_a_line_waits_while_anything_holds_it() -> None:
    commissions.estimate([a_line(10_000, 2000)], at=AT)
    commissions.hold("1001-1", cause="case 1", at=AT)
    commissions.freeze_commission(line_ref="1001-1", reason="疑似刷单", actor=STAFF, at=AT)
    with pytest.raises(MoveRefused):
        commissions.freeze_commission(line_ref="1001-1", reason="再冻一次", actor=STAFF, at=AT)
    commissions.release("1001-1", cause="case 1", at=AT)
    assert CommissionLine.objects.get().status == "frozen"
    commissions.hold("1001-1", cause="case 2", at=AT)
    commissions.unfreeze_commission(line_ref="1001-1", reason="核实无误", actor=STAFF, at=AT)
    assert CommissionLine.objects.get().status == "frozen"
    with pytest.raises(MoveRefused):
        commissions.unfreeze_commission(line_ref="1001-1", reason="再解一次", actor=STAFF, at=AT)
    commissions.release("1001-1", cause="case 2", at=AT)
    assert CommissionLine.objects.get().status == "estimated"
    trail = audit.history("commission", "1001-1").values_list("event", "reason")
    assert list(trail) == [("freeze", "case 1"), ("unfreeze", "case 2")]


@pytest.mark.parametrize(
    ("status", "reason"), [("void", "疑似刷单"), ("withdrawable", "疑似刷单"), ("locked", " 疑 ")]
)
def test_staff_freeze_with_a_reason_what_is_not_paid_yet(status: str, reason: str) -> None:
    commissions.estimate([a_line(10_000, 2000)], at=AT)
    CommissionLine.objects.update(status=status)
    with pytest.raises((MoveRefused, BadInput)):
        commissions.freeze_commission(line_ref="1001-1", reason=reason, actor=STAFF, at=AT)
    assert (CommissionLine.objects.get().status, CommissionHold.objects.count()) == (status, 0)


def test_a_frozen_line_goes_back_to_where_it_was() -> None:
    commissions.estimate([a_line(10_000, 2000)], at=AT)
    commissions.hold("1001-1", cause="case", at=AT)
    commissions.hold("1001-1", cause="case", at=AT)
    assert CommissionLine.objects.get().status == "frozen"
    commissions.release("1001-1", cause="case", at=AT)
    commissions.release("1001-1", cause="case", at=AT)
    assert CommissionLine.objects.get().status == "estimated"
    commissions.complete("1001", at=AT)
    commissions.hold("1001-1", cause="case", at=AT)
    commissions.shrink("1001-1", base_fen=0, owner_side=False, at=AT)
    commissions.release("1001-1", cause="case", at=AT)
    assert CommissionLine.objects.get().status == "void"
