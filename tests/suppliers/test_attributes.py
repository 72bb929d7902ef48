"""Attributes by category: questions inherited from the root, answers of the right kind, search and pages."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import AttributeTemplate, Category, Good, GoodChange, Supplier
from suppliers.selectors import attribute_facts, sellable_goods, templates_of
from suppliers.services import GoodDraft
from suppliers.services.attributes import (
    TemplateDraft,
    checked_attributes,
    ensure_template,
    save_template,
    switch_template,
)
from suppliers.states import AttributeKind
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import BadInput
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
FOOD = {
    "origin": "云南",
    "net_weight": "250",
    "shelf_life": "540",
    "made_on": "2026-05-01",
    "sugar_free": True,
}
DRAFT = GoodDraft("桂花乌龙茶", "food/tea", "山茶花", "清亮", 5_800, 10, 1500, attributes=FOOD)


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


def category(code: str) -> Category:
    return Category.objects.get(code=code)


def create(supplier: Supplier, **changes: Any) -> Good:
    draft = replace(DRAFT, **changes)
    return suppliers.create_good(supplier=supplier, draft=draft, actor=story.supplier_actor(supplier), at=AT)


def add(code: str, draft: TemplateDraft, template: AttributeTemplate | None = None) -> AttributeTemplate:
    return save_template(
        category=category(code), draft=draft, template=template, actor=story.SYSTEM_STAFF, at=AT
    )


def test_each_root_is_asked_something_and_children_inherit() -> None:
    for root in ("food", "beauty", "baby", "home", "apparel"):
        assert templates_of(category(root))
    assert [row.code for row in templates_of(category("food/tea"))] == list(FOOD)
    add("food/tea", TemplateDraft("leaf", "茶形", AttributeKind.CHOICE, options=("散茶", "饼茶")))
    add("food/tea", TemplateDraft("origin", "茶山", AttributeKind.TEXT))
    assert ("origin", "茶山") in [(row.code, str(row)) for row in templates_of(category("food/tea"))]
    assert "leaf" not in {row.code for row in templates_of(category("food"))}


def test_answers_are_kept_shown_and_found(supplier: Supplier, client: Client) -> None:
    good = create(supplier)
    assert (good.attributes, good.keywords) == (FOOD, "云南")
    assert attribute_facts(good) == [
        ("产地", "云南"), ("净含量", "250 克"), ("保质期", "540 天"), ("最早生产日期", "2026-05-01"), ("无添加糖", "是"),
    ]  # fmt: skip
    assert list(sellable_goods(query="云南 桂花")) == [good]
    assert list(sellable_goods(query="540")) == []
    page = client.get(reverse("good", args=[good.public_id])).text
    assert "商品参数" in page
    assert "540 天" in page


@pytest.mark.parametrize(
    "changes",
    [
        {"shelf_life": ""},
        {"shelf_life": "五百"},
        {"shelf_life": "1e3"},
        {"shelf_life": "-1"},
        {"shelf_life": "12345678"},
        {"shelf_life": 540},
        {"made_on": "2026-02-30"},
        {"made_on": "昨天"},
        {"sugar_free": "yes"},
        {"origin": "云" * 61},
        {"origin": ["云南"]},
        {"fabric": "棉"},
    ],
)
def test_wrong_answers_change_nothing(supplier: Supplier, changes: dict[str, Any]) -> None:
    before = picture()
    with pytest.raises(errors.BadAttribute):
        create(supplier, attributes=FOOD | changes)
    assert picture() == before


@pytest.mark.parametrize(
    ("code", "typed", "kept"),
    [
        ("apparel", {"season": ["冬", "春"]}, {"season": ["春", "冬"]}),
        ("apparel", {"season": []}, {}),
        ("apparel", {"fabric": " 纯　棉 "}, {"fabric": "纯 棉"}),
        ("baby", {"age": "0 到 1 岁", "ccc": False}, {"age": "0 到 1 岁", "ccc": False}),
        ("home", {"power": "１２.５"}, {"power": "12.5"}),
        ("home", {}, {}),
    ],
)
def test_answers_as_they_are_stored(code: str, typed: dict[str, Any], kept: dict[str, Any]) -> None:
    assert checked_attributes(category(code), typed) == kept


@pytest.mark.parametrize(("code", "typed"), [("apparel", {"season": ["雨季"]}), ("baby", {"age": "18 岁"})])
def test_an_option_that_is_none(code: str, typed: dict[str, Any]) -> None:
    with pytest.raises(errors.BadAttribute):
        checked_attributes(category(code), typed)


def test_blocked_words_in_answers_hold_and_wait_for_review(supplier: Supplier) -> None:
    held = create(supplier, attributes=FOOD | {"origin": "特供基地"})
    assert (held.status, held.held_words) == ("held", "特供")
    good = create(supplier)
    actor = story.supplier_actor(supplier)
    draft = replace(DRAFT, attributes=FOOD | {"origin": "特供基地"})
    assert suppliers.edit_good(good=good, draft=draft, actor=actor, at=AT).attributes == FOOD
    change = GoodChange.objects.get(good=good)
    row = suppliers.approve_change(public_id=change.public_id, actor=story.SYSTEM_STAFF, at=AT)
    assert (row.attributes["origin"], row.keywords) == ("特供基地", "特供基地")


def test_unasked_answers_stay(supplier: Supplier) -> None:
    good = create(supplier)
    row = suppliers.edit_good(
        good=good, draft=replace(DRAFT, attributes=None), actor=story.supplier_actor(supplier), at=AT
    )
    assert row.attributes == FOOD


def test_staff_add_change_and_retire_questions(supplier: Supplier) -> None:
    row = add("food", TemplateDraft("taste", "口味", AttributeKind.CHOICE, options=("甜", "咸")))
    with pytest.raises(BadInput):
        add("food", TemplateDraft("taste", "口味", AttributeKind.TEXT))
    for wrong in (
        TemplateDraft("Taste", "口味", AttributeKind.TEXT),
        TemplateDraft("x", " ", AttributeKind.TEXT),
        TemplateDraft("x", "口味", AttributeKind.MULTI),
        TemplateDraft("x", "口味", AttributeKind.CHOICE, options=("甜" * 31,)),
    ):
        with pytest.raises(BadInput):
            add("food", wrong)
    good = create(supplier, attributes=FOOD | {"taste": "甜"})
    switch_template(template=row, actor=story.SYSTEM_STAFF, at=AT)
    assert "taste" not in {one.code for one in templates_of(category("food"))}
    good.refresh_from_db()
    assert good.attributes["taste"] == "甜"
    ensure_template(category_code="food", draft=TemplateDraft("taste", "味道", AttributeKind.TEXT))
    row.refresh_from_db()
    assert (row.name, row.is_on) == ("口味", False)


def test_the_form_changes_with_the_category() -> None:
    client, _supplier = member(clock.now())
    part = client.get(
        reverse("supplier:good-attributes"), {"category": "food", "attribute-origin": "云南"}
    ).text
    assert 'name="attribute-shelf_life"' in part
    assert 'value="云南"' in part
    assert "选好类目后" in client.get(reverse("supplier:good-attributes"), {"category": "none"}).text
    words = {
        "title": "桂花乌龙茶", "category": "food/tea", "brand": "山茶花", "price": "58", "stock": "5", "rate": "15",
        "ship_within_h": "48", "attribute-origin": "云南", "attribute-sugar_free": "no",
    }  # fmt: skip
    refused = client.post(reverse("supplier:good-new"), words)
    assert refused.status_code == 422
    assert list(refused.context["form"].attributes.errors) == ["shelf_life"]
    assert (
        client.post(reverse("supplier:good-new"), words | {"attribute-shelf_life": "540"}).status_code == 302
    )
    assert Good.objects.get().attributes == {"origin": "云南", "shelf_life": "540", "sugar_free": False}
