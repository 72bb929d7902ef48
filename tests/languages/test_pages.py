"""A walk through every page that links lead to, as guest, consumer, owner, supplier and staff: in English no word of the
platform's own is Chinese. What people typed, the words of the law on shared copy and the brand's name stay.
"""

import html
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from accounts.models import User
from orders.gates import KEY
from orders.models import Trade
from taoxiaopu.flows.reference import CATEGORIES
from tests.factories import story
from tests.languages.extraction import HAN
from tests.staff import world

pytestmark = pytest.mark.django_db

RUN = re.compile(r"[\u3400-\u9fff]+")
TAGS = re.compile(r"<!--.*?-->|<script.*?</script>|<style.*?</style>|<svg.*?</svg>|</?mark[^>]*>", re.S)
LINKS = re.compile(r"""<a\b[^>]*?\bhref=["']([^"']+)["']""")
PASS_BY = re.compile(
    r"^/(admin/logout|media|static|api/v1/schema|x/)|\.(csv|jpg|png|svg|webp|json|yaml)$|/sign-out/|_facets"
)
NATIVE = ("简体中文", "中文")  # the button to Chinese says so in Chinese
STARTS = ("/", "/goods/", "/orders/find/", "/accounts/sign-in/", "/accounts/sign-up/", "/no-such-page/")
MOST = 60
# Stored by the platform itself; pages translate them.
OWN_WORDS = {"默认", "§5.5 质量"} | {branch.name for branch in CATEGORIES}


def typed() -> list[str]:
    """Every text in the database that holds Chinese, longest first: what people typed, and what was made of it."""
    found: set[str] = set()
    for model in apps.get_models():
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        if names:
            for row in model._base_manager.values_list(*names):
                found.update(text for value in row for text in _leaves(value) if HAN.search(text))
    return sorted(found - OWN_WORDS, key=len, reverse=True)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from value.split("\n")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)


def chinese_of(text: str, known: list[str]) -> list[str]:
    """The Chinese left in a page without its scripts and without what people typed, whole or cut short."""
    text = html.unescape(TAGS.sub("", text))
    for words in (*NATIVE, *known):
        text = text.replace(words, "")
    return [
        run
        for run in RUN.findall(text)
        if not any(words.startswith(run) or words.endswith(run) for words in known)
    ]


def walk(client: Client, *starts: str, below: str = "/") -> dict[str, list[str]]:
    """Open what links lead to, each kind of address once, and return the Chinese found on each page."""
    known, waiting, seen, kinds = typed(), list(starts), set(starts), dict[str, int]()
    left: dict[str, list[str]] = {}
    opened = 0
    while waiting and opened < MOST:
        path = waiting.pop(0)
        answer = client.get(path)
        opened += 1
        assert answer.status_code < 500, path
        if "text/html" not in answer.get("Content-Type", "") and answer.status_code not in (301, 302):
            continue
        if answer.status_code in (301, 302):
            found = [answer["Location"]]
        else:
            text = answer.content.decode()
            assert '<html lang="en' in text, path
            left[path] = chinese_of(text, known)
            found = [html.unescape(link) for link in LINKS.findall(text)]
        for link in found:
            target = urldefrag(urljoin(path, link)).url
            kind = re.sub(r"[0-9A-Za-z_-]{8,}|\d+|=[^&]*", "…", target)
            if not target.startswith(below) or target in seen or PASS_BY.search(target.split("?")[0]):
                continue
            seen.add(target)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] == 1:
                waiting.append(target)
    return {path: runs for path, runs in left.items() if runs}


@pytest.fixture
def stage() -> world.World:
    return world.build(world.staff_user(901, "青禾"))


def reader(user: User | None = None) -> Client:
    """A browser that asks for English."""
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user)
    return client


def test_guests_and_consumers(stage: world.World) -> None:
    client = reader()
    assert walk(client, *STARTS) == {}
    session = client.session
    session[KEY] = list(Trade.objects.values_list("number", flat=True))
    session.save()
    assert walk(client, "/orders/", *[f"/trades/{n}/" for n in session[KEY][:3]], below="/orders/") == {}


def test_an_owner(stage: world.World) -> None:
    assert walk(reader(stage.shop.owner.user), "/owner/", below="/owner/") == {}


def test_a_supplier(stage: world.World) -> None:
    assert walk(reader(stage.supplier.members.get().user), "/supplier/", below="/supplier/") == {}
    assert (
        walk(reader(stage.applied.members.get().user), "/supplier/", "/supplier/apply/", below="/supplier/")
        == {}
    )


def test_staff(stage: world.World) -> None:
    assert walk(reader(User.objects.get(nickname="青禾")), "/admin/", below="/admin/") == {}


def test_someone_who_is_nothing_yet(db: None) -> None:
    assert (
        walk(
            reader(story.user(903, nickname="新")),
            "/accounts/",
            "/owner/join/",
            "/supplier/apply/",
            below="/accounts/",
        )
        == {}
    )


def test_the_walk_sees_what_is_left() -> None:
    page = '<p title="保存">面霜 cream</p><script>"订单"</script><svg><text>图</text></svg>'
    assert chinese_of(page, ["面霜"]) == ["保存"]
    assert chinese_of(page, ["面霜滋润"]) == ["保存"]
    assert chinese_of(page, []) == ["保存", "面霜"]
