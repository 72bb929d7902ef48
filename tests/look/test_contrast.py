"""Every pair of colours that pages put on one another can be read, by day and after dark (WCAG AA)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

SHEET = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
GROUNDS = ("paper", "surface", "raised", "sunken")
WORDS = ("ink", "ink-soft", "ink-faint", "brand-text", "price", "earn", "good", "wait", "bad", "info", "over")
SOFT = ("brand", "earn", "good", "wait", "bad", "info", "over")
SHAPES = ("edge-field", "focus", "brand", "chart-1", "chart-2", "chart-3", "chart-4")


def _themes() -> dict[str, dict[str, str]]:
    day, dark = SHEET.split("@media screen")
    pairs = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6}|var\(--[a-z0-9-]+\));")
    light = dict(pairs.findall(day))
    return {"light": light, "dark": light | dict(pairs.findall(dark))}


THEMES = _themes()


def _light(tokens: dict[str, str], name: str) -> float:
    value = tokens[name]
    while value.startswith("var"):
        value = tokens[value[6:-1]]
    channels = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(tokens: dict[str, str], one: str, other: str) -> float:
    low, high = sorted((_light(tokens, one), _light(tokens, other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_the_known_ratio() -> None:
    tokens = {"ink": "#000000", "paper": "#ffffff"}
    assert _contrast(tokens, "ink", "paper") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read(theme: str) -> None:
    tokens = THEMES[theme]
    pairs = [(word, ground) for word in WORDS for ground in GROUNDS]
    pairs += [(f"{name}-text" if name == "brand" else name, f"{name}-soft") for name in SOFT]
    pairs += [("ink", f"{name}-soft") for name in SOFT]
    pairs += [("on-brand", ground) for ground in ("brand", "brand-hover", "bad-fill", "over-fill")]
    weak = {pair: round(_contrast(tokens, *pair), 2) for pair in pairs if _contrast(tokens, *pair) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("theme", THEMES)
def test_edges_focus_and_marks_can_be_seen(theme: str) -> None:
    tokens = THEMES[theme]
    pairs = [(shape, ground) for shape in SHAPES for ground in GROUNDS]
    weak = {pair: round(_contrast(tokens, *pair), 2) for pair in pairs if _contrast(tokens, *pair) < 3}
    assert weak == {}


def test_the_dark_theme_answers_every_colour_of_the_light_one() -> None:
    day, dark = SHEET.split("@media screen")
    names = re.compile(r"--([a-z0-9-]+):\s*#")
    fixed = {"on-brand", "picture"} | {name for name in names.findall(day) if name.startswith("persimmon")}
    assert set(names.findall(day)) - fixed - set(names.findall(dark)) == set()
