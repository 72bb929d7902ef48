"""Pages that go on behind a key, not by a number: the thousandth costs what the first does, and nothing is shown twice or left
out when rows come in between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)
T = TypeVar("T")
NOTHING = "n"  # the key of a column that is empty; empty ones come last
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)
DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an order. ``is_moment``: a point in time, which may be empty; else a number or a truth."""

    name: str
    descending: bool = False
    is_moment: bool = False


NEWEST = (Column("pk", descending=True),)


@dataclass(frozen=True, slots=True)
class KeyPage(Generic[T]):
    """One page; ``next_key`` goes on behind it and is empty on the last one."""

    rows: list[T]
    next_key: str
    is_first: bool

    def __iter__(self) -> Iterator[T]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def key_page(
    found: "QuerySet[M]", *, after: str, size: int, order: Sequence[Column] = NEWEST, narrow: bool = False
) -> "KeyPage[M]":
    """The rows behind a key, in an order whose last column tells all rows apart. A text that is no key starts at the
    beginning.

    ``narrow``: where no index keeps the order, only what it needs is read of all rows, and the rest of those on the page.
    """
    behind = _behind(order, after)
    if behind is not None:
        found = found.filter(behind)
    wanted = found.order_by(*(f"-{c.name}" if c.descending else c.name for c in order))
    if narrow:
        wanted = wanted.select_related(None).only(*(c.name for c in order if c.name in _fields(found)))
    rows = list(wanted[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if narrow and rows:
        whole = {row.pk: row for row in found.order_by().filter(pk__in=[row.pk for row in rows])}
        rows = [whole[row.pk] for row in rows if row.pk in whole]
    return KeyPage(rows, _key(order, rows[-1]) if more else "", behind is None)


def _fields(found: "QuerySet[Any]") -> set[str]:
    return {"pk", *(field.name for field in found.model._meta.get_fields())}


def _key(order: Sequence[Column], row: Model) -> str:
    return "-".join(_part(getattr(row, column.name)) for column in order)


def _part(value: Any) -> str:
    if value is None:
        return NOTHING
    return str((value - EPOCH) // STEP if isinstance(value, datetime) else int(value))


def _behind(order: Sequence[Column], text: str) -> Q | None:
    parts = text.split("-")
    if len(parts) != len(order):
        return None
    behind, same = Q(pk__in=[]), Q()
    for column, part in zip(order, parts, strict=True):
        if column.is_moment and part == NOTHING:
            same &= Q(**{column.name: None})
            continue
        if not (part.isascii() and part.isdigit() and len(part) <= DIGITS_MAX):
            return None
        try:
            value = EPOCH + int(part) * STEP if column.is_moment else int(part)
        except OverflowError:
            return None
        further = Q(**{f"{column.name}__{'lt' if column.descending else 'gt'}": value})
        if column.is_moment:
            further |= Q(**{column.name: None})
        behind |= same & further
        same &= Q(**{column.name: value})
    return behind
