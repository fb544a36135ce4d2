"""Cuts long panels into overlapping tiles, and blends the tiles' colours."""

import numpy as np

from webtoon_colorize.panels import Box

# The networks see panels squeezed to a square. A panel whose longer side is more than LONGEST times the shorter one is
# cut into tiles. In units of the shorter side, a tile is TILE long and shares at least OVERLAP with the next.
LONGEST, TILE, OVERLAP = 2.0, 1.5, 0.5
NARROWEST = 8  # pixels; what is narrower shows nothing, and would be a thousand tiles


def tiles(box: Box) -> list[Box]:
    """The tiles along the longer side of a box, or the box itself if it is not long, or a sliver."""
    short, long = sorted((box.width, box.height))
    if long <= LONGEST * short or short < NARROWEST:
        return [box]
    length, overlap = round(TILE * short), round(OVERLAP * short)
    count = -(-(long - overlap) // max(1, length - overlap))
    starts = np.linspace(0, long - length, count).round().astype(int).tolist()
    if box.width < box.height:
        return [Box(box.x, box.y + start, box.width, length) for start in starts]
    return [Box(box.x + start, box.y, length, box.height) for start in starts]


def blend(box: Box, parts: list[tuple[Box, np.ndarray]]) -> np.ndarray:
    """The ab of `box` [H, W, 2] from that of its tiles [h, w, 2], which fade linearly into each other."""
    if len(parts) == 1:
        return parts[0][1]
    total = np.zeros((box.height, box.width, 2), np.float32)
    weights = np.zeros((box.height, box.width, 1), np.float32)
    for part, values in parts:
        place = np.s_[part.y - box.y : part.bottom - box.y, part.x - box.x : part.right - box.x]
        weight = _ramp(part.height)[:, None, None] if box.width < box.height else _ramp(part.width)[None, :, None]
        total[place] += weight * values
        weights[place] += weight
    return total / weights


def _ramp(length: int) -> np.ndarray:
    """A tile's weight along its length, [N]: 1 in the middle, falling linearly to almost 0 at both ends."""
    distance = np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5
    return np.minimum(1.0, distance / (length * OVERLAP / TILE)).astype(np.float32)


def fade(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Fades linearly from the rows of `before` to those of `after`, both [N, W, 2]."""
    share = ((np.arange(len(before)) + 0.5) / len(before)).astype(np.float32)[:, None, None]
    return before + share * (after - before)
