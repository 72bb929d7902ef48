"""Shipping and after-sales over the API: the queue behind a key, batches in three forms, papers, shortage, cases, disputes, points."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes import services as disputes
from disputes.services import CaseDraft, PenaltyDraft
from disputes.states import CaseReason, Offence
from orders.models import Order, Parcel
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import story


@pytest.fixture
def at(db):
    return clock.now() - timedelta(hours=1)


def open_case(order: Order, at):
    buyer = Actor(ActorKind.BUYER, order.trade.number)
    draft = CaseDraft(CaseReason.QUALITY, 100, True, "裂了")
    return disputes.open_case(line=story.line_of(order), draft=draft, actor=buyer, at=at)


class TestQueue:
    def test_by_deadline_page_behind_page(self, world, at):
        orders = [story.paid_order(world.good, at - timedelta(minutes=n)) for n in range(3)]
        first = world.seller.send("get", "supplier/queue/?page_size=2").json()
        assert [row["number"] for row in first["results"]] == [orders[2].number, orders[1].number]
        assert first["results"][0]["delivery"]["receiver"] == "李青禾"
        story.ship(orders[2], at)
        rest = world.seller.get(first["next"]).json()
        assert ([row["number"] for row in rest["results"]], rest["next"]) == ([orders[0].number], None)
        shipped = world.seller.send("get", "supplier/queue/?status=shipped").json()["results"]
        assert [row["number"] for row in shipped] == [orders[2].number]
        counts = world.seller.send("get", "supplier/queue/counts/").json()
        assert (counts["to_ship"], counts["unprinted"], counts["by_status"]["shipped"]) == (2, 2, 1)
        assert world.other_seller.send("get", "supplier/queue/").json()["results"] == []
        assert world.seller.send("get", "supplier/queue/?status=none").status_code == 400


class TestBatches:
    def parcels(self, *orders: Order) -> list[dict]:
        return [
            {"order": order.number, "carrier": "sf", "tracking_number": f"SF100000000{n}"}
            for n, order in enumerate(orders)
        ]

    def test_json_is_looked_at_and_shipped_line_by_line(self, world, at):
        orders = [story.paid_order(world.good, at) for _ in range(2)]
        asked = {
            "parcels": [
                *self.parcels(*orders),
                {"order": "1234567890123456", "tracking_number": "SF9999999999"},
            ]
        }
        seen = world.seller.send("post", "supplier/shipments/preview/", asked).json()
        assert (seen["ready"], seen["done"], seen["errors"], Parcel.objects.count()) == (2, 0, 1, 0)
        done = world.seller.send("post", "supplier/shipments/", asked)
        assert (done.status_code, done.json()["done"], done.json()["errors"]) == (200, 2, 1)
        assert [row["state"] for row in done.json()["shipments"]] == ["done", "done", "error"]
        assert done.json()["shipments"][2]["reason"]
        again = world.seller.send("post", "supplier/shipments/", asked).json()
        assert ([row["state"] for row in again["shipments"]], Parcel.objects.count()) == (
            ["done", "done", "error"],
            2,
        )
        path = f"supplier/orders/{orders[0].number}/parcels/"
        assert [p["tracking_number"] for p in world.seller.send("get", path).json()] == ["SF1000000000"]

    def test_pasted_text_and_a_csv_file_say_the_same(self, world, at):
        first, second = (story.paid_order(world.good, at) for _ in range(2))
        text = f"订单号\t快递\t单号\n{first.number}\t顺丰\tSF1000000001\n"
        assert world.seller.send("post", "supplier/shipments/", {"text": text}).json()["done"] == 1
        raw = f"订单号,快递,单号\n{second.number},顺丰,SF1000000002\n".encode("gbk")
        file = SimpleUploadedFile("a.csv", raw, "text/csv")
        assert world.seller.upload("supplier/shipments/", {}, file=file).json()["done"] == 1
        assert set(Order.objects.values_list("status", flat=True)) == {"shipped"}

    @pytest.mark.parametrize(
        "parcel", [{"order": "1,2"}, {"tracking_number": "SF1 000"}, {"tracking_number": 'a"b'}]
    )
    def test_a_cell_is_one_cell(self, world, parcel):
        asked = {"order": "1234567890123456", "tracking_number": "SF1000000000"} | parcel
        answer = world.seller.send("post", "supplier/shipments/", {"parcels": [asked]})
        assert (answer.status_code, answer.json()["field"]) == (400, "parcels")

    def test_nothing_and_too_much(self, world):
        assert world.seller.send("post", "supplier/shipments/", {}).json()["field"] == "text"
        parcels = [{"order": f"{n:016}", "tracking_number": f"SF{n:010}"} for n in range(501)]
        many = world.seller.send("post", "supplier/shipments/", {"parcels": parcels})
        assert many.json()["code"] == "too_many_lines"

    def test_a_foreign_order_is_no_order(self, world, at):
        order = story.paid_order(world.good, at)
        body = world.other_seller.send("post", "supplier/shipments/", {"parcels": self.parcels(order)}).json()
        assert (body["errors"], Parcel.objects.count()) == (1, 0)


class TestPapers:
    def test_a_pick_list_and_delivery_notes_mark_what_they_print(self, world, at):
        order = story.paid_order(world.good, at)
        for path in ("supplier/pick-lists/", "supplier/delivery-notes/"):
            answer = world.seller.send("post", path, {"orders": [order.number]})
            assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
                200,
                "application/pdf",
                b"%PDF-",
            )
        (row,) = world.seller.send("get", "supplier/queue/?printed=yes").json()["results"]
        assert row["printed_at"] is not None
        foreign = world.other_seller.send("post", "supplier/pick-lists/", {"orders": [order.number]})
        assert foreign.status_code == 404

    def test_orders_as_a_file(self, world, at):
        order = story.paid_order(world.good, at)
        day = clock.local(at).date()
        path = f"supplier/exports/orders/?since={day}&until={day}"
        text = b"".join(world.seller.send("get", path)).decode()
        assert order.number in text
        assert "李青禾" not in text
        wrong = world.seller.send(
            "get", f"supplier/exports/orders/?since={day}&until={day - timedelta(days=1)}"
        )
        assert (wrong.status_code, wrong.json()["field"]) == (400, "until")


class TestShortage:
    def test_shown_first_and_only_as_shown(self, world, at):
        order = story.paid_order(world.good, at)
        path = f"supplier/order-lines/{story.line_of(order).ref}/shortage/"
        due = world.seller.send("get", path).json()
        assert due == {"goods_fen": 10_000, "freight_fen": 0, "compensation_fen": 1_000}
        wrong = world.seller.send("post", path, due | {"compensation_fen": 1})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "amounts_changed")
        done = world.seller.send("post", path, due | {"empties_stock": False}, key="s")
        assert (done.status_code, done.json()) == (201, due)
        assert world.seller.send("post", path, due | {"empties_stock": False}, key="s").json() == due
        order.refresh_from_db()
        assert order.status == "closed_refunded"
        assert world.seller.send("get", path).json()["code"] == "move_refused"
        money = world.seller.send("get", f"supplier/orders/{order.number}/money/").json()
        assert (money["number"], money["compensation_fen"]) == (order.number, 1_000)


class TestAfterSales:
    @pytest.fixture
    def case(self, world, at):
        order = story.paid_order(world.good, at, through=world.shop)
        story.ship(order, at)
        return open_case(order, at)

    def test_read_spoken_in_and_agreed_to(self, world, case):
        (row,) = world.seller.send("get", "supplier/cases/").json()["results"]
        assert (row["number"], row["reason"], row["amount_fen"]) == (case.number, "quality", 100)
        assert world.seller.send("get", "supplier/cases/counts/").json()["waiting"] == 1
        path = f"supplier/cases/{case.number}/"
        said = world.seller.send("post", f"{path}messages/", {"text": "请拍照"}, key="m")
        again = world.seller.send("post", f"{path}messages/", {"text": "请拍照"}, key="m")
        assert [m["text"] for m in again.json()["messages"]] == [m["text"] for m in said.json()["messages"]]
        assert said.json()["messages"][-1]["text"] == "请拍照"
        assert {"agree", "reject"} <= set(said.json()["may"])
        short = world.seller.send("post", f"{path}refusal/", {"text": "不"})
        assert (short.status_code, short.json()["code"]) == (400, "reason_missing")
        agreed = world.seller.send("post", f"{path}agreement/", key="a").json()
        assert agreed["status"] == "refunding"
        assert world.seller.send("post", f"{path}agreement/", key="a").json()["status"] == "refunding"
        late = world.seller.send("post", f"{path}refusal/", {"text": "不同意"})
        assert (late.status_code, late.json()["code"]) == (409, "move_refused")

    def test_refused_disputed_and_evidence_given(self, world, case, at):
        refused = world.seller.send(
            "post", f"supplier/cases/{case.number}/refusal/", {"text": "完好无损"}
        ).json()
        assert refused["status"] == "rejected"
        case.refresh_from_db()
        buyer = Actor(ActorKind.BUYER, case.order.trade.number)
        dispute = disputes.escalate_case(case=case, actor=buyer, at=clock.now())
        assert [d["number"] for d in world.seller.send("get", "supplier/disputes/").json()["results"]] == [
            dispute.number
        ]
        path = f"supplier/disputes/{dispute.number}/"
        assert world.seller.send("get", f"supplier/cases/{case.number}/").json()["dispute"] == dispute.number
        body = world.seller.send("post", f"{path}evidence/", {"text": "发货前的照片"}).json()
        assert (body["messages"][-1]["text"], body["gives_evidence"]) == ("发货前的照片", True)
        assert world.seller.send("post", f"{path}done/").json()["supplier_done"] is True
        early = world.seller.send("post", f"{path}appeal/", {"text": "新的证据"})
        assert early.status_code == 409
        assert world.seller.send("get", path).json()["rulings"] == []

    def test_points_and_an_appeal(self, world, at):
        given = disputes.give_penalty(
            party=world.supplier,
            draft=PenaltyDraft(Offence.REFUND_REFUSED, 6, "查实"),
            key="1",
            actor=Actor(ActorKind.STAFF, "anna", "anna"),
            at=at,
        )
        stand = world.seller.send("get", "supplier/penalties/").json()
        assert (stand["points"], stand["penalties"][0]["may_appeal"]) == (6, True)
        path = f"supplier/penalties/{given.number}/"
        appealed = world.seller.send("post", f"{path}appeal/", {"text": "事实有误"})
        assert (appealed.status_code, appealed.json()["status"]) == (200, "appealed")
        twice = world.seller.send("post", f"{path}appeal/", {"text": "再来一次"})
        assert (twice.status_code, twice.json()["code"]) == (409, "move_refused")
        assert world.seller.send("get", path).json()["appeal"] == "事实有误"
