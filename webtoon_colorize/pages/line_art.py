"""Line art: tells it from art with tones, and fills what its lines enclose with the colours of hints.

White has no colour at its own lightness. So line art is coloured as on paper: a flat colour lies under the ink.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.hints import Hint
from webtoon_colorize.pages.regions import find_regions

PAPER = 0.6  # least share of paper in line art
TONES = 0.02  # greatest share of gray areas in it
THICK = 5  # pixels; gray that is thinner is the edge of a line
BLACK = 90  # gray levels; darker areas are ink
COVERED = 0.3  # least share of a hint's dot that lies on white
NEUTRAL = 4.0  # Lab units; a hint of less chroma leaves its area as it is


def is_line_art(gray: np.ndarray, paper: int | None, below: int) -> bool:
    """Whether a panel, uint8 [H, W], is ink on paper, of gray level `paper` down to `below` levels less."""
    if paper is None or (gray >= paper - below).mean() < PAPER:
        return False
    tones = ((gray < paper - 2 * below) & (gray > BLACK)).astype(np.uint8)
    return bool(cv2.morphologyEx(tones, cv2.MORPH_OPEN, np.ones((THICK, THICK), np.uint8)).mean() <= TONES)


def fill(gray: np.ndarray, paper: int, below: int, hints: Sequence[Hint]) -> np.ndarray:
    """The flat colours that hints give to what the lines of a panel enclose.

    A hint fills the white area that it lies on. Where several lie on one area, each place takes the nearest one's. The
    colours meet under the ink.

    Args:
      gray: uint8 [H, W].
      paper: gray level of the paper, down to `below` levels less.
      hints: in pixels of the panel.

    Returns:
      [H, W, 3] float32: a wash (see `compositing.Painter`); NaN where no hint's colour lies.
    """
    white = gray >= paper - 2 * below
    areas = _areas(gray, white)
    wash = np.full((*gray.shape, 3), np.nan, np.float32)
    distance = np.full(gray.shape, np.inf, np.float32)
    rows, columns = np.ogrid[: gray.shape[0], : gray.shape[1]]
    for hint in hints:
        squared = ((columns + 0.5 - hint.x) ** 2 + (rows + 0.5 - hint.y) ** 2).astype(np.float32)
        dot = squared <= max(1.0, hint.radius) ** 2
        if not dot.any() or white[dot].mean() < COVERED:
            continue
        area = np.bincount(areas[dot & white]).argmax()
        nearest = (areas == area) & (squared < distance)
        distance[nearest] = squared[nearest]
        wash[nearest] = _wash(hint)
    return wash


def _areas(gray: np.ndarray, white: np.ndarray) -> np.ndarray:
    """The number of the area that each pixel belongs to, int [H, W].

    Areas are the panel's regions, and connected parts of `white` (bool [H, W]) that are too small to be one.
    """
    areas = find_regions(gray.astype(np.float32) / 127.5 - 1).labels
    count, parts = cv2.connectedComponents(white.astype(np.uint8), connectivity=4)
    pairs, sizes = np.unique(areas[white].astype(np.int64) * count + parts[white], return_counts=True)
    region, part = np.divmod(pairs[np.argsort(sizes)], count)  # the last one of each is its largest
    largest, home = np.zeros(areas.max() + 1, int), np.zeros(count, int)
    largest[region], home[part] = part, region
    is_small = largest[home] != np.arange(count)
    return np.where(white & is_small[parts], len(largest) + parts, areas)


def _wash(hint: Hint) -> tuple[float, float, float]:
    lightness, ab = lab.rgb_to_lab(np.array(hint.rgb))
    if lab.AB_SCALE * np.linalg.norm(ab) < NEUTRAL:
        return 0.0, 0.0, 0.0
    return float(ab[0]), float(ab[1]), float(1 - lightness) / 2
