"""The rest of the desk over the API: entry, deposit and bonds, team, webhooks, inbox, the first page, money, leaving."""

import hashlib
import hmac
import json
import re
import time
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import InboxLetter, User
from commissions.services import make_supplier_statements
from payments.models import Charge
from payments.providers.sandbox import Button
from payments.services import press_cashier
from suppliers import services as suppliers
from suppliers.models import Category, Paper, Supplier, WebhookEndpoint
from suppliers.services import Happened
from suppliers.services.webhooks import signature
from suppliers.states import WebhookEvent
from taoxiaopu.flows import stage
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.models import IdempotencyKey
from tests.api.conftest import Caller
from tests.factories import payouts, story
from tests.factories.world import picture

CODE = "91330100MA27XK1U0B"


def remembered() -> str:
    """Everything that is kept with idempotency keys."""
    return json.dumps(list(IdempotencyKey.objects.values_list("answer", flat=True)), ensure_ascii=False)


def scan(name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, story.small_scan("scan"), "image/png")


class TestEntry:
    @pytest.fixture
    def words(self, db: None) -> dict:
        ensure_reference()
        wanted = story.application(5)
        return {
            "name": wanted.name, "credit_code": wanted.credit_code, "kind": wanted.kind.value, "capital": "1000000",
            "is_general_taxpayer": True, "brands": "\n".join(wanted.brands), "proof": wanted.proof.value,
            "chain_levels": str(wanted.chain_levels or ""), "voucher_note": wanted.voucher_note,
        }  # fmt: skip

    @pytest.fixture
    def caller(self, words: dict) -> Caller:
        return Caller(story.user(55))

    def fill(self, caller: Caller) -> None:
        """Every place that is empty or to be mended."""
        for item in caller.send("get", "supplier/papers/").json()["items"]:
            if item["state"] not in ("missing", "mend"):
                continue
            paper = {"requirement": item["requirement"], "brand": item["brand"], "level": item["level"]}
            paper |= {"text": "我们承诺所填内容属实，如有虚假愿承担责任。"} if item["kind"] == "text" else {}
            paper |= {"declared": True} if item["kind"] == "declaration" else {}
            if item["has_expiry"]:
                today = clock.local(clock.now()).date()
                paper |= {"valid_from": str(today), "valid_until": str(today + timedelta(days=400))}
            files = {"files": scan()} if item["kind"] == "document" else {}
            answer = caller.upload("supplier/papers/", paper, **files)
            assert answer.status_code == 201, (item, answer.json())

    def test_from_the_first_word_to_being_let_in(self, caller: Caller, words: dict) -> None:
        assert caller.send("get", "supplier/application/").status_code == 404
        begun = caller.send("put", "supplier/application/", {"kind": words["kind"]})
        assert (begun.status_code, begun.json()["status"], begun.json()["is_open"]) == (200, "draft", True)
        for path in ("supplier/goods/", "supplier/home/", "supplier/webhooks/"):
            early = caller.send("get", path)
            assert (early.status_code, early.json()["code"]) == (409, "supplier_not_active"), path
        wrong = caller.send("post", "supplier/application/submission/", words | {"capital": "999999.99"})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "capital_too_low")
        empty = caller.send("post", "supplier/application/submission/", {"name": ""})
        assert empty.status_code == 400
        assert {"name", "credit_code", "capital", "brands"} <= set(empty.json()["errors"])
        kept = caller.send("put", "supplier/application/", words).json()
        assert kept["typed"]["name"] == words["name"]
        assert any(item["state"] == "missing" for item in kept["checklist"])
        early = caller.send("post", "supplier/application/submission/", {})
        assert (early.status_code, early.json()["code"]) == (400, "papers_missing")
        self.fill(caller)
        handed = caller.send("post", "supplier/application/submission/", {}, key="s")
        assert (handed.status_code, handed.json()["status"]) == (200, "submitted")
        assert (
            caller.send("post", "supplier/application/submission/", {}, key="s").json()["status"]
            == "submitted"
        )
        assert words["credit_code"] not in remembered()
        late = caller.send("put", "supplier/application/", words)
        assert (late.status_code, late.json()["code"]) == (409, "move_refused")
        supplier, at = Supplier.objects.get(), clock.now()
        self.mend(caller, supplier)
        stage.let_in(supplier, story.SYSTEM_STAFF, at)
        for path in ("supplier/deposit/", "supplier/application/"):  # approved: a second factor from now on
            assert caller.send("get", path).json()["code"] == "second_factor_missing"
        story.enrol(supplier.members.get().user)
        self.pay(caller, at)

    def mend(self, caller: Caller, supplier: Supplier) -> None:
        at, staff = clock.now(), story.SYSTEM_STAFF
        suppliers.take_application(public_id=supplier.public_id, actor=staff, at=at)
        first = Paper.objects.filter(supplier=supplier, pages__gt=0).order_by("pk")[0]
        suppliers.judge_paper(public_id=first.public_id, is_fine=False, actor=staff, at=at, note="缺公章")
        suppliers.ask_for_more(public_id=supplier.public_id, actor=staff, at=at)
        asked = caller.send("get", "supplier/application/").json()
        assert (asked["status"], asked["is_open"], "缺公章" in asked["review_note"]) == (
            "need_info",
            True,
            True,
        )
        (item,) = [item for item in asked["checklist"] if item["state"] == "mend"]
        assert item["papers"][0]["note"] == "缺公章"
        page = f"supplier/papers/{first.public_id}/pages/1/"
        assert caller.send("get", page)["Content-Type"] == "image/webp"
        assert caller.send("get", page.replace("pages/1", "pages/2")).status_code == 404
        self.fill(caller)
        again = caller.send("post", "supplier/application/submission/", {})
        assert (again.status_code, again.json()["status"]) == (200, "submitted")

    def pay(self, caller: Caller, at) -> None:
        before = caller.send("get", "supplier/deposit/").json()
        assert (before["held_fen"], before["missing_fen"], before["charges"]) == (0, 1_000_000, [])
        charge = caller.send("post", "supplier/deposit/payments/", key="d")
        assert (charge.status_code, charge.json()["amount_fen"]) == (201, 1_000_000)
        assert charge.json()["cashier_url"].startswith("http://testserver/cashier/")
        number = caller.send("post", "supplier/deposit/payments/").json()["number"]
        assert number == charge.json()["number"]
        row = Charge.objects.get(number=number)
        press_cashier(charge=row, button=Button.PAY, at=at)
        story.deliver(row, at)
        after = caller.send("get", "supplier/deposit/").json()
        assert (after["held_fen"], after["missing_fen"], after["charges"][0]["status"]) == (
            1_000_000,
            0,
            "paid",
        )
        assert caller.send("get", "supplier/home/").json()["status"] == "active"

    def test_a_paper_that_is_wrong_changes_nothing(self, caller: Caller, words: dict) -> None:
        caller.send("put", "supplier/application/", words)
        code = next(
            item["requirement"]
            for item in caller.send("get", "supplier/papers/").json()["items"]
            if item["kind"] == "document"
        )
        before = picture()
        spoilt = SimpleUploadedFile("a.pdf", b"%PDF-1.4 nothing", "application/pdf")
        for paper, files in (
            ({"requirement": code}, {"files": spoilt}),
            ({"requirement": "nothing-such"}, {"files": scan()}),
            ({"requirement": code}, {}),
            ({"requirement": code}, {"files": [scan() for _ in range(21)]}),
        ):
            answer = caller.upload("supplier/papers/", paper, **files)
            assert answer.status_code == 400, answer.json()
        changed = {name for name, rows in picture().items() if before[name] != rows}
        assert changed <= {"accounts_apitoken"}

    def test_a_stranger_has_no_application_and_no_paper(self, caller: Caller, words: dict) -> None:
        for method, path in (("get", "supplier/papers/"), ("post", "supplier/application/submission/")):
            assert caller.send(method, path, {} if method == "post" else None).status_code == 404
        assert caller.upload("supplier/papers/", {"requirement": "x"}).status_code == 404


