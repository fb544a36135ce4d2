"""Panels between real gutters: the parts of a page that are coloured one by one."""

import functools
import itertools
from typing import NamedTuple

import cv2
import numpy as np

from webtoon_colorize.panels import CLEAR, Box, around, background_colors, crop, find_panels, overlap
from webtoon_colorize.panels.crossed_gutters import runs

TOLERANCE = 24  # gray levels (0 to 255) by which background may differ from its colour
MIN_GUTTER = 12  # pixels; height of the lowest gutter in a strip
FLAT = 6  # gray levels; most pixels of a gutter are this close to its median
MIN_SKY = 6  # pixels; height of the lowest sky that panels are extended by
MOSTLY = 0.7  # least share of such pixels; real gutters (with JPEG's noise and overhang) have 0.8, dim art has 0.6


def joined_panels(image: np.ndarray, *, background: np.ndarray | None = None) -> list[Box]:
    """The panels of `image` (uint8 [H, W, 3]), as `panels.find_panels` finds them, but for some that are joined.

    Panels are joined if they overlap or if art lies between them.

    `find_panels` can take a dim strip of art, such as grass, for a gutter. In a dataset such a strip is no loss. In a
    coloured page it would be a gray band with a seam on each side. Boxes beside a slanted gutter overlap. In a coloured
    page one would paint over the other.
    """
    panels = _joined(image, find_panels(image, background=background))
    return _with_margins(image, _up_to_white(image, panels), background)


def _joined(image: np.ndarray, boxes: list[Box]) -> list[Box]:
    """The boxes, with one box around those that overlap or have art between them."""
    for one, other in itertools.combinations(boxes, 2):
        if overlap(one, other) or _have_art_between(image, one, other, boxes):
            both = around(one, other)
            return _joined(image, [both if box == other else box for box in boxes if box != one])
    return boxes


def _up_to_white(image: np.ndarray, panels: list[Box]) -> list[Box]:
    """The panels; those that lie one above the other reach to the white or black part of the gutter between them.

    `find_panels` takes a light sky for a part of the white gutter beside it.
    """
    result = panels[:1]
    for below in panels[1:]:
        above = result.pop()
        if (above.x, above.width) == (below.x, below.width):
            levels = np.median(image[above.bottom : below.y, below.x : below.right, 1], axis=1)
            extreme = above.bottom + np.flatnonzero((levels <= FLAT) | (levels >= 255 - FLAT))
            start, stop = (int(extreme[0]), int(extreme[-1]) + 1) if len(extreme) else (above.bottom, below.y)
            above = above._replace(height=_moved(above.bottom, start) - above.y)
            below = below._replace(y=_moved(below.y, stop), height=below.bottom - _moved(below.y, stop))
        result += [above, below]
    return result


def _moved(side: int, place: int) -> int:
    """The panel's `side`, at `place` if what lies between is high enough for a sky."""
    return place if abs(place - side) >= MIN_SKY else side


def _have_art_between(image: np.ndarray, one: Box, other: Box, boxes: list[Box]) -> bool:
    """Whether one lies above the other and there is art, and none of `boxes`, in the gap between them."""
    gap = _gap(one, other)
    return not is_gutter(crop(image, gap)) and not any(overlap(gap, box) for box in boxes)


def _gap(one: Box, other: Box) -> Box:
    """What lies between two boxes, one above the other, in the columns that both have; it can be empty."""
    above, below = sorted((one, other), key=lambda box: box.y)
    left, right = max(above.x, below.x), min(above.right, below.right)
    return Box(left, above.bottom, max(0, right - left), max(0, below.y - above.bottom))


def is_gutter(part: np.ndarray) -> bool:
    """Whether `part` (uint8 [H, W, 3]) is even enough for a gutter; an empty part is."""
    gray = part[..., 1].astype(np.int16)
    return not part.size or bool((np.abs(gray - np.median(gray)) <= FLAT).mean() >= MOSTLY)


class Gutter(NamedTuple):
    """A gutter between panels that lie one above the other."""

    row: int  # in its middle
    color: np.ndarray  # int [3], 0 to 255


def last_gutter(image: np.ndarray, *, after: int) -> Gutter | None:
    """The lowest gutter of `image` (uint8 [H, W, 3]) whose middle is at or below row `after`; None without one.

    The colour of gutters is the first of `panels.background_colors`.
    """
    colors = background_colors(image, tolerance=TOLERANCE)
    if not colors:
        return None
    color = colors[0]
    low, high = (np.clip(color + sign * TOLERANCE, 0, 255).astype(np.uint8) for sign in (-1, 1))
    clear = (cv2.inRange(image, low, high) > 0).mean(axis=1) >= CLEAR
    gutters = [(start, stop) for start, stop in runs(clear, MIN_GUTTER) if is_gutter(image[start:stop])]
    middles = [(start + stop) // 2 for start, stop in gutters]
    return next((Gutter(row, color) for row in reversed(middles) if row >= after), None)


def _with_margins(image: np.ndarray, panels: list[Box], background: np.ndarray | None) -> list[Box]:
    """The panels, extended to each edge of the image, or to the gutter there, that has art between them and it.

    `find_panels` takes a light sky for a part of the white gutter beside it. An even margin without a gutter may be a
    sky that a slice begins with. It is a gutter if it is white or black, or has the level of another margin, of a
    gutter between panels, or of the strip's `background`.
    """
    whole = functools.reduce(around, panels)
    height, width = image.shape[:2]
    margins = image[:, : whole.x].swapaxes(0, 1), image[:, : whole.right - 1 : -1].swapaxes(0, 1), image[: whole.y]
    outer = [part[: _level_rows(part)] for part in (*margins, image[: whole.bottom - 1 : -1])]
    between = [crop(image, _gap(one, other)) for one, other in itertools.combinations(panels, 2)]
    levels = [_level(part) for part in (*outer, *between) if part.size and is_gutter(part)]
    levels += [] if background is None else [float(background[1])]

    def gutter(part: np.ndarray) -> int:
        if not part.size or not is_gutter(part):
            return 0
        level = _level(part)
        alike = sum(abs(each - level) <= FLAT for each in levels)  # it counts itself
        return len(part) if alike >= 2 or not FLAT <= level <= 255 - FLAT else 0

    left, right, top, bottom = map(gutter, outer)
    x0, x1 = _moved(whole.x, left), _moved(whole.right, width - right)
    y0, y1 = _moved(whole.y, top), _moved(whole.bottom, height - bottom)
    return [_grown(box, whole, Box(x0, y0, x1 - x0, y1 - y0)) for box in panels]


def _level_rows(part: np.ndarray) -> int:
    """How many of the first rows of `part` (uint8 [H, W, 3]) have the level of the first one."""
    levels = np.median(part[..., 1], axis=1) if part.size else np.zeros(0)
    other = np.flatnonzero(np.abs(levels - levels[:1]) > FLAT)
    return int(other[0]) if len(other) else len(part)


def _level(part: np.ndarray) -> float:
    return float(np.median(part[..., 1]))


def _grown(box: Box, whole: Box, wider: Box) -> Box:
    """`box` with those of its sides that are sides of `whole` moved to those of `wider`."""
    x = wider.x if box.x == whole.x else box.x
    y = wider.y if box.y == whole.y else box.y
    right = wider.right if box.right == whole.right else box.right
    bottom = wider.bottom if box.bottom == whole.bottom else box.bottom
    return Box(x, y, right - x, bottom - y)
