"""Where a person lands, what can be changed about an account, and API tokens, as pages."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken
from accounts.services import issue_token, user_of_token
from tests.factories import story

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 3, 2)


def test_sign_out_is_a_post(client: Client) -> None:
    client.force_login(story.user(1))
    assert client.get(reverse("account_logout")).status_code == 405
    assert client.post(reverse("account_logout"))["Location"] == "/"
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
