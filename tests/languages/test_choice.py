"""Which language a page, an answer of the API and a mail are in, and what a choice leaves behind."""

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts import services
from accounts.letters import KINDS, letter
from accounts.states import Audience, Topic
from taoxiaopu.flows.services import sweep
from taoxiaopu.kernel import clock
from tests.factories import story, world

pytestmark = pytest.mark.django_db

AT = story.noon(2026, 6, 3)
COOKIE = settings.LANGUAGE_COOKIE_NAME
CHINESE, ENGLISH = "查订单", "Find my order"


def home(client: Client, **headers: str) -> str:
    return client.get("/", headers=headers).content.decode()


@pytest.mark.parametrize(
    ("asked", "tag", "seen", "unseen"),
    [
        ("", "zh-Hans", CHINESE, ENGLISH),
        ("en", "en", ENGLISH, CHINESE),
        ("en-GB,en;q=0.9", "en", ENGLISH, CHINESE),
        ("zh-CN", "zh-Hans", CHINESE, ENGLISH),
        ("zh-TW", "zh-Hans", CHINESE, ENGLISH),
        ("fr", "zh-Hans", CHINESE, ENGLISH),
        ("fr;q=0.9, en;q=0.5", "en", ENGLISH, CHINESE),
    ],
)
def test_a_browser_that_chose_nothing_gets_what_it_asks_for_else_chinese(
    asked: str, tag: str, seen: str, unseen: str
) -> None:
    html = home(Client(), **({"accept-language": asked} if asked else {}))
    assert f'<html lang="{tag}"' in html
    assert seen in html
    assert unseen not in html


def test_a_choice_is_kept_in_a_cookie_and_leads_back() -> None:
    client = Client()
    answer = client.post("/language/", {"language": "en", "next": "/goods/?q=a"})
    assert (answer.status_code, answer["Location"]) == (302, "/goods/?q=a")
    kept = answer.cookies[COOKIE]
    assert (kept.value, kept["samesite"], kept["httponly"]) == ("en", "Lax", True)
    assert list(answer.cookies) == [COOKIE]
    assert ENGLISH in home(client, **{"accept-language": "zh-CN"})
    client.post("/language/", {"language": "zh-hans"})
    assert CHINESE in home(client, **{"accept-language": "en"})


@pytest.mark.parametrize("language", ["", "fr", "EN", "zh", "en\n", "../en"])
def test_a_language_that_there_is_not_changes_nothing(language: str) -> None:
    user = story.user(1)
    client = Client()
    client.force_login(user)
    before = world.picture()
    answer = client.post("/language/", {"language": language, "next": "/"})
    assert answer.status_code == 302
    assert COOKIE not in answer.cookies
    assert world.picture() == before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "goods/", ""]
)
def test_a_choice_leads_to_no_other_site(target: str) -> None:
    answer = Client().post("/language/", {"language": "en", "next": target})
    assert answer["Location"] == "/"


def test_reading_never_chooses() -> None:
    assert Client().get("/language/?language=en").status_code == 405


def test_a_public_page_offers_the_choice_without_a_cookie_and_a_shared_cache_keeps_no_chosen_one() -> None:
    client = Client()
    free = client.get("/")
    assert 'action="/language/"' in free.content.decode()
    assert dict(client.cookies) == {}
    assert "Accept-Language" in free["Vary"]
    assert "Cookie" not in free["Vary"]
    client.cookies[COOKIE] = "en"
    chosen = client.get("/")
    assert "Cookie" in chosen["Vary"]
    assert chosen["Cache-Control"] == "private"


def test_a_persons_own_choice_goes_where_they_sign_in() -> None:
    user = story.user(2)
    phone, desk = Client(), Client()
    phone.force_login(user)
    phone.post("/language/", {"language": "en"})
    user.refresh_from_db()
    assert user.language == "en"
    desk.force_login(user)
    path = reverse("accounts:tokens")
    assert "API tokens" in desk.get(path, headers={"accept-language": "zh-CN"}).content.decode()
    services.choose_language(user=user, language="zh-hans")
    assert "API 令牌" in desk.get(path, headers={"accept-language": "en"}).content.decode()


def test_the_next_request_starts_anew(client: Client) -> None:
    user = story.user(3)
    services.choose_language(user=user, language="en")
    client.force_login(user)
    assert ENGLISH in home(client)
    assert CHINESE in home(Client())


def test_who_signs_up_in_english_has_chosen_it() -> None:
    with override("en"):
        english = services.sign_up(nickname="a", password="long enough 1", email="e@example.com")
    with override("zh-hans"):
        chinese = services.sign_up(nickname="b", password="long enough 1", email="f@example.com")
    assert (english.language, chinese.language) == ("en", "")


def test_the_api_follows_accept_language_and_no_choice() -> None:
    user = story.user(4)
    services.choose_language(user=user, language="en")
    _token, text = services.issue_token(user=user, name="t", at=clock.now())
    ask = {"authorization": f"Bearer {text}"}

    def message(language: str) -> str:
        client = Client()
        client.cookies[COOKIE] = "zh-hans"
        answer = client.get("/api/v1/supplier/goods/", headers=ask | {"accept-language": language})
        assert answer.status_code == 404
        return str(answer.json()["message"])

    assert message("en-US,en;q=0.9") == "We could not find that"
    assert message("zh-CN") == "没有找到您要的内容"


def test_a_copy_by_mail_is_in_its_readers_language() -> None:
    made = letter(
        "test_language",
        Audience.SHOPPER,
        Topic.ORDERS,
        title=_("已发货"),
        body="{amount_fen} {by_at}",
        page="order",
    )
    at = clock.now()
    try:
        for n, language in enumerate(("en", "")):
            person = services.sign_up(nickname="n", password=story.PASSWORD, email=f"m{n}@example.com")
            services.choose_language(user=person, language=language or "zh-hans")
            services.choose_mail(
                user=person, audience="shopper", kinds=[made.code], quiet_from=None, quiet_until=None
            )
            services.notify(
                kind=made, recipients=[person.pk], ref="1", at=at, link=["1" * 16],
                facts={"amount_fen": 123450, "by_at": AT.isoformat()},
            )  # fmt: skip
        with override("zh-hans"):
            sweep(at=at)
    finally:
        del KINDS[made.code]
    assert sorted((m.subject, m.body.split("\n")[0]) for m in mail.outbox) == [
        ("Shipped · Taoxiaopu", "¥1,234.50 3 Jun 2026, 12:00"),
        ("已发货 · 淘小铺", "¥1,234.50 2026年6月3日 12:00"),
    ]
