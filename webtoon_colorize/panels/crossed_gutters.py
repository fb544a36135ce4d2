"""Gutters that no straight empty row or column shows: crossed by bubbles or figures, slanted, or bent.

A part is uint8 [H, W], made by `panels`: 0 background, 1 content, 2 content that differs strongly from the background.
"""

import itertools
from typing import NamedTuple

import cv2
import numpy as np

STEEPEST = 0.8  # columns by which a gutter may move per row (rows per column, if it lies across)
REDUCED = 4  # slopes are tried on a part that is so many times smaller
LONGEST = 2**15 - 2  # pixels; OpenCV cannot move the rows of larger parts
WIDEST = 48  # pixels; widest gutter that is searched
CLEAR_SHARE = 0.6  # least share of background in each column of a gutter that bubbles or figures cross
EDGE = 0.5  # least share of content in a column near the gutter, on each side
EVIDENCE = 2.8  # least sum of both these shares and twice the background's in the gutter, so 4 for a perfect gutter
SHARP = 0.3  # least share of strong content there; a gradient's share is smaller
REACH = 6  # pixels from the gutter within which these columns lie
FULL = 0.6  # least share of content on each side of a gutter; text without an outline has less
OPENING = 5  # pixels; thinner content does not join panels
LARGE = 0.04  # least share of the part that each panel between bent gutters fills
COVERED = 0.5  # least share that they fill together
SOLID = 0.8  # least share of its convex hull that such a panel fills; figures fill less


class _Line(NamedTuple):
    """The middle of a gutter from the top to the bottom of a part."""

    evidence: float
    slope: float  # columns per row
    column: float  # in the middle row


def halves(part: np.ndarray, min_gutter: int) -> tuple[np.ndarray, np.ndarray] | None:
    """`part` without what lies behind, and without what lies before its clearest gutter; None without a gutter.

    The gutter leads from edge to edge, where it is open, is at least `min_gutter` pixels wide, and has panel edges on
    both sides. The gutter of a picture in a picture is not open.
    """
    if min(part.shape) < WIDEST or max(part.shape) > LONGEST:
        return None
    lines = [(_clearest_line(turned, min_gutter), turned) for turned in (part, np.ascontiguousarray(part.T))]
    line, turned = max(lines, key=lambda pair: pair[0] or _Line(0, 0, 0))
    if line is None:
        return None
    rows, columns = np.ogrid[: turned.shape[0], : turned.shape[1]]
    before = columns < line.column + line.slope * (rows - (len(turned) - 1) / 2)
    if min((turned[before] > 0).mean(), (turned[~before] > 0).mean()) < FULL:
        return None
    before = before if turned is part else before.T
    return part * before, part * ~before


def _clearest_line(part: np.ndarray, min_gutter: int) -> _Line | None:
    if (np.count_nonzero(part == 0, axis=1) >= min_gutter).mean() < CLEAR_SHARE:
        return None
    slope, step = _deepest_slope(part)
    slopes = slope + np.linspace(-step, step, 9)
    return max(itertools.chain.from_iterable(_lines(part, each, min_gutter) for each in slopes), default=None)


def _deepest_slope(part: np.ndarray) -> tuple[float, float]:
    """The slope of the line with the least content compared with the lines beside it, and how exact it is."""
    content = np.minimum(part, 1).astype(np.float32)
    small = cv2.resize(content, None, fx=1 / REDUCED, fy=1 / REDUCED, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    steepest = min(STEEPEST, width / height)
    slopes, step = np.linspace(-steepest, steepest, int(steepest * height) + 2, retstep=True)
    fill = np.concatenate([_column_means(_upright(small, slope))[None] for slope in slopes])
    depth = cv2.morphologyEx(fill, cv2.MORPH_BLACKHAT, np.ones((1, WIDEST // REDUCED), np.uint8))
    from_middle = np.abs(np.arange(width) - (width - 1) / 2)
    depth[from_middle > (width - np.abs(slopes[:, None]) * height) / 2] = 0  # lines that leave through a side
    return float(slopes[depth.max(axis=1).argmax()]), float(step)


def _upright(part: np.ndarray, slope: float) -> np.ndarray:
    """`part` with its rows moved so that lines with this slope become columns; the middle row stays."""
    height, width = part.shape
    move = np.array([[1, slope, -slope * (height - 1) / 2], [0, 1, 0]])
    return cv2.warpAffine(part, move, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)


def _column_means(part: np.ndarray) -> np.ndarray:
    return cv2.reduce(part, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[0]  # faster than NumPy's


def _lines(part: np.ndarray, slope: float, min_gutter: int) -> list[_Line]:
    """The gutters with this slope."""
    upright = _upright(part, slope)
    fill, strong = (_column_means(plane) for plane in (np.minimum(upright, 1), upright // 2))
    margin = abs(slope) * len(part) / 2 + REACH
    result = []
    for a, b in runs(fill <= 1 - CLEAR_SHARE, min_gutter):
        sides = slice(max(0, a - REACH), a), slice(b, b + REACH)
        edges = [fill[side].max(initial=0) for side in sides]
        sharp = min(strong[side].max(initial=0) for side in sides) >= SHARP
        evidence = sum(edges) + 2 * (1 - fill[a:b].mean())
        is_open = all((end[:, a:b] == 0).mean() >= CLEAR_SHARE for end in (upright[:REACH], upright[-REACH:]))
        is_inside = margin <= a and b <= len(fill) - margin
        if is_inside and is_open and sharp and min(edges) >= EDGE and evidence >= EVIDENCE:
            result.append(_Line(evidence, slope, (a + b) / 2))
    return result


def runs(flags: np.ndarray, min_length: int) -> list[tuple[int, int]]:
    """(start, stop) of the runs of True in `flags` (bool [N]) that are at least `min_length` long."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(changes[::2], changes[1::2]) if b - a >= min_length]


def outlined(part: np.ndarray) -> list[tuple[int, int, int, int]]:
    """The panels of `part` between bent gutters that nothing crosses: x, y, width, height of each, in pixels.

    None unless there are several, each is solid, and they fill most of the part.
    """
    if part.all():
        return []
    opened = cv2.morphologyEx(np.minimum(part, 1), cv2.MORPH_OPEN, np.ones((OPENING, OPENING), np.uint8))
    outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [each for each in outlines if cv2.contourArea(each) >= LARGE * part.size]
    solid = all(cv2.contourArea(each) >= SOLID * cv2.contourArea(cv2.convexHull(each)) for each in large)
    if len(large) < 2 or not solid or sum(map(cv2.contourArea, large)) < COVERED * part.size:
        return []
    boxes = [tuple(map(int, cv2.boundingRect(each))) for each in large]
    return sorted(boxes, key=lambda box: (8 * box[1] // len(part), box[0]))
