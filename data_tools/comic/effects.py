"""Light, speed and texture.

Most functions draw on a canvas; `grain` and `halftone` change a finished picture, uint8 [height, width, 3].
"""

import cv2
import numpy as np

from data_tools.comic import tags
from data_tools.comic.canvas import SCALE, Canvas
from data_tools.comic.colors import Color, lighter, rotated
from data_tools.comic.curves import box, ellipse, smooth, star
from data_tools.comic.shading import dot_ranks

COARSE = 8  # light is smooth, so it is computed at an eighth of the drawn size


def _add_light(canvas: Canvas, strength: np.ndarray, color: Color) -> None:
    """Blends the picture with `color`; `strength` is `color`'s share, float32 0..1 on the coarse grid."""
    height, width = canvas.image.shape[:2]
    full = cv2.resize(strength, (width, height), interpolation=cv2.INTER_LINEAR)
    rest = cv2.merge([1 - full] * 3)
    light = cv2.merge([full * channel for channel in color])
    cv2.add(
        cv2.multiply(canvas.image, rest, dtype=cv2.CV_8U), cv2.multiply(light, 1.0, dtype=cv2.CV_8U), dst=canvas.image
    )
    canvas.tags.add(tags.LIGHT)


def _coarse_grid(canvas: Canvas) -> tuple[np.ndarray, np.ndarray]:
    height, width = canvas.image.shape[0] // COARSE + 1, canvas.image.shape[1] // COARSE + 1
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return x * (COARSE / SCALE), y * (COARSE / SCALE)


def glow(canvas: Canvas, x: float, y: float, radius: float, color: Color, *, strength: float = 0.8) -> None:
    """A round light that fades out; radius in final pixels."""
    grid_x, grid_y = _coarse_grid(canvas)
    _add_light(canvas, strength * np.exp(-((grid_x - x) ** 2 + (grid_y - y) ** 2) / (2 * radius**2)), color)


def light_from_above(canvas: Canvas, color: Color, *, strength: float = 0.65) -> None:
    """Light from one upper corner."""
    grid_x, grid_y = _coarse_grid(canvas)
    corner = 0.0 if canvas.rng.random() < 0.5 else canvas.width
    distance = np.hypot(grid_x - corner, grid_y) / np.hypot(canvas.width, canvas.height)
    _add_light(canvas, strength * np.clip(1 - 1.3 * distance, 0, 1) ** 1.5, color)


def rays(canvas: Canvas, x: float, y: float, color: Color) -> None:
    """Beams that spread from (x, y)."""
    grid_x, grid_y = _coarse_grid(canvas)
    angle = np.arctan2(grid_y - y, grid_x - x)
    phase = canvas.rng.uniform(0, 6.28, 2)
    beams = np.clip(np.sin(angle * 9 + phase[0]) + 0.6 * np.sin(angle * 14 + phase[1]), 0, 1)
    fade = np.exp(-np.hypot(grid_x - x, grid_y - y) / (0.6 * canvas.width))
    _add_light(canvas, cv2.GaussianBlur((0.55 * beams * fade).astype(np.float32), (5, 5), 0), color)


def sparkles(canvas: Canvas, color: Color) -> None:
    """Little four-pointed stars."""
    rng = canvas.rng
    for _ in range(16):
        x, y, radius = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height), rng.uniform(4, 17)
        canvas.fill(star(x, y, radius, radius * 0.22, 4), color)
    canvas.tags.add(tags.LIGHT)


def focus_lines(canvas: Canvas, x: float, y: float, radius: float, color: Color) -> None:
    """Wedges from the rim towards (x, y), ending about `radius` away from it."""
    rng = canvas.rng
    reach = float(np.hypot(canvas.width, canvas.height))
    for angle in rng.uniform(0, 2 * np.pi, 60):
        near, width = radius * rng.uniform(0.9, 1.5), rng.uniform(0.004, 0.014)
        ends = [(near, angle), (reach, angle - width), (reach, angle + width)]
        canvas.fill(np.float32([(x + r * np.cos(a), y + r * np.sin(a) * 0.8) for r, a in ends]), color)


