"""Things: functions (pen, frame, palette). A thing is about one unit high, with (0, 0) in its middle."""

import numpy as np

from data_tools.comic.colors import darker, lighter
from data_tools.comic.curves import Frame, box, ellipse, smooth
from data_tools.comic.pen import Pen
from data_tools.comic.style import Palette


def cup(pen: Pen, frame: Frame, palette: Palette) -> None:
    """A steaming cup."""
    pen.shape(frame(ellipse(0, 0.42, 0.62, 0.12)), lighter(palette.stone, 10))
    pen.canvas.line(frame(ellipse(0.42, 0.02, 0.17, 0.18)), palette.accent, 0.08 * frame.scale, closed=True)
    body = [(-0.42, -0.2, True), (0.42, -0.2, True), (0.36, 0.25), (0.2, 0.42), (-0.2, 0.42), (-0.36, 0.25)]
    pen.shape(frame(smooth(body)), palette.accent)
    pen.shape(frame(ellipse(0, -0.2, 0.42, 0.09)), darker(palette.wood, 16))
    for x in (-0.15, 0.1):
        pen.canvas.stroke(
            frame(smooth([(x, -0.32), (x + 0.07, -0.45), (x - 0.03, -0.58), (x + 0.06, -0.75)], closed=False)),
            lighter(palette.cloud, 2),
            0.05 * frame.scale,
        )


def book(pen: Pen, frame: Frame, palette: Palette) -> None:
    """An open book."""
    for side in (-1, 1):
        pen.shape(frame([(0, -0.25), (side * 0.85, -0.36), (side * 0.85, 0.36), (0, 0.47)]), palette.second)
        page = [
            (0, -0.28, True),
            (side * 0.35, -0.42),
            (side * 0.78, -0.36, True),
            (side * 0.78, 0.28, True),
            (side * 0.35, 0.24),
            (0, 0.4, True),
        ]
        pen.shape(frame(smooth(page)), palette.cloud, shade=False)
        for row in range(5):
            y = -0.2 + row * 0.1
            pen.canvas.line(
                frame([(side * 0.12, y), (side * 0.66, y - 0.05)]),
                darker(palette.cloud, 32),
                max(0.014 * frame.scale, 1),
            )


def phone(pen: Pen, frame: Frame, palette: Palette) -> None:
    """A telephone with a message on it."""
    frame = frame.at(0, 0, angle=0.2)
    pen.shape(
        frame(smooth([(-0.3, -0.55), (0.3, -0.55), (0.33, 0), (0.3, 0.55), (-0.3, 0.55), (-0.33, 0)])), palette.night
    )
    pen.shape(frame(box(-0.25, -0.45, 0.5, 0.86)), palette.sky, shade=False)
    for y, x, color in ((-0.35, -0.19, palette.cloud), (-0.1, -0.06, palette.glow), (0.14, -0.19, palette.cloud)):
        pen.shape(frame(box(x, y, 0.26, 0.16)), color, shade=False)


def apple(pen: Pen, frame: Frame, palette: Palette) -> None:
    """An apple in the accent colour of the title."""
    body = [
        (0, -0.28),
        (0.24, -0.38),
        (0.48, -0.12),
        (0.4, 0.28),
        (0.14, 0.48),
        (0, 0.43),
        (-0.14, 0.48),
        (-0.4, 0.28),
        (-0.48, -0.12),
        (-0.24, -0.38),
    ]
    drawn = pen.shape(frame(smooth(body)), palette.accent)
    pen.canvas.fill_inside(frame(ellipse(-0.24, -0.12, 0.09, 0.14)), drawn, lighter(palette.accent, 18))
    pen.canvas.line(
        frame(smooth([(0, -0.26), (0.02, -0.4), (0.08, -0.52)], closed=False)), palette.wood, 0.05 * frame.scale
    )
    pen.shape(frame(smooth([(0.05, -0.42, True), (0.22, -0.6), (0.42, -0.54, True), (0.24, -0.4)])), palette.leaf)


