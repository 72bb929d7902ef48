"""Sign-up, sign-in, where a person lands, and API tokens, as pages."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import FAILURES
from accounts.models import ApiToken, User
from accounts.services import issue_token, user_of_token
from tests.factories import story
from tests.factories.numbers import phone

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 3, 2)


def sign_up(client: Client, **changes: str) -> object:
    words = {"identifier": phone(1), "nickname": "小满", "password": story.PASSWORD} | changes
    return client.post(reverse("accounts:sign-up"), words)


@pytest.mark.parametrize("identifier", [phone(1), "shop@example.com"])
def test_sign_up_signs_in_and_asks_what_to_become(client: Client, identifier: str) -> None:
    response = sign_up(client, identifier=identifier)
    assert response.status_code == 302
    assert response["Location"] == reverse("accounts:home")
    page = client.get(reverse("accounts:home"))
    assert page.status_code == 200
    assert reverse("owner:join") in page.text
    assert reverse("supplier:apply") in page.text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"identifier": "12345"}, "identifier", "请填写 11 位中国大陆手机号"),
        ({"password": "12345678"}, "password", "这个密码太常见。密码不能全是数字。"),
        ({"password": "short-7"}, "password", "密码至少 8 位。"),
        ({"nickname": ""}, "nickname", "该字段是必填项。"),
    ],
)
def test_sign_up_refuses_on_the_field(
    client: Client, changes: dict[str, str], field: str, sentence: str
) -> None:
    response = sign_up(client, **changes)
    assert response.status_code == 422
    assert sentence in " ".join(response.context["form"].errors[field])
    assert User.objects.count() == 0


def test_sign_up_with_a_taken_phone(client: Client) -> None:
    story.user(1)
    response = sign_up(client, identifier=phone(1))
    assert response.context["form"].errors["identifier"] == ["该手机号或邮箱已注册，请直接登录"]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/supplier/orders/?status=paid", "/supplier/orders/?status=paid"),
        ("https://elsewhere.example/", "/accounts/"),
        ("//elsewhere.example/", "/accounts/"),
        ("/\\elsewhere.example", "/accounts/"),
        ("http://testserver/goods/", "/accounts/"),
        ("javascript:alert(1)", "/accounts/"),
        ("", "/accounts/"),
    ],
)
def test_sign_in_goes_on_to_own_paths_only(client: Client, wanted: str, goes_to: str) -> None:
    story.user(1)
    words = {"identifier": phone(1), "password": story.PASSWORD, "next": wanted}
    response = client.post(reverse("accounts:sign-in"), words)
    assert response.status_code == 302
    assert response["Location"] == goes_to


def test_wrong_passwords_are_counted_and_a_right_one_waits_too(client: Client) -> None:
    story.user(1)
    words = {"identifier": phone(1), "password": "wrong-words-9"}
    for _try in range(FAILURES):
        response = client.post(reverse("accounts:sign-in"), words)
        assert response.context["form"].non_field_errors() == ["手机号、邮箱或密码不正确"]
    response = client.post(reverse("accounts:sign-in"), words | {"password": story.PASSWORD})
    assert response.context["form"].non_field_errors() == ["密码错误次数过多，请 15 分钟后再试"]
    assert "_auth_user_id" not in client.session


def test_one_wrong_password_less_is_still_let_in(client: Client) -> None:
    story.user(1)
    words = {"identifier": phone(1), "password": "wrong-words-9"}
    for _try in range(FAILURES - 1):
        client.post(reverse("accounts:sign-in"), words)
    assert client.post(reverse("accounts:sign-in"), words | {"password": story.PASSWORD}).status_code == 302


def test_sign_out_is_a_post(client: Client) -> None:
    client.force_login(story.user(1))
    assert client.get(reverse("accounts:sign-out")).status_code == 405
    assert client.post(reverse("accounts:sign-out"))["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_each_role_goes_to_its_desk(client: Client) -> None:
    supplier = story.supplier(AT)
    cases = [
        (story.user(9, is_staff=True), "/admin/"),
        (supplier.members.get().user, "/supplier/"),
        (story.owner(AT).user, "/owner/"),
    ]
    for user, path in cases:
        client.force_login(user)
        assert client.get(reverse("accounts:home"))["Location"] == path
    client.logout()
    assert client.get(reverse("accounts:home"))["Location"] == "/accounts/sign-in/?next=/accounts/"


def test_a_token_is_shown_once_and_can_be_revoked(client: Client) -> None:
    user = story.user(1)
    client.force_login(user)
    page = client.post(reverse("accounts:tokens"), {"name": "ERP 同步"})
    text = page.context["text"]
    assert page.text.count(text) == 2  # the words, and what the button copies
    assert user_of_token(text=text, at=AT) == user
    assert text not in client.get(reverse("accounts:tokens")).text
    token = ApiToken.objects.get()
    client.post(reverse("accounts:token-revocation", args=[token.pk]))
    assert user_of_token(text=text, at=AT) is None
    assert "还没有令牌" in client.get(reverse("accounts:tokens")).text


def test_a_token_without_name_and_a_strangers_token(client: Client) -> None:
    client.force_login(story.user(1))
    response = client.post(reverse("accounts:tokens"), {"name": " "})
    assert response.status_code == 422
    assert ApiToken.objects.count() == 0
    token, text = issue_token(user=story.user(2), name="x", at=AT)
    assert client.post(reverse("accounts:token-revocation", args=[token.pk])).status_code == 404
    assert user_of_token(text=text, at=AT) is not None
