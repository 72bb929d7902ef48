"""Many goods at once: planned, made whole or not at all, taken back within a day where nobody changed them since."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from suppliers import errors, services
from suppliers.models import BulkEdit, BulkEditLine, Good, Sku, Supplier
from suppliers.services import BulkChange
from suppliers.states import BulkAction, GoodStatus
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
A = BulkAction


@pytest.fixture
def supplier(db: None) -> Supplier:
    return story.supplier(AT)


@pytest.fixture
def goods(supplier: Supplier) -> list[Good]:
    return [story.good(supplier, AT, title=f"面霜 {n} 号", price_fen=1_000 * n, stock=n) for n in (1, 2, 3)]


def who(supplier: Supplier) -> Actor:
    return story.supplier_actor(supplier)


def every(supplier: Supplier) -> Any:
    return Good.objects.filter(supplier=supplier)


def make(supplier: Supplier, action: BulkAction, value: int = 0, at: datetime = AT) -> BulkEdit:
    change = BulkChange(action, value)
    plan = services.plan_bulk(supplier=supplier, goods=every(supplier), change=change, at=at)
    return services.apply_bulk(
        supplier=supplier,
        goods=every(supplier),
        change=change,
        seen=len(plan.lines),
        actor=who(supplier),
        at=at,
    )


def undo(edit: BulkEdit, at: datetime = AT) -> int:
    return services.undo_bulk(edit=edit, actor=who(edit.supplier), at=at)


def prices(supplier: Supplier) -> list[tuple[int, int]]:
    rows = Sku.objects.filter(good__supplier=supplier).order_by("pk")
    return [(sku.price_fen, sku.good.price_from_fen) for sku in rows]


def stocks(supplier: Supplier) -> list[int]:
    rows = Sku.objects.filter(good__supplier=supplier).order_by("pk")
    return [sku.available for sku in rows]


@pytest.mark.parametrize(
    ("action", "value", "after"),
    [
        (A.PRICE_SET, 999, [999, 999, 999]),
        (A.PRICE_ADD, -999, [1, 1_001, 2_001]),
        (A.PRICE_ADD, -1_000, [1_000, 1_000, 2_000]),  # the first would cost nothing: it stays
        (A.PRICE_PERCENT, -1_005, [900, 1_799, 2_699]),  # 899.5, 1799.0, 2698.5: half up
        (A.PRICE_PERCENT, 5_000, [1_500, 3_000, 4_500]),
    ],
)
def test_prices_to_the_fen(
    supplier: Supplier, goods: list[Good], action: BulkAction, value: int, after: list[int]
) -> None:
    edit = make(supplier, action, value)
    assert prices(supplier) == [(fen, fen) for fen in after]
    assert edit.changed + edit.refused == 3
    assert {g.version for g in every(supplier)} <= {1, 2}
    assert undo(edit) == edit.changed
    assert prices(supplier) == [(1_000 * n, 1_000 * n) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("action", "value", "after", "changed"),
    [(A.STOCK_SET, 0, [0, 0, 0], 3), (A.STOCK_SET, 2, [2, 2, 2], 2), (A.STOCK_ADD, 9_999_997, [9_999_998, 9_999_999, 3], 2),
     (A.STOCK_ADD, -2, [1, 0, 1], 2)],
)  # fmt: skip
def test_stock_within_its_bounds(
    supplier: Supplier, goods: list[Good], action: BulkAction, value: int, after: list[int], changed: int
) -> None:
    edit = make(supplier, action, value)
    assert (stocks(supplier), edit.changed, edit.refused) == (after, changed, 3 - changed)
    assert undo(edit) == changed
    assert stocks(supplier) == [1, 2, 3]
    assert verify().problems == []


def test_a_lower_rate_waits_and_a_higher_counts(supplier: Supplier, goods: list[Good]) -> None:
    services.change_rate(good=goods[0], rate_bp=1_000, actor=who(supplier), at=AT)  # waits
    edit = make(supplier, A.RATE_SET, 1_500)
    rows = list(every(supplier).order_by("pk"))
    assert [(g.rate_bp, g.next_rate_bp) for g in rows] == [(2_000, 1_500)] * 3
    assert {g.next_rate_at for g in rows} == {story.noon(2026, 6, 5) - timedelta(hours=12)}
    assert undo(edit) == 3
    rows = list(every(supplier).order_by("pk"))
    assert [(g.rate_bp, g.next_rate_bp) for g in rows] == [(2_000, 1_000), (2_000, None), (2_000, None)]
    edit = make(supplier, A.RATE_SET, 3_000)
    assert {(g.rate_bp, g.next_rate_bp) for g in every(supplier)} == {(3_000, None)}
    assert undo(edit) == 3
    assert [(g.rate_bp, g.next_rate_bp) for g in every(supplier).order_by("pk")] == [
        (3_000, 1_000), (3_000, 2_000), (3_000, 2_000),
    ]  # fmt: skip


def test_off_the_shelf_and_on_again(supplier: Supplier, goods: list[Good]) -> None:
    services.delist_good(good=goods[0], actor=who(supplier), at=AT)
    edit = make(supplier, A.DELIST)
    assert (edit.changed, edit.refused) == (2, 1)
    assert {g.status for g in every(supplier)} == {GoodStatus.DELISTED}
    assert undo(edit) == 2
    assert [g.status for g in every(supplier).order_by("pk")] == ["delisted", "listed", "listed"]


def test_only_what_nobody_changed_since_comes_back(supplier: Supplier, goods: list[Good]) -> None:
    edit = make(supplier, A.PRICE_ADD, 100)
    services.change_terms(good=goods[1], price_fen=777, actor=who(supplier), at=AT)
    assert undo(edit) == 2
    assert [fen for fen, _low in prices(supplier)] == [1_000, 777, 3_000]
    assert undo(edit) == 2  # again: nothing happens
    last = make(supplier, A.STOCK_ADD, 1)
    for good in goods:
        services.set_stock(good=good, available=9, actor=who(supplier), at=AT)
    assert undo(last) == 0
    lines = BulkEditLine.objects.filter(edit=edit).order_by("pk")
    assert [line.is_restored for line in lines] == [True, False, True]


def test_sales_meanwhile_are_no_change_of_stock(supplier: Supplier, goods: list[Good]) -> None:
    edit = make(supplier, A.STOCK_ADD, 10)
    story.paid_order(goods[2], AT, quantity=2)  # 13 - 2
    story.paid_order(goods[0], AT, quantity=5)  # 11 - 5: ten cannot be taken back any more
    assert undo(edit) == 2
    assert stocks(supplier) == [6, 2, 1]
    assert verify().problems == []


def test_undone_for_24_hours(supplier: Supplier, goods: list[Good]) -> None:
    first, second = make(supplier, A.PRICE_ADD, 1), make(supplier, A.STOCK_ADD, 1)
    day = AT + timedelta(hours=24)
    assert undo(second, day) == 3
    before = picture()
    with pytest.raises(errors.BulkUndoOver):
        undo(first, day + timedelta(seconds=1))
    assert picture() == before


def test_refused_whole_and_nothing_changed(
    supplier: Supplier, goods: list[Good], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = picture()
    for action, value, error in (
        (A.RATE_SET, 99, errors.RateOutOfRange), (A.RATE_SET, 5_001, errors.RateOutOfRange),
        (A.STOCK_SET, -1, errors.BadStock), (A.STOCK_SET, 10_000_000, errors.BadStock),
        (A.PRICE_SET, 0, BadInput), (A.PRICE_SET, 1_000_000_000, BadInput), (A.LIST, 0, BadInput),
    ):  # fmt: skip
        with pytest.raises(error):
            make(supplier, action, value)
    with pytest.raises(errors.SelectionChanged):
        services.apply_bulk(
            supplier=supplier, goods=every(supplier), change=BulkChange(A.PRICE_ADD, 1), seen=2,
            actor=who(supplier), at=AT,
        )  # fmt: skip
    monkeypatch.setattr("suppliers.services.bulk.BULK_MAX", 2)
    with pytest.raises(errors.TooManyGoods):
        make(supplier, A.PRICE_ADD, 1)
    assert picture() == before


def test_nobody_elses_goods(supplier: Supplier, goods: list[Good]) -> None:
    other = story.supplier(AT, 2)
    theirs = story.good(other, AT)
    plan = services.plan_bulk(
        supplier=supplier, goods=Good.objects.all(), change=BulkChange(A.PRICE_ADD, 1), at=AT
    )
    assert theirs.pk not in {line.good.pk for line in plan.lines}
    with pytest.raises(NotFound):
        services.undo_bulk(edit=BulkEdit(pk=10**9), actor=who(other), at=AT)


class TestPages:
    def post(self, client: Client, **words: object) -> Any:
        return client.post(reverse("supplier:goods-bulk"), words)

    def test_choose_look_change_take_back(self) -> None:
        at = clock.now()
        client, supplier = member(at)
        goods = [story.good(supplier, at, price_fen=1_000) for _ in range(3)]
        assert client.get(reverse("supplier:goods")).status_code == 200
        assert "还没有批量修改" in client.get(reverse("supplier:goods-bulk")).text
        ids = [g.public_id for g in goods[:2]]
        page = self.post(client, good=ids)
        assert page.context["selected"] == 2
        words = {"good": ids, "action": "price_percent", "value": "-10"}
        page = self.post(client, **words, step="preview")
        assert [(x.old, x.new) for x in page.context["lines"]] == [(1_000, 900)] * 2
        assert BulkEdit.objects.count() == 0
        words |= {"step": "apply", "seen": "2", "key": page.context["key"]}
        assert self.post(client, **words).status_code == 302
        assert self.post(client, **words).status_code == 302  # a second click
        edit = BulkEdit.objects.get()
        assert [fen for fen, _low in prices(supplier)] == [900, 900, 1_000]
        assert client.post(reverse("supplier:goods-bulk-undo", args=[edit.public_id])).status_code == 302
        assert [fen for fen, _low in prices(supplier)] == [1_000] * 3

    def test_all_that_the_filter_finds(self) -> None:
        at = clock.now()
        client, supplier = member(at)
        for title in ("面霜", "眼霜", "口红"):
            story.good(supplier, at, title=title)
        page = self.post(client, scope="all", q="霜", step="preview", action="stock_set", value="7")
        assert len(page.context["lines"]) == 2
        words = {"scope": "all", "q": "霜", "step": "apply", "action": "stock_set", "value": "7"}
        assert self.post(client, **words, seen="3", key="k" * 24).status_code == 409
        assert self.post(client, **words, seen="2", key="m" * 24).status_code == 302
        assert sorted(stocks(supplier)) == [7, 7, 50]

    @pytest.mark.parametrize(
        ("action", "value"),
        [("price_set", ""), ("price_set", "-1"), ("price_set", "1e3"), ("price_set", "12.345"), ("price_add", "0"),
         ("stock_set", "1.5"), ("stock_add", "x"), ("rate_set", "+5"), ("nothing", "1")],
    )  # fmt: skip
    def test_values_that_are_none(self, action: str, value: str) -> None:
        client, _supplier = member(clock.now())
        page = self.post(client, scope="all", step="preview", action=action, value=value)
        assert page.status_code == 422
