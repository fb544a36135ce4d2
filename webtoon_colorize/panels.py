"""From a page or a strip to its panels, by the colour that lies between them (paper III.A).

A page is cut along straight runs of its background colour: first into rows, each row into columns, and so on (a
recursive XY cut, Nagy and Seth 1984). Only background that reaches the page's edge separates, so a white panel inside a
border line stays whole. A piece counts as a panel when it has straight sides; figures that merely stand apart on a
plain ground have none, and so a drawing without a frame stays one picture.
"""

import functools
from typing import NamedTuple

import cv2
import numpy as np

STRAIGHT = 0.6  # of a side's length must be content for the side to count as a panel's edge
OVERHANG = 0.3  # a row or column less full than this at a panel's rim is a bubble or a sword that sticks out
SHARP = 0.3  # of a panel's edge must differ from the background strongly, or else a gradient leaves its colour there
REACH = 6  # pixels within which an edge must become straight and sharp
CLEAR = 0.985  # of a row must be background for a gutter that nothing bridges
BRIDGED = 0.6  # ... and for one that bubbles or figures cross, if the panels' edges on both its sides are straight


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


class _Piece(NamedTuple):
    box: Box
    is_panel: bool  # it has straight sides


def find_panels(
    image: np.ndarray,
    *,
    tolerance: int = 24,
    min_gutter: int = 6,
    min_side: int = 32,
    background: np.ndarray | None = None,
) -> list[Box]:
    """The panels of `image` (uint8 [H, W, 3]) in reading order: rows from the top, and left to right inside a row.

    tolerance: the largest difference from the background in any channel (0 to 255) that still counts as background.
    min_gutter: the narrowest gutter, in pixels. min_side: narrower or lower boxes (page numbers, specks) are left out.
    background: the image is a part of a strip that has this colour (int [3]) between its panels elsewhere.
    An image without gutters, a blank one too, is one panel: there is always at least one box.
    """
    colours = background_colours(image, tolerance=tolerance) + ([] if background is None else [background])
    # A part of a strip need not look like a page, and what is twice as high as wide is a strip.
    is_strip = background is not None or image.shape[0] > 2 * image.shape[1]
    found = [
        _find(image, colour, tolerance=tolerance, min_gutter=min_gutter, min_side=min_side, is_strip=is_strip)
        for colour in colours
    ]
    # The colour between the panels shows by cutting more of them than any colour inside them does; max keeps the
    # commoner of two that cut as many.
    boxes, _ = max(found, key=lambda result: result[1], default=([], 0))
    return boxes or [Box(0, 0, image.shape[1], image.shape[0])]


def _find(
    image: np.ndarray, colour: np.ndarray, *, tolerance: int, min_gutter: int, min_side: int, is_strip: bool
) -> tuple[list[Box], int]:
    """The boxes that the background `colour` cuts, none if it cuts no panel, and how many of them are panels."""
    whole = Box(0, 0, image.shape[1], image.shape[0])
    pieces = [
        piece
        for piece in _cut(_content(image, colour, tolerance), whole, min_gutter)
        if min(piece.box.width, piece.box.height) >= min_side
    ]
    panels = sum(piece.is_panel for piece in pieces)
    boxes = [piece.box for piece in pieces]
    if is_strip or panels > 2 or (panels > 0 and _lies_on_blank_ground(boxes, whole, colour, tolerance)):
        return boxes, panels
    return [], 0


def background_colours(image: np.ndarray, *, tolerance: int = 24) -> list[np.ndarray]:
    """The colours (int [3]) that fill whole rows and columns of `image` (uint8 [H, W, 3]).

    They are the one that fills most, and others that fill a quarter as much. A row has one colour when 98% of it lies
    within `tolerance` of its median.
    """
    scale = min(1.0, 256 / min(image.shape[:2]))  # colours of whole lines survive the reduction, and medians get cheap
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    colours, weights = [], []
    for axis in (0, 1):
        median = np.median(small, axis=axis, keepdims=True)
        near = (np.abs(small - median).max(axis=2) <= tolerance).mean(axis=axis)
        lines = median.reshape(-1, 3)[near >= 0.98]
        colours.append(lines)
        weights.append(np.full(len(lines), small.shape[axis]))
    return _commonest(np.concatenate(colours), np.concatenate(weights))


