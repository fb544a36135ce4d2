"""Cuts a page or a strip into its panels by the background colour between them (section III.A).

A page is cut along straight runs of its background colour: into rows, each row into columns, and so on (a recursive XY
cut, Nagy and Seth 1984), then along gutters that are crossed, slanted or bent (`crossed_gutters`). Boxes beside a
slanted gutter overlap. Only background that is connected to the page's edge separates panels, so a white panel inside
a border line stays whole. A part counts as a panel if it has straight sides. Figures that stand apart on a plain
background have no straight sides, so a drawing without a frame stays whole.
"""

import functools
from typing import NamedTuple

import cv2
import numpy as np

from webtoon_colorize.panels.crossed_gutters import halves, outlined, runs

STRAIGHT = 0.6  # least share of content in the row or column at a panel's edge
OVERHANG = 0.3  # outer rows or columns with a smaller share of content stick out of the panel (a bubble, a sword)
SHARP = 0.3  # least share of a panel's edge that differs strongly from the background; a gradient's share is smaller
REACH = 6  # pixels within which an edge must become straight and sharp
CLEAR = 0.985  # least share of background in each row of a gutter that nothing crosses


class Box(NamedTuple):
    """A rectangle in pixels: left edge, top edge, width, height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The column behind the last one."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The row below the last one."""
        return self.y + self.height


class _Part(NamedTuple):
    """A part of a page that is not cut further."""

    box: Box
    is_panel: bool  # whether it has straight sides


def find_panels(
    image: np.ndarray,
    *,
    tolerance: int = 24,
    min_gutter: int = 6,
    min_side: int = 32,
    background: np.ndarray | None = None,
) -> list[Box]:
    """Finds the panels of a page in reading order: rows from the top, and left to right inside a row.

    Args:
      image: uint8 [H, W, 3].
      tolerance: the largest difference from the background in any channel (0 to 255) that counts as background.
      min_gutter: the width of the narrowest gutter, in pixels.
      min_side: narrower or lower boxes (page numbers, specks) are left out, in pixels.
      background: given for a part of a strip, the colour between the strip's panels elsewhere, int [3].

    Returns:
      At least one box: an image without gutters, also a blank one, is one panel.
    """
    colors = background_colors(image, tolerance=tolerance) + ([] if background is None else [background])
    # Even one panel of a strip is trusted; a page needs more evidence. More than twice as high as wide is a strip.
    is_strip = background is not None or image.shape[0] > 2 * image.shape[1]
    sizes = {"tolerance": tolerance, "min_gutter": min_gutter, "min_side": min_side}
    found = [_find(image, color, is_strip=is_strip, **sizes) for color in colors]
    # The background is the colour that cuts the most panels; of colours that cut equally many, max keeps the commonest.
    boxes, _ = max(found, key=lambda result: result[1], default=([], 0))
    return boxes or [Box(0, 0, image.shape[1], image.shape[0])]


def _find(
    image: np.ndarray, color: np.ndarray, *, tolerance: int, min_gutter: int, min_side: int, is_strip: bool
) -> tuple[list[Box], int]:
    """The boxes into which the background `color` cuts the image, and how many of them are panels.

    There are no boxes if `color` is not the background of a page or a strip.
    """
    whole = Box(0, 0, image.shape[1], image.shape[0])
    parts = _cut(_content(image, color, tolerance), whole, min_gutter)
    parts = [part for part in parts if min(part.box.width, part.box.height) >= min_side]
    panels = sum(part.is_panel for part in parts)
    boxes = [part.box for part in parts]
    if is_strip or panels > 2 or (panels > 0 and _lie_on_page_background(boxes, whole, color, tolerance)):
        return boxes, panels
    return [], 0


def background_colors(image: np.ndarray, *, tolerance: int = 24) -> list[np.ndarray]:
    """The colours (int [3]) that fill whole rows or columns of `image` (uint8 [H, W, 3]), the commonest first.

    Others count if they fill at least a quarter as much. A row has one colour if 98% of it lies within `tolerance` of
    its median.
    """
    scale = min(1.0, 256 / min(image.shape[:2]))  # whole lines keep their colour when reduced, and medians get cheap
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    colors, weights = [], []
    for axis in (0, 1):
        median = np.median(small, axis=axis, keepdims=True)
        near = (np.abs(small - median).max(axis=2) <= tolerance).mean(axis=axis)
        lines = median.reshape(-1, 3)[near >= 0.98]
        colors.append(lines)
        weights.append(np.full(len(lines), small.shape[axis]))
    return _commonest(np.concatenate(colors), np.concatenate(weights))


