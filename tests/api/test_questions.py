"""Questions over the API: a member asks, the owner answers and hands over, the supplier goes on; each once for a key."""

import pytest

from storefronts.models import Conversation, ConversationMessage
from tests.api.conftest import Caller, World

pytestmark = pytest.mark.django_db


def asked(world: World, **data: str) -> str:
    data = {"good": world.good.public_id, "shop": world.shop.number, "text": "加微信 qinghe_01 说"} | data
    answer = world.nobody.send("post", "questions/", data)
    assert answer.status_code == 201, answer.content
    return answer.json()["number"]


def test_a_question_goes_its_way(world: World) -> None:
    number = asked(world)
    mine = world.nobody.send("get", f"questions/{number}/").json()
    assert (mine["status"], mine["handler"], mine["shop"]) == ("wait_owner", "owner", world.shop.number)
    assert [(m["side"], m["text"], m["masked"]) for m in mine["messages"]] == [
        ("buyer", "加微信 *** 说", True)
    ]

    waiting = world.keeper.send("get", "owner/questions/?tab=waiting").json()
    assert [(row["number"], row["unread"]) for row in waiting["results"]] == [(number, 1)]
    assert world.seller.send("get", f"supplier/questions/{number}/").status_code == 404
    told = world.keeper.send("post", f"owner/questions/{number}/answers/", {"text": "可以用"})
    assert (told.status_code, told.json()["status"]) == (201, "answered")
    given = world.keeper.send("post", f"owner/questions/{number}/handover/")
    assert (given.status_code, given.json()["status"]) == (201, "wait_supplier")

    queue = world.seller.send("get", "supplier/questions/?tab=waiting").json()
    assert [(row["number"], row["unread"], row["line"]) for row in queue["results"]] == [(number, 2, None)]
    said = world.seller.send("post", f"supplier/questions/{number}/answers/", {"text": "商家答复"})
    assert said.status_code == 201
    assert [m["text"] for m in said.json()["messages"]] == ["加微信 *** 说", "可以用", "商家答复"]
    assert len(world.keeper.send("get", f"owner/questions/{number}/").json()["messages"]) == 2
    assert world.nobody.send("get", "questions/").json()["results"][0]["unread"] == 2
    world.nobody.send("get", f"questions/{number}/")
    assert world.nobody.send("get", "questions/").json()["results"][0]["unread"] == 0
    assert world.nobody.send("post", f"questions/{number}/messages/", {"text": "谢谢"}).status_code == 201
    closed = world.nobody.send("post", f"questions/{number}/closing/")
    assert (closed.status_code, closed.json()["status"]) == (201, "closed")
    again = world.nobody.send("post", f"questions/{number}/messages/", {"text": "还在吗"})
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")


def test_the_same_key_says_it_once(world: World) -> None:
    number = asked(world)
    for _again in range(2):
        answer = world.keeper.send("post", f"owner/questions/{number}/answers/", {"text": "可以用"}, key="k1")
        assert answer.status_code == 201
    assert ConversationMessage.objects.count() == 2
    other = world.keeper.send("post", f"owner/questions/{number}/answers/", {"text": "不可以"}, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (
        world.keeper.send("post", f"owner/questions/{number}/answers/", {"text": "x" * 3}, key="").status_code
        == 400
    )


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({"good": "zzzzzzzzzzzz"}, 404, "not_found"),
        ({"shop": "999999"}, 404, "not_found"),
        ({"text": "长" * 501}, 400, "max_length"),
        ({"text": "好"}, 422, "bad_message"),
        ({"line": "1234567890123456-1"}, 400, "invalid"),
        ({"status": "closed"}, 400, "unknown_field"),
    ],
)
def test_what_is_refused_changes_nothing(world: World, data: dict[str, str], status: int, code: str) -> None:
    body = {"good": world.good.public_id, "shop": world.shop.number, "text": "能用吗"} | data
    answer = world.nobody.send("post", "questions/", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Conversation.objects.count() == 0


def test_who_is_blocked_asks_no_more_until_it_is_taken_back(world: World) -> None:
    for keeper, path, shop in (
        (world.keeper, "owner", {"shop": world.shop.number}),
        (world.seller, "supplier", {}),
    ):
        body = {"good": world.good.public_id, "text": "能用吗"} | shop
        number = world.nobody.send("post", "questions/", body).json()["number"]
        blocked = keeper.send("post", f"{path}/questions/{number}/block/")
        assert (blocked.status_code, blocked.json()["status"]) == (201, "closed")
        again = world.nobody.send("post", "questions/", body)
        assert (again.status_code, again.json()["code"]) == (409, "asking_blocked")
        assert keeper.send("delete", f"{path}/questions/{number}/block/").status_code == 204
        assert world.nobody.send("post", "questions/", body).status_code == 201


def test_strangers_and_guests_find_nothing(world: World) -> None:
    number = asked(world)
    for caller, path in (
        (world.other_keeper, f"owner/questions/{number}/"),
        (world.other_seller, f"supplier/questions/{number}/"),
        (world.keeper, f"questions/{number}/"),
    ):
        assert caller.send("get", path).status_code == 404
    assert Caller().send("get", f"questions/{number}/").status_code == 401
