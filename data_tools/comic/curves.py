"""Smooth curves. Points are float32 [N, 2] (x right, y down); a control point with a third, true value is a corner."""

import itertools
from typing import NamedTuple

import numpy as np


class Frame(NamedTuple):
    """Maps local units to pixels: scales, mirrors, rotates and moves."""

    x: float
    y: float
    scale: float  # pixels per local unit
    angle: float = 0.0  # radians, clockwise on the screen
    mirror: int = 1  # -1 swaps left and right

    def __call__(self, points) -> np.ndarray:
        """Pixel positions of local points [N, 2]."""
        points = np.asarray(points, np.float32)
        x, y = points[:, 0] * self.mirror * self.scale, points[:, 1] * self.scale
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        return np.stack([self.x + x * cosine - y * sine, self.y + x * sine + y * cosine], 1).astype(np.float32)

    def at(self, x: float, y: float, *, scale: float = 1.0, angle: float = 0.0) -> "Frame":
        """A frame whose origin is the local point (x, y) of this one, rotated and scaled relative to it."""
        ((pixel_x, pixel_y),) = self([(x, y)])
        return Frame(float(pixel_x), float(pixel_y), self.scale * scale, self.angle + angle * self.mirror, self.mirror)


def _tangents(
    points: np.ndarray, corners: np.ndarray, closed: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Start, end and both tangents of every segment; the tangents of two segments differ at a corner."""
    before, after = np.roll(points, 1, 0), np.roll(points, -1, 0)
    length = np.linalg.norm(after - points, axis=1) + 1e-6
    # Tangents are weighted by chord lengths. With plain Catmull-Rom, a short segment beside a long one forms a loop.
    direction = (after - before) / (length + np.roll(length, 1))[:, None]
    chord = (after - points) / length[:, None]
    if not closed:
        corners = corners.copy()
        corners[[0, -1]] = True
    start = np.where(corners[:, None], chord, direction) * length[:, None]
    end = np.where(np.roll(corners, -1)[:, None], chord, np.roll(direction, -1, 0)) * length[:, None]
    count = len(points) if closed else len(points) - 1
    return points[:count], after[:count], start[:count], end[:count]


def smooth(controls, *, closed: bool = True, steps: int = 8) -> np.ndarray:
    """A curve through all control points, with `steps` points per segment."""
    points = np.array([point[:2] for point in controls], np.float32)
    corners = np.array([len(point) > 2 and bool(point[2]) for point in controls])
    start, end, start_tangent, end_tangent = _tangents(points, corners, closed)
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[None, :, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * start[:, None]
        + (t**3 - 2 * t**2 + t) * start_tangent[:, None]
        + (3 * t**2 - 2 * t**3) * end[:, None]
        + (t**3 - t**2) * end_tangent[:, None]
    ).reshape(-1, 2)
    return curve if closed else np.concatenate([curve, points[-1:]])


def mirrored(half) -> list:
    """Control points of a symmetric closed shape from those of its right half, listed from top to bottom."""
    left = [(-point[0], *point[1:]) for point in reversed(half) if abs(point[0]) > 1e-6]
    return list(half) + left


def ellipse(x: float, y: float, radius_x: float, radius_y: float, *, steps: int = 28) -> np.ndarray:
    """An upright ellipse."""
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False, dtype=np.float32)
    return np.stack([x + radius_x * np.cos(angle), y + radius_y * np.sin(angle)], 1).astype(np.float32)


def box(x: float, y: float, width: float, height: float) -> np.ndarray:
    """The four corners of a rectangle."""
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], np.float32)


def ribbon(spine: np.ndarray, widths) -> np.ndarray:
    """The outline of a band along `spine` [N, 2]; `widths` are full widths at equal distances."""
    step = np.gradient(spine, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], 1) / (np.linalg.norm(step, axis=1, keepdims=True) + 1e-6)
    half = np.interp(np.linspace(0, 1, len(spine)), np.linspace(0, 1, len(widths)), widths) / 2
    side = normal * half[:, None]
    return np.concatenate([spine + side, (spine - side)[::-1]]).astype(np.float32)


def star(x: float, y: float, outer: float, inner: float, points: int) -> np.ndarray:
    """A star with `points` rays, the first of which points up."""
    turn = -np.pi / 2 + np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], 1).astype(np.float32)


def zigzag(tips, *, bulge: float = 0.05) -> list:
    """Control points of pointed locks.

    `tips` are corners; each edge between two is bent outwards by `bulge` of its length.
    """
    controls = []
    for (x, y), (next_x, next_y) in itertools.pairwise(tips):
        controls.append((x, y, True))
        controls.append(((x + next_x) / 2 + (next_y - y) * bulge, (y + next_y) / 2 - (next_x - x) * bulge))
    return controls + [(*tips[-1], True)]
