"""Finds paper and the insides of speech bubbles, which stay without colour in a coloured page.

Paper is not what is bright. It is one even level, the lightest of the page, in areas that reach the page's edge, that
are large, or that hold lettering. Skies, highlights and white things fulfil none of this, or are not as even.
"""

import cv2
import numpy as np

WHITE = 250  # the darkest paper, 0 to 255, that is known by its level alone
OFF_WHITE = 240  # the darkest level of bubbles in art without other paper
DARKEST = 180  # gray levels; paper of a bad scan
BELOW = 12  # gray levels by which paper may be darker than the page's paper is on average
ALIKE = 6  # gray levels by which the median of an area of paper may differ from that
LEVEL = 3  # gray levels on each side of a level that count as it
EVEN = 6  # gray levels; greatest range of an even place of 5 x 5 pixels
PEAK = 0.003  # least share of the page in the level of its paper
FRAME = 0.6  # least share of each of the page's sides that gray paper has
LIGHTER = 0.01  # greatest share of a page with gray paper that is lighter than it
LARGE = 0.1  # of the page: larger areas are paper
INK = 60  # gray levels by which lettering is darker than paper
LETTERS = 2  # least number of spots of ink in a bubble
LETTER = 1 / 120  # of the page's width: half the width of the widest stroke or gap of lettering
TALLEST = 1 / 10  # of the page's width: the highest letter
BUBBLE = 1 / 50  # of the page's width: a white spot without room for a disc of this radius is an eye or a highlight
_SIDE = 800  # pixels; the level is found on a copy whose longer side is at most this


