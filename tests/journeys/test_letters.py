"""Who is told of what: exact letters of orders, cases, disputes, goods, money and tiers, each written once."""

from datetime import date, timedelta

import pytest

from accounts.letters import KINDS
from accounts.models import InboxLetter, User
from commissions import services as commissions
from commissions.criteria import Figures
from disputes import services as disputes
from disputes.models import Case
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, Liable, RulingOutcome
from orders import services as orders
from orders.models import Order
from storefronts.models import Pick, Shop
from storefronts.services import tell_of_delisted
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import payouts, story
from tests.factories.tiers import sold

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
TITLE = "滋润面霜 50g"


@pytest.fixture
def member() -> User:
    return story.user(1)


@pytest.fixture
def good() -> Good:
    return story.good(story.supplier(AT), AT)


@pytest.fixture
def shop(good: Good) -> Shop:
    return story.picked_shop(AT, good)


def boss(supplier: Supplier) -> User:
    return supplier.members.get().user


def told(user: User) -> list[tuple[str, str]]:
    """Kind and sentence of a person's letters, oldest first."""
    return [(row.kind, row.body) for row in InboxLetter.objects.filter(user=user).order_by("id")]


def forget() -> None:
    InboxLetter.objects.all().delete()


def paid(good: Good, member: User | None, **more: object) -> Order:
    return story.paid_order(good, AT, user=member, **more)


def test_a_paid_order_tells_its_three_parties(good: Good, shop: Shop, member: User) -> None:
    order = paid(good, member, through=shop)
    assert told(member) == [("order_paid", f"“{TITLE}”实付 ¥100.00，等待商家发货")]
    assert told(boss(good.supplier))[-1] == (
        "order_new", f"“{TITLE}”¥100.00，请在 2026年6月5日 12:00 前发货",
    )  # fmt: skip
    assert told(shop.owner.user) == [("order_through_shop", f"“{TITLE}”成交 ¥100.00，佣金在订单里查看")]
    assert [row.href for row in InboxLetter.objects.filter(user=member)] == [f"/trades/{order.trade.number}/"]
    links = InboxLetter.objects.filter(kind__in=["order_new", "order_through_shop"]).order_by("kind")
    assert [row.href for row in links] == [
        f"/supplier/orders/{order.number}/",
        f"/owner/orders/{order.number}/",
    ]


def test_a_guest_is_told_nothing_but_the_supplier_is(good: Good) -> None:
    forget()
    story.ship(paid(good, None), AT)
    assert list(InboxLetter.objects.values_list("kind", flat=True)) == ["order_new"]


def test_each_parcel_is_told_once(good: Good, member: User) -> None:
    order = paid(good, member)
    story.ship(order, AT)
    parcel = order.parcels.get()
    assert told(member)[1:] == [
        ("order_shipped", f"“{TITLE}”由顺丰速运承运，运单号 {parcel.tracking_number}")
    ]


def test_an_unpaid_trade_that_ran_out_is_told_and_one_given_up_is_not(good: Good, member: User) -> None:
    story.place(good, AT, user=member)
    given_up = story.place(good, AT, user=member)
    actor = Actor(ActorKind.BUYER, given_up.number)
    orders.cancel_trade(trade_number=given_up.number, actor=actor, at=AT)
    orders.sweep(at=AT + timedelta(minutes=30))
    assert told(member) == []
    orders.sweep(at=AT + timedelta(minutes=30, seconds=1))
    assert told(member) == [("order_closed_unpaid", f"“{TITLE}”没有在限时内付款，订单已自动关闭")]


def test_receipt_about_to_confirm_itself(good: Good, member: User) -> None:
    order = paid(good, member)
    guests = paid(good, None)
    story.ship(order, AT)
    story.ship(guests, AT)
    forget()
    due = AT + timedelta(days=10)
    orders.sweep(at=due - timedelta(hours=24, seconds=1))
    assert told(member) == []
    for _again in range(2):
        orders.sweep(at=due - timedelta(hours=24))
    assert told(member) == [
        ("order_confirm_soon", f"“{TITLE}”将于 2026年6月13日 12:00 自动确认收货，有问题请在此之前申请售后")
    ]


def test_a_held_receipt_is_not_announced(good: Good, member: User) -> None:
    order = paid(good, member)
    story.ship(order, AT)
    orders.place_hold(order=order, cause="case", cause_ref="1", at=AT)
    forget()
    orders.sweep(at=AT + timedelta(days=9, hours=12))
    assert told(member) == []