def test_a_bond_is_asked_for_and_its_charge_opened(world):
    Category.objects.filter(code="home/appliances").update(bond_fen=100_000)
    rows = world.seller.send("get", "supplier/bonds/").json()["categories"]
    assert ("home/appliances", 100_000, None) in [(r["category"], r["missing_fen"], r["since"]) for r in rows]
    made = world.seller.send("post", "supplier/bonds/payments/", {"category": "home/appliances"})
    assert (made.status_code, made.json()["amount_fen"], made.json()["status"]) == (201, 100_000, "open")
    refused = world.seller.send("post", "supplier/bonds/payments/", {"category": "beauty"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_input")


class TestTeam:
    def test_invited_let_in_another_role_removed(self, world):
        guest = story.user(40)
        made = world.seller.send(
            "post", "supplier/invitations/", {"contact": guest.phone, "role": "goods"}, key="i"
        )
        assert (made.status_code, made.json()["role"]) == (201, "goods")
        assert guest.phone not in remembered()
        (waiting,) = world.seller.send("get", "supplier/invitations/").json()["results"]
        assert (waiting["id"], waiting["contact"]) == (made.json()["id"], guest.phone)
        User.objects.filter(pk=guest.pk).update(phone_verified=True)
        caller = Caller(User.objects.get(pk=guest.pk))
        (own,) = caller.send("get", "invitations/").json()
        assert own["supplier"] == world.supplier.name
        joined = caller.send("post", f"invitations/{own['id']}/acceptance/").json()
        assert (joined["id"], joined["role"], joined["changes"]) == (
            guest.public_id,
            "goods",
            ["home", "goods"],
        )
        unsafe = caller.send("get", "supplier/goods/")
        assert (unsafe.status_code, unsafe.json()["code"]) == (403, "second_factor_missing")
        story.enrol(User.objects.get(pk=guest.pk))
        assert caller.send("get", "supplier/goods/").status_code == 200
        assert caller.send("get", "supplier/members/").json()["code"] == "role_refused"
        path = f"supplier/members/{guest.public_id}/"
        assert world.seller.send("patch", path, {"role": "finance"}).json()["role"] == "finance"
        assert caller.send("post", "supplier/goods/", {}).json()["code"] == "role_refused"
        assert world.seller.send("delete", path).status_code == 204
        assert caller.send("get", "supplier/home/").status_code == 404
        (left,) = world.seller.send("get", "supplier/members/").json()["results"]
        last = world.seller.send("delete", f"supplier/members/{left['id']}/")
        assert (last.status_code, last.json()["code"]) == (409, "last_admin")

    def test_an_invitation_taken_back(self, world):
        asked = {"contact": "new@example.com", "role": "read_only"}
        made = world.seller.send("post", "supplier/invitations/", asked).json()
        assert world.seller.send("post", "supplier/invitations/", asked).json()["code"] == "already_invited"
        assert world.seller.send("delete", f"supplier/invitations/{made['id']}/").status_code == 204
        assert world.seller.send("get", "supplier/invitations/").json()["results"] == []
        bad = world.seller.send("post", "supplier/invitations/", asked | {"contact": "nobody"})
        assert (bad.status_code, bad.json()["field"]) == (400, "contact")

    def test_views_are_a_members_own(self, world):
        asked = {"page": "orders", "name": "急", "query": "?due=late&page=3"}
        kept = world.seller.send("post", "supplier/views/", asked)
        assert (kept.status_code, kept.json()["query"]) == (201, "due=late")
        assert [v["name"] for v in world.seller.send("get", "supplier/views/").json()] == ["急"]
        assert world.other_seller.send("get", "supplier/views/").json() == []
        assert world.seller.send("delete", f"supplier/views/{kept.json()['id']}/").status_code == 204
        assert world.seller.send("get", "supplier/views/").json() == []

    def test_who_did_what_page_behind_page(self, world):
        path = f"supplier/goods/{world.good.public_id}/"
        for stock in (1, 2, 3):
            world.seller.send("patch", path, {"stock": stock})
        first = world.seller.send("get", "supplier/trail/?page_size=2").json()
        assert [row["what"] for row in first["results"]] == ["改价格或库存"] * 2
        second = world.seller.get(first["next"]).json()
        assert second["results"][0]["what"] == "改价格或库存"
        assert second["results"][0]["ref"] == world.good.public_id


class TestWebhooks:
    def test_a_secret_is_told_once_and_kept_nowhere_in_the_clear(self, world):
        asked = {"url": "https://example.com/hook", "events": ["order.paid"]}
        made = world.seller.send("post", "supplier/webhooks/", asked, key="w")
        secret = made.json()["secret"]
        assert (made.status_code, secret.startswith("whsec_")) == (201, True)
        again = world.seller.send("post", "supplier/webhooks/", asked, key="w").json()
        assert (again["id"], again["secret"]) == (made.json()["id"], None)
        assert secret not in remembered()
        (listed,) = world.seller.send("get", "supplier/webhooks/").json()["results"]
        assert (listed["url"], "secret" in listed) == (asked["url"], False)
        path = f"supplier/webhooks/{listed['id']}/"
        turned = world.seller.send("post", f"{path}secrets/", key="r").json()["secret"]
        endpoint = WebhookEndpoint.objects.get()
        assert (endpoint.secret, turned != secret) == (turned, True)
        assert signature(turned, 1, "{}") != signature(secret, 1, "{}")
        assert world.seller.send("post", f"{path}secrets/", key="r").json()["secret"] is None
        assert WebhookEndpoint.objects.get().secret == turned
        assert turned not in remembered()
        assert (
            next(row["what"] for row in world.seller.send("get", "supplier/trail/").json()["results"])
            == "更换 Webhook 密钥"
        )

    def test_switch_log_resend_remove(self, world):
        asked = {"url": "https://example.com/hook", "events": ["order.paid"]}
        made = world.seller.send("post", "supplier/webhooks/", asked).json()
        path = f"supplier/webhooks/{made['id']}/"
        assert world.seller.send("patch", path, {"is_active": False}).json()["is_active"] is False
        assert world.seller.send("patch", path, {"is_active": True}).json()["is_active"] is True
        at = clock.now()
        told = Happened(WebhookEvent.ORDER_PAID, "1", at, {"order": "1"})
        suppliers.queue_deliveries(endpoint=WebhookEndpoint.objects.get(), happened=[told], until=at)
        (row,) = world.seller.send("get", f"{path}deliveries/").json()["results"]
        assert (row["event"], row["status"], json.loads(row["body"])["data"]) == (
            "order.paid",
            "waiting",
            {"order": "1"},
        )
        again = world.seller.send("post", f"supplier/deliveries/{row['id']}/resending/")
        assert (again.status_code, again.json()["attempts"]) == (200, 0)
        assert world.seller.send("delete", path).status_code == 204
        assert WebhookEndpoint.objects.count() == 0

    @pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "ftp://example.com/"])
    def test_an_address_inside_is_refused(self, world, url):
        answer = world.seller.send("post", "supplier/webhooks/", {"url": url, "events": ["order.paid"]})
        assert answer.status_code == 400
        assert WebhookEndpoint.objects.count() == 0

    def test_the_manual_tells_our_signature_from_anothers(self):
        text = (settings.BASE_DIR / "docs" / "api.md").read_text()
        snippet = re.search(r"```python\n(.*?)```", text, re.DOTALL)
        assert snippet
        found: dict = {"hmac": hmac, "hashlib": hashlib, "time": time}
        exec(snippet[1], found)
        stamp = int(time.time())
        headers = {
            "X-Taoxiaopu-Timestamp": str(stamp),
            "X-Taoxiaopu-Signature": signature("s", stamp, '{"a": "好"}'),
        }
        assert found["is_ours"]("s", headers, '{"a": "好"}'.encode())
        assert not found["is_ours"]("s", headers, b"{}")
        assert not found["is_ours"]("other", headers, '{"a": "好"}'.encode())
        late = {**headers, "X-Taoxiaopu-Timestamp": str(stamp - 301)}
        assert not found["is_ours"]("s", late, '{"a": "好"}'.encode())


