"""Places: functions (pen, palette) that cover the whole canvas with a scene."""

import numpy as np

from data_tools.comic import tags
from data_tools.comic.backdrops import paint_gradient
from data_tools.comic.colors import Color, darker, lighter, mixed
from data_tools.comic.curves import box, ellipse, smooth, star
from data_tools.comic.pen import Pen
from data_tools.comic.style import Palette


def _thin(pen: Pen) -> Pen:
    pen.canvas.tags.add(tags.BACKGROUND)
    return pen._replace(weight=0.6, person=False)


def cloud(pen: Pen, x: float, y: float, size: float, color: Color) -> None:
    """A cloud with a flat base; size is half its width."""
    puffs = [(-1, 0.12, True), (-0.95, -0.12), (-0.62, -0.2), (-0.5, -0.45), (-0.1, -0.6), (0.22, -0.4), (0.55, -0.42), (0.7, -0.16), (0.95, -0.1), (1, 0.12, True)]
    pen.canvas.fill(smooth(puffs) * np.float32(size) + np.float32((x, y)), color)


def _sky(pen: Pen, palette: Palette, horizon: float) -> None:
    canvas, rng = pen.canvas, pen.canvas.rng
    paint_gradient(pen, palette.sky, mixed(palette.sky, palette.horizon, 0.9))
    for _ in range(int(rng.integers(2, 5))):
        cloud(pen, rng.uniform(0, canvas.width), rng.uniform(0.08, 0.75) * horizon, rng.uniform(50, 130), mixed(palette.cloud, palette.sky, 0.12))


def _foliage(pen: Pen, x: float, y: float, radius: float, color: Color) -> None:
    """A leafy crown: a wavy disc with two tones inside."""
    rng = pen.canvas.rng
    count = 9
    angle = np.linspace(0, 2 * np.pi, count * 2, endpoint=False) + rng.uniform(0, 1)
    reach = radius * np.where(np.arange(2 * count) % 2 == 0, 1.0, 0.86) * rng.uniform(0.94, 1.06, 2 * count)
    rim = [(x + r * np.cos(a), y + r * 0.9 * np.sin(a)) for r, a in zip(reach, angle)]
    drawn = pen.shape(smooth(rim), color)
    pen.canvas.fill_inside(smooth(rim) * np.float32(0.62) + np.float32((x, y)) * np.float32(0.38) - np.float32(radius * 0.18), drawn, lighter(color, 8))


def tree(pen: Pen, palette: Palette, x: float, y: float, height: float) -> None:
    """A tree whose foot is at (x, y)."""
    trunk = [(x - height * 0.07, y, True), (x - height * 0.04, y - height * 0.3), (x - height * 0.03, y - height * 0.6), (x + height * 0.03, y - height * 0.6), (x + height * 0.04, y - height * 0.3), (x + height * 0.08, y, True)]
    pen.shape(smooth(trunk), palette.wood)
    for move_x, move_y, size in ((-0.2, 0.62, 0.22), (0.2, 0.64, 0.21), (0.0, 0.8, 0.28)):
        _foliage(pen, x + move_x * height, y - move_y * height, size * height, palette.leaf)


def _hills(pen: Pen, color: Color, y: float, amplitude: float) -> None:
    canvas, rng = pen.canvas, pen.canvas.rng
    x = np.linspace(-20, canvas.width + 20, 40)
    crest = y - amplitude * (np.sin(x / rng.uniform(90, 160) + rng.uniform(0, 6)) + 0.5 * np.sin(x / 55 + rng.uniform(0, 6)))
    points = np.stack([np.append(x, [canvas.width + 20, -20]), np.append(crest, [canvas.height + 20] * 2)], 1).astype(np.float32)
    pen.shape(points, color, shade=False)


