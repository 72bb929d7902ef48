"""What papers cover, until when, and the reminders before they run out (docs/rules.md §1.6)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Value

from orders.errors import NotForSale
from storefronts import services as storefronts
from storefronts.errors import NotInPool
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Good, Paper, Supplier
from suppliers.selectors import sellable_goods
from taoxiaopu.flows.services import sweep
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.papers import AT, accept, draft_of, hand_in, letters, send_back
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
# Papers that run out


def dated(supplier: Supplier, code: str, until: date, **changes: Any) -> Paper:
    """A fine paper of a supplier that is in, good until a day."""
    return accept(hand_in(supplier, draft_of(code, **({"valid_until": until} | changes))))


LAST = date(2026, 6, 30)
MIDNIGHT = story.noon(2026, 7, 1) - timedelta(hours=12)
SECOND = timedelta(seconds=1)


def test_until_the_last_second_of_its_last_day_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = story.supplier(AT)
    good = story.good(supplier, AT)
    dated(supplier, "licence", LAST)
    good.refresh_from_db()
    assert good.covered_until == MIDNIGHT
    assert good.is_sellable_at(MIDNIGHT - SECOND)
    assert not good.is_sellable_at(MIDNIGHT)
    for moment, there in ((MIDNIGHT - SECOND, 1), (MIDNIGHT, 0), (MIDNIGHT + SECOND, 0)):
        monkeypatch.setattr(clock, "present", lambda moment=moment: Value(moment))
        assert sellable_goods().count() == there
    before = picture()
    with pytest.raises(NotForSale):
        story.place(good, MIDNIGHT)
    assert picture() == before
    assert story.place(good, MIDNIGHT - SECOND).orders.count() == 1


def test_an_owner_neither_picks_nor_shares_what_has_lapsed() -> None:
    supplier = story.supplier(AT)
    good = story.good(supplier, AT)
    shop = story.shop(story.owner(AT), AT)
    dated(supplier, "licence", LAST)
    good.refresh_from_db()
    before = picture()
    with pytest.raises(NotInPool):
        storefronts.pick(shop=shop, goods=[good], at=MIDNIGHT)
    assert picture() == before
    (pick,) = storefronts.pick(shop=shop, goods=[good], at=MIDNIGHT - SECOND)
    with pytest.raises(NotInPool):
        storefronts.share(pick=pick, channel="wechat", at=MIDNIGHT)


def cover(good: Good) -> datetime | None:
    return Good.objects.get(pk=good.pk).covered_until


def test_an_authorisation_covers_its_brand_a_permit_its_category() -> None:
    supplier = story.supplier(AT, brands=("山茶花", "白茶"))
    cream = story.good(supplier, AT)
    base = cover(cream)
    assert base is not None  # the chain of the factory's papers ends, too
    dated(supplier, "authorisation", LAST, brand="白茶", level=2, valid_from=date(2026, 1, 1))
    assert cover(cream) == base
    dated(supplier, "food_permit", LAST)
    assert cover(cream) == base
    dated(supplier, "authorisation", LAST, brand="山茶花", level=2, valid_from=date(2026, 1, 1))
    assert cover(cream) == MIDNIGHT


def test_a_paper_for_the_food_root_covers_what_lies_below_it() -> None:
    supplier = story.supplier(AT)
    snack = _snack(supplier)
    dated(supplier, "food_permit", LAST)
    assert cover(snack) == MIDNIGHT
    tea = _snack(supplier, title="山茶花茶")
    assert cover(tea) == MIDNIGHT  # also a good that is listed later


def _snack(supplier: Supplier, title: str = "山茶花饼", at: datetime = AT) -> Good:
    draft = suppliers.GoodDraft(title, "food/snacks", "山茶花", "", 1_000, 5, 1_000)
    return suppliers.create_good(supplier=supplier, draft=draft, actor=story.supplier_actor(supplier), at=at)


def test_the_new_paper_shows_the_goods_again_once_it_was_accepted() -> None:
    supplier = story.supplier(AT)
    good = story.good(supplier, AT)
    old = dated(supplier, "licence", LAST)
    late = MIDNIGHT + timedelta(days=1)
    new = hand_in(supplier, draft_of("licence", valid_until=date(2027, 6, 30)), late)
    assert cover(good) == MIDNIGHT  # handed in is not accepted
    accept(new, late)
    old.refresh_from_db()
    assert old.status == "replaced"
    until = cover(good)
    assert until is not None
    assert until > late
    assert letters(supplier, "paper_fine")[-1]["paper"] == "营业执照"


def test_without_a_permit_nothing_is_listed_and_what_lapsed_hides() -> None:
    supplier = story.supplier(AT)
    permit = Paper.objects.get(supplier=supplier, requirement__code="food_permit")
    assert _snack(supplier).status == "listed"
    send_back(permit)
    before = picture()
    with pytest.raises(errors.PermitMissing) as refused:
        _snack(supplier)
    assert "食品经营许可证" in refused.value.sentence
    assert picture() == before
    accept(hand_in(supplier, draft_of("food_permit", valid_until=LAST)))
    assert _snack(supplier, at=MIDNIGHT - SECOND).status == "listed"
    with pytest.raises(errors.PermitMissing):
        _snack(supplier, at=MIDNIGHT)


def told(supplier: Supplier) -> list[int]:
    return [facts["days"] for facts in letters(supplier, "paper_runs_out")]


def test_reminders_at_30_7_and_1_days_once_each() -> None:
    supplier = story.supplier(AT)
    dated(supplier, "licence", LAST)
    day = timedelta(days=1)
    noon = story.noon(2026, 6, 30)
    for left, sent in (
        (31, []),
        (30, [30]),
        (29, [30]),
        (8, [30]),
        (7, [30, 7]),
        (2, [30, 7]),
        (1, [30, 7, 1]),
    ):
        suppliers.remind_of_papers(at=noon - left * day)
        assert suppliers.remind_of_papers(at=noon - left * day) == 0
        assert told(supplier) == sent
    assert suppliers.remind_of_papers(at=noon) == 0
    assert suppliers.remind_of_papers(at=noon + day) == 0


def test_of_reminders_that_were_missed_the_nearest_alone_is_sent() -> None:
    supplier = story.supplier(AT)
    dated(supplier, "licence", LAST)
    sweep(at=story.noon(2026, 6, 27))
    sweep(at=story.noon(2026, 6, 27))
    assert told(supplier) == [3]
