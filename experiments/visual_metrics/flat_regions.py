"""Flat regions of a picture: areas "with solid color", which the paper looks at (section IV, figures 4 and 9)."""

import math
from typing import NamedTuple

import cv2
import numpy as np

SMALLEST = 0.001  # of the picture: the least size of a region
JOIN_LAB = 3.0  # Lab units: neighbouring pixels that differ by less lie in one region
FLAT_LAB = 3.0  # Lab units: a region whose ab deviates more from its mean (root mean square) is a gradient
DIFFERENT_LAB = 10.0  # Lab units: regions whose mean ab differs by less have the same colour


class Regions(NamedTuple):
    """The flat regions of one picture, in arbitrary order."""

    numbers: np.ndarray  # [H, W] uint8 or uint16: the number of the region of each pixel, from 1; 0 outside regions
    share: np.ndarray  # [regions + 1] float64: of the picture's pixels; entry 0 is 0
    ab: np.ndarray  # [regions + 1, 2] float64: mean, Lab units; entry 0 is 0


class Borders(NamedTuple):
    """The rims of regions along regions of another colour, one after the other."""

    inside: np.ndarray  # [rims]: number of the region that has the rim
    across: np.ndarray  # [rims]: number of the other region
    counts: np.ndarray  # [rims]: pixels of the rim
    pixels: np.ndarray  # [sum of counts] int32: pixels of the first region within reach of the other, row * W + column


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
    pixels = np.bincount(components.ravel(), minlength=count)
    ab, spread = means(components, lab[..., 1:], count), spreads(components, lab[..., 1:], count)
    kept = (pixels >= SMALLEST * components.size) & (spread <= FLAT_LAB) & (np.arange(count) > 0)
    renumbered = np.where(kept, np.cumsum(kept), 0)
    return Regions(
        renumbered[components].astype(np.min_scalar_type(np.count_nonzero(kept))),
        np.concatenate([[0.0], pixels[kept] / components.size]),
        np.concatenate([np.zeros((1, 2)), ab[kept]]),
    )


def length(ab: np.ndarray) -> np.ndarray:
    """sqrt(a^2 + b^2) of ab [..., 2], [...]; several times as fast as NumPy's norm along so short an axis."""
    return np.sqrt(ab[..., 0] * ab[..., 0] + ab[..., 1] * ab[..., 1])


def means(numbers: np.ndarray, ab: np.ndarray, count: int) -> np.ndarray:
    """Mean of ab [H, W, 2] over the pixels of each number below `count`, [count, 2]; 0 where a number has none."""
    flat, pixels = numbers.ravel(), _divisor(numbers, count)
    return np.stack([np.bincount(flat, channel, count) / pixels for channel in ab.reshape(-1, 2).T], axis=1)


def spreads(numbers: np.ndarray, ab: np.ndarray, count: int) -> np.ndarray:
    """Root mean square distance of ab [H, W, 2] from the mean of its number, [count]; 0 where a number has no pixel."""
    flat, squares = numbers.ravel(), 0.0
    for channel, mean in zip(ab.reshape(-1, 2).T, means(numbers, ab, count).T):
        squares = squares + (channel - mean[flat]) ** 2
    return np.sqrt(np.bincount(flat, squares, count) / _divisor(numbers, count))


def _divisor(numbers: np.ndarray, count: int) -> np.ndarray:
    """Pixels of each number, [count], but at least 1."""
    return np.maximum(np.bincount(numbers.ravel(), minlength=count), 1)


def window(mask: np.ndarray, *, margin: int = 0) -> tuple[slice, slice]:
    """The rows and columns of the smallest box around a bool mask [H, W], `margin` pixels wider where there is room."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return slice(max(0, y - margin), y + height + margin), slice(max(0, x - margin), x + width + margin)


def borders(regions: Regions, *, reach: float) -> Borders:
    """The rim of each region along each region of another colour near it.

    The two regions are at most `reach` pixels apart, because there may be an ink line between them.
    """
    count = len(regions.share)
    found = [_pixels_near(regions.numbers, across, reach) for across in range(1, count)]
    pixels = np.concatenate([np.zeros(0, np.int64), *found])
    across = np.repeat(np.arange(1, count), [len(each) for each in found])
    inside = regions.numbers.ravel()[pixels]
    unlike = length(regions.ab[inside] - regions.ab[across]) > DIFFERENT_LAB
    kept = np.flatnonzero(unlike & (inside > 0))
    pair = across[kept] * count + inside[kept]
    order = np.argsort(pair, kind="stable")
    pairs, counts = np.unique(pair, return_counts=True)
    return Borders(pairs % count, pairs // count, counts, pixels[kept][order].astype(np.int32))


def _pixels_near(numbers: np.ndarray, number: int, reach: float) -> np.ndarray:
    """Places, row * W + column, of the pixels of other numbers within `reach` of `number`."""
    rows, columns = box = window(numbers == number, margin=math.ceil(reach))
    distance = cv2.distanceTransform((numbers[box] != number).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    y, x = np.nonzero((distance > 0) & (distance <= reach))
    return (y + rows.start) * numbers.shape[1] + x + columns.start