def test_ship_by_near_then_late_then_refunded(good: Good, member: User) -> None:
    order, supplier = paid(good, member), boss(good.supplier)
    forget()
    due = AT + timedelta(hours=48)
    orders.sweep(at=due - timedelta(hours=6, seconds=1))
    assert told(supplier) == []
    for _again in range(2):
        orders.sweep(at=due - timedelta(hours=6))
    near = ("order_ship_soon", f"订单 {order.number} 须在 2026年6月5日 12:00 前发货")
    assert told(supplier) == [near]
    orders.sweep(at=due + timedelta(seconds=1))
    late = ("order_ship_late", f"订单 {order.number} 已超过承诺的发货时间，买家此时申请退款会立即通过")
    assert told(supplier) == [near, late]
    orders.sweep(at=due + timedelta(days=15, seconds=1))
    assert told(member) == [("order_refunded", f"“{TITLE}”退款 ¥100.00，原路退回")]
    assert told(supplier) == [near, late]


def a_case(order: Order, *, received: bool = True) -> Case:
    draft = CaseDraft(CaseReason.QUALITY, 5000, received, "裂了")
    buyer = Actor(ActorKind.BUYER, order.trade.number)
    return disputes.open_case(line=story.line_of(order), draft=draft, actor=buyer, at=AT)


def test_a_case_agreed_and_paid_back(good: Good, member: User) -> None:
    order = paid(good, member)
    story.ship(order, AT)
    forget()
    case = a_case(order)
    assert told(boss(good.supplier)) == [
        ("case_opened", f"“{TITLE}”申请退款 ¥50.00，请在 2026年6月5日 12:00 前处理")
    ]
    disputes.agree_case(case=case, actor=story.supplier_actor(good.supplier), at=AT)
    story.arrive_refunds(AT)
    assert told(member) == [
        ("case_agreed", f"“{TITLE}”¥50.00 将原路退回"),
        ("case_refunded", f"“{TITLE}”的退款已原路退回"),
    ]


def test_a_case_refused_changed_and_disputed_to_the_end(good: Good, member: User) -> None:
    order = paid(good, member)
    story.ship(order, AT)
    forget()
    case, supplier = a_case(order), story.supplier_actor(good.supplier)
    buyer = Actor(ActorKind.BUYER, order.trade.number)
    disputes.reject_case(case=case, reason="完好", actor=supplier, at=AT)
    draft = CaseDraft(CaseReason.QUALITY, 6000, True, "裂了")
    disputes.modify_case(case=case, draft=draft, actor=buyer, at=AT)
    disputes.reject_case(case=case, reason="仍完好", actor=supplier, at=AT)
    dispute = disputes.escalate_case(case=case, actor=buyer, at=AT)
    for actor in (buyer, supplier):
        disputes.mark_done(dispute=dispute, actor=actor, at=AT)
    ruling = RulingDraft(RulingOutcome.PARTIAL_REFUND, Liable.SUPPLIER, 3000, "照片可见裂痕", "5.5")
    disputes.decide(dispute=dispute, draft=ruling, actor=story.staff(), at=AT)
    disputes.appeal(dispute=dispute, text="有新照片", actor=buyer, at=AT)
    disputes.decide_appeal(dispute=dispute, draft=None, actor=story.staff(901), at=AT)
    deadline = "2026年6月6日 12:00"
    assert told(member) == [
        ("case_rejected", "完好。2026年6月10日 12:00 前可修改申请或申请平台介入"),
        ("case_rejected", "仍完好。2026年6月10日 12:00 前可修改申请或申请平台介入"),
        ("dispute_evidence", f"“{TITLE}”请在 {deadline} 前提交证据"),
        ("dispute_ruling", f"“{TITLE}”退款金额 ¥30.00"),
        ("dispute_ruling", f"“{TITLE}”退款金额 ¥30.00"),
    ]
    assert [kind for kind, _body in told(boss(good.supplier))] == [
        "case_opened", "case_opened", "dispute_evidence_supplier",
        "dispute_ruling_supplier", "dispute_ruling_supplier",
    ]  # fmt: skip
    newest = InboxLetter.objects.filter(user=member).latest("id")
    assert (newest.title, newest.href) == ("平台已裁定：部分退款", f"/disputes/{dispute.number}/")


def test_silence_of_the_supplier_is_told(good: Good, member: User) -> None:
    order = paid(good, member)
    forget()
    case = a_case(order, received=False)
    assert case.deadline is not None
    disputes.sweep(at=case.deadline + timedelta(seconds=1))
    assert told(member) == [("case_by_silence", f"“{TITLE}”¥50.00 将原路退回")]


