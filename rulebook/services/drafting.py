"""Writing a version and asking everybody concerned for comments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rulebook import errors
from rulebook.models import OPEN, Document, Version
from rulebook.numbers import home_of, require_own_names
from rulebook.selectors import edition_before, rules_with
from rulebook.services.announcing import Announcement, announce
from rulebook.states import COMMENT_LEAST, COMMENT_MOST, NOTICE, VERSIONS, VersionStatus
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.setting_bounds import checked_changes, require_sound

TEXT_LEAST, TEXT_MOST = 20, 60_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff writes of a version, in both languages; ``changes`` are numbers of docs/rules.md §10 by name."""

    title_zh: str
    title_en: str
    summary_zh: str
    summary_en: str
    source_zh: str
    source_en: str
    changes: Mapping[str, Any] = field(default_factory=dict)


def draft_version(*, code: str, actor: Actor, at: datetime) -> Version:
    """Begin the next version of a document with the words of the last one. Raises NotFound, DraftOpen, MoveRefused."""
    require_staff(actor)
    with transaction.atomic():
        documents = lock_rows(Document.objects.filter(code=code))
        if not documents:
            raise NotFound
        versions = Version.objects.filter(document=documents[0]).order_by("-edition")
        unfinished = versions.filter(status__in=OPEN).first()
        if unfinished is not None:
            raise errors.DraftOpen(edition=unfinished.edition)
        last = versions.first()
        row = Version(
            document=documents[0],
            edition=last.edition + 1 if last else 1,
            title_zh=documents[0].title,
            author=actor.ref,
            drafted_at=at,
        )
        row.number = f"{code}-{row.edition}"
        model = edition_before(row)
        if model is not None:
            for name in ("title_zh", "title_en", "source_zh", "source_en"):
                setattr(row, name, getattr(model, name))
        row.save(force_insert=True)
        _note(row, "draft", actor, at)
        return row


def edit_draft(*, number: str, draft: Draft, actor: Actor, at: datetime) -> Version:
    """Write what a draft says and changes; the writer is its author from now on.

    Raises NotFound, MoveRefused when it is no draft any more, BadDraft, BadSetting.
    """
    require_staff(actor)
    with transaction.atomic():
        row = locked(number)
        if row.status != VersionStatus.DRAFT:
            raise MoveRefused(state=row.get_status_display(), event=_("修改"))
        clean = _checked(draft, row)
        for name, value in clean.items():
            setattr(row, name, value)
        row.author = actor.ref
        row.save(update_fields=[*clean, "author"])
        _note(row, "edit", actor, at)
        return row


def open_comments(*, number: str, until: datetime, actor: Actor, at: datetime) -> Version:
    """Show a version to everybody and hear comments until an instant, 3 to 60 days from now.

    Raises NotFound, MoveRefused, CommentsTooShort, BadDraft, BadSetting.
    """
    with transaction.atomic():
        row = locked(number)
        VERSIONS.require(row.status, "open_comments", actor)
        if not COMMENT_LEAST <= until - at <= COMMENT_MOST:
            raise errors.CommentsTooShort(least=COMMENT_LEAST.days, most=COMMENT_MOST.days)
        _checked(_draft_of(row), row)
        require_sound(rules_with(row, until + NOTICE))
        VERSIONS.apply(row, "open_comments", actor=actor, at=at, comments_from=at, comments_until=until)
        announce(row, Announcement.COMMENTS, at)
        return row


def revise(*, number: str, actor: Actor, at: datetime, reason: str) -> Version:
    """Take a version back for changes; comments on it stay. Raises NotFound, MoveRefused."""
    with transaction.atomic():
        row = locked(number)
        VERSIONS.apply(row, "revise", actor=actor, at=at, reason=reason)
        return row


def locked(number: str) -> Version:
    """Lock one version. Raises NotFound."""
    rows = lock_rows(Version.objects.select_related("document").filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]


def require_staff(actor: Actor) -> None:
    """Raises MoveRefused for anybody else."""
    if actor.kind != ActorKind.STAFF:
        raise MoveRefused(state=str(actor.kind.label), event=_("修改规则"))


def _draft_of(row: Version) -> Draft:
    return Draft(
        row.title_zh, row.title_en, row.summary_zh, row.summary_en, row.source_zh, row.source_en, row.changes
    )


def _checked(draft: Draft, row: Version) -> dict[str, Any]:
    limits = (
        (_("标题（中文）"), draft.title_zh, 2, 80),
        (_("标题（英文）"), draft.title_en, 2, 120),
        (_("变更说明（中文）"), draft.summary_zh, 4, 500),
        (_("变更说明（英文）"), draft.summary_en, 4, 800),
        (_("正文（中文）"), draft.source_zh, TEXT_LEAST, TEXT_MOST),
        (_("正文（英文）"), draft.source_en, TEXT_LEAST, TEXT_MOST),
    )
    for what, text, least, most in limits:
        if not least <= len(text.strip()) <= most or "\x00" in text:
            words = _("{what}须为 {least} 到 {most} 字")
            raise errors.BadDraft(what=words.format(what=what, least=least, most=most))
    code = row.document.code
    require_own_names(draft.source_zh, code)
    require_own_names(draft.source_en, code)
    changes = checked_changes(draft.changes)
    for name in changes:
        if home_of(name) != code:
            raise errors.BadDraft(what=_("{name} 不是本文件的数字").format(name=name))
    return {
        "title_zh": draft.title_zh.strip(),
        "title_en": draft.title_en.strip(),
        "summary_zh": draft.summary_zh.strip(),
        "summary_en": draft.summary_en.strip(),
        "source_zh": _lines(draft.source_zh),
        "source_en": _lines(draft.source_en),
        "changes": {
            name: list(value) if isinstance(value, tuple) else value for name, value in changes.items()
        },
    }


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def _note(row: Version, event: str, actor: Actor, at: datetime) -> None:
    audit.record(actor=actor, subject_type=VERSIONS.subject, subject_ref=row.number, event=event, at=at)
