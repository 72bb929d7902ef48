"""Every case of trust §3, through the service and over HTTP: notices are facts, applied once, in any order."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from commissions.models import CommissionLine
from ledger.models import Journal
from orders import services as orders
from orders.models import Order, Trade
from payments import services as payments
from payments.errors import BadNotice, BadSignature, NoticeTooLarge
from payments.models import Charge, Notice, NoticeOutcome, Refund
from payments.providers import sandbox
from suppliers.models import Good, Sku
from taoxiaopu.flows.services import notices, receive_notice
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import NotFound
from tests.factories import story
from tests.factories.threads import at_once
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db
URL = "/hooks/payments/sandbox/"
FEN = 10_000


@pytest.fixture
def at() -> datetime:
    """The database's present: over HTTP the platform's own clock is asked."""
    return clock.now().replace(microsecond=0)


@pytest.fixture
def good(at: datetime) -> Good:
    return story.good(story.supplier(at), at)


@pytest.fixture
def charge(good: Good, at: datetime) -> Charge:
    """The charge of a pending trade bought through a shop."""
    shop = story.picked_shop(at, good)
    return orders.open_payment(trade=story.place(good, at, through=shop), at=at)


def signed(raw: bytes, at: datetime) -> tuple[bytes, dict[str, str]]:
    stamp = str(int(at.timestamp()))
    return raw, {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(raw, stamp)}


def take(notice: tuple[bytes, dict[str, str]], at: datetime) -> NoticeOutcome:
    return receive_notice(provider="sandbox", body=notice[0], headers=notice[1], at=at)


def send(notice: tuple[bytes, dict[str, str]], url: str = URL) -> tuple[int, str]:
    answer = Client(raise_request_exception=False).post(
        url, notice[0], content_type="application/json", headers=notice[1]
    )
    return answer.status_code, answer.json()["code"]


def journals() -> int:
    """How many events were booked, apart from the supplier's deposit with which every story begins."""
    return Journal.objects.exclude(kind="deposit").count()


def statuses() -> list[str]:
    return list(Order.objects.order_by("pk").values_list("status", flat=True))


def cancel(trade_number: str, at: datetime) -> None:
    orders.cancel_trade(trade_number=trade_number, actor=Actor(ActorKind.BUYER, trade_number), at=at)


def test_a_good_notice_pays(charge: Charge, at: datetime) -> None:
    assert send(story.notice(charge, at)) == (200, "SUCCESS")
    assert statuses() == ["paid"]
    assert books() == {"channel_clearing": FEN, "escrow": FEN}
    assert CommissionLine.objects.get().status == "estimated"
    charge.refresh_from_db()
    assert charge.status == "paid"


Headers = Callable[[dict[str, str]], dict[str, str]]
FORGED: dict[str, Headers] = {
    "no headers": lambda h: {},
    "no signature": lambda h: {"X-Sandbox-Timestamp": h["X-Sandbox-Timestamp"]},
    "no timestamp": lambda h: {"X-Sandbox-Signature": h["X-Sandbox-Signature"]},
    "empty signature": lambda h: h | {"X-Sandbox-Signature": ""},
    "probe": lambda h: h | {"X-Sandbox-Signature": "WECHATPAY/SIGNTEST/" + h["X-Sandbox-Signature"]},
    "one character off": lambda h: h | {"X-Sandbox-Signature": h["X-Sandbox-Signature"][:-1] + "g"},
    "not ASCII": lambda h: h | {"X-Sandbox-Signature": "签名"},
    "other time than signed": lambda h: h | {"X-Sandbox-Timestamp": str(int(h["X-Sandbox-Timestamp"]) + 1)},
}


@pytest.mark.parametrize("forgery", FORGED)
def test_what_is_not_the_providers_is_refused(forgery: str, charge: Charge, at: datetime) -> None:
    body, headers = story.notice(charge, at)
    before = picture()
    with pytest.raises(BadSignature):
        take((body, FORGED[forgery](headers)), at)
    if forgery != "not ASCII":  # Django's client cannot send it
        assert send((body, FORGED[forgery](headers))) == (401, "FAIL")
    assert picture() == before


def test_a_body_changed_on_the_way_is_refused(charge: Charge, at: datetime) -> None:
    body, headers = story.notice(charge, at)
    before = picture()
    assert send((body.replace(b"10000", b"10001"), headers)) == (401, "FAIL")
    assert picture() == before


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1e9", "٣", "9" * 13, "9" * 5000])
def test_an_odd_timestamp_is_refused_though_signed(stamp: str, charge: Charge, at: datetime) -> None:
    body, _headers = story.notice(charge, at)
    odd = {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(body, stamp)}
    with pytest.raises(BadSignature):
        take((body, odd), at)


