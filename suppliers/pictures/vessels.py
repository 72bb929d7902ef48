"""Bottles, jars and tubes: what creams and waters come in."""

from __future__ import annotations

from suppliers.pictures.labels import contents, ink_on, is_dark, label
from suppliers.pictures.reading import Look
from suppliers.pictures.studio import GRAPHITE, WHITE, Pen, mix, smooth


def _round_bottle(pen: Pen, look: Look) -> None:
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
    label(pen, look, 235, 178)
    contents(pen, look, 62)


def _slim_bottle(pen: Pen, look: Look) -> None:
    """A tall straight one with a metal cap."""
    p = pen.palette
    pen.shadow(106)
    pen.turned(
        smooth([(94, 0), (102, 6), (104, 18), (104, 18), (104, 424), (104, 424), (100, 440), (84, 450)]),
        p.body,
    )
    pen.turned([(66, 448), (66, 458)], mix(p.body, WHITE, 0.2), base_shade=0)
    pen.turned(smooth([(70, 456), (72, 462), (72, 462), (72, 566), (72, 566), (68, 573)]), p.metal, "metal")
    pen.rim(68, 573, mix(p.metal, WHITE, 0.5))
    pen.band(104, 118, 124, p.metal, "metal", 0.9)
    label(pen, look, 288, 150)
    contents(pen, look, 70)


def _clear_bottle(pen: Pen, look: Look) -> None:
    """Clear glass with the water to be seen in it."""
    p = pen.palette
    liquid = p.body if is_dark(p.body) else mix(p.accent, WHITE, 0.35)
    pen.shadow(136, 0.34)
    outer = [
        (118, 0),
        (130, 8),
        (134, 26),
        (134, 26),
        (134, 340),
        (134, 340),
        (122, 384),
        (74, 410),
        (56, 418),
    ]
    pen.turned(smooth([*outer, (54, 436)]), mix(liquid, WHITE, 0.62), "glass", alpha=0.94)
    inner = [(106, 20), (114, 30), (116, 44), (116, 44), (116, 322), (116, 322)]
    pen.turned(smooth(inner, 4), liquid, "gloss", alpha=0.78)
    pen.rim(116, 322, mix(liquid, WHITE, 0.4))
    pen.turned([(58, 432), (58, 446)], p.metal, "metal", base_shade=0)
    pen.turned(
        smooth([(78, 444), (82, 450), (82, 450), (80, 536), (80, 536), (72, 548)]), mix(p.ink, p.accent, 0.2)
    )
    pen.rim(72, 548, mix(p.accent, WHITE, 0.3))
    pen.glint(-84, 40, 330, 14, 0.4)
    ink = WHITE if is_dark(mix(liquid, WHITE, 0.2)) else ink_on(pen)
    label(pen, look, 206, 176, 1.0, ink)
    contents(pen, look, 62, 1.0, ink)


def bottle(pen: Pen, look: Look) -> None:
    (_round_bottle, _slim_bottle, _clear_bottle)[look.variant](pen, look)


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
    label(pen, look, 205, 220)
    contents(pen, look, 52)


def _straight_jar(pen: Pen, look: Look) -> None:
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
    label(pen, look, 122, 300, 0.92)


def _glass_jar(pen: Pen, look: Look) -> None:
    """Thick frosted glass round a coloured cup, under a metal lid."""
    p = pen.palette
    cup = p.body if is_dark(p.body) else mix(p.accent, WHITE, 0.55)
    pen.shadow(212, 0.36)
    outer = [(168, 0), (196, 8), (208, 30), (212, 70), (212, 70), (212, 196), (212, 196), (204, 214)]
    pen.turned(smooth(outer), mix(cup, WHITE, 0.66), "glass")
    pen.turned(
        smooth([(150, 40), (172, 46), (180, 70), (180, 70), (180, 206), (180, 206)], 5),
        cup,
        "gloss",
        alpha=0.86,
    )
    pen.turned(
        smooth([(206, 212), (210, 220), (210, 220), (210, 292), (210, 292), (204, 301)]), p.metal, "metal"
    )
    pen.rim(204, 301, mix(p.metal, WHITE, 0.5))
    pen.rim(150, 303, mix(p.metal, WHITE, 0.62))
    label(pen, look, 134, 290, 0.86, WHITE if is_dark(cup) else ink_on(pen))


