"""Whole people: body, arms and legs in a pose, and the shots that show one, two or three of them."""

from typing import NamedTuple

import numpy as np

from data_tools.comic.colors import darker
from data_tools.comic.curves import Frame, ellipse, mirrored, ribbon, smooth
from data_tools.comic.expressions import Expression
from data_tools.comic.head import draw_back_hair, draw_head, draw_head_from_behind
from data_tools.comic.pen import Pen
from data_tools.comic.style import Character

# Elbow and wrist of the right arm (x > 0) in body units; the left one is mirrored.
HANGING = ((0.68, 0.98), (0.66, 1.62))
WAVING = ((0.98, 0.85), (1.02, 0.05))
ON_HIP = ((0.98, 0.98), (0.5, 1.38))
RAISED = ((0.95, 0.05), (0.8, -0.75))
AT_CHIN = ((0.72, 1.08), (0.2, 0.26))
POINTING = ((1.0, 0.72), (1.65, 0.5))
AT_HEART = ((0.74, 1.08), (0.12, 0.92))
ARMS = (
    (HANGING, HANGING),
    (HANGING, WAVING),
    (ON_HIP, HANGING),
    (RAISED, RAISED),
    (HANGING, AT_CHIN),
    (HANGING, POINTING),
    (AT_HEART, AT_HEART),
    (ON_HIP, ON_HIP),
    (HANGING, AT_HEART),
    (WAVING, ON_HIP),
)

# Hip, knee and ankle of both legs.
STANDING = (((-0.22, 1.55), (-0.23, 2.6), (-0.24, 3.6)), ((0.22, 1.55), (0.23, 2.6), (0.24, 3.6)))
STRIDING = (((-0.2, 1.55), (-0.42, 2.55), (-0.72, 3.45)), ((0.2, 1.55), (0.38, 2.6), (0.46, 3.6)))
RUNNING = (((-0.2, 1.55), (-0.5, 2.4), (-1.05, 2.75)), ((0.2, 1.55), (0.6, 2.35), (0.62, 3.35)))
LEGS = (STANDING, STANDING, STRIDING, RUNNING)

TORSO = mirrored(
    [(0, 0.13), (0.2, 0.13), (0.44, 0.22), (0.59, 0.4), (0.53, 0.8), (0.43, 1.2), (0.47, 1.64, True), (0, 1.67)]
)


class Pose(NamedTuple):
    """The places of the limbs and the attitude of the head. turn: -1..1. tilt: radians."""

    arms: tuple
    legs: tuple
    expression: Expression
    turn: float
    tilt: float


def _limb(start, end, widths) -> list[np.ndarray]:
    """A capsule: a band with round ends."""
    start, end = np.float32(start), np.float32(end)
    band = ribbon(np.linspace(start, end, 6, dtype=np.float32), widths)
    return [band, ellipse(*start, widths[0] / 2, widths[0] / 2), ellipse(*end, widths[-1] / 2, widths[-1] / 2)]


def _hand(pen: Pen, frame: Frame, who: Character, side: int) -> None:
    """A hand that starts at the frame's origin and points along its y axis.

    When the arm hangs, the thumb is on the side of the body.
    """
    palm = [
        (-0.09, -0.06),
        (-0.125, 0.08),
        (-0.105, 0.22),
        (-0.03, 0.28),
        (0.05, 0.275),
        (0.11, 0.2),
        (0.12, 0.06),
        (0.09, -0.06),
    ]
    thumb = [(side * -x, y) for x, y in ((0.06, 0.0), (0.15, 0.02), (0.2, 0.12), (0.165, 0.18), (0.07, 0.14))]
    pen.union([frame(smooth(palm, steps=5)), frame(smooth(thumb, steps=5))], who.skin)
    for x in (-0.035, 0.035):
        pen.stroke(frame(np.float32([(x, 0.27), (x, 0.22), (x * 0.9, 0.15)])), who.skin, 0.7)


def _arm(pen: Pen, frame: Frame, who: Character, arm, side: int) -> None:
    shoulder, (elbow, wrist) = np.float32((side * 0.44, 0.38)), np.float32(arm) * np.float32((side, 1))
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    _hand(pen, frame.at(*wrist, angle=float(np.arctan2(-along[0], along[1]))), who, side)
    upper, fore = _limb(shoulder, elbow, (0.3, 0.27)), _limb(elbow, wrist, (0.27, 0.2))[:2]
    if who.long_sleeves:
        pen.union([frame(part) for part in upper + fore], who.top)
        return
    pen.union(
        [frame(part) for part in _limb(elbow, wrist, (0.21, 0.15))[:2] + _limb(shoulder, elbow, (0.2, 0.21))], who.skin
    )
    pen.union([frame(part) for part in _limb(shoulder, shoulder + (elbow - shoulder) * 0.6, (0.3, 0.3))[:2]], who.top)


def _is_in_front(arm) -> bool:
    return arm[1][0] < 0.4


def _body(pen: Pen, frame: Frame, who: Character, pose: Pose) -> None:
    who.lower(pen, frame, who, pose.legs)
    sides = list(zip(pose.arms, (-1, 1)))
    for arm, side in sides:
        if not _is_in_front(arm):
            _arm(pen, frame, who, arm, side)
    neck = pen.shape(
        frame(ribbon(np.float32([(0, -0.2), (0, 0.0), (0, 0.24)]), (0.28, 0.27, 0.36))), who.skin, shade=False
    )
    torso = pen.shape(frame(smooth(TORSO)), who.top)
    who.neckline(pen, frame, who, torso)
    pen.canvas.fill_inside(frame(ellipse(0.02, -0.06, 0.3, 0.17)), neck, darker(who.skin, 12))
    for arm, side in sides:
        if _is_in_front(arm):
            _arm(pen, frame, who, arm, side)


def _near(pen: Pen, frame: Frame) -> Pen:
    """The pen for a person of that size; larger people have thicker lines."""
    return pen._replace(person=True, weight=pen.weight * float(np.clip((frame.scale / 130) ** 0.4, 0.55, 1.5)))


def draw_person(pen: Pen, frame: Frame, who: Character, pose: Pose) -> None:
    """A person whose upright head has the frame `frame` (head units)."""
    pen = _near(pen, frame)
    # A head turns about the chin, not about its middle.
    chin = frame.at(0, 0.46)
    head = chin.at(0, 0, angle=pose.tilt).at(0, -0.46)
    draw_back_hair(pen, head, who)
    _body(pen, chin.at(0, 0, scale=pen.style.body_scale * who.height), who, pose)
    draw_head(pen, head, who, pose.expression, turn=pose.turn)


def draw_person_from_behind(pen: Pen, frame: Frame, who: Character) -> None:
    """A person seen from behind, arms hanging."""
    pen = _near(pen, frame)
    body = frame.at(0, 0.46, scale=pen.style.body_scale * who.height)
    for side in (-1, 1):
        _arm(pen, body, who, HANGING, side)
    pen.shape(body(ribbon(np.float32([(0, -0.2), (0, 0.0), (0, 0.24)]), (0.28, 0.27, 0.36))), who.skin, shade=False)
    pen.shape(body(smooth(TORSO)), who.top)
    pen.stroke(body(smooth([(-0.2, 0.15), (0, 0.2), (0.2, 0.15)], closed=False)), who.top)
    draw_head_from_behind(pen, frame, who)
