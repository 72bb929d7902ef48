"""A supplier's member at the desk: a client that is signed in, and the supplier."""

from datetime import datetime

from django.test import Client

from suppliers.models import Supplier
from tests.factories import story


def member(at: datetime, n: int = 1) -> tuple[Client, Supplier]:
    """A signed-in member of the n-th supplier that was let in."""
    supplier = story.supplier(at, n)
    client = Client()
    client.force_login(supplier.members.get().user)
    return client, supplier


def arbitrator() -> Client:
    """A member of the platform's staff, signed in."""
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(story.user(960, nickname="小二九", is_staff=True))
    return client
