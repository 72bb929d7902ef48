"""The photo studio of drawn pictures: palettes, backdrop, light, and the pen that makes outlines solid.

Everything is measured in thousandths of the picture's width, so that one drawing serves every size. Shapes
are cut three times too large and reduced, which gives clean edges without a large canvas; light falls from
the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from suppliers.pictures import lettering

Colour = tuple[int, int, int]
Material = Literal["gloss", "matte", "metal", "glass"]
Point = tuple[float, float]
_CUT = 3
WHITE: Colour = (255, 255, 255)

# across the thing from its left edge (-1) to its right (1): how far towards light (1) or shade (-1)
_LIGHT: dict[Material, tuple[tuple[float, float], ...]] = {
    "gloss": (
        (-1, -0.40),
        (-0.90, -0.20),
        (-0.74, 0.05),
        (-0.64, 0.60),
        (-0.50, 0.62),
        (-0.40, 0.18),
        (0, 0.06),
        (0.42, -0.06),
        (0.76, -0.26),
        (0.90, -0.16),
        (1, -0.40),
    ),
    "matte": (
        (-1, -0.24),
        (-0.62, 0.10),
        (-0.30, 0.22),
        (0.15, 0.06),
        (0.60, -0.14),
        (0.90, -0.32),
        (1, -0.36),
    ),
    "metal": (
        (-1, -0.60),
        (-0.88, -0.20),
        (-0.72, 0.80),
        (-0.56, 0.50),
        (-0.34, -0.20),
        (-0.05, 0.02),
        (0.22, 0.58),
        (0.38, 0.42),
        (0.58, -0.30),
        (0.84, -0.55),
        (0.94, 0.10),
        (1, -0.40),
    ),
    "glass": (
        (-1, -0.45),
        (-0.93, 0.25),
        (-0.84, -0.12),
        (-0.70, 0.72),
        (-0.60, 0.72),
        (-0.52, 0.16),
        (0, 0.24),
        (0.55, 0.02),
        (0.80, -0.22),
        (0.90, 0.40),
        (0.95, -0.10),
        (1, -0.45),
    ),
}


@dataclass(frozen=True)
class Palette:
    """Colours of one packshot: backdrop high and low, body, accent for caps and liquids, lettering, metal."""

    wall: Colour
    floor: Colour
    body: Colour
    accent: Colour
    ink: Colour
    metal: Colour


def _hex(value: str) -> Colour:
    return (int(value[0:2], 16), int(value[2:4], 16), int(value[4:6], 16))


GOLD, ROSE, SILVER, GRAPHITE = _hex("C9A15F"), _hex("D9A18C"), _hex("B9BFC6"), _hex("4A4743")


def _palette(colours: str, metal: Colour) -> Palette:
    wall, floor, body, accent, ink = (_hex(part) for part in colours.split())
    return Palette(wall, floor, body, accent, ink, metal)


PALETTES = (
    _palette("EEF5F8 C4DAE6 F8FBFC 5F93B2 24465C", SILVER),
    _palette("F1F6EC C8DCC3 F6FAF1 5E946C 2C5138", GOLD),
    _palette("FDF2EC F0CDBF FFF9F5 DB8B76 7C3D30", ROSE),
    _palette("FBF4E7 E9D5B0 8E5426 EAD6B2 FFF6E4", GOLD),
    _palette("F5F1FA D3C7E7 FAF8FD 8C78B8 473A6B", SILVER),
    _palette("FDF0E8 F0C2AA C4412B E0765C FFF4EC", GOLD),
    _palette("F8F4EE DDD0BF FFFFFF B99A74 4B3D2E", GOLD),
    _palette("EBEFF6 B5C3DA 22355D 6883B5 F4EEDF", GOLD),
    _palette("F2EFEB C9C1B7 2A2623 8C7A62 EBDBB7", GOLD),
    _palette("EAF6F3 B4D9D3 2C8681 7CC4BC F3FBF8", SILVER),
    _palette("FEF1F3 F3C3CE F2A3B5 D9607F 84293F", ROSE),
    _palette("FEF9E8 EFDD9D FFFAE6 DDB043 5B4710", GOLD),
)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """``first`` moved towards ``second`` by ``share`` (0 to 1)."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def lit(colour: Colour, amount: float, shade: Colour) -> Colour:
    """``colour`` in light (amount above 0) or in shade (below)."""
    if amount >= 0:
        return mix(colour, WHITE, amount)
    dark = mix(mix(colour, (0, 0, 0), 0.55), mix(shade, (0, 0, 0), 0.45), 0.45)
    return mix(colour, dark, -amount)