@pytest.mark.parametrize(("seconds", "fresh"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_five_minutes_either_way(seconds: int, fresh: bool, charge: Charge, at: datetime) -> None:
    notice = story.notice(charge, at + timedelta(seconds=seconds))
    if fresh:
        assert take(notice, at) == "applied"
        return
    before = picture()
    with pytest.raises(BadSignature):
        take(notice, at)
    assert picture() == before


def test_64_kb_and_no_more(at: datetime) -> None:
    with pytest.raises(BadNotice):
        take(signed(b" " * 65_536, at), at)
    with pytest.raises(NoticeTooLarge):
        take(signed(b" " * 65_537, at), at)
    assert send(signed(b" " * 65_537, at)) == (413, "FAIL")
    assert send(signed(b" " * 10 * 2**20, at)) == (413, "FAIL")


def bodies(charge: Charge, at: datetime) -> dict[str, bytes]:
    fine: dict[str, Any] = json.loads(story.notice(charge, at)[0])

    def but(**changes: Any) -> bytes:
        return json.dumps(fine | changes).encode()

    return {
        "nothing": b"",
        "no JSON": b"not json",
        "no UTF-8": b"\xff\xfe{}",
        "not an object": b"[1, 2]",
        "null": b"null",
        "100,000 levels": b"[" * 50_000,
        "field missing": json.dumps({k: v for k, v in fine.items() if k != "currency"}).encode(),
        "field unknown": but(status="paid"),
        "kind unknown": but(kind="settled"),
        "amount as text": but(amount_fen="10000"),
        "amount as float": but(amount_fen=10000.0),
        "amount infinite": but(amount_fen=1).replace(b'"amount_fen": 1', b'"amount_fen": 1e999'),
        "amount true": but(amount_fen=True),
        "amount negative": but(amount_fen=-10_000),
        "amount huge": but(amount_fen=10**40),
        "NUL in a number": but(charge_number="1\x00"),
        "lone surrogate": but(charge_number="\ud800"),
        "number null": but(charge_number=None),
        "event empty": but(event_id=""),
        "event too long": but(event_id="e" * 65),
        "payment without number": but(provider_number=""),
    }


@pytest.mark.parametrize("name", [*bodies(Charge(number="1", amount_fen=1), story.noon(2026, 6, 3))])
def test_rubbish_is_refused_though_signed(name: str, charge: Charge, at: datetime) -> None:
    notice = signed(bodies(charge, at)[name], at)
    before = picture()
    with pytest.raises(BadNotice):
        take(notice, at)
    assert send(notice) == (400, "FAIL")
    assert picture() == before


def test_only_post_and_only_known_providers(charge: Charge, at: datetime) -> None:
    assert Client().get(URL).status_code == 405
    assert send(story.notice(charge, at), "/hooks/payments/else/") == (404, "FAIL")
    with pytest.raises(NotFound):
        receive_notice(provider="else", body=b"", headers={}, at=at)


@pytest.mark.parametrize(
    "off", [{"amount_fen": FEN - 1}, {"amount_fen": FEN + 1}, {"currency": "USD"}, {"app_id": "else"}]
)
def test_another_amount_currency_or_app_goes_to_review(
    off: dict[str, Any], charge: Charge, at: datetime
) -> None:
    assert send(story.notice(charge, at, **off)) == (200, "SUCCESS")
    charge.refresh_from_db()
    assert (charge.status, Notice.objects.get(payload__charge=charge.number).outcome) == (
        "review",
        "mismatch",
    )
    assert statuses() == ["pending_payment"]
    assert books() == {}
    assert (journals(), Refund.objects.count()) == (0, 0)


def test_an_unknown_number_is_kept_as_an_orphan(charge: Charge, at: datetime) -> None:
    for kind in ("paid", "closed"):
        assert send(story.notice(charge, at, charge_number="1234", kind=kind)) == (200, "SUCCESS")
    unknown = story.notice(charge, at, kind="refunded", refund_number="5678")
    assert send(unknown) == (200, "SUCCESS")
    assert list(Notice.objects.exclude(outcome="applied").values_list("outcome", flat=True)) == ["orphan"] * 3
    assert statuses() == ["pending_payment"]
    assert books() == {}


def test_the_same_notice_again_changes_nothing(charge: Charge, at: datetime) -> None:
    notice = story.notice(charge, at)
    assert take(notice, at) == "applied"
    before = picture()
    assert take(notice, at) == "repeated"
    assert send(notice) == (200, "SUCCESS")
    assert picture() == before


def test_the_same_payment_under_another_event_is_not_sent_back(charge: Charge, at: datetime) -> None:
    assert take(story.notice(charge, at, provider_number="SP1"), at) == "applied"
    assert take(story.notice(charge, at, provider_number="SP1"), at) == "repeated"
    assert Refund.objects.count() == 0
    assert books() == {"channel_clearing": FEN, "escrow": FEN}


def test_paid_twice_the_second_is_returned_in_full(charge: Charge, at: datetime) -> None:
    assert take(story.notice(charge, at), at) == "applied"
    assert take(story.notice(charge, at, provider_number="SP2"), at) == "stray"
    assert (
        take(story.notice(charge, at, provider_number="SP2"), at) == "repeated"
    )  # the same payment once more
    assert "channel_clearing" not in {problem.check.name for problem in verify().problems}  # it came in once
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount_fen, refund.provider_number) == ("stray", FEN, "SP2")
    assert books() == {"channel_clearing": 2 * FEN, "escrow": FEN, "refund_clearing": FEN}
    story.arrive_refunds(at)
    assert books() == {"channel_clearing": FEN, "escrow": FEN}
    assert statuses() == ["paid"]


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_a_payment_after_the_end_is_returned_and_nothing_revived(
    how: str, charge: Charge, at: datetime
) -> None:
    late = at
    if how == "cancelled":
        cancel(charge.trade_number, at)
        late = at + timedelta(milliseconds=1)
    else:
        orders.sweep(at=at + timedelta(minutes=30))
        assert statuses() == ["pending_payment"]
        late = at + timedelta(minutes=30, seconds=1)
        orders.sweep(at=late)
    assert statuses() == ["closed_unpaid"]
    stock = Sku.objects.values_list("available", "reserved", "sold").get()
    assert stock == (50, 0, 0)
    assert take(story.notice(charge, late), late) == "stray"
    assert take(story.notice(charge, late, kind="closed"), late) == "applied"
    story.arrive_refunds(late)
    assert statuses() == ["closed_unpaid"]
    assert Sku.objects.values_list("available", "reserved", "sold").get() == stock
    assert Refund.objects.get().amount_fen == FEN
    assert books() == {}
    assert CommissionLine.objects.count() == 0


def test_a_second_charge_cannot_pay_again(charge: Charge, at: datetime) -> None:
    """The provider closed the first charge, the buyer came back to a second; then both were paid."""
    take(story.notice(charge, at, kind="closed"), at)
    second = orders.open_payment(trade=Trade.objects.get(), at=at)
    assert second.number != charge.number
    assert take(story.notice(charge, at), at) == "applied"
    second.refresh_from_db()
    assert second.status == "closed"
    assert take(story.notice(second, at), at) == "stray"
    story.arrive_refunds(at)
    assert books() == {"channel_clearing": FEN, "escrow": FEN}


@pytest.mark.parametrize("order", list(permutations(["paid", "refunded", "closed"])), ids="-".join)
@pytest.mark.parametrize("over", [False, True], ids=["pending", "cancelled"])
def test_three_facts_in_any_order_end_equal(
    order: tuple[str, ...], over: bool, charge: Charge, at: datetime
) -> None:
    if over:
        cancel(charge.trade_number, at)
    for kind in order:
        number = "R1" if kind == "refunded" else ""
        take(story.notice(charge, at, kind=kind, refund_number=number, provider_number="SP1"), at)
    story.arrive_refunds(at)
    outcomes = dict(
        Notice.objects.filter(payload__refund__in=["", "R1"], payload__charge=charge.number).values_list(
            "payload__kind", "outcome"
        )
    )
    charge.refresh_from_db()
    if over:
        assert (statuses(), charge.status, books()) == (["closed_unpaid"], "closed", {})
        assert outcomes == {"paid": "stray", "refunded": "orphan", "closed": "applied"}
    else:
        assert (statuses(), charge.status) == (["paid"], "paid")
        assert books() == {"channel_clearing": FEN, "escrow": FEN}
        assert outcomes == {"paid": "applied", "refunded": "orphan", "closed": "applied"}


@pytest.mark.parametrize("order", list(permutations(["paid", "refunded", "closed"])), ids="-".join)
def test_after_a_refund_was_asked_repeated_facts_in_any_order_end_equal(
    order: tuple[str, ...], charge: Charge, at: datetime
) -> None:
    take(story.notice(charge, at, provider_number="SP1"), at)
    line = story.line_of(Order.objects.get())
    orders.refund_line(line=line, amount_fen=FEN, cause="case", cause_ref="c1", owner_side=False, at=at)
    refund = Refund.objects.get()
    for kind in order:
        number = refund.number if kind == "refunded" else ""
        take(story.notice(charge, at, kind=kind, refund_number=number, provider_number="SP1"), at)
    refund.refresh_from_db()
    assert (refund.status, statuses(), books()) == ("succeeded", ["closed_refunded"], {})
    assert Refund.objects.count() == 1


def refunded_half(charge: Charge, at: datetime) -> Refund:
    take(story.notice(charge, at), at)
    line = story.line_of(Order.objects.get())
    orders.refund_line(line=line, amount_fen=4000, cause="case", cause_ref="c1", owner_side=False, at=at)
    return Refund.objects.get()


def test_a_refund_notice_twice_books_once(charge: Charge, at: datetime) -> None:
    refund = refunded_half(charge, at)
    assert books() == {"channel_clearing": FEN, "escrow": 6000, "refund_clearing": 4000}
    news = {"kind": "refunded", "refund_number": refund.number, "amount_fen": 4000}
    assert take(story.notice(charge, at, **news), at) == "applied"
    assert take(story.notice(charge, at, **news), at) == "applied"  # another event, the same fact
    assert books() == {"channel_clearing": 6000, "escrow": 6000}
    assert Journal.objects.filter(kind="refund_paid").count() == 1


def test_a_refund_of_another_amount_is_no_refund(charge: Charge, at: datetime) -> None:
    refund = refunded_half(charge, at)
    news = {"kind": "refunded", "refund_number": refund.number, "amount_fen": 3999}
    assert take(story.notice(charge, at, **news), at) == "mismatch"
    refund.refresh_from_db()
    assert refund.status == "requested"
    assert books() == {"channel_clearing": FEN, "escrow": 6000, "refund_clearing": 4000}


def test_a_refund_is_asked_again_with_the_same_number(charge: Charge, at: datetime) -> None:
    refund = refunded_half(charge, at)
    asked = []
    moment = at
    for pause in (0, 59, 1, 299, 1, 1799, 1, 1799, 1):
        moment += timedelta(seconds=pause)
        asked.append(payments.send_due_refunds(at=moment))
    assert asked == [1, 0, 1, 0, 1, 0, 1, 0, 1]  # after 1, 5, 30 minutes, then every 30
    assert sandbox.SandboxPayment.objects.filter(kind="refund").count() == 1
    story.arrive_refunds(moment)
    assert payments.send_due_refunds(at=moment + timedelta(days=1)) == 0
    refund.refresh_from_db()
    assert refund.status == "succeeded"


def test_killed_before_the_commit_a_resend_pays(
    charge: Charge, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F4: whatever breaks before the commit leaves nothing behind, not even the notice."""
    notice = story.notice(charge, at)
    before = picture()

    def die(*_args: object) -> None:
        raise SystemExit

    monkeypatch.setattr(notices.payments, "conclude_notice", die)
    with pytest.raises(SystemExit), transaction.atomic():
        take(notice, at)
    assert picture() == before
    monkeypatch.undo()
    assert take(notice, at) == "applied"
    assert take(notice, at) == "repeated"  # F5: the answer was lost after the commit
    assert journals() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_one_journal_and_fifty_successes(charge: Charge, at: datetime) -> None:
    body, headers = story.notice(charge, at)
    answers = at_once([lambda: send((body, headers))] * 50)
    assert answers == [(200, "SUCCESS")] * 50
    assert (journals(), Notice.objects.filter(payload__charge=charge.number).count()) == (1, 1)
    assert statuses() == ["paid"]
    assert books() == {"channel_clearing": FEN, "escrow": FEN}
    assert Sku.objects.values_list("available", "reserved", "sold").get() == (49, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_two_payments_at_once_one_pays_one_returns(charge: Charge, at: datetime) -> None:
    first, second = story.notice(charge, at), story.notice(charge, at)
    assert sorted(at_once([lambda: take(first, at), lambda: take(second, at)])) == ["applied", "stray"]
    story.arrive_refunds(at)
    assert books() == {"channel_clearing": FEN, "escrow": FEN}
