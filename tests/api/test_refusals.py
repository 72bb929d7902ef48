"""Foreign rows, unknown fields, hostile JSON, keys sent twice: a clear refusal and nothing changed."""

import json

import pytest

from accounts.models import ApiToken
from storefronts.models import Pick
from suppliers.models import Good
from tests.api.conftest import NOW
from tests.factories import story

NOT_FOUND = {"code": "not_found", "message": "没有找到您要的内容", "field": None}
NEW = {"title": "护手霜", "category": "beauty", "price_fen": 100, "stock": 1, "rate_bp": 1_000}


def every_foreign_address(world) -> list[tuple[str, str, str, object]]:
    """(caller, method, path, data) of all addresses with an id, called by another tenant of the same role."""
    order = story.paid_order(world.good, NOW, through=world.shop)
    pick = Pick.objects.get()
    good = f"supplier/goods/{world.good.public_id}/"
    parcel = {"carrier": "sf", "tracking_number": "SF1234567890"}
    shop = f"owner/shops/{world.shop.number}/picks/"
    return [
        ("other_seller", "get", good, None),
        ("other_seller", "patch", good, {"price_fen": 1}),
        ("other_seller", "get", f"supplier/orders/{order.number}/", None),
        ("other_seller", "post", f"supplier/orders/{order.number}/parcels/", parcel),
        ("other_keeper", "get", f"owner/orders/{order.number}/", None),
        ("other_keeper", "get", shop, None),
        ("other_keeper", "post", shop, {"goods": [world.good.public_id]}),
        ("other_keeper", "get", f"owner/pool/?shop={world.shop.number}", None),
        ("other_keeper", "get", f"owner/picks/{pick.pk}/", None),
        ("other_keeper", "patch", f"owner/picks/{pick.pk}/", {"recommendation": "好"}),
        ("other_keeper", "delete", f"owner/picks/{pick.pk}/", None),
        ("other_keeper", "post", f"owner/picks/{pick.pk}/shares/", {"channel": "wechat"}),
    ]


def test_foreign_rows_are_missing_rows(world):
    for caller, method, path, data in every_foreign_address(world):
        foreign = getattr(world, caller).send(method, path, data)
        assert (foreign.status_code, foreign.json()) == (404, NOT_FOUND), path
    missing = world.seller.send("get", "supplier/goods/nothere23456/")
    assert foreign.content == missing.content
    assert Pick.objects.get().slot == 1


def test_a_role_that_one_does_not_have_is_missing_too(world):
    for path in ("supplier/goods/", "supplier/orders/", "owner/pool/", "owner/shops/", "owner/orders/"):
        answer = world.nobody.send("get", path)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert world.keeper.send("get", "supplier/goods/").status_code == 404
    assert world.seller.send("get", "owner/pool/").status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer", "Bearer a b", "Bearer \u00e9"])
def test_without_a_token_nothing_of_ones_own(world, header):
    world.anyone.credentials(**({"HTTP_AUTHORIZATION": header} if header else {}))
    answer = world.anyone.send("get", "supplier/goods/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert set(answer.json()) == {"code", "message", "field"}


def test_a_revoked_token_is_refused(world):
    ApiToken.objects.update(revoked_at=NOW)
    assert world.seller.send("get", "supplier/goods/").status_code == 401


@pytest.mark.parametrize("field", ["supplier_id", "status", "is_staff", "tier", "held_words"])
def test_unknown_fields_are_refused(world, field):
    answer = world.seller.send("post", "supplier/goods/", NEW | {field: "x"})
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "unknown_field",
        "message": "unknown_field",
        "field": field,
        "errors": {field: ["unknown_field"]},
    }
    assert Good.objects.count() == 1


def test_every_wrong_field_is_named(world):
    answer = world.seller.send("post", "supplier/goods/", NEW | {"title": "", "price_fen": "abc"})
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"title", "price_fen"}


