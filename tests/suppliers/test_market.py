"""Market references: a lower rate is refused, a higher price needs a declaration, and later changes are held to both."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse

from suppliers import access, errors
from suppliers import services as suppliers
from suppliers.models import Good, MarketReference
from suppliers.services import GoodDraft, MarketDraft
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.desk import member
from tests.factories.pictures import png
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SEEN = MarketDraft("淘宝", "https://item.example.com/1", date(2026, 6, 3), 10_000, 2_000)
WHY = "含两件赠品"


@pytest.fixture
def good() -> Good:
    return story.good(story.supplier(AT), AT)  # 100.00 yuan at 20 %


def record(good: Good, **changes: Any) -> MarketReference:
    draft = replace(SEEN, **changes)
    return suppliers.record_reference(
        good=good, draft=draft, actor=story.supplier_actor(good.supplier), at=AT
    )


def terms(good: Good, **changes: Any) -> Good:
    return suppliers.change_terms(good=good, actor=story.supplier_actor(good.supplier), at=AT, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rate_bp": 1_999},
        {"rate_bp": 0, "price_fen": None},
        {"price_fen": 10_001},
        {"rate_bp": None},
        {"price_fen": 9_999, "declaration": WHY},
        {"price_fen": 9_999, "declaration": "说" * 300},
    ],
)
def test_what_is_taken(good: Good, changes: dict[str, Any]) -> None:
    kept = record(good, **changes)
    assert (kept.our_price_fen, kept.our_rate_bp, kept.seen_on) == (10_000, 2_000, date(2026, 6, 3))
    is_dearer = kept.price_fen == 9_999
    assert kept.declared_up_to_fen == (10_000 if is_dearer else None)
    assert kept.declaration == changes.get("declaration", "")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"rate_bp": 2_001}, errors.RateBelowMarket),
        ({"price_fen": 9_999}, errors.PriceAboveMarket),
        ({"price_fen": 9_999, "declaration": "有 赠 "}, errors.PriceAboveMarket),
        ({"price_fen": 9_999, "declaration": "说" * 301}, errors.PriceAboveMarket),
        ({"price_fen": None, "rate_bp": None}, errors.BadReference),
        ({"price_fen": 0}, errors.BadReference),
        ({"rate_bp": -1}, errors.BadReference),
        ({"seen_on": date(2026, 6, 4)}, errors.BadReference),
        ({"platform": " "}, errors.BadReference),
        ({"address": "javascript:alert(1)"}, errors.BadReference),
        ({"address": "https://"}, errors.BadReference),
        ({"address": "https://[::1"}, errors.BadReference),
        ({"address": "https://e.example/" + "a" * 500}, errors.BadReference),
    ],
)
def test_what_is_refused_changes_nothing(good: Good, changes: dict[str, Any], error: type[Exception]) -> None:
    before = picture()
    with pytest.raises(error):
        record(good, **changes)
    assert picture() == before


def test_the_refusals_name_both_numbers(good: Good) -> None:
    with pytest.raises(errors.RateBelowMarket) as low:
        record(good, rate_bp=2_550)
    assert low.value.sentence == "佣金率 20% 低于同款的淘宝客佣金率 25.5%，须不低于它"
    with pytest.raises(errors.PriceAboveMarket) as dear:
        record(good, price_fen=9_900)
    assert dear.value.sentence.startswith("售价 ¥100.00 高于同款市场价 ¥99.00")


def test_later_changes_are_held_to_it(good: Good) -> None:
    record(good, price_fen=10_000, rate_bp=1_500)
    before = picture()
    with pytest.raises(errors.RateBelowMarket):
        terms(good, rate_bp=1_499)
    with pytest.raises(errors.RateBelowMarket):
        suppliers.change_rate(good=good, rate_bp=1_499, actor=story.supplier_actor(good.supplier), at=AT)
    with pytest.raises(errors.PriceAboveMarket):
        terms(good, price_fen=10_001)
    draft = GoodDraft("滋润面霜 50g", "beauty", "山茶花", "清爽不油腻", 10_001, 50, 2_000)
    with pytest.raises(errors.PriceAboveMarket):
        suppliers.edit_good(good=good, draft=draft, actor=story.supplier_actor(good.supplier), at=AT)
    assert picture() == before
    assert terms(good, rate_bp=1_500).next_rate_bp == 1_500


def test_a_declaration_is_kept_and_covers_up_to_its_price(good: Good) -> None:
    first = record(good, price_fen=10_000, screenshot=png())
    assert terms(good, price_fen=12_000, declaration=WHY).price_from_fen == 12_000
    second = MarketReference.objects.latest("pk")
    assert (second.declared_up_to_fen, second.declaration, second.our_price_fen) == (12_000, WHY, 12_000)
    assert (second.pk != first.pk, second.screenshot, second.address) == (
        True,
        first.screenshot,
        first.address,
    )
    assert terms(good, price_fen=11_000).price_from_fen == 11_000
    assert terms(good, price_fen=12_000).price_from_fen == 12_000
    with pytest.raises(errors.PriceAboveMarket):
        terms(good, price_fen=12_001)
    assert MarketReference.objects.count() == 2


def test_a_rate_on_its_way_down_counts(good: Good) -> None:
    terms(good, rate_bp=1_000)
    with pytest.raises(errors.RateBelowMarket):
        record(good, rate_bp=1_001)
    assert record(good, rate_bp=1_000).our_rate_bp == 1_000


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"rate_bp": 2_001}, "reference_rate_met"),
        ({"price_fen": 9_999}, "reference_price_declared"),
        ({"price_fen": None, "rate_bp": None}, "reference_says_something"),
    ],
)
def test_the_table_holds_it_too(good: Good, changes: dict[str, Any], constraint: str) -> None:
    kept = record(good)
    with pytest.raises(IntegrityError, match=constraint):
        MarketReference.objects.filter(pk=kept.pk).update(**changes)


def test_the_desk_records_it_with_a_screenshot() -> None:
    client, supplier = member(clock.now())
    good = story.good(supplier, clock.now())
    address = reverse("supplier:market", args=[good.public_id])
    words = {
        "platform": "淘宝", "address": "https://item.example.com/1", "market_rate": "15", "price": "99",
        "seen_on": clock.local(clock.now()).date().isoformat(), "declaration": WHY,
    }  # fmt: skip
    refused = client.post(address, words)
    assert list(refused.context["form"].errors) == ["declaration"]  # not ticked
    shot = SimpleUploadedFile("a.png", png())
    assert client.post(address, words | {"declared": "on", "picture": shot}).status_code == 302
    kept = MarketReference.objects.get()
    assert (kept.price_fen, kept.rate_bp, kept.declared_up_to_fen) == (9_900, 1_500, 10_000)
    page = client.get(address).text
    shown = reverse("supplier:upload", args=[kept.screenshot, 160])
    assert shown in page
    assert access.upload_for_supplier(supplier, kept.screenshot) == kept.screenshot
    edit = client.get(reverse("supplier:good", args=[good.public_id])).text
    assert "我声明：售价高于同款市场价" in edit
