"""Publishing a version: two people, seven days' notice, the numbers it changes; and taking it back before its day."""

import hashlib
from datetime import datetime
from itertools import pairwise

from django.db import transaction

from rulebook import errors
from rulebook.models import ANNOUNCED, Version
from rulebook.numbers import LANGUAGES, filled
from rulebook.selectors import rules_with
from rulebook.services.announcing import ANNOUNCE, Announcement, announce
from rulebook.services.drafting import locked
from rulebook.states import NOTICE, VERSIONS, DocumentCode, VersionStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.locking import lock_name
from taoxiaopu.kernel.models import RulesVersion
from taoxiaopu.kernel.setting_bounds import faults_of
from taoxiaopu.kernel.setting_types import typed
from taoxiaopu.kernel.settings import TYPES, Rules
from taoxiaopu.kernel.templatetags.kernel_format import local_time

__all__ = [
    "ANNOUNCE",
    "Announcement",
    "earliest_effect",
    "publish",
    "publish_urgent",
    "supersede_due",
    "withdraw",
]

TIMELINE = "rules timeline"
BASIS_LEAST, BASIS_MOST = 10, 300


def earliest_effect(code: str, *, at: datetime) -> datetime:
    """The first instant from which a version published now may count: after seven days; changed tier criteria count
    for whole months, so from the first of one (docs/rules.md §7.3).
    """
    soonest = at + NOTICE
    if code != DocumentCode.TIERS:
        return soonest
    start = clock.local_instant(clock.month_of(soonest))
    return start if start >= soonest else clock.local_instant(clock.next_month(clock.month_of(soonest)))


def publish(*, number: str, effective_at: datetime, actor: Actor, at: datetime) -> Version:
    """Publish a version after its comments were heard, by another person than its author, at least seven days before it
    takes effect. Its numbers count from then on.

    Raises NotFound, MoveRefused, CommentsStillOpen, SamePerson, NoticeTooShort, NotMonthStart, OutOfOrder, WouldBreak.
    """
    with transaction.atomic():
        row = locked(number)
        VERSIONS.require(row.status, "publish", actor)
        assert row.comments_until is not None, "a version in comment has an end of it"
        if at <= row.comments_until:
            raise errors.CommentsStillOpen(until=local_time(row.comments_until))
        if effective_at < at + NOTICE:
            raise errors.NoticeTooShort(
                days=NOTICE.days, earliest=local_time(earliest_effect(row.document.code, at=at), "second")
            )
        local = clock.local(effective_at)
        if row.document.code == DocumentCode.TIERS and effective_at != clock.local_instant(
            local.date().replace(day=1)
        ):
            raise errors.NotMonthStart
        return _publish(row, "publish", effective_at, actor, at)


def publish_urgent(
    *, number: str, effective_at: datetime, legal_basis: str, actor: Actor, at: datetime
) -> Version:
    """As ``publish``, with less notice and without waiting for comments, because a law or an order asks for it (decision 15).

    Raises NotFound, MoveRefused, NoLegalBasis, BadInput for an effect in the past, SamePerson, OutOfOrder, WouldBreak.
    """
    with transaction.atomic():
        row = locked(number)
        VERSIONS.require(row.status, "publish_urgent", actor)
        basis = legal_basis.strip()
        if not BASIS_LEAST <= len(basis) <= BASIS_MOST:
            raise errors.NoLegalBasis
        if effective_at < at:
            raise BadInput(what=str(errors.NoticeTooShort.message).format(days=0, earliest=local_time(at)))
        return _publish(row, "publish_urgent", effective_at, actor, at, basis)


def withdraw(*, number: str, actor: Actor, at: datetime, reason: str) -> Version:
    """Take back a draft, or a published version before its day; its numbers never count.

    Raises NotFound, MoveRefused, InForce, LaterEdition, WouldBreak.
    """
    with transaction.atomic():
        row = locked(number)
        VERSIONS.require(row.status, "withdraw", actor)
        was_announced, was_shown = row.status == VersionStatus.PUBLISHED, row.status != VersionStatus.DRAFT
        if was_announced:
            lock_name(TIMELINE)
            assert row.effective_at is not None
            if at >= row.effective_at:
                raise errors.InForce
            later = Version.objects.filter(
                document=row.document, status__in=ANNOUNCED, edition__gt=row.edition
            ).first()
            if later is not None:
                raise errors.LaterEdition(edition=later.edition)
            _require_sound_days(but=row.number)
        VERSIONS.apply(row, "withdraw", actor=actor, at=at, reason=reason, withdrawn_at=at)
        RulesVersion.objects.filter(source=row.number).update(withdrawn_at=at)
        if was_shown:
            announce(row, Announcement.WITHDRAWN, at)
        return row


