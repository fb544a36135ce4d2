"""Clothes, in heads: (0, 0) is the chin, the shoulders are at y = 0.35, the hips at 1.6, the ankles at 3.7.

Necklines are functions (pen, frame, character, torso outline as drawn); lower parts (pen, frame, character, legs).
"""

import numpy as np

from data_tools.comic.colors import WHITE, darker, lighter
from data_tools.comic.curves import Frame, box, ellipse, mirrored, ribbon, smooth
from data_tools.comic.pen import Pen
from data_tools.comic.style import Character


def crew(pen: Pen, frame: Frame, who: Character, torso: np.ndarray) -> None:
    """A round neck with a coloured rim and a stripe over the chest."""
    pen.canvas.fill_inside(frame(box(-0.8, 0.72, 1.6, 0.2)), torso, who.trim)
    rim = mirrored([(0, 0.12), (0.2, 0.13), (0.25, 0.17), (0.16, 0.3), (0, 0.34)])
    pen.shape(frame(smooth(rim)), who.trim, shade=False)
    pen.canvas.fill(frame(ellipse(0, 0.16, 0.165, 0.12)), who.skin)


def v_neck(pen: Pen, frame: Frame, who: Character, torso: np.ndarray) -> None:
    """A pullover with a deep neck."""
    rim = [(-0.26, 0.13, True), (0.26, 0.13, True), (0.0, 0.72, True)]
    pen.shape(frame(smooth(rim)), who.trim, shade=False)
    pen.canvas.fill(frame([(-0.18, 0.12), (0.18, 0.12), (0, 0.58)]), who.skin)


def shirt_and_tie(pen: Pen, frame: Frame, who: Character, torso: np.ndarray) -> None:
    """A jacket over a white shirt with a tie."""
    white = WHITE if who.skin[0] != who.skin[2] else lighter(tuple(who.skin), 30)  # a plain colour: it is no skin
    pen.shape(frame([(-0.24, 0.12), (0.24, 0.12), (0.0, 1.05)]), white, shade=False)
    pen.shape(frame([(-0.06, 0.3), (0.06, 0.3), (0.09, 0.82), (0, 0.95), (-0.09, 0.82)]), who.trim, shade=False)
    for side in (-1, 1):
        lapel = [(side * 0.2, 0.12), (side * 0.36, 0.2), (side * 0.33, 0.5), (side * 0.24, 0.52), (0, 1.1)]
        pen.shape(frame(lapel), darker(who.top, 5), shade=False)
        pen.shape(
            frame([(side * 0.2, 0.09), (side * 0.02, 0.3), (side * 0.16, 0.42), (side * 0.26, 0.16)]),
            white,
            shade=False,
        )
    pen.stroke(frame([(0, 1.1), (0, 1.35), (0.01, 1.62)]), who.top, 0.9)


def hoodie(pen: Pen, frame: Frame, who: Character, torso: np.ndarray) -> None:
    """A hood, cords and a pocket."""
    hood = mirrored([(0, 0.2), (0.16, 0.08), (0.36, 0.06), (0.46, 0.24), (0.3, 0.42), (0, 0.5)])
    pen.shape(frame(smooth(hood)), darker(who.top, 6), shade=False)
    pen.canvas.fill(frame(smooth(mirrored([(0, 0.08), (0.17, 0.1), (0.14, 0.26), (0, 0.32)]))), who.skin)
    for side in (-1, 1):
        pen.canvas.line(
            frame(smooth([(side * 0.1, 0.44), (side * 0.13, 0.62), (side * 0.11, 0.82)], closed=False)),
            who.trim,
            max(0.03 * frame.scale, 1),
        )
    pen.shape(
        frame(smooth([(-0.3, 1.5, True), (-0.2, 1.12, True), (0.2, 1.12, True), (0.3, 1.5, True)])),
        darker(who.top, 4),
        shade=False,
    )


