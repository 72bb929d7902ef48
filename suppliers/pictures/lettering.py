"""Fonts and text for drawn pictures: cached faces, hostile text made drawable, wrapping by measured width.

Both faces come from the package ``pylopdf_fonts_zh_cn`` (Noto Sans SC and Noto Serif SC, Regular, OFL). The
basic layout engine is named explicitly: pixels must not depend on which shaping library a machine has.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

Face = Literal["sans", "serif"]
_FILES = {"sans": "NotoSansSC-Regular.otf", "serif": "NotoSerifSC-Regular.otf"}
_NEVER_A_CHARACTER = "\U0010ffff"
_NO_LINE_START = "，。、；：！？）】》」』”’%…,.;:!?)]}"
_NO_LINE_END = "（【《「『“‘([{¥￥"
ELLIPSIS = "…"


@lru_cache(maxsize=128)
def font(px: int, face: Face = "sans") -> ImageFont.FreeTypeFont:
    """The face at ``px`` pixels; one object per size and face in each process."""
    path = files("pylopdf_fonts_zh_cn").joinpath(_FILES[face])
    return ImageFont.truetype(str(path), px, layout_engine=ImageFont.Layout.BASIC)


def _glyph(character: str) -> bytes:
    return bytes(font(20).getmask(character))


@lru_cache(maxsize=8192)
def has_glyph(character: str) -> bool:
    """Whether the sans face can draw this code point (the box for missing glyphs does not count)."""
    return _glyph(character) != _glyph(_NEVER_A_CHARACTER)


def drawable(text: str) -> str:
    """``text`` as one line that can be drawn: NFC, white space folded, whatever has no glyph left out.

    Markup and template syntax stay as they are: they are only letters here.
    """
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character.isspace() or category == "Cc":
            kept.append(" ")
        elif category[0] in "MC" or not has_glyph(character):
            continue
        else:
            kept.append(character)
    return " ".join("".join(kept).split())


@lru_cache(maxsize=16384)
def _advance(character: str, px: int, face: Face) -> float:
    return font(px, face).getlength(character)


def width(text: str, px: int, face: Face = "sans", tracking: float = 0.0) -> float:
    """Advance width in pixels; ``tracking`` is added between characters."""
    return sum(_advance(character, px, face) for character in text) + tracking * max(len(text) - 1, 0)


def _units(text: str) -> list[str]:
    """Pieces that stay whole on a line: a Latin word or number, or one character of another script."""
    units: list[str] = []
    for character in text:
        joins = character.isascii() and not character.isspace()
        if joins and units and units[-1][-1].isascii() and not units[-1][-1].isspace():
            units[-1] += character
        else:
            units.append(character)
    return units


def _shorten(text: str, px: int, limit: float, face: Face) -> str:
    while text and width(text + ELLIPSIS, px, face) > limit:
        text = text[:-1]
    return text.rstrip(" ，、,") + ELLIPSIS


def wrap(text: str, px: int, limit: float, lines: int, face: Face = "sans") -> list[str]:
    """``text`` as at most ``lines`` lines no wider than ``limit`` pixels; more ends in an ellipsis.

    A Latin word wider than the line is cut; closing punctuation does not begin a line and an opening bracket
    does not end one.
    """
    made: list[str] = []
    line = ""
    queue = _units(text)
    while queue:
        unit = queue.pop(0)
        if width(line + unit, px, face) <= limit:
            line += unit
            continue
        if not line or (len(unit) > 1 and width(unit, px, face) > limit):
            cut = len(unit)
            while cut > 1 and width(line + unit[:cut], px, face) > limit:
                cut -= 1
            if width(line + unit[:cut], px, face) <= limit or not line:
                line, unit = line + unit[:cut], unit[cut:]
        elif (unit[0] in _NO_LINE_START and len(line) > 1) or (line[-1] in _NO_LINE_END and len(line) > 1):
            line, unit = line[:-1], line[-1] + unit
        made.append(line.strip())
        line = ""
        if unit.strip():
            queue[:0] = _units(unit)
        if len(made) == lines and queue:
            made[-1] = _shorten(made[-1] + "".join(queue), px, limit, face)
            return made
    if line.strip():
        made.append(line.strip())
    if len(made) > lines:
        made[lines - 1] = _shorten("".join(made[lines - 1 :]), px, limit, face)
    return made[:lines]


def fit(text: str, px: int, smallest: int, limit: float, face: Face = "sans") -> tuple[str, int]:
    """``text`` and the size, ``px`` down to ``smallest``, at which it keeps within ``limit`` pixels.

    It is shortened only when even the smallest size is too large.
    """
    while px > smallest and width(text, px, face) > limit:
        px -= 1
    return "".join(wrap(text, px, limit, 1, face)), px


def wrap_evenly(text: str, px: int, limit: float, lines: int, face: Face = "sans") -> list[str]:
    """As ``wrap``, with lines of like length when everything fits: no last line of one character."""

    def whole(rows: list[str]) -> bool:
        return "".join(rows).replace(" ", "") == text.replace(" ", "")

    best = wrap(text, px, limit, lines, face)
    if len(best) == 1 or not whole(best):
        return best
    for share in (0.92, 0.85, 0.78, 0.71, 0.64):
        rows = wrap(text, px, limit * share, lines, face)
        if len(rows) != len(best) or not whole(rows):
            break
        best = rows
    return best


def write(
    draw: ImageDraw.ImageDraw,
    xy: tuple[float, float],
    text: str,
    px: int,
    fill: tuple[int, ...] | str,
    *,
    face: Face = "sans",
    anchor: str = "la",
    tracking: float = 0.0,
    bold: bool = False,
) -> float:
    """Draw one line and return its width; ``bold`` thickens by one pixel, for large sizes only."""
    stroke = 1 if bold else 0
    total = width(text, px, face, tracking)
    if not tracking:
        draw.text(xy, text, font=font(px, face), fill=fill, anchor=anchor, stroke_width=stroke)
        return total
    x, y = xy
    x -= {"l": 0.0, "m": total / 2, "r": total}[anchor[0]]
    for character in text:
        draw.text(
            (x, y), character, font=font(px, face), fill=fill, anchor="l" + anchor[1], stroke_width=stroke
        )
        x += _advance(character, px, face) + tracking
    return total


def text_mask(text: str, px: int, face: Face = "serif", tracking: float = 0.0) -> Image.Image:
    """One line of text as an 8-bit mask, one and a half ems high, the text in its middle."""
    mask = Image.new("L", (max(1, round(width(text, px, face, tracking)) + 2), round(px * 1.5)), 0)
    write(
        ImageDraw.Draw(mask),
        (1, mask.height / 2),
        text,
        px,
        (255,),
        face=face,
        anchor="lm",
        tracking=tracking,
    )
    return mask
