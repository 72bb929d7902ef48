"""Many at once: the last slot of a shop and the only use of an invitation go to exactly one (docs/rules.md §1.6)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, connections

from ledger.models import Account
from storefronts import services as storefronts
from storefronts.errors import InvitationInvalid, PickGone, PickLimitReached
from storefronts.models import PICK_SLOTS, InvitationCode, Owner, Pick, Shop
from storefronts.services import BulkPicked
from storefronts.services import picks as pick_service
from storefronts.services import shelf as shelf_service
from suppliers.models import Good
from taoxiaopu.kernel import clock
from tests.factories import numbers, story

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def at_once(works: list[Callable[[], object]]) -> list[Exception | None]:
    """Run all of them in threads that start together; what each raised, or None."""
    gate, outcomes = Barrier(len(works)), [None] * len(works)
    results: list[Exception | None] = list(outcomes)

    def run(place: int, work: Callable[[], object]) -> None:
        connection.ensure_connection()
        gate.wait()
        try:
            work()
        except Exception as error:  # the test looks at every one of them
            results[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def nearly_full(at: datetime) -> tuple[Shop, list[Good]]:
    """A shop with 999 picks and twenty more goods that it could pick."""
    supplier = story.supplier(at)
    sample = story.good(supplier, at)
    fields = {
        "supplier": supplier, "category": sample.category, "price_from_fen": 100, "rate_bp": 1000,
        "created_at": at, "changed_at": at,
    }  # fmt: skip
    goods = Good.objects.bulk_create(
        [Good(title=f"身体乳 {n}", **fields) for n in range(PICK_SLOTS - 1 + MANY)]
    )
    shop = story.shop(story.owner(at), at)
    storefronts.pick(shop=shop, goods=goods[: PICK_SLOTS - 1], at=at)
    return shop, goods[PICK_SLOTS - 1 :]


def test_twenty_picks_at_999_leave_exactly_1000(at: datetime, nearly_full: tuple[Shop, list[Good]]) -> None:
    shop, goods = nearly_full
    errors = at_once([lambda good=good: storefronts.pick(shop=shop, goods=[good], at=at) for good in goods])  # type: ignore[misc]
    assert errors.count(None) == 1
    assert sum(isinstance(error, PickLimitReached) for error in errors) == MANY - 1
    slots = list(Pick.objects.filter(shop=shop).order_by("slot").values_list("slot", flat=True))
    assert slots == list(range(1, PICK_SLOTS + 1))


def test_twenty_bulk_picks_of_three_at_990_leave_exactly_1000_and_tell_who_had_no_room(
    at: datetime, nearly_full: tuple[Shop, list[Good]]
) -> None:
    shop, goods = nearly_full
    for row in Pick.objects.filter(shop=shop).order_by("-slot")[:9]:
        storefronts.unpick(pick=row)
    parts = [goods[n : n + 3] for n in range(0, 18, 3)] * 3 + [goods[18:20]] * 2
    done: list[BulkPicked] = []
    errors = at_once([
        lambda part=part: done.append(storefronts.pick_each(shop=shop, goods=part, at=at))  # type: ignore[misc]
        for part in parts
    ])  # fmt: skip
    assert errors == [None] * 20
    assert sum(len(one.picked) for one in done) == 10
    assert sum(one.asked for one in done) == 58
    assert sum(len(one.no_room) for one in done) > 0
    slots = list(
        Pick.objects.filter(shop=shop, slot__isnull=False).order_by("slot").values_list("slot", flat=True)
    )
    assert slots == list(range(1, PICK_SLOTS + 1))


def test_twenty_restorations_at_999_leave_exactly_1000(
    at: datetime, nearly_full: tuple[Shop, list[Good]]
) -> None:
    shop, goods = nearly_full
    out = list(
        Pick.objects.select_related("shop", "good__supplier").filter(shop=shop).order_by("slot")[:MANY]
    )
    for row in out:
        storefronts.unpick(pick=row)
    storefronts.pick(shop=shop, goods=goods[: MANY - 1], at=at)
    assert Pick.objects.filter(shop=shop, slot__isnull=False).count() == PICK_SLOTS - 2
    storefronts.pick(shop=shop, goods=goods[MANY - 1 :], at=at)
    errors = at_once([lambda row=row: storefronts.restore(pick=row, at=at) for row in out])  # type: ignore[misc]
    assert errors.count(None) == 1
    assert sum(isinstance(error, PickLimitReached) for error in errors) == MANY - 1
    assert Pick.objects.filter(shop=shop, slot__isnull=False).count() == PICK_SLOTS


def test_a_full_shop_replaces_one_pick_by_one_good_of_twenty(
    at: datetime, nearly_full: tuple[Shop, list[Good]]
) -> None:
    shop, goods = nearly_full
    storefronts.pick(shop=shop, goods=goods[:1], at=at)
    old = Pick.objects.select_related("shop", "good").get(shop=shop, slot=1)
    errors = at_once(
        [lambda good=good: storefronts.replace(pick=old, good=good, at=at) for good in goods[1:]]
    )  # type: ignore[misc]
    assert errors.count(None) == 1
    assert sum(isinstance(error, PickGone) for error in errors) == MANY - 2
    assert Pick.objects.get(shop=shop, slot=1).good in goods[1:]
    assert Pick.objects.filter(shop=shop, slot__isnull=False).count() == PICK_SLOTS


def test_two_who_lay_out_a_shop_at_once_do_not_mix_their_orders(
    at: datetime, nearly_full: tuple[Shop, list[Good]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the lock one whole order follows the other; without it both start from the same places."""
    shop, _goods = nearly_full
    top = list(Pick.objects.filter(shop=shop).order_by("-place").values_list("pk", flat=True)[:4])

    def both() -> list[int]:
        first, second = [top[1], top[0]], [top[2], top[1], top[0], top[3]]
        storefronts.arrange(shop=shop, order=top)
        errors = at_once([
            lambda: storefronts.arrange(shop=shop, order=first), lambda: storefronts.arrange(shop=shop, order=second)
        ])  # fmt: skip
        assert errors == [None, None]
        places = list(Pick.objects.filter(pk__in=top).values_list("place", flat=True))
        return [len(set(places))]

    assert both() == [4]
    meeting, real = Barrier(2), shelf_service._live

    def live_together(shop: Shop) -> list[Pick]:
        found = real(shop)
        meeting.wait(5)
        return found

    storefronts.arrange(shop=shop, order=top)
    monkeypatch.setattr(shelf_service, "_lock", lambda shop: None)
    monkeypatch.setattr(shelf_service, "_live", live_together)
    # The one who writes first takes the place of a pick that the other then gives away as well.
    at_once([
        lambda: storefronts.arrange(shop=shop, order=[top[1], top[0]]),
        lambda: storefronts.arrange(shop=shop, order=[top[2], top[1]]),
    ])  # fmt: skip
    places = list(Pick.objects.filter(pk__in=top).values_list("place", flat=True))
    assert len(set(places)) == 3


