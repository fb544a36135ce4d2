"""A head: back hair, face, features, front hair, accessory. Frames are in head units (see hair.py)."""

import numpy as np

from data_tools.comic.canvas import Canvas
from data_tools.comic.colors import darker, lighter
from data_tools.comic.curves import Frame, ellipse, mirrored, smooth
from data_tools.comic.expressions import Expression, toned
from data_tools.comic.pen import Pen
from data_tools.comic.style import Character

FACE = mirrored(
    [(0, -0.54), (0.28, -0.46), (0.405, -0.2), (0.405, 0.04), (0.36, 0.24), (0.2, 0.43), (0.055, 0.505), (0, 0.508)]
)
EYE_X, EYE_Y, TURN = 0.19, 0.09, 0.085  # TURN: by how much the features move when the head turns by 1


def draw_back_hair(pen: Pen, frame: Frame, who: Character) -> None:
    """Draws the hair behind neck and shoulders. The body comes after it."""
    for controls in who.hair_style().back:
        pen.shape(frame(smooth(controls)), darker(who.hair, 7))


def _ears(pen: Pen, frame: Frame, who: Character, turn: float) -> None:
    for side in (-1, 1):
        if side * turn < 0.5:
            ear = frame(ellipse(side * (0.41 - 0.03 * abs(turn)), 0.09, 0.07, 0.11))
            pen.shape(ear, who.skin, shade=False)


def _blush(canvas: Canvas, frame: Frame, who: Character, face: np.ndarray, strength: float) -> None:
    color = toned(who.skin, (240, 96, 104), 0.5)
    for side in (-1, 1):
        for step in range(3):
            spot = ellipse(side * 0.24, 0.235, 0.1 - 0.025 * step, 0.055 - 0.014 * step)
            canvas.fill_inside(frame(spot), face, toned(who.skin, color, strength * (0.35 + 0.3 * step)))


def _nose(pen: Pen, frame: Frame, who: Character) -> None:
    nose = frame(smooth([(0.0, 0.17), (0.026, 0.225), (0.0, 0.24)], closed=False))
    pen.canvas.stroke(nose, darker(who.skin, 34), max(0.016 * frame.scale, 0.9))


def _brows(pen: Pen, frame: Frame, who: Character, raised: float) -> None:
    color = darker(who.hair, 14)
    for side in (-1, 1):
        brow = [(side * 0.085, -0.085 - raised), (side * 0.18, -0.125), (side * 0.295, -0.09 + raised * 0.5)]
        pen.canvas.stroke(
            frame(smooth(brow, closed=False)), color, max(0.03 * frame.scale, 1.2), profile=(0.7, 1.0, 0.8, 0.2)
        )


def _features(pen: Pen, frame: Frame, who: Character, expression: Expression, turn: float) -> None:
    features = frame.at(turn * TURN, 0.0)
    size = pen.style.eye_scale
    for side, eye in ((-1, expression.left), (1, expression.right)):
        # On a turned head, the farther eye looks narrower: it is drawn a little nearer to the nose.
        spot = features.at(
            side * (EYE_X - 0.02 * max(side * turn, 0)), EYE_Y, scale=size * (1 - 0.1 * max(side * turn, 0))
        )
        eye(pen, spot._replace(mirror=spot.mirror * -side) if side > 0 else spot, who, expression.height)
    _brows(pen, features, who, expression.brow)
    _nose(pen, features, who)
    expression.mouth(pen, features.at(0.0, 0.335), who)


def _front_hair(pen: Pen, frame: Frame, who: Character) -> None:
    hair = who.hair_style()
    for controls in hair.front:
        drawn = pen.shape(frame(smooth(controls)), who.hair)
        ring = smooth(
            [
                (-0.4, -0.28),
                (-0.2, -0.42),
                (0.1, -0.45),
                (0.34, -0.34),
                (0.3, -0.29),
                (0.22, -0.33),
                (0.16, -0.28),
                (0.05, -0.37),
                (-0.06, -0.3),
                (-0.16, -0.34),
                (-0.24, -0.26),
                (-0.3, -0.3),
            ]
        )
        pen.canvas.fill_inside(
            frame(ring * np.float32([0.8, 1.0]) + np.float32([0, -0.03])), drawn, lighter(who.hair, 14)
        )
    for strand in hair.strands:
        pen.stroke(frame(smooth(strand, closed=False)), who.hair, 0.9)


def draw_head(pen: Pen, frame: Frame, who: Character, expression: Expression, *, turn: float = 0.0) -> None:
    """Draws face and front hair. turn: -1 (to the left) .. 1."""
    canvas = pen.canvas
    canvas.heads.append((frame.x, frame.y, frame.scale * 0.5))
    _ears(pen, frame, who, turn)
    face = pen.shape(frame(smooth(FACE)), who.skin)
    for controls in who.hair_style().front:
        # The shadow of the fringe is the same shape a little lower, clipped to the face.
        canvas.fill_inside(frame(smooth(controls) + np.float32([0.0, 0.05])), face, darker(who.skin, 9))
    _blush(canvas, frame, who, face, 0.9 if expression.blush else 0.3)
    _features(pen, frame, who, expression, turn)
    _front_hair(pen, frame, who)
    who.accessory(pen, frame, who)


def draw_head_from_behind(pen: Pen, frame: Frame, who: Character) -> None:
    """Draws a head seen from behind: hair all over."""
    _ears(pen, frame, who, 0.0)
    pen.shape(frame(smooth(FACE) * np.float32([1.1, 1.08]) + np.float32([0.0, -0.06])), who.hair)
    for controls in who.hair_style().back:
        pen.shape(frame(smooth(controls)), who.hair)
    for bend in (-0.3, -0.1, 0.12, 0.3):
        pen.stroke(frame(smooth([(bend * 0.3, -0.55), (bend, -0.3), (bend * 1.15, 0.05)], closed=False)), who.hair, 0.9)
