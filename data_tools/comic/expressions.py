"""Eyes, brows and mouths, and the expressions that they make. The origin is the middle of the feature; units are heads.

An eye is a function (pen, frame, character, open) and draws the left eye as seen; the frame mirrors it for the right
one.
"""

from collections.abc import Callable
from typing import NamedTuple

from data_tools.comic.colors import Color, darker, is_neutral, lighter, mixed, neutral
from data_tools.comic.curves import Frame, ellipse, smooth
from data_tools.comic.pen import Pen
from data_tools.comic.style import Character


def toned(color: Color, warm: Color, share: float) -> Color:
    """A mix of `color` and `warm`; gray if `color` is gray."""
    result = mixed(color, warm, share)
    return neutral(result) if is_neutral(color) else result


def _lid(height: float) -> list:
    return [(0.1, 0.02 * height), (0.04, -0.075 * height), (-0.04, -0.08 * height), (-0.105, 0.0)]


def open_eye(pen: Pen, frame: Frame, who: Character, height: float) -> None:
    """An eye with iris, pupil and lights; `height` 0.6 (narrow) to 1.4 (wide)."""
    canvas, ink = pen.canvas, pen.style.line_color(who.hair)
    lower = [(-0.08, 0.07 * height), (0.0, 0.09 * height), (0.075, 0.07 * height)]
    white = frame(smooth([*_lid(height), *lower]))
    canvas.fill(white, toned(who.skin, (252, 252, 255), 0.92))
    radius_x, radius_y = 0.062, 0.085
    canvas.fill_inside(frame(ellipse(0.0, 0.005, radius_x, radius_y)), white, darker(who.eyes, 22))
    canvas.fill_inside(frame(ellipse(0.0, 0.03, radius_x * 0.86, radius_y * 0.68)), white, lighter(who.eyes, 8))
    canvas.fill_inside(frame(ellipse(0.0, 0.0, radius_x * 0.5, radius_y * 0.5)), white, darker(who.eyes, 48))
    light = toned(who.skin, (255, 255, 255), 1.0)
    canvas.fill(frame(ellipse(-0.024, -0.032 * height, 0.022, 0.026)), light)
    canvas.fill(frame(ellipse(0.026, 0.045 * height, 0.012, 0.014)), light)
    lash = frame(smooth([(0.112, 0.045 * height), *_lid(height)[:3], (-0.11, 0.0), (-0.135, 0.0)], closed=False))
    canvas.stroke(lash, darker(ink, 6), max(0.034 * frame.scale, 1.4), profile=(0.25, 0.8, 1.0, 1.0, 0.8, 0.2))
    canvas.stroke(frame(smooth(lower, closed=False)), ink, max(0.01 * frame.scale, 0.7))


def _arc_eye(pen: Pen, frame: Frame, who: Character, depth: float) -> None:
    ink = darker(pen.style.line_color(who.hair), 6)
    arc = frame(smooth([(0.11, 0.03), (0.05, 0.03 + depth), (-0.05, 0.03 + depth), (-0.115, 0.03)], closed=False))
    pen.canvas.stroke(arc, ink, max(0.032 * frame.scale, 1.4), profile=(0.3, 0.9, 1.0, 0.9, 0.3))


def happy_eye(pen: Pen, frame: Frame, who: Character, height: float) -> None:
    """An eye closed with joy."""
    _arc_eye(pen, frame, who, -0.09)


def closed_eye(pen: Pen, frame: Frame, who: Character, height: float) -> None:
    """An eye closed calmly."""
    _arc_eye(pen, frame, who, 0.06)


_LIP = (150, 52, 60)


def smile(pen: Pen, frame: Frame, who: Character) -> None:
    """A closed smile."""
    curve = frame(smooth([(-0.085, -0.012), (0.0, 0.022), (0.085, -0.012)], closed=False))
    pen.canvas.stroke(curve, toned(who.skin, (96, 30, 34), 0.85), max(0.02 * frame.scale, 1.1))


def frown(pen: Pen, frame: Frame, who: Character) -> None:
    """A mouth with its corners down."""
    curve = frame(smooth([(-0.075, 0.02), (0.0, -0.012), (0.075, 0.02)], closed=False))
    pen.canvas.stroke(curve, toned(who.skin, (96, 30, 34), 0.85), max(0.02 * frame.scale, 1.1))


def flat_mouth(pen: Pen, frame: Frame, who: Character) -> None:
    """A mouth that is a short straight line."""
    curve = frame(smooth([(-0.05, 0.0), (0.0, 0.004), (0.055, -0.004)], closed=False))
    pen.canvas.stroke(curve, toned(who.skin, (96, 30, 34), 0.85), max(0.02 * frame.scale, 1.1))


def _open(pen: Pen, frame: Frame, who: Character, controls, teeth: bool) -> None:
    mouth = frame(smooth(controls))
    canvas = pen.canvas
    canvas.fill(mouth, toned(who.skin, (128, 34, 44), 0.95))
    canvas.fill_inside(frame(ellipse(0.0, 0.1, 0.075, 0.05)), mouth, toned(who.skin, (232, 112, 116), 0.9))
    if teeth:
        canvas.fill_inside(frame(ellipse(0.0, -0.04, 0.12, 0.04)), mouth, toned(who.skin, (255, 252, 248), 0.97))
    canvas.line(mouth, toned(who.skin, (84, 24, 30), 0.9), max(0.012 * frame.scale, 0.8), closed=True)


def laugh(pen: Pen, frame: Frame, who: Character) -> None:
    """A mouth wide open with laughter."""
    _open(
        pen,
        frame,
        who,
        [(-0.115, -0.03, True), (0.0, -0.015), (0.115, -0.03, True), (0.075, 0.075), (0.0, 0.105), (-0.075, 0.075)],
        True,
    )


def gasp(pen: Pen, frame: Frame, who: Character) -> None:
    """A small round mouth."""
    _open(pen, frame, who, [(0.0, -0.035), (0.045, 0.01), (0.0, 0.06), (-0.045, 0.01)], False)


def shout(pen: Pen, frame: Frame, who: Character) -> None:
    """A mouth open and angular."""
    _open(
        pen,
        frame,
        who,
        [(-0.09, -0.02, True), (0.0, -0.05), (0.09, -0.02, True), (0.1, 0.07), (0.0, 0.1), (-0.1, 0.07)],
        True,
    )


class Expression(NamedTuple):
    """A face. brow: inner end raised by this (head units; negative is angry). height: how far the eyes are open."""

    left: Callable
    right: Callable
    mouth: Callable
    brow: float = 0.0
    height: float = 1.0
    blush: bool = False


NEUTRAL = Expression(open_eye, open_eye, flat_mouth)
HAPPY = Expression(open_eye, open_eye, smile, 0.01, 1.05)
JOYFUL = Expression(happy_eye, happy_eye, laugh, 0.01, blush=True)
LAUGHING = Expression(open_eye, open_eye, laugh, 0.02, 1.1)
ANGRY = Expression(open_eye, open_eye, shout, -0.06, 0.85)
GRIM = Expression(open_eye, open_eye, frown, -0.045, 0.75)
SAD = Expression(open_eye, open_eye, frown, 0.055, 0.85)
SURPRISED = Expression(open_eye, open_eye, gasp, 0.045, 1.3)
SHY = Expression(open_eye, open_eye, gasp, 0.05, 0.95, True)
CALM = Expression(closed_eye, closed_eye, smile, 0.01)
WINKING = Expression(open_eye, happy_eye, smile, 0.02, 1.05, True)
