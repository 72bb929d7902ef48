"""Ten wrong passwords pause an account for fifteen minutes, however it is called and wherever they are tried; ten wrong
second factors do the same for the second factor. Both are counted in the database.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axes.handlers import proxy
from axes.models import AccessAttempt
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import sign_up
from tests.accounts import people
from tests.factories import story
from tests.factories.numbers import phone

pytestmark = pytest.mark.django_db
MAIL = "shop@example.com"


@pytest.fixture
def person() -> User:
    """Somebody with a phone and an e-mail address."""
    return sign_up(nickname="小满", password=story.PASSWORD, phone=phone(1), email=MAIL)


def fail(times: int, *logins: str) -> list[int]:
    """Wrong passwords, each from a browser and an address of its own."""
    found = []
    for n in range(times):
        client = Client(REMOTE_ADDR=f"203.0.113.{n}")
        found.append(people.sign_in(client, logins[n % len(logins)], people.WRONG).status_code)
    return found


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Moves the time that axes reads; it stands still in between."""
    start = timezone.now()

    def move(minutes: int = 0, seconds: int = 0) -> None:
        moment = start + timedelta(minutes=minutes, seconds=seconds)
        monkeypatch.setattr(proxy, "now", lambda: moment)

    move()
    return move


def test_the_ninth_is_a_wrong_password_and_the_tenth_a_pause(client: Client, person: User) -> None:
    assert fail(10, MAIL) == [422] * 9 + [429]
    answer = people.sign_in(client, MAIL)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "账号暂时锁定" in answer.text
    assert not people.is_in(client)


def test_after_nine_the_right_one_lets_in_and_begins_anew(client: Client, person: User) -> None:
    fail(9, MAIL)
    assert people.sign_in(client, MAIL).status_code == 302
    assert fail(9, MAIL) == [422] * 9


def test_every_spelling_and_both_names_are_the_same_account(client: Client, person: User) -> None:
    number = phone(1)
    names = [
        number,
        f"+86{number}",
        f"{number[:3]}-{number[3:]}",
        f" {number[:7]} {number[7:]}",
        MAIL.upper(),
    ]
    assert fail(10, *names) == [422] * 9 + [429]
    assert people.sign_in(client, number).status_code == 429
    assert people.sign_in(client, MAIL).status_code == 429


def test_a_name_that_nobody_has_is_paused_just_the_same(client: Client) -> None:
    assert fail(10, "nobody@example.com") == [422] * 9 + [429]


def test_another_account_is_not_paused(client: Client, person: User) -> None:
    fail(10, MAIL)
    story.user(2)
    assert people.sign_in(client, phone(2)).status_code == 302


@pytest.mark.parametrize(("seconds", "status"), [(0, 429), (1, 302)])
def test_the_pause_lasts_fifteen_minutes(
    client: Client, person: User, later: Callable[..., None], seconds: int, status: int
) -> None:
    fail(10, MAIL)
    later(15, seconds)
    assert people.sign_in(client, MAIL).status_code == status


def test_trying_on_does_not_lengthen_the_pause(
    client: Client, person: User, later: Callable[..., None]
) -> None:
    fail(10, MAIL)
    later(14)
    assert fail(5, MAIL) == [429] * 5
    later(15, 1)
    assert people.sign_in(client, MAIL).status_code == 302


def test_the_owner_of_a_paused_account_comes_in_by_code(client: Client, person: User) -> None:
    fail(10, MAIL)
    people.ask_code(client, phone(1))
    people.give(client, "account_confirm_login_code", people.last().code)
    assert people.who(client) == person


def test_nothing_of_what_was_typed_is_kept(person: User) -> None:
    fail(1, phone(1))
    row = AccessAttempt.objects.get()
    kept = f"{row.username} {row.get_data} {row.post_data}"
    assert phone(1) not in kept
    assert people.WRONG not in kept


def enter_password(n: int) -> Client:
    """As far as the second factor."""
    client = Client(REMOTE_ADDR=f"203.0.113.{n}")
    assert people.sign_in(client, phone(5))["Location"] == "/accounts/sign-in/second-factor/"
    return client


def test_wrong_second_factors_are_counted_across_browsers(later: Callable[..., None]) -> None:
    story.user(5, is_staff=True)
    bad = people.wrong(people.totp())
    found = [people.give(enter_password(n), "mfa_authenticate", bad).status_code for n in range(10)]
    assert found == [422] * 9 + [429]
    last = enter_password(20)
    assert people.give(last, "mfa_authenticate", people.totp()).status_code == 429
    assert not people.is_in(last)
    later(15, 1)
    cache.clear()  # allauth's own counter, which runs beside
    assert people.give(enter_password(21), "mfa_authenticate", people.totp()).status_code == 302


def test_without_redis_people_sign_in_and_tries_are_counted(client: Client, settings: object) -> None:
    away = configured.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}  # type: ignore[attr-defined]
    story.user(5, is_staff=True)
    browser = enter_password(1)
    assert people.give(browser, "mfa_authenticate", people.totp()).status_code == 302
    story.user(1)
    assert fail(10, phone(1)) == [422] * 9 + [429]
    people.ask_code(client, phone(1))
    people.give(client, "account_confirm_login_code", people.last().code)
    assert people.is_in(client)
    bad = people.wrong(people.totp())
    found = [people.give(enter_password(n), "mfa_authenticate", bad).status_code for n in range(10)]
    assert found == [422] * 9 + [429]
    assert client.post("/orders/lookup/", {"phone": phone(1), "code": "123456"}).status_code == 404
