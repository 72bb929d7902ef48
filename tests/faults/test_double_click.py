"""F23: a button pressed eight times at once, through HTTP, against a real web server of two processes: one effect, and
every answer is the first one's.
"""

import http.client
import re
from collections.abc import Iterator
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import Client

from accounts.models import User
from commissions.models import Withdrawal
from disputes import services as disputes
from disputes.models import Case
from disputes.services import CaseDraft
from disputes.states import CaseReason
from ledger.models import Journal
from orders.models import Order, Trade
from payments.models import Refund, Transfer
from suppliers.models import Sku, StockReservation
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import payouts, story
from tests.factories.platform import Platform
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS = 8
Answer = tuple[int, str, str]  # status, where it leads, and what the next page will tell; of a page, its text


@pytest.fixture(scope="module")
def web(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    """One web server for all of these tests."""
    folder: Path = tmp_path_factory.mktemp("web")
    with django_db_blocker.unblock():
        running = Platform(folder)
    try:
        running.start(with_worker=False)
        yield running
    finally:
        running.stop()


class Visitor:
    """Somebody's browser without a browser: cookies, a page, and the buttons on it."""

    def __init__(self, web: Platform, person: User | None = None) -> None:
        self.address = urlsplit(web.url).netloc
        self.cookies: dict[str, str] = {}
        if person is not None:
            client = Client()
            client.force_login(person)
            self.cookies["sessionid"] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def _ask(self, method: str, path: str, body: str = "") -> Answer:
        connection = http.client.HTTPConnection(self.address, timeout=30)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {
            "User-Agent": "Mozilla/5.0 (iPhone)",
            "Accept-Language": "zh-CN",
            "Referer": f"http://{self.address}/",
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        given: dict[str, str] = {}
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                given |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        connection.close()
        if method == "POST":
            told = CookieStorage(HttpRequest())._decode(given.get("messages", ""))
            return answer.status, answer.getheader("Location") or "", " ".join(map(str, told or ()))
        self.cookies |= given
        return answer.status, answer.getheader("Location") or "", text

    def open(self, path: str) -> str:
        """A page, wherever it leads."""
        for _hop in range(5):
            status, place, text = self._ask("GET", path)
            if status not in (301, 302, 303):
                assert status == 200, text[:500]
                return text
            path = place
        raise AssertionError(f"{path} leads nowhere")

    def press(self, page: str, action: str, **typed: object) -> list[Answer]:
        """The button of the form with this action, eight times at once; what each press was answered."""
        forms = [found for found in re.findall(r"<form\b.*?</form>", page, re.S) if 'name="key"' in found]
        (form,) = [found for found in forms if _is_posted_to(found.partition(">")[0], action)]
        hidden = {
            unescape(name): unescape(value)
            for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        }
        assert len(hidden["key"]) > 20, "each page draws a key of its own"
        body = urlencode(hidden | {name: str(value) for name, value in typed.items()})
        answers = at_once([lambda: self._ask("POST", action, body)] * CLICKS)
        assert not [answer for answer in answers if isinstance(answer, Exception)], answers
        return answers


def _is_posted_to(tag: str, action: str) -> bool:
    """Whether a form is posted there; one without an action is posted to its own page."""
    return 'method="post"' in tag and ("action=" not in tag or f'action="{action}"' in tag)


def one(answers: list[Answer]) -> Answer:
    """The answer that all of them got."""
    assert len(answers) == CLICKS
    assert set(answers) == {answers[0]}
    return answers[0]


def test_an_order(web: Platform) -> None:
    at = clock.now()
    good = story.good(story.supplier(at), at)
    shop = story.picked_shop(at, good)
    sku = Sku.objects.get(good=good)
    guest = Visitor(web)
    page = guest.open(f"/checkout/?sku={sku.pk}&quantity=2&shop={shop.number}")
    typed = {
        "quantity": 2,
        "seen_price_fen": 10_000,
        "receiver": "李青禾",
        "phone": "13911112222",
        "address": "浙江省杭州市西湖区文三路 1 号",
    }
    answer = one(guest.press(page, "/checkout/", **typed))
    trade = Trade.objects.get()
    assert answer == (303, f"/trades/{trade.number}/", "")
    assert (Order.objects.count(), StockReservation.objects.get().quantity) == (1, 2)
    sku.refresh_from_db()
    assert (sku.available, sku.reserved) == (48, 2)


def test_a_withdrawal(web: Platform) -> None:
    at = clock.now()
    owner = story.owner(at)
    payouts.credit(owner, 5_000, at)
    payouts.give_account(owner, at)
    hers = Visitor(web, owner.user)
    page = hers.open("/owner/withdraw/?amount=12.34")
    answer = one(hers.press(page, "/owner/withdraw/"))
    row = Withdrawal.objects.get()
    assert answer == (302, f"/owner/withdrawals/{row.number}/", "")
    assert (row.amount_fen, Journal.objects.filter(kind="withdraw").count()) == (1_234, 1)


def test_a_refund(web: Platform) -> None:
    """The consumer applies for it, and the supplier agrees."""
    at = clock.now()
    company, member = story.supplier(at), story.user(300)
    order = story.paid_order(story.good(company, at), at, user=member)
    mine, place = Visitor(web, member), f"/orders/lines/{order.number}-1/case/"
    answer = one(
        mine.press(mine.open(place), place, reason="no_reason", amount="100.00", description="不要了")
    )
    case = Case.objects.get()
    assert answer == (303, f"/cases/{case.number}/", "")
    desk = Visitor(web, company.members.get().user)
    agreement = f"/supplier/cases/{case.number}/agreement/"
    answer = one(desk.press(desk.open(f"/supplier/cases/{case.number}/"), agreement))
    assert answer == (302, f"/supplier/cases/{case.number}/", "已同意，退款正在退回买家")
    assert (Refund.objects.get().amount_fen, Journal.objects.filter(kind="refund").count()) == (10_000, 1)
    assert audit.history("case", case.number).filter(event="agree").count() == 1


def test_a_refusal(web: Platform) -> None:
    at = clock.now()
    company = story.supplier(at)
    order = story.paid_order(story.good(company, at), at)
    draft = CaseDraft(CaseReason.NO_REASON, 10_000, False, "不要了")
    case = disputes.open_case(
        line=story.line_of(order), draft=draft, actor=Actor(ActorKind.BUYER, order.trade.number), at=at
    )
    desk, place = Visitor(web, company.members.get().user), f"/supplier/cases/{case.number}/"
    answer = one(desk.press(desk.open(place), f"{place}refusal/", **{"refusal-reason": "已经打包"}))
    assert answer == (302, place, "已拒绝，买家可以修改申请或请平台介入")
    assert case.messages.count() == audit.history("case", case.number).filter(event="reject").count() == 1


def test_an_approval(web: Platform) -> None:
    """Also the first of two: pressed again, it is not the second person's."""
    at = clock.now()
    judge = story.user(901, is_staff=True)
    for n, fen in enumerate((1_000, 500_001)):
        owner = story.owner(at, n)
        payouts.credit(owner, 600_000, at)
        payouts.give_account(owner, at)
        row = payouts.ask(owner, fen, at)
        desk, base = Visitor(web, judge), f"/admin/commissions/withdrawal/{row.pk}"
        answer = one(desk.press(desk.open(f"{base}/change/"), f"{base}/act/approve/", reason=""))
        assert answer == (302, f"{base}/change/", "已通过")
        row.refresh_from_db()
        events = list(audit.history("withdrawal", row.number).values_list("event", flat=True))
        if fen == 1_000:
            assert (row.status, events.count("approve")) == ("processing", 1)
        else:
            assert (row.status, row.endorsed_by, events.count("endorse")) == ("reviewing", judge.public_id, 1)
    assert Transfer.objects.count() == 1
