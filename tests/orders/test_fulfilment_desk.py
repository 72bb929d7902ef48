"""The supplier's queue, tracking numbers in a batch, papers, and lines out of stock."""

from datetime import datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from disputes import services as disputes
from disputes.services import CaseDraft
from disputes.states import CaseReason
from ledger.selectors import balances
from orders import errors
from orders import services as orders
from orders.models import Compensation, LineRefund, Order, OrderLine, Parcel
from orders.selectors import queue_counts
from orders.services import Delivery, Item, Shortage, check_batch, ship_batch
from orders.services.batches import BATCH_MAX, carrier_of_number
from orders.states import Carrier, OrderStatus
from suppliers.models import Good, Sku, Supplier
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def supplier(db: None) -> Supplier:
    return story.supplier(AT)


@pytest.fixture
def good(supplier: Supplier) -> Good:
    return story.good(supplier, AT)


def two_lines(supplier: Supplier, at: datetime = AT) -> Order:
    goods = [story.good(supplier, at, title=f"面霜 {n} 号", price_fen=10_000 * n) for n in (1, 2)]
    trade = orders.place_trade(
        items=[
            Item(sku.pk, 1, None, sku.price_fen) for sku in Sku.objects.filter(good__in=goods).order_by("pk")
        ],
        delivery=Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号"),
        visitor="v1",
        at=at,
    )
    story.pay(trade, at)
    return Order.objects.get(trade=trade)


def batch(supplier: Supplier, text: str, at: datetime = AT) -> list[tuple[str, str]]:
    return [(line.state, line.reason) for line in check_batch(supplier=supplier, text=text, at=at)]


def send(supplier: Supplier, text: str, at: datetime = AT) -> list[str]:
    actor = story.supplier_actor(supplier)
    return [line.state for line in ship_batch(supplier=supplier, text=text, actor=actor, at=at)]


def queue(client: Client, **asked: object) -> list[str]:
    return [order.number for order in client.get(reverse("supplier:orders"), asked).context["page"]]


