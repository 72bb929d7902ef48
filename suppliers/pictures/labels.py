"""What is printed on a thing: which ink its body takes, and the lines of its label."""

from __future__ import annotations

from suppliers.pictures.reading import Look
from suppliers.pictures.studio import GRAPHITE, WHITE, Colour, Pen


def is_dark(colour: Colour) -> bool:
    return colour[0] * 3 + colour[1] * 6 + colour[2] < 1500


def ink_on(pen: Pen) -> Colour:
    p = pen.palette
    return p.ink if is_dark(p.ink) != is_dark(p.body) else (WHITE if is_dark(p.body) else GRAPHITE)


def label(
    pen: Pen, look: Look, middle: float, wide: float, unit: float = 1.0, ink: Colour | None = None
) -> None:
    """Brand, a thin rule, kind and contents, centred on ``middle``; ``wide`` is the room across."""
    ink = ink or ink_on(pen)
    pen.text(look.first, middle + 34 * unit, 38 * unit, ink, limit=wide, tracking=0.12)
    if look.latin and look.brand:
        pen.text(look.brand, middle - 6 * unit, 21 * unit, ink, face="sans", limit=wide, tracking=0.4)
    pen.paste(pen.box(-24 * unit, middle - 31 * unit, 24 * unit, middle - 29 * unit), ink, alpha=0.7)
    pen.text(
        look.english, middle - 54 * unit, 15 * unit, ink, face="sans", limit=wide, tracking=0.2, alpha=0.85
    )
    pen.text(
        look.chinese, middle - 80 * unit, 18 * unit, ink, face="sans", limit=wide, tracking=0.3, alpha=0.85
    )


def contents(pen: Pen, look: Look, height: float, unit: float = 1.0, ink: Colour | None = None) -> None:
    if look.contents:
        pen.text(look.contents, height, 15 * unit, ink or ink_on(pen), face="sans", tracking=0.1, alpha=0.75)
