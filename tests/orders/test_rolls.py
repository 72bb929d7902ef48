"""Days that are over are added up once and tell what their orders tell: exact figures, midnight in Shanghai, what goes back
later, two workers at once, and damage that ``verify`` names.
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from orders import services as orders
from orders.models import ChangedDay, GoodDay, Order, RolledDay, ShopDay, SupplierDay
from orders.selectors import GoodSales, ShopSales, SoldDay, kept_of, queue_counts, sold_by
from orders.services import roll_changed_days, roll_days, rolls
from suppliers.models import Good, Supplier
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from tests.concurrency.test_locks import errors_in, locked, nothing
from tests.factories import story
from tests.factories.proof import found_by
from tests.factories.threads import Meeting

NOON = story.noon(2026, 5, 20)
TODAY = date(2026, 5, 20)
D = timedelta(days=1)


def ago(days: int) -> datetime:
    return NOON - days * D


@pytest.fixture
def good(db: None) -> Good:
    return story.good(story.supplier(ago(40)), ago(40), stock=500)


def refund(order: Order, fen: int, at: datetime, ref: str = "1") -> None:
    orders.refund_line(
        line=story.line_of(order), amount_fen=fen, cause="tests", cause_ref=ref, owner_side=False, at=at
    )


def sold(supplier: Supplier, days: int = 10) -> Any:
    return sold_by(supplier, days=days, best=days, top=5, at=NOON)


def everything(supplier: Supplier) -> tuple[Any, Any]:
    """What pages say, from kept days and from orders."""
    return sold(supplier, 60), queue_counts(supplier, at=NOON)


def kept() -> list[tuple[date, int, int, int, int, int]]:
    columns = ("day", "orders", "goods_fen", "refunded_fen", "finalised", "refunded_whole")
    return list(SupplierDay.objects.order_by("day").values_list(*columns))


def test_a_day_is_kept_with_its_figures(good: Good) -> None:
    shop = story.picked_shop(ago(40), good)
    other = story.good(good.supplier, ago(40), price_fen=1_000, title="口红")
    story.finalised_order(good, ago(20), through=shop, quantity=2)  # finalised on the 15th
    back = story.paid_order(good, ago(3))
    story.paid_order(other, ago(3), quantity=3)
    refund(back, 10_000, ago(3))
    story.paid_order(good, NOON)
    while roll_days(at=NOON):
        pass
    first = TODAY - 20 * D
    assert kept() == [
        (first, 1, 20_000, 0, 0, 0),
        (TODAY - 5 * D, 0, 0, 0, 1, 0),
        (TODAY - 3 * D, 2, 13_000, 10_000, 0, 1),
    ]
    assert set(GoodDay.objects.values_list("day", "good", "orders", "units", "paid_fen")) == {
        (first, good.pk, 1, 2, 20_000),
        (TODAY - 3 * D, good.pk, 1, 1, 10_000),
        (TODAY - 3 * D, other.pk, 1, 3, 3_000),
    }
    assert set(ShopDay.objects.values_list("day", "shop", "orders", "goods_fen")) == {
        (first, shop.pk, 1, 20_000),
        (TODAY - 3 * D, None, 2, 13_000),
    }
    days = RolledDay.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [first + step * D for step in range(20)]
    assert found_by(verify()) == {}


def test_pages_say_the_same_before_and_after_a_day_is_kept(good: Good) -> None:
    shop = story.picked_shop(ago(40), good)
    story.finalised_order(good, ago(30), through=shop)
    refund(story.paid_order(good, ago(8), quantity=2), 20_000, ago(7))
    story.paid_order(good, ago(8), through=shop)
    story.paid_order(good, NOON, quantity=4)
    stranger = story.good(story.supplier(ago(40), 2), ago(40))
    story.paid_order(stranger, ago(8))
    before = everything(good.supplier)
    while roll_days(at=NOON):
        pass
    assert kept_of(good.supplier).through == TODAY - D
    assert everything(good.supplier) == before
    days, counts = before
    assert [(d.day, d.orders, d.goods_fen, d.refunded_fen) for d in days.days if d.orders] == [
        (TODAY - 30 * D, 1, 10_000, 0),
        (TODAY - 8 * D, 2, 30_000, 20_000),
        (TODAY, 1, 40_000, 0),
    ]
    assert days.goods == [GoodSales(good.pk, good.title, 4, 8, 80_000)]
    assert days.shops == [ShopSales(None, "", 2, 60_000), ShopSales(shop.pk, shop.name, 2, 20_000)]
    assert (counts.to_ship, counts.by_status["finalised"], counts.by_status["closed_refunded"]) == (2, 1, 1)
    assert counts.total == 4


def test_kept_days_are_what_is_read(good: Good) -> None:
    story.finalised_order(good, ago(30))
    while roll_days(at=NOON):
        pass
    SupplierDay.objects.filter(orders=1).update(orders=7, goods_fen=1)
    SupplierDay.objects.filter(finalised=1).update(finalised=9)
    assert SoldDay(TODAY - 30 * D, 7, 1, 0) in sold(good.supplier, 60).days
    assert queue_counts(good.supplier, at=NOON).by_status["finalised"] == 9


def test_a_day_ends_at_midnight_in_shanghai_and_is_kept_an_hour_later(good: Good) -> None:
    midnight = clock.local_instant(TODAY)
    story.paid_order(good, midnight - timedelta(microseconds=1))
    story.paid_order(good, midnight, quantity=2)
    assert roll_days(at=midnight + timedelta(hours=1, microseconds=-1)) == 0
    assert kept() == []
    assert roll_days(at=midnight + timedelta(hours=1)) == 1
    assert kept() == [(TODAY - D, 1, 10_000, 0, 0, 0)]
    assert roll_days(at=midnight + timedelta(hours=1)) == 0
    assert roll_days(at=midnight + D + timedelta(hours=1)) == 1
    assert kept() == [(TODAY - D, 1, 10_000, 0, 0, 0), (TODAY, 1, 20_000, 0, 0, 0)]


def test_what_goes_back_later_is_seen_at_once_and_kept_next(good: Good) -> None:
    order = story.paid_order(good, ago(3), quantity=2)
    roll_days(at=NOON)
    refund(order, 5_000, NOON)
    assert kept() == [(TODAY - 3 * D, 1, 20_000, 0, 0, 0)]
    assert list(ChangedDay.objects.values_list("supplier", "day")) == [(good.supplier_id, TODAY - 3 * D)]
    assert SoldDay(TODAY - 3 * D, 1, 20_000, 5_000) in sold(good.supplier).days
    assert found_by(verify()) == {}
    before = everything(good.supplier)
    assert roll_changed_days(at=NOON) == 1
    assert kept() == [(TODAY - 3 * D, 1, 20_000, 5_000, 0, 0)]
    assert (ChangedDay.objects.count(), everything(good.supplier)) == (0, before)
    assert roll_changed_days(at=NOON) == 0


def test_what_goes_back_on_the_day_itself_needs_no_note(good: Good) -> None:
    midnight = clock.local_instant(TODAY)
    order = story.paid_order(good, midnight - D, quantity=3)
    refund(order, 1_000, midnight - timedelta(microseconds=1), "1")
    assert ChangedDay.objects.count() == 0
    refund(order, 1_000, midnight, "2")
    assert ChangedDay.objects.count() == 1


def test_a_note_of_a_day_that_is_not_kept_is_only_forgotten(good: Good) -> None:
    refund(story.paid_order(good, ago(3), quantity=2), 5_000, NOON)
    assert (roll_changed_days(at=NOON), kept()) == (0, [])
    assert SoldDay(TODAY - 3 * D, 1, 20_000, 5_000) in sold(good.supplier).days


def test_a_month_is_added_up_at_once_and_nothing_is_left_out(good: Good) -> None:
    for days in (39, 9, 8, 1):
        story.paid_order(good, ago(days))
    assert [roll_days(at=NOON), roll_days(at=NOON), roll_days(at=NOON)] == [31, 8, 0]
    assert [(row[0], row[1]) for row in kept()] == [(TODAY - n * D, 1) for n in (39, 9, 8, 1)]


def test_nothing_is_kept_where_nothing_was_paid(good: Good) -> None:
    story.place(good, ago(3))
    assert (roll_days(at=NOON), RolledDay.objects.count()) == (0, 0)


class TestDamage:
    """Each is named by its check, and by no other."""

    @pytest.fixture
    def key(self, good: Good) -> str:
        story.paid_order(good, ago(3))
        roll_days(at=NOON)
        assert found_by(verify()) == {}
        return f"{good.supplier.public_id} {TODAY - 3 * D}"

    def test_a_kept_day_of_another_amount(self, key: str) -> None:
        SupplierDay.objects.update(goods_fen=1)
        assert found_by(verify()) == {"supplier_day": [key]}

    def test_a_kept_day_that_is_lost(self, key: str) -> None:
        SupplierDay.objects.all().delete()
        assert found_by(verify()) == {"supplier_day": [key]}

    def test_a_good_that_sold_more(self, key: str, good: Good) -> None:
        GoodDay.objects.update(units=2)
        assert found_by(verify()) == {"good_day": [f"{key} {good.pk}"]}

    def test_a_shop_that_sold_nothing(self, key: str) -> None:
        ShopDay.objects.all().delete()
        assert found_by(verify()) == {"shop_day": [key]}

    def test_a_refund_without_a_note(self, key: str, good: Good) -> None:
        refund(Order.objects.get(), 1_000, NOON)
        assert found_by(verify()) == {}
        ChangedDay.objects.all().delete()
        assert found_by(verify()) == {"supplier_day": [key]}


@pytest.mark.django_db(transaction=True)
@locked
def test_two_who_add_up_the_same_days(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    good = story.good(story.supplier(ago(5)), ago(5))
    story.paid_order(good, ago(3))
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(rolls, "lock_name", nothing)
    monkeypatch.setattr(rolls, "_add_up", meeting.before(rolls._add_up))
    answers = meeting.run([lambda: roll_days(at=NOON)] * 2)
    assert kept() == [(TODAY - 3 * D, 1, 10_000, 0, 0, 0)]
    if is_locked:
        assert sorted(answers) == [0, 3]
    else:
        assert len(errors_in(answers)) == 1  # the days' key stops what the lock would


@pytest.mark.django_db(transaction=True)
def test_a_refund_while_its_day_is_made_anew_keeps_its_note() -> None:
    good = story.good(story.supplier(ago(5)), ago(5))
    order = story.paid_order(good, ago(3), quantity=3)
    roll_days(at=NOON)
    refund(order, 1_000, NOON, "1")
    meeting, deed = Meeting(), rolls._add_up

    def slow(*args: Any, **kwargs: Any) -> None:
        deed(*args, **kwargs)
        meeting.meet()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rolls, "_add_up", slow)

        def late() -> None:
            meeting.meet()
            refund(order, 1_000, NOON, "2")

        assert errors_in(meeting.run([lambda: roll_changed_days(at=NOON), late])) == []
    assert kept() == [(TODAY - 3 * D, 1, 30_000, 1_000, 0, 0)]
    assert SoldDay(TODAY - 3 * D, 1, 30_000, 2_000) in sold(good.supplier).days
    assert (roll_changed_days(at=NOON), kept()[0][3]) == (1, 2_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_changedday")
        assert cursor.fetchone() == (0,)
