"""How often one person may call, and what no key ever remembers."""

import pytest
from django.core.cache import cache

from suppliers.models import Good
from taoxiaopu.kernel.throttles import CallsOfAPerson, WritesOfAPerson
from tests.api.conftest import Caller

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


@pytest.mark.parametrize(
    ("asked", "given"), [("1000000000", 100), ("100", 100), ("1", 1), ("0", 50), ("-1", 50), ("x", 50)]
)
def test_pages_behind_a_key_are_clamped(world, asked, given):
    Good.objects.update(status="listed")
    stock = f"supplier/goods/{world.good.public_id}/"
    for n in range(101):
        if given > 50 or n < 60:
            world.seller.send("patch", stock, {"stock": n})
    page = world.seller.send("get", f"{stock}movements/?page_size={asked}").json()
    assert len(page["results"]) == given
