"""Where something flows, as a picture: sources on the left, ends on the right, ribbons as wide as what flows.

Pure geometry for ``<c-streams>``: an SVG drawn on the server, in units of a box that is 600 wide.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

WIDTH = 600
HEIGHT = 200
NODE = 12
GAP = 10
THIN = 2  # the least that can be seen

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Place:
    """Where something comes from or goes to. ``tone`` names its colour: buyer, back, supplier, owner, platform, held."""

    key: str
    name: Words
    tone: str


@dataclass(frozen=True, slots=True)
class Stream:
    """``fen`` from one place to another."""

    source: Place
    target: Place
    fen: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A place as it is drawn, with everything that leaves or reaches it."""

    place: Place
    fen: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A stream as it is drawn."""

    path: str
    tone: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars and ribbons; the same figures are the legend."""

    height: int
    sources: list[Bar]
    targets: list[Bar]
    ribbons: list[Ribbon]

    @property
    def box(self) -> str:
        """The SVG's view box."""
        return f"0 0 {WIDTH} {self.height}"


def draw(streams: Iterable[Stream]) -> Picture | None:
    """The picture of these streams, in their order; what is not above zero is left out. None when nothing flows."""
    real = [stream for stream in streams if stream.fen > 0]
    if not real:
        return None
    total = sum(stream.fen for stream in real)
    thick = {i: max(THIN, HEIGHT * stream.fen // total) for i, stream in enumerate(real)}
    sources, left = _bars([s.source for s in real], real, thick, 0)
    targets, right = _bars([s.target for s in real], real, thick, WIDTH - NODE)
    ribbons = [
        Ribbon(_path(left[i], right[i], thick[i]), stream.target.tone) for i, stream in enumerate(real)
    ]
    return Picture(max(b.y + b.height for b in (*sources, *targets)), sources, targets, ribbons)


def _bars(
    ends: list[Place], streams: list[Stream], thick: dict[int, int], x: int
) -> tuple[list[Bar], dict[int, int]]:
    """The bars of one side from top to bottom, and where each stream meets its bar."""
    bars, meets, y = [], dict[int, int](), 0
    for place in dict.fromkeys(ends):
        mine = [i for i, end in enumerate(ends) if end == place]
        top = y
        for i in mine:
            meets[i] = y
            y += thick[i]
        bars.append(Bar(place, sum(streams[i].fen for i in mine), x, top, y - top))
        y += GAP
    return bars, meets


def _path(left: int, right: int, width: int) -> str:
    """A ribbon between two heights, level where it meets its bars."""
    start, end, middle = NODE, WIDTH - NODE, WIDTH // 2
    return (
        f"M{start} {left}C{middle} {left} {middle} {right} {end} {right}"
        f"V{right + width}C{middle} {right + width} {middle} {left + width} {start} {left + width}Z"
    )
