"""Owners lay out their shops over the API."""

from urllib.parse import quote

import pytest

from storefronts.models import Pick, Section
from storefronts.selectors import picks_of
from suppliers.services import delist_good
from tests.api.test_roles import NOW
from tests.factories import story

pytestmark = pytest.mark.django_db

HANDS = quote("护手")


def titles(shop):
    return [pick.good.title for pick in picks_of(shop)]


def test_the_pool_goes_on_behind_a_key_within_prices(world):
    for n in range(3):
        story.good(world.supplier, NOW, title=f"护手霜 {n}", price_fen=3_000 + n)
    first = world.keeper.send(
        "get", f"owner/pool/?q={HANDS}&ordering=price&page_size=2&price_to_fen=3001"
    ).json()
    assert [row["good"]["title"] for row in first["results"]] == ["护手霜 0", "护手霜 1"]
    assert first["next"] is None
    first = world.keeper.send("get", f"owner/pool/?q={HANDS}&ordering=-earn&page_size=2").json()
    assert [row["earn_fen"] for row in first["results"]] == [540, 540]
    path = first["next"].partition("/api/v1/")[2]
    second = world.keeper.send("get", path).json()
    assert [row["good"]["title"] for row in second["results"]] == ["护手霜 0"]
    assert second["next"] is None


def test_a_good_of_the_pool_says_what_is_known(world):
    body = world.keeper.send("get", f"owner/goods/{world.good.public_id}/").json()
    assert (body["offer"]["earn_fen"], body["offer"]["stock"], body["record"]["refund_bp"]) == (
        1_800,
        50,
        None,
    )
    assert (body["supplier"]["points"], body["supplier"]["goods"]) == (0, 1)
    assert world.seller.send("get", f"owner/goods/{world.good.public_id}/").status_code == 404


def test_many_are_picked_at_once_and_each_outcome_is_told(world):
    new, gone = (story.good(world.supplier, NOW, title=f"护手霜 {n}") for n in range(2))
    delist_good(good=gone, actor=story.supplier_actor(world.supplier), at=NOW)
    wanted = [new.public_id, gone.public_id, world.good.public_id, "nosuchgood22"]
    answer = world.keeper.send("post", f"owner/shops/{world.shop.number}/picks/bulk/", {"goods": wanted})
    body = answer.json()
    assert answer.status_code == 200
    assert [row["good"]["id"] for row in body["picked"]] == [new.public_id]
    assert (body["already"], body["off_sale"], body["no_room"]) == (
        [world.good.public_id],
        [gone.public_id, "nosuchgood22"],
        [],
    )


def test_order_pins_sections_removal_and_replacement(world):
    other, better = (
        story.good(world.supplier, NOW, title=t, price_fen=f) for t, f in (("乙", 9_000), ("丙", 11_000))
    )
    shop = f"owner/shops/{world.shop.number}/"
    made = world.keeper.send("post", shop + "picks/", {"goods": [other.public_id]}).json()[0]["id"]
    first = Pick.objects.get(good=world.good).pk
    assert world.keeper.send("put", shop + "order/", {"picks": [first, made]}).status_code == 204
    assert titles(world.shop) == [world.good.title, "乙"]
    section = world.keeper.send("post", shop + "sections/", {"name": "早餐"}).json()
    body = world.keeper.send(
        "patch", f"owner/picks/{made}/display/", {"is_pinned": True, "section": section["id"]}
    ).json()
    assert (body["is_pinned"], body["is_hidden"], body["section"]) == (True, False, section["id"])
    assert titles(world.shop) == ["乙", world.good.title]
    assert world.keeper.send("get", shop + "sections/").json() == [
        {"id": section["id"], "name": "早餐", "size": 1}
    ]
    renamed = world.keeper.send("patch", f"owner/sections/{section['id']}/", {"name": "早上"}).json()
    assert renamed["name"] == "早上"
    bad = world.keeper.send("patch", f"owner/sections/{section['id']}/", {"name": "最好"})
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_section")
    world.keeper.send("delete", f"owner/picks/{made}/")
    assert titles(world.shop) == [world.good.title]
    back = world.keeper.send("post", f"owner/picks/{made}/restoration/", {})
    assert (back.status_code, back.json()["section"]) == (200, section["id"])
    delist_good(good=other, actor=story.supplier_actor(world.supplier), at=NOW)
    (ill,) = world.keeper.send("get", shop + "health/").json()
    assert (ill["pick"]["id"], ill["ailments"]) == (made, ["off_sale"])
    assert [row["good"]["id"] for row in ill["substitutes"]] == [better.public_id]
    swapped = world.keeper.send("post", f"owner/picks/{made}/replacement/", {"good": better.public_id}).json()
    assert (swapped["good"]["id"], swapped["is_pinned"], swapped["section"]) == (
        better.public_id,
        True,
        section["id"],
    )
    assert world.keeper.send("delete", f"owner/sections/{section['id']}/").status_code == 204
    assert not Section.objects.exists()
    assert titles(world.shop) == ["丙", world.good.title]


def test_foreign_picks_and_sections_are_not_found_and_nothing_moves(world):
    pick = Pick.objects.get()
    for method, path, body in (
        ("patch", f"owner/picks/{pick.pk}/display/", {"is_pinned": True}),
        ("put", f"owner/shops/{world.shop.number}/order/", {"picks": [pick.pk]}),
        ("post", f"owner/picks/{pick.pk}/replacement/", {"good": world.good.public_id}),
    ):
        assert world.other_keeper.send(method, path, body).status_code == 404
    assert not Pick.objects.get().is_pinned
    unknown = world.keeper.send("patch", f"owner/picks/{pick.pk}/display/", {"slot": 7})
    assert unknown.status_code == 400
