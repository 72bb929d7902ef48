"""Every way in, where it leads, and what a stranger learns on the way."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMessage, User
from accounts.services import sign_up
from tests.accounts import people
from tests.factories import story
from tests.factories.numbers import phone

pytestmark = pytest.mark.django_db
CODE = "account_confirm_login_code"
MAIL = "shop@example.com"


@pytest.fixture
def person() -> User:
    """Somebody with a phone and an e-mail address."""
    return sign_up(nickname="小满", password=story.PASSWORD, phone=phone(1), email=MAIL)


@pytest.mark.parametrize("login", [phone(1), f"+86 {phone(1)}", MAIL, "SHOP@example.com "])
def test_by_password(client: Client, person: User, login: str) -> None:
    answer = people.sign_in(client, login)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/")
    assert people.who(client) == person


@pytest.mark.parametrize("login", [phone(1), MAIL, phone(2), "nobody@example.com", "12345", "小满"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    client: Client, person: User, login: str
) -> None:
    answer = people.sign_in(client, login, people.WRONG)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"__all__": ["手机号、邮箱或密码不正确"]}
    assert not people.is_in(client)


@pytest.mark.parametrize("identifier", [phone(1), f"138-{phone(1)[3:]}", MAIL])
def test_by_one_time_code(client: Client, person: User, identifier: str) -> None:
    assert people.ask_code(client, identifier)["Location"] == reverse(CODE)
    answer = people.give(client, CODE, people.last().code)
    assert answer["Location"] == "/accounts/"
    assert people.who(client) == person


@pytest.mark.parametrize(("known", "unknown"), [(phone(1), phone(2)), (MAIL, "nobody@example.com")])
def test_asking_for_a_code_tells_nothing_about_who_is_here(
    client: Client, person: User, known: str, unknown: str
) -> None:
    stranger = Client()
    answers = [people.ask_code(client, known), people.ask_code(stranger, unknown)]
    assert answers[0]["Location"] == answers[1]["Location"] == reverse(CODE)
    code, told = OutgoingMessage.objects.order_by("pk")
    assert (len(code.code), told.code) == (6, "")
    assert "注册" in told.text
    for browser in (client, stranger):
        assert browser.get(reverse(CODE)).status_code == 200
        answer = people.give(browser, CODE, people.wrong(code.code))
        assert answer.context["form"].errors == {"code": ["验证码不正确"]}


def test_an_unknown_phone_may_ask_again_like_any_other(client: Client, person: User) -> None:
    stranger = Client()
    for browser, number in ((client, phone(1)), (stranger, phone(2))):
        people.ask_code(browser, number)
        before = OutgoingMessage.objects.count()
        assert [people.resend(browser, CODE).status_code for _n in range(2)] == [302, 302]
        assert OutgoingMessage.objects.count() == before + 2


def test_three_wrong_codes_end_it(client: Client, person: User) -> None:
    people.ask_code(client, phone(1))
    code = people.last().code
    for status in (422, 422, 302):
        assert people.give(client, CODE, people.wrong(code)).status_code == status
    people.give(client, CODE, code)
    assert not people.is_in(client)


@pytest.mark.parametrize(("seconds", "lets_in"), [(299, True), (301, False)])
def test_a_code_lasts_five_minutes(
    client: Client, person: User, seconds: int, lets_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.ask_code(client, MAIL)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + seconds)
    people.give(client, CODE, people.last().code)
    assert people.is_in(client) is lets_in


def test_a_code_works_once(client: Client, person: User) -> None:
    people.ask_code(client, MAIL)
    code = people.last().code
    people.give(client, CODE, code)
    client.post(reverse("account_logout"))
    people.give(client, CODE, code)
    assert not people.is_in(client)


def test_a_code_opens_only_the_browser_that_asked(client: Client, person: User) -> None:
    people.ask_code(client, MAIL)
    other = Client()
    people.give(other, CODE, people.last().code)
    assert not people.is_in(other)


def test_a_stopped_account_stays_out(client: Client, person: User) -> None:
    User.objects.update(is_active=False)
    assert people.sign_in(client, MAIL)["Location"] == reverse("account_inactive")
    people.ask_code(client, MAIL)
    assert people.last().code == ""
    assert not people.is_in(client)


NEXT = pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/supplier/orders/?status=paid", "/supplier/orders/?status=paid"),
        ("https://elsewhere.example/", "/accounts/"),
        ("//elsewhere.example/", "/accounts/"),
        ("/\\elsewhere.example", "/accounts/"),
        ("https:elsewhere.example", "/accounts/"),
        ("http://testserver/goods/", "/accounts/"),
        ("javascript:alert(1)", "/accounts/"),
        ("", "/accounts/"),
    ],
)


@NEXT
def test_only_own_paths_are_gone_on_to(client: Client, person: User, wanted: str, goes_to: str) -> None:
    assert people.sign_in(client, MAIL, next=wanted)["Location"] == goes_to
    by_code = Client()
    people.ask_code(by_code, MAIL, next=wanted)
    assert people.give(by_code, CODE, people.last().code, next=wanted)["Location"] == goes_to
    assert client.get(reverse("account_login"), {"next": wanted})["Location"] == goes_to


def test_the_session_gets_a_new_key(client: Client, person: User) -> None:
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    client.cookies["sessionid"] = session.session_key
    people.sign_in(client, MAIL)
    assert people.is_in(client)
    assert client.session.session_key != session.session_key
    old = Client()
    old.cookies["sessionid"] = session.session_key
    assert not people.is_in(old)


def test_a_form_without_its_token_is_refused(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert people.sign_in(client, MAIL).status_code == 403
    assert not people.is_in(client)


@pytest.mark.parametrize("identifier", [phone(1), MAIL])
def test_a_forgotten_password_is_set_anew_by_code(client: Client, person: User, identifier: str) -> None:
    elsewhere = Client()
    people.sign_in(elsewhere, MAIL)
    answer = client.post(reverse("account_reset_password"), {"email": identifier})
    assert answer["Location"] == reverse("account_confirm_password_reset_code")
    refused = people.give(client, "account_confirm_password_reset_code", people.wrong(people.last().code))
    assert refused.status_code == 422
    answer = people.give(client, "account_confirm_password_reset_code", people.last().code)
    assert answer["Location"] == reverse("account_complete_password_reset")
    weak = client.post(answer["Location"], {"password1": "12345678"})
    assert weak.status_code == 422
    assert (
        client.post(answer["Location"], {"password1": "a-new-one-2026"})["Location"] == "/accounts/sign-in/"
    )
    assert not people.is_in(client)
    assert elsewhere.get("/accounts/settings/").status_code == 302  # signed out everywhere
    assert people.sign_in(client, MAIL).status_code == 422
    people.sign_in(client, MAIL, "a-new-one-2026")
    assert people.is_in(client)


@pytest.mark.parametrize(("known", "unknown"), [(phone(1), phone(2)), (MAIL, "nobody@example.com")])
def test_forgetting_tells_nothing_about_who_is_here(
    client: Client, person: User, known: str, unknown: str
) -> None:
    stranger = Client()
    answers = [
        browser.post(reverse("account_reset_password"), {"email": name})
        for browser, name in ((client, known), (stranger, unknown))
    ]
    assert answers[0]["Location"] == answers[1]["Location"]
    code = OutgoingMessage.objects.earliest("pk").code
    for browser in (client, stranger):
        answer = people.give(browser, "account_confirm_password_reset_code", people.wrong(code))
        assert answer.context["form"].errors == {"code": ["验证码不正确"]}
    assert people.last().code == ""
