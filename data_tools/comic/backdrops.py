"""Plain and patterned backgrounds: functions (pen, palette) that cover the whole canvas."""

import numpy as np

from data_tools.comic import tags
from data_tools.comic.canvas import SCALE
from data_tools.comic.colors import Color, darker, gradient, lighter, mixed
from data_tools.comic.curves import box, ellipse, smooth, star
from data_tools.comic.pen import Pen
from data_tools.comic.style import Palette


def _plain_color(pen: Pen, palette: Palette) -> Color:
    options = (palette.backdrop, palette.backdrop, lighter(palette.second, 12), palette.horizon)
    return options[int(pen.canvas.rng.integers(len(options)))]


def paint_gradient(pen: Pen, top: Color, bottom: Color) -> None:
    """Covers the canvas with a vertical gradient from `top` to `bottom`."""
    pen.canvas.image[:] = gradient(top, bottom, pen.canvas.height * SCALE)


def solid(pen: Pen, palette: Palette) -> None:
    """One colour."""
    pen.canvas.image[:] = _plain_color(pen, palette)


def gradient_backdrop(pen: Pen, palette: Palette) -> None:
    """Two colours."""
    color = _plain_color(pen, palette)
    paint_gradient(pen, color, mixed(lighter(color, 8), palette.horizon, 0.6))


def dreamy(pen: Pen, palette: Palette) -> None:
    """A light gradient with soft discs of light."""
    canvas, rng = pen.canvas, pen.canvas.rng
    paint_gradient(pen, lighter(palette.backdrop, 4), lighter(palette.sky, 8))
    for _ in range(14):
        x, y, radius = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height), rng.uniform(12, 60)
        color = (lighter(palette.backdrop, 8), lighter(palette.glow, 3), lighter(palette.sky, 12))[int(rng.integers(3))]
        canvas.fill(ellipse(x, y, radius, radius, steps=40), color)
    canvas.tags.update((tags.LIGHT, tags.BACKGROUND))


def _grid(pen: Pen, pitch: float) -> list[tuple[float, float]]:
    """Positions of a pattern, with every other row shifted by half a step."""
    rows, columns = int(pen.canvas.height / pitch) + 2, int(pen.canvas.width / pitch) + 2
    return [
        ((column + row % 2 / 2 - 0.3) * pitch, (row - 0.2) * pitch) for row in range(rows) for column in range(columns)
    ]


def hearts(pen: Pen, palette: Palette) -> None:
    """Rows of hearts."""
    solid(pen, palette)
    heart = smooth(
        [(0, -0.25, True), (0.32, -0.5), (0.5, -0.15), (0, 0.5, True), (-0.5, -0.15), (-0.32, -0.5)], steps=5
    )
    color = mixed(palette.backdrop, palette.accent, 0.3)
    pen.canvas.fill_all([heart * 30 + np.float32(place) for place in _grid(pen, 74)], color)
    pen.canvas.tags.add(tags.BACKGROUND)


def leaves(pen: Pen, palette: Palette) -> None:
    """Scattered leaves in two colours."""
    pen.canvas.image[:] = lighter(palette.backdrop, 4)
    leaf = smooth([(0, -0.5, True), (0.25, -0.1), (0, 0.5, True), (-0.25, -0.1)], steps=5)
    for number, place in enumerate(_grid(pen, 66)):
        angle = pen.canvas.rng.uniform(0, 6.28)
        turn = np.float32([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        pen.canvas.fill(
            leaf * 40 @ turn + np.float32(place),
            mixed(palette.backdrop, (palette.leaf, palette.accent)[number % 2], 0.45),
        )
    pen.canvas.tags.add(tags.BACKGROUND)


def checks(pen: Pen, palette: Palette) -> None:
    """A tablecloth of crossing bands."""
    canvas, pitch = pen.canvas, 56
    canvas.image[:] = lighter(palette.backdrop, 6)
    band, cross = mixed(palette.backdrop, palette.second, 0.35), mixed(palette.backdrop, palette.second, 0.65)
    canvas.fill_all([box(x, 0, pitch / 2, canvas.height) for x in range(10, canvas.width, pitch)], band)
    canvas.fill_all([box(0, y, canvas.width, pitch / 2) for y in range(14, canvas.height, pitch)], band)
    canvas.fill_all(
        [
            box(x, y, pitch / 2, pitch / 2)
            for x in range(10, canvas.width, pitch)
            for y in range(14, canvas.height, pitch)
        ],
        cross,
    )
    canvas.tags.add(tags.BACKGROUND)


def stripes(pen: Pen, palette: Palette) -> None:
    """Slanted stripes."""
    canvas, pitch = pen.canvas, 70
    color = _plain_color(pen, palette)
    canvas.image[:] = color
    bands = [
        np.float32(
            [
                (x, 0),
                (x + pitch / 2, 0),
                (x + pitch / 2 - canvas.height * 0.5, canvas.height),
                (x - canvas.height * 0.5, canvas.height),
            ]
        )
        for x in np.arange(0, canvas.width + canvas.height * 0.5, pitch)
    ]
    canvas.fill_all(bands, mixed(color, palette.second, 0.35))
    canvas.tags.add(tags.BACKGROUND)


def burst(pen: Pen, palette: Palette) -> None:
    """Wedges that meet in one point behind the head."""
    canvas, rng = pen.canvas, pen.canvas.rng
    color = _plain_color(pen, palette)
    canvas.image[:] = color
    x, y, count = canvas.width * rng.uniform(0.35, 0.65), canvas.height * rng.uniform(0.4, 0.6), 18
    angle = np.linspace(0, 2 * np.pi, 2 * count, endpoint=False)
    rim = np.float32([x, y]) + 1000 * np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)
    other = mixed(color, palette.glow if rng.random() < 0.5 else darker(color, 14), 0.55)
    canvas.fill_all([np.float32([(x, y), rim[2 * ray], rim[2 * ray + 1]]) for ray in range(count)], other)
    canvas.tags.add(tags.BACKGROUND)


def starry(pen: Pen, palette: Palette) -> None:
    """A dark sky with stars, without a landscape."""
    canvas, rng = pen.canvas, pen.canvas.rng
    paint_gradient(pen, palette.night, mixed(palette.night, palette.second, 0.35))
    for _ in range(40):
        radius = rng.uniform(1, 5)
        canvas.fill(
            star(rng.uniform(0, canvas.width), rng.uniform(0, canvas.height), radius, radius * 0.4, 4), palette.glow
        )
    canvas.tags.update((tags.BACKGROUND, tags.LIGHT))
