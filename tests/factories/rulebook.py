"""Versions of rule documents in any state, through services: the only way to other numbers."""

from datetime import datetime, timedelta
from typing import Any

from rulebook import services
from rulebook.models import Version
from rulebook.numbers import home_of
from rulebook.services import Draft
from rulebook.states import COMMENT_LEAST, NOTICE
from taoxiaopu.flows.reference import first_day
from taoxiaopu.kernel.actors import Actor, ActorKind

WRITER, PUBLISHER = (Actor(ActorKind.STAFF, name, name) for name in ("writer", "publisher"))
BEFORE = NOTICE + COMMENT_LEAST + timedelta(minutes=1)  # from opening comments to the first possible effect


def words(row: Version, **changes: Any) -> Draft:
    """The words of a draft as they stand, with a summary, and these numbers changed."""
    return Draft(
        row.title_zh,
        row.title_en,
        "调整本规则的数字",
        "Numbers of these rules change",
        row.source_zh,
        row.source_en,
        changes,
    )


def draft(code: str, at: datetime, **changes: Any) -> Version:
    """A draft by WRITER."""
    services.ensure_documents(at=first_day())
    row = services.draft_version(code=code, actor=WRITER, at=at)
    return services.edit_draft(number=row.number, draft=words(row, **changes), actor=WRITER, at=at)


def in_comment(code: str, at: datetime, **changes: Any) -> Version:
    """A version that is open for comments for three days from ``at``."""
    row = draft(code, at, **changes)
    return services.open_comments(number=row.number, until=at + COMMENT_LEAST, actor=WRITER, at=at)


def published(code: str, effective_at: datetime, **changes: Any) -> Version:
    """A version that was published seven days before it takes effect."""
    row = in_comment(code, effective_at - BEFORE, **changes)
    return services.publish(
        number=row.number, effective_at=effective_at, actor=PUBLISHER, at=effective_at - NOTICE
    )


def by_order_of_law(code: str, effective_at: datetime, **changes: Any) -> Version:
    """A version that took effect as soon as it was published."""
    row = in_comment(code, effective_at, **changes)
    return services.publish_urgent(
        number=row.number,
        effective_at=effective_at,
        legal_basis="《网络交易平台规则监督管理办法》第十条",
        actor=PUBLISHER,
        at=effective_at,
    )


def new_numbers(effective_at: datetime, **changes: Any) -> None:
    """Other numbers from an instant on, each by a version of its own document."""
    by_document: dict[str, dict[str, Any]] = {}
    for name, value in changes.items():
        by_document.setdefault(home_of(name), {})[name] = value
    for code, own in by_document.items():
        published(code, effective_at, **own)
