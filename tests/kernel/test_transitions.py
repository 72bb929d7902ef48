"""State tables as data: what they find, refuse, write down and tell the database."""

import pytest
from django.db import models

from orders.models import Order
from orders.states import ORDERS, OrderStatus
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.errors import MoveRefused
from taoxiaopu.kernel.transitions import StateTable, move
from tests.factories import story

AT = story.noon(2026, 6, 3)
STAFF, BUYER = ActorKind.STAFF, ActorKind.BUYER


class Light(models.TextChoices):
    """Three states."""

    RED = "red", "红"
    GREEN = "green", "绿"
    DARK = "dark", "灭"


TABLE = StateTable(
    "light",
    Light,
    (
        move("1", Light.RED, "go", [STAFF, BUYER], Light.GREEN),
        move("2", [Light.RED, Light.GREEN], "break", STAFF, Light.DARK),
        move("3", Light.GREEN, "stay", STAFF, Light.GREEN),
    ),
    {"go": "放行"},
)


def test_find_events_and_edges() -> None:
    found = TABLE.find("red", "go", BUYER)
    assert found is not None
    assert (found.rule, found.target) == ("1", "green")
    assert TABLE.find("red", "break", BUYER) is None
    assert TABLE.find("dark", "go", STAFF) is None
    assert TABLE.events("red", STAFF) == {"go", "break"}
    assert TABLE.events("red", BUYER) == {"go"}
    assert TABLE.events("dark", STAFF) == set()
    assert TABLE.edges() == {("red", "green"), ("red", "dark"), ("green", "dark")}


def test_a_refusal_names_state_and_event_for_people() -> None:
    with pytest.raises(MoveRefused) as refused:
        TABLE.require("dark", "go", Actor(STAFF, "s"))
    assert refused.value.sentence == "当前状态是“灭”，不能进行“放行”操作"
    assert refused.value.status == 409


@pytest.mark.django_db
def test_a_move_is_saved_with_its_trail() -> None:
    order = story.place(story.good(story.supplier(AT), AT), AT).orders.get()
    actor = Actor(BUYER, order.trade.number, "p")
    made = ORDERS.apply(order, "cancel", actor=actor, at=AT, reason="不想要了" * 200)
    assert (made.rule, Order.objects.get().status) == ("O5", "closed_unpaid")
    entry = history("order", order.number).last()
    assert entry is not None
    assert (entry.event, entry.from_state, entry.to_state) == ("cancel", "pending_payment", "closed_unpaid")
    assert (entry.actor_kind, entry.actor_ref, entry.person) == ("buyer", order.trade.number, "p")
    assert (entry.at, len(entry.reason)) == (AT, 500)


@pytest.mark.django_db
def test_a_target_must_be_one_of_the_events_own() -> None:
    order = story.paid_order(story.good(story.supplier(AT), AT), AT)
    actor = story.supplier_actor(order.supplier)
    with pytest.raises(MoveRefused):
        ORDERS.apply(order, "ship", actor=actor, at=AT, target=OrderStatus.COMPLETED)
    assert Order.objects.get().status == "paid"
    ORDERS.apply(order, "ship", actor=actor, at=AT, target=OrderStatus.PART_SHIPPED)
    assert Order.objects.get().status == "part_shipped"
