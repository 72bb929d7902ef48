"""All motifs by kind. A motif draws one thing with a pen that stands on the table."""

from __future__ import annotations

from collections.abc import Callable

from suppliers.pictures import household, makeup, vessels
from suppliers.pictures.reading import Look
from suppliers.pictures.studio import Pen

Motif = Callable[[Pen, Look], None]


def gift_set(pen: Pen, look: Look) -> None:
    """Three sizes of one range, the tall one behind."""
    stage, x, g, s = pen.stage, pen.x, pen.ground, pen.scale
    short = Look(look.kind, look.latin, look.brand, "CARE", "护肤", look.contents)
    vessels.pump(stage.pen(x + 150 * s, g - 26 * s, 0.80 * s), short)
    vessels.bottle(stage.pen(x - 150 * s, g - 22 * s, 0.86 * s), short)
    vessels.jar(
        stage.pen(x + 14 * s, g + 26 * s, 0.60 * s),
        Look(look.kind, look.latin, look.brand, "CREAM", "面霜", ""),
    )


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
