"""Two members of staff, each with a browser of their own, and a platform with something in every state."""

import pytest
from django.test import Client

from accounts.models import User
from tests.staff import world


@pytest.fixture
def judge(db: None) -> User:
    """The first arbitrator."""
    return world.staff_user(901, "青禾")


@pytest.fixture
def second(db: None) -> User:
    """Another one."""
    return world.staff_user(902, "云舟")


@pytest.fixture
def desk(judge: User) -> Client:
    """The first arbitrator's browser."""
    return signed_in(judge)


@pytest.fixture
def second_desk(second: User) -> Client:
    """The other's."""
    return signed_in(second)


def signed_in(person: User) -> Client:
    """A browser in which someone is signed in, in Chinese."""
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(person)
    return client
