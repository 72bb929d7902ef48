"""After-sales on the consumer's phone: what can be asked for, what is refused, and that strangers see nothing."""

import pytest
from django.test import Client

from disputes import services
from disputes.models import Case, Dispute
from disputes.services import RulingDraft
from disputes.states import CaseStatus, DisputeStatus, Liable, RulingOutcome
from orders.models import Order
from orders.services import sweep
from suppliers.models import Good
from taoxiaopu.kernel import clock
from tests.factories import browsing, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def good() -> Good:
    at = clock.now()
    return story.good(story.supplier(at), at, price_fen=10_000)


@pytest.fixture
def order(good: Good) -> Order:
    return story.paid_order(good, clock.now())


def apply(client: Client, order: Order, **changes: str) -> tuple[int, str]:
    form = {"reason": "no_reason", "amount": "100.00", "description": "不想要了"} | changes
    answer = client.post(f"/orders/lines/{order.number}-1/case/", form)
    return answer.status_code, answer.content.decode()


def test_before_shipping_the_form_asks_less_and_states_the_deadline(order: Order) -> None:
    client = browsing.holder(order.trade)
    html = client.get(f"/orders/lines/{order.number}-1/case/").content.decode()
    assert "商家 24 小时内不处理，系统自动退款" in html
    assert 'name="received"' not in html
    assert 'value="quality"' not in html
    assert 'value="100.00"' in html
    status, _html = apply(client, order, received="yes")  # nothing can have arrived
    assert status == 303
    case = Case.objects.get()
    assert (case.received, case.before_shipping, case.amount_fen) == (False, True, 10_000)
    running = client.get(f"/orders/lines/{order.number}-1/case/")
    assert running["Location"] == f"/cases/{case.number}/"
    html = client.get(f"/cases/{case.number}/").content.decode()
    assert "等待商家处理" in html
    assert "撤销申请" in html
    assert "申请平台介入" not in html
    html = client.get(f"/orders/{order.number}/").content.decode()
    assert "售后处理中" in html
    assert f"/cases/{case.number}/" in html


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": "100.01"}, "退款金额须在 ¥0.01 到 ¥100.00 之间"),
        ({"amount": "0"}, "无法识别"),
        ({"amount": "-1"}, "无法识别"),
        ({"amount": "1e1"}, "无法识别"),
        ({"amount": ""}, "请填写退款金额"),
        ({"reason": ""}, "请选择退款原因"),
        ({"reason": "quality"}, "选"),
        ({"description": "长" * 501}, "500"),
        ({"description": "空\x00"}, "空字符"),
    ],
)
def test_a_refused_application_says_why_and_holds_nothing(
    order: Order, changes: dict[str, str], sentence: str
) -> None:
    status, html = apply(browsing.holder(order.trade), order, **changes)
    assert status in (400, 422)
    assert sentence in html
    assert not Case.objects.exists()
    assert not order.holds.exists()


def test_a_received_good_can_be_asked_for_in_part(order: Order) -> None:
    story.ship(order, clock.now())
    client = browsing.holder(order.trade)
    assert apply(client, order, reason="quality", amount="30")[0] == 422  # received or not is asked
    assert apply(client, order, reason="quality", amount="30", received="yes")[0] == 303
    case = Case.objects.get()
    assert (case.received, case.before_shipping, case.amount_fen) == (True, False, 3000)
    assert client.post(f"/orders/{order.number}/receipt/").status_code == 303
    order.refresh_from_db()
    assert order.status == "shipped"  # a case holds the receipt


def test_from_rejection_by_modification_to_a_ruling(order: Order) -> None:
    at = clock.now()
    story.ship(order, at)
    client = browsing.holder(order.trade)
    apply(client, order, reason="quality", received="yes")
    case = Case.objects.get()
    supplier = story.supplier_actor(order.supplier)
    services.reject_case(case=case, reason="出库时完好", actor=supplier, at=at)
    html = client.get(f"/cases/{case.number}/").content.decode()
    for words in ("商家已拒绝", "出库时完好", "修改申请", "申请平台介入", "撤销申请"):
        assert words in html
    form = {"reason": "quality", "amount": "50", "received": "yes", "description": "有照片"}
    assert client.post(f"/cases/{case.number}/modification/", form).status_code == 303
    case.refresh_from_db()
    assert (case.status, case.amount_fen, case.attempts) == (CaseStatus.WAIT_SUPPLIER, 5000, 2)
    assert client.get(f"/cases/{case.number}/modification/")["Location"] == f"/cases/{case.number}/"
    assert client.post(f"/cases/{case.number}/messages/", {"reason": "请尽快处理"}).status_code == 303
    assert client.post(f"/cases/{case.number}/messages/", {"reason": "急"}).status_code == 400
    services.reject_case(case=case, reason="仍然拒绝", actor=supplier, at=at)
    answer = client.post(f"/cases/{case.number}/escalation/")
    dispute = Dispute.objects.get()
    room = f"/disputes/{dispute.number}/"
    assert answer["Location"] == room
    html = client.get(room).content.decode()
    for words in ("举证中", "提交证据", "举证完毕", "撤回争议", "请尽快处理"):
        assert words in html
    assert client.post(f"{room}evidence/", {"reason": "<b>开箱照片</b>"}).status_code == 303
    assert "&lt;b&gt;开箱照片&lt;/b&gt;" in client.get(room).content.decode()
    assert client.post(f"{room}completion/").status_code == 303
    services.mark_done(dispute=dispute, actor=supplier, at=at)
    assert "审理中" in client.get(room).content.decode()
    draft = RulingDraft(RulingOutcome.PARTIAL_REFUND, Liable.SUPPLIER, 4321, "证据充分", "5.5")
    services.decide(dispute=dispute, draft=draft, actor=story.staff(), at=at)
    html = client.get(room).content.decode()
    for words in ("部分退款", "证据充分", "提交申诉", "已裁定，可申诉"):
        assert words in html
    assert "撤回争议" not in html
    assert client.post(f"{room}withdrawal/").status_code == 303
    assert client.post(f"{room}appeal/", {"reason": "有新的检测报告"}).status_code == 303
    dispute.refresh_from_db()
    assert dispute.status == DisputeStatus.APPEALED
    assert client.post(f"{room}appeal/", {"reason": "再来一次"}).status_code == 409


