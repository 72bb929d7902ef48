"""What changed between two texts: lines that stayed, went and came, and within a changed line the words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

PIECES = re.compile(r"[A-Za-z0-9.,%¥]+|.", re.DOTALL)
AROUND = 2  # unchanged lines that are shown beside a change


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``kind`` is same, gone, come or skip; ``pieces`` are its parts and whether each is what changed."""

    kind: str
    pieces: tuple[tuple[str, bool], ...]


def compare(old: str, new: str) -> list[Line]:
    """The lines of two texts side by side, long unchanged stretches left out; an empty list when nothing changed."""
    if old == new:
        return []
    before, after = _lines(old), _lines(new)
    return list(_shortened(_all(before, after)))


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines() if line.strip()]


def _all(before: list[str], after: list[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            yield from (Line("same", ((line, False),)) for line in before[a1:a2])
            continue
        old, new = before[a1:a2], after[b1:b2]
        pairs = min(len(old), len(new))
        for one, other in zip(old, new, strict=False):
            yield from _pair(one, other)
        yield from (Line("gone", ((line, True),)) for line in old[pairs:])
        yield from (Line("come", ((line, True),)) for line in new[pairs:])


def _pair(old: str, new: str) -> Iterator[Line]:
    before, after = PIECES.findall(old), PIECES.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    gone, come = [], []
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if a2 > a1:
            gone.append(("".join(before[a1:a2]), tag != "equal"))
        if b2 > b1:
            come.append(("".join(after[b1:b2]), tag != "equal"))
    yield Line("gone", tuple(gone))
    yield Line("come", tuple(come))


def _shortened(lines: Iterator[Line]) -> Iterator[Line]:
    rows = list(lines)
    changed = [place for place, line in enumerate(rows) if line.kind != "same"]
    near = {place + step for place in changed for step in range(-AROUND, AROUND + 1)}
    is_skipping = False
    for place, line in enumerate(rows):
        if place in near:
            is_skipping = False
            yield line
        elif not is_skipping:
            is_skipping = True
            yield Line("skip", ())
