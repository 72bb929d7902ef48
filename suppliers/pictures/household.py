"""Things of the other categories, and the plain carton for whatever has no motif."""

from __future__ import annotations

from math import cos, pi, sin

from suppliers.pictures.labels import contents, ink_on, is_dark, label
from suppliers.pictures.reading import Look
from suppliers.pictures.studio import GRAPHITE, WHITE, Pen, mix, smooth


def carton(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(190, 0.4)
    pen.paste([(-160, 0), (70, -22), (70, 452), (-160, 440)], p.body, "matte")
    pen.paste([(70, -22), (176, 16), (176, 428), (70, 452)], mix(p.body, pen.stage.shade, 0.5))
    pen.paste([(-160, 440), (70, 452), (176, 428), (-44, 420)], mix(p.body, WHITE, 0.45))
    pen.paste([(-160, 60), (70, 42), (70, 84), (-160, 100)], p.accent, "matte")
    pen.paste([(70, 42), (176, 74), (176, 112), (70, 84)], mix(p.accent, (30, 20, 20), 0.3))
    label(pen.stage.pen(pen.x - 45 * pen.scale, pen.ground, pen.scale), look, 290, 190, 1.0)


def pouch(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(190, 0.42)
    outline = smooth(
        [
            (-172, 0),
            (-178, 60),
            (-164, 300),
            (-150, 520),
            (-150, 520),
            (150, 520),
            (150, 520),
            (164, 300),
            (178, 60),
            (172, 0),
            (172, 0),
            (90, -16),
            (0, -22),
            (-90, -16),
            (-172, 0),
            (-172, 0),
        ]
    )
    pen.paste(outline, mix(p.accent, WHITE, 0.08), "gloss")
    pen.paste(outline, (40, 25, 15), fade=(0.0, 0.22))
    pen.paste(pen.box(-152, 486, 152, 540, 4), mix(p.accent, WHITE, 0.35), "gloss")
    pen.paste(pen.box(-150, 478, 150, 484), (60, 40, 30), alpha=0.18)
    pen.paste(pen.box(-108, 118, 108, 420, 108), mix((255, 250, 240), p.wall, 0.3))
    ink = p.ink if is_dark(p.ink) else GRAPHITE
    for lean in (-50, -25, 0, 25, 50):
        a = lean * pi / 180
        leaf = smooth([(0, 0), (9, 26), (0, 56), (-9, 26), (0, 0)], 6)
        pen.paste(
            [(x * cos(a) + y * sin(a), 344 - x * sin(a) + y * cos(a)) for x, y in leaf], p.accent, alpha=0.85
        )
    label(pen, look, 268, 180, 0.95, ink)
    contents(pen, look, 66, 1.1, WHITE)


def feeder(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(118, 0.34)
    pen.turned(
        smooth([(108, 0), (118, 10), (120, 40), (120, 40), (120, 310), (120, 310), (114, 336), (96, 350)]),
        mix(p.wall, WHITE, 0.5),
        "glass",
        alpha=0.95,
    )
    pen.turned(
        smooth([(98, 14), (104, 24), (106, 50), (106, 50), (106, 226), (106, 226)]),
        (255, 250, 240),
        "matte",
        alpha=0.92,
    )
    pen.rim(106, 226, WHITE)
    for i in range(6):
        pen.paste(pen.box(66, 70 + i * 30, 96 if i % 2 else 84, 73 + i * 30), p.accent, alpha=0.7)
    pen.turned(smooth([(98, 346), (104, 352), (104, 352), (104, 410), (104, 410), (96, 418)]), p.accent)
    pen.rim(96, 418, mix(p.accent, WHITE, 0.35))
    pen.turned(
        smooth([(70, 416), (66, 440), (34, 466), (24, 500), (30, 524), (22, 542), (8, 548)]),
        (240, 214, 180),
        "glass",
    )
    label(
        pen.stage.pen(pen.x - 14 * pen.scale, pen.ground, pen.scale),
        look,
        150,
        130,
        0.7,
        p.ink if is_dark(p.ink) else GRAPHITE,
    )


def vase(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(140)
    for lean, tall in ((-24, 330), (-8, 390), (12, 350), (30, 290)):
        a = lean * pi / 180
        stem = [(-3, 0), (3, 0), (2, tall), (-2, tall)]
        pen.paste(
            [(x * cos(a) + y * sin(a), 280 - x * sin(a) + y * cos(a)) for x, y in stem], (150, 140, 106)
        )
        for i in range(7):
            for side in (-1, 1):
                leaf = smooth([(0, 0), (side * 26, 12), (side * 48, 40), (side * 16, 30), (0, 0)], 5)
                y0 = tall * (0.36 + i * 0.1)
                pen.paste(
                    [(x * cos(a) + (y + y0) * sin(a), 280 - x * sin(a) + (y + y0) * cos(a)) for x, y in leaf],
                    mix((134, 150, 116), p.accent, 0.15),
                    alpha=0.92,
                )
    pen.turned(
        smooth([(84, 0), (96, 8), (136, 90), (140, 150), (104, 240), (58, 280), (54, 310), (66, 334)]),
        p.body,
        "matte",
    )
    pen.paste(
        [(66 * cos(2 * pi * i / 48), 334 + 66 * pen.tilt(334) * sin(2 * pi * i / 48)) for i in range(48)],
        mix(p.body, (30, 20, 20), 0.4),
    )
    pen.text(look.first, 136, 26, ink_on(pen), limit=180, tracking=0.14)
    pen.text(look.second, 104, 17, ink_on(pen), face="sans", limit=170, tracking=0.4)


def shirt(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.stage.soft(
        [
            (
                "polygon",
                (
                    pen.x - 130,
                    pen.ground - 480,
                    pen.x + 230,
                    pen.ground - 440,
                    pen.x + 190,
                    pen.ground + 6,
                    pen.x - 90,
                    pen.ground + 14,
                ),
            )
        ],
        24,
        mix(pen.stage.shade, (30, 20, 20), 0.4),
        0.42,
    )
    left = [
        (-52, 520),
        (-140, 494),
        (-196, 452),
        (-262, 322),
        (-262, 322),
        (-186, 284),
        (-186, 284),
        (-150, 352),
        (-150, 352),
        (-152, 180),
        (-158, 10),
        (-158, 10),
    ]
    body = smooth(
        [*left, (0, 0), *[(-x, y) for x, y in reversed(left)], (30, 500), (0, 494), (-30, 500), (-52, 520)], 6
    )
    pen.paste(body, p.body, "matte")
    pen.paste(body, (30, 20, 20), fade=(0.0, 0.14))
    collar = smooth(
        [
            (-56, 522),
            (-34, 492),
            (0, 480),
            (34, 492),
            (56, 522),
            (56, 522),
            (40, 518),
            (0, 508),
            (-40, 518),
            (-56, 522),
        ],
        5,
    )
    pen.paste(collar, mix(p.body, pen.stage.shade, 0.4))
    for x, low, high in ((-92, 40, 250), (60, 20, 210), (104, 60, 300)):
        pen.stage.soft(
            [
                (
                    "polygon",
                    (
                        pen.x + x,
                        pen.ground - high,
                        pen.x + x + 16,
                        pen.ground - high,
                        pen.x + x + 34,
                        pen.ground - low,
                        pen.x + x + 8,
                        pen.ground - low,
                    ),
                )
            ],
            9,
            mix(p.body, (30, 20, 20), 0.5),
            0.25,
        )
    hook = [(26 * cos(pi * i / 20 - 0.6), 588 + 26 * sin(pi * i / 20 - 0.6)) for i in range(25)]
    pen.paste([*hook, *[(x * 0.78, 588 + (y - 588) * 0.78) for x, y in reversed(hook)]], p.metal, "metal")
    pen.paste(pen.box(-3, 508, 3, 572), p.metal, "metal")
    label(pen, look, 330, 220, 1.0)
