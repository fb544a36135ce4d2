"""Whether the art of one slice of a strip continues in the next."""

import numpy as np

from webtoon_colorize.pages.gutters import FLAT
from webtoon_colorize.panels import CLEAR

NEAR = 8  # rows on each side of a border that decide whether art continues across it
SPREAD = 8  # gray levels; a row with less mean distance from its median colour is too even to prove anything
ALIKE = 0.9  # least correlation of two rows that show the same art


def continues(above: np.ndarray, below: np.ndarray) -> bool:
    """Whether art continues from the last row of `above` to the first row of `below`, both uint8 [N, W, 3].

    It does if the images have the same width, at least one of these rows is not blank, and the difference between them
    is not much larger than that between neighbouring rows nearby.
    """
    if above.shape[1] != below.shape[1] or (_is_blank(above[-1]) and _is_blank(below[0])):
        return False
    above, below = above[-NEAR:].astype(np.float32), below[:NEAR].astype(np.float32)
    steps = np.abs(np.diff(np.concatenate([above, below]), axis=0)).mean(axis=(1, 2))
    border = len(above) - 1
    usual = np.delete(steps, border).max(initial=0.0)
    return bool(steps[border] <= 1.5 * usual + 4)


def _is_blank(row: np.ndarray) -> bool:
    """Whether a row (uint8 [W, 3]) is white or black; a light sky is neither."""
    return any((np.abs(row.astype(int) - end).max(axis=1) <= FLAT).mean() >= CLEAR for end in (0, 255))


def is_seam(above: np.ndarray, below: np.ndarray) -> bool:
    """Whether two images (uint8 [N, W, 3]) that continue have been one: a picture with detail runs across the border.

    `continues` also holds for two pages whose backgrounds end and begin in one even colour. That does no harm to
    colouring, but joins the pages of a picture book. Of 176 borders between such pages none is a seam; of cuts through
    drawn and printed art, three quarters are.
    """
    rows = above[-1].astype(np.float32), below[0].astype(np.float32)
    if min(np.abs(row - np.median(row, axis=0)).mean() for row in rows) < SPREAD:
        return False
    one, other = (row - row.mean(axis=0) for row in rows)
    return bool((one * other).sum() >= ALIKE * np.linalg.norm(one) * np.linalg.norm(other))
