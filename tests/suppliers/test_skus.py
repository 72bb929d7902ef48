"""Goods in several forms: options, names, prices, what is switched off, and what consumers can choose."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders.errors import NotForSale
from orders.services.placing import Delivery, Item, place_trade
from suppliers import errors
from suppliers import services as suppliers
from suppliers.barcodes import read_barcode
from suppliers.models import Good, Supplier
from suppliers.services import GoodDraft, SkuDraft, SkuTerms
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
RED_M, RED_L, BLUE_M = (
    SkuDraft(("红", "M"), 9_900, 10, "6901234567892"),
    SkuDraft(("红", "L"), 10_900, 0),
    SkuDraft(("蓝", "M"), 8_900, 5),
)
DRAFT = GoodDraft(
    "棉质圆领短袖", "apparel", "山茶花", "", 0, 0, 2000, options=("颜色", "尺码"), skus=(RED_M, RED_L, BLUE_M)
)


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


def create(supplier: Supplier, **changes: Any) -> Good:
    draft = replace(DRAFT, **changes)
    return suppliers.create_good(supplier=supplier, draft=draft, actor=story.supplier_actor(supplier), at=AT)


def edit(good: Good, **changes: Any) -> Good:
    draft = replace(DRAFT, **changes)
    return suppliers.edit_good(good=good, draft=draft, actor=story.supplier_actor(good.supplier), at=AT)


def rows(good: Good) -> list[tuple[Any, ...]]:
    found = good.skus.order_by("-is_on", "position", "pk")
    return list(found.values_list("name", "price_fen", "available", "is_on"))


def test_a_good_has_its_skus_and_the_lowest_price(supplier: Supplier) -> None:
    good = create(supplier)
    assert (good.price_from_fen, good.option_names) == (8_900, ("颜色", "尺码"))
    assert rows(good) == [
        ("红 / M", 9_900, 10, True),
        ("红 / L", 10_900, 0, True),
        ("蓝 / M", 8_900, 5, True),
    ]
    first = good.skus.get(name="红 / M")
    assert (first.value_1, first.value_2, first.barcode, first.received) == ("红", "M", "6901234567892", 10)


def test_a_plain_list_has_no_option_names(supplier: Supplier) -> None:
    good = create(supplier, options=(), skus=(SkuDraft(("三只装",), 900, 1), SkuDraft(("六只装",), 1_700, 1)))
    assert (good.option_names, [row[0] for row in rows(good)]) == ((), ["三只装", "六只装"])


@pytest.mark.parametrize(
    "changes",
    [
        {"options": ("颜色", "颜色")},
        {"options": ("颜色", "尺码", "款式")},
        {"options": ("颜" * 11, "尺码")},
        {"options": ("颜色",)},
        {"options": ()},
        {"skus": (RED_M, replace(RED_M, price_fen=1))},
        {"skus": (replace(RED_M, values=("红", "")),)},
        {"skus": (replace(RED_M, values=("红" * 29, "M")),)},
        {"skus": (replace(RED_M, is_on=False),)},
        {"skus": (replace(RED_M, values=("特供红", "M")),)},
        {"skus": tuple(replace(RED_M, values=(str(n), "M")) for n in range(61))},
        {"skus": (replace(RED_M, stock=-1),)},
        {"skus": (replace(RED_M, stock=10_000_000),)},
        {"skus": (replace(RED_M, barcode="6901234567893"),)},
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    supplier: Supplier, changes: dict[str, Any]
) -> None:
    good = create(supplier)
    before = picture()
    kinds = (errors.BadSkus, errors.BadStock, errors.BadBarcode)
    with pytest.raises(kinds):
        create(supplier, **changes)
    with pytest.raises(kinds):
        edit(good, **changes)
    assert picture() == before


def test_sixty_skus_are_taken(supplier: Supplier) -> None:
    skus = tuple(replace(RED_M, values=(str(n), "M")) for n in range(60))
    assert create(supplier, skus=skus).skus.count() == 60


def test_an_edit_keeps_ids_renames_adds_and_switches_off(supplier: Supplier) -> None:
    good = create(supplier)
    red_m, red_l, blue_m = (good.skus.get(name=name) for name in ("红 / M", "红 / L", "蓝 / M"))
    edit(
        good,
        skus=(
            replace(BLUE_M, sku_id=red_m.pk, values=("蓝", "M")),  # the two swap their names
            replace(RED_M, sku_id=blue_m.pk),
            SkuDraft(("绿", "M"), 12_000, 3),
        ),
    )
    assert {sku.name: sku.pk for sku in good.skus.filter(is_on=True)} == {
        "蓝 / M": red_m.pk, "红 / M": blue_m.pk, "绿 / M": good.skus.get(name="绿 / M").pk,
    }  # fmt: skip
    red_l.refresh_from_db()
    assert (red_l.is_on, red_l.available, red_l.name) == (False, 0, "红 / L")
    back = edit(good, skus=(RED_M, RED_L, BLUE_M))
    assert good.skus.get(name="红 / L").pk == red_l.pk
    assert (back.price_from_fen, good.skus.filter(is_on=True).count(), good.skus.count()) == (8_900, 3, 4)


def test_another_goods_sku_is_nobodys(supplier: Supplier) -> None:
    good, other = create(supplier), create(supplier)
    before = picture()
    with pytest.raises(NotFound):
        edit(good, skus=(replace(RED_M, sku_id=other.skus.first().pk),))  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        suppliers.change_terms(
            good=good, skus=[SkuTerms(other.skus.first().pk, stock=1)], actor=story.supplier_actor(supplier), at=AT  # type: ignore[union-attr]
        )  # fmt: skip
    assert picture() == before


def test_a_good_in_one_form_keeps_its_sku(supplier: Supplier) -> None:
    good = story.good(supplier, AT)
    sku = good.skus.get()
    single = GoodDraft("滋润面霜 50g", "beauty", "山茶花", "清爽", 8_000, 7, 2000, barcode="４006381333931")
    assert edit(good, **{name: getattr(single, name) for name in single.__slots__}).price_from_fen == 8_000
    sku.refresh_from_db()
    assert (sku.name, sku.price_fen, sku.available, sku.barcode) == ("默认", 8_000, 7, "4006381333931")


def test_terms_of_single_skus(supplier: Supplier) -> None:
    good, actor = create(supplier), story.supplier_actor(supplier)
    blue = good.skus.get(name="蓝 / M")
    with pytest.raises(errors.SeveralSkus):
        suppliers.change_terms(good=good, price_fen=100, actor=actor, at=AT)
    with pytest.raises(errors.SeveralSkus):
        suppliers.set_stock(good=good, available=1, actor=actor, at=AT)
    row = suppliers.change_terms(good=good, skus=[SkuTerms(blue.pk, stock=9)], actor=actor, at=AT)
    assert (row.version, row.price_from_fen) == (1, 8_900)
    row = suppliers.change_terms(good=good, skus=[SkuTerms(blue.pk, is_on=False)], actor=actor, at=AT)
    assert (row.version, row.price_from_fen) == (2, 9_900)
    before = picture()
    with pytest.raises(errors.BadSkus):
        suppliers.change_terms(
            good=good, skus=[SkuTerms(sku.pk, is_on=False) for sku in good.skus.all()], actor=actor, at=AT
        )
    assert picture() == before


def test_consumers_choose_what_is_on(supplier: Supplier, client: Client) -> None:
    good = create(supplier)
    blue, red = good.skus.get(name="蓝 / M"), good.skus.get(name="红 / M")
    suppliers.change_terms(
        good=good, skus=[SkuTerms(blue.pk, is_on=False)], actor=story.supplier_actor(supplier), at=AT
    )
    page = client.get(reverse("good", args=[good.public_id])).text
    assert f'name="sku" value="{red.pk}" required checked' in " ".join(page.split())
    assert "红 / L" in page
    assert "蓝 / M" not in page
    assert client.get(f"/checkout/?sku={blue.pk}&quantity=1&key={'k' * 24}").status_code == 302
    assert client.get(f"/checkout/?sku={red.pk}&quantity=1&key={'k' * 24}").status_code == 200
    delivery = Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号")
    before = picture()
    with pytest.raises(NotForSale):
        place_trade(items=[Item(blue.pk, 1, None, 8_900)], delivery=delivery, visitor="v", at=AT)
    assert picture() == before
    place_trade(items=[Item(red.pk, 1, None, 9_900)], delivery=delivery, visitor="v", at=AT)
    red.refresh_from_db()
    assert (red.available, red.reserved) == (9, 1)


def several(**changes: object) -> dict[str, object]:
    words: dict[str, object] = {
        "title": "棉质圆领短袖", "category": "apparel", "brand": "山茶花", "rate": "20", "ship_within_h": "48",
        "several": "on", "option_1": "颜色", "sku-TOTAL_FORMS": "3", "sku-INITIAL_FORMS": "0",
        "sku-0-value_1": "红", "sku-0-price": "99", "sku-0-stock": "5", "sku-0-is_on": "on",
        "sku-1-value_1": "蓝", "sku-1-price": "89", "sku-1-stock": "6", "sku-1-is_on": "on",
        "sku-2-is_on": "on",
    }  # fmt: skip
    return words | changes


def test_the_desk_lists_and_changes_several() -> None:
    client, _supplier = member(clock.now())
    assert client.post(reverse("supplier:good-new"), several()).status_code == 302
    good = Good.objects.get()
    assert rows(good) == [("红", 9_900, 5, True), ("蓝", 8_900, 6, True)]
    address = reverse("supplier:good", args=[good.public_id])
    page = client.get(address)
    ids = [row.initial["sku_id"] for row in page.context["form"].skus.initial_forms]
    again = several(
        **{"sku-INITIAL_FORMS": "2", "sku-0-sku_id": ids[0], "sku-1-sku_id": ids[1], "sku-0-is_on": ""}
    )
    assert client.post(address, again).status_code == 302
    assert rows(good) == [("蓝", 8_900, 6, True), ("红", 9_900, 5, False)]
    assert set(good.skus.values_list("pk", flat=True)) == set(ids)
    wrong = client.post(address, several(**{"sku-1-price": "1e3"}))
    assert wrong.status_code == 422
    assert wrong.context["form"].skus.errors[1]["price"][0].startswith("金额“1e3”无法识别")
    empty = client.post(reverse("supplier:good-new"), several(**{f"sku-{n}-value_1": "" for n in range(2)}))
    assert (empty.status_code, Good.objects.count()) == (422, 1)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("6901234567892", "6901234567892"),
        (" 6901 2345 6789-2 ", "6901234567892"),
        ("６９０１２３４５６７８９２", "6901234567892"),
        ("96385074", "96385074"),
        ("036000291452", "0036000291452"),
        ("", ""),
    ],
)
def test_barcodes_are_taken(typed: str, kept: str) -> None:
    assert read_barcode(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("6901234567893", errors.BadBarcode),
        ("96385075", errors.BadBarcode),
        ("036000291453", errors.BadBarcode),
        ("16901234567899", errors.BadBarcode),
        ("690123456789", errors.BadBarcode),
        ("69O1234567892", errors.BadBarcode),
        ("٦٩٠١٢٣٤٥٦٧٨٩٢", errors.BadBarcode),
        ("6.9E+12", errors.BarcodeSpoilt),
        ("6.90123E12", errors.BarcodeSpoilt),
    ],
)
def test_barcodes_are_refused(typed: str, kind: type[errors.BadBarcode]) -> None:
    with pytest.raises(kind):
        read_barcode(typed)


def test_the_table_keeps_options_in_order(supplier: Supplier) -> None:
    good = create(supplier)
    with pytest.raises(Exception, match="good_options_in_order"):
        Good.objects.filter(pk=good.pk).update(option_1="")
