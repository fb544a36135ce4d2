"""Ways to shade a filled shape, and the colour of its outline.

A shading is a function (region, color) that returns whether it drew a texture.
"""

import functools

import cv2
import numpy as np

from data_tools.comic.canvas import SCALE, Region, paint
from data_tools.comic.colors import Color, darker, is_neutral, lighter, mixed, to_lab

TONE_PITCH = 5  # final pixels: the period of a screentone, across and down


def _shadow_mask(mask: np.ndarray, share: float = 0.14) -> np.ndarray:
    """The shaded side of a shape, with light from the upper left: the shape without a shifted copy of itself."""
    height, width = mask.shape
    step = int(np.clip(share * min(height, width), 2, 26 * SCALE))
    shadow = mask.copy()
    if height > step and width > step:
        shadow[: height - step, : width - step] &= ~mask[step:, step:]
    return shadow


def flat(region: Region, color: Color) -> bool:
    """One colour."""
    paint(region.view, region.mask, color)
    return False


def cel(region: Region, color: Color) -> bool:
    """Two tones with a hard edge."""
    paint(region.view, region.mask, color)
    paint(region.view, _shadow_mask(region.mask), darker(color, 11))
    return False


@functools.lru_cache(maxsize=4096)
def _ramp(color: Color) -> np.ndarray:
    """uint8 [256, 3] from a light to a dark tone of a colour."""
    ends = np.float32([lighter(color, 5), color, darker(color, 12)])
    at = np.linspace(0, 2, 256)
    return np.stack([np.interp(at, [0, 0.8, 2], ends[:, channel]) for channel in range(3)], 1).round().astype(np.uint8)


def soft(region: Region, color: Color) -> bool:
    """A gradient from the upper left to the lower right."""
    height, width = region.mask.shape
    down = np.linspace(0, 165, height, dtype=np.float32)[:, None]
    across = np.linspace(0, 90, width, dtype=np.float32)[None]
    paint(region.view, region.mask, _ramp(color)[(down + across).astype(np.uint8)])
    return False


def dot_ranks(pitch: int, height: int, width: int) -> np.ndarray:
    """float32 [height, width] in (0, 1]: the thresholds of a halftone that repeats every `pitch` pixels."""
    turn = np.cos(np.arange(pitch) * 2 * np.pi / pitch)
    # The product of the waves has a dot at every corner and one in the middle: a grid rotated by 45 degrees.
    order = np.argsort(np.argsort(-np.outer(turn, turn).round(6), axis=None, kind="stable"), kind="stable")
    ranks = ((order + 1) / order.size).reshape(pitch, pitch).astype(np.float32)
    return np.tile(ranks, (height // pitch + 1, width // pitch + 1))[:height, :width]


@functools.lru_cache(maxsize=1)
def _dots() -> np.ndarray:
    return np.where(dot_ranks(TONE_PITCH * SCALE, 3000, 3000) < 0.3, 255, 0).astype(np.uint8)


def screentone(region: Region, color: Color) -> bool:
    """Dots of a darker tone on the shadow side."""
    paint(region.view, region.mask, color)
    shadow = _shadow_mask(region.mask, 0.2)
    height, width = shadow.shape
    paint(region.view, shadow & _dots()[:height, :width], darker(color, 19))
    return not is_neutral(color) and cv2.countNonZero(shadow) > 400


def black_line(color: Color) -> Color:
    """Near-black ink."""
    return (24, 22, 26) if not is_neutral(color) else (23, 23, 23)


@functools.lru_cache(maxsize=4096)
def own_line(color: Color) -> Color:
    """Ink in a deep tone of the fill."""
    lightness = to_lab(color)[0]
    return darker(mixed(color, darker(color, 30), 0.5), max(20.0, lightness * 0.5))


@functools.lru_cache(maxsize=4096)
def brown_line(color: Color) -> Color:
    """Warm dark brown ink with a little of the fill."""
    return mixed(darker(color, 50), (62, 36, 30), 0.75) if not is_neutral(color) else (44, 44, 44)


@functools.lru_cache(maxsize=4096)
def blue_line(color: Color) -> Color:
    """Dark blue ink."""
    return (28, 34, 62) if not is_neutral(color) else (34, 34, 34)
