"""The simulation: every kind has its share, the books are clean, the same seed tells the same, and it refuses."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TransactionTestCase

from commissions.models import Reversal, Withdrawal
from commissions.states import WithdrawalStatus
from disputes.models import Ruling
from orders import services as orders_services
from orders.models import Order, Trade
from payments.models import Transfer
from suppliers.models import Sku, Supplier
from taoxiaopu.desks.order_money import order_money
from taoxiaopu.flows.simulate import closing_table, simulate
from taoxiaopu.flows.simulate.conductor import plan
from taoxiaopu.flows.simulate.kinds import KINDS, LEAST_ORDERS, LEAST_PERCENT, quotas
from taoxiaopu.flows.simulate.wallets import WAYS
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock, ids
from taoxiaopu.kernel.jobs import Part
from tests.factories import story

SMALL = 50


def silent(_done: int, _all: int) -> None:
    """Shows nothing."""


def empty() -> None:
    """A fresh database: every table emptied, every sequence begun anew."""
    case = TransactionTestCase()
    case.reset_sequences = True
    case._fixture_teardown()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("orders", [50, 51, 66, 67, 100, 101, 1000, 9999, 10_000])
def test_quotas_are_kept_by_every_kind(orders: int) -> None:
    quota = quotas(orders)
    assert sum(quota.values()) == orders
    assert set(quota) == {kind.code for kind in KINDS}
    assert all(100 * n >= LEAST_PERCENT * orders for n in quota.values())
    told = plan(orders, 7)
    assert sum(story.kind.orders for story in told.stories) == orders
    assert plan(orders, 7) == told
    assert plan(orders, 8) != told


@pytest.mark.django_db(transaction=True)
def test_a_small_crowd_told_by_one_process_and_by_two_leaves_the_same_clean_books() -> None:
    alone = simulate(orders=SMALL, seed=3, processes=1, show=silent)
    assert alone.report is not None
    assert [problem.sentence for problem in alone.report.problems] == []
    assert dict(alone.told) == quotas(SMALL)
    assert Order.objects.count() == SMALL
    assert all(order_money(order).adds_up for order in Order.objects.select_related("trade"))
    assert Trade.objects.count() < SMALL
    assert set(Order.objects.values_list("status", flat=True)) == {
        "finalised", "closed_unpaid", "closed_refunded",
    }  # fmt: skip
    assert all(alone.withdrawn[way] * 100 >= LEAST_PERCENT * SMALL for way in WAYS)
    assert set(Withdrawal.objects.values_list("status", flat=True)) == {
        WithdrawalStatus.PAID, WithdrawalStatus.REJECTED, WithdrawalStatus.FAILED,
    }  # fmt: skip
    assert Transfer.objects.filter(status="returned", paid_at=None).exists()
    assert Transfer.objects.filter(status="returned", paid_at__isnull=False).exists()
    assert Ruling.objects.filter(round=2).count() + Ruling.objects.exclude(approved_by="").count() >= 1
    assert Reversal.objects.exists()
    table = closing_table(alone)
    for kind in KINDS:
        assert str(kind.label) in table

    books = verify().as_json()
    empty()
    together = simulate(orders=SMALL, seed=3, processes=2, show=silent)
    assert verify().as_json() == books
    assert (together.told, together.withdrawn) == (alone.told, alone.withdrawn)

    with pytest.raises(CommandError, match="种子 3 "):
        call_command("simulate", "--orders", str(SMALL), "--seed", "3", stdout=StringIO())
    assert verify().as_json() == books


@pytest.mark.django_db
def test_what_moves_a_suppliers_money_is_swept_in_one_part_in_order() -> None:
    """Two owners sell the goods of two suppliers; each part sweeps one supplier's orders, whoever sold them."""
    at = story.noon(2026, 6, 3)
    goods = [story.good(story.supplier(at, n), at) for n in (1, 2)]
    shops = [story.picked_shop(at, *goods, n=n) for n in (1, 2)]
    for good in goods:
        for n, shop in enumerate(shops):
            order = story.paid_order(good, at, through=shop, phone=f"1391111{n}222")
            story.ship(order, at)
    parts = [Part(n, 2, frozenset([good.supplier_id])) for n, good in enumerate(goods)]
    later = at + timedelta(days=11)
    for part, good in zip(parts, goods, strict=True):
        assert orders_services.sweep(at=later, part=part) == 2
        assert set(Order.objects.filter(status="completed").values_list("supplier_id", flat=True)) <= {
            g.supplier_id for g in goods[: goods.index(good) + 1]
        }
        assert orders_services.sweep(at=later, part=part) == 0
    assert Order.objects.filter(status="completed").count() == 4


@pytest.fixture
def _nothing_told() -> Iterator[None]:
    yield
    assert Supplier.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("_nothing_told")
@pytest.mark.parametrize("name", ["CLOCK_MAY_ADVANCE", "SANDBOX_PROVIDERS"])
def test_it_is_refused_where_clock_or_providers_are_real(name: str, settings: object) -> None:
    setattr(settings, name, False)
    with pytest.raises(CommandError, match="演示与测试"):
        call_command("simulate")


@pytest.mark.django_db
@pytest.mark.usefixtures("_nothing_told")
@pytest.mark.parametrize(
    "arguments", [["--orders", str(LEAST_ORDERS - 1)], ["--orders", "1000001"], ["--seed", "-1"]]
)
def test_numbers_out_of_range_are_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("simulate", *arguments)


def test_seeded_identifiers_follow_from_seed_and_work_alone(settings: object) -> None:
    with ids.drawn_from("a"):
        first = ids.order_number()
        with ids.about("this"):
            nested = ids.public_id()
    with ids.drawn_from("a"):
        with ids.about("this"):
            assert ids.public_id() == nested
        assert ids.order_number() == first
    assert ids.order_number() != first
    settings.CLOCK_MAY_ADVANCE = False  # type: ignore[attr-defined]
    with pytest.raises(clock.ClockIsFixed), ids.drawn_from("a"):
        pass


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_orders_twice_leave_the_same_clean_books() -> None:
    books = []
    for processes in (2, 4):
        outcome = simulate(orders=10_000, seed=1, processes=processes, show=silent)
        assert outcome.report is not None
        assert outcome.report.bad_rows == 0
        assert dict(outcome.told) == quotas(10_000)
        assert Sku.objects.filter(available=0).exists()
        books.append(outcome.report.as_json())
        empty()
    assert books[0] == books[1]