def _bowl_jar(pen: Pen, look: Look) -> None:
    """A rounder one that narrows to its foot."""
    p = pen.palette
    pen.shadow(176)
    bowl = [(128, 0), (146, 8), (176, 50), (204, 110), (216, 170), (212, 214), (206, 224)]
    pen.turned(smooth(bowl), p.body)
    pen.turned([(202, 224), (202, 234)], p.metal, "metal", base_shade=0.1)
    pen.turned(smooth([(210, 232), (214, 240), (214, 240), (208, 318), (208, 318), (190, 334)]), p.accent)
    pen.rim(190, 334, mix(p.accent, WHITE, 0.35))
    label(pen, look, 142, 280, 0.9)


def jar(pen: Pen, look: Look) -> None:
    (_straight_jar, _glass_jar, _bowl_jar)[look.variant](pen, look)


def dropper(pen: Pen, look: Look) -> None:
    p = pen.palette
    liquid = p.accent if not is_dark(p.body) else p.body
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
        GRAPHITE if is_dark(p.body) else mix(p.body, WHITE, 0.4),
        "matte",
    )
    pen.glint(-72, 40, 300, 16, 0.45)
    ink = WHITE if is_dark(mix(liquid, WHITE, 0.12)) else ink_on(pen)
    label(pen, look, 158, 160, 0.9, ink)
    contents(pen, look, 44, 0.92, ink)


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
    pen.paste(outline, mix(pen.stage.shade, (20, 10, 10), 0.5), fade=(0.0, 0.16))
    crimp = mix(p.body, pen.stage.shade, 0.22)
    pen.paste(pen.box(-138, 546, 138, 592, 3), crimp, "gloss")
    for at in range(-130, 132, 13):
        pen.paste(pen.box(at, 550, at + 3, 590), WHITE, alpha=0.22)
    pen.paste(pen.box(-116, 168, 116, 176), p.metal, "metal", alpha=0.9)
    label(pen, look, 400, 210, 1.05)
    contents(pen, look, 214)


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
    label(pen, look, 290, 150)
    contents(pen, look, 96, 1.0, WHITE)


def foundation(pen: Pen, look: Look) -> None:
    p = pen.palette
    skin = mix((232, 190, 158), p.accent, 0.12)
    pen.shadow(128, 0.36)
    pen.paste(pen.box(-124, -6, 124, 346, 30), mix(skin, WHITE, 0.55), "glass")
    pen.paste(pen.box(-102, 22, 102, 322, 18), skin, "gloss", alpha=0.94)
    pen.turned([(54, 344), (54, 366)], p.metal, "metal", base_shade=0)
    pen.turned(
        smooth([(84, 362), (88, 368), (88, 368), (88, 548), (88, 548), (84, 556)]),
        p.body if is_dark(p.body) else mix(p.ink, (25, 20, 20), 0.2),
    )
    pen.rim(84, 556, mix(p.body if is_dark(p.body) else p.ink, WHITE, 0.25))
    pen.glint(-78, 30, 320, 14, 0.5)
    label(pen, look, 196, 180, 0.95, (88, 58, 44))
    contents(pen, look, 52, 0.95, (88, 58, 44))


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
        p.body if is_dark(p.body) else p.metal,
        "gloss" if is_dark(p.body) else "metal",
    )
    pen.paste(pen.box(-70, 470, 70, 485, 10), WHITE, alpha=0.3)
    pen.glint(-112, 40, 300, 22, 0.55)
    pen.paste(pen.box(-96, 66, 96, 236, 4), mix(WHITE, p.wall, 0.3), alpha=0.9)
    label(pen, look, 168, 168, 0.95, p.ink if is_dark(p.ink) else GRAPHITE)


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
    label(pen, look, 84, 280, 0.66, GRAPHITE)
