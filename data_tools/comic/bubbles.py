"""Speech bubbles: their outlines, places and text. Positions are in final pixels of the canvas."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from data_tools.comic.canvas import Canvas
from data_tools.comic.colors import Color
from data_tools.comic.curves import box, smooth
from data_tools.comic.lettering import text_width, wrapped, write

INSET = 6.0  # px that a bubble inside a panel keeps from its edge


class Look(NamedTuple):
    """How the bubbles of a panel are drawn.

    outline: (centre x, y, radius x, y, target or None, roundness) -> polygon.
    """

    outline: Callable
    fill: Color
    ink: Color
    line_width: float
    roundness: float
    weight: int = 500


def _around(x: float, y: float, radius_x: float, radius_y: float, roundness: float, count: int = 72) -> np.ndarray:
    """A superellipse: 2 is an ellipse, 6 nearly a box."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    cosine, sine = np.cos(angle), np.sin(angle)
    curve = [
        np.sign(part) * np.abs(part) ** (2 / roundness) * radius
        for part, radius in ((cosine, radius_x), (sine, radius_y))
    ]
    return (np.stack(curve, 1) + (x, y)).astype(np.float32)


def speech(x: float, y: float, radius_x: float, radius_y: float, target, roundness: float) -> np.ndarray:
    """A rounded bubble; with a `target` (x, y), it has a tail that points there."""
    outline = _around(x, y, radius_x, radius_y, roundness)
    if target is None:
        return outline
    way = np.float32(target) - np.float32((x, y))
    way /= np.linalg.norm(way) + 1e-6
    nearest = int(np.argmax((outline - np.float32((x, y))) @ (way / np.float32((radius_x, radius_y)))))
    outline = np.roll(outline, len(outline) // 2 - nearest, axis=0)
    middle = len(outline) // 2
    foot = outline[middle]
    length = np.clip(0.45 * np.linalg.norm(np.float32(target) - foot), 14, 42)
    tip = foot + way * length
    curved = foot + way * length * 0.45 + np.float32((-way[1], way[0])) * 4
    return np.concatenate([outline[: middle - 2], [curved, tip], outline[middle + 3 :]]).astype(np.float32)


def thought(x: float, y: float, radius_x: float, radius_y: float, target, roundness: float) -> np.ndarray:
    """A cloud."""
    rim = _around(x, y, radius_x, radius_y, 2.4, 24)
    lobes = (rim - np.float32((x, y))) * np.where(np.arange(24) % 2 == 0, 0.99, 1.1).astype(np.float32)[
        :, None
    ] + np.float32((x, y))
    return smooth([(*point, number % 2 == 0) for number, point in enumerate(lobes)], steps=5)


def outcry(x: float, y: float, radius_x: float, radius_y: float, target, roundness: float) -> np.ndarray:
    """A jagged star."""
    rim = _around(x, y, radius_x * 1.02, radius_y * 1.02, 2.2, 32) - np.float32((x, y))
    reach = np.where(np.arange(32) % 2 == 0, 1.22, 0.98) + 0.06 * np.sin(np.arange(32) * 2.6)
    return (rim * reach.astype(np.float32)[:, None] + np.float32((x, y))).astype(np.float32)


def caption(x: float, y: float, radius_x: float, radius_y: float, target, roundness: float) -> np.ndarray:
    """A box for the narrator."""
    return box(x - radius_x * 0.92, y - radius_y * 0.8, radius_x * 1.84, radius_y * 1.6)


OUTLINES = (speech, speech, speech, speech, thought, outcry, caption)


def draw_bubble(
    canvas: Canvas, look: Look, outline: np.ndarray, lines: list[str], x: float, y: float, size: int
) -> None:
    """Draws fill, outline and text."""
    canvas.mark_lettering(outline)
    canvas.fill(outline, look.fill)
    canvas.line(outline, look.ink, look.line_width, closed=True)
    write(canvas, lines, x, y, size, look.ink, weight=look.weight)


def measured(text: str, size: int, weight: int, width: int) -> tuple[list[str], float, float]:
    """The lines of a text and the half axes of a bubble around them."""
    lines = wrapped(text, width)
    widest = max(text_width(line, size, weight) for line in lines)
    return lines, widest / 2 * 1.22 + size * 0.75, len(lines) * size * 1.22 / 2 * 1.3 + size * 0.75


def _overlap(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether the bounding boxes of two polygons meet."""
    return bool((first.min(0) < second.max(0)).all() and (second.min(0) < first.max(0)).all())


def _hides_face(canvas: Canvas, outline: np.ndarray) -> bool:
    """Whether the outline would cover the middle of a face. It may cover cheeks and hair."""
    low, high = outline.min(0), outline.max(0)
    for x, y, radius in canvas.heads:
        reach = min(radius * 0.62, 110)
        nearest = np.clip((x, y + radius * 0.2), low, high)
        if np.hypot(nearest[0] - x, nearest[1] - y - radius * 0.2) < reach:
            return True
    return False


def find_place(canvas: Canvas, frame, radius, look: Look, taken: list[np.ndarray], overhang: float):
    """(outline, x, y) for a bubble of half axes `radius` within the panel `frame` (x, y, width, height), or None.

    overhang: pixels by which the bubble may reach over the panel's edge; 0 keeps it inside.
    """
    left, top, width, height = frame
    room = np.float32((width - 2 * radius[0] * 1.24, height - 2 * radius[1] * 1.24)) - 2 * INSET
    if (room < 0).any():
        return None
    for _ in range(14):
        share = canvas.rng.uniform(0, 1, 2) ** (1.0, 1.5)  # the upper part of the panel is likelier
        x, y = np.float32((left, top)) + INSET + np.float32(radius) * 1.24 + room * share
        if overhang and share[0] < 0.5:
            x = left + radius[0] - overhang
        elif overhang:
            x = left + width - radius[0] + overhang
        target = min(
            ((hx, hy + r * 0.6) for hx, hy, r in canvas.heads),
            key=lambda head: np.hypot(head[0] - x, head[1] - y),
            default=None,
        )
        outline = look.outline(float(x), float(y), *radius, target, look.roundness)
        if not any(_overlap(outline, other) for other in taken) and not _hides_face(canvas, outline):
            return _kept_inside(outline, frame, overhang), float(x), float(y)
    return None


def _kept_inside(outline: np.ndarray, frame, overhang: float) -> np.ndarray:
    """The outline, its tail or spikes clipped to the panel and the allowed overhang."""
    left, top, width, height = frame
    margin = INSET * 0.5 - (overhang + INSET * 0.5 if overhang else 0)
    return np.clip(
        outline, (left + margin, top + INSET * 0.5), (left + width - margin, top + height - INSET * 0.5)
    ).astype(np.float32)