def test_without_the_lock_the_database_itself_keeps_the_limit(
    at: datetime, nearly_full: tuple[Shop, list[Good]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody sees the same free slot; its uniqueness lets one in."""
    shop, goods = nearly_full
    meeting = Barrier(MANY)
    real = Pick.save

    def save_together(self: Pick, *args: object, **kwargs: object) -> None:
        meeting.wait()  # all have read the free slots before any writes
        real(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(pick_service, "lock_rows", lambda rows: list(rows))
    monkeypatch.setattr(Pick, "save", save_together)
    errors = at_once([lambda good=good: storefronts.pick(shop=shop, goods=[good], at=at) for good in goods])  # type: ignore[misc]
    assert errors.count(None) == 1
    assert sum(isinstance(error, IntegrityError) for error in errors) == MANY - 1
    assert Pick.objects.filter(shop=shop, slot__isnull=False).count() == PICK_SLOTS


def test_a_slot_beyond_1000_is_refused_by_the_table(
    at: datetime, nearly_full: tuple[Shop, list[Good]]
) -> None:
    shop, goods = nearly_full
    storefronts.pick(shop=shop, goods=goods[:1], at=at)
    with pytest.raises(IntegrityError, match="pick_limit"):
        Pick.objects.create(shop=shop, good=goods[1], slot=PICK_SLOTS + 1, picked_at=at)


def test_a_code_for_one_makes_one_owner_of_twenty(at: datetime) -> None:
    code = storefronts.issue_invitation(
        max_uses=1, expires_at=at + timedelta(days=1), actor=story.SYSTEM_STAFF, at=at
    ).code
    users = [story.user(n) for n in range(1, MANY + 1)]
    errors = at_once(
        [
            lambda user=user, n=n: storefronts.join(  # type: ignore[misc]
                user=user, invitation=code, name="王小满", id_number=numbers.identity(n), at=at
            )
            for n, user in enumerate(users, start=1)
        ]
    )
    assert errors.count(None) == 1
    assert sum(isinstance(error, InvitationInvalid) for error in errors) == MANY - 1
    assert Owner.objects.count() == 1
    assert InvitationCode.objects.get().uses == 1
    assert Account.objects.filter(party=Owner.objects.get().public_id).count() == 3
