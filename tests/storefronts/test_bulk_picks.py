"""Many goods are picked at once, and what could not be is told."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from storefronts.models import Owner, Pick
from storefronts.services import picks as pick_service
from suppliers.services import delist_good
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules
from tests.factories import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return clock.now()


def signed_in(owner: Owner) -> Client:
    client = Client()
    client.force_login(owner.user)
    return client


def test_many_are_picked_at_once_and_what_cannot_be_is_told(at: datetime) -> None:
    supplier = story.supplier(at)
    goods = [story.good(supplier, at, title=f"滋润面霜 {n}g") for n in range(5)]
    shop = story.picked_shop(at, goods[0])
    delist_good(good=goods[1], actor=story.supplier_actor(supplier), at=at)
    client, url = signed_in(shop.owner), reverse("owner:pick-many")
    wanted = ["nosuchgood22", *(g.public_id for g in goods)]
    html = client.post(url, {"goods": wanted}, follow=True).content.decode()
    assert "已选入 3 件商品" in html
    assert "1 件早已在小铺里" in html
    assert "2 件已下架，没有选入" in html
    assert list(Pick.objects.order_by("slot").values_list("good_id", "slot")) == [
        (goods[0].pk, 1),
        (goods[2].pk, 2),
        (goods[3].pk, 3),
        (goods[4].pk, 4),
    ]
    assert "4/1000" in html


def test_of_many_those_that_fit_are_picked(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = story.supplier(at)
    goods = [story.good(supplier, at, title=f"滋润面霜 {n}g") for n in range(3)]
    shop = story.shop(story.owner(at), at)
    monkeypatch.setattr(pick_service, "rules_at", lambda at: Rules(PICK_LIMIT=2))
    wanted = {"goods": [g.public_id for g in goods], "back": "q=面霜"}
    answer = signed_in(shop.owner).post(reverse("owner:pick-many"), wanted, follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain[0][0].startswith(reverse("owner:pool"))
    assert "已选入 2 件商品" in html
    assert "小铺满了，1 件没有选入" in html
    assert set(Pick.objects.values_list("good_id", flat=True)) == {goods[0].pk, goods[1].pk}
