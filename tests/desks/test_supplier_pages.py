"""The supplier's first page, orders, after-sales and money: empty, full, refused, and a stranger's."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, CaseStatus, DisputeStatus, Liable, RulingOutcome
from orders.models import Order, OrderLine, Parcel
from orders.states import OrderStatus
from storefronts.models import Shop
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import story
from tests.factories.desk import member

pytestmark = pytest.mark.django_db
PAGES = ("home", "goods", "orders", "cases", "payable", "freight", "import", "good-new")


@pytest.fixture
def at() -> datetime:
    return clock.now()


def buyer(order: Order) -> Actor:
    return Actor(ActorKind.BUYER, order.trade.number)


def case_of(order: Order, at: datetime, amount_fen: int = 10_000) -> Case:
    draft = CaseDraft(CaseReason.QUALITY, amount_fen, order.status != "paid", "瓶口裂了")
    return disputes.open_case(line=story.line_of(order), draft=draft, actor=buyer(order), at=at)


def dispute_of(order: Order, at: datetime) -> Dispute:
    case = case_of(order, at)
    supplier = story.supplier_actor(order.supplier)
    disputes.reject_case(case=case, reason="包装完好", actor=supplier, at=at)
    return disputes.escalate_case(case=case, actor=buyer(order), at=at)


def test_every_page_of_a_fresh_supplier_shows_the_next_step(at: datetime) -> None:
    client, _supplier = member(at)
    texts = {name: client.get(reverse(f"supplier:{name}")) for name in PAGES}
    assert {name: page.status_code for name, page in texts.items()} == dict.fromkeys(PAGES, 200)
    assert "欢迎入驻，三步开始卖货" in texts["home"].text
    assert "还没有订单" in texts["orders"].text
    assert "没有要处理的售后" in texts["cases"].text
    assert "缴纳保证金" in texts["payable"].text


def test_the_first_page_sums_up_the_day(at: datetime) -> None:
    client, supplier = member(at)
    good = story.good(supplier, at - timedelta(days=40), stock=14)
    shop = story.picked_shop(at - timedelta(days=40), good)
    story.finalised_order(good, at - timedelta(days=20), through=shop)
    story.paid_order(good, at - timedelta(days=3))
    story.paid_order(good, at, quantity=2)
    case_of(story.paid_order(good, at), at)
    today = client.get(reverse("supplier:home")).context["today"]
    assert (today.to_ship_count, today.late_count, today.case_count) == (3, 1, 1)
    assert today.to_ship[0].ship_by == at - timedelta(days=1)
    assert today.to_ship[0].goods == [("滋润面霜 50g", 1)]
    assert [(g.pk, g.stock) for g in today.running_out] == [(good.pk, 9)]
    assert (today.week.orders, today.week.goods_fen) == (3, 40_000)
    assert (today.month.orders, today.month.goods_fen) == (4, 50_000)
    assert (today.payable_fen, today.on_the_way_fen) == (8_000, 40_000)
    counts = client.get(reverse("supplier:goods")).context["nav_counts"]
    assert (counts.orders, counts.cases) == (3, 1)


def test_orders_by_status_and_by_number(at: datetime) -> None:
    client, supplier = member(at)
    good = story.good(supplier, at)
    late, soon = story.paid_order(good, at), story.paid_order(good, at - timedelta(hours=5))
    sent = story.paid_order(good, at)
    story.ship(sent, at)
    unpaid = story.place(good, at).orders.get()
    url = reverse("supplier:orders")
    assert [o.pk for o in client.get(url).context["page"]] == [soon.pk, late.pk]
    assert [o.pk for o in client.get(url, {"status": "all"}).context["page"]] == [sent.pk, soon.pk, late.pk]
    tracking = sent.parcels.get().tracking_number
    for query in (sent.number, tracking, tracking.lower()):
        assert [o.pk for o in client.get(url, {"q": query}).context["page"]] == [sent.pk]
    assert "没有找到这个号码" in client.get(url, {"q": unpaid.number}).text
    assert client.get(reverse("supplier:order", args=[unpaid.number])).status_code == 404


def test_an_order_is_shipped_and_the_receiver_is_hidden_at_the_end(at: datetime) -> None:
    client, supplier = member(at)
    order = story.paid_order(story.good(supplier, at), at)
    url = reverse("supplier:order", args=[order.number])
    page = client.get(url)
    assert "13911112222" in page.text
    assert "文三路 1 号" in page.text
    words = {"carrier": "sf", "tracking_number": " sf1234567890 ", "lines": [story.line_of(order).ref]}
    assert client.post(url, words).status_code == 302
    parcel = Parcel.objects.get()
    order.refresh_from_db()
    assert (parcel.tracking_number, order.status) == ("SF1234567890", OrderStatus.SHIPPED)
    page = client.get(url)
    assert [step.event for step in page.context["detail"].trail] == ["place", "pay", "ship"]
    assert "确认发货" not in page.text
    story.confirm(order, at)
    story.orders.sweep(at=at + timedelta(days=15, seconds=1))
    page = client.get(url)
    assert "13911112222" not in page.text
    assert "139****2222" in page.text
    assert "文三路" not in page.text
    assert [(e.amount_fen, e.account) for e in page.context["detail"].entries] == [(10_000, "应付供应商")]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"tracking_number": "1234567"}, "tracking_number", "运单号须为 8 到 24 位字母或数字"),
        ({"tracking_number": "顺丰12345678"}, "tracking_number", "运单号须为 8 到 24 位字母或数字"),
        ({"tracking_number": ""}, "tracking_number", "该字段是必填项。"),
        ({"carrier": "pigeon"}, "carrier", "选择一个有效的选项。 pigeon 不在可用的选项中。"),
        ({"lines": []}, "lines", "请选择尚未发货的商品"),
        ({"lines": ["x"]}, "lines", "请选择尚未发货的商品"),
        (
            {"tracking_number": "SFUSED00001"},
            "tracking_number",
            "运单号 SFUSED00001 在 30 天内已用于其他订单",
        ),
    ],
)
def test_a_parcel_is_refused_on_the_field(
    at: datetime, changes: dict[str, object], field: str, sentence: str
) -> None:
    client, supplier = member(at)
    good = story.good(supplier, at)
    before, order = story.paid_order(good, at), story.paid_order(good, at)
    words = {"carrier": "sf", "tracking_number": "SFUSED00001", "lines": [story.line_of(before).ref]}
    client.post(reverse("supplier:order", args=[before.number]), words)
    words = {"carrier": "sf", "tracking_number": "SF1234567890", "lines": [story.line_of(order).ref]}
    response = client.post(reverse("supplier:order", args=[order.number]), words | changes)
    assert response.status_code == 422
    assert response.context["form"].errors == {field: [sentence]}
    order.refresh_from_db()
    assert (order.status, order.parcels.count()) == (OrderStatus.PAID, 0)


def test_what_is_on_its_way_cannot_be_shipped_again(at: datetime) -> None:
    client, supplier = member(at)
    order = story.paid_order(story.good(supplier, at), at)
    story.ship(order, at)
    url = reverse("supplier:order", args=[order.number])
    words = {"carrier": "sf", "tracking_number": "SF1234567890", "lines": [story.line_of(order).ref]}
    page = client.post(url, words, headers={"Referer": f"http://testserver{url}"}, follow=True)
    assert "当前状态是“待收货”，不能进行“发货”操作" in page.text
    assert order.parcels.count() == 1


def test_a_case_is_agreed(at: datetime) -> None:
    client, supplier = member(at)
    order = story.paid_order(story.good(supplier, at), at)
    case = case_of(order, at, 6_000)
    assert "去处理" in client.get(reverse("supplier:order", args=[order.number])).text
    page = client.get(reverse("supplier:case", args=[case.number]))
    assert "同意退款 ¥60.00" in page.text
    assert "瓶口裂了" in page.text
    assert client.post(reverse("supplier:case-agreement", args=[case.number])).status_code == 302
    case.refresh_from_db()
    assert (case.status, OrderLine.objects.get().refunded_fen) == (CaseStatus.REFUNDING, 6_000)
    again = client.post(reverse("supplier:case-agreement", args=[case.number]), follow=True)
    assert "当前状态是“退款中”，不能进行“同意退款”操作" in again.text
    assert OrderLine.objects.get().refunded_fen == 6_000
    assert [c.pk for c in client.get(reverse("supplier:cases"), {"tab": "over"}).context["page"]] == [case.pk]


def test_a_case_is_refused_with_a_reason_only(at: datetime) -> None:
    client, supplier = member(at)
    case = case_of(story.paid_order(story.good(supplier, at), at), at)
    url = reverse("supplier:case-refusal", args=[case.number])
    for words in ("", "无", "x" * 501):
        response = client.post(url, {"refusal-reason": words})
        assert response.status_code == 422
        assert list(response.context["refusal"].errors) == ["reason"]
    case.refresh_from_db()
    assert (case.status, case.messages.count()) == (CaseStatus.WAIT_SUPPLIER, 0)
    assert client.post(url, {"refusal-reason": "包装完好"}).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.messages.get().text) == (CaseStatus.REJECTED, "包装完好")
    client.post(reverse("supplier:case-message", args=[case.number]), {"message-reason": "请补一张照片"})
    page = client.get(reverse("supplier:case", args=[case.number]))
    assert [m.text for m in page.context["detail"].messages] == ["包装完好", "请补一张照片"]
    assert "确认退款" not in page.text


def test_a_dispute_from_evidence_to_appeal(at: datetime) -> None:
    client, supplier = member(at)
    dispute = dispute_of(story.paid_order(story.good(supplier, at), at), at)
    url = reverse("supplier:dispute", args=[dispute.number])
    assert [d.pk for d in client.get(reverse("supplier:cases"), {"tab": "disputes"}).context["page"]] == [
        dispute.pk
    ]
    assert "提交证据" in client.get(url).text
    empty = client.post(reverse("supplier:dispute-evidence", args=[dispute.number]), {"evidence-reason": ""})
    assert empty.status_code == 422
    assert list(empty.context["evidence"].errors) == ["reason"]
    words = {"evidence-reason": "出库时拍了照"}
    assert client.post(reverse("supplier:dispute-evidence", args=[dispute.number]), words).status_code == 302
    client.post(reverse("supplier:dispute-done", args=[dispute.number]))
    dispute.refresh_from_db()
    assert dispute.supplier_done
    disputes.mark_done(dispute=dispute, actor=buyer(dispute.order), at=at)
    late = client.post(reverse("supplier:dispute-evidence", args=[dispute.number]), words)
    assert late.context["evidence"].non_field_errors() == ["现在不能申请售后：举证期已结束"]
    judge = story.staff()
    disputes.claim_dispute(number=dispute.number, actor=judge, at=at)
    draft = RulingDraft(RulingOutcome.PARTIAL_REFUND, Liable.SUPPLIER, 4_000, "照片不清楚", "5.5")
    disputes.decide(dispute=dispute, draft=draft, actor=judge, at=at)
    page = client.get(url)
    assert "照片不清楚" in page.text
    assert "40" in page.text
    assert (
        client.post(
            reverse("supplier:dispute-appeal", args=[dispute.number]), {"appeal-reason": "另有监控录像"}
        ).status_code
        == 302
    )
    dispute.refresh_from_db()
    assert dispute.status == DisputeStatus.APPEALED
    assert "提交申诉" not in client.get(url).text


def test_a_ruling_that_waits_for_its_second_person_is_not_shown(at: datetime) -> None:
    client, supplier = member(at)
    order = story.paid_order(story.good(supplier, at, price_fen=200_001), at)
    case = case_of(order, at, 200_001)
    disputes.reject_case(case=case, reason="包装完好", actor=story.supplier_actor(supplier), at=at)
    dispute = disputes.escalate_case(case=case, actor=buyer(order), at=at)
    for side in (buyer(order), story.supplier_actor(supplier)):
        disputes.mark_done(dispute=dispute, actor=side, at=at)
    draft = RulingDraft(RulingOutcome.FULL_REFUND, Liable.SUPPLIER, 0, "只有复核人能看到", "5.5")
    disputes.decide(dispute=dispute, draft=draft, actor=story.staff(), at=at)
    page = client.get(reverse("supplier:dispute", args=[dispute.number]))
    assert page.context["dispute"].status == DisputeStatus.SECOND_APPROVAL
    assert "只有复核人能看到" not in page.text


def test_money_to_the_fen(at: datetime) -> None:
    client, supplier = member(at)
    good = story.good(supplier, at - timedelta(days=40))
    shop: Shop = story.picked_shop(at - timedelta(days=40), good)
    done = story.finalised_order(good, at - timedelta(days=20), through=shop)
    story.paid_order(good, at)
    page = client.get(reverse("supplier:payable"))
    money = page.context["money"]
    assert (money.payable_fen, money.on_the_way_fen, money.debt_fen) == (8_000, 10_000, 0)
    assert [(e.transfer.journal.order_number, e.amount_fen) for e in page.context["entries"]] == [
        (done.number, 8_000),
        ("", 1_000_000),
    ]
    file = b"".join(client.get(reverse("supplier:payable-file")).streaming_content).decode()
    assert file.splitlines()[0] == "\ufeff时间,日记账号,事件,订单号,科目,收入（元）,支出（元）"
    assert file.splitlines()[1].endswith(f",订单结清,{done.number},应付供应商,80.00,")
    assert file.splitlines()[2].endswith(",缴纳保证金,,供应商保证金,10000.00,")


def test_a_strangers_orders_cases_and_disputes_are_not_found(at: datetime) -> None:
    _client, supplier = member(at, 1)
    good = story.good(supplier, at)
    order = story.paid_order(good, at)
    case = case_of(order, at)
    dispute = dispute_of(story.paid_order(good, at), at)
    other, _own = member(at, 2)
    for name, number in (("order", order.number), ("case", case.number), ("dispute", dispute.number)):
        assert other.get(reverse(f"supplier:{name}", args=[number])).status_code == 404
    words = {"carrier": "sf", "tracking_number": "SF1234567890", "lines": [story.line_of(order).ref]}
    assert other.post(reverse("supplier:order", args=[order.number]), words).status_code == 404
    for name in ("case-agreement", "case-refusal", "case-message"):
        words = {"refusal-reason": "包装完好", "message-reason": "你好你好"}
        assert other.post(reverse(f"supplier:{name}", args=[case.number]), words).status_code == 404
    for name in ("dispute-evidence", "dispute-done", "dispute-appeal"):
        words = {"evidence-reason": "出库照片", "appeal-reason": "不服不服"}
        assert other.post(reverse(f"supplier:{name}", args=[dispute.number]), words).status_code == 404
    assert len(other.get(reverse("supplier:orders"), {"q": order.number}).context["page"]) == 0
    case.refresh_from_db()
    dispute.refresh_from_db()
    order.refresh_from_db()
    assert (order.status, case.status, case.messages.count()) == ("paid", CaseStatus.WAIT_SUPPLIER, 0)
    assert (dispute.supplier_done, dispute.messages.count()) == (False, 0)


def test_the_first_page_takes_few_queries(at: datetime, django_assert_max_num_queries: Any) -> None:
    client, supplier = member(at)
    good = story.good(supplier, at, stock=14)
    for _ in range(6):
        story.paid_order(good, at)
    dispute_of(story.paid_order(good, at), at)
    page = client.get(reverse("supplier:home"))
    assert (len(page.context["today"].disputes), page.context["today"].refunding_count) == (1, 0)
    with django_assert_max_num_queries(38):
        client.get(reverse("supplier:home"))
