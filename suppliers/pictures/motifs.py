"""The things themselves: one function a motif, drawn with a pen that stands on the table."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin

from suppliers.pictures.reading import Look
from suppliers.pictures.studio import GRAPHITE, WHITE, Colour, Pen, mix, smooth

Motif = Callable[[Pen, Look], None]


def _is_dark(colour: Colour) -> bool:
    return colour[0] * 3 + colour[1] * 6 + colour[2] < 1500


def _ink(pen: Pen) -> Colour:
    p = pen.palette
    return p.ink if _is_dark(p.ink) != _is_dark(p.body) else (WHITE if _is_dark(p.body) else GRAPHITE)


def _label(
    pen: Pen, look: Look, middle: float, wide: float, unit: float = 1.0, ink: Colour | None = None
) -> None:
    """Brand, a thin rule, kind and contents, centred on ``middle``; ``wide`` is the room across."""
    ink = ink or _ink(pen)
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


def _contents(pen: Pen, look: Look, height: float, unit: float = 1.0, ink: Colour | None = None) -> None:
    if look.contents:
        pen.text(look.contents, height, 15 * unit, ink or _ink(pen), face="sans", tracking=0.1, alpha=0.75)


def bottle(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(135)
    pen.turned(
        smooth(
            [
                (122, 0),
                (130, 6),
                (132, 20),
                (132, 20),
                (132, 380),
                (132, 380),
                (126, 412),
                (92, 436),
                (64, 446),
                (58, 462),
            ]
        ),
        p.body,
    )
    pen.turned([(62, 462), (62, 474)], p.metal, "metal")
    pen.turned(
        smooth([(76, 472), (78, 478), (78, 478), (78, 590), (78, 590), (74, 597)]), mix(p.accent, WHITE, 0.12)
    )
    pen.rim(74, 597, mix(p.accent, WHITE, 0.35))
    _label(pen, look, 235, 178)
    _contents(pen, look, 62)


def pump(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(145)
    pen.turned(
        smooth(
            [
                (132, 0),
                (140, 8),
                (142, 24),
                (142, 24),
                (142, 340),
                (142, 340),
                (134, 384),
                (86, 410),
                (60, 416),
            ]
        ),
        p.body,
    )
    pen.turned([(58, 414), (58, 462)], p.accent)
    pen.rim(58, 462, mix(p.accent, WHITE, 0.3))
    pen.turned([(17, 462), (17, 520)], mix(p.metal, WHITE, 0.2), "metal")
    pen.turned(smooth([(46, 516), (48, 522), (48, 522), (48, 548), (48, 548), (44, 553)]), p.accent)
    spout = [(-40, 548), (-118, 540), (-132, 522), (-126, 504), (-114, 504), (-112, 520), (-40, 522)]
    pen.paste(smooth(spout, 5), p.accent, "gloss")
    pen.rim(44, 553, mix(p.accent, WHITE, 0.35))
    _label(pen, look, 205, 220)
    _contents(pen, look, 52)


def jar(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(215)
    pen.turned(
        smooth([(172, 0), (196, 10), (206, 34), (210, 80), (210, 80), (210, 190), (210, 190), (204, 206)]),
        p.body,
    )
    pen.turned([(198, 206), (198, 216)], p.metal, "metal", base_shade=0.1)
    pen.turned(
        smooth([(208, 214), (212, 222), (212, 222), (212, 318), (212, 318), (206, 328)]),
        mix(p.accent, WHITE, 0.1),
    )
    pen.rim(206, 328, mix(p.accent, WHITE, 0.32))
    pen.rim(150, 331, mix(p.accent, WHITE, 0.42))
    _label(pen, look, 122, 300, 0.92)


def dropper(pen: Pen, look: Look) -> None:
    p = pen.palette
    liquid = p.accent if not _is_dark(p.body) else p.body
    glass = mix(liquid, WHITE, 0.30)
    pen.shadow(128, 0.34)
    pen.turned(
        smooth(
            [
                (112, 0),
                (122, 6),
                (126, 22),
                (126, 22),
                (126, 300),
                (126, 300),
                (118, 336),
                (72, 360),
                (52, 368),
                (50, 388),
            ]
        ),
        glass,
        "glass",
        alpha=0.92,
    )
    pen.turned(
        smooth([(100, 16), (108, 26), (108, 26), (108, 250), (108, 250)], 4), liquid, "gloss", alpha=0.80
    )
    pen.rim(108, 250, mix(liquid, WHITE, 0.35))
    pen.turned([(10, 60), (10, 372)], mix(WHITE, liquid, 0.3), "glass", alpha=0.35, base_shade=0)
    pen.turned([(60, 384), (60, 448)], p.metal, "metal")
    pen.rim(60, 448, mix(p.metal, WHITE, 0.45))
    pen.turned(
        smooth([(38, 448), (40, 462), (34, 500), (38, 540), (34, 572), (18, 588)]),
        GRAPHITE if _is_dark(p.body) else mix(p.body, WHITE, 0.4),
        "matte",
    )
    pen.glint(-72, 40, 300, 16, 0.45)
    ink = WHITE if _is_dark(mix(liquid, WHITE, 0.12)) else _ink(pen)
    _label(pen, look, 158, 160, 0.9, ink)
    _contents(pen, look, 44, 0.92, ink)


def tube(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(112)
    pen.turned(smooth([(92, 0), (98, 6), (98, 6), (98, 96), (98, 96), (94, 100)]), mix(p.accent, WHITE, 0.08))
    pen.turned([(86, 100), (86, 108)], p.metal, "metal", base_shade=0)
    outline = smooth(
        [
            (-112, 108),
            (-114, 124),
            (-122, 300),
            (-138, 540),
            (-138, 540),
            (-138, 590),
            (-138, 590),
            (138, 590),
            (138, 590),
            (138, 540),
            (138, 540),
            (122, 300),
            (114, 124),
            (112, 108),
            (112, 108),
            (-112, 108),
        ],
        6,
    )
    pen.paste(outline, p.body, "gloss")
    pen.paste(outline, p.body, fade=(0.0, 0.16), light=mix(pen.stage.shade, (20, 10, 10), 0.5))
    crimp = mix(p.body, pen.stage.shade, 0.22)
    pen.paste(pen.box(-138, 546, 138, 592, 3), crimp, "gloss")
    for at in range(-130, 132, 13):
        pen.paste(pen.box(at, 550, at + 3, 590), WHITE, alpha=0.22)
    pen.paste(pen.box(-116, 168, 116, 176), p.metal, "metal", alpha=0.9)
    _label(pen, look, 400, 210, 1.05)
    _contents(pen, look, 214)


def lipstick(pen: Pen, look: Look) -> None:
    p = pen.palette
    red = mix((196, 38, 58), p.accent, 0.28)
    case = p.body if _is_dark(p.body) else mix(p.ink, (20, 16, 16), 0.25)
    cap = pen.stage.pen(pen.x + 128 * pen.scale, pen.ground + 8, pen.scale)
    cap.shadow(66)
    cap.turned(smooth([(60, 0), (64, 6), (64, 6), (64, 300), (64, 300), (60, 306)]), case)
    cap.rim(60, 306, mix(case, WHITE, 0.2))
    cap.band(64, 26, 38, p.metal, "metal")
    own = pen.stage.pen(pen.x - 66 * pen.scale, pen.ground, pen.scale)
    own.shadow(80)
    own.turned(smooth([(72, 0), (76, 6), (76, 6), (76, 210), (76, 210), (72, 216)]), case)
    own.turned([(62, 214), (62, 320)], p.metal, "metal")
    own.rim(62, 320, mix(p.metal, WHITE, 0.25))
    bullet = smooth(
        [
            (-46, 314),
            (-46, 314),
            (-46, 410),
            (-42, 440),
            (-20, 476),
            (14, 500),
            (38, 500),
            (46, 480),
            (46, 430),
            (46, 314),
            (46, 314),
            (20, 306),
            (-20, 306),
            (-46, 314),
        ],
        7,
    )
    own.paste(bullet, red, "gloss")
    face = smooth(
        [
            (-40, 434),
            (-16, 470),
            (14, 494),
            (36, 494),
            (42, 476),
            (26, 448),
            (-6, 428),
            (-32, 424),
            (-40, 434),
        ],
        6,
    )
    own.paste(face, mix(red, WHITE, 0.26), alpha=0.85)
    own.text(look.first, 118, 26, mix(p.metal, WHITE, 0.55), limit=108, tracking=0.08)
    own.text(look.second, 84, 16, mix(p.metal, WHITE, 0.55), face="sans", limit=110, tracking=0.3)


def gloss(pen: Pen, look: Look) -> None:
    p = pen.palette
    tint = mix((220, 70, 96), p.accent, 0.35)
    pen.shadow(72)
    pen.turned(
        smooth([(62, 0), (68, 8), (68, 8), (68, 300), (68, 300), (60, 312)]), mix(tint, WHITE, 0.35), "glass"
    )
    pen.turned(smooth([(50, 18), (54, 26), (54, 26), (54, 296), (54, 296)], 4), tint, "gloss", alpha=0.85)
    pen.turned([(64, 312), (64, 326)], p.metal, "metal", base_shade=0)
    pen.turned(
        smooth([(64, 326), (66, 332), (66, 332), (58, 566), (58, 566), (54, 572)]),
        p.ink if _is_dark(p.ink) else p.body,
    )
    pen.rim(54, 572, mix(p.ink if _is_dark(p.ink) else p.body, WHITE, 0.25))
    pen.glint(-36, 40, 280, 9, 0.5)
    _label(pen, look, 168, 106, 0.72, WHITE)


def wand(pen: Pen, look: Look) -> None:
    p = pen.palette
    case = p.body if _is_dark(p.body) else mix(p.ink, (24, 20, 20), 0.3)
    side = pen.stage.pen(pen.x - 96 * pen.scale, pen.ground, pen.scale)
    side.shadow(62)
    side.turned(smooth([(54, 0), (58, 6), (58, 6), (58, 330), (58, 330)]), case)
    side.turned([(58, 330), (58, 346)], p.metal, "metal", base_shade=0)
    side.turned(smooth([(57, 346), (52, 560), (52, 560), (46, 570)]), mix(case, WHITE, 0.06))
    side.rim(46, 570, mix(case, WHITE, 0.25))
    side.text(look.first, 208, 24, mix(p.metal, WHITE, 0.5), limit=92, tracking=0.06)
    side.text(look.second, 178, 15, mix(p.metal, WHITE, 0.5), face="sans", limit=90, tracking=0.25)
    brush = pen.stage.pen(pen.x + 96 * pen.scale, pen.ground, pen.scale)
    brush.shadow(56)
    brush.turned(smooth([(46, 0), (52, 10), (52, 200), (52, 200), (50, 206)]), mix(case, WHITE, 0.06))
    brush.turned([(50, 204), (50, 220)], p.metal, "metal", base_shade=0)
    brush.rim(50, 220, mix(p.metal, WHITE, 0.2))
    brush.turned([(7, 216), (7, 400)], mix(p.metal, GRAPHITE, 0.3), "metal", base_shade=0)
    for i in range(26):
        h = 372 + i * 7
        half = 14 + 14 * sin(pi * (i + 3) / 31)
        brush.paste([(-half, h + 4), (half, h - 3), (half, h + 1), (-half, h + 8)], (38, 32, 34), alpha=0.92)


def pencil(pen: Pen, look: Look) -> None:
    p = pen.palette
    for dx, lift, tip, wood in (
        (-74, 0, p.ink if _is_dark(p.ink) else p.body, True),
        (70, -6, p.accent, False),
    ):
        one = pen.stage.pen(pen.x + dx * pen.scale, pen.ground - lift, pen.scale)
        one.shadow(42)
        shaft = p.body if wood else p.accent
        one.turned(smooth([(30, 0), (34, 5), (34, 5), (34, 430), (34, 430)]), shaft)
        one.band(34, 40, 56, p.metal, "metal")
        one.band(34, 404, 420, p.metal, "metal")
        if wood:
            one.turned([(33, 430), (14, 520)], (226, 196, 158), "matte", base_shade=0)
            one.turned([(14, 520), (2, 576)], tip, "gloss", base_shade=0)
        else:
            one.turned(smooth([(34, 430), (33, 560), (33, 560), (26, 572)]), mix(shaft, WHITE, 0.3))
    card = pen.stage.pen(pen.x - 4 * pen.scale, pen.ground, pen.scale)
    card.text(look.first, -46, 34, p.ink if _is_dark(p.ink) else GRAPHITE, limit=360, tracking=0.16)


def _open_case(pen: Pen, look: Look, wide: float, high: float) -> None:
    """An upright open lid with its mirror, behind a pan that lies on the table."""
    p = pen.palette
    case = p.body if _is_dark(p.body) else mix(p.body, p.floor, 0.25)
    pen.shadow(wide * 0.98, 0.36)
    pen.paste(pen.box(-wide, 130, wide, 130 + high, 46), case, "gloss")
    pen.paste(pen.box(-wide + 22, 152, wide - 22, 108 + high, 32), mix(p.wall, (150, 170, 185), 0.28))
    pen.paste(
        [(-wide * 0.5, 152), (-wide * 0.2, 152), (wide * 0.25, 108 + high), (-wide * 0.05, 108 + high)],
        WHITE,
        alpha=0.35,
    )
    pen.paste(
        [(-wide * 0.08, 152), (wide * 0.02, 152), (wide * 0.47, 108 + high), (wide * 0.37, 108 + high)],
        WHITE,
        alpha=0.28,
    )


def _pan(
    pen: Pen, left: float, low: float, right: float, high: float, colour: Colour, radius: float = 16
) -> None:
    pen.paste(pen.box(left - 3, low - 4, right + 3, high + 3, radius + 2), mix(colour, (30, 20, 20), 0.45))
    pen.paste(pen.box(left, low, right, high, radius), colour, "matte")
    pen.paste(pen.box(left + 5, low + (high - low) * 0.55, right - 5, high - 4, radius), WHITE, alpha=0.14)


def palette(pen: Pen, look: Look) -> None:
    p = pen.palette
    case = p.body if _is_dark(p.body) else mix(p.body, p.floor, 0.25)
    _open_case(pen, look, 250, 330)
    tray = [(-250, 132), (250, 132), (286, 6), (286, 6), (278, -14), (-278, -14), (-286, 6), (-286, 6)]
    pen.paste(tray, case, "gloss")
    pen.paste([(-286, 6), (286, 6), (278, -14), (-278, -14)], mix(case, (20, 15, 15), 0.35), alpha=0.6)
    shades = [
        mix(p.accent, WHITE, 0.55),
        mix((196, 132, 108), p.accent, 0.3),
        mix(p.accent, (70, 40, 50), 0.25),
        mix((122, 74, 70), p.accent, 0.2),
    ]
    for i, shade in enumerate(shades):
        left = -238 + i * 122
        pen.paste(
            [(left + 8, 120), (left + 104, 120), (left + 108 + i * 3 - 5, 20), (left - 2 + i * 3 - 6, 20)],
            shade,
            "matte",
        )
        pen.paste([(left + 8, 120), (left + 104, 120), (left + 105, 92), (left + 5, 92)], WHITE, alpha=0.16)
    pen.text(look.first, 300, 34, p.ink if _is_dark(p.ink) else GRAPHITE, limit=380, tracking=0.16, alpha=0.6)
    pen.text(
        look.second,
        258,
        22,
        p.ink if _is_dark(p.ink) else GRAPHITE,
        face="sans",
        limit=380,
        tracking=0.4,
        alpha=0.55,
    )


def _ring(half: float, deep: float, height: float) -> list[tuple[float, float]]:
    return [(half * cos(2 * pi * i / 64), height + deep * sin(2 * pi * i / 64)) for i in range(64)]


def compact(pen: Pen, look: Look) -> None:
    p = pen.palette
    case = p.body if _is_dark(p.body) else mix(p.accent, WHITE, 0.25)
    powder = (
        mix((238, 206, 182), p.accent, 0.14)
        if look.chinese != "腮红"
        else mix((232, 138, 138), p.accent, 0.2)
    )
    pen.shadow(230, 0.38)
    pen.paste(_ring(214, 214, 330), case, "gloss")
    pen.paste(_ring(214, 214, 330), case, fade=(0.0, 0.2), light=(30, 20, 20))
    pen.paste(_ring(186, 186, 330), p.metal, "metal")
    pen.paste(_ring(180, 180, 330), mix(p.wall, (150, 170, 185), 0.25))
    for shift, wide, alpha in ((-60, 62, 0.38), (34, 22, 0.3)):
        pen.paste(
            [(shift - 40, 210), (shift - 40 + wide, 210), (shift + 66 + wide, 450), (shift + 66, 450)],
            WHITE,
            alpha=alpha,
        )
    pen.paste([*_ring(226, 78, 46)[32:], (226, 66), *_ring(226, 78, 66)[:33]], case, "gloss")
    pen.paste(_ring(226, 78, 66), mix(case, WHITE, 0.2), "gloss")
    pen.paste(_ring(190, 62, 66), p.metal, "metal")
    pen.paste(_ring(184, 59, 66), powder, "matte")
    pen.paste(_ring(150, 44, 66), mix(powder, (90, 60, 50), 0.12), alpha=0.5)
    pen.paste(_ring(147, 42, 64), mix(powder, WHITE, 0.12), "matte")
    ink = p.ink if _is_dark(p.ink) else GRAPHITE
    pen.text(look.first, 350, 34, ink, limit=280, tracking=0.14, alpha=0.62)
    pen.text(look.second, 306, 21, ink, face="sans", limit=260, tracking=0.4, alpha=0.56)


def powder(pen: Pen, look: Look) -> None:
    p = pen.palette
    dust = mix((240, 212, 192), p.accent, 0.15)
    pen.shadow(200, 0.36)
    pen.turned(
        smooth([(176, 0), (190, 8), (194, 30), (194, 30), (194, 150), (194, 150), (190, 158)]),
        mix(dust, WHITE, 0.2),
        "glass",
    )
    pen.turned([(196, 156), (196, 176)], p.metal, "metal", base_shade=0)
    pen.turned(smooth([(200, 174), (204, 182), (204, 182), (204, 262), (204, 262), (196, 272)]), p.body)
    pen.rim(196, 272, mix(p.body, WHITE, 0.3))
    puff = pen.stage.pen(pen.x, pen.ground - 272 * pen.scale, pen.scale)
    puff.turned(
        smooth([(96, 6), (118, 20), (120, 44), (98, 66), (50, 76), (14, 80)]),
        mix((250, 232, 226), p.accent, 0.1),
        "matte",
    )
    puff.paste(puff.box(-60, 74, 60, 92, 9), p.accent, "gloss")
    _label(pen, look, 84, 280, 0.66, GRAPHITE)


def foundation(pen: Pen, look: Look) -> None:
    p = pen.palette
    skin = mix((232, 190, 158), p.accent, 0.12)
    pen.shadow(128, 0.36)
    pen.paste(pen.box(-124, -6, 124, 346, 30), mix(skin, WHITE, 0.55), "glass")
    pen.paste(pen.box(-102, 22, 102, 322, 18), skin, "gloss", alpha=0.94)
    pen.turned([(54, 344), (54, 366)], p.metal, "metal", base_shade=0)
    pen.turned(
        smooth([(84, 362), (88, 368), (88, 368), (88, 548), (88, 548), (84, 556)]),
        p.body if _is_dark(p.body) else mix(p.ink, (25, 20, 20), 0.2),
    )
    pen.rim(84, 556, mix(p.body if _is_dark(p.body) else p.ink, WHITE, 0.25))
    pen.glint(-78, 30, 320, 14, 0.5)
    _label(pen, look, 196, 180, 0.95, (88, 58, 44))
    _contents(pen, look, 52, 0.95, (88, 58, 44))


def spray(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(100)
    pen.turned(smooth([(92, 0), (96, 8), (96, 8), (96, 430), (96, 430), (88, 462), (66, 478)]), p.body)
    pen.turned([(94, 6), (97, 14)], p.metal, "metal", base_shade=0)
    pen.turned([(66, 476), (66, 488)], p.metal, "metal", base_shade=0)
    pen.turned(
        smooth([(76, 486), (80, 492), (80, 492), (78, 584), (78, 584), (66, 600)]), mix(p.accent, WHITE, 0.15)
    )
    pen.rim(66, 600, mix(p.accent, WHITE, 0.4))
    pen.band(96, 60, 140, p.accent, "gloss", 0.9)
    _label(pen, look, 290, 150)
    _contents(pen, look, 96, 1.0, WHITE)


def perfume(pen: Pen, look: Look) -> None:
    p = pen.palette
    juice = mix(p.accent, (240, 196, 150), 0.35)
    pen.shadow(165, 0.32)
    pen.paste(pen.box(-164, -8, 164, 330, 40), mix(juice, WHITE, 0.62), "glass")
    pen.paste(pen.box(-136, 26, 136, 262, 22), juice, "gloss", alpha=0.72)
    pen.paste(pen.box(-136, 254, 136, 264, 4), WHITE, alpha=0.5)
    pen.paste([(-164, 20), (-120, -6), (120, -6), (164, 20), (136, 30), (-136, 30)], WHITE, alpha=0.34)
    pen.turned([(44, 328), (44, 356)], p.metal, "metal", base_shade=0)
    pen.turned([(58, 354), (58, 366)], p.metal, "metal", base_shade=0)
    pen.paste(
        pen.box(-74, 362, 74, 486, 22),
        p.body if _is_dark(p.body) else p.metal,
        "gloss" if _is_dark(p.body) else "metal",
    )
    pen.paste(pen.box(-70, 470, 70, 485, 10), WHITE, alpha=0.3)
    pen.glint(-112, 40, 300, 22, 0.55)
    pen.paste(pen.box(-96, 66, 96, 236, 4), mix(WHITE, p.wall, 0.3), alpha=0.9)
    _label(pen, look, 168, 168, 0.95, p.ink if _is_dark(p.ink) else GRAPHITE)


def sachet(pen: Pen, look: Look) -> None:
    p = pen.palette

    def one(dx: float, lean: float, tone: Colour, front: bool) -> None:
        card = pen.stage.pen(pen.x + dx * pen.scale, pen.ground, pen.scale)
        a = lean * pi / 180

        def turn(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
            return [(x * cos(a) + y * sin(a), -x * sin(a) + y * cos(a)) for x, y in points]

        card.paste(turn(card.box(-166, 0, 166, 540, 10)), tone, "gloss" if front else "matte")
        card.paste(turn(card.box(-166, 504, 166, 540, 8)), mix(tone, pen.stage.shade, 0.3), alpha=0.55)
        card.paste(turn(card.box(-166, 0, 166, 30, 8)), mix(tone, pen.stage.shade, 0.3), alpha=0.55)
        for at in range(-158, 164, 12):
            card.paste(turn([(at, 508), (at + 3, 508), (at + 3, 538), (at, 538)]), WHITE, alpha=0.25)

    pen.shadow(230, 0.34)
    one(86, 11, mix(p.accent, WHITE, 0.12), False)
    one(34, 5, mix(p.accent, WHITE, 0.45), False)
    one(-34, -2, p.body, True)
    card = pen.stage.pen(pen.x - 43 * pen.scale, pen.ground, pen.scale)
    face = [
        (104 * cos(2 * pi * i / 60), 168 + (118 - 10 * sin(2 * pi * i / 60)) * sin(2 * pi * i / 60))
        for i in range(60)
    ]
    card.paste(face, p.accent, alpha=0.28)
    for x, y, w, h in ((-40, 200, 24, 9), (40, 200, 24, 9), (0, 118, 26, 8)):
        card.paste(
            [(x + w * cos(2 * pi * i / 32), y + h * sin(2 * pi * i / 32)) for i in range(32)],
            mix(p.body, WHITE, 0.3),
        )
    card.paste([(0, 186), (-12, 150), (12, 150)], mix(p.body, WHITE, 0.3), alpha=0.7)
    _label(card, look, 410, 250, 1.1)


def brush(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(128, 0.36)
    for dx, lean, hair, high in ((-58, -9, 46, 330), (58, 10, 38, 320), (2, 1, 60, 380)):
        a = lean * pi / 180

        def turn(
            points: list[tuple[float, float]], a: float = a, dx: float = dx
        ) -> list[tuple[float, float]]:
            return [(dx + x * cos(a) + y * sin(a), -x * sin(a) + y * cos(a)) for x, y in points]

        pen.paste(
            turn([(-11, 120), (11, 120), (15, high), (-15, high)]),
            p.ink if _is_dark(p.ink) else p.body,
            "gloss",
        )
        pen.paste(
            turn([(-16, high - 4), (16, high - 4), (20, high + 66), (-20, high + 66)]), p.metal, "metal"
        )
        tuft = smooth(
            [
                (-20, high + 64),
                (-hair, high + 130),
                (-hair * 0.86, high + 186),
                (0, high + 214),
                (hair * 0.86, high + 186),
                (hair, high + 130),
                (20, high + 64),
            ]
        )
        pen.paste(turn(tuft), (96, 66, 56), "matte")
        pen.paste(
            turn([(x * 0.94, y) for x, y in tuft if y > high + 140]), (214, 168, 140), "matte", alpha=0.6
        )
    pen.turned(smooth([(110, 0), (122, 8), (126, 30), (130, 220), (130, 220)]), p.body)
    pen.paste(
        [
            (130 * cos(2 * pi * i / 48), 220 + 130 * pen.tilt(220) * sin(2 * pi * i / 48))
            for i in range(25, 48)
        ],
        mix(p.body, (30, 20, 20), 0.3),
        alpha=0.4,
    )
    _label(pen, look, 122, 170, 0.86)


def carton(pen: Pen, look: Look) -> None:
    p = pen.palette
    pen.shadow(190, 0.4)
    pen.paste([(-160, 0), (70, -22), (70, 452), (-160, 440)], p.body, "matte")
    pen.paste([(70, -22), (176, 16), (176, 428), (70, 452)], mix(p.body, pen.stage.shade, 0.5))
    pen.paste([(-160, 440), (70, 452), (176, 428), (-44, 420)], mix(p.body, WHITE, 0.45))
    pen.paste([(-160, 60), (70, 42), (70, 84), (-160, 100)], p.accent, "matte")
    pen.paste([(70, 42), (176, 74), (176, 112), (70, 84)], mix(p.accent, (30, 20, 20), 0.3))
    _label(pen.stage.pen(pen.x - 45 * pen.scale, pen.ground, pen.scale), look, 290, 190, 1.0)


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
    pen.paste(outline, p.accent, fade=(0.0, 0.22), light=(40, 25, 15))
    pen.paste(pen.box(-152, 486, 152, 540, 4), mix(p.accent, WHITE, 0.35), "gloss")
    pen.paste(pen.box(-150, 478, 150, 484), (60, 40, 30), alpha=0.18)
    pen.paste(pen.box(-108, 118, 108, 420, 108), mix((255, 250, 240), p.wall, 0.3))
    ink = p.ink if _is_dark(p.ink) else GRAPHITE
    for lean in (-50, -25, 0, 25, 50):
        a = lean * pi / 180
        leaf = smooth([(0, 0), (9, 26), (0, 56), (-9, 26), (0, 0)], 6)
        pen.paste(
            [(x * cos(a) + y * sin(a), 344 - x * sin(a) + y * cos(a)) for x, y in leaf], p.accent, alpha=0.85
        )
    _label(pen, look, 268, 180, 0.95, ink)
    _contents(pen, look, 66, 1.1, WHITE)


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
    _label(
        pen.stage.pen(pen.x - 14 * pen.scale, pen.ground, pen.scale),
        look,
        150,
        130,
        0.7,
        p.ink if _is_dark(p.ink) else GRAPHITE,
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
    pen.text(look.first, 136, 26, _ink(pen), limit=180, tracking=0.14)
    pen.text(look.second, 104, 17, _ink(pen), face="sans", limit=170, tracking=0.4)


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
    pen.paste(body, p.body, fade=(0.0, 0.14), light=(30, 20, 20))
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
    _label(pen, look, 330, 220, 1.0)


def gift_set(pen: Pen, look: Look) -> None:
    """Three sizes of one range, the tall one behind."""
    stage, x, g, s = pen.stage, pen.x, pen.ground, pen.scale
    short = Look(look.kind, look.latin, look.brand, "CARE", "护肤", look.contents)
    pump(stage.pen(x + 150 * s, g - 26 * s, 0.80 * s), short)
    bottle(stage.pen(x - 150 * s, g - 22 * s, 0.86 * s), short)
    jar(
        stage.pen(x + 14 * s, g + 26 * s, 0.60 * s),
        Look(look.kind, look.latin, look.brand, "CREAM", "面霜", ""),
    )


MOTIFS: dict[str, Motif] = {
    "bottle": bottle,
    "pump": pump,
    "jar": jar,
    "dropper": dropper,
    "tube": tube,
    "lipstick": lipstick,
    "gloss": gloss,
    "wand": wand,
    "pencil": pencil,
    "palette": palette,
    "compact": compact,
    "powder": powder,
    "foundation": foundation,
    "spray": spray,
    "perfume": perfume,
    "sachet": sachet,
    "brush": brush,
    "carton": carton,
    "pouch": pouch,
    "feeder": feeder,
    "vase": vase,
    "shirt": shirt,
    "set": gift_set,
}
