"""Listings: rates and prices at their limits, words that hold a good back, when a lower rate counts."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from accounts.models import InboxLetter
from storefronts import services as storefronts
from storefronts.services import tell_of_lowered_rates
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Good, Sku, Supplier
from suppliers.services import GoodDraft
from suppliers.states import GOODS, GoodStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
DRAFT = GoodDraft("滋润面霜 50g", "beauty", "山茶花", "清爽不油腻", 10_000, 50, 2000)


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


def create(supplier: Supplier, **changes: Any) -> Good:
    return suppliers.create_good(
        supplier=supplier, draft=replace(DRAFT, **changes), actor=story.supplier_actor(supplier), at=AT
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"rate_bp": 100},
        {"rate_bp": 5000},
        {"price_fen": 1},
        {"price_fen": 999_999_999},
        {"stock": 0},
        {"stock": 9_999_999},
        {"title": "霜"},
        {"title": "霜" * 120},
        {"ship_within_h": 72},
        {"brand": ""},
        {"description": "好" * 5000},
    ],
)
def test_within_the_limits(supplier: Supplier, changes: dict[str, Any]) -> None:
    good = create(supplier, **changes)
    assert good.status == "listed"
    sku = Sku.objects.get(good=good)
    assert sku.received == sku.available == changes.get("stock", 50)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"rate_bp": 99}, errors.RateOutOfRange),
        ({"rate_bp": 5001}, errors.RateOutOfRange),
        ({"rate_bp": 10_100}, errors.RateOutOfRange),
        ({"rate_bp": -1}, errors.RateOutOfRange),
        ({"price_fen": 0}, BadInput),
        ({"price_fen": -1}, BadInput),
        ({"price_fen": 1_000_000_000}, BadInput),
        ({"stock": -1}, errors.BadStock),
        ({"stock": 10_000_000}, errors.BadStock),
        ({"title": " "}, errors.BadTitle),
        ({"title": "霜" * 121}, errors.BadTitle),
        ({"ship_within_h": 36}, BadInput),
        ({"brand": "别家"}, errors.ForeignBrand),
        ({"category_code": "none"}, BadInput),
        ({"description": "好" * 5001}, BadInput),
    ],
)
def test_beyond_the_limits(supplier: Supplier, changes: dict[str, Any], error: type[Exception]) -> None:
    before = picture()
    with pytest.raises(error):
        create(supplier, **changes)
    good = create(supplier)
    listed = picture()
    with pytest.raises(error):
        suppliers.edit_good(
            good=good, draft=replace(DRAFT, **changes), actor=story.supplier_actor(supplier), at=AT
        )
    assert picture() == listed != before


def test_a_blocked_word_holds_a_good_and_a_clean_title_clears_it(supplier: Supplier) -> None:
    good = create(supplier, title="特供祛斑面霜")
    assert (good.status, good.held_words) == ("held", "特供、祛斑")
    actor = story.supplier_actor(supplier)
    assert suppliers.edit_good(good=good, draft=DRAFT, actor=actor, at=AT).status == "listed"
    refused = create(supplier, title="特供祛斑面霜")
    suppliers.refuse_good(public_id=refused.public_id, actor=story.SYSTEM_STAFF, at=AT, reason="违禁词")
    held = suppliers.edit_good(good=refused, draft=replace(DRAFT, description="全网第一"), actor=actor, at=AT)
    assert (held.status, held.version, held.held_words) == ("held", 2, "全网第一")


def test_a_supplier_that_is_not_active_lists_nothing(supplier: Supplier) -> None:
    good = create(supplier)
    suppliers.delist_good(good=good, actor=story.supplier_actor(supplier), at=AT)
    suppliers.suspend_supplier(public_id=supplier.public_id, actor=story.SYSTEM_STAFF, at=AT, reason="核查中")
    supplier.refresh_from_db()
    good.refresh_from_db()
    before = picture()
    with pytest.raises(errors.NotActive):
        create(supplier)
    with pytest.raises(errors.NotActive):
        suppliers.list_good(
            good=Good.objects.select_related("supplier").get(pk=good.pk),
            actor=story.supplier_actor(supplier),
            at=AT,
        )
    assert picture() == before


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ((2026, 6, 3, 0, 0, 0), (2026, 6, 4)),
        ((2026, 6, 3, 0, 0, 1), (2026, 6, 5)),
        ((2026, 6, 3, 12, 0, 0), (2026, 6, 5)),
        ((2026, 6, 3, 23, 59, 59), (2026, 6, 5)),
    ],
)
def test_a_lower_rate_counts_at_the_first_midnight_a_day_away(
    supplier: Supplier, told: tuple[int, ...], counts: tuple[int, int, int]
) -> None:
    good = create(supplier)
    at = datetime(*told, tzinfo=clock.SHANGHAI)  # type: ignore[arg-type, misc]
    midnight = datetime(*counts, tzinfo=clock.SHANGHAI)
    suppliers.change_rate(good=good, rate_bp=1000, actor=story.supplier_actor(supplier), at=at)
    good.refresh_from_db()
    assert (good.rate_bp, good.next_rate_bp, good.next_rate_at) == (2000, 1000, midnight)
    assert suppliers.apply_due_rates(at=midnight) == 0  # nobody was told yet
    assert tell_of_lowered_rates(at=at) == 1
    assert tell_of_lowered_rates(at=at) == 0
    assert suppliers.apply_due_rates(at=midnight - (midnight - at) / 1000) == 0
    assert suppliers.apply_due_rates(at=midnight) == 1
    good.refresh_from_db()
    assert (good.rate_bp, good.next_rate_bp, good.version) == (1000, None, 2)


def test_a_higher_rate_counts_at_once_and_undoes_a_lower_one(supplier: Supplier) -> None:
    good, actor = create(supplier), story.supplier_actor(supplier)
    suppliers.change_rate(good=good, rate_bp=1000, actor=actor, at=AT)
    suppliers.change_rate(good=good, rate_bp=3000, actor=actor, at=AT)
    good.refresh_from_db()
    assert (good.rate_bp, good.next_rate_bp) == (3000, None)


@pytest.mark.parametrize("status", GoodStatus.values)
def test_every_event_by_every_actor(supplier: Supplier, status: str) -> None:
    good = create(supplier)
    acts: dict[str, Any] = {
        "approve": lambda a: suppliers.approve_good(public_id=good.public_id, actor=a, at=AT),
        "refuse": lambda a: suppliers.refuse_good(public_id=good.public_id, actor=a, at=AT, reason="违禁词"),
        "delist": lambda a: suppliers.delist_good(good=good, actor=a, at=AT),
        "list": lambda a: suppliers.list_good(good=good, actor=a, at=AT),
    }
    for event, kind in product(acts, ActorKind):
        Good.objects.filter(pk=good.pk).update(status=status)
        move = GOODS.find(status, event, kind)
        if move is None:
            with pytest.raises(MoveRefused):
                acts[event](Actor(kind, "tests"))
        else:
            acts[event](Actor(kind, "tests"))
        good.refresh_from_db()
        assert good.status == (move.target if move else status)


def test_a_refusal_needs_a_reason(supplier: Supplier) -> None:
    good = create(supplier, title="特供面霜")
    before = picture()
    with pytest.raises(BadInput):
        suppliers.refuse_good(public_id=good.public_id, actor=story.SYSTEM_STAFF, at=AT, reason=" x ")
    assert picture() == before


def test_the_24_hours_run_from_when_the_pickers_were_told(supplier: Supplier) -> None:
    good, actor = create(supplier), story.supplier_actor(supplier)
    first, second = story.picked_shop(AT, good, n=1), story.picked_shop(AT, good, n=2)
    storefronts.unpick(pick=second.picks.get())
    suppliers.change_rate(good=good, rate_bp=1000, actor=actor, at=AT)
    late = AT + timedelta(days=1, hours=13)  # the worker was down until 1:00 two days later
    assert tell_of_lowered_rates(at=late) == 1
    good.refresh_from_db()
    counts = datetime(2026, 6, 7, tzinfo=clock.SHANGHAI)
    assert (good.rate_told_at, good.next_rate_at) == (late, counts)
    letter = InboxLetter.objects.get(kind="rate_lowered")
    assert letter.user == first.owner.user
    assert (letter.facts["now"], letter.facts["later"]) == ("20%", "10%")
    suppliers.change_rate(good=good, rate_bp=1000, actor=actor, at=late)  # the same again: its time runs on
    assert tell_of_lowered_rates(at=late) == 0
    suppliers.change_rate(good=good, rate_bp=900, actor=actor, at=late + timedelta(hours=1))
    assert suppliers.apply_due_rates(at=counts) == 0
    assert tell_of_lowered_rates(at=late + timedelta(hours=1)) == 1
    assert InboxLetter.objects.filter(kind="rate_lowered").count() == 2
    assert suppliers.apply_due_rates(at=counts) == 1
    good.refresh_from_db()
    assert (good.rate_bp, good.next_rate_bp, good.next_rate_at, good.rate_told_at) == (900, None, None, None)
