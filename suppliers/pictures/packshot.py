"""A whole picture of a good without a photograph: backdrop, table, motif, light."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO

from suppliers.pictures.motifs import MOTIFS
from suppliers.pictures.reading import read_look
from suppliers.pictures.studio import PALETTES, WHITE, Stage, mix

GROUND = 850
_WEBP_QUALITY = 86
_ON_THE_TABLE = ("set", "palette", "shirt", "pencil")
_SCALE = {
    "jar": 1.24,
    "powder": 1.28,
    "compact": 1.22,
    "lipstick": 1.24,
    "gloss": 1.12,
    "perfume": 1.3,
    "set": 1.22,
    "palette": 1.2,
    "brush": 1.16,
    "carton": 1.32,
    "sachet": 1.12,
    "foundation": 1.16,
    "pencil": 1.1,
}


@dataclass(frozen=True)
class PictureSubject:
    """What is drawn. ``category_code``: beauty food baby home apparel; ``key`` tells like goods apart."""

    title: str
    brand: str
    category_code: str
    key: str


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")


def _family(brand: str) -> tuple[int, int, int, int]:
    """The brand's palettes, its first twice as often; the salt spreads common brands over all of them."""
    number, count = _number(f"palette 542 {brand}"), len(PALETTES)
    first = number % count
    second, third = ((first + 1 + number // prime % (count - 1)) % count for prime in (97, 7919))
    return first, first, second, third


def _leaves(stage: Stage, flip: bool) -> None:
    """The shadow of a twig on the wall."""
    dark = mix(stage.palette.floor, stage.shade, 0.75)
    shapes: list[tuple[str, list[float]]] = []
    for i in range(9):
        x, y = 40 + i * 46.0, 60 + i * 44.0
        for dx, dy in ((120, -18), (-30, 118)):
            px, py = x + dx, y + dy
            mid = ((x + px) / 2, (y + py) / 2)
            across = (-(py - y) * 0.2, (px - x) * 0.2)
            shapes.append(
                (
                    "polygon",
                    [
                        x,
                        y,
                        mid[0] + across[0],
                        mid[1] + across[1],
                        px,
                        py,
                        mid[0] - across[0],
                        mid[1] - across[1],
                    ],
                )
            )
    if flip:
        shapes = [(k, [1000 - n if i % 2 == 0 else n for i, n in enumerate(p)]) for k, p in shapes]
    stage.soft(shapes, 9, dark, 0.30)


def _window(stage: Stage) -> None:
    """Sunlight through a window, slanting over the wall."""
    light = mix(stage.palette.wall, WHITE, 0.9)
    panes: list[tuple[str, list[float]]] = []
    for column in range(2):
        for row in range(3):
            x, y = 470 + column * 215.0, 60 + row * 190.0 + column * 54
            panes.append(("polygon", [x, y, x + 185, y + 46, x + 185 - 20, y + 212, x - 20, y + 166]))
    stage.soft(panes, 8, light, 0.55)


def _arch(stage: Stage) -> None:
    pen = stage.pen(500, GROUND + 6)
    tone = mix(stage.palette.floor, stage.palette.accent, 0.20)
    pen.paste(pen.box(-300, 0, 300, 760, 300), tone, fade=(0.55, 0.25))


def _halo(stage: Stage) -> None:
    pen = stage.pen(500, GROUND)
    pen.paste(
        pen.box(-360, 30, 360, 750, 360),
        mix(stage.palette.wall, WHITE, 0.75),
        fade=(0.9, 0.25),
    )


def _table(stage: Stage) -> None:
    """A horizon, very soft, and a lighter table top."""
    stage.soft(
        [("polygon", (-60, 762, 1060, 762, 1060, 1060, -60, 1060))],
        16,
        mix(stage.palette.floor, WHITE, 0.42),
        0.85,
    )
    stage.soft([("polygon", (-60, 930, 1060, 930, 1060, 1060, -60, 1060))], 60, stage.palette.floor, 0.8)


def _plinth(stage: Stage, wide: float) -> None:
    pen = stage.pen(500, 960)
    tone = mix(stage.palette.wall, stage.palette.floor, 0.35)
    pen.shadow(wide, 0.30)
    pen.turned([(wide, 0), (wide, 112)], tone, "matte", base_shade=0.2)
    pen.rim(wide, 112, mix(tone, WHITE, 0.55), "matte")


def draw_good_picture(subject: PictureSubject, size: int = 1000) -> bytes:
    """A square WEBP, ``size`` pixels a side: a clean packshot of the kind of thing the title names.

    The same subject gives the same bytes. The palette follows the brand, the setting follows the key.
    """
    own = _number(subject.key + subject.title)
    look = read_look(subject.title, subject.brand, subject.category_code)
    look = replace(look, variant=own // 160 % 3)
    stage = Stage(size, PALETTES[_family(subject.brand)[own % 4]])
    setting = own // 4 % 5
    if setting == 0:
        _window(stage)
    elif setting == 1:
        _leaves(stage, flip=bool(own // 20 % 2))
    _table(stage)
    stage.enlarge()
    if setting == 2:
        _arch(stage)
    elif setting == 3:
        _halo(stage)
    ground = GROUND
    if own // 40 % 2 and look.kind not in _ON_THE_TABLE:
        _plinth(stage, 350)
        ground = GROUND + 6
    MOTIFS[look.kind](stage.pen(500, ground, _SCALE.get(look.kind, 1.14)), look)
    out = BytesIO()
    stage.canvas.save(out, "WEBP", quality=_WEBP_QUALITY, method=1)
    return out.getvalue()