def test_goods_under_review(good: Good) -> None:
    forget()
    held = story.good(good.supplier, AT, title="国家级面霜")
    again = story.good(good.supplier, AT, title="国家级面霜")
    suppliers.approve_good(public_id=held.public_id, actor=story.SYSTEM_STAFF, at=AT)
    suppliers.refuse_good(public_id=again.public_id, actor=story.SYSTEM_STAFF, at=AT, reason="违反广告法")
    assert told(boss(good.supplier)) == [
        ("good_held", "“国家级面霜”含须审核的词：国家级"),
        ("good_held", "“国家级面霜”含须审核的词：国家级"),
        ("good_approved", "“国家级面霜”已上架"),
        ("good_refused", "“国家级面霜”：违反广告法"),
    ]


def test_an_owner_is_told_once_when_a_pick_goes_off_sale(good: Good, shop: Shop) -> None:
    actor = story.supplier_actor(good.supplier)
    tell_of_delisted(at=AT)
    assert told(shop.owner.user) == []
    suppliers.delist_good(good=good, actor=actor, at=AT)
    assert (tell_of_delisted(at=AT), tell_of_delisted(at=AT)) == (1, 0)
    sentence = ("pick_delisted", f"“{TITLE}”已停止销售，顾客在您的小铺里看不到它了")
    assert told(shop.owner.user) == [sentence]
    later = AT + timedelta(days=1)
    suppliers.list_good(good=good, actor=actor, at=later)
    tell_of_delisted(at=later)
    suppliers.delist_good(good=good, actor=actor, at=later + timedelta(hours=1))
    tell_of_delisted(at=later + timedelta(hours=2))
    assert told(shop.owner.user) == [sentence, sentence]
    Pick.objects.update(slot=None, told_delisted=False)
    assert tell_of_delisted(at=later) == 0  # what was taken out of the shop is nobody's news


def test_an_owners_money_and_tier(good: Good, shop: Shop, member: User) -> None:
    order = story.finalised_order(good, AT, through=shop, user=member)
    owner = shop.owner.user
    assert told(owner)[1:] == [
        ("commission_confirmed", f"订单 {order.number} 已结清，佣金 ¥18.00 将随月结单转为可提现")
    ]
    forget()
    at = story.noon(2026, 7, 20)
    commissions.settle_month(date(2026, 6, 1), at=at)
    commissions.settle_month(date(2026, 6, 1), at=at)
    assert told(owner) == [("statement", "2026年6月 的佣金 ¥18.00 已转为可提现")]
    statement = InboxLetter.objects.get()
    assert statement.href == "/owner/statements/2026-6/"


def test_a_changed_tier_is_told_and_an_unchanged_one_is_not(shop: Shop) -> None:
    month, at = date(2026, 6, 1), story.noon(2026, 7, 1)
    still = story.owner(AT, 2)
    sold(shop.owner, Figures(300_000, 20, 10, 0, 20))
    commissions.recalculate_tiers(month, at=at)
    assert told(shop.owner.user) == [
        ("tier_changed", "根据 2026年6月 的指标，您的等级由新晋掌柜变为资深掌柜")
    ]
    assert InboxLetter.objects.get(kind="tier_changed").title == "等级变为资深掌柜"
    assert told(still.user) == []


def test_every_kind_leads_to_a_page_and_names_its_facts() -> None:
    for kind in KINDS.values():
        assert any(kind.href(link) for link in ([], ["1" * 16], ["zzzzzzzzzzzz"], ["1"], ["2026", "6"])), (
            kind.code
        )
        assert str(kind.name), kind.code
        assert "{" not in str(kind.name), kind.code


@pytest.mark.parametrize(
    ("ends", "letter"),
    [
        ("paid", ("withdrawal_paid", "¥18.00 已转入您的收款账户")),
        ("returned", ("withdrawal_returned", "¥18.00 转账未成功，已退回可提现，请核对收款账户")),
        ("rejected", ("withdrawal_rejected", "¥18.00 已退回可提现：账户存疑")),
    ],
)
def test_an_owner_is_told_how_a_withdrawal_ended(ends: str, letter: tuple[str, str]) -> None:
    account = {"account": "6222021234560000"} if ends == "returned" else {}
    owner = payouts.earner(AT, **account)
    forget()
    if ends == "rejected":
        row = payouts.ask(owner, 1_800, AT)
        commissions.reject_withdrawal(number=row.number, actor=payouts.ANNA, at=AT, reason="账户存疑")
    else:
        row = payouts.approved(owner, 1_800, AT)
        payouts.arrive(AT)
    assert told(owner.user) == [letter]
    if ends != "rejected":
        payouts.take(payouts.notice(row, f"transfer.{ends}"), AT)
        assert told(owner.user) == [letter]
