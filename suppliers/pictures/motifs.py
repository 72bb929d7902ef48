"""All motifs by kind. A motif draws one thing with a pen that stands on the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from suppliers.pictures import household, makeup, vessels
from suppliers.pictures.reading import Look
from suppliers.pictures.studio import Pen

Motif = Callable[[Pen, Look], None]


def gift_set(pen: Pen, look: Look) -> None:
    """Three things of one range, the tall ones behind."""
    stage, x, g, s = pen.stage, pen.x, pen.ground, pen.scale
    care = replace(look, english="CARE", chinese="护肤", variant=0)
    cream = replace(look, english="CREAM", chinese="面霜", contents="", variant=look.variant)
    if look.variant == 0:
        vessels.pump(stage.pen(x + 150 * s, g - 26 * s, 0.80 * s), care)
        vessels.bottle(stage.pen(x - 150 * s, g - 22 * s, 0.86 * s), care)
        vessels.jar(stage.pen(x + 14 * s, g + 26 * s, 0.60 * s), cream)
    elif look.variant == 1:
        vessels.bottle(stage.pen(x - 196 * s, g - 20 * s, 0.92 * s), replace(care, variant=1))
        vessels.tube(stage.pen(x + 196 * s, g - 22 * s, 0.76 * s), care)
        vessels.bottle(stage.pen(x - 4 * s, g - 28 * s, 0.78 * s), replace(care, variant=2))
        vessels.jar(stage.pen(x + 84 * s, g + 28 * s, 0.50 * s), cream)
    else:
        household.carton(stage.pen(x + 120 * s, g - 30 * s, 1.06 * s), replace(look, contents=""))
        vessels.bottle(stage.pen(x - 196 * s, g - 16 * s, 0.84 * s), replace(care, variant=2))
        vessels.jar(stage.pen(x - 40 * s, g + 28 * s, 0.52 * s), cream)


MOTIFS: dict[str, Motif] = {
    "bottle": vessels.bottle,
    "pump": vessels.pump,
    "jar": vessels.jar,
    "dropper": vessels.dropper,
    "tube": vessels.tube,
    "spray": vessels.spray,
    "foundation": vessels.foundation,
    "perfume": vessels.perfume,
    "powder": vessels.powder,
    "lipstick": makeup.lipstick,
    "gloss": makeup.gloss,
    "wand": makeup.wand,
    "pencil": makeup.pencil,
    "palette": makeup.palette,
    "compact": makeup.compact,
    "sachet": makeup.sachet,
    "brush": makeup.brush,
    "carton": household.carton,
    "pouch": household.pouch,
    "feeder": household.feeder,
    "vase": household.vase,
    "shirt": household.shirt,
    "set": gift_set,
}
