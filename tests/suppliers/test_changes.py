"""Change sets: what needs review of a live good, what sells on meanwhile, and what staff's verdict does."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from accounts.models import InboxLetter
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Good, GoodChange, Supplier
from suppliers.services import GoodDraft
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from tests.factories import story
from tests.factories.desk import member
from tests.factories.pictures import png
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
DRAFT = GoodDraft("滋润面霜 50g", "beauty", "山茶花", "清爽不油腻", 10_000, 50, 2000)
STAFF = story.SYSTEM_STAFF


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT, brands=("山茶花", "白茶"))


@pytest.fixture
def good(supplier: Supplier) -> Good:
    draft = replace(DRAFT, picture=png("teal"))
    return suppliers.create_good(supplier=supplier, draft=draft, actor=story.supplier_actor(supplier), at=AT)


def edit(good: Good, **changes: Any) -> Good:
    draft = replace(DRAFT, **changes)
    return suppliers.edit_good(good=good, draft=draft, actor=story.supplier_actor(good.supplier), at=AT)


def open_change(good: Good) -> GoodChange:
    return GoodChange.objects.get(good=good, status="open")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "特供面霜"},
        {"description": "全网第一"},
        {"brand": "白茶"},
        {"category_code": "beauty/skincare"},
        {"picture": png("red")},
    ],
)
def test_what_needs_review_waits_and_the_good_sells_on(good: Good, changes: dict[str, Any]) -> None:
    row = edit(good, price_fen=9_000, stock=7, rate_bp=2_500, ship_within_h=24, **changes)
    assert (row.status, row.title, row.brand, row.category.code, row.picture) == (
        "listed", "滋润面霜 50g", "山茶花", "beauty", good.picture,
    )  # fmt: skip
    assert (row.price_from_fen, row.rate_bp, row.ship_within_h, row.held_words) == (9_000, 2_500, 24, "")
    assert row.skus.get().available == 7
    change = open_change(good)
    assert (change.base_version, change.status) == (1, "open")
    approved = suppliers.approve_change(public_id=change.public_id, actor=STAFF, at=AT)
    change.refresh_from_db()
    assert (change.status, change.decided_at, approved.version, approved.status) == (
        "approved",
        AT,
        3,
        "listed",
    )
    for part in ("title", "brand", "category", "description", "picture", "held_words"):
        assert getattr(approved, part) == getattr(change, part)
    assert (approved.price_from_fen, approved.rate_bp) == (9_000, 2_500)


@pytest.mark.parametrize(
    "changes",
    [{}, {"title": "面霜 60g"}, {"description": "好用"}, {"price_fen": 1}, {"title": "第一次用的面霜"}],
)
def test_what_needs_none_is_there_at_once(good: Good, changes: dict[str, Any]) -> None:
    row = edit(good, **changes)
    assert row.title == changes.get("title", "滋润面霜 50g")
    assert not GoodChange.objects.exists()


def test_a_first_photograph_needs_no_review(supplier: Supplier) -> None:
    bare = story.good(supplier, AT)
    assert edit(bare, picture=png("red")).picture != ""


def test_a_newer_edit_replaces_and_a_clean_one_withdraws(good: Good) -> None:
    edit(good, title="特供面霜")
    first = open_change(good)
    edit(good, title="特供面霜", price_fen=8_000)
    assert open_change(good) == first  # the same words again
    edit(good, title="特供面霜二号")
    second = open_change(good)
    first.refresh_from_db()
    assert (first.status, second.title) == ("replaced", "特供面霜二号")
    assert edit(good, title="面霜二号").title == "面霜二号"
    second.refresh_from_db()
    assert second.status == "withdrawn"
    assert not GoodChange.objects.filter(status="open").exists()


def test_a_refusal_leaves_the_good_and_says_why(supplier: Supplier, good: Good) -> None:
    edit(good, title="特供面霜")
    change = open_change(good)
    before = picture()
    with pytest.raises(BadInput):
        suppliers.refuse_change(public_id=change.public_id, actor=STAFF, at=AT, reason=" x ")
    assert picture() == before
    suppliers.refuse_change(public_id=change.public_id, actor=STAFF, at=AT, reason="含禁用词")
    good.refresh_from_db()
    change.refresh_from_db()
    assert (good.title, good.status, good.version) == ("滋润面霜 50g", "listed", 2)
    assert (change.status, change.reason) == ("refused", "含禁用词")
    letter = InboxLetter.objects.get(kind="change_refused")
    assert letter.user == supplier.members.get().user
    with pytest.raises(MoveRefused):
        suppliers.approve_change(public_id=change.public_id, actor=STAFF, at=AT)


def test_words_that_were_let_through_need_no_second_review(good: Good) -> None:
    edit(good, title="特供面霜")
    suppliers.approve_change(public_id=open_change(good).public_id, actor=STAFF, at=AT)
    row = edit(good, title="特供面霜", price_fen=5_000)
    assert (row.status, row.title, row.held_words, row.price_from_fen) == (
        "listed",
        "特供面霜",
        "特供",
        5_000,
    )
    assert not GoodChange.objects.filter(status="open").exists()


def test_a_delisted_good_is_no_way_round(good: Good) -> None:
    suppliers.delist_good(good=good, actor=story.supplier_actor(good.supplier), at=AT)
    assert edit(good, brand="白茶").brand == "山茶花"
    suppliers.approve_change(public_id=open_change(good).public_id, actor=STAFF, at=AT)
    good.refresh_from_db()
    assert (good.brand, good.status) == ("白茶", "delisted")


def test_a_brand_that_was_lost_is_not_approved(supplier: Supplier, good: Good) -> None:
    edit(good, brand="白茶")
    supplier.brands.filter(name="白茶").delete()
    before = picture()
    with pytest.raises(errors.ForeignBrand):
        suppliers.approve_change(public_id=open_change(good).public_id, actor=STAFF, at=AT)
    assert picture() == before


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind != ActorKind.STAFF])
def test_only_staff_decide(good: Good, kind: ActorKind) -> None:
    edit(good, title="特供面霜")
    change = open_change(good)
    with pytest.raises(MoveRefused):
        suppliers.approve_change(public_id=change.public_id, actor=Actor(kind, "tests"), at=AT)
    with pytest.raises(MoveRefused):
        suppliers.refuse_change(
            public_id=change.public_id, actor=Actor(kind, "tests"), at=AT, reason="含禁用词"
        )
    with pytest.raises(NotFound):
        suppliers.approve_change(public_id="none", actor=STAFF, at=AT)


def test_one_open_change_a_good_in_the_database(good: Good) -> None:
    edit(good, title="特供面霜")
    with pytest.raises(IntegrityError, match="good_change_open_once"):
        GoodChange.objects.create(good=good, base_version=1, title="x", category=good.category, created_at=AT)


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_a_verdict_at_once_leave_one_outcome(good: Good) -> None:
    edit(good, title="特供面霜")
    change = open_change(good)
    start, told = threading.Barrier(2), []

    def run(work: Any) -> None:
        start.wait()
        try:
            work()
        except MoveRefused:
            told.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=[work])
        for work in (
            lambda: suppliers.approve_change(public_id=change.public_id, actor=STAFF, at=AT),
            lambda: edit(good, title="特供面霜二号"),
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    good.refresh_from_db()
    change.refresh_from_db()
    if told:
        assert (good.title, change.status) == ("滋润面霜 50g", "replaced")
    else:
        assert (good.title, change.status) == ("特供面霜", "approved")
    assert open_change(good).title == "特供面霜二号"


def test_the_desk_shows_what_waits_and_takes_it_back(client: Client) -> None:
    client, supplier = member(clock.now())
    good = story.good(supplier, clock.now())
    address = reverse("supplier:good", args=[good.public_id])
    words = {
        "title": "特供面霜", "category": "beauty", "brand": "山茶花", "price": "90", "stock": "50", "rate": "20",
        "ship_within_h": "48", "description": "清爽不油腻",
    }  # fmt: skip
    page = client.post(address, words, follow=True)
    assert "须审核的修改已提交" in page.text
    assert page.context["form"].initial["title"] == "特供面霜"
    assert "滋润面霜 50g" in client.get(reverse("good", args=[good.public_id])).text
    assert client.post(reverse("supplier:change-withdraw", args=[good.public_id])).status_code == 302
    assert client.get(address).context["form"].initial["title"] == "滋润面霜 50g"
    assert client.post(reverse("supplier:change-withdraw", args=[good.public_id])).status_code == 404
