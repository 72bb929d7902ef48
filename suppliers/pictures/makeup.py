"""Colour cosmetics, masks and tools."""

from __future__ import annotations

from math import cos, pi, sin

from suppliers.pictures.labels import is_dark, label
from suppliers.pictures.reading import Look
from suppliers.pictures.studio import GRAPHITE, WHITE, Colour, Pen, mix, smooth


def lipstick(pen: Pen, look: Look) -> None:
    p = pen.palette
    red = mix((196, 38, 58), p.accent, 0.28)
    case = p.body if is_dark(p.body) else mix(p.ink, (20, 16, 16), 0.25)
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
        p.ink if is_dark(p.ink) else p.body,
    )
    pen.rim(54, 572, mix(p.ink if is_dark(p.ink) else p.body, WHITE, 0.25))
    pen.glint(-36, 40, 280, 9, 0.5)
    label(pen, look, 168, 106, 0.72, WHITE)


def wand(pen: Pen, look: Look) -> None:
    p = pen.palette
    case = p.body if is_dark(p.body) else mix(p.ink, (24, 20, 20), 0.3)
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
        (-74, 0, p.ink if is_dark(p.ink) else p.body, True),
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
    card.text(look.first, -46, 34, p.ink if is_dark(p.ink) else GRAPHITE, limit=360, tracking=0.16)


def _open_case(pen: Pen, look: Look, wide: float, high: float) -> None:
    """An upright open lid with its mirror, behind a pan that lies on the table."""
    p = pen.palette
    case = p.body if is_dark(p.body) else mix(p.body, p.floor, 0.25)
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


def palette(pen: Pen, look: Look) -> None:
    p = pen.palette
    case = p.body if is_dark(p.body) else mix(p.body, p.floor, 0.25)
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
    pen.text(look.first, 300, 34, p.ink if is_dark(p.ink) else GRAPHITE, limit=380, tracking=0.16, alpha=0.6)
    pen.text(
        look.second,
        258,
        22,
        p.ink if is_dark(p.ink) else GRAPHITE,
        face="sans",
        limit=380,
        tracking=0.4,
        alpha=0.55,
    )


def _ring(half: float, deep: float, height: float) -> list[tuple[float, float]]:
    return [(half * cos(2 * pi * i / 64), height + deep * sin(2 * pi * i / 64)) for i in range(64)]


def compact(pen: Pen, look: Look) -> None:
    p = pen.palette
    case = p.body if is_dark(p.body) else mix(p.accent, WHITE, 0.25)
    powder = (
        mix((238, 206, 182), p.accent, 0.14)
        if look.chinese != "腮红"
        else mix((232, 138, 138), p.accent, 0.2)
    )
    pen.shadow(230, 0.38)
    pen.paste(_ring(214, 214, 330), case, "gloss")
    pen.paste(_ring(214, 214, 330), (30, 20, 20), fade=(0.0, 0.2))
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
    ink = p.ink if is_dark(p.ink) else GRAPHITE
    pen.text(look.first, 350, 34, ink, limit=280, tracking=0.14, alpha=0.62)
    pen.text(look.second, 306, 21, ink, face="sans", limit=260, tracking=0.4, alpha=0.56)


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
    label(card, look, 410, 250, 1.1)


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
            p.ink if is_dark(p.ink) else p.body,
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
    label(pen, look, 122, 170, 0.86)