def test_a_ruling_is_not_shown_before_the_second_person_agreed(good: Good) -> None:
    at = clock.now()
    dear = story.good(good.supplier, at, price_fen=200_001, title="整套护肤礼盒")
    order = story.paid_order(dear, at)
    story.ship(order, at)
    client = browsing.holder(order.trade)
    apply(client, order, reason="quality", received="yes", amount="2000.01")
    case = Case.objects.get()
    supplier = story.supplier_actor(order.supplier)
    services.reject_case(case=case, reason="出库时完好", actor=supplier, at=at)
    client.post(f"/cases/{case.number}/escalation/")
    dispute = Dispute.objects.get()
    client.post(f"/disputes/{dispute.number}/completion/")
    services.mark_done(dispute=dispute, actor=supplier, at=at)
    draft = RulingDraft(RulingOutcome.FULL_REFUND, Liable.SUPPLIER, 0, "支持消费者", "5.5")
    services.decide(dispute=dispute, draft=draft, actor=story.staff(), at=at)
    room = f"/disputes/{dispute.number}/"
    html = client.get(room).content.decode()
    assert "支持消费者" not in html
    assert "审理中" in html
    services.approve_ruling(dispute=dispute, actor=story.staff(901), at=at)
    assert "支持消费者" in client.get(room).content.decode()


def test_a_claim_after_the_order_is_final(good: Good) -> None:
    at = clock.now()
    order = story.paid_order(good, at)
    client = browsing.holder(order.trade)
    path = f"/orders/lines/{order.number}-1/claim/"
    assert client.post(path, {"reason": "怀疑是假货"}).status_code == 409
    assert not Dispute.objects.exists()
    story.ship(order, at)
    story.confirm(order, at)
    order.refresh_from_db()
    assert order.final_by is not None
    clock.advance(order.final_by - at)
    sweep(at=clock.now())
    assert "假货/隐蔽缺陷申诉" in client.get(f"/orders/{order.number}/").content.decode()
    assert client.post(path, {"reason": "假"}).status_code == 400
    answer = client.post(path, {"reason": "批号查不到，怀疑是假货"})
    dispute = Dispute.objects.get()
    assert answer["Location"] == f"/disputes/{dispute.number}/"
    assert client.get(path)["Location"] == f"/disputes/{dispute.number}/"
    assert "批号查不到" in client.get(f"/disputes/{dispute.number}/").content.decode()
    assert client.post(f"/disputes/{dispute.number}/withdrawal/").status_code == 303
    dispute.refresh_from_db()
    assert dispute.status == DisputeStatus.WITHDRAWN


def test_another_consumer_reaches_no_case_and_no_dispute(good: Good, order: Order) -> None:
    at = clock.now()
    apply(browsing.holder(order.trade), order)
    case = Case.objects.get()
    services.reject_case(case=case, reason="不同意", actor=story.supplier_actor(order.supplier), at=at)
    browsing.holder(order.trade).post(f"/cases/{case.number}/escalation/")
    dispute = Dispute.objects.get()
    other = browsing.holder(story.paid_order(good, at, phone="13911113333").trade)
    for path in (
        f"/cases/{case.number}/",
        f"/cases/{case.number}/modification/",
        f"/disputes/{dispute.number}/",
    ):
        assert other.get(path).status_code == 404
    words = {"reason": "我是别人", "amount": "1", "description": ""}
    for verb in ("modification", "messages", "withdrawal", "escalation"):
        assert other.post(f"/cases/{case.number}/{verb}/", words).status_code == 404
    for verb in ("evidence", "completion", "appeal", "withdrawal"):
        assert other.post(f"/disputes/{dispute.number}/{verb}/", words).status_code == 404
    for kind in ("case", "claim"):
        assert other.post(f"/orders/lines/{order.number}-1/{kind}/", words).status_code == 404
    case.refresh_from_db()
    dispute.refresh_from_db()
    assert (case.status, dispute.status) == (CaseStatus.IN_DISPUTE, DisputeStatus.EVIDENCE)
    assert not dispute.messages.exists()
