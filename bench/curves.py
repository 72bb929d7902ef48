"""Growth curves as PNG. Drawn with Pillow, which the platform has anyway: a few straight lines need no plot library."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 750
LEFT, TOP, RIGHT, BOTTOM = 130, 90, 60, 110
INK, GRID = "#222222", "#dddddd"
COLOURS = ("#8a8a8a", "#d4380d", "#1677ff", "#389e0d", "#722ed1")
STEPS = 5


def draw(
    path: Path, title: str, lines: dict[str, list[tuple[float, float]]], *, x_title: str, y_title: str
) -> None:
    """Draw each named list of (x, y) as a line with marks; both axes start at zero."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    small, large = ImageFont.load_default(20), ImageFont.load_default(28)
    points = [point for line in lines.values() for point in line]
    x_top = _round_up(max(x for x, _y in points))
    y_top = _round_up(max(y for _x, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (WIDTH - LEFT - RIGHT) * x / x_top,
            HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / y_top,
        )

    pen.text((LEFT, 24), title, INK, large)
    for step in range(STEPS + 1):
        x, y = x_top * step / STEPS, y_top * step / STEPS
        pen.line([place(0, y), place(x_top, y)], GRID)
        pen.line([place(x, 0), place(x, y_top)], GRID)
        pen.text((LEFT - 12, place(0, y)[1]), _short(y), INK, small, anchor="rm")
        pen.text((place(x, 0)[0], HEIGHT - BOTTOM + 12), _short(x), INK, small, anchor="ma")
    pen.text((WIDTH - RIGHT, HEIGHT - 60), x_title, INK, small, anchor="ra")
    pen.text((LEFT, TOP - 12), y_title, INK, small, anchor="ls")
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        marks = [place(x, y) for x, y in sorted(line)]
        pen.line(marks, colour, width=4, joint="curve")
        for x, y in marks:
            pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=colour)
        legend = HEIGHT - 60, LEFT + 260 * number
        pen.rectangle((legend[1], legend[0] + 4, legend[1] + 24, legend[0] + 18), fill=colour)
        pen.text((legend[1] + 34, legend[0]), name, INK, small)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, optimize=True)


def _round_up(value: float) -> float:
    """The next 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next((power * n for n in (1, 1.5, 2, 3, 4, 5, 6, 8) if power * n >= value), power * 10)


def _short(value: float) -> str:
    for size, mark in ((1_000_000, "m"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{mark}"
    return f"{value:.3g}"
