"""Every answer carries its policy, no page needs an exception from it, and a real browser agrees."""

import json
import logging
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from taoxiaopu.operations import reports
from tests.factories import browsing, story
from tests.factories.desk import member
from tests.staff import world
from tests.tenancy.world import build_world

STRICT = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
    "report-uri /csp-report",
}


# The one page that reads barcodes may compile WebAssembly: nothing else of its policy differs.
READER = (STRICT - {"script-src 'self'"}) | {"script-src 'self' 'wasm-unsafe-eval'"}


def directives(answer: HttpResponse) -> set[str]:
    return {part.strip() for part in answer["Content-Security-Policy"].split(";")}


class InlineFinder(HTMLParser):
    """Collects what the policy would stop: scripts and styles in the page, handlers, javascript: addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        data = given.get("type") in ("application/json", "application/ld+json")
        if (tag == "script" and "src" not in given and not data) or tag == "style":
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if (
                name == "style"
                or name.startswith("on")
                or (value or "").strip().lower().startswith("javascript:")
            ):
                self.found.append(f"<{tag} {name}>")
        for name in ("src", "href", "action"):
            address = given.get(name) or ""
            if address.startswith(("http:", "https:", "//")) and tag != "a":
                self.found.append(f"<{tag} {name}={address}>")
            if tag == "a" and name == "href" and address.startswith(("/", "?")):
                self.links.append(address)


def walk(client: Client, *starts: str, stay: str = "/", limit: int = 60) -> dict[str, HttpResponse]:
    """Open pages from link to link, one of each shape (numbers and ids left out of the count)."""
    answers: dict[str, HttpResponse] = {}
    shapes: set[str] = set()
    queue = list(starts)
    while queue and len(answers) < limit:
        address = queue.pop(0)
        shape = "/".join(
            "#" if any(c.isdigit() for c in part) else part for part in address.split("?")[0].split("/")
        )
        if shape in shapes or address.startswith(("/static/", "/accounts/sign-out")):
            continue
        shapes.add(shape)
        answer = client.get(address)
        answers[address] = answer
        if (
            answer.status_code == 200
            and "text/html" in answer.get("Content-Type", "")
            and not answer.streaming
        ):
            finder = InlineFinder()
            finder.feed(answer.content.decode())
            base = address.split("?")[0]
            links = [base + link if link.startswith("?") else link for link in finder.links]
            queue += [link for link in links if link.startswith(stay)]
    return answers


def assert_strict(answers: dict[str, HttpResponse], at_least: int) -> None:
    pages = 0
    for address, answer in answers.items():
        assert directives(answer) >= (READER if address == "/supplier/goods/scan/" else STRICT), address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["Referrer-Policy"] == "same-origin", address
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert answer["X-Frame-Options"] == "DENY", address
        assert "camera" not in answer["Permissions-Policy"], address  # evidence may be photographed
        assert "geolocation=()" in answer["Permissions-Policy"], address
        if "text/html" in answer.get("Content-Type", "") and not answer.streaming:
            finder = InlineFinder()
            finder.feed(answer.content.decode())
            assert finder.found == [], address
            pages += answer.status_code == 200
    assert pages >= at_least, sorted(answers)


@pytest.mark.django_db
def test_pages_of_consumers_owners_and_suppliers_are_strict() -> None:
    made = build_world()
    shopper = browsing.holder(made.order.trade, made.unpaid.trade)
    starts = (
        "/",
        f"/s/{made.shop.number}/",
        f"/trades/{made.order.trade.number}/",
        f"/trades/{made.unpaid.trade.number}/",
        f"/cashier/{made.charge.number}/",
        f"/cases/{made.case.number}/",
        "/orders/",
        "/accounts/sign-in/",
        "/no-such-page/",
        "/api/v1/docs/",
        "/api/v1/schema/",
    )
    assert_strict(walk(shopper, *starts), at_least=8)
    owner = Client()
    owner.force_login(made.shop.owner.user)
    assert_strict(walk(owner, "/owner/", stay="/owner/"), at_least=8)
    supplier = Client()
    supplier.force_login(made.supplier.members.get().user)
    assert_strict(walk(supplier, "/supplier/", stay="/supplier/"), at_least=8)


@pytest.mark.django_db
def test_pictures_and_exports_carry_it_too() -> None:
    at = story.noon(2026, 6, 3)
    client, supplier = member(at)
    story.paid_order(story.good(supplier, at), at)
    found = walk(client, "/supplier/orders/", stay="/supplier/")
    exports = [answer for answer in found.values() if answer.get("Content-Type", "").startswith("text/csv")]
    assert exports, sorted(found)
    for answer in exports:
        assert directives(answer) >= STRICT
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_refusals_carry_it_too() -> None:
    for host, address, status in (
        ("evil.example", "/", 400),
        ("127.0.0.1", "/no-such-page/", 404),
        ("127.0.0.1", "/admin/no-such-page/", 302),
    ):
        answer = Client().get(address, headers={"host": host})
        assert answer.status_code == status
        assert "object-src 'none'" in directives(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/admin/", "/staff/imports/"])
def test_the_staffs_desk_has_its_own_exception_and_no_more(address: str) -> None:
    desk = Client()
    desk.force_login(world.staff_user(901, "青禾"))
    answer = desk.get(address)
    assert answer.status_code == 200
    given = directives(answer)
    assert "script-src 'self' 'unsafe-eval'" in given
    assert STRICT - given == {"script-src 'self'", "style-src 'self'"}
    assert "'unsafe-inline'" not in " ".join(part for part in given if part.startswith("script-src"))
    finder = InlineFinder()
    finder.feed(answer.content.decode())
    assert [what for what in finder.found if what.startswith("<script") or " on" in what] == []


def report(body: object) -> dict[str, object]:
    data = body if isinstance(body, str) else json.dumps(body)
    return {"data": data, "content_type": "application/csp-report"}


VIOLATION = {
    "csp-report": {
        "violated-directive": "script-src",
        "blocked-uri": "https://evil.example/x.js?phone=13911112222",
        "document-uri": "https://shop.example/orders/?token=abc#x",
    }
}


@pytest.mark.django_db
def test_reports_are_logged_few_and_small(caplog: pytest.LogCaptureFixture) -> None:
    cache.clear()
    client = Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.WARNING):
        assert client.post("/csp-report", **report(VIOLATION)).status_code == 204
        assert client.get("/csp-report").status_code == 405
        for bad in ("", "[]", "{", '{"csp-report": 7}', "[" * 5000, "x" * (reports.MAX_BODY + 1)):
            assert client.post("/csp-report", **report(bad)).status_code == 204
        for _ in range(reports.AN_HOUR_PER_ADDRESS + 5):
            client.post("/csp-report", **report(VIOLATION))
    lines = [record.msg for record in caplog.records if "csp_violation" in str(record.msg)]
    assert len(lines) == reports.AN_HOUR_PER_ADDRESS - 5  # the five small bad ones were counted
    assert lines[0]["blocked"] == "https://evil.example/x.js"
    assert lines[0]["document"] == "https://shop.example/orders/"


@pytest.mark.django_db(transaction=True)
def test_a_browser_finds_nothing_to_stop(browser: Browser, live_server: LiveServer) -> None:
    judge = world.staff_user(901, "青禾")
    made = world.build(judge)
    complaints: list[str] = []

    def visit(person: User | None, *addresses: str) -> None:
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
        if person:
            client = Client()
            client.force_login(person)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        for address in addresses:
            answer = page.goto(address)
            assert answer
            assert answer.status == 200, address
            page.wait_for_load_state("networkidle")
            if person is judge:
                eyes = page.locator("[x-data]").first
                assert eyes.count() == 1
        context.close()

    visit(
        judge,
        "/admin/",
        reverse("admin:orders_order_changelist"),
        reverse("admin:orders_order_change", args=[made.paid.pk]),
        reverse("admin:disputes_dispute_change", args=[made.review.pk]),
        reverse("admin:ledger_account_trial"),
        reverse("admin:suppliers_good_review"),
        reverse("admin:operations_timetablerun_changelist"),
    )
    visit(made.supplier.members.get().user, "/supplier/", "/supplier/orders/", "/supplier/goods/")
    visit(made.shop.owner.user, "/owner/", "/owner/pool/")
    visit(None, "/", f"/s/{made.shop.number}/", "/accounts/sign-in/", "/api/v1/docs/")
    assert complaints == []