def speed_lines(canvas: Canvas, color: Color) -> None:
    """Long thin horizontal lines."""
    rng = canvas.rng
    for _ in range(34):
        y, x, length = rng.uniform(0, canvas.height), rng.uniform(-100, canvas.width), rng.uniform(120, 420)
        canvas.stroke(np.linspace((x, y), (x + length, y), 5, dtype=np.float32), color, rng.uniform(1.5, 5))


def hatching(canvas: Canvas, color: Color) -> None:
    """Slanted pen lines over a lower corner of the picture, longer near the corner, with thinner ones across."""
    left, reach, before = canvas.rng.random() < 0.5, canvas.width * 0.7, canvas.image.copy()
    for slant, pitch, width in ((0.5, 8.0, 1.3), (-0.35, 11.0, 0.8)):
        for offset in np.arange(0, reach, pitch):
            tall = (reach - offset) * 0.5 + canvas.rng.uniform(-7, 7)
            points = np.float32([(offset, canvas.height + 4), (offset + slant * tall, canvas.height - tall)])
            if not left:
                points[:, 0] = canvas.width - points[:, 0]
            canvas.line(points, color, width)
    cv2.addWeighted(canvas.image, 0.55, before, 0.45, 0, dst=canvas.image)
    canvas.tags.add(tags.TEXTURE)


def _scattered(canvas: Canvas, shape: np.ndarray, color: Color, count: int, sizes: tuple[float, float]) -> None:
    """Draws copies of a shape at random places, sizes and angles."""
    rng = canvas.rng
    for _ in range(count):
        angle, size = rng.uniform(0, 2 * np.pi), rng.uniform(*sizes)
        turn = np.float32([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * np.float32(size)
        canvas.fill(shape @ turn + np.float32((rng.uniform(0, canvas.width), rng.uniform(0, canvas.height))), color)


def petals(canvas: Canvas, color: Color) -> None:
    """Drifting petals."""
    _scattered(
        canvas,
        smooth([(0, -0.5, True), (0.3, 0.0), (0.1, 0.45), (-0.1, 0.45), (-0.3, 0.0)], steps=4),
        color,
        28,
        (10, 24),
    )


def confetti(canvas: Canvas, color: Color) -> None:
    """Drifting snippets in three hues."""
    for degrees in (0, 120, 240):
        _scattered(canvas, box(-0.5, -0.25, 1, 0.5), rotated(color, degrees), 12, (8, 15))


def embers(canvas: Canvas, color: Color) -> None:
    """Glowing sparks that rise."""
    _scattered(canvas, ellipse(0, 0, 0.3, 0.5, steps=10), color, 40, (3, 10))
    canvas.tags.add(tags.LIGHT)


def rain(canvas: Canvas, color: Color) -> None:
    """Slanted streaks of rain."""
    rng = canvas.rng
    for _ in range(110):
        x, y, length = rng.uniform(-40, canvas.width), rng.uniform(-40, canvas.height), rng.uniform(18, 52)
        canvas.stroke(
            np.linspace((x, y), (x - length * 0.22, y + length), 4, dtype=np.float32), lighter(color, 12), 1.8
        )


def grain(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture under film grain: the same noise in all channels, with a standard deviation of 13 gray levels."""
    height, width = picture.shape[:2]
    noise = rng.standard_normal((height, width), dtype=np.float32) * 13.0
    noise = cv2.GaussianBlur(noise, (3, 3), 0.6)
    return cv2.add(picture, cv2.merge([noise] * 3), dtype=cv2.CV_8U)


def halftone(picture: np.ndarray) -> np.ndarray:
    """A gray picture in black dots on white that repeat every 6 pixels; black lines stay."""
    level = picture[:, :, 0].astype(np.float32) / 255
    ranks = dot_ranks(6, *level.shape)
    dots = np.clip((0.15 + level * 0.95 - ranks) * 5 + 0.5, 0, 1)
    ink = np.clip((level - 0.22) * 8, 0, 1)
    return cv2.merge([np.rint(np.minimum(dots, ink) * 255).astype(np.uint8)] * 3)
