"""Each act of the supplier's desk has its call, or a reason; the same role that may do one may do the other."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.services import issue_token
from suppliers.gates import area_of
from suppliers.models import Supplier
from suppliers.states import ROLE_CHANGES, MemberRole
from taoxiaopu.kernel.api import Api
from tests.api.parity import ASKED_ALONE, PARITY, SESSION_ONLY, Act, Reason
from tests.factories import story

NOW = story.noon(2026, 3, 2)


def _patterns(namespace: str) -> Iterator[URLPattern]:
    for part in get_resolver().url_patterns:
        if isinstance(part, URLResolver) and part.namespace == namespace:
            yield from (one for one in part.url_patterns if isinstance(one, URLPattern))


def _verbs(view: Callable[..., Any]) -> set[str]:
    """The methods that a page takes, as its decorator was told: GET and HEAD are one look."""
    while view is not None:
        names = view.__code__.co_freevars
        if "request_method_list" in names:
            listed = view.__closure__[names.index("request_method_list")].cell_contents  # type: ignore[index]
            return {"GET" if verb == "HEAD" else verb for verb in listed}
        view = getattr(view, "__wrapped__", None)  # type: ignore[assignment]
    return set()


def _desk() -> set[Act]:
    return {
        (str(page.name), verb) for page in _patterns("supplier") for verb in _verbs(page.callback) or {"?"}
    }


def _calls() -> dict[str, type[Api]]:
    return {str(call.name): call.callback.cls for call in _patterns("api") if hasattr(call.callback, "cls")}


def _named() -> set[str]:
    return {call for row in PARITY.values() if not isinstance(row, Reason) for call in row}


def test_the_walk_sees_pages_and_their_verbs() -> None:
    desk = _desk()
    assert {("goods", "GET"), ("good-new", "POST"), ("penalty-appeal", "POST"), ("apply", "POST")} <= desk
    assert {name for name, verb in desk if verb not in ("GET", "POST")} == set()
    assert len(desk) > 100


def test_every_act_of_the_desk_has_a_call_or_a_reason() -> None:
    assert _desk() - set(PARITY) == set(), (
        "a page's act without its API call: add both, or say why in tests/api/parity.py"
    )


def test_the_table_names_no_act_that_is_gone() -> None:
    assert set(PARITY) - _desk() == set()


def test_every_call_of_the_table_exists() -> None:
    calls = _calls()
    missing = [
        call
        for call in _named() | set(ASKED_ALONE)
        if not hasattr(calls.get(call.partition(" ")[2]), call.partition(" ")[0].lower())
    ]
    assert missing == []


def test_every_call_of_a_supplier_is_in_the_table() -> None:
    there = {
        f"{verb.upper()} {name}"
        for name, view in _calls().items()
        if name.startswith(("supplier-", "own-"))
        for verb in ("get", "post", "put", "patch", "delete")
        if hasattr(view, verb)
    }
    assert there - _named() - set(ASKED_ALONE) == set()


def test_every_reason_is_a_sentence() -> None:
    assert all(len(row) > 20 for row in PARITY.values() if isinstance(row, Reason))
    assert all(len(why) > 20 for why in [*ASKED_ALONE.values(), *SESSION_ONLY.values()])


def test_nothing_that_is_for_people_alone_can_be_called() -> None:
    paths = " ".join(str(call.pattern) for call in _patterns("api"))
    for word in ("token", "password", "factor", "phone", "email", "accept/", "cashier"):
        assert word not in paths, word


LOOKS = sorted(
    (page, call.partition(" ")[2])
    for (page, verb), row in PARITY.items()
    if verb == "GET" and not isinstance(row, Reason)
    for call in row
    if call.startswith("GET supplier-")
)
ASKED = {"earning": "?price_fen=10000&rate_bp=2000", "orders-export": "?since=2026-03-01&until=2026-03-02"}


@pytest.fixture
def company(db: None) -> Supplier:
    return story.supplier(NOW)


@pytest.mark.parametrize("role", MemberRole)
def test_a_role_sees_over_the_api_what_it_sees_at_the_desk(role: MemberRole, company: Supplier) -> None:
    member = company.members.get()
    member.role = role
    member.save(update_fields=["role"])
    _token, text = issue_token(user=member.user, name="tests", at=NOW)
    desk, api = Client(), Client(headers={"authorization": f"Bearer {text}"})
    desk.force_login(member.user)
    seen = {}
    for page, call in LOOKS:
        try:
            here, there = reverse(f"supplier:{page}"), reverse(f"api:{call}")
        except NoReverseMatch:  # it takes an id: tests/tenancy
            continue
        at_desk = desk.get(here + ASKED.get(page, ""))
        answer = api.get(there + ASKED.get(page, ""))
        assert (at_desk.status_code == 403) == (answer.status_code == 403), (role, page, call)
        assert answer.status_code in (200, 403, 404), (
            call,
            answer.status_code,
            getattr(answer, "content", b""),
        )
        seen[call] = answer.status_code
    assert len(seen) > 25
    assert (403 in seen.values()) == (role != MemberRole.ADMIN)


@pytest.mark.parametrize("role", MemberRole)
def test_a_role_changes_over_the_api_what_it_changes_at_the_desk(role: MemberRole, company: Supplier) -> None:
    """Without a key and without a body nothing is done, whoever may."""
    member = company.members.get()
    member.role = role
    member.save(update_fields=["role"])
    _token, text = issue_token(user=member.user, name="tests", at=NOW)
    api, asked = Client(headers={"authorization": f"Bearer {text}"}), 0
    for (page, verb), row in PARITY.items():
        if verb == "GET" or isinstance(row, Reason):
            continue
        for call in row:
            method, _space, name = call.partition(" ")
            if method != "POST" or name == "own-invitation-acceptance":
                continue
            try:
                there = reverse(f"api:{name}")
            except NoReverseMatch:
                continue
            answer = api.post(there, {}, content_type="application/json")
            may = area_of(page) in ROLE_CHANGES[role]
            assert (answer.status_code != 403) == may, (role, page, call, answer.content)
            assert answer.status_code in (400, 403, 409), (call, answer.content)
            asked += 1
    assert asked > 12
