"""A credit score that was read counts for 30 days, to the second (docs/rules.md §1.6)."""

from datetime import timedelta

import pytest

from accounts.models import User
from accounts.services import verify_real_name
from tests.factories import numbers, story

pytestmark = pytest.mark.django_db
READ = story.noon(2026, 6, 3)


def reading(user: User, *, days: int = 0, seconds: int = 0, identity: int = 1) -> tuple[int | None, object]:
    record = verify_real_name(
        user=user,
        name="山茶花",
        id_number=numbers.identity(identity),
        at=READ + timedelta(days=days, seconds=seconds),
    )
    return record.credit_score, record.credit_checked_at


@pytest.fixture
def person() -> User:
    """Someone whose score was 700 when it was read, and is 701 now."""
    user = story.user(1, score=700)
    assert reading(user) == (700, READ)
    user.set_phone(numbers.phone(1, score=701))
    user.save()
    return user


def test_a_reading_counts_for_thirty_days(person: User) -> None:
    assert reading(person, days=30) == (700, READ)


def test_an_older_reading_is_taken_anew(person: User) -> None:
    assert reading(person, days=30, seconds=1) == (701, READ + timedelta(days=30, seconds=1))


def test_another_identity_is_read_anew(person: User) -> None:
    assert reading(person, days=1, identity=2) == (701, READ + timedelta(days=1))
