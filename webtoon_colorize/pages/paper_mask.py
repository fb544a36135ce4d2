"""White paper and the insides of speech bubbles, which stay white in a coloured page."""

import cv2
import numpy as np

WHITE = 240  # the darkest gray level of paper, 0 to 255
LETTER = 1 / 120  # of the page's width: half the widest stroke or gap of lettering, over which a bubble's white closes
BUBBLE = 1 / 50  # of the page's width: a white spot that holds no disc of this radius is an eye or a highlight


def paper_mask(gray: np.ndarray, page_width: int) -> np.ndarray:
    """How much of `gray` (uint8 [H, W]), a part of a page that is `page_width` pixels wide, is paper: [H, W], 0 to 1.

    Paper begins softly, within LETTER, or else light art that fades into white would show a border. Lettering and
    other thin lines on paper belong to it. What is paper depends on the surroundings within a tenth of the page's width
    alone, so that two windows over a strip agree about what both see.
    """
    closed = _shrunk(_grown(gray >= WHITE, LETTER * page_width), LETTER * page_width)
    core = _shrunk(closed, BUBBLE * page_width)
    # Grown back twice as far as it was shrunk, but not beyond what is closed, it reaches into corners and tails.
    whole = _grown(core, 2 * BUBBLE * page_width) & closed
    return np.minimum(_distance(whole) / (LETTER * page_width), 1.0)


def _distance(mask: np.ndarray) -> np.ndarray:
    """Of each pixel of `mask` (bool [H, W]) to the nearest outside of it, in pixels; 0 outside."""
    return cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)


def _grown(mask: np.ndarray, radius: float) -> np.ndarray:
    return _distance(~mask) <= radius


def _shrunk(mask: np.ndarray, radius: float) -> np.ndarray:
    return _distance(mask) > radius
