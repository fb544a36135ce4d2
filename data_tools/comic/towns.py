"""Built places: functions (pen, palette) that cover the whole canvas."""

import numpy as np

from data_tools.comic import tags
from data_tools.comic.backdrops import paint_gradient
from data_tools.comic.colors import Color, darker, lighter, mixed
from data_tools.comic.curves import box, ellipse, smooth, star
from data_tools.comic.pen import Pen
from data_tools.comic.scenery import cloud, draw_sky, hills, thin
from data_tools.comic.style import Palette


def _windows(pen: Pen, x: float, y: float, width: float, height: float, color: Color, lit: Color, share: float) -> None:
    columns, rows = max(1, int(width / 34)), max(1, int(height / 46))
    step_x, step_y = width / columns, height / rows
    for row in range(rows):
        for column in range(columns):
            fill = lit if pen.canvas.rng.random() < share else color
            pen.shape(
                box(x + (column + 0.24) * step_x, y + (row + 0.25) * step_y, step_x * 0.52, step_y * 0.5),
                fill,
                shade=False,
            )


def _houses(pen: Pen, palette: Palette, base: float, colors, glass: Color, share: float) -> None:
    canvas, rng, x = pen.canvas, pen.canvas.rng, -30.0
    while x < canvas.width:
        width, tall = rng.uniform(90, 180), rng.uniform(0.45, 0.95) * base
        color = colors[int(rng.integers(len(colors)))]
        pen.shape(box(x, base - tall, width, tall + 6), color, shade=False)
        pen.shape(box(x - 4, base - tall - 7, width + 8, 12), darker(color, 12), shade=False)
        _windows(pen, x + 6, base - tall + 14, width - 12, tall * 0.72, glass, palette.glow, share)
        if rng.random() < 0.5:
            pen.shape(
                box(x + 10, base - 44, width - 20, 14),
                palette.accent if rng.random() < 0.5 else palette.second,
                shade=False,
            )
        x += width + rng.uniform(-4, 12)


