"""How often one person may call, and what no key ever remembers."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from suppliers.models import Good
from suppliers.services import set_stock
from taoxiaopu.kernel.throttles import CallsOfAPerson, WritesOfAPerson
from tests.api.conftest import NOW, Caller
from tests.factories import story

FREIGHT = {"freight_fen": 1, "free_from_fen": 0}


@pytest.fixture
def rates(monkeypatch):
    cache.clear()
    monkeypatch.setattr(CallsOfAPerson, "THROTTLE_RATES", {"calls": "4/min", "writes": "2/min"})
    assert issubclass(WritesOfAPerson, CallsOfAPerson)


def test_the_fifth_call_in_a_minute_waits(world, rates):
    for _ in range(4):
        assert world.seller.send("get", "supplier/goods/").status_code == 200
    answer = world.seller.send("get", "supplier/goods/")
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert world.other_seller.send("get", "supplier/goods/").status_code == 200
    assert world.anyone.send("get", "goods/").status_code == 200


def test_writes_are_fewer_and_two_tokens_are_one_person(world, rates):
    other_token = Caller(world.supplier.members.get().user)
    assert world.seller.send("put", "supplier/freight/", FREIGHT).status_code == 200
    assert other_token.send("put", "supplier/freight/", FREIGHT).status_code == 200
    refused = world.seller.send("put", "supplier/freight/", FREIGHT | {"freight_fen": 2})
    assert refused.status_code == 429
    world.supplier.refresh_from_db()
    assert world.supplier.freight_fen == 1
    assert other_token.send("get", "supplier/goods/").status_code == 200


def test_pages_behind_a_key_are_clamped(world):
    stock = f"supplier/goods/{world.good.public_id}/"
    for n in range(101):
        set_stock(good=world.good, available=n, actor=story.supplier_actor(world.supplier), at=NOW)
    for asked, given in (("1000000000", 100), ("100", 100), ("1", 1), ("0", 50), ("-1", 50), ("x", 50)):
        page = world.seller.send("get", f"{stock}movements/?page_size={asked}").json()
        assert len(page["results"]) == given, asked
        assert page["next"] is not None


def test_a_part_that_is_too_large_is_a_refusal_in_json(world):
    parts = {"data": "x" * (4 * 2**20 + 1)}
    answer = world.seller.post(
        "/api/v1/supplier/goods/", parts, format="multipart", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, set(answer.json())) == (400, {"code", "message", "field"})
    parts = {"data": "{}", **{f"file{n}": SimpleUploadedFile("a.png", b"x") for n in range(101)}}
    answer = world.seller.post(
        "/api/v1/supplier/goods/", parts, format="multipart", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, set(answer.json())) == (400, {"code", "message", "field"})
    assert Good.objects.count() == 1
