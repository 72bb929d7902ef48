"""Rows of the tenancy table about questions: one that is the owner's to answer, one that is the supplier's."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from storefronts.models import Conversation, Shop
from storefronts.services import Asker, ask
from suppliers.models import Good
from tests.factories import story

NOBODY = "1234567890123456"
Make = Callable[..., Any]
OPEN = {
    "good-question": "anyone may ask about a public good",
    "shop-good-question": "anyone may ask about a shop's good",
}


def asked(good: Good, shop: Shop, at: datetime) -> None:
    """Both questions, of one member."""
    member = story.user(50)
    for where in (shop, None):
        ask(asker=Asker(member.pk), good=good, shop=where, text="敏感肌能用吗", at=at)


def _owners(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {name: Conversation.objects.get(shop=world.shop).number}


def _suppliers(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {name: Conversation.objects.get(supplier=world.supplier, shop=None).number}


def pages(consumer: Make, of_owner: Make, supplier: Make) -> dict[str, Any]:
    """Rows of pages, made by the table's own makers."""
    mine, theirs = _owners("number"), _suppliers("number")
    rows = {f"question{act}": consumer(mine, number=NOBODY) for act in ("", "-message", "-closing")}
    rows["line-question"] = consumer(lambda world: {"ref": world.line.ref}, ref=f"{NOBODY}-1")
    for act in ("", "-answer", "-handover", "-block", "-unblock"):
        rows[f"owner:question{act}"] = of_owner(mine, number=NOBODY)
    for act in ("", "-answer", "-block", "-unblock"):
        rows[f"supplier:question{act}"] = supplier(theirs, number=NOBODY)
    return rows


def calls(of_owner: Make, supplier: Make) -> dict[str, Any]:
    """Rows of the API."""
    mine, theirs = _owners("question"), _suppliers("question")
    rows = {f"api:question{act}": of_owner(mine, question=NOBODY) for act in ("", "-messages", "-closing")}
    for act in ("", "-answers", "-handover", "-block"):
        rows[f"api:owner-question{act}"] = of_owner(mine, question=NOBODY)
    for act in ("", "-answers", "-block"):
        rows[f"api:supplier-question{act}"] = supplier(theirs, question=NOBODY)
    return rows