def park(pen: Pen, palette: Palette) -> None:
    """Sky, hills, meadow, path, trees, flowers."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, _thin(pen)
    width, height = canvas.width, canvas.height
    horizon = height * rng.uniform(0.5, 0.62)
    _sky(pen, palette, horizon)
    _hills(pen, mixed(palette.leaf, palette.sky, 0.5), horizon - 18, 16)
    _hills(pen, palette.grass, horizon + 10, 5)
    middle = width * rng.uniform(0.3, 0.7)
    path = [(middle - 8, horizon + 12), (middle + 10, horizon + 12), (middle + 70, height * 0.82), (middle + 190, height + 20), (middle - 90, height + 20), (middle + 10, height * 0.82)]
    canvas.fill(smooth(path), mixed(palette.road, palette.horizon, 0.4))
    for x in sorted(rng.uniform(0, 1, 3)):
        tree(pen, palette, x * width, horizon + rng.uniform(15, 60), rng.uniform(0.4, 0.75) * height)
    for _ in range(26):
        x, y = rng.uniform(0, width), rng.uniform(horizon + 40, height)
        canvas.stroke(np.float32([(x, y), (x + 2, y - 6), (x + 5, y - 11)]), darker(palette.grass, 12), 3)
        if rng.random() < 0.4:
            canvas.fill(ellipse(x + 6, y - 12, 4, 4, steps=10), palette.accent)


def _windows(pen: Pen, x: float, y: float, width: float, height: float, color: Color, lit: Color, share: float) -> None:
    columns, rows = max(1, int(width / 34)), max(1, int(height / 46))
    step_x, step_y = width / columns, height / rows
    for row in range(rows):
        for column in range(columns):
            fill = lit if pen.canvas.rng.random() < share else color
            pen.shape(box(x + (column + 0.24) * step_x, y + (row + 0.25) * step_y, step_x * 0.52, step_y * 0.5), fill, shade=False)


def _houses(pen: Pen, palette: Palette, base: float, colors, glass: Color, lit: Color, share: float) -> None:
    canvas, rng, x = pen.canvas, pen.canvas.rng, -30.0
    while x < canvas.width:
        width, tall = rng.uniform(90, 180), rng.uniform(0.45, 0.95) * base
        color = colors[int(rng.integers(len(colors)))]
        pen.shape(box(x, base - tall, width, tall + 6), color, shade=False)
        pen.shape(box(x - 4, base - tall - 7, width + 8, 12), darker(color, 12), shade=False)
        _windows(pen, x + 6, base - tall + 14, width - 12, tall * 0.72, glass, lit, share)
        if rng.random() < 0.5:
            pen.shape(box(x + 10, base - 44, width - 20, 14), palette.accent if rng.random() < 0.5 else palette.second, shade=False)
        x += width + rng.uniform(-4, 12)


def street(pen: Pen, palette: Palette) -> None:
    """Houses along a road, lamps."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, _thin(pen)
    width, height = canvas.width, canvas.height
    base = height * rng.uniform(0.62, 0.72)
    _sky(pen, palette, base)
    _houses(pen, palette, base, palette.buildings, mixed(palette.sky, palette.night, 0.25), palette.glow, 0.12)
    pen.shape(box(-10, base, width + 20, 26), palette.stone, shade=False)
    pen.shape(box(-10, base + 26, width + 20, height), palette.road, shade=False)
    for x in np.arange(rng.uniform(-60, 0), width, 120):
        canvas.fill(np.float32([(x, base + 72), (x + 64, base + 72), (x + 56, base + 82), (x - 10, base + 82)]), lighter(palette.road, 22))
    for x in (width * 0.12, width * 0.86):
        canvas.line(np.float32([(x, base + 16), (x, base - 170), (x + 26, base - 178)]), darker(palette.night, 2), 5)
        canvas.fill(ellipse(x + 30, base - 174, 11, 8), palette.glow)


