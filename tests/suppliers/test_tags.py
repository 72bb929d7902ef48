"""Three high, one low: each tag on both sides of its number, and the clock of the review that follows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from suppliers import services as suppliers
from suppliers.models import Good, StockReservation, Supplier, SupplierBrand
from suppliers.selectors import goods_to_review, tags_of
from suppliers.selectors.tags import tag_count
from suppliers.states import Tag
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import Rules
from tests.factories import story
from tests.factories.desk import arbitrator, member
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
RULES = Rules()
PLAIN = {"rate_bp": 2_999, "price_fen": 19_901}


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


def tags(good: Good) -> tuple[Tag, ...]:
    """What both ways of asking say, which must be the same."""
    good = Good.objects.get(pk=good.pk)
    found = tags_of([good], rules=RULES)[good.pk]
    counted = Good.objects.annotate(n=tag_count(RULES)).get(pk=good.pk).n  # type: ignore[attr-defined]
    assert counted == len(found)
    return found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ()),
        ({"rate_bp": 3_000}, (Tag.MARGIN,)),
        ({"rate_bp": 3_000, "next_rate_bp": 2_999, "next_rate_at": AT}, ()),
        ({"rate_bp": 3_001, "next_rate_bp": 3_000, "next_rate_at": AT}, (Tag.MARGIN,)),
        ({"price_from_fen": 19_900}, (Tag.LOW_PRICE,)),
        ({"repurchase_bp": 999}, ()),
        ({"repurchase_bp": 1_000}, (Tag.REPURCHASE,)),
    ],
)
def test_each_tag_begins_at_its_number(
    supplier: Supplier, change: dict[str, Any], expected: tuple[Tag, ...]
) -> None:
    good = story.good(supplier, AT, **PLAIN)  # type: ignore[arg-type]
    Good.objects.filter(pk=good.pk).update(**change)
    assert tags(good) == expected


def test_a_brand_is_known_when_staff_say_so(supplier: Supplier) -> None:
    good = story.good(supplier, AT, **PLAIN)  # type: ignore[arg-type]
    other = story.supplier(AT, 2, brands=("山茶花",))
    suppliers.mark_brand(supplier=other, name="山茶花", is_known=True, actor=story.SYSTEM_STAFF, at=AT)
    assert tags(good) == ()
    for is_known in (True, True, False):
        suppliers.mark_brand(
            supplier=supplier,
            name="山茶花",
            is_known=is_known,
            actor=story.SYSTEM_STAFF,
            at=AT,
            reason="老字号",
        )
        assert tags(good) == ((Tag.KNOWN,) if is_known else ())
    told = [(entry.event, entry.reason) for entry in history("supplier", supplier.public_id)][-2:]
    assert told == [("brand_known", "山茶花 老字号"), ("brand_unknown", "山茶花 老字号")]
    before = picture()
    with pytest.raises(NotFound):
        suppliers.mark_brand(supplier=supplier, name="别家", is_known=True, actor=story.SYSTEM_STAFF, at=AT)
    assert picture() == before


def bought(good: Good, buyers: int, again: int, days_ago: float = 1) -> None:
    """So many buyers who paid, of whom some ordered twice."""
    at, sku = AT - timedelta(days=days_ago), good.skus.get()
    orders = [(f"b{n}", turn) for n in range(buyers) for turn in range(2 if n < again else 1)]
    StockReservation.objects.bulk_create(
        StockReservation(
            order_number=f"{good.pk}-{days_ago}-{buyer}-{turn}", sku=sku, buyer=buyer, quantity=1, status="taken",
            expires_at=at,
        )
        for buyer, turn in orders
    )  # fmt: skip


def rate(good: Good) -> int | None:
    suppliers.refresh_repurchase(at=AT)
    good.refresh_from_db()
    return good.repurchase_bp


def test_who_buys_twice_within_the_days_comes_back(supplier: Supplier) -> None:
    good = story.good(supplier, AT)
    bought(good, 10, 1)
    assert rate(good) == 1_000
    assert suppliers.refresh_repurchase(at=AT) == 0  # nothing changed since


@pytest.mark.parametrize(
    ("buyers", "again", "days_ago", "expected"),
    [
        (9, 9, 1, None),
        (10, 0, 1, 0),
        (11, 1, 1, 909),
        (10, 2, 90, None),
        (10, 2, 89.99, 2_000),
        (10, 2, -1, None),
    ],
)
def test_few_buyers_and_old_orders_say_nothing(
    supplier: Supplier, buyers: int, again: int, days_ago: float, expected: int | None
) -> None:
    good = story.good(supplier, AT)
    bought(good, buyers, again, days_ago)
    assert rate(good) == expected


def test_unpaid_returned_and_nameless_orders_do_not_count(supplier: Supplier) -> None:
    good = story.good(supplier, AT)
    bought(good, 10, 5)
    StockReservation.objects.filter(buyer="b0").update(status="held")
    assert rate(good) is None
    StockReservation.objects.filter(buyer="b0").update(status="returned")
    assert rate(good) is None
    StockReservation.objects.filter(buyer="b0").update(status="taken", buyer="")
    assert rate(good) is None
    StockReservation.objects.filter(buyer="").update(buyer="b0")
    assert rate(good) == 5_000


def test_three_tags_shorten_the_clock_and_who_is_due_first_comes_first(supplier: Supplier) -> None:
    SupplierBrand.objects.filter(supplier=supplier).update(is_known=True)
    hours = timedelta(hours=1)
    old = story.good(supplier, AT - 37 * hours, title="特供礼盒甲", price_fen=20_000, rate_bp=3_000)
    fast = story.good(supplier, AT, title="特供礼盒乙", price_fen=19_900, rate_bp=3_000)
    slow = story.good(supplier, AT - 35 * hours, title="特供礼盒丙", price_fen=20_000, rate_bp=3_000)
    queue = list(goods_to_review(RULES))
    assert queue == [old, fast, slow]
    assert [good.due_at for good in queue] == [AT + 11 * hours, AT + 12 * hours, AT + 13 * hours]  # type: ignore[attr-defined]
    assert {good.status for good in queue} == {"held"}  # no tag lets anything through by itself


def test_pages_show_tags_to_supplier_owner_and_staff_alone() -> None:
    client, supplier = member(AT)
    good = story.good(supplier, AT, rate_bp=3_000, price_fen=19_900)
    held = story.good(supplier, AT, title="特供礼盒", rate_bp=3_000, price_fen=19_900)
    Good.objects.filter(pk=held.pk).update(changed_at=clock.now())
    SupplierBrand.objects.filter(supplier=supplier).update(is_known=True)
    badges = [f'<span class="good-tag">{word}</span>' for word in ("高毛利", "高认知", "低门槛")]
    shop = story.shop(story.owner(AT), AT)
    owner = Client()
    owner.force_login(shop.owner.user)
    staff = arbitrator()
    User.objects.filter(nickname="小二九").update(is_superuser=True)
    for one, url in (
        (client, reverse("supplier:goods")),
        (client, reverse("supplier:good", args=[good.public_id])),
        (owner, reverse("owner:pool")),
        (owner, reverse("owner:good", args=[good.public_id])),
        (staff, reverse("admin:suppliers_good_review")),
        (staff, reverse("admin:suppliers_good_change", args=[held.pk])),
    ):
        text = one.get(url).text
        assert [badge in text for badge in badges] == [True] * 3, url
    assert "快速审核" in staff.get(reverse("admin:suppliers_good_review")).text
    assert "good-tag" not in Client().get(reverse("good", args=[good.public_id])).text
    assert "已进入快速审核" in client.get(reverse("supplier:good", args=[held.public_id])).text
