"""The sandbox cashier sends exactly the stated notices and by itself marks nothing paid."""

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client

from orders.models import Trade
from orders.services import open_payment
from orders.states import OrderStatus
from payments.models import Charge, SandboxMessage, SandboxPayment
from payments.states import ChargeStatus
from taoxiaopu.kernel import clock
from tests.factories import browsing, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade() -> Trade:
    at = clock.now()
    return story.place(story.good(story.supplier(at), at), at)


@pytest.fixture
def charge(trade: Trade) -> Charge:
    return open_payment(trade=trade, at=clock.now())


def press(client: Client, charge: Charge, button: str, key: str = "a" * 24) -> str:
    answer = client.post(f"/cashier/{charge.number}/", {"button": button, "key": key})
    assert answer.status_code == 303
    return str(answer["Location"])


def messages(charge: Charge) -> list[tuple[int, datetime]]:
    found = []
    for message in SandboxMessage.objects.filter(body__contains=charge.number).order_by("pk"):
        body = json.loads(message.body)
        assert (body["kind"], body["charge_number"], body["currency"]) == ("paid", charge.number, "CNY")
        found.append((body["amount_fen"], message.due_at))
    return found


@pytest.mark.parametrize(
    ("button", "amounts", "is_late", "words"),
    [
        ("pay", [10_000], False, "付款成功"),
        ("fail", [], False, "付款未成功"),
        ("late", [10_000], True, "已扣款，通知会迟到"),
        ("twice", [10_000, 10_000], False, "扣款两次"),
        ("wrong", [9_999], False, "金额不符"),
    ],
)
def test_each_button_sends_its_notices_and_nothing_else(
    trade: Trade, charge: Charge, button: str, amounts: list[int], is_late: bool, words: str
) -> None:
    client, before = browsing.client(), clock.now()
    place = press(client, charge, button)
    assert place == f"/cashier/{charge.number}/result/{button}/"
    assert words in client.get(place).content.decode()
    sent = messages(charge)
    assert [fen for fen, _due in sent] == amounts
    for _fen, due in sent:
        if is_late:
            assert due == charge.expires_at + timedelta(minutes=1)
        else:
            assert before <= due <= clock.now()
    taken = SandboxPayment.objects.filter(charge_number=charge.number).order_by("pk")
    assert [row.amount_fen for row in taken] == amounts
    charge.refresh_from_db()
    assert charge.status == ChargeStatus.OPEN
    assert trade.orders.get().status == OrderStatus.PENDING_PAYMENT


def test_a_double_click_on_one_page_pays_once(charge: Charge) -> None:
    client = browsing.client()
    assert press(client, charge, "pay") == press(client, charge, "pay")
    assert len(messages(charge)) == 1


def test_a_page_drawn_again_may_pay_again(charge: Charge) -> None:
    client = browsing.client()
    press(client, charge, "fail")
    press(client, charge, "pay", key="b" * 24)
    assert len(messages(charge)) == 1


def test_a_charge_that_is_over_takes_no_press(trade: Trade, charge: Charge) -> None:
    story.pay(trade, clock.now())
    client, sent = browsing.client(), SandboxMessage.objects.count()
    answer = client.post(f"/cashier/{charge.number}/", {"button": "pay", "key": "a" * 24})
    assert answer.status_code == 409
    assert "这笔付款已结束" in answer.content.decode()
    assert "回到订单" in client.get(f"/cashier/{charge.number}/").content.decode()
    assert SandboxMessage.objects.count() == sent


def test_a_charge_past_its_time_takes_no_press(charge: Charge) -> None:
    Charge.objects.filter(pk=charge.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    answer = browsing.client().post(f"/cashier/{charge.number}/", {"button": "pay", "key": "a" * 24})
    assert answer.status_code == 409
    assert not SandboxMessage.objects.filter(sent_at=None).exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"button": "refund", "key": "a" * 24},
        {"button": "pay"},
        {"button": "pay", "key": "钥" * 9},
        {"button": "pay", "key": "x" * 81},
        {"button": "pay", "key": "a\x00b"},
    ],
)
def test_a_press_of_the_wrong_shape_does_nothing(charge: Charge, form: dict[str, str]) -> None:
    assert browsing.client().post(f"/cashier/{charge.number}/", form).status_code == 400
    assert not SandboxMessage.objects.filter(sent_at=None).exists()


def test_a_result_that_did_not_happen_is_not_shown(charge: Charge) -> None:
    client = browsing.client()
    answer = client.get(f"/cashier/{charge.number}/result/pay/")
    assert (answer.status_code, answer["Location"]) == (302, f"/cashier/{charge.number}/")
    assert client.get(f"/cashier/{charge.number}/result/gift/").status_code == 404
    assert client.get("/cashier/1000000000000000/").status_code == 404


def test_without_sandbox_providers_there_is_no_cashier(charge: Charge, settings: object) -> None:
    settings.SANDBOX_PROVIDERS = False  # type: ignore[attr-defined]
    client = browsing.client()
    assert client.get(f"/cashier/{charge.number}/").status_code == 404
    assert client.post(f"/cashier/{charge.number}/", {"button": "pay", "key": "a" * 24}).status_code == 404
    assert not SandboxMessage.objects.filter(sent_at=None).exists()
