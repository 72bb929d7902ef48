"""Signing up by phone or e-mail: proved by a code that expires, with few tries, and silent about who is here already."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMessage, User
from tests.accounts import people
from tests.factories import story
from tests.factories.numbers import phone

pytestmark = pytest.mark.django_db
PHONE, MAIL = "account_verify_phone", "account_email_verification_sent"
BOTH = pytest.mark.parametrize(("identifier", "page"), [(phone(1), PHONE), ("Shop@Example.com", MAIL)])


@BOTH
def test_a_right_code_makes_an_account_and_signs_in(client: Client, identifier: str, page: str) -> None:
    answer = people.sign_up(client, identifier)
    assert (answer.status_code, answer["Location"]) == (302, reverse(page))
    assert not people.is_in(client)
    assert len(people.last().code) == 6
    assert people.last().target == identifier.lower()
    answer = people.give(client, page, people.last().code)
    assert answer["Location"] == reverse("accounts:home")
    user = people.who(client)
    assert (user.phone_verified, user.email) == (
        (True, None) if page == PHONE else (False, "shop@example.com")
    )
    home = client.get(reverse("accounts:home"), follow=True)
    assert home.redirect_chain == [(reverse("me"), 302)]
    assert reverse("owner:join") in home.text
    assert reverse("supplier:apply") in home.text


@BOTH
def test_the_third_wrong_code_ends_it_and_the_second_does_not(
    client: Client, identifier: str, page: str
) -> None:
    people.sign_up(client, identifier)
    code = people.last().code
    for _try in range(2):
        answer = people.give(client, page, people.wrong(code))
        assert (answer.status_code, answer.context["verify_form"].errors["code"]) == (422, ["验证码不正确"])
    assert people.give(client, page, people.wrong(code))["Location"] == reverse("account_login")
    people.give(client, page, code)
    assert not people.is_in(client)


def test_two_wrong_codes_and_the_right_one(client: Client) -> None:
    people.sign_up(client, phone(1))
    code = people.last().code
    for _try in range(2):
        people.give(client, PHONE, people.wrong(code))
    people.give(client, PHONE, code)
    assert people.is_in(client)


@BOTH
@pytest.mark.parametrize(("seconds", "lets_in"), [(299, True), (301, False)])
def test_a_code_lasts_five_minutes(
    client: Client, identifier: str, page: str, seconds: int, lets_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.sign_up(client, identifier)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + seconds)
    people.give(client, page, people.last().code)
    assert people.is_in(client) is lets_in


@BOTH
def test_a_code_is_sent_again_twice(client: Client, identifier: str, page: str) -> None:
    people.sign_up(client, identifier)
    for sent in (2, 3, 3):
        people.resend(client, page)
        assert OutgoingMessage.objects.count() == sent
    people.give(client, page, people.last().code)
    assert people.is_in(client)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"identifier": "12345"}, "identifier", "请填写 11 位中国大陆手机号"),
        ({"identifier": "a@"}, "identifier", "请输入合法的邮件地址。"),
        ({"password1": "12345678"}, "password1", "这个密码太常见。密码不能全是数字。"),
        ({"password1": "short-7"}, "password1", "密码至少 8 位。"),
        ({"nickname": ""}, "nickname", "该字段是必填项。"),
    ],
)
def test_sign_up_refuses_on_the_field(
    client: Client, changes: dict[str, str], field: str, sentence: str
) -> None:
    answer = people.sign_up(client, **({"identifier": phone(1)} | changes))
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors[field])
    assert (User.objects.count(), OutgoingMessage.objects.count()) == (0, 0)


def test_without_a_password_one_signs_in_by_code_only(client: Client) -> None:
    people.sign_up(client, phone(1), password1="")
    people.give(client, PHONE, people.last().code)
    assert not people.who(client).has_usable_password()


@BOTH
def test_who_is_here_already_is_told_by_message_and_nobody_else_is(
    client: Client, identifier: str, page: str
) -> None:
    by = {"phone": identifier} if page == PHONE else {"email": identifier}
    story.sign_up(nickname="早来的", password=story.PASSWORD, **by)
    fresh = Client()
    new = phone(2) if page == PHONE else "other@example.com"
    answers = [people.sign_up(client, identifier), people.sign_up(fresh, new)]
    assert [(a.status_code, a["Location"]) for a in answers] == [(302, reverse(page))] * 2
    pages = [client.get(reverse(page)), fresh.get(reverse(page))]
    assert [p.status_code for p in pages] == [200, 200]
    assert User.objects.count() == 2  # the one of before and the new one
    told, code = OutgoingMessage.objects.order_by("pk")
    assert (told.code, len(code.code)) == ("", 6)
    assert "已经注册" in told.text
    for guess in ("", "000000", "123456"):
        people.give(client, page, guess)
    assert not people.is_in(client)


def test_spelled_differently_a_phone_is_the_same_account(client: Client) -> None:
    story.user(1)
    number = phone(1)
    people.sign_up(client, f"+86 {number[:3]}-{number[3:7]} {number[7:]}")
    assert User.objects.count() == 1


def test_an_account_that_was_never_proved_loses_its_password_to_who_proves_it(client: Client) -> None:
    people.sign_up(client, phone(1))  # somebody else's phone: the code never comes back
    rightful = Client()
    people.ask_code(rightful, phone(1))
    people.give(rightful, "account_confirm_login_code", people.last().code)
    assert people.who(rightful).phone_verified
    assert not people.who(rightful).has_usable_password()
    other = Client()
    people.sign_in(other, phone(1))
    assert not people.is_in(other)
