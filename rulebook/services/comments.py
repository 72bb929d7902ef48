"""Comments on a version, screened, a few of each party; the platform's public answers."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from rulebook import errors
from rulebook.models import Comment, Version
from rulebook.services.drafting import require_staff
from rulebook.states import COMMENT_PAUSE, COMMENTS, COMMENTS_MAX, CommentStatus
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.screening import is_blocked, screen

LEAST, MOST = 2, 1000


def comment(*, version: Version, text: str, party: Actor, shown_name: str, at: datetime) -> Comment:
    """Say something about a version in its comment period, at most five times; a text with a listed word waits for staff.

    Raises CommentsClosed, NotConcerned, BadInput, CommentTooSoon, TooManyComments.
    """
    if not version.is_in_comment(at):
        raise errors.CommentsClosed
    if str(party.kind) not in version.document.audiences:
        raise errors.NotConcerned
    words = text.strip()
    if not LEAST <= len(words) <= MOST or "\x00" in words:
        raise BadInput(what=_("意见须为 {least} 到 {most} 字").format(least=LEAST, most=MOST))
    person = party.person or party.ref
    if Comment.objects.filter(person=person, at__gt=at - COMMENT_PAUSE, at__lte=at).exists():
        raise errors.CommentTooSoon(minutes=1)
    mine = Comment.objects.filter(version=version, party_kind=party.kind, party_ref=party.ref)
    taken = set(mine.values_list("slot", flat=True))
    for slot in sorted(set(range(1, COMMENTS_MAX + 1)) - taken):
        made = rows.insert(
            Comment(
                version=version,
                party_kind=party.kind,
                party_ref=party.ref,
                person=person,
                slot=slot,
                shown_name=shown_name[:60],
                text=words,
                at=at,
                status=CommentStatus.HELD if is_blocked(screen(words)) else CommentStatus.SHOWN,
            ),
            once=True,
        )
        if made is not None:
            return made
    raise errors.TooManyComments(limit=COMMENTS_MAX)


def answer_comment(*, number: str, text: str, actor: Actor, at: datetime) -> Comment:
    """The platform's public answer, once. Raises NotFound, BadInput, AlreadyAnswered, MoveRefused."""
    require_staff(actor)
    words = text.strip()
    if not LEAST <= len(words) <= MOST or "\x00" in words:
        raise BadInput(what=_("回复须为 {least} 到 {most} 字").format(least=LEAST, most=MOST))
    with transaction.atomic():
        row = _locked(number)
        if row.answered_at is not None:
            raise errors.AlreadyAnswered
        row.answer, row.answered_by, row.answered_at = words, actor.ref, at
        row.save(update_fields=["answer", "answered_by", "answered_at"])
        audit.record(
            actor=actor, subject_type=COMMENTS.subject, subject_ref=row.number, event="answer", at=at
        )
        return row


def show_comment(*, number: str, actor: Actor, at: datetime) -> Comment:
    """Make a comment public. Raises NotFound, MoveRefused."""
    with transaction.atomic():
        row = _locked(number)
        COMMENTS.apply(row, "show", actor=actor, at=at)
        return row


def hide_comment(*, number: str, actor: Actor, at: datetime, reason: str) -> Comment:
    """Hide a comment that breaks the law or tells of people, with the reason. Raises NotFound, MoveRefused, BadInput."""
    if len(reason.strip()) < LEAST:
        raise BadInput(what=_("隐藏须填写原因"))
    with transaction.atomic():
        row = _locked(number)
        COMMENTS.apply(row, "hide", actor=actor, at=at, reason=reason)
        return row


def _locked(number: str) -> Comment:
    found = lock_rows(Comment.objects.filter(number=number))
    if not found:
        raise NotFound
    return found[0]