def street(pen: Pen, palette: Palette) -> None:
    """Houses along a road, and lamps."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, thin(pen)
    width, height = canvas.width, canvas.height
    base = height * rng.uniform(0.62, 0.72)
    draw_sky(pen, palette, base)
    _houses(pen, palette, base, palette.buildings, mixed(palette.sky, palette.night, 0.25), 0.12)
    pen.shape(box(-10, base, width + 20, 26), palette.stone, shade=False)
    pen.shape(box(-10, base + 26, width + 20, height), palette.road, shade=False)
    for x in np.arange(rng.uniform(-60, 0), width, 120):
        canvas.fill(
            np.float32([(x, base + 72), (x + 64, base + 72), (x + 56, base + 82), (x - 10, base + 82)]),
            lighter(palette.road, 22),
        )
    for x in (width * 0.12, width * 0.86):
        canvas.line(np.float32([(x, base + 16), (x, base - 170), (x + 26, base - 178)]), darker(palette.night, 2), 5)
        canvas.fill(ellipse(x + 30, base - 174, 11, 8), palette.glow)


def _night_sky(pen: Pen, palette: Palette) -> None:
    canvas, rng = pen.canvas, pen.canvas.rng
    width, height = canvas.width, canvas.height
    paint_gradient(pen, darker(palette.night, 4), mixed(palette.night, palette.sky, 0.5))
    for _ in range(45):
        radius = rng.uniform(0.8, 3.6)
        canvas.fill(
            star(rng.uniform(0, width), rng.uniform(0, height * 0.7), radius, radius * 0.45, 4),
            lighter(palette.glow, 6),
        )
    x, y, radius = rng.uniform(0.15, 0.85) * width, height * rng.uniform(0.14, 0.3), rng.uniform(26, 46)
    canvas.fill(ellipse(x, y, radius * 1.5, radius * 1.5, steps=48), mixed(palette.night, palette.glow, 0.22))
    canvas.fill(ellipse(x, y, radius, radius, steps=48), lighter(palette.glow, 4))
    canvas.fill(
        ellipse(x + radius * 0.3, y - radius * 0.2, radius * 0.2, radius * 0.16),
        mixed(palette.glow, palette.cloud, 0.5),
    )
    canvas.tags.add(tags.LIGHT)


def night(pen: Pen, palette: Palette) -> None:
    """A night sky, a moon and a skyline with lit windows."""
    canvas, pen = pen.canvas, thin(pen)
    _night_sky(pen, palette)
    colors = [mixed(color, palette.night, 0.7) for color in palette.buildings]
    _houses(pen, palette, canvas.height * 0.86, colors, mixed(palette.night, palette.second, 0.3), 0.35)
    canvas.fill(
        box(-10, canvas.height * 0.86, canvas.width + 20, canvas.height), mixed(palette.road, palette.night, 0.6)
    )


def _tower(pen: Pen, palette: Palette, x: float, base: float, thick: float, tall: float) -> None:
    """A round tower with a pointed roof and lit slits; `thick` is half its width."""
    stone, roof = mixed(palette.stone, palette.night, 0.45), mixed(palette.accent, palette.night, 0.5)
    pen.shape(box(x - thick, base - tall, 2 * thick, tall + 10), stone)
    pen.shape(
        np.float32([(x - thick * 1.3, base - tall), (x, base - tall - thick * 2.6), (x + thick * 1.3, base - tall)]),
        roof,
    )
    pen.shape(box(x - thick * 1.15, base - tall - 3, thick * 2.3, 9), lighter(stone, 5), shade=False)
    for down in np.arange(30, tall - 30, 62):
        slit = smooth([(-0.2, 1, True), (-0.2, 0.1), (0, -0.4), (0.2, 0.1), (0.2, 1, True)], steps=4) * np.float32(
            (thick, 20)
        )
        pen.shape(slit + np.float32((x, base - tall + down)), palette.glow, shade=False)


def castle(pen: Pen, palette: Palette) -> None:
    """A castle under the moon."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, thin(pen)
    width, base = canvas.width, canvas.height * rng.uniform(0.84, 0.92)
    _night_sky(pen, palette)
    middle, wall = width * rng.uniform(0.3, 0.7), base * rng.uniform(0.28, 0.4)
    for offset in (-0.3, 0.32, -0.14, 0.15):
        _tower(pen, palette, middle + offset * width, base, rng.uniform(18, 26), base * rng.uniform(0.42, 0.58))
    stone = mixed(palette.stone, palette.night, 0.35)
    pen.shape(box(middle - width * 0.34, base - wall, width * 0.7, wall + 10), stone)
    for x in np.arange(middle - width * 0.34, middle + width * 0.34, 30):
        pen.shape(box(x, base - wall - 13, 17, 15), stone, shade=False)
    _tower(pen, palette, middle, base, rng.uniform(32, 42), base * rng.uniform(0.6, 0.68))
    hills(pen, mixed(palette.grass, palette.night, 0.5), base + 4, 8)


def _window(pen: Pen, palette: Palette, x: float, y: float, width: float, height: float) -> None:
    pen.shape(box(x - 9, y - 9, width + 18, height + 18), lighter(palette.wood, 10), shade=False)
    pen.shape(box(x, y, width, height), palette.sky, shade=False)
    cloud(pen, x + width * 0.5, y + height * 0.45, width * 0.3, palette.cloud)
    pen.shape(box(x + width / 2 - 4, y, 8, height), lighter(palette.wood, 10), shade=False)
    for side in (-1, 1):
        edge = x + width / 2 + side * (width / 2 + 14)
        drape = [
            (edge + side * 26, y - 22, True),
            (edge - side * 30, y - 22, True),
            (edge - side * 14, y + height * 0.5),
            (edge - side * 2, y + height + 26, True),
            (edge + side * 26, y + height + 26, True),
        ]
        pen.shape(smooth(drape), palette.second)


