"""Damage to conversations."""

from django.db import connection

from storefronts.models import Conversation, Owner
from tests.flows.planting.registry import damage
from tests.flows.planting.world import World


def asked(world: World, status: str) -> Conversation:
    """One of the world's conversations."""
    return Conversation.objects.filter(supplier=world.company, status=status).order_by("pk")[0]


@damage("conversation_messages")
def a_message_that_is_gone(world: World) -> str:
    row = asked(world, "wait_owner")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE storefronts_conversationmessage DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM storefronts_conversationmessage WHERE conversation_id = %s", [row.pk])
        cursor.execute("ALTER TABLE storefronts_conversationmessage ENABLE TRIGGER USER")
    return row.number


@damage("conversation_clock")
def a_clock_that_was_stopped(world: World) -> str:
    row = asked(world, "wait_owner")
    Conversation.objects.filter(pk=row.pk).update(due_at=None)
    return row.number


@damage("conversation_parties")
def a_conversation_of_another_owner(world: World) -> str:
    row = asked(world, "wait_owner")
    other = Owner.objects.exclude(pk=row.owner_id).order_by("pk")[0]
    Conversation.objects.filter(pk=row.pk).update(owner=other)
    return row.number


@damage("conversation_line")
def a_line_of_another_order(world: World) -> str:
    row = asked(world, "wait_supplier")
    assert row.line is not None
    Conversation.objects.filter(pk=row.pk).update(line=row.line | {"ref": "9999999999999999-1"})
    return row.number


@damage("conversation_audited")
def a_question_answered_by_hand(world: World) -> str:
    row = asked(world, "wait_owner")
    Conversation.objects.filter(pk=row.pk).update(status="answered", pass_at=None)
    return row.number
