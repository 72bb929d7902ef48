"""Customised goods: one contract version that both accept, in time; payment, production, what ends it (docs/rules.md §5.8)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from commissions.models import CommissionLine
from disputes import services as disputes
from disputes.errors import CaseNotPossible
from disputes.models import Case, Dispute
from disputes.services import CaseDraft
from disputes.states import CaseReason, CaseStatus
from orders import errors
from orders import services as orders
from orders.models import Contract, ContractAcceptance, ContractVersion, Order, Trade
from orders.selectors import versions_of
from orders.services import Delivery, Item, Wish
from suppliers import services as suppliers
from suppliers.errors import BadWish
from suppliers.models import Good, Sku, StockReservation
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import custom, story
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
BY = AT + timedelta(hours=72)
WORDS = "不想要了，想取消。"


@pytest.fixture
def good() -> Good:
    return custom.good(story.supplier(AT), AT)


def problems() -> list[str]:
    return [problem.sentence for problem in verify().problems]


def status(order: Order) -> str:
    order.refresh_from_db()
    return str(order.status)


def refused(error: type[Exception], act: object) -> None:
    before = picture()
    with pytest.raises(error):
        act()  # type: ignore[operator]
    assert picture() == before


def test_placing_writes_the_buyers_version_and_keeps_the_stock(good: Good) -> None:
    order = custom.place(good, AT)
    contract = custom.contract(order)
    (version,) = ContractVersion.objects.all()
    sku = Sku.objects.get(good=good)
    assert (order.status, order.paid_at, contract.agree_by, order.trade.pay_by) == (
        "await_agreement",
        None,
        BY,
        BY,
    )
    assert (sku.available, sku.reserved) == (19, 1)
    assert StockReservation.objects.get().expires_at == BY
    assert version.wishes == [
        {"label": "刻字", "value": "小满"},
        {"label": "颜色", "value": "胡桃色"},
        {"label": "腕围", "value": "15.5 厘米"},
    ]
    assert (version.making, version.lead_d, version.cancel_fee_bp) == ("刻字胡桃木梳 · 默认 × 1", 10, 1000)
    assert (contract.latest, contract.buyer_version, contract.supplier_version) == (1, 1, None)
    assert len(ContractVersion.objects.get().seal) == 64
    line = story.line_of(order)
    assert (line.snapshot["return_policy"], line.unit_price_fen) == ("exempt", 20_000)
    assert problems() == []


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (None, errors.WishMissing),
        (Wish(custom.ANSWERS, 10, knows_no_return=False), errors.WishMissing),
        (Wish(("", "胡桃色", ""), 10, True), BadWish),
        (Wish(("小满", "粉色", ""), 10, True), BadWish),
        (Wish(("字" * 41, "胡桃色", ""), 10, True), BadWish),
        (Wish(("小满", "胡桃色"), 10, True), BadWish),
        (Wish(custom.ANSWERS, 4, True), errors.BadTerms),
        (Wish(custom.ANSWERS, 21, True), errors.BadTerms),
    ],
)
def test_a_wish_that_does_not_fit_places_nothing(
    good: Good, wish: Wish | None, error: type[Exception]
) -> None:
    refused(error, lambda: custom.place(good, AT, wish=wish))


@pytest.mark.parametrize(
    "wish", [Wish(("字" * 40, "原木色", ""), 5, True), Wish(("小", "原木色", "寸" * 20), 20, True)]
)
def test_a_wish_at_its_limits(good: Good, wish: Wish) -> None:
    assert custom.place(good, AT, wish=wish).status == "await_agreement"


def test_a_customised_good_is_bought_alone(good: Good) -> None:
    other = story.good(good.supplier, AT)
    skus = [Sku.objects.get(good=one) for one in (good, other)]
    items = [
        Item(sku.pk, 1, None, sku.price_fen, custom.WISH if sku.good_id == good.pk else None) for sku in skus
    ]
    delivery = Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号")
    refused(
        errors.BoughtAlone, lambda: orders.place_trade(items=items, delivery=delivery, visitor="v", at=AT)
    )


def test_both_accept_one_version_and_the_order_waits_for_its_payment(good: Good) -> None:
    order = custom.place(good, AT)
    later = AT + 5 * HOUR
    assert orders.accept_version(order=order, seen=1, actor=custom.seller(order), at=later)
    contract, trade = custom.contract(order), Trade.objects.get()
    assert status(order) == "pending_payment"
    assert (contract.agreed_version, contract.agreed_at) == (1, later)
    assert trade.pay_by == later + timedelta(minutes=30) == StockReservation.objects.get().expires_at
    assert [a.side for a in ContractAcceptance.objects.order_by("pk")] == ["buyer", "supplier"]
    assert [h.event for h in history("order", order.number)] == ["place", "propose", "accept", "agree"]
    orders.sweep(at=trade.pay_by)
    assert status(order) == "pending_payment"
    assert problems() == []
    orders.sweep(at=trade.pay_by + SECOND)
    assert status(order) == "closed_unpaid"
    assert Sku.objects.get(good=good).available == 20
    assert problems() == []


def test_a_new_version_takes_the_others_word_back(good: Good) -> None:
    order = custom.place(good, AT)
    version = orders.propose_version(
        order=order, terms=custom.terms(), seen=1, actor=custom.seller(order), at=AT
    )
    assert (version.number, version.side, status(order)) == (2, "supplier", "await_agreement")
    refused(
        errors.VersionOutdated,
        lambda: orders.accept_version(
            order=order, seen=1, knows_no_return=True, actor=custom.buyer(order), at=AT
        ),
    )
    refused(
        errors.VersionOutdated,
        lambda: orders.propose_version(
            order=order, terms=custom.terms(), seen=1, actor=custom.buyer(order), at=AT
        ),
    )
    refused(
        errors.WishMissing,
        lambda: orders.accept_version(order=order, seen=2, actor=custom.buyer(order), at=AT),
    )
    assert orders.accept_version(order=order, seen=2, knows_no_return=True, actor=custom.buyer(order), at=AT)
    assert status(order) == "pending_payment"
    assert custom.contract(order).agreed_version == 2
    newest = versions_of(custom.contract(order))[0]
    assert [(c.label, c.value, c.before) for c in newest.clauses if c.is_new] == [
        ("制作内容", "胡桃木梳一把，刻“小满”", "刻字胡桃木梳 · 默认 × 1"),
        ("付款后多久发货", "12 天", "10 天"),
        ("制作开始后取消，商家留下", "20%", "10%"),
        ("修改约定与双方责任", "刻字开始后不再改字。", ""),
        ("腕围", "", "15.5 厘米"),
    ]


def test_accepting_twice_changes_nothing(good: Good) -> None:
    order = custom.place(good, AT)
    assert not orders.accept_version(
        order=order, seen=1, knows_no_return=True, actor=custom.buyer(order), at=AT
    )
    assert (ContractAcceptance.objects.count(), status(order)) == (1, "await_agreement")


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({"lead_d": 1}, True),
        ({"lead_d": 0}, False),
        ({"lead_d": 90}, True),
        ({"lead_d": 91}, False),
        ({"cancel_fee_bp": 0}, True),
        ({"cancel_fee_bp": 3000}, True),
        ({"cancel_fee_bp": 3001}, False),
        ({"making": "梳"}, False),
        ({"making": "木梳"}, True),
        ({"making": "木" * 301}, False),
        ({"terms": "字" * 500}, True),
        ({"terms": "字" * 501}, False),
        ({"wishes": (("材质", "金"),)}, False),
        ({"wishes": (("颜色", "胡桃色"), ("刻字", "小满"))}, False),
        ({"wishes": (("刻字", "小" * 300),)}, True),
        ({"wishes": (("刻字", "小" * 301),)}, False),
    ],
)
def test_the_bounds_of_a_version(good: Good, changes: dict[str, object], fits: bool) -> None:
    order = custom.place(good, AT)

    def propose() -> object:
        return orders.propose_version(
            order=order, terms=custom.terms(**changes), seen=1, actor=custom.seller(order), at=AT
        )

    if fits:
        propose()
        assert custom.contract(order).latest == 2
    else:
        refused(errors.BadTerms, propose)


@pytest.mark.parametrize("side", [custom.buyer, custom.seller])
def test_either_side_declines(good: Good, side: object) -> None:
    order = custom.place(good, AT)
    orders.decline_contract(order=order, actor=side(order), at=BY, reason="做不了")  # type: ignore[operator]
    assert (status(order), order.closed_at) == ("closed_unpaid", BY)
    sku = Sku.objects.get(good=good)
    assert (sku.available, sku.reserved) == (20, 0)
    assert problems() == []
    with pytest.raises(MoveRefused):
        orders.accept_version(order=order, seen=1, actor=custom.seller(order), at=BY)


def test_the_time_to_agree(good: Good) -> None:
    order = custom.place(good, AT)
    orders.sweep(at=BY - SECOND)
    orders.sweep(at=BY)
    assert status(order) == "await_agreement"
    for act in (
        lambda: orders.accept_version(order=order, seen=1, actor=custom.seller(order), at=BY + SECOND),
        lambda: orders.decline_contract(order=order, actor=custom.seller(order), at=BY + SECOND),
        lambda: orders.propose_version(
            order=order, terms=custom.terms(), seen=1, actor=custom.seller(order), at=BY + SECOND
        ),
    ):
        refused(errors.AgreementOver, act)
    assert orders.sweep(at=BY + SECOND) == 1
    assert (status(order), order.closed_at) == ("closed_unpaid", BY + SECOND)
    assert Sku.objects.get(good=good).available == 20
    assert orders.sweep(at=BY + SECOND) == 0
    assert problems() == []


def test_agreeing_in_the_last_second(good: Good) -> None:
    order = custom.place(good, AT)
    assert orders.accept_version(order=order, seen=1, actor=custom.seller(order), at=BY)
    orders.sweep(at=BY + SECOND)
    assert status(order) == "pending_payment"


def test_it_is_shipped_by_the_agreed_day(good: Good) -> None:
    order = custom.paid(good, AT)
    assert (order.status, order.ship_by) == ("paid", AT + 10 * DAY)
    orders.sweep(at=AT + 10 * DAY)
    assert (status(order), order.is_late) == ("paid", False)
    orders.sweep(at=AT + 10 * DAY + SECOND)
    assert (status(order), order.is_late) == ("paid", True)
    assert problems() == []


def test_nobody_pays_or_cancels_before_both_agreed(good: Good) -> None:
    order = custom.place(good, AT)
    refused(MoveRefused, lambda: orders.open_payment(trade=order.trade, at=AT))
    refused(
        MoveRefused,
        lambda: orders.cancel_trade(trade_number=order.trade.number, actor=custom.buyer(order), at=AT),
    )


def test_postgresql_lets_no_order_wait_for_payment_before_both_agreed(good: Good) -> None:
    order = custom.place(good, AT)
    with pytest.raises(DatabaseError, match="both sides accepted"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(status="pending_payment")
    with pytest.raises(DatabaseError), transaction.atomic():
        Contract.objects.filter(order=order).update(agreed_version=1, agreed_at=AT)


@pytest.mark.parametrize("table", ["orders_contractversion", "orders_contractacceptance"])
@pytest.mark.parametrize("what", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_said_is_never_changed(good: Good, table: str, what: str) -> None:
    custom.place(good, AT)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(what.format(table))


def test_the_seal_holds_what_was_said(good: Good) -> None:
    order = custom.place(good, AT)
    orders.propose_version(order=order, terms=custom.terms(), seen=1, actor=custom.seller(order), at=AT)
    first, second = ContractVersion.objects.order_by("number")
    assert first.seal != second.seal
    assert problems() == []


def test_production_begins_once(good: Good) -> None:
    order = custom.paid(good, AT)
    orders.start_production(order=order, actor=custom.seller(order), at=AT + HOUR)
    assert custom.contract(order).production_at == AT + HOUR
    refused(
        MoveRefused,
        lambda: orders.start_production(order=order, actor=custom.seller(order), at=AT + 2 * HOUR),
    )
    plain = story.paid_order(story.good(good.supplier, AT), AT, phone="13911113333")
    refused(errors.NotCustom, lambda: orders.start_production(order=plain, actor=custom.seller(plain), at=AT))
    refused(MoveRefused, lambda: orders.start_production(order=order, actor=custom.buyer(order), at=AT))


def cancelling(order: Order, *, reason: CaseReason = CaseReason.CANCEL, at: object = AT) -> Case:
    line = story.line_of(order)
    draft = CaseDraft(reason, line.remaining_fen, False, WORDS)
    return disputes.open_case(line=line, draft=draft, actor=custom.buyer(order), at=at)  # type: ignore[arg-type]


def test_silence_before_production_refunds_and_in_production_disputes(good: Good) -> None:
    before = custom.paid(good, AT)
    case = cancelling(before)
    assert case.deadline == AT + 24 * HOUR
    making = custom.making(good, AT, phone="13911113333")
    asked = AT + 2 * HOUR
    other = cancelling(making, at=asked)
    assert other.deadline == asked + 48 * HOUR
    disputes.sweep(at=AT + 24 * HOUR + SECOND)
    case.refresh_from_db()
    assert case.status == CaseStatus.REFUNDING
    disputes.sweep(at=asked + 48 * HOUR)
    other.refresh_from_db()
    assert other.status == CaseStatus.WAIT_SUPPLIER
    disputes.sweep(at=asked + 48 * HOUR + SECOND)
    other.refresh_from_db()
    dispute = Dispute.objects.get()
    assert (other.status, dispute.kind, dispute.case) == (CaseStatus.IN_DISPUTE, "custom", other)
    assert (status(before), status(making)) == ("closed_refunded", "paid")


def test_in_production_silence_disputes_though_it_is_late(good: Good) -> None:
    order = custom.making(good, AT)
    late = AT + 11 * DAY
    assert cancelling(order, at=late).deadline == late + 48 * HOUR


def test_production_does_not_begin_while_a_case_is_open(good: Good) -> None:
    order = custom.paid(good, AT)
    cancelling(order)
    refused(errors.OpenCase, lambda: orders.start_production(order=order, actor=custom.seller(order), at=AT))


def test_no_seven_day_return(good: Good) -> None:
    order = custom.paid(good, AT)
    refused(CaseNotPossible, lambda: cancelling(order, reason=CaseReason.NO_REASON))
    plain = story.paid_order(story.good(good.supplier, AT), AT, phone="13911113333")
    refused(BadInput, lambda: cancelling(plain))
    story.ship(order, AT)
    refused(BadInput, lambda: cancelling(order))
    refused(CaseNotPossible, lambda: cancelling(order, reason=CaseReason.NO_REASON))
    assert cancelling(order, reason=CaseReason.QUALITY).status == CaseStatus.WAIT_SUPPLIER


def test_the_supplier_consents_in_production(good: Good) -> None:
    order = custom.making(good, AT)
    case = cancelling(order, at=AT + 2 * HOUR)
    disputes.agree_case(case=case, actor=custom.seller(order), at=AT + 3 * HOUR)
    assert (status(order), books()["refund_clearing"]) == ("closed_refunded", 20_000)
    assert problems() == []


def test_cancelling_in_production_leaves_the_agreed_fee(good: Good) -> None:
    shop = story.picked_shop(AT, good)
    order = custom.making(good, AT, through=shop)
    when = AT + 2 * HOUR
    assert orders.cancel_fee_of(order=order) == 2_000
    refused(
        errors.FeeChanged,
        lambda: orders.cancel_with_fee(order=order, seen_fen=1_999, actor=custom.buyer(order), at=when),
    )
    assert orders.cancel_with_fee(order=order, seen_fen=2_000, actor=custom.buyer(order), at=when) == 2_000
    line = story.line_of(order)
    assert (status(order), order.closed_at, line.refunded_fen) == ("closed_refunded", when, 18_000)
    assert books() == {"channel_clearing": 20_000, "refund_clearing": 18_000, "supplier_payable": 2_000}
    assert CommissionLine.objects.get().status == "void"
    assert custom.contract(order).fee_fen == 2_000
    story.arrive_refunds(when + HOUR)
    assert problems() == []
    refused(
        MoveRefused,
        lambda: orders.cancel_with_fee(order=order, seen_fen=2_000, actor=custom.buyer(order), at=when),
    )


def test_cancelling_with_a_fee_needs_production_and_no_case(good: Good) -> None:
    order = custom.paid(good, AT)
    cancel = lambda: orders.cancel_with_fee(order=order, seen_fen=2_000, actor=custom.buyer(order), at=AT)  # noqa: E731
    refused(MoveRefused, cancel)
    orders.start_production(order=order, actor=custom.seller(order), at=AT)
    cancelling(order)
    refused(errors.OpenCase, cancel)


def test_a_fee_of_nothing_and_freight(good: Good) -> None:
    seller = story.supplier_actor(good.supplier)
    suppliers.set_freight(supplier=good.supplier, freight_fen=800, free_from_fen=0, actor=seller)
    order = custom.place(Good.objects.get(), AT)
    orders.propose_version(
        order=order, terms=custom.terms(cancel_fee_bp=0), seen=1, actor=custom.seller(order), at=AT
    )
    orders.accept_version(order=order, seen=2, knows_no_return=True, actor=custom.buyer(order), at=AT)
    story.pay(Trade.objects.get(), AT)
    orders.start_production(order=order, actor=custom.seller(order), at=AT)
    assert orders.cancel_with_fee(order=order, seen_fen=0, actor=custom.buyer(order), at=AT) == 0
    assert books() == {"channel_clearing": 20_800, "refund_clearing": 20_800}
    assert problems() == []


def test_it_is_made_shipped_and_divided_like_any_other(good: Good) -> None:
    shop = story.picked_shop(AT, good)
    order = custom.making(good, AT, through=shop)
    story.ship(order, AT + 3 * DAY)
    story.confirm(order, AT + 5 * DAY)
    orders.sweep(at=AT + 20 * DAY + SECOND)
    assert status(order) == "finalised"
    assert problems() == []
