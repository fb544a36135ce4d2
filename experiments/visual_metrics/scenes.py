"""What colorizations of a panel are measured by: its regions, their rims and its speech bubbles.

The runs of a row, and rows of one size, can share scenes. One takes about 0.2 MB at 256 px.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from experiments.visual_metrics.flat_regions import Borders, Regions, borders, find_flat_regions, length, window

SOLID = 0.005  # of the picture: the least size of a region whose unevenness or wrong colour is visible
COLORED_LAB = 15.0  # Lab units: the least chroma of a region that can be right or wrong
RING = 1 / 16  # of the picture's width: how far the surroundings of a speech bubble reach
RIM = 1 / 32  # of the picture's width: how far a rim reaches, and the least of it in pixels
RIM_PIXELS = 3.0
SMOOTH = 1 / 32  # of the picture's width: the square over which a segment's colour is smoothed


class Mask(NamedTuple):
    """A bool mask [H, W] in an eighth of its memory, as thousands of scenes are kept at a time."""

    bits: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def of(cls, mask: np.ndarray) -> "Mask":
        return cls(np.packbits(mask), mask.shape)

    def unpacked(self) -> np.ndarray:
        return np.unpackbits(self.bits, count=math.prod(self.shape)).reshape(self.shape).astype(bool)


class Rims(NamedTuple):
    """The rims of regions along regions of another colour."""

    borders: Borders  # only of regions that both have an interior
    numbers: np.ndarray  # of `Regions`
    rim: Mask

    def interior(self) -> np.ndarray:
        """[H, W]: `numbers`, but 0 in rims."""
        return np.where(self.rim.unpacked(), 0, self.numbers)


class Segment(NamedTuple):
    """A flat region of at least SOLID whose truth has a chroma of at least COLORED_LAB."""

    number: int  # in `Regions.numbers`
    window: tuple[slice, slice]  # the rows and columns around it
    counts: np.ndarray  # [h, w] uint8: its pixels in the square of `smoothing` around each of its pixels; 0 outside it
    ab: np.ndarray  # [2] float32: its mean, Lab units


class Scene(NamedTuple):
    """A panel. Without speech bubbles, `near_bubbles` and `off_bubbles` are both empty."""

    regions: Regions
    rims: Rims
    segments: list[Segment]
    vivid_lab: float  # Lab units: chroma that exceeds it is vivid
    near_bubbles: Mask  # within a RING of a bubble and outside bubbles
    off_bubbles: Mask  # further away


def find_scene(lab: np.ndarray, bubbles: list[np.ndarray], *, vivid_lab: float) -> Scene:
    """The scene of a true panel.

    Args:
      lab: [S, S, 3], L in 0..100 and ab in Lab units.
      bubbles: outlines, [corners, 2] each: x and y as shares of the panel's width and height.
      vivid_lab: see `Scene`.
    """
    regions = find_flat_regions(lab)
    masks = (Mask.of(mask) for mask in bubble_masks(bubbles, size=len(lab)))
    return Scene(regions, find_rims(regions), list(find_segments(regions)), vivid_lab, *masks)


def find_rims(regions: Regions) -> Rims:
    """A rim reaches a 32nd of the picture's width, at least 3 pixels."""
    every = borders(regions, reach=max(RIM_PIXELS, regions.numbers.shape[1] * RIM))
    rim = np.zeros(regions.numbers.shape, bool)
    rim.flat[every.pixels] = True
    present = np.bincount(regions.numbers[~rim], minlength=len(regions.share)) > 0
    kept = present[every.inside] & present[every.across]
    pixels = every.pixels[np.repeat(kept, every.counts)]
    return Rims(
        Borders(every.inside[kept], every.across[kept], every.counts[kept], pixels), regions.numbers, Mask.of(rim)
    )


def smoothing(width: int) -> int:
    """Width of the square, odd, over which colour is smoothed in a picture of `width` pixels: about a 32nd of it."""
    return round(width * SMOOTH) | 1


def find_segments(regions: Regions) -> Iterator[Segment]:
    """The regions that can be right or wrong in colour."""
    size = smoothing(regions.numbers.shape[1])
    colored = length(regions.ab) >= COLORED_LAB
    for number in np.flatnonzero(colored & (regions.share >= SOLID)):
        box = window(regions.numbers == number)
        mask = (regions.numbers[box] == number).astype(np.uint8)
        counts = mask * box_sum(mask, size)
        yield Segment(int(number), box, counts, regions.ab[number].astype(np.float32))


def box_sum(values: np.ndarray, size: int) -> np.ndarray:
    """Sums over the square of `size` pixels around each pixel; outside the picture there is 0."""
    return cv2.boxFilter(values, -1, (size, size), normalize=False, borderType=cv2.BORDER_CONSTANT)


def bubble_masks(bubbles: list[np.ndarray], *, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Bool [size, size] each: within a RING of a bubble and outside bubbles, and further away; empty without any."""
    inside = np.zeros((size, size), np.uint8)
    for bubble in bubbles:
        cv2.fillPoly(inside, [np.round(bubble * size).astype(np.int32)], 1)
    near = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= RING * size
    any_bubble = bool(bubbles)
    return near & (inside == 0) & any_bubble, ~near & any_bubble