def supersede_due(*, at: datetime) -> int:
    """Mark every version whose successor has taken effect; return how many."""
    begun = (
        Version.objects.filter(status=VersionStatus.PUBLISHED, effective_at__lte=at)
        .order_by("document_id", "edition")
        .values_list("document_id", "number")
    )
    moved = 0
    for (document, number), (following, _newer) in pairwise(begun):
        if document != following:
            continue
        with transaction.atomic():
            row = locked(number)
            if row.status == VersionStatus.PUBLISHED:
                VERSIONS.apply(row, "supersede", actor=Actor.system("rulebook"), at=at)
                moved += 1
    return moved


def hash_of(row: Version) -> str:
    """SHA-256 of what is read and accepted: both titles and both texts, one below the other."""
    whole = "\n".join((row.title_zh, row.title_en, row.text_zh, row.text_en))
    return hashlib.sha256(whole.encode()).hexdigest()


def freeze(row: Version, rules: Rules) -> None:
    """Fill the numbers into the texts of a version and seal them with their hash."""
    code = row.document.code
    row.text_zh, row.text_en = (
        filled(source, code=code, rules=rules, language=language)
        for source, language in zip((row.source_zh, row.source_en), LANGUAGES, strict=True)
    )
    row.text_hash = hash_of(row)


def _publish(
    row: Version, event: str, effective_at: datetime, actor: Actor, at: datetime, basis: str = ""
) -> Version:
    if actor.ref == row.author:
        raise errors.SamePerson
    lock_name(TIMELINE)
    last = (
        Version.objects.filter(document=row.document, status__in=ANNOUNCED).order_by("-effective_at").first()
    )
    if last is not None and last.effective_at is not None and effective_at <= last.effective_at:
        raise errors.OutOfOrder(edition=last.edition, effective=local_time(last.effective_at))
    _require_sound_days(row, effective_at)
    freeze(row, rules_with(row, effective_at))
    VERSIONS.apply(
        row,
        event,
        actor=actor,
        at=at,
        reason=basis,
        publisher=actor.ref,
        published_at=at,
        effective_at=effective_at,
        legal_basis=basis,
        text_zh=row.text_zh,
        text_en=row.text_en,
        text_hash=row.text_hash,
    )
    if row.changes:
        RulesVersion.objects.create(
            source=row.number, effective_at=effective_at, changes=row.changes, note=row.summary_zh[:200]
        )
    announce(row, Announcement.PUBLISHED, at)
    return row


def _require_sound_days(plus: Version | None = None, since: datetime | None = None, but: str = "") -> None:
    """The numbers of every day fit together, with one version more or one less: documents change their numbers by
    themselves, so what was sound when it was published may not be so beside the others. Raises WouldBreak.
    """
    days = [
        (effective_at, changes)
        for source, effective_at, changes in RulesVersion.objects.filter(withdrawn_at=None)
        .order_by("effective_at", "id")
        .values_list("source", "effective_at", "changes")
        if source != but
    ]
    if plus is not None and since is not None:
        place = sum(1 for effective_at, _changes in days if effective_at <= since)
        days.insert(place, (since, plus.changes))
    values: dict[str, object] = {}
    for index, (effective_at, changes) in enumerate(days):
        values |= {name: typed(TYPES[name], raw) for name, raw in changes.items() if name in TYPES}
        if index + 1 < len(days) and days[index + 1][0] == effective_at:
            continue  # more takes effect at the same instant
        for fault in faults_of(Rules(**values)):  # type: ignore[arg-type]
            when = local_time(effective_at)
            raise errors.WouldBreak(when=when, name=fault.name, why=fault.why)