def night(pen: Pen, palette: Palette) -> None:
    """Night sky, moon and a skyline with lit windows."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, _thin(pen)
    width, height = canvas.width, canvas.height
    paint_gradient(pen, darker(palette.night, 4), mixed(palette.night, palette.sky, 0.5))
    for _ in range(45):
        radius = rng.uniform(0.8, 3.6)
        canvas.fill(star(rng.uniform(0, width), rng.uniform(0, height * 0.7), radius, radius * 0.45, 4), lighter(palette.glow, 6))
    x, y, radius = rng.uniform(0.15, 0.85) * width, height * rng.uniform(0.14, 0.3), rng.uniform(26, 46)
    canvas.fill(ellipse(x, y, radius * 1.5, radius * 1.5, steps=48), mixed(palette.night, palette.glow, 0.22))
    canvas.fill(ellipse(x, y, radius, radius, steps=48), lighter(palette.glow, 4))
    canvas.fill(ellipse(x + radius * 0.3, y - radius * 0.2, radius * 0.2, radius * 0.16), mixed(palette.glow, palette.cloud, 0.5))
    colors = [mixed(color, palette.night, 0.7) for color in palette.buildings]
    _houses(pen, palette, height * 0.86, colors, mixed(palette.night, palette.second, 0.3), palette.glow, 0.35)
    canvas.fill(box(-10, height * 0.86, width + 20, height), mixed(palette.road, palette.night, 0.6))
    canvas.tags.add(tags.LIGHT)


def _window(pen: Pen, palette: Palette, x: float, y: float, width: float, height: float) -> None:
    pen.shape(box(x - 9, y - 9, width + 18, height + 18), lighter(palette.wood, 10), shade=False)
    pen.shape(box(x, y, width, height), palette.sky, shade=False)
    cloud(pen, x + width * 0.5, y + height * 0.45, width * 0.3, palette.cloud)
    pen.shape(box(x + width / 2 - 4, y, 8, height), lighter(palette.wood, 10), shade=False)
    for side in (-1, 1):
        edge = x + width / 2 + side * (width / 2 + 14)
        drape = [(edge + side * 26, y - 22, True), (edge - side * 30, y - 22, True), (edge - side * 14, y + height * 0.5), (edge - side * 2, y + height + 26, True), (edge + side * 26, y + height + 26, True)]
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
        leaf = [(x, y, True), (x + lean * size * 0.5 - size * 0.12, y - size * 0.6), (x + lean * size, y - size * (1.15 - abs(lean) * 0.4), True), (x + lean * size * 0.5 + size * 0.12, y - size * 0.5)]
        pen.shape(smooth(leaf), palette.leaf)
    pot = [(x - size * 0.3, y - size * 0.05), (x + size * 0.3, y - size * 0.05), (x + size * 0.22, y + size * 0.5), (x - size * 0.22, y + size * 0.5)]
    pen.shape(np.float32(pot), palette.accent)


def room(pen: Pen, palette: Palette) -> None:
    """A wall with window, shelf and picture, a wooden floor, a plant."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, _thin(pen)
    width, height = canvas.width, canvas.height
    floor = height * rng.uniform(0.74, 0.84)
    paint_gradient(pen, palette.wall, lighter(palette.wall, 3))
    canvas.fill_all([box(x, 0, 16, floor) for x in range(int(rng.integers(0, 40)), width, 64)], darker(palette.wall, 2.5))
    pen.shape(box(-10, floor, width + 20, height), palette.floor, shade=False)
    for y in np.arange(floor + 16, height, 24):
        canvas.line(np.float32([(0, y), (width, y)]), darker(palette.floor, 8), 1)
    pen.shape(box(-10, floor - 14, width + 20, 14), lighter(palette.wood, 16), shade=False)
    flip = rng.random() < 0.5
    place = lambda share, size: width * (1 - share) - size if flip else width * share
    _window(pen, palette, place(0.08, width * 0.3), height * 0.12, width * 0.3, height * 0.36)
    _shelf(pen, palette, place(0.58, width * 0.34), height * 0.34, width * 0.34)
    pen.shape(box(place(0.66, 80), height * 0.44, 80, 58), lighter(palette.wood, 6), shade=False)
    pen.shape(box(place(0.66, 80) + 9, height * 0.44 + 9, 62, 40), palette.horizon, shade=False)
    _potted_plant(pen, palette, place(0.9, 0), floor - 12, 56)


def forest(pen: Pen, palette: Palette) -> None:
    """Trunks in rows, paler with distance, undergrowth."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, _thin(pen)
    width, height = canvas.width, canvas.height
    paint_gradient(pen, mixed(palette.sky, palette.horizon, 0.3), palette.horizon)
    for depth in (0.65, 0.35, 0.0):
        ground = height * (0.92 - depth * 0.35)
        _hills(pen, mixed(palette.grass, palette.horizon, depth), ground, 7)
        for x in rng.uniform(0, width, 5):
            thick = (1.3 - depth) * rng.uniform(16, 34)
            trunk = [(x - thick, ground + 12, True), (x - thick * 0.55, ground - 60), (x - thick * 0.5, -20, True), (x + thick * 0.5, -20, True), (x + thick * 0.5, ground - 60), (x + thick, ground + 12, True)]
            pen.shape(smooth(trunk), mixed(palette.wood, palette.horizon, depth))
        for x in rng.uniform(0, width, 4):
            _foliage(pen, x, rng.uniform(-20, height * 0.14), rng.uniform(60, 110), mixed(palette.leaf, palette.horizon, depth))


def ruins(pen: Pen, palette: Palette) -> None:
    """Columns and an arch before an evening sky."""
    canvas, rng, pen = pen.canvas, pen.canvas.rng, _thin(pen)
    width, height = canvas.width, canvas.height
    ground = height * rng.uniform(0.76, 0.86)
    paint_gradient(pen, palette.sky, palette.horizon)
    canvas.fill(ellipse(width * rng.uniform(0.2, 0.8), ground * 0.55, 58, 58, steps=48), mixed(palette.horizon, palette.glow, 0.7))
    for _ in range(4):
        cloud(pen, rng.uniform(0, width), rng.uniform(0.1, 0.7) * ground, rng.uniform(60, 150), mixed(palette.cloud, palette.horizon, 0.3))
    _hills(pen, mixed(palette.stone, palette.sky, 0.6), ground - 40, 26)
    for x in np.linspace(0.06, 0.94, 5) * width:
        tall, thick = ground * rng.uniform(0.4, 0.95), rng.uniform(20, 27)
        pen.shape(box(x - thick, ground - tall, 2 * thick, tall + 10), palette.stone)
        for groove in (-0.4, 0.0, 0.4):
            canvas.line(np.float32([(x + groove * thick, ground - tall + 20), (x + groove * thick, ground)]), darker(palette.stone, 9), 1.2)
        pen.shape(box(x - thick - 8, ground - tall - 16, 2 * thick + 16, 18), lighter(palette.stone, 6))
    _hills(pen, palette.grass, ground + 8, 4)