def _commonest(colors: np.ndarray, weights: np.ndarray) -> list[np.ndarray]:
    """The one of `colors` (float [N, 3]) with the most weight around it, and at most two others.

    The others have at least a quarter of that weight.
    """
    result: list[np.ndarray] = []
    most = 0.0
    while len(colors) and len(result) < 3:
        bins, members = np.unique(np.round(colors / 16), axis=0, return_inverse=True)
        votes = np.bincount(members.ravel(), weights)
        # Neighbouring bins vote together, because a noisy white falls into several bins.
        support = [votes[np.abs(bins - each).max(axis=1) <= 1].sum() for each in bins]
        near = np.abs(np.round(colors / 16) - bins[int(np.argmax(support))]).max(axis=1) <= 1
        most = most or max(support)
        if max(support) < most / 4:
            break
        result.append(np.median(colors[near], axis=0).round().astype(int))
        colors, weights = colors[~near], weights[~near]
    return result


def _content(image: np.ndarray, color: np.ndarray, tolerance: int) -> np.ndarray:
    """Marks the content of `image`: uint8 [H, W], 0 background, 1 content, 2 content that differs strongly from it.

    Areas of the background's colour that are not connected to the image's edge are 2.
    """
    smooth = cv2.blur(image, (3, 3))  # removes grain; a line of one pixel keeps a third of its contrast
    difference = functools.reduce(np.maximum, cv2.split(cv2.absdiff(smooth, (*map(float, color), 0.0))))
    background = (difference <= tolerance).astype(np.uint8)
    # Eroding first keeps the background from leaking through pinholes in a border line; dilating restores its size.
    kernel = np.ones((3, 3), np.uint8)
    _, areas = cv2.connectedComponents(cv2.erode(background, kernel, borderValue=1), connectivity=4)
    edge = np.concatenate([areas[0], areas[-1], areas[:, 0], areas[:, -1]])
    outside = np.isin(areas, np.setdiff1d(edge, [0])).astype(np.uint8)
    content = 1 - (cv2.dilate(outside, kernel) & background)
    content = cv2.erode(content, kernel)  # the blur had widened it by a pixel on all sides
    return content * np.where((difference > 2 * tolerance) | (background > 0), 2, 1).astype(np.uint8)


def _cut(content: np.ndarray, box: Box, min_gutter: int) -> list[_Part]:
    """The parts of `box` without the background around them, in reading order."""
    shrunk = _shrink(content, box)
    if shrunk is None:
        return []
    box = shrunk
    for axis in (1, 0):
        parts = _parts(content, box, axis, min_gutter)
        if len(parts) > 1:
            return _gather([_cut(content, part, min_gutter) for part in parts], box)
    edges, is_panel = _panel_edges(content, box)
    panels = _crossed_parts(content, box, min_gutter) if is_panel else []
    return panels or [_Part(edges, is_panel)]


def _crossed_parts(content: np.ndarray, box: Box, min_gutter: int) -> list[_Part]:
    """The parts of `box` between gutters that are crossed, slanted or bent; none without such gutters."""
    part = crop(content, box)
    found = []
    for half in halves(part, min_gutter) or ():
        alone = np.zeros(content.shape, content.dtype)
        crop(alone, box)[:] = half
        parts = _cut(alone, box, min_gutter)
        found += [parts[0]._replace(is_panel=True)] if len(parts) == 1 else parts
    return found or [_Part(Box(box.x + x, box.y + y, w, h), True) for x, y, w, h in outlined(part)]


def _filled(content: np.ndarray, box: Box, axis: int, *, level: int = 1) -> np.ndarray:
    """The share (0 to 1) of each row (axis 1) or column (axis 0) of `box` whose content is at least `level`: [N]."""
    return (content[box.y : box.bottom, box.x : box.right] >= level).mean(axis=axis)


def _along(box: Box, axis: int, start: int, stop: int) -> Box:
    """The part of `box` from `start` to `stop` (relative to it) in rows (axis 1) or columns (axis 0)."""
    if axis == 1:
        return Box(box.x, box.y + start, box.width, stop - start)
    return Box(box.x + start, box.y, stop - start, box.height)


def _between(gutters: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """(start, stop) of the non-empty intervals between the gutters, from 0 to `length`."""
    edges = [0, *(edge for gutter in gutters for edge in gutter), length]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2]) if b > a]