def _commonest(colours: np.ndarray, weights: np.ndarray) -> list[np.ndarray]:
    """Of `colours` (float [N, 3]) the one with most weight around it, and at most two others.

    The others have a quarter as much.
    """
    result, most = [], 0.0
    while len(colours) and len(result) < 3:
        bins, members = np.unique(np.round(colours / 16), axis=0, return_inverse=True)
        votes = np.bincount(members.ravel(), weights)
        # Neighbouring bins vote together: a noisy white falls into several.
        support = [votes[np.abs(bins - each).max(axis=1) <= 1].sum() for each in bins]
        near = np.abs(np.round(colours / 16) - bins[int(np.argmax(support))]).max(axis=1) <= 1
        most = most or max(support)
        if max(support) < most / 4:
            break
        result.append(np.median(colours[near], axis=0).round().astype(int))
        colours, weights = colours[~near], weights[~near]
    return result


def _content(image: np.ndarray, colour: np.ndarray, tolerance: int) -> np.ndarray:
    """Where `image` is not background: uint8 [H, W], 1, or 2 where it differs from it much.

    Background that does not reach the image's edge is 2 as well.
    """
    smooth = cv2.blur(image, (3, 3))  # takes the grain off, yet leaves a third of a one-pixel line
    difference = functools.reduce(np.maximum, cv2.split(cv2.absdiff(smooth, (*map(float, colour), 0.0))))
    background = (difference <= tolerance).astype(np.uint8)
    # Thinned by a pixel the background cannot leak through pinholes of a border line; afterwards it is thickened again.
    kernel = np.ones((3, 3), np.uint8)
    _, labels = cv2.connectedComponents(cv2.erode(background, kernel, borderValue=1), connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    outside = np.isin(labels, np.setdiff1d(edge, [0])).astype(np.uint8)
    content = 1 - (cv2.dilate(outside, kernel) & background)
    content = cv2.erode(content, kernel)  # the blur had made it wider by a pixel all round
    return content * np.where((difference > 2 * tolerance) | (background > 0), 2, 1).astype(np.uint8)


def _cut(content: np.ndarray, box: Box, min_gutter: int) -> list[_Piece]:
    """The pieces of `box` (nearly) without background around them, in reading order."""
    box = _shrink(content, box)
    if box is None:
        return []
    for axis in (1, 0):
        for parts in (_parts(content, box, axis, min_gutter), _bridged_parts(content, box, axis, min_gutter)):
            if len(parts) > 1:
                return _gather([_cut(content, part, min_gutter) for part in parts], box)
    box, straight = _panel_edges(content, box)
    return [_Piece(box, straight)]


def _filled(content: np.ndarray, box: Box, axis: int, *, level: int = 1) -> np.ndarray:
    """The share of each row (axis 1) or column (axis 0) of `box` where the content is at least `level`.

    Shares are float [N], 0 to 1.
    """
    return (content[box.y : box.bottom, box.x : box.right] >= level).mean(axis=axis)


def _along(box: Box, axis: int, start: int, stop: int) -> Box:
    """The part of `box` from `start` to `stop` (relative to it) in rows (axis 1) or columns (axis 0)."""
    if axis == 1:
        return Box(box.x, box.y + start, box.width, stop - start)
    return Box(box.x + start, box.y, stop - start, box.height)


def runs(flags: np.ndarray, min_length: int) -> list[tuple[int, int]]:
    """(start, stop) of the runs of True in `flags` (bool [N]) that are at least `min_length` long."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(changes[::2], changes[1::2]) if b - a >= min_length]


def _between(gutters: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What lies between the gutters, from 0 to `length`."""
    edges = [0, *(edge for gutter in gutters for edge in gutter), length]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2]) if b > a]


def _shrink(content: np.ndarray, box: Box) -> Box | None:
    """`box` without the background at its four sides, or None if there is nothing else in it."""
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