def sailor(pen: Pen, frame: Frame, who: Character, torso: np.ndarray) -> None:
    """A school blouse with a broad collar and a bow."""
    collar = mirrored([(0, 0.62, True), (0.4, 0.5, True), (0.42, 0.2), (0.2, 0.1, True)][::-1])
    pen.shape(frame(smooth(collar)), who.trim, shade=False)
    pen.canvas.fill(frame([(-0.16, 0.1), (0.16, 0.1), (0, 0.5)]), who.skin)
    for side in (-1, 1):
        pen.shape(
            frame(smooth([(0, 0.6, True), (side * 0.2, 0.5), (side * 0.22, 0.72), (side * 0.1, 0.68)])),
            who.accent,
            shade=False,
        )
        pen.shape(frame([(0, 0.62), (side * 0.14, 0.98), (side * 0.04, 0.94)]), who.accent, shade=False)
    pen.shape(frame(ellipse(0, 0.62, 0.05, 0.06)), lighter(who.accent, 8), shade=False)


def cape(pen: Pen, frame: Frame, who: Character, torso: np.ndarray) -> None:
    """A short cape with a clasp."""
    cloth = mirrored(
        [(0, 0.12), (0.3, 0.1), (0.62, 0.3), (0.74, 0.75), (0.66, 1.0, True), (0.3, 0.84), (0.0, 0.72, True)]
    )
    pen.shape(frame(smooth(cloth)), who.trim)
    pen.canvas.fill(frame(smooth(mirrored([(0, 0.06), (0.17, 0.08), (0.12, 0.22), (0, 0.28)]))), who.skin)
    pen.shape(frame(ellipse(0, 0.38, 0.075, 0.075)), who.accent)


def _shoes(pen: Pen, frame: Frame, who: Character, legs) -> None:
    for (x, y), side in ((legs[0][-1], -1), (legs[1][-1], 1)):
        shoe = [
            (x - 0.14, y + 0.02),
            (x + 0.13, y + 0.02),
            (x + 0.15 + 0.05 * side, y + 0.2),
            (x - 0.15 + 0.05 * side, y + 0.2),
        ]
        pen.shape(frame(smooth(shoe)), who.shoes)


def _legs(pen: Pen, frame: Frame, color, legs, widths) -> None:
    for leg in legs:
        pen.shape(frame(ribbon(smooth(leg, closed=False), widths)), color)


def trousers(pen: Pen, frame: Frame, who: Character, legs) -> None:
    """Long trousers."""
    _shoes(pen, frame, who, legs)
    _legs(pen, frame, who.bottom, legs, (0.46, 0.38, 0.31, 0.3))


def shorts(pen: Pen, frame: Frame, who: Character, legs) -> None:
    """Shorts over bare legs."""
    _legs(pen, frame, who.skin, legs, (0.3, 0.26, 0.22, 0.17))
    _shoes(pen, frame, who, legs)
    _legs(pen, frame, who.bottom, [smooth(leg, closed=False)[:7] for leg in legs], (0.48, 0.44))


def skirt(pen: Pen, frame: Frame, who: Character, legs) -> None:
    """A pleated skirt over bare legs."""
    _legs(pen, frame, who.skin, legs, (0.3, 0.25, 0.22, 0.16))
    _shoes(pen, frame, who, legs)
    hem = smooth(
        [
            (0.72, 2.45, True),
            (0.4, 2.52),
            (0, 2.54),
            (-0.4, 2.52),
            (-0.72, 2.45, True),
            (-0.44, 1.3, True),
            (0.44, 1.3, True),
        ]
    )
    pen.shape(frame(hem), who.bottom)
    for x in (-0.3, -0.1, 0.1, 0.3):
        pen.stroke(frame(smooth([(x, 1.75), (x * 1.25, 2.1), (x * 1.5, 2.48)], closed=False)), who.bottom, 0.8)


def gown(pen: Pen, frame: Frame, who: Character, legs) -> None:
    """A skirt down to the ankles."""
    _shoes(pen, frame, who, legs)
    hem = smooth(
        [
            (0.86, 3.66, True),
            (0.4, 3.76),
            (0, 3.7),
            (-0.4, 3.77),
            (-0.86, 3.66, True),
            (-0.6, 2.4),
            (-0.42, 1.3, True),
            (0.42, 1.3, True),
            (0.6, 2.4),
        ]
    )
    drawn = pen.shape(frame(hem), who.bottom)
    pen.canvas.fill_inside(frame(box(-1, 3.45, 2, 0.14)), drawn, who.trim)
    for x in (-0.2, 0.15):
        pen.stroke(frame(smooth([(x, 1.8), (x * 1.6, 2.6), (x * 2.2, 3.5)], closed=False)), who.bottom, 0.9)
