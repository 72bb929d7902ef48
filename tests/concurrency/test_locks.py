"""Every lock of the services, twice: without it the race is there, with it the race is gone (trust §4, §6).

Two transactions are made to meet at the dangerous place; where a lock is held, the second waits for PostgreSQL
instead of arriving, and the first goes on.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from commissions import services as commissions
from commissions.models import SettlementFailure, Statement, TierMonth, TierOverride
from commissions.services import settlement, tiers
from disputes import errors as dispute_errors
from disputes import services as disputes
from disputes.models import Dispute, Ruling
from disputes.services import PenaltyDraft, penalties, rooms, rulings
from disputes.states import Offence
from ledger.models import Account, Journal
from orders import errors as order_errors
from orders import services as orders
from orders.models import Order, Parcel, Trade
from orders.services import Shipment, fulfilment, paying, placing
from orders.states import Carrier
from storefronts import errors as storefront_errors
from storefronts import services as storefronts
from storefronts.models import InvitationCode, Owner, OwnerStanding, Shop
from storefronts.services import opening
from suppliers import stock
from suppliers.errors import SoldOut, TooManyUnpaid
from suppliers.models import Sku, StockMovement, StockReservation
from suppliers.stock import Buyer, Want
from taoxiaopu.flows.services import notices, receive_notice
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused
from taoxiaopu.kernel.locking import lock_found
from tests.disputes.test_rulings import ANNA, BELA, a_dispute, draft
from tests.factories import numbers, story
from tests.factories.threads import Meeting, at_once
from tests.factories.world import books

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)
JUNE = date(2026, 6, 1)
locked = pytest.mark.parametrize("is_locked", [False, True], ids=["without", "with"])


def unlocked(rows: Any, **_how: Any) -> list[Any]:
    """``lock_rows`` without the lock."""
    return list(rows.order_by("pk"))


def nothing(*_args: object, **_named: object) -> None:
    """What is left of a lock that gives nothing back."""


def in_one(work: Callable[[], Any]) -> Callable[[], Any]:
    """The work in a transaction of its own."""

    def run() -> Any:
        with transaction.atomic():
            return work()

    return run


def errors_in(answers: list[Any]) -> list[type[Exception]]:
    return [type(answer) for answer in answers if isinstance(answer, Exception)]


@locked
def test_stock_the_last_unit(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the conditional update both buyers get the only unit."""
    good = story.good(story.supplier(AT), AT, stock=1)
    meeting = Meeting()

    def careless(*, wants: list[Want], expires_at: Any, **_who: Any) -> None:
        for want in wants:
            sku = Sku.objects.get(pk=want.sku_id)
            if sku.available < want.quantity:
                raise SoldOut(title=want.title, left=sku.available)
            meeting.meet()
            Sku.objects.filter(pk=sku.pk).update(
                available=sku.available - want.quantity, reserved=sku.reserved + want.quantity
            )
            StockReservation.objects.create(
                order_number=want.order_number, sku_id=sku.pk, quantity=want.quantity, expires_at=expires_at
            )

    monkeypatch.setattr(placing.stock, "reserve", meeting.before(stock.reserve) if is_locked else careless)
    answers = meeting.run([lambda: story.place(good, AT)] * 2)
    promised = sum(StockReservation.objects.values_list("quantity", flat=True))
    sku = Sku.objects.get()
    if is_locked:
        assert errors_in(answers) == [SoldOut]
        assert (Trade.objects.count(), promised, sku.available, sku.reserved) == (1, 1, 0, 1)
    else:
        assert errors_in(answers) == []
        assert (Trade.objects.count(), promised, sku.reserved) == (2, 2, 1)  # one unit sold twice


