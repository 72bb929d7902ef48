"""The chain of daily digests: sealed once a day, days without a journal too, and broken where somebody changes a row."""

from datetime import timedelta

import pytest
from django.db import connection

from ledger.models import AccountKind, Digest
from ledger.services import write_digest
from taoxiaopu.flows.verify import verify
from tests.factories import books, story

pytestmark = pytest.mark.django_db

AT = story.noon(2026, 6, 3)


def broken() -> list[str]:
    """The days that verify names."""
    return [str(problem.key) for problem in verify().problems if problem.check.name == "digest_chain"]


def seal_three_days() -> None:
    for n in range(1, 4):
        write_digest(at=AT + timedelta(days=n))


def test_days_with_and_without_journals_are_sealed_once() -> None:
    books.earn(AccountKind.SUPPLIER_PAYABLE, story.supplier(AT).public_id, 5_000, AT)
    seal_three_days()
    sealed = list(Digest.objects.order_by("day").values_list("day", "digest"))
    assert len(sealed) >= 3
    assert Digest.objects.filter(journals=0).exists()
    assert broken() == []
    seal_three_days()
    assert list(Digest.objects.order_by("day").values_list("day", "digest")) == sealed


def test_a_day_that_somebody_changed_is_named() -> None:
    books.earn(AccountKind.SUPPLIER_PAYABLE, story.supplier(AT).public_id, 5_000, AT)
    seal_three_days()
    day = Digest.objects.filter(journals__gt=0).earliest("day").day
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_journal DISABLE TRIGGER ledger_journal_append_only")
        cursor.execute("UPDATE ledger_journal SET occurred_at = occurred_at + interval '1 second'")
    assert broken() == [f"{day:%Y-%m-%d}"]