def _bridged_parts(content: np.ndarray, box: Box, axis: int, min_gutter: int) -> list[Box]:
    """The parts of `box` on both sides of gutters that something crosses.

    Such gutters are known by the straight panel edges that run along them.
    """
    fill, strong = (_filled(content, box, axis, level=level) for level in (1, 2))

    def is_edge(part: slice) -> bool:
        return fill[part].max(initial=0) >= (1 + STRAIGHT) / 2 and strong[part].max(initial=0) >= SHARP

    gutters = [
        (a, b)
        for a, b in runs(fill <= 1 - BRIDGED, min_gutter)
        if is_edge(slice(max(0, a - REACH), a)) and is_edge(slice(b, b + REACH))
    ]
    return [_along(box, axis, a, b) for a, b in _between(gutters, len(fill))]


def _panel_edges(content: np.ndarray, box: Box) -> tuple[Box, bool]:
    """`box` without what sticks out of its panel's edges, and whether it is a panel.

    It is a panel if two opposite sides are straight, or one if the other is the image's.
    """
    is_panel = False
    for axis in (1, 0):
        fill, strong = (_filled(content, box, axis, level=level) for level in (1, 2))
        before, after = (box.y, box.bottom) if axis == 1 else (box.x, box.right)
        ends = (before == 0, after == content.shape[1 - axis])  # the image's own edges say nothing about a panel
        edges = _edge(fill, strong), _edge(fill[::-1], strong[::-1])
        is_panel |= not all(ends) and all(end or edge is not None for end, edge in zip(ends, edges))
        start, stop = (0 if end or edge is None else edge for end, edge in zip(ends, edges))
        box = _along(box, axis, start, len(fill) - stop)
    return box, is_panel


def _edge(fill: np.ndarray, strong: np.ndarray) -> int | None:
    """Where the panel begins, given the filled and the strongly filled share [N] of its rows or columns.

    It begins at once, or after what sticks out of it. None without a straight edge: the drawing grows slowly (it is
    round) or its colour leaves the background's slowly (it is a gradient).
    """
    full = np.flatnonzero(fill >= STRAIGHT)
    if not len(full) or full[0] > max(8, 0.2 * len(fill)):
        return None
    first = int(full[0])
    grows_slowly = first > 6 and fill[first - 6] > OVERHANG
    return None if grows_slowly or strong[first : first + REACH].max() < SHARP else first


def _gather(parts: list[list[_Piece]], box: Box) -> list[_Piece]:
    """The parts' pieces in a row, or all `box` if nothing in it is a panel.

    Those that are no panels become one where they are close together (balloons, a drawing without a frame).
    """
    pieces = [piece for part in parts for piece in part]
    if not any(piece.is_panel for piece in pieces) and box.height <= 2 * box.width:
        return [_Piece(box, False)]
    joined = pieces[:1]
    for piece in pieces[1:]:
        if joined[-1].is_panel or piece.is_panel or _gap(joined[-1].box, piece.box) > box.width / 8:
            joined.append(piece)
        else:
            joined[-1] = _Piece(around(joined[-1].box, piece.box), False)
    return joined


def _gap(a: Box, b: Box) -> int:
    """The distance between two boxes, along the axis on which they are further apart."""
    return max(b.x - a.right, a.x - b.right, b.y - a.bottom, a.y - b.bottom)


def around(a: Box, b: Box) -> Box:
    """The smallest box around two."""
    x, y = min(a.x, b.x), min(a.y, b.y)
    return Box(x, y, max(a.right, b.right) - x, max(a.bottom, b.bottom) - y)


def crop(image: np.ndarray, box: Box) -> np.ndarray:
    """The part of `image` ([H, W, ...]) in the box; it shares its memory."""
    return image[box.y : box.bottom, box.x : box.right]


def _lies_on_blank_ground(boxes: list[Box], whole: Box, colour: np.ndarray, tolerance: int) -> bool:
    """Whether the `boxes` lie on the page background, and not on a part of the art (a sky, a floor, a tree).

    The ground is blank if its colour is white, or if it lies on two opposite sides of the boxes.
    """
    inner = functools.reduce(around, boxes)
    is_left_and_right = inner.x > 0 and inner.right < whole.width
    is_above_and_below = inner.y > 0 and inner.bottom < whole.height
    is_white = bool(colour.min() >= 255 - tolerance)
    return is_white or is_left_and_right or is_above_and_below
