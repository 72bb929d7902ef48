"""Outgoing webhooks: where they may go (trust B26), what is signed, how often it is tried, what the log says."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.urls import reverse

from disputes import services as disputes
from disputes.services import CaseDraft
from disputes.states import CaseReason
from orders import services as orders
from suppliers import errors, services
from suppliers.models import Supplier, WebhookDelivery, WebhookEndpoint
from suppliers.services import Happened
from suppliers.services.webhooks import ATTEMPTS_MAX, ENDPOINTS_MAX, FAILURES_MAX, PAUSES
from suppliers.states import WebhookEvent
from taoxiaopu.flows.services.webhooks import tell_webhooks
from taoxiaopu.kernel import clock, outgoing
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.outgoing import BadAddress, NoAnswer, check_address
from tests.factories import story
from tests.factories.desk import member

AT = story.noon(2026, 6, 3)
MINUTE = timedelta(minutes=1)


class Ear(BaseHTTPRequestHandler):
    """Writes down what it hears, and answers what it is told to."""

    heard: list[tuple[dict[str, str], bytes]]
    answers: list[tuple[int, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).heard.append((dict(self.headers), body))
        status, headers, text = type(self).answers.pop(0) if type(self).answers else (200, {}, b"ok")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(text)
        except OSError:
            return

    def log_message(self, *_args: object) -> None:
        """Silent."""


@pytest.fixture
def ear(settings: Any) -> Iterator[Any]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    handler = type("OneEar", (Ear,), {"heard": [], "answers": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    handler.url = f"http://127.0.0.1:{server.server_port}/hook?a=1"  # type: ignore[attr-defined]
    yield handler
    server.shutdown()
    server.server_close()


class TestWhereTo:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "https://127.0.0.1/", "https://127.1/",
            "https://169.254.169.254/latest/", "https://[::1]/", "https://0x7f000001/", "https://2130706433/",
            "https://localhost/", "https://10.0.0.1/", "https://192.168.1.1/", "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/", "https://[fc00::1]/", "https://100.64.0.1/", "https://0.0.0.0/",
            "https://224.0.0.1/", "https://user@example.com/", "https://example.com/#x", "https://exa mple.com/",
            "https://example.com:0/", "https://example.com:99999/", "https://", "https:///x", "//example.com/",
            "https://example.com/\r\nX: y", "https://例子.com/", "https://example.com/" + "a" * 300, "",
        ],
    )  # fmt: skip
    def test_addresses_that_are_refused(self, url: str) -> None:
        with pytest.raises(BadAddress):
            check_address(url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com",
            "https://example.com:8443/a?b=c",
            "https://8.8.8.8/",
            "https://[2606:4700::1]/",
        ],
    )
    def test_addresses_that_are_fine(self, url: str) -> None:
        assert check_address(url).scheme == "https"

    @pytest.mark.parametrize("inner", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:10.0.0.1"])
    def test_a_name_that_leads_inside_is_not_connected_to(
        self, inner: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def resolve(host: str, port: int, **_how: object) -> list[Any]:
            asked.append(host)
            return [(2, 1, 6, "", ("8.8.8.8", port)), (2, 1, 6, "", (inner, port))]

        monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
        monkeypatch.setattr(outgoing.socket, "create_connection", lambda *_a, **_k: pytest.fail("connected"))
        with pytest.raises(NoAnswer, match="address"):
            outgoing.post("https://rebind.example.com/", b"{}", {})
        assert asked == ["rebind.example.com"]

    def test_the_address_that_was_checked_is_the_one_connected_to(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        to = []

        def connect(address: tuple[str, int], **_how: object) -> Any:
            to.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(
            outgoing.socket, "getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("8.8.8.8", 443))]
        )
        monkeypatch.setattr(outgoing.socket, "create_connection", connect)
        with pytest.raises(NoAnswer, match="ConnectionRefusedError"):
            outgoing.post("https://example.com/", b"{}", {})
        assert to == [("8.8.8.8", 443)]

    def test_redirects_are_not_followed_and_answers_are_cut(self, ear: Any) -> None:
        ear.answers += [(302, {"Location": ear.url}, b""), (200, {}, b"x" * 200_000)]
        assert outgoing.post(ear.url, b"{}", {}).status == 302
        assert len(ear.heard) == 1
        answer = outgoing.post(ear.url, b"{}", {})
        assert answer.status == 200
        assert len(answer.body) < outgoing.ANSWER_MAX

    def test_who_drips_is_left_after_the_deadline(self, ear: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def drip(self: Any) -> None:
            self.send_response(200)
            for _ in range(40):
                self.wfile.write(b"X: y\r\n")
                time.sleep(0.05)

        monkeypatch.setattr(ear, "do_POST", drip)
        monkeypatch.setattr(outgoing, "DEADLINE_S", 0.3)
        begun = time.monotonic()
        with pytest.raises(NoAnswer, match="timeout"):
            outgoing.post(ear.url, b"{}", {})
        assert time.monotonic() - begun < 1.5

    def test_loopback_is_closed_unless_a_test_opens_it(self, ear: Any, settings: Any) -> None:
        settings.WEBHOOKS_TO_LOOPBACK = False
        with pytest.raises(BadAddress):
            outgoing.post(ear.url, b"{}", {})
        assert ear.heard == []


@pytest.fixture
def supplier(db: None) -> Supplier:
    return story.supplier(AT)


def endpoint(of: Supplier, url: str, at: datetime = AT, *events: WebhookEvent) -> tuple[WebhookEndpoint, str]:
    wanted = events or tuple(WebhookEvent)
    return services.add_endpoint(supplier=of, url=url, events=wanted, actor=story.supplier_actor(of), at=at)


@pytest.mark.django_db
class TestDeliveries:
    def test_each_event_once_signed_and_without_the_consumer(self, supplier: Supplier, ear: Any) -> None:
        good = story.good(supplier, AT)
        _row, secret = endpoint(supplier, ear.url)
        order = story.paid_order(good, AT + MINUTE)
        story.ship(order, AT + MINUTE)
        line = story.line_of(order)
        buyer = Actor(ActorKind.BUYER, order.trade.number)
        draft = CaseDraft(CaseReason.QUALITY, 100, True, "裂了")
        disputes.open_case(line=line, draft=draft, actor=buyer, at=AT + MINUTE)
        orders.refund_line(
            line=line, amount_fen=50, cause="tests", cause_ref="1", owner_side=False, at=AT + MINUTE
        )
        story.good(supplier, AT + MINUTE, title="全国第一面霜")
        story.paid_order(story.good(story.supplier(AT, 2), AT), AT + MINUTE)
        at = AT + 2 * MINUTE
        assert tell_webhooks(at=at) == 10  # five written down, five sent
        assert tell_webhooks(at=at + MINUTE) == 0
        assert sorted(json.loads(body)["event"] for _headers, body in ear.heard) == sorted(
            set(WebhookEvent.values) - {"contract.version", "contract.agreed"}  # of customised goods
        )
        headers, body = ear.heard[0]
        stamp = headers["X-Taoxiaopu-Timestamp"]
        mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        assert headers["X-Taoxiaopu-Signature"] == f"v1={mac}"
        assert int(stamp) == int(at.timestamp())
        everything = b"".join(body for _headers, body in ear.heard).decode()
        assert "13911112222" not in everything
        assert "文三路" not in everything
        assert {d.status for d in WebhookDelivery.objects.all()} == {"taken"}

    def test_only_what_was_asked_for_and_only_from_then_on(self, supplier: Supplier, ear: Any) -> None:
        good = story.good(supplier, AT)
        story.paid_order(good, AT)
        endpoint(supplier, ear.url, AT, WebhookEvent.ORDER_PAID)
        order = story.paid_order(good, AT + MINUTE)
        story.ship(order, AT + MINUTE)
        tell_webhooks(at=AT + MINUTE)
        assert [(d.event, d.ref) for d in WebhookDelivery.objects.all()] == [("order.paid", order.number)]

    def test_what_committed_late_is_found_by_the_overlap(self, supplier: Supplier, ear: Any) -> None:
        good = story.good(supplier, AT)
        endpoint(supplier, ear.url)
        tell_webhooks(at=AT + 20 * MINUTE)
        order = story.paid_order(good, AT + 11 * MINUTE)  # its transaction was open for nine minutes
        tell_webhooks(at=AT + 21 * MINUTE)
        assert WebhookDelivery.objects.get().ref == order.number

    def test_again_with_growing_pauses_then_given_up(self, supplier: Supplier, ear: Any) -> None:
        row, _secret = endpoint(supplier, ear.url)
        paid = Happened(WebhookEvent.ORDER_PAID, "1", AT, {"order": "1"})
        services.queue_deliveries(endpoint=row, happened=[paid], until=AT)
        ear.answers += [(500, {}, b"no")] * ATTEMPTS_MAX
        at = AT
        for pause in PAUSES:
            assert services.send_due_deliveries(at=at) == 1
            assert services.send_due_deliveries(at=at + pause - timedelta(seconds=1)) == 0
            at += pause
        assert services.send_due_deliveries(at=at) == 1
        kept = WebhookDelivery.objects.get()
        assert (kept.status, kept.attempts, kept.answer_status, kept.answer) == ("failed", 6, 500, "no")
        services.resend(delivery=kept, at=at)
        assert services.send_due_deliveries(at=at) == 1
        kept.refresh_from_db()
        assert (kept.status, kept.attempts) == ("taken", 1)
        row.refresh_from_db()
        assert row.failures == 0
        assert len({body for _headers, body in ear.heard}) == 1

    def test_switched_off_after_so_many_failures(self, supplier: Supplier, ear: Any) -> None:
        row, _secret = endpoint(supplier, ear.url)
        WebhookEndpoint.objects.filter(pk=row.pk).update(failures=FAILURES_MAX - 2)
        happened = [Happened(WebhookEvent.ORDER_PAID, f"{n}", AT, {}) for n in range(3)]
        services.queue_deliveries(endpoint=row, happened=happened, until=AT)
        ear.answers += [(500, {}, b"")] * 3
        assert services.send_due_deliveries(at=AT, limit=1) == 1
        row.refresh_from_db()
        assert row.is_active
        assert services.send_due_deliveries(at=AT, limit=1) == 1
        row.refresh_from_db()
        assert not row.is_active
        assert services.send_due_deliveries(at=AT) == 0
        assert history("webhook", row.public_id).filter(event="webhook_off").count() == 1

    def test_a_worker_that_died_loses_a_minute(self, supplier: Supplier, ear: Any, monkeypatch: Any) -> None:
        row, _secret = endpoint(supplier, ear.url)
        services.queue_deliveries(
            endpoint=row, happened=[Happened(WebhookEvent.ORDER_PAID, "1", AT, {})], until=AT
        )

        def die(*_args: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(outgoing, "post", die)
            with pytest.raises(KeyboardInterrupt):
                services.send_due_deliveries(at=AT)
        assert services.send_due_deliveries(at=AT + timedelta(seconds=59)) == 0
        assert services.send_due_deliveries(at=AT + timedelta(seconds=60)) == 1

    def test_so_many_addresses(self, supplier: Supplier) -> None:
        for n in range(ENDPOINTS_MAX):
            endpoint(supplier, f"https://example.com/{n}")
        with pytest.raises(errors.TooManyEndpoints):
            endpoint(supplier, "https://example.com/x")
        assert WebhookEndpoint.objects.count() == 5


@pytest.mark.django_db
def test_pages_show_the_secret_once_and_the_log() -> None:
    at = clock.now()
    client, supplier = member(at)
    url = reverse("supplier:webhooks")
    assert "还没有 Webhook" in client.get(url).text
    assert client.post(url, {"url": "https://10.0.0.1/", "events": ["order.paid"]}).status_code == 422
    page = client.post(url, {"url": "https://example.com/hook", "events": ["order.paid"]})
    row = WebhookEndpoint.objects.get()
    assert page.status_code == 200
    assert row.secret in page.text
    assert row.secret.startswith("whsec_")
    assert row.secret not in client.get(url).text
    services.queue_deliveries(
        endpoint=row, happened=[Happened(WebhookEvent.ORDER_PAID, "123", at, {"order": "123"})], until=at
    )
    log = client.get(reverse("supplier:webhook", args=[row.public_id]))
    assert "订单付款" in log.text
    one = WebhookDelivery.objects.get()
    assert client.post(reverse("supplier:webhook-resend", args=[one.public_id])).status_code == 302
    old = row.secret
    turned = client.post(reverse("supplier:webhook-secret", args=[row.public_id]))
    row.refresh_from_db()
    assert row.secret != old
    assert (row.secret in turned.text, old in turned.text) == (True, False)
    assert [entry.event for entry in history("webhook", row.public_id)][-1] == "webhook_secret"
    assert client.post(reverse("supplier:webhook-switch", args=[row.public_id])).status_code == 302
    row.refresh_from_db()
    assert not row.is_active
    assert client.post(reverse("supplier:webhook-removal", args=[row.public_id])).status_code == 302
    assert not WebhookEndpoint.objects.filter(supplier=supplier).exists()
