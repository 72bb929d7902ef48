"""What staff decided is kept with the version of the words that it was about, for good."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from suppliers import services as suppliers
from suppliers.models import Good, GoodChange, ReviewDecision, Supplier
from suppliers.services import GoodDraft
from taoxiaopu.kernel.errors import MoveRefused
from taoxiaopu.kernel.screening import words_version
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
STAFF = story.SYSTEM_STAFF
DRAFT = GoodDraft("滋润面霜 50g", "beauty", "山茶花", "清爽不油腻", 10_000, 50, 2000)


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


def last() -> tuple[object, ...]:
    row = ReviewDecision.objects.order_by("-id")[0]
    return (
        row.good,
        row.change,
        row.verdict,
        row.words,
        row.words_version,
        row.reason,
        row.person,
        row.decided_at,
    )


def test_verdicts_on_held_goods(supplier: Supplier) -> None:
    for at_n, refuse in enumerate((False, True)):
        good = story.good(supplier, AT, title=f"特供礼盒 {at_n}")
        assert good.words_version == words_version() == "1"
        Good.objects.filter(pk=good.pk).update(words_version="0.9")  # found by an older list
        if refuse:
            suppliers.refuse_good(public_id=good.public_id, actor=STAFF, at=AT, reason=" 违禁词 ")
        else:
            suppliers.approve_good(public_id=good.public_id, actor=STAFF, at=AT, note="礼盒装")
        expected = ("refused", "违禁词") if refuse else ("approved", "礼盒装")
        assert last() == (good, None, expected[0], "特供", "0.9", expected[1], "tests", AT)


def test_verdicts_on_change_sets_and_nothing_for_one_that_was_decided(supplier: Supplier) -> None:
    good = story.good(supplier, AT)
    for verdict in ("refused", "approved"):
        suppliers.edit_good(
            good=good, draft=replace(DRAFT, title="特供面霜"), actor=story.supplier_actor(supplier), at=AT
        )
        change = GoodChange.objects.get(status="open")
        assert change.words_version == "1"
        if verdict == "refused":
            suppliers.refuse_change(public_id=change.public_id, actor=STAFF, at=AT, reason="违禁词")
        else:
            suppliers.approve_change(public_id=change.public_id, actor=STAFF, at=AT)
        assert last()[:5] == (good, change, verdict, "特供", "1")
        before = picture()
        with pytest.raises(MoveRefused):
            suppliers.approve_change(public_id=change.public_id, actor=STAFF, at=AT)
        assert picture() == before
    good.refresh_from_db()
    assert (good.held_words, good.words_version) == ("特供", "1")


def test_the_database_keeps_them(supplier: Supplier) -> None:
    good = story.good(supplier, AT, title="特供礼盒")
    suppliers.approve_good(public_id=good.public_id, actor=STAFF, at=AT)
    for act in (lambda rows: rows.update(reason="改"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="verdicts are never changed"), transaction.atomic():
            act(ReviewDecision.objects.all())
    assert ReviewDecision.objects.get().reason == ""