class TestInbox:
    def test_letters_are_read_one_by_one_and_all(self, world):
        story.paid_order(world.good, clock.now(), through=world.shop)
        world.seller.send("post", "supplier/goods/", {
            "title": "特供面霜", "category": "beauty", "price_fen": 100, "stock": 1, "rate_bp": 100,
        })  # fmt: skip
        found = world.seller.send("get", "supplier/inbox/?unread=true").json()["results"]
        assert "good_held" in " ".join(row["kind"] for row in found)
        read = world.seller.send("post", f"supplier/inbox/{found[0]['id']}/reading/").json()
        assert read["read_at"] is not None
        left = world.seller.send("post", "supplier/inbox/reading/").json()["read"]
        assert left == len(found) - 1
        assert world.seller.send("get", "supplier/inbox/?unread=true").json()["results"] == []
        assert InboxLetter.objects.filter(user=world.supplier.members.get().user, read_at=None).count() == 0

    def test_mail(self, world):
        now = world.seller.send("get", "supplier/inbox/settings/").json()
        chosen = {"kinds": now["choices"][:1], "quiet_from": 22, "quiet_until": 7}
        assert world.seller.send("put", "supplier/inbox/settings/", chosen).json() == now | chosen
        half = chosen | {"quiet_until": None}
        assert world.seller.send("put", "supplier/inbox/settings/", half).json()["code"] == "bad_input"
        foreign = world.seller.send("put", "supplier/inbox/settings/", chosen | {"kinds": ["none"]})
        assert foreign.status_code == 400
        assert world.seller.send("get", "supplier/inbox/settings/").json() == now | chosen


