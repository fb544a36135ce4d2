"""Outdoor places: functions (pen, palette) that cover the whole canvas."""

import numpy as np

from data_tools.comic import tags
from data_tools.comic.backdrops import paint_gradient
from data_tools.comic.colors import Color, darker, lighter, mixed
from data_tools.comic.curves import box, ellipse, smooth
from data_tools.comic.pen import Pen
from data_tools.comic.style import Palette


def thin(pen: Pen) -> Pen:
    """The pen for backgrounds: thinner lines that belong to no person. Tags the panel as one with a background."""
    pen.canvas.tags.add(tags.BACKGROUND)
    return pen._replace(weight=0.6, person=False)


def cloud(pen: Pen, x: float, y: float, size: float, color: Color) -> None:
    """A cloud with a nearly flat base; size is half its width."""
    puffs = [
        (-1, 0.1),
        (-0.95, -0.12),
        (-0.62, -0.2),
        (-0.5, -0.45),
        (-0.1, -0.6),
        (0.22, -0.4),
        (0.55, -0.42),
        (0.7, -0.16),
        (0.95, -0.1),
        (1, 0.1),
        (0.8, 0.17),
        (-0.8, 0.17),
    ]
    pen.canvas.fill(smooth(puffs) * np.float32(size) + np.float32((x, y)), color)


def draw_sky(pen: Pen, palette: Palette, horizon: float) -> None:
    """Draws a sky by day, with clouds, down to `horizon` px."""
    canvas, rng = pen.canvas, pen.canvas.rng
    paint_gradient(pen, palette.sky, mixed(palette.sky, palette.horizon, 0.9))
    for _ in range(int(rng.integers(2, 5))):
        cloud(
            pen,
            rng.uniform(0, canvas.width),
            rng.uniform(0.08, 0.75) * horizon,
            rng.uniform(50, 130),
            mixed(palette.cloud, palette.sky, 0.12),
        )


def _foliage(pen: Pen, x: float, y: float, radius: float, color: Color) -> None:
    """A leafy crown: a wavy disc with two tones inside."""
    rng = pen.canvas.rng
    count = 9
    angle = np.linspace(0, 2 * np.pi, count * 2, endpoint=False) + rng.uniform(0, 1)
    reach = radius * np.where(np.arange(2 * count) % 2 == 0, 1.0, 0.86) * rng.uniform(0.94, 1.06, 2 * count)
    rim = [(x + r * np.cos(a), y + r * 0.9 * np.sin(a)) for r, a in zip(reach, angle)]
    drawn = pen.shape(smooth(rim), color)
    pen.canvas.fill_inside(
        smooth(rim) * np.float32(0.62) + np.float32((x, y)) * np.float32(0.38) - np.float32(radius * 0.18),
        drawn,
        lighter(color, 8),
    )


def tree(pen: Pen, palette: Palette, x: float, y: float, height: float) -> None:
    """A tree whose foot is at (x, y)."""
    trunk = [
        (x - height * 0.07, y, True),
        (x - height * 0.04, y - height * 0.3),
        (x - height * 0.03, y - height * 0.6),
        (x + height * 0.03, y - height * 0.6),
        (x + height * 0.04, y - height * 0.3),
        (x + height * 0.08, y, True),
    ]
    pen.shape(smooth(trunk), palette.wood)
    for move_x, move_y, size in ((-0.2, 0.62, 0.22), (0.2, 0.64, 0.21), (0.0, 0.8, 0.28)):
        _foliage(pen, x + move_x * height, y - move_y * height, size * height, palette.leaf)


def hills(pen: Pen, color: Color, y: float, amplitude: float) -> None:
    """Ground with a wavy crest around height `y`, down to the bottom."""
    canvas, rng = pen.canvas, pen.canvas.rng
    x = np.linspace(-20, canvas.width + 20, 40)
    crest = y - amplitude * (
        np.sin(x / rng.uniform(90, 160) + rng.uniform(0, 6)) + 0.5 * np.sin(x / 55 + rng.uniform(0, 6))
    )
    points = np.stack([np.append(x, [canvas.width + 20, -20]), np.append(crest, [canvas.height + 20] * 2)], 1).astype(
        np.float32
    )
    pen.shape(points, color, shade=False)


