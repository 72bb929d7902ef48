"""Orders and goods as files: a period to the second, one's own alone, no formula, no consumer, bounded memory."""

import csv
import io
import tracemalloc
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from orders.selectors import lines_for_export
from suppliers.models import Good, Sku
from suppliers.selectors import skus_for_export
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.workbooks import sheet_rows
from tests.factories import story
from tests.factories.desk import member

pytestmark = pytest.mark.django_db
DAY = story.noon(2026, 6, 3)
MIDNIGHT = DAY - timedelta(hours=12)
SECOND = timedelta(seconds=1)


def fetch(client: Client, **query: str) -> list[list[str]]:
    answer = client.get(reverse("supplier:orders-export"), query)
    assert answer.status_code == 200
    raw = b"".join(answer)  # type: ignore[arg-type]
    if query.get("form") == "xlsx":
        return [cells for _number, cells in sheet_rows(raw)]
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_orders_of_a_period_with_lines_and_parcels(form: str) -> None:
    client, supplier = member(DAY)
    good = story.good(supplier, DAY, title="=面霜 50g")
    other = story.good(story.supplier(DAY, 2), DAY)
    before = story.paid_order(good, MIDNIGHT - SECOND)
    first, last = (
        story.paid_order(good, MIDNIGHT),
        story.paid_order(good, MIDNIGHT + timedelta(days=1) - SECOND),
    )
    after = story.paid_order(good, MIDNIGHT + timedelta(days=1))
    story.paid_order(other, DAY)
    story.place(good, DAY)  # never paid
    rows = fetch(client, since="2026-06-03", until="2026-06-03", form=form)
    assert rows[0][:5] == ["订单号", "状态", "下单时间", "付款时间", "商品"]
    assert [row[0] for row in rows[1:]] == [first.number, last.number]
    assert rows[1][1:5] == ["待发货", "2026-06-03 00:00:00", "2026-06-03 00:00:00", "'=面霜 50g"]
    assert [Decimal(cell) for cell in rows[1][6:11]] == [1, 100, 100, 0, 0]
    text = str(rows)
    assert all(
        secret not in text for secret in ("李青禾", "13911112222", "文三路", before.number, after.number)
    )


def test_a_parcel_is_told() -> None:
    client, supplier = member(DAY)
    order = story.paid_order(story.good(supplier, DAY), DAY)
    story.ship(order, DAY)
    row = fetch(client, since="2026-06-01", until="2026-06-30", form="csv")[1]
    parcel = order.parcels.get()
    assert row[11:13] == [parcel.get_carrier_display(), parcel.tracking_number]


@pytest.mark.parametrize(
    ("since", "until", "is_taken"),
    [
        ("2026-01-01", "2027-01-02", True),
        ("2026-01-01", "2027-01-03", False),
        ("2026-01-02", "2026-01-01", False),
        ("2026-01-01", "", False),
        ("x", "2026-01-01", False),
    ],
)
def test_a_period_is_at_most_a_year_and_a_day(since: str, until: str, is_taken: bool) -> None:
    client, _supplier = member(DAY)
    answer = client.get(reverse("supplier:orders-export"), {"since": since, "until": until})
    assert answer.status_code == (200 if is_taken else 422)


def test_the_page_offers_this_month() -> None:
    client, _supplier = member(DAY)
    today = clock.local(clock.now()).date()
    page = client.get(reverse("supplier:exports")).text
    assert f'value="{today.replace(day=1).isoformat()}"' in page
    assert f'value="{today.isoformat()}"' in page


def test_strangers_get_none() -> None:
    for name in ("supplier:exports", "supplier:orders-export", "supplier:goods-export"):
        assert Client().get(reverse(name)).status_code == 302


def test_thousands_of_goods_are_never_in_memory_at_once() -> None:
    supplier = story.supplier(DAY)
    example = story.good(supplier, DAY)
    goods = Good.objects.bulk_create(
        Good(
            supplier=supplier, category=example.category, source_id=f"A{n}", title=f"面霜 {n}", description="清爽" * 500,
            price_from_fen=100, rate_bp=2_000, created_at=DAY, changed_at=DAY,
        )
        for n in range(3_000)
    )  # fmt: skip
    Sku.objects.bulk_create(Sku(good=good, price_fen=100) for good in goods)
    del goods
    tracemalloc.start()
    assert sum(1 for _sku in skus_for_export(supplier)) == 3_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 15_000_000
    assert list(lines_for_export(supplier, since=DAY, until=DAY)) == []
