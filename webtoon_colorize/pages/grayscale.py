"""How much of an image has colour; sepia, yellowed pages and a scanner's cast count as gray (section III.A)."""

import cv2
import numpy as np

from webtoon_colorize import lab

# The shorter side is reduced to this many pixels: JPEG's colour noise averages out, small coloured details stay.
SIDE = 160
COLORED_CHROMA = 10.0  # Lab units; a pixel of more chroma has colour
STRONG_CHROMA = 26.0  # Lab units; yellowed pages and sepia ink have less chroma
WEAK_CHROMA = 12.0  # Lab units; a cast of any hue has less
COLORED_PAGE_SHARE = 0.01  # a page counts as coloured from this share of its pixels on
DETAIL_SIDE = 480  # as SIDE; a coloured title's strokes are 3 pixels wide
DETAIL_CHROMA = 16.0  # Lab units; a pixel of a coloured title has more
DETAIL_SHARE = 0.0004  # a page also counts as coloured from this share of connected pixels of a title on


def color_share(rgb: np.ndarray) -> float:
    """The share of the pixels of `rgb` (uint8 [H, W, 3]) that have colour, 0 to 1; a tint of the whole is no colour."""
    return float(np.mean(_chroma(rgb, SIDE) > COLORED_CHROMA))


def is_colored(rgb: np.ndarray) -> bool:
    """Whether a page, uint8 [H, W, 3], has colour, be it a small title.

    Colour is connected. Scattered pixels of it are noise.
    """
    if color_share(rgb) >= COLORED_PAGE_SHARE:
        return True
    colored = (_chroma(rgb, DETAIL_SIDE) > DETAIL_CHROMA).astype(np.uint8)
    return bool(cv2.morphologyEx(colored, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).mean() >= DETAIL_SHARE)


def _chroma(rgb: np.ndarray, side: int) -> np.ndarray:
    """The chroma [h, w], in Lab units, of `rgb` (uint8 [H, W, 3]) reduced to this shorter side, without a tint of all.

    One 0 stands for a picture that is gray throughout.

    The tint is the median ab of each of 16 ranges of lightness. It is subtracted if its chroma is below WEAK_CHROMA, or
    below STRONG_CHROMA with a hue nearer to yellow than to red, green or blue (sepia, yellowed paper).
    """
    if not lab.channel_range(rgb).any():
        return np.zeros((1, 1), np.float32)
    scale = min(1.0, side / min(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    units = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lightness, ab = units[..., 0], units[..., 1:]
    steps = (lightness / 100 * 15.999).astype(int)
    for step in np.unique(steps):
        tint = np.median(ab[steps == step], axis=0)
        if np.linalg.norm(tint) < (STRONG_CHROMA if tint[1] > abs(tint[0]) else WEAK_CHROMA):
            ab[steps == step] -= tint
    return np.linalg.norm(ab, axis=2)
