"""Ten wrong passwords pause an account, however its name is spelled and wherever they are tried."""

import pytest
from django.conf import settings as configured
from django.test import Client

from tests.factories import story

pytestmark = pytest.mark.django_db


def test_every_spelling_of_a_phone_is_the_same_account(client: Client) -> None:
    phone = story.user(1).phone
    spellings = [phone[:3] + "-" * (n % 5 + 1) + phone[3:] + " " * n for n in range(10)]
    for spelling in spellings:
        answer = client.post("/accounts/sign-in/", {"identifier": spelling, "password": "wrong"})
        assert "手机号、邮箱或密码不正确" in answer.content.decode()
    answer = client.post("/accounts/sign-in/", {"identifier": phone, "password": story.PASSWORD})
    assert answer.status_code == 422
    assert "15 分钟" in answer.content.decode()


def test_the_staffs_page_counts_too(client: Client) -> None:
    phone = story.user(2, is_staff=True).phone
    for _try in range(10):
        client.post("/admin/login/", {"username": phone, "password": "wrong"})
    answer = client.post("/admin/login/", {"username": phone, "password": story.PASSWORD})
    assert answer.status_code == 200
    assert "15 分钟" in answer.content.decode()


def test_nine_wrong_ones_let_staff_in(client: Client) -> None:
    phone = story.user(2, is_staff=True).phone
    for _try in range(9):
        client.post("/admin/login/", {"username": phone, "password": "wrong"})
    assert client.post("/admin/login/", {"username": phone, "password": story.PASSWORD}).status_code == 302


def test_without_redis_sign_in_and_look_up_still_answer(client: Client, settings: object) -> None:
    away = configured.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}  # type: ignore[attr-defined]
    phone = story.user(3).phone
    refused = client.post("/accounts/sign-in/", {"identifier": phone, "password": "wrong"})
    assert refused.status_code == 422
    assert (
        client.post("/accounts/sign-in/", {"identifier": phone, "password": story.PASSWORD}).status_code
        == 302
    )
    assert client.post("/orders/lookup/", {"phone": phone, "code": "123456"}).status_code == 404