def cake(pen: Pen, frame: Frame, palette: Palette) -> None:
    """A slice of cake with a berry."""
    pen.shape(frame(ellipse(0, 0.4, 0.75, 0.13)), palette.stone)
    pen.shape(frame([(-0.5, -0.08), (0.5, -0.08), (0.5, 0.38), (-0.5, 0.38)]), lighter(palette.wood, 28))
    pen.shape(frame(box(-0.5, 0.1, 1.0, 0.09)), palette.accent, shade=False)
    icing = [
        (-0.54, -0.28, True),
        (0.54, -0.28, True),
        (0.54, 0.0),
        (0.4, 0.08),
        (0.26, -0.03),
        (0.08, 0.1),
        (-0.1, -0.03),
        (-0.3, 0.07),
        (-0.42, -0.02),
        (-0.54, 0.02),
    ]
    pen.shape(frame(smooth(icing)), palette.cloud)
    pen.shape(frame(smooth([(0, -0.24), (-0.16, -0.36), (-0.12, -0.52), (0.12, -0.52), (0.16, -0.36)])), palette.accent)


def sword(pen: Pen, frame: Frame, palette: Palette) -> None:
    """A sword, point up."""
    frame = frame.at(0, 0, angle=0.5)
    pen.shape(frame([(-0.07, 0.2), (-0.07, -0.75), (0, -0.9), (0.07, -0.75), (0.07, 0.2)]), lighter(palette.stone, 24))
    pen.canvas.line(frame([(0, 0.15), (0, -0.74)]), palette.stone, 0.025 * frame.scale)
    pen.shape(frame(smooth([(-0.3, 0.14), (0, 0.19), (0.3, 0.14), (0.3, 0.25), (0, 0.28), (-0.3, 0.25)])), palette.glow)
    pen.shape(frame(box(-0.05, 0.26, 0.1, 0.3)), palette.wood)
    pen.shape(frame(ellipse(0, 0.61, 0.09, 0.09)), palette.accent)


def flask(pen: Pen, frame: Frame, palette: Palette) -> None:
    """A round flask with something glowing in it."""
    glass = [
        (-0.11, -0.5, True),
        (0.11, -0.5, True),
        (0.11, -0.15),
        (0.4, 0.1),
        (0.36, 0.42),
        (0, 0.54),
        (-0.36, 0.42),
        (-0.4, 0.1),
        (-0.11, -0.15),
    ]
    drawn = pen.shape(frame(smooth(glass)), lighter(palette.second, 26))
    pen.canvas.fill_inside(frame(box(-0.6, 0.08, 1.2, 0.6)), drawn, palette.accent)
    for x, y, radius in ((-0.1, 0.25, 0.06), (0.12, 0.18, 0.04), (0.05, 0.37, 0.05)):
        pen.canvas.fill(frame(ellipse(x, y, radius, radius)), lighter(palette.accent, 22))
    pen.shape(frame(box(-0.13, -0.66, 0.26, 0.19)), palette.wood)


def cat(pen: Pen, frame: Frame, palette: Palette) -> None:
    """A sitting cat."""
    fur = lighter(palette.wood, 22)
    pen.shape(frame(cat_tail()), fur)
    pen.shape(
        frame(smooth([(0, -0.2), (0.26, 0.0), (0.36, 0.4), (0.2, 0.55), (-0.2, 0.55), (-0.36, 0.4), (-0.26, 0.0)])), fur
    )
    pen.shape(frame(ellipse(0, 0.28, 0.17, 0.2)), palette.cloud, outline=False, shade=False)
    face = [
        (-0.34, -0.68, True),
        (-0.16, -0.5),
        (0.16, -0.5),
        (0.34, -0.68, True),
        (0.38, -0.3),
        (0.22, -0.1),
        (-0.22, -0.1),
        (-0.38, -0.3),
    ]
    pen.shape(frame(smooth(face)), fur)
    for side in (-1, 1):
        pen.canvas.fill(frame(ellipse(side * 0.16, -0.32, 0.055, 0.075)), darker(palette.night, 6))
        pen.canvas.fill(frame(ellipse(side * 0.16 - 0.015, -0.35, 0.02, 0.025)), palette.cloud)
        pen.stroke(frame(smooth([(0, -0.21), (side * 0.05, -0.17), (side * 0.1, -0.2)], closed=False)), fur, 0.8)
    pen.canvas.fill(frame([(-0.03, -0.25), (0.03, -0.25), (0, -0.21)]), palette.accent)


def cat_tail() -> np.ndarray:
    """The tail of the cat."""
    return smooth(
        [(0.2, 0.5), (0.5, 0.48), (0.66, 0.25), (0.6, 0.0), (0.7, -0.02), (0.78, 0.28), (0.58, 0.58), (0.2, 0.6)]
    )