def _shrink(content: np.ndarray, box: Box) -> Box | None:
    """`box` without the background at its four sides, or None if it has no content."""
    for axis in (1, 0):
        full = np.flatnonzero(_filled(content, box, axis) > 1 - CLEAR)
        if not len(full):
            return None
        box = _along(box, axis, int(full[0]), int(full[-1]) + 1)
    return box


def _parts(content: np.ndarray, box: Box, axis: int, min_gutter: int) -> list[Box]:
    fill = _filled(content, box, axis)
    gutters = runs(fill <= 1 - CLEAR, min_gutter)
    return [_along(box, axis, a, b) for a, b in _between(gutters, len(fill))]


def _panel_edges(content: np.ndarray, box: Box) -> tuple[Box, bool]:
    """`box` without details that stick out of the panel, and whether it is a panel.

    It is a panel if two opposite sides are straight. One of the two may lie at the image's edge instead.
    """
    is_panel = False
    for axis in (1, 0):
        fill, strong = (_filled(content, box, axis, level=level) for level in (1, 2))
        before, after = (box.y, box.bottom) if axis == 1 else (box.x, box.right)
        ends = (before == 0, after == content.shape[1 - axis])  # at the image's edge, straightness says nothing
        edges = _edge(fill, strong), _edge(fill[::-1], strong[::-1])
        is_panel |= not all(ends) and all(end or edge is not None for end, edge in zip(ends, edges))
        start, stop = (0 if end or edge is None else edge for end, edge in zip(ends, edges))
        box = _along(box, axis, start, len(fill) - stop)
    return box, is_panel


def _edge(fill: np.ndarray, strong: np.ndarray) -> int | None:
    """The row or column where the panel begins; those before it stick out of the panel.

    `fill` and `strong` are the shares [N] of content, and of content that differs strongly from the background, in each
    row or column. None without a straight edge: the content widens slowly (a round shape) or its colour leaves the
    background's slowly (a gradient).
    """
    full = np.flatnonzero(fill >= STRAIGHT)
    if not len(full) or full[0] > max(8, 0.2 * len(fill)):
        return None
    first = int(full[0])
    grows_slowly = first > 6 and fill[first - 6] > OVERHANG
    return None if grows_slowly or strong[first : first + REACH].max() < SHARP else first


def _gather(groups: list[list[_Part]], box: Box) -> list[_Part]:
    """All parts in one list, or `box` as one part if none of them is a panel.

    Neighbours that are no panels and lie close together are joined (balloons, a drawing without a frame).
    """
    parts = [part for group in groups for part in group]
    if not any(part.is_panel for part in parts) and box.height <= 2 * box.width:
        return [_Part(box, False)]
    joined = parts[:1]
    for part in parts[1:]:
        if joined[-1].is_panel or part.is_panel or _gap(joined[-1].box, part.box) > box.width / 8:
            joined.append(part)
        else:
            joined[-1] = _Part(around(joined[-1].box, part.box), False)
    return joined


def _gap(a: Box, b: Box) -> int:
    """The distance between two boxes along the axis on which they are further apart, in pixels."""
    return max(b.x - a.right, a.x - b.right, b.y - a.bottom, a.y - b.bottom)


def around(a: Box, b: Box) -> Box:
    """The smallest box around two."""
    x, y = min(a.x, b.x), min(a.y, b.y)
    return Box(x, y, max(a.right, b.right) - x, max(a.bottom, b.bottom) - y)


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share a pixel."""
    return max(a.x, b.x) < min(a.right, b.right) and max(a.y, b.y) < min(a.bottom, b.bottom)


def crop(image: np.ndarray, box: Box) -> np.ndarray:
    """The part of `image` ([H, W, ...]) in the box, as a view."""
    return image[box.y : box.bottom, box.x : box.right]


def _lie_on_page_background(boxes: list[Box], whole: Box, color: np.ndarray, tolerance: int) -> bool:
    """Whether the `boxes` lie on the page background, and not on a part of the art (a sky, a floor, a tree).

    The background `color` is the page's if it is white, or if it lies on two opposite sides of the boxes.
    """
    inner = functools.reduce(around, boxes)
    is_left_and_right = inner.x > 0 and inner.right < whole.width
    is_above_and_below = inner.y > 0 and inner.bottom < whole.height
    is_white = bool(color.min() >= 255 - tolerance)
    return is_white or is_left_and_right or is_above_and_below