def paper_level(gray: np.ndarray) -> int | None:
    """The gray level of the paper of a page, uint8 [H, W]; None if it shows no paper.

    It is the lightest level that many even pixels have. Below WHITE it could be a sky. So it must also fill most of
    each side of the page, with hardly anything that is lighter and some ink, or be OFF_WHITE and nowhere at the edge.
    """
    scale = min(1.0, _SIDE / max(gray.shape))
    across, down = (max(scale, 1 / side) for side in gray.shape[::-1])  # a pixel at least
    small = cv2.resize(gray, None, fx=across, fy=down, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    small = cv2.medianBlur(small, 5)
    kernel = np.ones((5, 5), np.uint8)
    even = cv2.dilate(small, kernel) - cv2.erode(small, kernel) <= EVEN
    counts = np.bincount(small[even], minlength=256)
    near = np.convolve(counts, np.ones(2 * LEVEL + 1), mode="same")
    common = np.flatnonzero(near >= PEAK * small.size)
    if not len(common) or common[-1] < DARKEST:
        return None
    first = common[-1] - 2 * LEVEL
    peak = first + near[first:].argmax()
    around = np.arange(max(0, peak - LEVEL), min(256, peak + LEVEL + 1))
    level = round(np.average(around, weights=counts[around]))
    sides = [np.abs(side - level) <= BELOW for side in map(np.int16, (small[0], small[-1], small[:, 0], small[:, -1]))]
    is_lightest = (small > level + BELOW).mean() <= LIGHTER
    has_ink = (small < level - INK).mean() >= PEAK
    is_framed = is_lightest and has_ink and all(side.mean() >= FRAME for side in sides)
    is_inside = level >= OFF_WHITE and not any(side.any() for side in sides)
    return level if level >= WHITE or is_framed or is_inside else None


def paper_mask(gray: np.ndarray, page_width: int) -> np.ndarray:
    """How far each pixel belongs to paper, from 0 (art) to 1 (paper).

    The mask rises from 0 to 1 within LETTER. Where light art fades into paper, it rises with the gray level instead, so
    that no border shows. Lettering and other thin lines on paper count as paper.

    Args:
      gray: uint8 [H, W], a page or a part of it.
      page_width: pixels, of the whole page.

    Returns:
      [H, W] float32.
    """
    level = paper_level(gray)
    if level is None:
        return np.zeros(gray.shape, np.float32)
    light = np.maximum(gray, cv2.medianBlur(gray, 3)) >= level - BELOW  # the median is without a scan's noise
    closed = _shrunk(_grown(light, LETTER * page_width), LETTER * page_width)
    core = _shrunk(closed, BUBBLE * page_width)
    # The core grows twice as far as `closed` was shrunk, but stays inside `closed`. So it reaches the corners and tails
    # of bubbles.
    whole = _grown(core, 2 * BUBBLE * page_width) & closed
    paper = _paper(gray, whole, level, page_width)
    reach = np.float32(LETTER * page_width)
    rise = np.minimum(_distance(paper), reach) / reach
    return np.minimum(rise, _fade(gray, paper, level, page_width))


def _fade(gray: np.ndarray, paper: np.ndarray, level: int, page_width: int) -> np.ndarray:
    """How far each pixel of `paper` (bool [H, W]) that light art fades into is as light as paper: [H, W], 0 to 1.

    All other pixels have 1. Light art that ends at an edge does not fade.
    """
    share = (paper & (gray >= level - BELOW)).astype(np.float32)  # without lettering
    total, count = (cv2.GaussianBlur(each, (0, 0), LETTER * page_width) for each in (gray * share, share))
    rise = np.clip((total / np.maximum(count, 1e-6) - (level - BELOW)) / (BELOW - ALIKE), 0, 1)
    light = _shrunk(~paper & (gray >= level - 2 * BELOW), LETTER * page_width)  # not the rims of lines
    art = _grown(light, LETTER * page_width + 2)  # up to the paper beside it
    dim = paper & (rise < 1)
    _, areas = cv2.connectedComponents((dim | art).astype(np.uint8))
    fades = np.isin(areas, np.setdiff1d(np.unique(areas[art]), [0]))
    return np.where(dim & fades, rise, 1).astype(np.float32)


def _paper(gray: np.ndarray, light: np.ndarray, level: int, page_width: int) -> np.ndarray:
    """The connected areas of `light` (bool [H, W]) that are paper."""
    _, areas, stats, _ = cv2.connectedComponentsWithStats(light.astype(np.uint8))
    height, width = gray.shape
    paper = np.zeros_like(light)
    for number, (x, y, w, h, size) in enumerate(stats[1:].tolist(), 1):
        place = np.s_[y : y + h, x : x + w]
        inside = areas[place] == number
        values = gray[place][inside]
        values = values[values >= level - BELOW]
        if not len(values) or abs(np.median(values) - level) > ALIKE:
            continue
        at_edge = x == 0 or y == 0 or x + w == width or y + h == height
        if at_edge or size >= LARGE * light.size or _holds_letters(gray[place] < level - INK, inside, page_width):
            paper[place] |= inside
    return paper


def _holds_letters(ink: np.ndarray, inside: np.ndarray, page_width: int) -> bool:
    """Whether small spots of `ink` lie `inside` an area, away from its outline; both bool [H, W], the area's box."""
    ink = cv2.copyMakeBorder(ink.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)  # joins what lies outside
    _, spots, stats, _ = cv2.connectedComponentsWithStats(ink)
    wider = cv2.dilate(spots.astype(np.float32), np.ones((5, 5), np.uint8)).astype(int)
    ring = (wider * (spots == 0))[1:-1, 1:-1].ravel()
    total, inner = (np.bincount(ring, weights, len(stats)) for weights in (None, inside.ravel()))
    small = stats[:, 2:4].max(axis=1) <= TALLEST * page_width
    return bool((small & (inner >= 0.7 * np.maximum(total, 1)))[1:].sum() >= LETTERS)


def _distance(mask: np.ndarray) -> np.ndarray:
    """The distance from each pixel of `mask` (bool [H, W]) to the nearest pixel outside it, in pixels; 0 outside."""
    return cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)


def _grown(mask: np.ndarray, radius: float) -> np.ndarray:
    return _distance(~mask) <= radius


def _shrunk(mask: np.ndarray, radius: float) -> np.ndarray:
    return _distance(mask) > radius
