"""Blocks that a staff page is built of; each has a template that draws it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.staff.cells import label_of, value_of
from taoxiaopu.kernel.staff.names import names_of
from taoxiaopu.kernel.staff.subjects import event_words, reason_words, state_words

Words = str | Promise
TRAIL: Words = _("操作记录")
NOTHING: Words = _("暂无记录")


@dataclass(frozen=True, slots=True)
class Head:
    """The top of a page: what it is about, its state, a line below."""

    title: object
    pill: object = ""
    sub: object = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with its label; ``tone`` is good or bad where a rule is kept or broken."""

    label: Words
    value: object
    tone: str = ""
    hint: object = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts side by side."""

    title: Words
    items: Sequence[Fact]
    template: str = "admin/blocks/facts.html"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; ``num`` holds the indexes of columns that are figures, ``foot`` the sum below."""

    title: Words
    head: Sequence[Words]
    rows: Sequence[Sequence[object]]
    num: frozenset[int] = frozenset()
    foot: Sequence[object] = ()
    empty: Words = NOTHING
    note: object = ""
    template: str = "admin/blocks/table.html"


@dataclass(frozen=True, slots=True)
class Block:
    """Anything else: a template and what it needs."""

    title: Words
    template: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trail."""

    at: Any
    words: object
    who: object
    reason: str
    moved: object


def facts_of(row: Model, *names: str) -> list[Fact]:
    """Facts from a row's fields."""
    return [Fact(label_of(type(row), name), value_of(row, name)) for name in names]


def trail(subject: str, ref: str, title: Words = TRAIL) -> Block:
    """Who did what to a subject, newest first, with names."""
    entries = list(audit.history(subject, ref))
    names = names_of({entry.actor_ref for entry in entries} | {entry.person for entry in entries})
    steps = []
    for entry in reversed(entries):
        who = names.get(entry.person) or names.get(entry.actor_ref) or ""
        by = f"{ActorKind(entry.actor_kind).label} {who}".strip()
        moved = state_words(entry, entry.to_state) if entry.to_state != entry.from_state else ""
        words = event_words(entry)
        steps.append(Step(entry.at, words, by, reason_words(entry), "" if moved == words else moved))
    return Block(title, "admin/blocks/trail.html", {"steps": steps})


def sums(rows: Iterable[Sequence[int]], width: int) -> list[int]:
    """Column totals of rows of integers."""
    totals = [0] * width
    for row in rows:
        for index, value in enumerate(row):
            totals[index] += value
    return totals
