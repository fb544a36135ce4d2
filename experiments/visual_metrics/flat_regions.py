"""Flat regions of a picture: areas "with solid color", which the paper looks at (section IV, figures 4 and 9)."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

SMALLEST = 0.001  # of the picture: the least size of a region
JOIN_LAB = 3.0  # Lab units: neighbouring pixels that differ by less lie in one region
FLAT_LAB = 3.0  # Lab units: a region whose ab deviates more from its mean (root mean square) is a gradient
DIFFERENT_LAB = 10.0  # Lab units: regions whose mean ab differs by less have the same colour


class Regions(NamedTuple):
    """The flat regions of one picture, in arbitrary order."""

    numbers: np.ndarray  # [H, W] int32: the number of the region of each pixel, from 1; 0 outside regions
    share: np.ndarray  # [regions + 1] float64: of the picture's pixels; entry 0 is 0
    ab: np.ndarray  # [regions + 1, 2] float64: mean, Lab units; entry 0 is 0


class Border(NamedTuple):
    """The rim of one region along another one of a different colour."""

    inside: int  # number of the region that has the rim
    across: int  # number of the other region
    band: np.ndarray  # [H, W] bool: pixels of the first region within reach of the other one


def find_flat_regions(lab: np.ndarray) -> Regions:
    """Connected pixels of one colour in a true picture, float [H, W, 3]: L in 0..100 and ab in Lab units."""
    height, width = lab.shape[:2]
    # OpenCV connects pixels, but similar neighbours are pairs. So pixels lie at even places of a grid of twice the
    # size, and the place between two neighbours is set if they are similar.
    grid = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)
    grid[::2, ::2] = 1
    grid[1::2, ::2] = np.linalg.norm(np.diff(lab, axis=0), axis=2) < JOIN_LAB
    grid[::2, 1::2] = np.linalg.norm(np.diff(lab, axis=1), axis=2) < JOIN_LAB
    count, grid = cv2.connectedComponents(grid, connectivity=4)
    components = np.ascontiguousarray(grid[::2, ::2])
    pixels, ab, spread = _moments(components, lab[..., 1:], count)
    kept = (pixels >= SMALLEST * components.size) & (spread <= FLAT_LAB) & (np.arange(count) > 0)
    renumbered = np.where(kept, np.cumsum(kept), 0)
    return Regions(
        renumbered[components].astype(np.int32),
        np.concatenate([[0.0], pixels[kept] / components.size]),
        np.concatenate([np.zeros((1, 2)), ab[kept]]),
    )


def means(numbers: np.ndarray, ab: np.ndarray, count: int) -> np.ndarray:
    """Mean of ab [H, W, 2] over the pixels of each number below `count`, [count, 2]; 0 where a number has none."""
    return _moments(numbers, ab, count)[1]


def _moments(numbers: np.ndarray, ab: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels [count], mean ab [count, 2] and root mean square distance from it [count], of each number."""
    flat, values = numbers.ravel(), ab.reshape(-1, 2).astype(np.float64)
    pixels = np.bincount(flat, minlength=count)
    divisor = np.maximum(pixels, 1)
    mean = np.stack([np.bincount(flat, channel, count) for channel in values.T], axis=1) / divisor[:, None]
    distance = np.sum((values - mean[flat]) ** 2, axis=1)
    return pixels, mean, np.sqrt(np.bincount(flat, distance, count) / divisor)


def borders(regions: Regions, *, reach: float) -> Iterator[Border]:
    """The rim of each region along each region of another colour near it.

    The two regions are at most `reach` pixels apart, because there may be an ink line between them.
    """
    for across in range(1, len(regions.share)):
        distance = cv2.distanceTransform(
            (regions.numbers != across).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
        )
        near = (distance <= reach) & (regions.numbers != across)
        for inside in np.unique(regions.numbers[near]):
            if inside and np.linalg.norm(regions.ab[inside] - regions.ab[across]) > DIFFERENT_LAB:
                yield Border(int(inside), across, near & (regions.numbers == inside))
