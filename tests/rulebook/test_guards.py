"""What PostgreSQL itself refuses: short notice, one person for two, changed texts, other numbers, forged acceptances."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from rulebook import services
from rulebook.models import Acceptance, Version
from rulebook.selectors import texts_of
from rulebook.states import (
    NOTICE,
)
from taoxiaopu.flows.reference import first_day
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused
from taoxiaopu.kernel.models import RulesVersion
from taoxiaopu.kernel.settings import rules_at
from tests.factories import rulebook
from tests.factories.rulebook import PUBLISHER, WRITER

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def publish_of(row: Version, effective_at: datetime, at: datetime, actor: Actor = PUBLISHER) -> Version:
    return services.publish(number=row.number, effective_at=effective_at, actor=actor, at=at)


def heard(code: str = "commission", **changes: Any) -> tuple[Version, datetime]:
    """A version whose comments were heard, and the first instant at which it may be published."""
    row = rulebook.in_comment(code, AT, **changes)
    assert row.comments_until is not None
    return row, row.comments_until + SECOND


def test_the_database_refuses_less_than_seven_days_too() -> None:
    row, at = heard()
    fields = {
        "status": "published", "publisher": "bela", "published_at": at, "text_zh": "x", "text_en": "x",
        "text_hash": "0" * 64,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="rules_seven_days"), transaction.atomic():
        Version.objects.filter(pk=row.pk).update(
            **fields, effective_at=at + NOTICE - timedelta(microseconds=1)
        )
    with pytest.raises(IntegrityError, match="rules_two_people"), transaction.atomic():
        Version.objects.filter(pk=row.pk).update(
            **(fields | {"publisher": row.author}), effective_at=at + NOTICE
        )
    assert Version.objects.filter(pk=row.pk).update(**fields, effective_at=at + NOTICE) == 1


def test_what_is_in_comment_is_not_edited_and_what_is_published_never() -> None:
    row, at = heard()
    with pytest.raises(MoveRefused):
        services.edit_draft(number=row.number, draft=rulebook.words(row), actor=WRITER, at=at)
    with pytest.raises(DatabaseError, match="revise it first"), transaction.atomic():
        Version.objects.filter(pk=row.pk).update(source_zh="别的")
    publish_of(row, at + NOTICE, at)
    for change in (
        {"text_zh": "别的"},
        {"effective_at": at + NOTICE + SECOND},
        {"changes": {"PICK_LIMIT": 1}},
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Version.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.filter(pk=row.pk)._raw_delete("default")
    assert texts_of(row, at=at)[0] == Version.objects.get(pk=row.pk).text_zh


def test_numbers_change_by_a_published_version_alone() -> None:
    row, at = heard(PLATFORM_FEE_BP=1200)
    refused = (
        {"source": None, "effective_at": AT, "changes": {"PICK_LIMIT": 1}},
        {"source": row.number, "effective_at": at + NOTICE, "changes": row.changes},  # not published yet
        {"source": "commission-1", "effective_at": first_day(), "changes": {"PLATFORM_FEE_BP": 1}},
    )
    for fields in refused:
        with pytest.raises(DatabaseError, match="published version"), transaction.atomic():
            RulesVersion.objects.create(note="", **fields)
    publish_of(row, at + NOTICE, at)
    numbers = RulesVersion.objects.filter(source=row.number)
    for change in (
        {"changes": {}}, {"effective_at": AT}, {"source": "x"}, {"withdrawn_at": AT},
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            numbers.update(**change)
    for statement in ("DELETE FROM kernel_rulesversion", "TRUNCATE kernel_rulesversion"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert rules_at(at + NOTICE).PLATFORM_FEE_BP == 1200


def test_acceptances_are_append_only_and_of_the_published_text() -> None:
    services.ensure_documents(at=first_day())
    party = Actor(ActorKind.OWNER, "anna", "person")
    assert services.accept_present(party=party, channel="join", at=AT) == 7
    row = Acceptance.objects.first()
    assert row is not None
    for statement in (
        "UPDATE rulebook_acceptance SET at = now()", "DELETE FROM rulebook_acceptance", "TRUNCATE rulebook_acceptance",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    draft = rulebook.draft("service", AT)
    for version, seal in ((draft, ""), (row.version, "0" * 64)):
        with pytest.raises(DatabaseError, match="what was announced"), transaction.atomic():
            Acceptance.objects.create(
                version=version,
                text_hash=seal,
                party_kind="owner",
                party_ref="bela",
                person="b",
                channel="read",
                at=AT,
            )
