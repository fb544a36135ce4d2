"""Finds white paper and the insides of speech bubbles, which stay white in a coloured page."""

import cv2
import numpy as np

WHITE = 240  # the darkest gray level of white paper, 0 to 255
LETTER = 1 / 120  # of the page's width: half the width of the widest stroke or gap of lettering
BUBBLE = 1 / 50  # of the page's width: a white spot without room for a disc of this radius is an eye or a highlight


def paper_mask(gray: np.ndarray, page_width: int) -> np.ndarray:
    """How far each pixel belongs to white paper, from 0 (art) to 1 (white paper).

    The mask rises from 0 to 1 within LETTER, because light art that fades into white would otherwise show a border.
    Lettering and other thin lines on white paper count as white paper. The mask at a pixel depends only on the
    surroundings within a tenth of the page's width, so two sections of a strip agree where they overlap.

    Args:
      gray: uint8 [H, W], a page or a part of it.
      page_width: pixels, of the whole page.

    Returns:
      [H, W] float32.
    """
    closed = _shrunk(_grown(gray >= WHITE, LETTER * page_width), LETTER * page_width)
    core = _shrunk(closed, BUBBLE * page_width)
    # The core grows twice as far as `closed` was shrunk, but stays inside `closed`. So it reaches the corners and tails
    # of bubbles.
    whole = _grown(core, 2 * BUBBLE * page_width) & closed
    return np.minimum(_distance(whole) / (LETTER * page_width), 1.0)


def _distance(mask: np.ndarray) -> np.ndarray:
    """The distance from each pixel of `mask` (bool [H, W]) to the nearest pixel outside it, in pixels; 0 outside."""
    return cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)


def _grown(mask: np.ndarray, radius: float) -> np.ndarray:
    return _distance(~mask) <= radius


def _shrunk(mask: np.ndarray, radius: float) -> np.ndarray:
    return _distance(mask) > radius
