"""Pages behind a key: every row once, in order, whatever comes in between; a text that is no key begins at the beginning."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.keyset import NEWEST, Column, KeyPage, key_page
from taoxiaopu.kernel.models import AuditEntry, Job
from tests.factories import story

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SOON_FIRST = (Column("due_at", is_moment=True), Column("pk", descending=True))
EMPTY_LAST = (Column("lease_until", is_moment=True), Column("pk"))


def entry(ref: str) -> AuditEntry:
    audit.record(actor=Actor.system("tests"), subject_type="thing", subject_ref=ref, event="do", at=AT)
    return AuditEntry.objects.latest("pk")


def things(after: str = "", size: int = 2) -> KeyPage[AuditEntry]:
    return key_page(AuditEntry.objects.filter(subject_type="thing"), after=after, size=size)


def refs(page: KeyPage[AuditEntry]) -> list[str]:
    return [row.subject_ref for row in page]


def test_every_row_once_though_others_come_in_between() -> None:
    for n in range(5):
        entry(str(n))
    first = things()
    assert (refs(first), first.is_first, first.next_key) == (["4", "3"], True, str(first.rows[-1].pk))
    entry("new")
    second = things(first.next_key)
    assert (refs(second), second.is_first) == (["2", "1"], False)
    last = things(second.next_key)
    assert (refs(last), last.next_key) == (["0"], "")
    assert refs(things()) == ["new", "4"]


def test_a_page_that_is_just_full_is_the_last() -> None:
    entry("0")
    entry("1")
    page = things()
    assert (len(page), page.next_key) == (2, "")


def test_a_page_behind_the_last_row_is_empty_and_not_the_first() -> None:
    row = entry("0")
    page = things(str(row.pk))
    assert (page.rows, page.next_key, page.is_first) == ([], "", False)


@pytest.mark.parametrize(
    "text", ["x", "-1", "1-2", "1-", "9" * 19, "٣", "1.5", " 1", "n", "999999999999999999-1"]
)
def test_a_text_that_is_no_key_begins_at_the_beginning(text: str) -> None:
    entry("0")
    page = things(text)
    assert (refs(page), page.is_first) == (["0"], True)


def moments(order: tuple[Column, ...], name: str, values: list[datetime | None]) -> list[list[int]]:
    """Numbers of jobs with these moments, as pages of two show them."""
    for n, value in enumerate(values):
        fields: dict[str, Any] = {"kind": "tests", "key": str(n), "due_at": AT, "created_at": AT}
        Job.objects.create(**fields | {name: value})
    pages, after = [], ""
    while True:
        page = key_page(Job.objects.filter(kind="tests"), after=after, size=2, order=order)
        pages.append([int(row.key) for row in page])
        if not page.next_key:
            return pages
        after = page.next_key


def test_moments_to_the_microsecond_and_equal_ones_by_key() -> None:
    tick = timedelta(microseconds=1)
    values: list[datetime | None] = [AT, AT + tick, AT, AT - tick, AT]
    assert moments(SOON_FIRST, "due_at", values) == [[3, 4], [2, 0], [1]]


def test_those_without_a_moment_come_last() -> None:
    tick = timedelta(microseconds=1)
    values = [None, AT, None, AT + tick, None]
    assert moments(EMPTY_LAST, "lease_until", values) == [[1, 3], [0, 2], [4]]


def test_an_overflowing_moment_begins_at_the_beginning() -> None:
    page = key_page(Job.objects.filter(kind="tests"), after="999999999999999999-1", size=2, order=SOON_FIRST)
    assert page.is_first


def test_the_newest_first_is_by_key() -> None:
    assert (Column("pk", descending=True),) == NEWEST
