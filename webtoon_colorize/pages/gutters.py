"""The parts of a page that are coloured by themselves: its panels, as far as real gutters part them."""

import functools
from typing import NamedTuple

import cv2
import numpy as np

from webtoon_colorize.panels import CLEAR, Box, around, background_colours, find_panels, runs

TOLERANCE = 24  # gray levels by which background may differ from its colour
MIN_GUTTER = 12  # pixels of background that separate
FLAT = 6  # gray levels from its median within which most of a gutter lies
MOSTLY = 0.7  # in real gutters, JPEG's noise and what sticks out of panels included, at least 0.8; in dim art 0.6


def joined_panels(image: np.ndarray, *, background: np.ndarray | None = None) -> list[Box]:
    """Panels of `image` (uint8 [H, W, 3]), joined where it is art that lies between them: `panels.find_panels`.

    Preparing a dataset can afford to lose a dim strip of grass that looks like a gutter; in a coloured page it would
    be a gray band with a seam on both sides.
    """
    regions: list[Box] = []
    for box in find_panels(image, background=background):
        while regions and not _is_parted(image, regions[-1], box):
            box = around(regions.pop(), box)
        regions.append(box)
    return _with_margins(image, regions)


def _is_parted(image: np.ndarray, above: Box, below: Box) -> bool:
    """False if the boxes lie one above the other and what is between them is no gutter."""
    both = around(above, below)
    return is_gutter(image[above.bottom : below.y, both.x : both.right])


def is_gutter(part: np.ndarray) -> bool:
    """Whether `part` (uint8 [H, W, 3]) is background; what is empty is."""
    gray = part[..., 1].astype(np.int16)
    return not part.size or bool((np.abs(gray - np.median(gray)) <= FLAT).mean() >= MOSTLY)


class Gutter(NamedTuple):
    """A gutter between panels that lie one above the other."""

    row: int  # in its middle
    colour: np.ndarray  # int [3], 0 to 255


def last_gutter(image: np.ndarray, *, after: int) -> Gutter | None:
    """The lowest gutter of `image` (uint8 [H, W, 3]) whose middle is at or below row `after`; None without one.

    Gutters have the colour that fills the most rows.
    """
    for colour in background_colours(image, tolerance=TOLERANCE)[:1]:
        low, high = (np.clip(colour + sign * TOLERANCE, 0, 255).astype(np.uint8) for sign in (-1, 1))
        clear = (cv2.inRange(image, low, high) > 0).mean(axis=1) >= CLEAR
        gutters = [(start, stop) for start, stop in runs(clear, MIN_GUTTER) if is_gutter(image[start:stop])]
        middles = [(start + stop) // 2 for start, stop in gutters]
        return next((Gutter(row, colour) for row in reversed(middles) if row >= after), None)
    return None


def _with_margins(image: np.ndarray, regions: list[Box]) -> list[Box]:
    """The regions, grown to the image's edges where it is art that lies between."""
    whole = functools.reduce(around, regions)
    height, width = image.shape[:2]
    x0 = 0 if not is_gutter(image[:, : whole.x]) else whole.x
    x1 = width if not is_gutter(image[:, whole.right :]) else whole.right
    y0 = 0 if not is_gutter(image[: whole.y]) else whole.y
    y1 = height if not is_gutter(image[whole.bottom :]) else whole.bottom
    return [_grown(box, whole, Box(x0, y0, x1 - x0, y1 - y0)) for box in regions]


def _grown(box: Box, whole: Box, wider: Box) -> Box:
    """`box` with those of its sides that are sides of `whole` moved to those of `wider`."""
    x = wider.x if box.x == whole.x else box.x
    y = wider.y if box.y == whole.y else box.y
    right = wider.right if box.right == whole.right else box.right
    bottom = wider.bottom if box.bottom == whole.bottom else box.bottom
    return Box(x, y, right - x, bottom - y)
