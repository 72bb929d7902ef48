"""Change sets: a live good sells on as it is while what an edit would make of it is reviewed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from suppliers import errors, letters
from suppliers.models import Category, Good, GoodChange
from suppliers.selectors import members_of
from suppliers.services.attributes import keywords_of
from suppliers.services.decisions import record_decision
from suppliers.services.papers import refresh_cover
from suppliers.states import CHANGES, ChangeStatus, GoodStatus, Verdict
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.screening import words_version

LIVE = (GoodStatus.LISTED, GoodStatus.DELISTED)
PARTS = ("title", "brand", "category", "description", "picture", "gallery", "attributes", "custom")


@dataclass(frozen=True, slots=True)
class Content:
    """What a good says and shows; ``words`` are those of it that §8.3 blocks, ``shows_new`` whether it shows a picture that
    the good did not show before (a cut of one that it showed is none).
    """

    title: str
    brand: str
    category: Category
    description: str
    picture: str
    gallery: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    shows_new: bool = False

    @property
    def held_words(self) -> str:
        """The blocked words as they are kept."""
        return "、".join(self.words)[:200]

    def equals(self, row: Good | GoodChange) -> bool:
        """Whether a good or a change set says the same."""
        return all(getattr(self, part) == getattr(row, part) for part in PARTS)

    def put_on(self, row: Good | GoodChange) -> None:
        """Make a good or a change set say this; the caller saves it."""
        for part in PARTS:
            setattr(row, part, getattr(self, part))
        row.held_words, row.words_version = self.held_words, words_version()
        if isinstance(row, Good):
            row.keywords = keywords_of(self.category, self.attributes)


def needs_review(row: Good, content: Content) -> bool:
    """Whether a change of this good waits for staff: of a live one a blocked word in new text, another brand, another
    category, another offer to customise, or a picture that it did not show, once it has an uploaded one (docs/rules.md §1.3
    rule 36b).
    """
    if row.status not in LIVE:
        return False
    return (
        bool(content.words and says_anew(row, content))
        or content.brand != row.brand
        or content.category != row.category
        or content.custom != row.custom
        or (row.picture != "" and content.shows_new)
    )


def says_anew(row: Good, content: Content) -> bool:
    """Whether the good's text would be another."""
    return any(
        getattr(row, part) != getattr(content, part)
        for part in ("title", "description", "attributes", "custom")
    )


def propose(row: Good, content: Content, *, actor: Actor, at: datetime) -> GoodChange:
    """Keep what a locked live good is to become; the same again changes nothing, another one replaces it."""
    before = open_change_of(row)
    if before is not None:
        if content.equals(before):
            return before
        CHANGES.apply(before, "replace", actor=actor, at=at, decided_at=at)
    change = GoodChange(good=row, base_version=row.version, created_at=at)
    content.put_on(change)
    change.save()
    audit.record(
        actor=actor, subject_type="good_change", subject_ref=change.public_id, event="propose", at=at,
        to_state=ChangeStatus.OPEN,
    )  # fmt: skip
    return change


def withdraw_open(row: Good, *, actor: Actor, at: datetime) -> None:
    """A locked good was edited in a way that needs no review: what waited is no longer wanted."""
    before = open_change_of(row)
    if before is not None:
        CHANGES.apply(before, "withdraw", actor=actor, at=at, decided_at=at)


def open_change_of(good: Good) -> GoodChange | None:
    """The change set of a good that waits for staff."""
    return GoodChange.objects.select_related("category").filter(good=good, status=ChangeStatus.OPEN).first()


def withdraw_change(*, good: Good, actor: Actor, at: datetime) -> None:
    """The supplier takes its open change set back. Raises NotFound when there is none."""
    with transaction.atomic():
        lock_rows(Good.objects.filter(pk=good.pk))
        before = open_change_of(good)
        if before is None:
            raise NotFound
        CHANGES.apply(before, "withdraw", actor=actor, at=at, decided_at=at)


def approve_change(*, public_id: str, actor: Actor, at: datetime, note: str = "") -> Good:
    """Staff lets a change set through: the good becomes what it says at once, under its next version.

    Price, stock and rate stay as they are now. Raises NotFound, MoveRefused, ForeignBrand when the supplier lost the
    brand meanwhile.
    """
    with transaction.atomic():
        row, change = _locked(public_id)
        if change.brand and not row.supplier.brands.filter(name=change.brand).exists():
            raise errors.ForeignBrand(brand=change.brand)
        CHANGES.apply(change, "approve", actor=actor, at=at, reason=note, decided_at=at)
        record_decision(row, Verdict.APPROVED, change=change, reason=note, actor=actor, at=at)
        for part in (*PARTS, "held_words", "words_version"):
            setattr(row, part, getattr(change, part))
        row.keywords = keywords_of(row.category, row.attributes)
        row.version, row.changed_at = row.version + 1, at
        row.save(update_fields=[*PARTS, "held_words", "words_version", "keywords", "version", "changed_at"])
        refresh_cover([row.supplier_id], [row.pk])
        audit.record(actor=actor, subject_type="good", subject_ref=row.public_id, event="edit", at=at)
        _tell(row, change, letters.CHANGE_APPROVED, at)
    return row


def refuse_change(*, public_id: str, actor: Actor, at: datetime, reason: str) -> None:
    """Staff refuses a change set; the good sells on as it is. Raises BadInput without a reason, NotFound, MoveRefused."""
    why = reason.strip()
    if len(why) < 2:
        raise BadInput(what=_("驳回须填写原因"))
    with transaction.atomic():
        row, change = _locked(public_id)
        change.reason = why[:500]
        change.save(update_fields=["reason"])
        CHANGES.apply(change, "refuse", actor=actor, at=at, reason=why, decided_at=at)
        record_decision(row, Verdict.REFUSED, change=change, reason=why, actor=actor, at=at)
        _tell(row, change, letters.CHANGE_REFUSED, at, reason=why)


def _locked(public_id: str) -> tuple[Good, GoodChange]:
    """The good first, as every edit of it does, then its change set."""
    found = GoodChange.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    row = lock_rows(Good.objects.select_related("supplier", "category").filter(pk=found.good_id))[0]
    changes = GoodChange.objects.select_related("category").filter(pk=found.pk)
    return row, lock_rows(changes)[0]


def _tell(row: Good, change: GoodChange, kind: Letter, at: datetime, **facts: str) -> None:
    notify(
        kind=kind,
        recipients=members_of([row.supplier_id]).get(row.supplier_id, []),
        ref=change.public_id,
        at=at,
        facts={"title": row.title, **facts},
        link=[row.public_id],
    )