class TestQueue:
    def test_by_deadline_with_both_sides_of_each_boundary(self, at: datetime) -> None:
        client, supplier = member(at)
        good = story.good(supplier, at - 4 * DAY)
        made = [story.paid_order(good, at - hours * timedelta(hours=1)) for hours in (49, 30, 1)]
        assert queue(client) == [o.number for o in made]
        assert [queue(client, due=due) for due in ("late", "soon", "later")] == [[o.number] for o in made]
        counts = client.get(reverse("supplier:orders")).context["counts"]
        assert (counts.to_ship, counts.late, counts.soon, counts.later, counts.unprinted) == (3, 1, 1, 1, 3)
        edge = made[2].paid_at + timedelta(hours=24)  # type: ignore[operator]
        assert [queue_counts(supplier, at=t).soon for t in (edge - SECOND, edge)] == [0, 1]
        due = made[2].paid_at + timedelta(hours=48)  # type: ignore[operator]
        assert [queue_counts(supplier, at=t).late for t in (due, due + SECOND)] == [2, 3]

    def test_part_shipped_orders_wait_too(self, at: datetime) -> None:
        client, supplier = member(at)
        order = two_lines(supplier, at)
        send(supplier, f"{order.number} zto ZT0000000001 1", at)
        assert queue(client) == [order.number]
        assert queue(client, status="shipped") == []

    def test_by_phone_while_the_receiver_is_shown(self, at: datetime) -> None:
        client, supplier = member(at)
        good = story.good(supplier, at - 40 * DAY)
        open_one = story.paid_order(good, at, phone="13911112222")
        story.paid_order(good, at, phone="13911113333")
        story.finalised_order(good, at - 30 * DAY, phone="13911112222")
        assert queue(client, q="2222") == [open_one.number]
        assert queue(client, q="139 1111 2222") == [open_one.number]
        assert queue(client, q="9999") == queue(client, q="13911114444") == []

    def test_page_behind_page_without_gap_or_repeat(
        self, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("orders.views.supplier.orders.PER_PAGE", 2)
        client, supplier = member(at)
        good = story.good(supplier, at)
        made = [story.paid_order(good, at) for _ in range(5)]  # all with the same deadline
        for asked, expected in (({}, made), ({"status": "all"}, made[::-1])):
            found: list[str] = []
            after = ""
            for _ in range(3):
                page = client.get(reverse("supplier:orders"), asked | {"after": after}).context["page"]
                found += [o.number for o in page]
                after = page.next_key
            assert found == [o.number for o in expected]
            assert after == ""
        for nonsense in ("x", "1-", "-1-2", "9" * 40, "1-2-3", "999999999999999999-1", "٣-١"):
            assert queue(client, after=nonsense) is not None

    def test_a_full_page_takes_few_queries(self, at: datetime, django_assert_max_num_queries: Any) -> None:
        client, supplier = member(at)
        good = story.good(supplier, at)
        for _ in range(3):
            story.paid_order(good, at)
        client.get(reverse("supplier:orders"))
        with django_assert_max_num_queries(12):
            client.get(reverse("supplier:orders"), {"due": "later", "q": "2222"})


class TestBatch:
    @pytest.mark.parametrize("separator", ["\t", ",", "  ", "，"])
    @pytest.mark.parametrize("carrier", ["sf", "SF", "顺丰", "顺丰速运", "shunfeng"])
    def test_carriers_and_separators(
        self, supplier: Supplier, good: Good, separator: str, carrier: str
    ) -> None:
        order = story.paid_order(good, AT)
        (line,) = check_batch(
            supplier=supplier, text=separator.join((order.number, carrier, "sf0000000001")), at=AT
        )
        assert (line.state, line.carrier, line.tracking_number) == ("ready", Carrier.SF, "SF0000000001")

    @pytest.mark.parametrize(
        ("number", "carrier"),
        [("SF1234567890123", Carrier.SF), ("YT1234567890123", Carrier.YTO), ("EA123456789CN", Carrier.EMS),
         ("JDVA12345678901", Carrier.JD), ("JT1234567890123", Carrier.JT), ("DPK123456789012", Carrier.DEPPON),
         ("75123456789012", None), ("YT123456789012", None)],
    )  # fmt: skip
    def test_some_numbers_name_their_carrier(self, number: str, carrier: Carrier | None) -> None:
        assert carrier_of_number(number) == carrier

    def test_each_line_for_itself_with_its_reason(self, supplier: Supplier, good: Good) -> None:
        first, second = story.paid_order(good, AT), story.paid_order(good, AT)
        foreign = story.paid_order(story.good(story.supplier(AT, 2), AT), AT)
        unpaid = story.place(good, AT).orders.get()
        text = "\n".join([
            "订单号\t快递公司\t运单号", f"{first.number}\t中通\tZT00000001", f"{second.number}\t鸽子\tZT00000002",
            f"{second.number}\t中通\tZT00000001", f"{foreign.number}\t中通\tZT00000003",
            f"{unpaid.number}\t中通\tZT00000004", f"{second.number}\t中通\t1234567", f"{second.number}\t75123456789012",
            f"{second.number}", "", f"{second.number}\t中通\tZT00000005\t2",
        ])  # fmt: skip
        assert batch(supplier, text) == [
            ("ready", ""),
            ("error", "不认识快递公司“鸽子”"),
            ("error", "运单号与第 2 行相同"),
            ("error", "没有这个订单"),
            ("error", "订单“待付款”，不能发货"),
            ("error", "运单号须为 8 到 24 位字母或数字"),
            ("error", "没有写快递公司，从单号也认不出来"),
            ("error", "须写明订单号和运单号"),
            ("error", "请选择尚未发货的商品"),
        ]
        assert Parcel.objects.count() == 0

    def test_shipped_once_however_often_it_is_sent(self, supplier: Supplier, good: Good) -> None:
        made = [story.paid_order(good, AT) for _ in range(2)]
        text = (
            "\n".join(f"{o.number} zto ZT0000000{n}" for n, o in enumerate(made)) + "\nnobody zto ZT00000009"
        )
        assert send(supplier, text) == ["done", "done", "error"]
        before = picture()
        assert send(supplier, text) == ["done", "done", "error"]
        assert picture() == before
        assert Parcel.objects.count() == 2
        assert {Order.objects.get(pk=o.pk).status for o in made} == {OrderStatus.SHIPPED}
        assert verify().problems == []

    def test_a_number_is_refused_for_30_days(self, supplier: Supplier, good: Good) -> None:
        first, second = story.paid_order(good, AT), story.paid_order(good, AT)
        assert send(supplier, f"{first.number} zto ZT00000001") == ["done"]
        text = f"{second.number} zto ZT00000001"
        assert batch(supplier, text, AT + 30 * DAY) == [
            ("error", "运单号 ZT00000001 在 30 天内已用于其他订单")
        ]
        assert batch(supplier, text, AT + 30 * DAY + SECOND) == [("ready", "")]

    def test_lines_of_an_order_in_several_parcels(self, supplier: Supplier) -> None:
        order = two_lines(supplier)
        text = f"{order.number},zto,ZT00000001,2\n{order.number},sf,SF0000000001,{order.number}-1"
        assert send(supplier, text) == ["done", "done"]
        lines = OrderLine.objects.filter(order=order).order_by("pk")
        assert [x.shipped_in.tracking_number for x in lines if x.shipped_in] == ["SF0000000001", "ZT00000001"]
        order.refresh_from_db()
        assert order.status == OrderStatus.SHIPPED

    def test_as_many_lines_as_one_batch_takes(self, supplier: Supplier) -> None:
        line = "1 zto ZT00000001\n"
        assert len(check_batch(supplier=supplier, text=line * BATCH_MAX, at=AT)) == 500
        with pytest.raises(errors.TooManyLines):
            check_batch(supplier=supplier, text=line * (BATCH_MAX + 1), at=AT)

    def test_preview_then_ship_and_failures_come_back_as_text(self, at: datetime) -> None:
        client, supplier = member(at)
        order = story.paid_order(story.good(supplier, at), at)
        text = f"{order.number} zto ZT00000001\nnobody zto ZT00000002"
        url = reverse("supplier:orders-batch")
        assert client.get(url).status_code == 200
        page = client.post(url, {"text": text})
        assert page.context["count"] == {"ready": 1, "done": 0, "error": 1}
        assert Parcel.objects.count() == 0
        page = client.post(url, {"text": text, "step": "ship"})
        assert page.context["count"] == {"ready": 0, "done": 1, "error": 1}
        assert page.context["text"] == "nobody zto ZT00000002"
        assert Parcel.objects.get().order_id == order.pk
        assert client.post(url, {"text": " "}).status_code == 422

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
    def test_a_file_in_either_encoding(self, at: datetime, encoding: str) -> None:
        client, supplier = member(at)
        order = story.paid_order(story.good(supplier, at), at)
        raw = f'订单号,快递公司,运单号\r\n"{order.number}",顺丰速运,SF0000000001\r\n'.encode(encoding)
        page = client.post(reverse("supplier:orders-batch"), {"file": SimpleUploadedFile("a.csv", raw)})
        assert [(x.state, x.carrier) for x in page.context["lines"]] == [("ready", Carrier.SF)]
        zipped = SimpleUploadedFile("a.csv", b"PK\x03\x04" + bytes(60))
        assert client.post(reverse("supplier:orders-batch"), {"file": zipped}).status_code == 422


class TestPapers:
    def text(self, response: Any) -> str:
        assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
        pages = pypdfium2.PdfDocument(response.content)
        return "\n".join(page.get_textpage().get_text_range() for page in pages)

    def test_pick_list_without_and_notes_with_the_address(self, at: datetime) -> None:
        client, supplier = member(at)
        good = story.good(supplier, at)
        made = [story.paid_order(good, at, quantity=n) for n in (1, 2)]
        chosen = {"order": [o.number for o in made]}
        words = self.text(client.post(reverse("supplier:orders-pick-list"), chosen))
        assert made[0].number in words
        assert "13911112222" not in words
        assert "文三路" not in words
        response = client.post(reverse("supplier:orders-delivery-notes"), chosen)
        words = self.text(response)
        assert words.count("13911112222") == 2
        assert "文三路" in words
        assert len(pypdfium2.PdfDocument(response.content)) == 2
        made[0].refresh_from_db()
        assert made[0].printed_at is not None
        assert [e.event for e in history("order", made[0].number)].count("print") == 2
        assert queue(client, printed="no") == []
        assert queue(client, printed="yes") == [o.number for o in made]

    def test_english_for_who_reads_english(self, at: datetime) -> None:
        client, supplier = member(at)
        order = story.paid_order(story.good(supplier, at), at)
        client.cookies["django_language"] = "en"
        words = self.text(client.post(reverse("supplier:orders-delivery-notes"), {"order": [order.number]}))
        assert "Delivery note" in words

    def test_nothing_foreign_shipped_or_too_much(self, supplier: Supplier, good: Good) -> None:
        order = story.paid_order(good, AT)
        foreign = story.paid_order(story.good(story.supplier(AT, 2), AT), AT)
        sent = story.paid_order(good, AT)
        story.ship(sent, AT)
        before = picture()
        actor = story.supplier_actor(supplier)
        for numbers in ([], [sent.number], [f"{n}" for n in range(101)]):
            with pytest.raises(errors.NothingToPrint):
                orders.mark_printed(supplier=supplier, numbers=numbers, actor=actor, at=AT)
        with pytest.raises(NotFound):
            orders.mark_printed(supplier=supplier, numbers=[order.number, foreign.number], actor=actor, at=AT)
        assert picture() == before


class TestOutOfStock:
    def report(self, line: OrderLine, seen: Shortage | None = None, *, empties: bool = False) -> Shortage:
        return orders.report_shortage(
            line=line,
            seen=seen or orders.shortage_of(line=line, at=AT),
            empties_stock=empties,
            actor=story.supplier_actor(line.order.supplier),
            at=AT,
        )

    def test_refund_and_compensation_to_the_fen(self, supplier: Supplier) -> None:
        order = two_lines(supplier)
        line = OrderLine.objects.select_related("order__supplier").filter(order=order).order_by("pk")[1]
        assert self.report(line, empties=True) == Shortage(20_000, 0, 2_000)
        order.refresh_from_db()
        assert order.status == OrderStatus.PAID
        assert LineRefund.objects.get().goods_fen == 20_000
        assert Compensation.objects.get().amount_fen == 2_000
        assert balances(supplier.public_id)["supplier_deposit", supplier.public_id] == 998_000
        sku = Sku.objects.get(pk=line.sku_id)
        assert (sku.received, sku.available, sku.reserved, sku.sold) == (0, 0, 0, 0)
        assert [e.event for e in history("order", order.number)][-1] == "out_of_stock"
        assert verify().problems == []
        with pytest.raises(BadInput):
            self.report(line)

    def test_the_last_line_closes_the_order_with_its_freight(self, supplier: Supplier, good: Good) -> None:
        order = story.paid_order(good, AT)
        self.report(story.line_of(order))
        order.refresh_from_db()
        assert order.status == OrderStatus.CLOSED_REFUNDED
        assert Sku.objects.get(good=good).available == 50
        assert verify().problems == []

    def test_what_is_left_was_shipped(self, supplier: Supplier) -> None:
        order = two_lines(supplier)
        send(supplier, f"{order.number} zto ZT00000001 1")
        line = OrderLine.objects.select_related("order__supplier").filter(order=order).order_by("pk")[1]
        self.report(line)
        order.refresh_from_db()
        assert (order.status, order.shipped_at) == (OrderStatus.SHIPPED, AT)
        assert verify().problems == []

    def test_refused_and_nothing_changed(self, supplier: Supplier, good: Good) -> None:
        order, sent = story.paid_order(good, AT), story.paid_order(good, AT)
        story.ship(sent, AT)
        line = story.line_of(order)
        before = picture()
        with pytest.raises(errors.AmountsChanged):
            self.report(line, Shortage(10_000, 0, 999))
        with pytest.raises(MoveRefused):
            self.report(story.line_of(sent))
        assert picture() == before
        buyer = Actor(ActorKind.BUYER, order.trade.number)
        draft = CaseDraft(CaseReason.NO_REASON, 10_000, False, "不想要了")
        disputes.open_case(line=line, draft=draft, actor=buyer, at=AT)
        with pytest.raises(errors.OpenCase):
            self.report(line)

    def test_the_page_shows_before_it_does(self, at: datetime) -> None:
        client, supplier = member(at)
        order = story.paid_order(story.good(supplier, at), at)
        url = reverse("supplier:line-shortage", args=[story.line_of(order).ref])
        page = client.get(url)
        assert page.context["due"] == Shortage(10_000, 0, 1_000)
        shown = {"goods_fen": 10_000, "freight_fen": 0, "compensation_fen": 1}
        assert client.post(url, shown).status_code == 422
        assert client.post(url, shown | {"compensation_fen": 1_000}).status_code == 302
        order.refresh_from_db()
        assert order.status == OrderStatus.CLOSED_REFUNDED
        assert client.get(url).status_code == 409
