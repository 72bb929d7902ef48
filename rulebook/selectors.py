"""Reads of documents: what is in force, what is coming, what a party has not accepted yet, comments."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from rulebook.models import ANNOUNCED, Acceptance, Comment, Document, Version
from rulebook.numbers import LANGUAGES, filled, home_of, label_of, shown
from rulebook.states import CommentStatus, VersionStatus
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.models import RulesVersion
from taoxiaopu.kernel.setting_bounds import bounds_of
from taoxiaopu.kernel.setting_types import typed
from taoxiaopu.kernel.settings import TYPES, Rules, rules_at

TEXTS = ("source_zh", "source_en", "text_zh", "text_en")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A document as the list shows it: what is in force, what comes next, what is open for comments."""

    document: Document
    present: Version | None
    coming: Sequence[Version]
    in_comment: Version | None


@dataclass(frozen=True, slots=True)
class Duty:
    """What a party is asked to read: versions in force that it did not accept (``due``), and announced ones (``coming``)."""

    party: Actor
    due: Sequence[Version]
    coming: Sequence[Version]

    def __bool__(self) -> bool:
        return bool(self.due or self.coming)


@dataclass(frozen=True, slots=True)
class Change:
    """One number that a version changes: for people (``label``, ``old``, ``new``) and with what it may be."""

    name: str
    label: str
    old: str
    new: str
    bounds: str


def documents() -> "QuerySet[Document]":
    """All documents in their order."""
    return Document.objects.order_by("position")


def shelves(*, at: datetime) -> list[Shelf]:
    """Every document with its public versions, texts left out."""
    rows = Version.objects.filter(status__in=(VersionStatus.IN_COMMENT, *ANNOUNCED)).defer(*TEXTS)
    by_document: dict[int, list[Version]] = {}
    for row in rows.select_related("document").order_by("edition"):
        by_document.setdefault(row.document_id, []).append(row)
    return [
        Shelf(
            document,
            present_among(by_document.get(document.pk, []), at),
            coming_among(by_document.get(document.pk, []), at),
            next((v for v in by_document.get(document.pk, []) if v.is_in_comment(at)), None),
        )
        for document in documents()
    ]


def present_among(versions: Sequence[Version], at: datetime) -> Version | None:
    """The one of a document's versions that is in force at an instant."""
    begun = [
        v for v in versions if v.status in ANNOUNCED and v.effective_at is not None and v.effective_at <= at
    ]
    return max(begun, key=lambda v: v.effective_at or at, default=None)


def coming_among(versions: Sequence[Version], at: datetime) -> list[Version]:
    """The announced versions that are not in force yet, the next one first."""
    later = [
        v for v in versions if v.status in ANNOUNCED and v.effective_at is not None and v.effective_at > at
    ]
    return sorted(later, key=lambda v: v.effective_at or at)


def public_versions(document: Document) -> "QuerySet[Version]":
    """What everybody may read of a document: in comment, announced, and withdrawn after it was announced; newest first."""
    return (
        Version.objects.filter(document=document)
        .filter(
            Q(status__in=(VersionStatus.IN_COMMENT, *ANNOUNCED))
            | Q(status=VersionStatus.WITHDRAWN, published_at__isnull=False)
        )
        .select_related("document")
        .order_by("-edition")
    )


def versions_of(document: Document) -> "QuerySet[Version]":
    """All versions of a document, drafts too, newest first: staff only."""
    return Version.objects.filter(document=document).order_by("-edition")


def edition_before(version: Version) -> Version | None:
    """The announced version that this one follows, for the comparison of the two."""
    return (
        Version.objects.filter(document=version.document, status__in=ANNOUNCED, edition__lt=version.edition)
        .order_by("-edition")
        .first()
    )


def version_numbered(number: str) -> Version:
    """One version whatever its state, for the platform's own work."""
    return Version.objects.select_related("document").get(number=number)