@locked
def test_what_one_buyer_holds_unpaid(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the SKU's lock before the count each of two orders finds room for itself, and both fit."""
    good = story.good(story.supplier(AT), AT, stock=200)
    meeting = Meeting()

    def careless(*, wants: list[Want], buyer: Buyer, expires_at: Any, **_who: Any) -> None:
        for want in wants:
            own = StockReservation.objects.filter(sku_id=want.sku_id, buyer=buyer.key, status="held")
            if sum(own.values_list("quantity", flat=True)) + want.quantity > buyer.unpaid_most:
                raise TooManyUnpaid(title=want.title, most=buyer.unpaid_most)
            meeting.meet()
            rows.shift(Sku, want.sku_id, available=-want.quantity, reserved=want.quantity)
            StockReservation.objects.create(
                order_number=want.order_number, sku_id=want.sku_id, buyer=buyer.key, quantity=want.quantity, expires_at=expires_at
            )  # fmt: skip

    monkeypatch.setattr(placing.stock, "reserve", meeting.before(stock.reserve) if is_locked else careless)
    answers = meeting.run([lambda: story.place(good, AT, quantity=60)] * 2)
    held = sum(StockReservation.objects.values_list("quantity", flat=True))
    assert (errors_in(answers), held) == (([TooManyUnpaid], 60) if is_locked else ([], 120))
    assert Trade.objects.count() == held // 60


def test_one_buyers_requests_all_at_once() -> None:
    """No more than the cap, whatever comes first, and what was refused left nothing."""
    good = story.good(story.supplier(AT), AT, stock=1_000)
    answers = at_once([lambda: story.place(good, AT, quantity=30)] * 8)
    assert errors_in(answers) == [TooManyUnpaid] * 5
    sku = Sku.objects.get()
    assert (sku.available, sku.reserved) == (910, 90)
    assert StockMovement.objects.filter(kind="reserve").count() == 3


def test_thirty_buyers_and_ten_units() -> None:
    good = story.good(story.supplier(AT), AT, stock=10)
    answers = at_once([lambda n=n: story.place(good, AT, visitor=f"v{n}") for n in range(30)])
    assert errors_in(answers) == [SoldOut] * 20
    assert all("可买 0 件" in answer.sentence for answer in answers if isinstance(answer, SoldOut))
    sku = Sku.objects.get()
    assert (sku.received, sku.available, sku.reserved, sku.sold) == (10, 0, 10, 0)
    assert (Order.objects.count(), StockReservation.objects.count()) == (10, 10)


def test_carts_in_opposite_order_do_not_wait_for_each_other() -> None:
    """F15: SKUs are taken in key order, so that no two trades stand in a ring."""
    supplier = story.supplier(AT)
    skus = [Sku.objects.get(good=story.good(supplier, AT, title=f"面霜 {n} 号", stock=40)) for n in range(4)]

    def buy(chosen: list[Sku]) -> Trade:
        return orders.place_trade(
            items=[orders.Item(sku.pk, 1, None, sku.price_fen) for sku in chosen],
            delivery=orders.Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号"),
            visitor="v1",
            at=AT,
        )

    answers = at_once([lambda: buy(skus), lambda: buy(skus[::-1])] * 8)
    assert errors_in(answers) == []
    assert set(Sku.objects.values_list("available", "reserved")) == {(24, 16)}


@locked
def test_settlement_of_one_month(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the locks of owners and lines both runs find no statement; then only the unique key stands between."""
    good = story.good(story.supplier(AT), AT)
    shop = story.picked_shop(AT, good)
    story.finalised_order(good, AT, through=shop)
    meeting = Meeting()
    if not is_locked:
        for name, lock in (("LOCK_OWNERS", "FOR NO KEY UPDATE"), ("LINES", "FOR NO KEY UPDATE OF l")):
            monkeypatch.setattr(settlement, name, getattr(settlement, name).replace(lock, ""))
    # after both looked for a statement, before either writes one
    monkeypatch.setattr(settlement.posting, "lock_parties", meeting.before(settlement.posting.lock_parties))
    run = lambda: commissions.settle_month(JUNE, at=story.noon(2026, 7, 20))  # noqa: E731
    assert sum(meeting.run([run] * 2)) == 1
    assert SettlementFailure.objects.count() == (0 if is_locked else 1)
    assert (Statement.objects.count(), books()["owner_withdrawable"]) == (1, 1800)


def test_settlement_and_a_claw_back_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both lock the lines before the owner's accounts; the other way round they would stand in a ring."""
    good = story.good(story.supplier(AT), AT)
    shop = story.picked_shop(AT, good)
    order = story.finalised_order(good, AT, through=shop)
    story.finalised_order(good, AT, through=shop)
    meeting = Meeting()
    party, parties = settlement.posting.lock_party, settlement.posting.lock_parties
    monkeypatch.setattr(settlement.posting, "lock_party", meeting.before(party))
    monkeypatch.setattr(settlement.posting, "lock_parties", meeting.before(parties))
    at = story.noon(2026, 7, 20)
    answers = meeting.run(
        [
            lambda: commissions.settle_month(JUNE, at=at),
            lambda: orders.refund_line(
                line=story.line_of(order),
                amount_fen=5000,
                cause="case",
                cause_ref="c",
                owner_side=False,
                at=at,
            ),
        ]
    )
    assert errors_in(answers) == []
    assert answers[0] == 1
    assert books()["owner_withdrawable"] == 2700


@locked
def test_the_accounts_of_those_who_are_settled(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are locked without being read: meanwhile nobody else gets hold of one."""
    good = story.good(story.supplier(AT), AT)
    shop = story.picked_shop(AT, good)
    story.finalised_order(good, AT, through=shop)
    party = shop.owner.public_id
    if not is_locked:
        monkeypatch.setattr(settlement.posting, "lock_parties", lambda _parties: None)
    posted = settlement.posting.post_many

    def elsewhere() -> list[str]:
        with transaction.atomic():
            return sorted(row.kind for row in lock_found(Account, wait=False, party=party))

    def post_many(*items: Any, at: datetime) -> Any:
        found.extend(at_once([elsewhere])[0])
        return posted(*items, at=at)

    found: list[str] = []
    monkeypatch.setattr(settlement.posting, "post_many", post_many)
    assert commissions.settle_month(JUNE, at=story.noon(2026, 7, 20)) == 1
    assert found == ([] if is_locked else ["owner_confirmed", "owner_debt", "owner_withdrawable"])


@locked
def test_tiers_of_one_month(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the chunk's lock both runs judge its owners, and one breaks on the unique key."""
    story.owner(story.noon(2026, 5, 3))
    run = lambda: commissions.recalculate_tiers(JUNE, at=story.noon(2026, 7, 1))  # noqa: E731
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(
            tiers, "_free_chunk", lambda run: run.chunks.filter(done_at=None).order_by("pk").first()
        )
    monkeypatch.setattr(tiers, "judge", meeting.before(tiers.judge))
    answers = meeting.run([run] * 2)
    assert errors_in(answers) == ([] if is_locked else [IntegrityError])
    assert TierMonth.objects.count() == 1


@locked
def test_a_tier_given_while_it_is_judged(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The level is given when the run has asked for given levels and has not judged yet. Without waiting for the judge
    the run writes its own level over it, and the given one holds in name only.
    """
    owner = story.owner(story.noon(2026, 5, 3))
    there, through = Meeting(), Meeting()
    wait = tiers._wait_for_the_judge if is_locked else lambda owner: None
    monkeypatch.setattr(tiers, "_wait_for_the_judge", there.before(wait))
    monkeypatch.setattr(tiers, "judge", there.before(through.before(tiers.judge)))

    def give() -> None:
        actor = Actor(ActorKind.STAFF, "anna")
        commissions.override_tier(owner=owner, level=4, reason="系统故障", actor=actor, at=AT)

    run = lambda: commissions.recalculate_tiers(JUNE, at=story.noon(2026, 7, 1))  # noqa: E731
    assert errors_in(through.run([run, give])) == []
    assert TierOverride.objects.get().ended_at is None
    assert OwnerStanding.objects.get(owner=owner).tier == (4 if is_locked else 1)


@locked
def test_one_tracking_number_for_two_parcels(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    good = story.good(story.supplier(AT), AT)
    paid = [story.paid_order(good, AT) for _n in range(2)]
    meeting = Meeting()
    monkeypatch.setattr(
        fulfilment, "lock_name", meeting.after(fulfilment.lock_name if is_locked else lambda name: None)
    )
    if not is_locked:
        second = Meeting()
        insert = fulfilment.rows.insert
        meet = second.before(insert)
        monkeypatch.setattr(
            fulfilment.rows,
            "insert",
            lambda row, **how: (meet if isinstance(row, Parcel) else insert)(row, **how),
        )
    answers = meeting.run(
        [
            lambda o=o: orders.ship(
                order=o,
                shipment=Shipment(Carrier.SF, "SF0000000001"),
                actor=story.supplier_actor(o.supplier),
                at=AT,
            )
            for o in paid
        ]
    )
    assert errors_in(answers) == ([order_errors.TrackingReused] if is_locked else [])
    assert Parcel.objects.filter(tracking_number="SF0000000001").count() == (1 if is_locked else 2)
    assert Order.objects.filter(status="shipped").count() == (1 if is_locked else 2)


@locked
def test_the_last_use_of_an_invitation(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the condition in the update only the table's check is left, and the sentence is a wrong one."""
    code = storefronts.issue_invitation(
        max_uses=1, expires_at=AT + timedelta(days=1), actor=story.SYSTEM_STAFF, at=AT
    )
    people = [story.user(200 + n) for n in (1, 2)]
    meeting = Meeting()
    monkeypatch.setattr(opening, "verify_real_name", meeting.after(opening.verify_real_name))
    if not is_locked:
        monkeypatch.setattr(opening, "F", lambda name: 10**6 if name == "max_uses" else F(name))
    answers = meeting.run(
        [
            lambda n=n, user=user: storefronts.join(
                user=user, invitation=code.code, name="王小满", id_number=numbers.identity(n), at=AT
            )
            for n, user in enumerate(people)
        ]
    )
    wrong = storefront_errors.AlreadyOwner
    assert errors_in(answers) == [storefront_errors.InvitationInvalid if is_locked else wrong]
    assert (Owner.objects.count(), InvitationCode.objects.get().uses) == (1, 1)


@locked
def test_one_name_for_two_shops(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    owners = [story.owner(AT, n) for n in (1, 2)]
    meeting = Meeting()
    if is_locked:
        monkeypatch.setattr(opening, "lock_name", meeting.after(opening.lock_name))
    else:
        monkeypatch.setattr(opening, "lock_name", lambda name: None)
        monkeypatch.setattr(opening, "_create_numbered", meeting.before(opening._create_numbered))
    answers = meeting.run([lambda o=o: story.shop(o, AT, "山茶小铺子") for o in owners])
    (failure,) = errors_in(answers)
    assert failure is storefront_errors.ShopNameTaken or not is_locked
    assert Shop.objects.count() == 1


@locked
def test_two_arbitrators_decide(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the dispute's lock the second breaks on a unique key instead of hearing who was first."""
    dispute = a_dispute("review")
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(rooms, "lock_found", rows.find)
    monkeypatch.setattr(rulings, "_amount", meeting.before(rulings._amount))  # after both saw it undecided
    answers = meeting.run(
        [lambda a=a: disputes.decide(dispute=dispute, draft=draft(), actor=a, at=AT) for a in (ANNA, BELA)]
    )
    assert errors_in(answers) == [dispute_errors.AlreadyDecided if is_locked else IntegrityError]
    assert Ruling.objects.count() == 1


@locked
def test_two_arbitrators_take_one_dispute_on(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both are told that it is theirs."""
    dispute = a_dispute("review")
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(rooms, "lock_found", rows.find)
    monkeypatch.setattr(rooms, "lock_dispute", meeting.after(rooms.lock_dispute))
    answers = meeting.run(
        [
            lambda a=a: disputes.claim_dispute(number=dispute.number, actor=a, at=AT).claimed_by
            for a in (ANNA, BELA)
        ]
    )
    if is_locked:
        assert errors_in(answers) == [dispute_errors.ClaimedByOther]
        assert Dispute.objects.get().claimed_by in answers
    else:
        assert sorted(answers) == ["anna", "bela"]


@locked
def test_payment_and_cancelling_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the trade's lock both think that the order is still pending; then only the graph's trigger refuses."""
    good = story.good(story.supplier(AT), AT)
    trade = story.place(good, AT)
    charge = orders.open_payment(trade=trade, at=AT)
    body, headers = story.notice(charge, AT)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(paying, "lock_found", rows.find)
    together = meeting.after(paying.lock_trade)
    monkeypatch.setattr(paying, "lock_trade", together)
    monkeypatch.setattr(notices.orders, "lock_trade", together)
    works: list[Callable[[], Any]] = [
        lambda: receive_notice(provider="sandbox", body=body, headers=headers, at=AT),
        lambda: orders.cancel_trade(
            trade_number=trade.number, actor=Actor(ActorKind.BUYER, trade.number), at=AT
        ),
    ]
    answers = meeting.run(works)
    monkeypatch.undo()
    status = Order.objects.get().status
    if not is_locked:
        assert len(errors_in(answers)) == 1
        assert not isinstance(next(a for a in answers if isinstance(a, Exception)), MoveRefused)
        return
    if status == "paid":
        assert (answers[0], errors_in(answers)) == ("applied", [MoveRefused])
    else:
        assert (status, answers) == ("closed_unpaid", ["stray", None])
    story.arrive_refunds(AT)
    sku = Sku.objects.get()
    if status == "paid":
        assert (books(), sku.available, sku.sold) == ({"channel_clearing": 10_000, "escrow": 10_000}, 49, 1)
    else:
        assert (books(), sku.available, sku.sold) == ({}, 50, 0)
    assert Journal.objects.filter(kind="payment").count() == (1 if status == "paid" else 0)


@locked
def test_points_of_two_penalties_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the owner's lock each counts its own penalty alone, and the limit of 12 points is passed unseen."""
    shop = story.shop(story.owner(AT), AT)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(penalties, "_lock", lambda party: party)
    monkeypatch.setattr(penalties, "count_points", meeting.before(penalties.count_points))

    def give(n: int) -> Any:
        draft = PenaltyDraft(Offence.FALSE_PROMISE, 4, "查实")
        return disputes.give_penalty(party=shop.owner, draft=draft, key=f"{n}", actor=ANNA, at=AT)

    assert errors_in(meeting.run([lambda: give(1), lambda: give(2)])) == []
    points = OwnerStanding.objects.get(owner=shop.owner).points
    assert points == (8 if is_locked else 4)