class TestMoney:
    def test_the_first_page_in_figures(self, world):
        order = story.paid_order(world.good, clock.now(), through=world.shop)
        body = world.seller.send("get", "supplier/home/?days=7").json()
        assert (body["today"]["to_ship"], body["today"]["most_urgent_orders"]) == (1, [order.number])
        assert (body["figures"]["days"], body["figures"]["goods_fen"]) == (
            7,
            {"now": 10_000, "before": 0, "change_bp": None},
        )
        sales = body["figures"]["sales"]
        assert (len(sales["labels"]), sales["series"][0]["values"][-1]) == (7, 10_000)
        assert world.seller.send("get", "supplier/home/?days=8").status_code == 400

    def test_movements_journals_statements_payouts_invoices(self, world):
        at = story.noon(2026, 6, 3)
        payout = payouts.a_payout(world.supplier, at)
        for month in (3, 4, 5):
            make_supplier_statements(date(2026, month, 1), at=at)
        one = world.seller.send("get", f"supplier/payouts/{payout.number}/").json()
        assert (one["amount_fen"], one["account_last4"]) == (payout.amount_fen, payout.account.last4)
        assert one["steps"]
        assert [p["number"] for p in world.seller.send("get", "supplier/payouts/").json()["results"]] == [
            payout.number
        ]
        moved = world.seller.send("get", "supplier/money/movements/?page_size=1").json()
        (entry,) = moved["results"]
        assert moved["next"]
        journal = world.seller.send("get", f"supplier/money/journals/{entry['journal']}/").json()
        assert entry["amount_fen"] in [row["amount_fen"] for row in journal["entries"]]
        year = world.seller.send("get", "supplier/statements/?year=2026").json()
        assert (year["years"], [row["month"] for row in year["statements"]]) == (
            [2026],
            ["2026-05-01", "2026-03-01"],  # nothing was booked in April
        )
        path = "supplier/statements/2026-5/"
        statement = world.seller.send("get", path).json()
        lines = world.seller.send("get", f"{path}lines/?page_size=1").json()
        seen = [lines["results"][0]["payable_fen"]]
        while lines["next"]:
            lines = world.seller.get(lines["next"]).json()
            seen.append(lines["results"][0]["payable_fen"])
        assert len(seen) == statement["lines"]
        assert sum(seen) == statement["closing_payable_fen"] - statement["opening_payable_fen"]
        assert lines["results"][0]["balance_fen"] == statement["closing_payable_fen"]
        assert world.seller.send("get", f"{path}statement.pdf")["Content-Type"] == "application/pdf"
        assert b"".join(world.seller.send("get", f"{path}statement.csv")).startswith(b"\xef\xbb\xbf")
        assert world.seller.send("get", "supplier/statements/2026-13/").status_code == 404
        sums = world.seller.send("get", "supplier/money/").json()
        assert sums["deposit_fen"] == 1_000_000
        assert b"".join(world.seller.send("get", "supplier/money/movements.csv"))
        assert world.seller.send("get", "supplier/invoices/").json()["count"] == 0
        assert world.seller.send("get", "supplier/invoices/2026-5/").status_code == 404

    def test_the_account_shows_its_last_digits_only(self, world):
        assert world.seller.send("get", "supplier/payout-account/").status_code == 404
        account = {"name": world.supplier.name, "account": "6222021234567890"}
        body = world.seller.send("put", "supplier/payout-account/", account).json()
        assert (body["name"], body["last4"]) == (world.supplier.name, "7890")
        assert "6222021234567890" not in json.dumps(body)
        foreign = world.seller.send("put", "supplier/payout-account/", account | {"name": "别家公司"})
        assert (foreign.status_code, foreign.json()["code"]) == (409, "account_not_the_companys")

    def test_leaving_and_coming_back(self, world):
        assert world.seller.send("get", "supplier/exit/").json()["status"] == "active"
        begun = world.seller.send("post", "supplier/exit/", {"reason": "转行"}, key="e")
        assert (begun.status_code, begun.json()["status"], begun.json()["deposit_fen"]) == (
            200,
            "exiting",
            1_000_000,
        )
        assert world.seller.send("post", "supplier/exit/", {"reason": "转行"}, key="e").json() == begun.json()
        assert world.seller.send("post", "supplier/exit/", {}).json()["code"] == "move_refused"
        assert world.seller.send("post", "supplier/exit/return/").json()["status"] == "active"