@lru_cache(maxsize=256)
def _strip(colour: Colour, material: Material, shade: Colour) -> Image.Image:
    """The thing's light as one row of 96 pixels."""
    stops = _LIGHT[material]
    row = Image.new("RGB", (96, 1))
    for x in range(96):
        at = x / 95 * 2 - 1
        left, right = next((a, b) for a, b in pairwise(stops) if a[0] <= at <= b[0])
        share = (at - left[0]) / (right[0] - left[0])
        share = share * share * (3 - 2 * share)
        row.putpixel((x, 0), lit(colour, left[1] + (right[1] - left[1]) * share, shade))
    return row


@lru_cache(maxsize=64)
def _share_table(share: float) -> list[int]:
    return [round(value * share) for value in range(256)]


@lru_cache(maxsize=32)
def _ramp(top: float, foot: float) -> Image.Image:
    """A column of 256 shades from one share of white to another."""
    column = Image.linear_gradient("L").resize((1, 256), Image.Resampling.NEAREST)
    return column.point([round(255 * (top + (foot - top) * value / 255)) for value in range(256)])


def smooth(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A Catmull-Rom curve through ``points``; a point given twice stays a corner."""
    padded = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        if b == c:
            curve.append(b)
            continue
        for step in range(steps):
            t = step / steps
            curve.append(
                tuple(  # type: ignore[arg-type]
                    0.5
                    * (
                        2 * q
                        + (r - p) * t
                        + (2 * p - 5 * q + 4 * r - s) * t**2
                        + (3 * q - p - 3 * r + s) * t**3
                    )
                    for p, q, r, s in zip(a, b, c, d, strict=True)
                )
            )
    return [*curve, points[-1]]


def _arc(half: float, height: float, deep: float, steps: int = 24) -> list[Point]:
    """The near (deep above 0) or far edge of a round rim, from left to right."""
    return [(-half * cos(pi * i / steps), height - deep * sin(pi * i / steps)) for i in range(steps + 1)]


class Stage:
    """One picture in the making: an RGB canvas with its backdrop."""

    def __init__(self, size: int, palette: Palette) -> None:
        self.palette = palette
        self.shade = mix(palette.floor, (40, 30, 30), 0.35)
        self._final = size
        self._resize(max(64, size // 4))
        self.canvas = self._backdrop()

    def _resize(self, size: int) -> None:
        self.size = size
        self.k = size / 1000

    def enlarge(self) -> None:
        """From the soft backdrop, drawn small because it has no edges, to the full canvas."""
        self._resize(self._final)
        self.canvas = self.canvas.resize((self.size, self.size), Image.Resampling.BICUBIC)

    def _backdrop(self) -> Image.Image:
        ramp = Image.linear_gradient("L").resize((self.size, self.size), Image.Resampling.BILINEAR)
        canvas = ImageOps.colorize(ramp, self.palette.wall, self.palette.floor)
        glow = ImageOps.invert(Image.radial_gradient("L")).resize(
            (round(self.size * 1.5), round(self.size * 1.5)), Image.Resampling.BILINEAR
        )
        canvas.paste(
            mix(self.palette.wall, WHITE, 0.8),
            (round(-self.size * 0.38), round(-self.size * 0.40)),
            glow.point(_share_table(0.8)),
        )
        return canvas

    def soft(
        self, shapes: Sequence[tuple[str, Sequence[float]]], blur: float, colour: Colour, strength: float
    ) -> None:
        """Blurred ellipses and polygons: shadows, window light, glow. Drawn small, for they have no edges."""
        small = 200
        mask = Image.new("L", (small, small), 0)
        draw = ImageDraw.Draw(mask)
        for kind, numbers in shapes:
            scaled = [n * small / 1000 for n in numbers]
            (draw.ellipse if kind == "ellipse" else draw.polygon)(scaled, fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(blur * small / 1000))
        touched = mask.getbbox()
        if touched is None:
            return
        left, top, right, low = (round(n * self.size / small) for n in touched)
        large = mask.resize((right - left, low - top), Image.Resampling.BILINEAR, box=touched)
        self.canvas.paste(colour, (left, top), large)

    def cut(self, outline: Sequence[Point]) -> tuple[Image.Image, tuple[int, int]]:
        """The outline (picture thousandths) as a mask with clean edges, and where it goes."""
        xs = [p[0] * self.k for p in outline]
        ys = [p[1] * self.k for p in outline]
        left, top = int(min(xs)) - 1, int(min(ys)) - 1
        wide, high = int(max(xs)) + 2 - left, int(max(ys)) + 2 - top
        large = Image.new("L", (wide * _CUT, high * _CUT), 0)
        moved = [((x - left) * _CUT, (y - top) * _CUT) for x, y in zip(xs, ys, strict=True)]
        ImageDraw.Draw(large).polygon(moved, fill=255)
        return large.reduce(_CUT), (left, top)

    def pen(self, x: float, ground: float, scale: float = 1.0) -> Pen:
        return Pen(self, x, ground, scale)


class Pen:
    """Draws one thing that stands at (x, ground): heights go up from the ground, widths out from its axis."""

    def __init__(self, stage: Stage, x: float, ground: float, scale: float) -> None:
        self.stage, self.x, self.ground, self.scale = stage, x, ground, scale
        self.palette = stage.palette

    def _place(self, points: Sequence[Point]) -> list[Point]:
        return [(self.x + px * self.scale, self.ground - py * self.scale) for px, py in points]

    def tilt(self, height: float) -> float:
        """How open a rim at this height looks: the camera stands a little above the table."""
        return max(0.02, min(0.2, 0.035 + (self.ground - height * self.scale - 250) / 6500))

    def paste(
        self,
        outline: Sequence[Point],
        colour: Colour,
        material: Material | None = None,
        alpha: float = 1.0,
        fade: tuple[float, float] | None = None,
    ) -> None:
        """Fill an outline: flat, or lit across as a material is; ``fade`` is its alpha at top and foot."""
        mask, at = self.stage.cut(self._place(outline))
        if fade is not None:
            # one column, then repeated across: far cheaper than a ramp of the mask's size
            column = _ramp(*fade).resize((1, mask.height), Image.Resampling.BILINEAR)
            mask = ImageChops.multiply(mask, column.resize(mask.size, Image.Resampling.NEAREST))
        elif alpha < 1:
            mask = mask.point(_share_table(alpha))
        if material is None:
            self.stage.canvas.paste(colour, at, mask)
            return
        row = _strip(colour, material, self.stage.shade).resize((mask.width, 1), Image.Resampling.BILINEAR)
        self.stage.canvas.paste(row.resize(mask.size, Image.Resampling.NEAREST), at, mask)

    def turned(
        self,
        profile: Sequence[Point],
        colour: Colour,
        material: Material = "gloss",
        alpha: float = 1.0,
        base_shade: float = 0.22,
    ) -> None:
        """A thing turned on a lathe: ``profile`` lists (half width, height) from the ground up."""
        low, high = profile[0], profile[-1]
        side = [(-half, height) for half, height in reversed(profile)]
        outline = [
            *side,
            *_arc(low[0], low[1], low[0] * self.tilt(low[1])),
            *profile,
            *reversed(_arc(high[0], high[1], -high[0] * self.tilt(high[1]))),
        ]
        self.paste(outline, colour, material, alpha)
        if base_shade:
            self.paste(outline, lit(colour, -0.8, self.stage.shade), fade=(0.0, base_shade))

    def rim(self, half: float, height: float, colour: Colour, material: Material | None = None) -> None:
        """A flat round top as seen from a little above."""
        deep = half * self.tilt(height)
        ring = [*_arc(half, height, deep), *reversed(_arc(half, height, -deep))]
        self.paste(ring, colour, material)

    def band(
        self,
        half: float,
        low: float,
        high: float,
        colour: Colour,
        material: Material = "gloss",
        alpha: float = 1.0,
    ) -> None:
        """A ring round a straight body between two heights."""
        outline = [
            *_arc(half, low, half * self.tilt(low)),
            *reversed(_arc(half, high, half * self.tilt(high))),
        ]
        self.paste(outline, colour, material, alpha)

    def box(self, left: float, low: float, right: float, high: float, radius: float = 0.0) -> list[Point]:
        """The outline of an upright rectangle with round corners."""
        r = min(radius, (right - left) / 2, (high - low) / 2)
        if r <= 0:
            return [(left, low), (right, low), (right, high), (left, high)]
        points: list[Point] = []
        for cx, cy, start in (
            (right - r, low + r, -0.5),
            (right - r, high - r, 0.0),
            (left + r, high - r, 0.5),
            (left + r, low + r, 1.0),
        ):
            points += [
                (cx + r * cos(pi * (start + i / 20)), cy + r * sin(pi * (start + i / 20))) for i in range(11)
            ]
        return points

    def glint(self, x: float, low: float, high: float, wide: float, strength: float = 0.5) -> None:
        """A soft upright reflection."""
        s, g = self.scale, self.ground
        x0 = self.x + x * s
        shape = (
            "polygon",
            (
                x0 - wide * s / 2,
                g - high * s,
                x0 + wide * s / 2,
                g - high * s,
                x0 + wide * s / 2,
                g - low * s,
                x0 - wide * s / 2,
                g - low * s,
            ),
        )
        self.stage.soft([shape], max(6.0, wide * s * 0.3), WHITE, strength)

    def shadow(self, half: float, strength: float = 0.42) -> None:
        """Contact shadow and the longer one that the light from the left throws."""
        x, g, h = self.x, self.ground, half * self.scale
        dark = mix(self.stage.shade, (30, 20, 20), 0.45)
        self.stage.soft(
            [
                (
                    "polygon",
                    (
                        x - h * 0.9,
                        g - 10,
                        x + h * 0.8,
                        g - 16,
                        x + h * 2.1,
                        g - 6,
                        x + h * 1.9,
                        g + 26,
                        x - h * 0.5,
                        g + 30,
                    ),
                )
            ],
            26,
            dark,
            strength * 0.6,
        )
        self.stage.soft(
            [("ellipse", (x - h * 1.05, g - h * 0.12, x + h * 1.12, g + h * 0.24))], 12, dark, strength
        )

    def text(
        self,
        words: str,
        height: float,
        px: float,
        colour: Colour,
        *,
        face: lettering.Face = "serif",
        limit: float = 1000.0,
        tracking: float = 0.0,
        alpha: float = 0.94,
    ) -> None:
        """One centred line of lettering on the thing, made smaller until it keeps within ``limit``."""
        unit = self.scale * self.stage.k
        size = max(5, round(px * unit))
        while size > 5 and lettering.width(words, size, face, tracking * size) > limit * unit:
            size -= 1
        mask = lettering.text_mask(words, size, face, tracking * size).point(_share_table(alpha))
        x = round(self.x * self.stage.k - mask.width / 2)
        y = round((self.ground - height * self.scale) * self.stage.k - mask.height / 2)
        self.stage.canvas.paste(colour, (x, y), mask)