def duty_of(party: Actor, *, at: datetime) -> Duty:
    """What one party is asked to read and accept, in one query."""
    mine = Acceptance.objects.filter(version=OuterRef("pk"), party_kind=party.kind, party_ref=party.ref)
    rows = (
        Version.objects.filter(status__in=ANNOUNCED, document__audiences__contains=[str(party.kind)])
        .annotate(is_accepted=Exists(mine))
        .select_related("document")
        .defer(*TEXTS)
        .order_by("document__position", "edition")
    )
    by_document: dict[int, list[Any]] = {}
    for row in rows:
        by_document.setdefault(row.document_id, []).append(row)
    due, coming = [], []
    for versions in by_document.values():
        present = present_among(versions, at)
        if present is not None and not present.is_accepted:  # type: ignore[attr-defined]
            due.append(present)
        coming += [v for v in coming_among(versions, at) if not v.is_accepted]  # type: ignore[attr-defined]
    return Duty(party, due, coming)


def acceptances_of(party: Actor) -> "QuerySet[Acceptance]":
    """What a party accepted, newest first."""
    rows = Acceptance.objects.filter(party_kind=party.kind, party_ref=party.ref)
    return rows.select_related("version__document").order_by("-id")


def acceptance_counts(version: Version) -> dict[str, int]:
    """How many parties of each kind accepted a version."""
    return Counter(version.acceptances.values_list("party_kind", flat=True))


def comments_of(version: Version) -> "QuerySet[Comment]":
    """The public comments on a version, oldest first."""
    return Comment.objects.filter(version=version, status=CommentStatus.SHOWN).order_by("id")


def all_comments_of(version: Version) -> "QuerySet[Comment]":
    """As ``comments_of``, with those that wait or are hidden: staff only."""
    return Comment.objects.filter(version=version).order_by("id")


def waiting_comments() -> int:
    """How many comments wait for a look or an answer: the badge of the staff's page."""
    waiting = Q(status=CommentStatus.HELD) | Q(status=CommentStatus.SHOWN, answered_at=None)
    return Comment.objects.filter(waiting).count()


def rules_with(version: Version, at: datetime) -> Rules:
    """The numbers of an instant, with those that a version in the making would change."""
    values = {name: typed(TYPES[name], raw) for name, raw in version.changes.items() if name in TYPES}
    present = rules_at(at)
    return Rules(**{name: values.get(name, getattr(present, name)) for name in TYPES})


def texts_of(version: Version, *, at: datetime) -> tuple[str, str]:
    """Chinese and English text: as published, or as publishing would make them at present."""
    if version.text_hash:
        return version.text_zh, version.text_en
    rules = rules_with(version, version.effective_at or at)
    zh, en = (
        filled(source, code=version.document.code, rules=rules, language=language)
        for source, language in zip((version.source_zh, version.source_en), LANGUAGES, strict=True)
    )
    return zh, en


def changes_of(version: Version, *, at: datetime) -> list[Change]:
    """The numbers that a version changes: before it and with it, in the reader's language."""
    before = rules_without(version.number, at=version.effective_at or at)
    found = []
    for name, raw in version.changes.items():
        if name not in TYPES:
            continue
        least, most = bounds_of(name)
        found.append(
            Change(
                name,
                label_of(name),
                shown(name, getattr(before, name)),
                shown(name, typed(TYPES[name], raw)),
                f"{shown(name, least)} – {shown(name, most)}" if TYPES[name] is not str else "",
            )
        )
    return found


def rules_without(number: str, *, at: datetime, using: str | None = None) -> Rules:
    """The numbers of an instant as they would be without one version; ``using`` names the database alias."""
    rows = RulesVersion.objects.using(using).filter(effective_at__lte=at, withdrawn_at=None)
    values: dict[str, Any] = {}
    for source, changes in rows.order_by("effective_at", "id").values_list("source", "changes"):
        if source != number:
            values |= {name: typed(TYPES[name], raw) for name, raw in changes.items() if name in TYPES}
    return Rules(**values)


def own_numbers(version: Version) -> list[str]:
    """The names of the numbers that a version may change."""
    return [name for name in TYPES if home_of(name) == version.document.code]
