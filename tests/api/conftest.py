"""A supplier, an owner with a shop and two strangers, each with a bearer token."""

import json
from dataclasses import dataclass

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import issue_token
from storefronts.models import Owner, Shop
from suppliers.models import Good, Supplier
from taoxiaopu.kernel.ids import public_id
from tests.factories import story

NOW = story.noon(2026, 3, 2)


class Caller(APIClient):
    """A client that sends JSON with a token; each POST gets a fresh idempotency key unless one is given."""

    def __init__(self, user: User | None = None) -> None:
        super().__init__()
        if user is not None:
            _token, text = issue_token(user=user, name="tests", at=NOW)
            self.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")

    def send(self, method: str, path: str, data: object = None, *, key: str | None = None):
        """One request; ``path`` is under ``/api/v1/``."""
        headers = {"Idempotency-Key": public_id(20) if key is None else key} if method == "post" else {}
        return getattr(self, method)(f"/api/v1/{path}", data, format="json", headers=headers)

    def upload(
        self, path: str, data: object, *, key: str | None = None, method: str = "post", **files: object
    ):
        """JSON with files beside it, as ``multipart/form-data``."""
        headers = {"Idempotency-Key": public_id(20) if key is None else key} if method == "post" else {}
        parts = {"data": json.dumps(data)} | files
        return getattr(self, method)(f"/api/v1/{path}", parts, format="multipart", headers=headers)

    def send_raw(self, method: str, path: str, body: bytes):
        """Bytes as they are."""
        return self.generic(
            method.upper(), f"/api/v1/{path}", body, "application/json", headers={"Idempotency-Key": "raw"}
        )


@dataclass
class World:
    """Everything that the tests of one role need."""

    supplier: Supplier
    good: Good
    owner: Owner
    shop: Shop
    anyone: Caller
    seller: Caller
    keeper: Caller
    other_seller: Caller
    other_keeper: Caller
    nobody: Caller


@pytest.fixture
def world(db) -> World:
    """Two suppliers, two owners, one good of the first supplier picked by the first owner."""
    first, second = story.supplier(NOW), story.supplier(NOW, 2)
    good = story.good(first, NOW)
    shop = story.picked_shop(NOW, good)
    other = story.shop(story.owner(NOW, 2), NOW, name="别处小店")
    return World(
        supplier=first,
        good=good,
        owner=shop.owner,
        shop=shop,
        anyone=Caller(),
        seller=Caller(first.members.get().user),
        keeper=Caller(shop.owner.user),
        other_seller=Caller(second.members.get().user),
        other_keeper=Caller(other.owner.user),
        nobody=Caller(story.user(77)),
    )