@pytest.mark.parametrize(
    ("asked", "given"),
    [("1000000000", 100), ("100", 100), ("101", 100), ("99", 99), ("1", 1), ("0", 50), ("-1", 50)],
)
def test_page_sizes_are_clamped(world, asked, given):
    for n in range(100):
        story.good(world.supplier, NOW, title=f"面霜 {n}")
    assert len(world.anyone.send("get", f"goods/?page_size={asked}").json()["results"]) == given


@pytest.mark.parametrize("path", ["goods/", "owner/pool/"])
@pytest.mark.parametrize("ordering", ["password", "supplier__credit_code", "-id", "sales"])
def test_only_listed_orderings(world, path, ordering):
    answer = world.keeper.send("get", f"{path}?ordering={ordering}")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        400,
        "invalid_choice",
        "ordering",
    )


@pytest.mark.parametrize("page", ["0", "-1", "9999999999999999999", "x", "%C3%28"])
def test_pages_that_are_none(world, page):
    answer = world.anyone.send("get", f"goods/?page={page}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 50_000,
        b"[" * 50_000 + b"]" * 50_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"price_fen": 1e999}',
        b'{"price_fen": -1e999}',
        b'{"price_fen": NaN}',
        b'{"price_fen": Infinity}',
        b'{"title": "a\\u0000b"}',
        b'{"title": "a\x00b"}',
        b'{"title": "\\ud800"}',
        b'{"title": "\xff\xfe"}',
        b'{"title": "a", "title": "b"}',
        b'{"title": ',
        b"",
        b"\xef\xbb\xbf{}",
    ],
)
def test_hostile_json_is_a_bad_request(world, body):
    answer = world.seller.send_raw("post", "supplier/goods/", body)
    assert answer.status_code == 400
    assert set(answer.json()) >= {"code", "message", "field"}
    assert Good.objects.count() == 1


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null", b"true"])
def test_json_that_is_no_object_is_a_bad_request(world, body):
    assert world.seller.send_raw("post", "supplier/goods/", body).status_code == 400


def test_bodies_over_one_megabyte_are_too_large(world):
    exact = json.dumps({"x": ""}).encode()
    fits = json.dumps({"x": "a" * (2**20 - len(exact))}).encode()
    assert len(fits) == 2**20
    assert world.seller.send_raw("post", "supplier/goods/", fits).status_code == 400
    answer = world.seller.send_raw("post", "supplier/goods/", fits + b" ")
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("query", ["q=%00", "category=%00", "q=" + "x" * 81, "category=" + "x" * 25])
def test_queries_that_no_database_takes(world, query):
    assert world.anyone.send("get", f"goods/?{query}").status_code == 400


def test_a_nul_in_the_address_is_refused(world):
    assert world.anyone.send("get", "goods/?page=%00").status_code == 400
    assert world.anyone.send("get", "goods/a%00b/").status_code in (400, 404)


def test_ten_thousand_ids_are_too_many(world):
    answer = world.keeper.send(
        "post", f"owner/shops/{world.shop.number}/picks/", {"goods": [world.good.public_id] * 10_000}
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "goods")


def test_other_content_types_are_refused(world):
    answer = world.seller.post("/api/v1/supplier/goods/", "a=1", content_type="text/plain")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_method_that_is_none_is_refused(world):
    answer = world.seller.send("delete", "supplier/goods/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_the_same_key_gives_the_same_answer_once(world):
    first = world.seller.send("post", "supplier/goods/", NEW, key="k1")
    again = world.seller.send("post", "supplier/goods/", NEW, key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Good.objects.count() == 2
    other = world.seller.send("post", "supplier/goods/", NEW | {"stock": 2}, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Good.objects.count() == 2


def test_a_refusal_is_not_remembered(world):
    wrong = NEW | {"rate_bp": 99}
    assert world.seller.send("post", "supplier/goods/", wrong, key="k2").status_code == 400
    assert world.seller.send("post", "supplier/goods/", NEW, key="k2").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 81])
def test_a_key_is_needed(world, key):
    answer = world.seller.send("post", "supplier/goods/", NEW, key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert Good.objects.count() == 1
