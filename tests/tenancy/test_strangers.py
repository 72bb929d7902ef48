"""Every route with an id, walked with the ids of a foreign tenant: 404, the same body as for a missing one, and
nothing changed. A route that is not in the table fails the build.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.services import issue_token
from tests.factories import story
from tests.tenancy.table import API, OPEN, TABLE
from tests.tenancy.world import World, build_world

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Route:
    """A named address with parameters."""

    name: str
    parameters: frozenset[str]


def routes(
    patterns: "list[URLPattern | URLResolver] | None" = None,
    namespace: str = "",
    taken: frozenset[str] = frozenset(),
) -> Iterator[Route]:
    """Every named route of the site, the admin's own left out (tests/staff walks it)."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = (
            taken
            | frozenset(pattern.pattern.regex.groupindex)
            | frozenset(getattr(pattern.pattern, "converters", {}))
        )
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner, here)
        elif pattern.name:
            yield Route(namespace + pattern.name, here)


WITH_IDS = sorted((r for r in routes() if r.parameters), key=lambda r: r.name)


def test_the_walk_finds_the_site() -> None:
    names = {r.name for r in WITH_IDS}
    assert {
        "order",
        "shop",
        "good",
        "case",
        "dispute",
        "supplier:order",
        "supplier:good",
        "owner:order",
    } <= names


def test_every_route_with_an_id_is_in_the_table() -> None:
    assert {r.name for r in WITH_IDS} - set(TABLE) - set(API) - set(OPEN) == set()


def test_the_table_names_no_route_that_is_gone() -> None:
    assert (set(TABLE) | set(API) | set(OPEN)) - {r.name for r in WITH_IDS} == set()


def everything() -> str:
    """A digest of all rows of our own tables, sessions left out."""
    digest = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda m: m._meta.label):
        if model._meta.app_label in {"sessions", "contenttypes", "auth", "admin"}:
            continue
        fields = [f.attname for f in model._meta.concrete_fields if f.attname != "last_login"]
        for row in model._default_manager.order_by("pk").values_list(*fields):
            digest.update(repr(row).encode())
    return digest.hexdigest()


def visible(body: bytes) -> str:
    """A page without what differs from request to request."""
    text = re.sub(r'(csrf[^>]*?(value|content)=")[^"]*"', r"\1", body.decode(), flags=re.IGNORECASE)
    return re.sub(r'<meta name="server-now"[^>]*>', "", text)


@pytest.fixture
def world() -> World:
    return build_world()


AUDIENCES = {
    "consumer": [name for name in TABLE if ":" not in name],
    "account": [name for name in TABLE if name.startswith("accounts:")],
    "owner": [name for name in TABLE if name.startswith("owner:")],
    "supplier": [name for name in TABLE if name.startswith("supplier:")],
}


def test_every_row_has_an_audience() -> None:
    assert sorted(name for names in AUDIENCES.values() for name in names) == sorted(TABLE)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_stranger_gets_404_and_changes_nothing(audience: str, world: World) -> None:
    before = everything()
    for name in AUDIENCES[audience]:
        row = TABLE[name]
        client = Client()
        if row.stranger:
            client.force_login(row.stranger(world))
        there, missing = reverse(name, kwargs=row.ids(world)), reverse(name, kwargs=row.nobody)
        for verb in ("get", "post", "put", "delete", "patch"):
            answer = getattr(client, verb)(there)
            if answer.status_code == 405:
                continue
            assert answer.status_code == 404, f"{verb} {there} answered {answer.status_code}"
            assert visible(answer.content) == visible(getattr(client, verb)(missing).content), name
        assert everything() == before, name


def test_guests_and_people_without_a_role_see_no_tenants_page(world: World) -> None:
    nobody_in_particular = Client()
    nobody_in_particular.force_login(story.user(990))
    for name in AUDIENCES["owner"] + AUDIENCES["supplier"]:
        address = reverse(name, kwargs=TABLE[name].ids(world))
        answer = Client().get(address)
        if answer.status_code != 405:
            assert answer.status_code == 302, name
            assert answer["Location"].startswith(reverse("account_login")), name
        assert nobody_in_particular.get(address).status_code in {302, 404, 405}, name


VERSION: dict[str, object] = {"seen": 1, "making": "木梳", "wishes": [], "lead_d": 9, "cancel_fee_bp": 0}
BODIES: dict[str, dict[str, object]] = {
    "api:supplier-good": {"price_fen": 1},
    "api:supplier-import-columns": {"columns": ["title"]},
    "api:supplier-case-refusal": {"text": "不同意"},
    "api:supplier-case-messages": {"text": "请稍等"},
    "api:supplier-dispute-evidence": {"text": "签收照片"},
    "api:supplier-dispute-appeal": {"text": "新的证据"},
    "api:supplier-penalty-appeal": {"text": "事实有误"},
    "api:supplier-webhook": {"is_active": False},
    "api:supplier-member": {"role": "goods"},
    "api:supplier-shortage": {"goods_fen": 1, "freight_fen": 0, "compensation_fen": 0},
    "api:supplier-agreement-version": VERSION,
    "api:my-agreement-version": VERSION,
    "api:supplier-agreement-acceptance": {"seen": 1},
    "api:my-agreement-acceptance": {"seen": 1, "knows_no_return": True},
    "api:my-agreement-cancellation": {"fee_fen": 1},
    "api:supplier-parcels": {"carrier": "sf", "tracking_number": "SF1234567890"},
    "api:owner-picks": {"goods": ["zzzzzzzzzzzz"]},
    "api:owner-pick": {"recommendation": "好用"},
    "api:owner-shares": {"channel": "wechat"},
    "api:owner-shop-shares": {"channel": "wechat"},
}


@pytest.mark.parametrize("name", sorted(API))
def test_a_stranger_with_a_token_gets_404_and_changes_nothing(name: str, world: World) -> None:
    row = API[name]
    assert row.stranger
    _token, text = issue_token(user=row.stranger(world), name="stranger", at=world.at)
    headers = {"authorization": f"Bearer {text}"}
    there, missing = reverse(name, kwargs=row.ids(world)), reverse(name, kwargs=row.nobody)
    Client().get(there, headers=headers)  # the token's first use is noted on its row
    before = everything()
    for verb in ("get", "post", "put", "patch", "delete"):
        key = {"idempotency-key": f"stranger-{verb}"}
        ask = getattr(Client(), verb)
        body = None if verb == "get" else BODIES.get(name, {})
        answer = ask(there, body, content_type="application/json", headers=headers | key)
        if answer.status_code == 405:
            continue
        assert answer.status_code == 404, f"{verb} {there} answered {answer.status_code} {answer.content!r}"
        other = ask(missing, body, content_type="application/json", headers=headers | key)
        assert answer.content == other.content
    assert everything() == before