def park(pen: Pen, palette: Palette) -> None:
    """Sky, hills, meadow, path, trees, flowers."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, thin(pen)
    width, height = canvas.width, canvas.height
    horizon = height * rng.uniform(0.5, 0.62)
    draw_sky(pen, palette, horizon)
    hills(pen, mixed(palette.leaf, palette.sky, 0.5), horizon - 18, 16)
    hills(pen, palette.grass, horizon + 10, 5)
    middle = width * rng.uniform(0.3, 0.7)
    path = [
        (middle - 8, horizon + 12),
        (middle + 10, horizon + 12),
        (middle + 70, height * 0.82),
        (middle + 190, height + 20),
        (middle - 90, height + 20),
        (middle + 10, height * 0.82),
    ]
    canvas.fill(smooth(path), mixed(palette.road, palette.horizon, 0.4))
    for x in sorted(rng.uniform(0, 1, 3)):
        tree(pen, palette, x * width, horizon + rng.uniform(15, 60), rng.uniform(0.4, 0.75) * height)
    for _ in range(26):
        x, y = rng.uniform(0, width), rng.uniform(horizon + 40, height)
        canvas.stroke(np.float32([(x, y), (x + 2, y - 6), (x + 5, y - 11)]), darker(palette.grass, 12), 3)
        if rng.random() < 0.4:
            canvas.fill(ellipse(x + 6, y - 12, 4, 4, steps=10), palette.accent)


def forest(pen: Pen, palette: Palette) -> None:
    """Rows of trunks, paler with distance, and undergrowth."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, thin(pen)
    width, height = canvas.width, canvas.height
    paint_gradient(pen, mixed(palette.sky, palette.horizon, 0.3), palette.horizon)
    for depth in (0.65, 0.35, 0.0):
        ground = height * (0.92 - depth * 0.35)
        hills(pen, mixed(palette.grass, palette.horizon, depth), ground, 7)
        for x in rng.uniform(0, width, 5):
            thick = (1.3 - depth) * rng.uniform(16, 34)
            trunk = [
                (x - thick, ground + 12, True),
                (x - thick * 0.55, ground - 60),
                (x - thick * 0.5, -20, True),
                (x + thick * 0.5, -20, True),
                (x + thick * 0.5, ground - 60),
                (x + thick, ground + 12, True),
            ]
            pen.shape(smooth(trunk), mixed(palette.wood, palette.horizon, depth))
        for x in rng.uniform(0, width, 4):
            _foliage(
                pen,
                x,
                rng.uniform(-20, height * 0.14),
                rng.uniform(60, 110),
                mixed(palette.leaf, palette.horizon, depth),
            )


def ruins(pen: Pen, palette: Palette) -> None:
    """Columns and an arch in front of an evening sky."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, thin(pen)
    width, height = canvas.width, canvas.height
    ground = height * rng.uniform(0.76, 0.86)
    paint_gradient(pen, palette.sky, palette.horizon)
    canvas.fill(
        ellipse(width * rng.uniform(0.2, 0.8), ground * 0.55, 58, 58, steps=48),
        mixed(palette.horizon, palette.glow, 0.7),
    )
    for _ in range(4):
        cloud(
            pen,
            rng.uniform(0, width),
            rng.uniform(0.1, 0.7) * ground,
            rng.uniform(60, 150),
            mixed(palette.cloud, palette.horizon, 0.3),
        )
    hills(pen, mixed(palette.stone, palette.sky, 0.6), ground - 40, 26)
    for x in np.linspace(0.06, 0.94, 5) * width:
        tall, thick = ground * rng.uniform(0.4, 0.95), rng.uniform(20, 27)
        pen.shape(box(x - thick, ground - tall, 2 * thick, tall + 10), palette.stone)
        for groove in (-0.4, 0.0, 0.4):
            canvas.line(
                np.float32([(x + groove * thick, ground - tall + 20), (x + groove * thick, ground)]),
                darker(palette.stone, 9),
                1.2,
            )
        pen.shape(box(x - thick - 8, ground - tall - 16, 2 * thick + 16, 18), lighter(palette.stone, 6))
    hills(pen, palette.grass, ground + 8, 4)