def _shelf(pen: Pen, palette: Palette, x: float, y: float, width: float) -> None:
    rng = pen.canvas.rng
    spot = x + 8
    while spot < x + width - 20:
        thick, tall = rng.uniform(9, 17), rng.uniform(38, 62)
        color = (palette.accent, palette.second, palette.leaf, palette.stone, palette.wood)[int(rng.integers(5))]
        pen.shape(box(spot, y - tall, thick, tall), color, shade=False)
        spot += thick + (0 if rng.random() < 0.8 else 16)
    pen.shape(box(x, y, width, 10), palette.wood, shade=False)


def _potted_plant(pen: Pen, palette: Palette, x: float, y: float, size: float) -> None:
    for lean in (-0.7, -0.35, 0.0, 0.35, 0.7):
        leaf = [
            (x, y, True),
            (x + lean * size * 0.5 - size * 0.12, y - size * 0.6),
            (x + lean * size, y - size * (1.15 - abs(lean) * 0.4), True),
            (x + lean * size * 0.5 + size * 0.12, y - size * 0.5),
        ]
        pen.shape(smooth(leaf), palette.leaf)
    pot = [
        (x - size * 0.3, y - size * 0.05),
        (x + size * 0.3, y - size * 0.05),
        (x + size * 0.22, y + size * 0.5),
        (x - size * 0.22, y + size * 0.5),
    ]
    pen.shape(np.float32(pot), palette.accent)


def _cabinet(pen: Pen, palette: Palette, x: float, base: float, width: float, height: float) -> None:
    """A low cabinet with two doors and a lamp on it."""
    pen.shape(
        np.float32(
            [
                (x + width * 0.3 - 26, base - height - 44),
                (x + width * 0.3 + 26, base - height - 44),
                (x + width * 0.3 + 15, base - height - 82),
                (x + width * 0.3 - 15, base - height - 82),
            ]
        ),
        palette.glow,
    )
    pen.shape(box(x + width * 0.3 - 5, base - height - 44, 10, 44), palette.stone)
    pen.shape(box(x, base - height, width, height), palette.wood)
    for side in (0, 1):
        pen.shape(
            box(x + 8 + side * (width / 2 - 4), base - height + 10, width / 2 - 12, height - 20),
            lighter(palette.wood, 6),
            shade=False,
        )
        pen.canvas.fill(ellipse(x + width * (0.44 + 0.12 * side), base - height / 2, 4, 4, steps=10), palette.glow)
    pen.shape(box(x - 5, base - height - 6, width + 10, 9), lighter(palette.wood, 3), shade=False)


def room(pen: Pen, palette: Palette) -> None:
    """A wall with a window, a shelf and a picture, a wooden floor, and a plant."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, thin(pen)
    width, height = canvas.width, canvas.height
    floor = height * rng.uniform(0.74, 0.84)
    paint_gradient(pen, palette.wall, lighter(palette.wall, 3))
    canvas.fill_all(
        [box(x, 0, 16, floor) for x in range(int(rng.integers(0, 40)), width, 64)], darker(palette.wall, 2.5)
    )
    pen.shape(box(-10, floor, width + 20, height), palette.floor, shade=False)
    for y in np.arange(floor + 16, height, 24):
        canvas.line(np.float32([(0, y), (width, y)]), darker(palette.floor, 8), 1)
    pen.shape(box(-10, floor - 14, width + 20, 14), lighter(palette.wood, 16), shade=False)
    flip = rng.random() < 0.5

    def place(share: float, size: float) -> float:
        return width * (1 - share) - size if flip else width * share

    _window(pen, palette, place(0.08, width * 0.3), height * 0.12, width * 0.3, height * 0.36)
    _shelf(pen, palette, place(0.58, width * 0.34), height * 0.34, width * 0.34)
    pen.shape(box(place(0.66, 80), height * 0.44, 80, 58), lighter(palette.wood, 6), shade=False)
    pen.shape(box(place(0.66, 80) + 9, height * 0.44 + 9, 62, 40), palette.horizon, shade=False)
    _cabinet(pen, palette, place(0.12, width * 0.26), floor + 6, width * 0.26, height * 0.17)
    _potted_plant(pen, palette, place(0.9, 0), floor - 12, 56)
