"""What people wear on the head: functions (pen, frame, character) in head units, drawn last."""

from data_tools.comic.colors import lighter
from data_tools.comic.curves import Frame, box, ellipse, smooth, star
from data_tools.comic.pen import Pen
from data_tools.comic.style import Character


def nothing(pen: Pen, frame: Frame, who: Character) -> None:
    """No accessory."""


def glasses(pen: Pen, frame: Frame, who: Character) -> None:
    """Round glasses."""
    for x in (-0.19, 0.19):
        pen.canvas.line(frame(ellipse(x, 0.1, 0.155, 0.14)), who.accent, max(0.022 * frame.scale, 1.2), closed=True)
    pen.canvas.line(
        frame(smooth([(-0.04, 0.08), (0, 0.06), (0.04, 0.08)], closed=False)), who.accent, max(0.022 * frame.scale, 1.2)
    )


def hairpin(pen: Pen, frame: Frame, who: Character) -> None:
    """A star in the hair."""
    pen.shape(frame(star(0.3, -0.34, 0.13, 0.06, 5)), who.accent)


def ribbon(pen: Pen, frame: Frame, who: Character) -> None:
    """A bow on top."""
    for side in (-1, 1):
        wing = [
            (0.16, -0.6, True),
            (0.16 + side * 0.16, -0.74),
            (0.16 + side * 0.27, -0.68),
            (0.16 + side * 0.24, -0.5),
            (0.16 + side * 0.1, -0.52),
        ]
        pen.shape(frame(smooth(wing)), who.accent)
    pen.shape(frame(ellipse(0.16, -0.6, 0.06, 0.07)), lighter(who.accent, 8))


def headband(pen: Pen, frame: Frame, who: Character) -> None:
    """A band over the hair."""
    arc = [
        (-0.49, -0.12),
        (-0.4, -0.44),
        (-0.15, -0.6),
        (0.15, -0.6),
        (0.4, -0.44),
        (0.49, -0.12),
        (0.44, -0.12),
        (0.35, -0.38),
        (0.13, -0.52),
        (-0.13, -0.52),
        (-0.35, -0.38),
        (-0.44, -0.12),
    ]
    pen.shape(frame(smooth(arc)), who.accent)


def beanie(pen: Pen, frame: Frame, who: Character) -> None:
    """A knitted cap."""
    dome = [
        (-0.5, -0.24, True),
        (-0.46, -0.5),
        (-0.22, -0.76),
        (0.0, -0.8),
        (0.22, -0.76),
        (0.46, -0.5),
        (0.5, -0.24, True),
        (0.25, -0.31),
        (0, -0.33),
        (-0.25, -0.31),
    ]
    pen.shape(frame(smooth(dome)), who.accent)
    rim = [
        (-0.52, -0.2),
        (-0.5, -0.34),
        (-0.25, -0.43),
        (0, -0.45),
        (0.25, -0.43),
        (0.5, -0.34),
        (0.52, -0.2),
        (0.25, -0.29),
        (0, -0.31),
        (-0.25, -0.29),
    ]
    pen.shape(frame(smooth(rim)), lighter(who.accent, 10))
    pen.shape(frame(ellipse(0, -0.83, 0.1, 0.1)), lighter(who.accent, 14))


def headphones(pen: Pen, frame: Frame, who: Character) -> None:
    """Headphones over the ears."""
    arc = [(-0.5, 0.0), (-0.46, -0.38), (-0.2, -0.68), (0.2, -0.68), (0.46, -0.38), (0.5, 0.0)]
    pen.canvas.line(
        frame(smooth(arc, closed=False)), pen.style.line_color(who.accent), max(0.075 * frame.scale, 2) + pen.thickness
    )
    pen.canvas.line(frame(smooth(arc, closed=False)), who.accent, max(0.075 * frame.scale, 2) - pen.thickness * 0.5)
    for x in (-0.47, 0.47):
        pen.shape(frame(ellipse(x, 0.08, 0.085, 0.16)), who.accent)


def earrings(pen: Pen, frame: Frame, who: Character) -> None:
    """Drop-shaped earrings."""
    for x in (-0.44, 0.44):
        pen.shape(frame(ellipse(x, 0.27, 0.04, 0.06)), who.accent)


def crown(pen: Pen, frame: Frame, who: Character) -> None:
    """A crown with points."""
    points = [
        (-0.33, -0.42),
        (-0.4, -0.74),
        (-0.2, -0.6),
        (0.0, -0.86),
        (0.2, -0.6),
        (0.4, -0.74),
        (0.33, -0.42),
        (0.15, -0.49),
        (-0.15, -0.49),
    ]
    pen.shape(frame(points), who.accent)


def plaster(pen: Pen, frame: Frame, who: Character) -> None:
    """A plaster on the cheek."""
    pen.shape(frame.at(0.25, 0.26, angle=-0.3)(box(-0.08, -0.028, 0.16, 0.056)), who.accent)
