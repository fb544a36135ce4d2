"""Measures of one image for what the paper judges by eye.

Knowing nothing must not look like an answer, and neither must being pale. So errors are skill against the gray picture,
and all measures but `Inconsistency.lab`, `partly_right`, `saturated_share` and `error_kept` stay the same when ab is
multiplied by a positive number. A measure is NaN for a picture that has nothing to measure. What gray, one constant
sepia, noise and the truth at a third of its chroma get is in tests/test_null_colorizers.py.

`ab` [H, W, 2] is the colorization and `ab_true` the truth, both float, in Lab units.
"""

from typing import NamedTuple

import numpy as np

from experiments.visual_metrics.flat_regions import Regions, length, means, spreads
from experiments.visual_metrics.scenes import SOLID, Rims, Segment, box_sum, smoothing

SMALL, LARGE = 0.01, 0.05  # of the picture: below SMALL a region is a detail, from LARGE on a background
SEPIA_HUE, SEPIA_REACH = 67.0, 30.0  # degrees: the hue of sepia, #704214, and how far to either side still is sepia
EVEN = 1e-3  # Lab units: a picture that varies less has one colour
PART = 0.05  # of a region: the least part that counts as a right one


class Inconsistency(NamedTuple):
    """Root mean square deviation of ab from the mean of its region, over the pixels of regions. NaN for one colour."""

    relative: float  # in SOLID regions, over the deviation in the whole picture: 0 (even) to about 1 (none is seen)
    background: float  # the same in the largest region alone, if it is LARGE
    lab: float  # the numerator of `relative`, Lab units; a paler picture has less, so it is no answer by itself


def inconsistency(ab: np.ndarray, regions: Regions) -> Inconsistency:
    """How uneven ab is inside the flat regions of the truth."""
    overall = spreads(np.zeros_like(regions.numbers), ab, 1)[0]
    if overall < EVEN:
        return Inconsistency(np.nan, np.nan, np.nan)
    squares = spreads(regions.numbers, ab, len(regions.share)) ** 2
    largest = np.arange(len(regions.share)) == np.argmax(regions.share)
    solid, background = (
        float(np.sqrt(np.average(squares, weights=regions.share * chosen))) if chosen.any() else np.nan
        for chosen in (regions.share >= SOLID, largest & (regions.share >= LARGE))
    )
    return Inconsistency(solid / overall, background / overall, solid)


def bleeding(ab: np.ndarray, rims: Rims) -> float:
    """How far the colour in regions' rims has moved from their own to their neighbours': 0 not at all, 1 all the way.

    sum <rim - own, other - own> / sum |other - own|^2 over the rims of regions along others of another true colour.
    `own` and `other` are the means of ab away from such rims.
    """
    inside, across, counts, pixels = rims.borders
    if not len(counts):
        return np.nan
    own = means(rims.interior, ab, int(rims.interior.max()) + 1)
    direction = own[across] - own[inside]
    sums = np.add.reduceat(ab.reshape(-1, 2)[pixels].astype(np.float64), np.cumsum(counts) - counts)
    leaked = np.sum((sums - counts[:, None] * own[inside]) * direction)
    step = np.sum(counts * np.sum(direction**2, axis=1))
    return float(leaked / step) if step > EVEN**2 else np.nan


def skills(ab: np.ndarray, ab_true: np.ndarray, masks: list[np.ndarray]) -> list[float]:
    """1 - error over gray's error, in each of `masks` [H, W]: 1 for the truth, 0 for gray, below 0 if worse than gray.

    Errors are root mean squares, after multiplying ab by the `gain` of the whole picture. NaN where the truth's root
    mean square chroma is below 1.
    """
    error, error_of_gray = length(ab * gain(ab, ab_true) - ab_true) ** 2, length(ab_true) ** 2
    return [_skill(np.vdot(mask, error), np.vdot(mask, error_of_gray), np.count_nonzero(mask)) for mask in masks]


def _skill(error: float, error_of_gray: float, pixels: int) -> float:
    return float(1 - np.sqrt(error / error_of_gray)) if pixels and error_of_gray >= pixels else np.nan


def gain(ab: np.ndarray, ab_true: np.ndarray) -> float:
    """The factor, 0 or more, by which ab comes closest to the truth. It corrects ab that is only too pale or strong."""
    return float(max(0.0, np.vdot(ab, ab_true)) / max(np.vdot(ab, ab), 1e-12))


def partly_right(ab: np.ndarray, segments: list[Segment]) -> float:
    """Share of the segments that are right in a part and wrong on the whole (section IV.C); NaN without segments.

    ab is smoothed first, over `smoothing` pixels of the segment only, so that pixel noise is not right in a part. A
    pixel is right if its distance from the true mean is below half of the true mean's chroma. The right part is at
    least PART and less than half of the segment.
    """
    right = np.array([_right_share(ab, segment) for segment in segments])
    return float(np.mean((right >= PART) & (right < 0.5))) if segments else np.nan


def _right_share(ab: np.ndarray, segment: Segment) -> float:
    error = (ab[segment.window] - segment.ab) * (segment.counts > 0)[..., None]
    sums = box_sum(error, smoothing(ab.shape[1]))  # of `counts` pixels
    limit = segment.counts * (np.linalg.norm(segment.ab) / 2)
    return np.count_nonzero(sums[..., 0] ** 2 + sums[..., 1] ** 2 < limit**2) / segment.pixels


def sepia_share(ab: np.ndarray) -> float:
    """Share of all chroma that has the hue of sepia, 0 to 1."""
    chroma = length(ab)
    along = ab @ np.array([np.cos(np.radians(SEPIA_HUE)), np.sin(np.radians(SEPIA_HUE))], ab.dtype)
    sepia = along >= np.cos(np.radians(SEPIA_REACH)) * chroma
    return float(chroma[sepia].sum() / chroma.sum()) if chroma.mean() > 1e-3 else np.nan


def saturated_share(ab: np.ndarray, vivid_lab: float) -> float:
    """Share of pixels whose chroma exceeds `vivid_lab`, the 95th percentile of the truth's."""
    return np.count_nonzero(length(ab) > vivid_lab) / (ab.size // 2)


def error_kept(ab: np.ndarray, ab_first: np.ndarray, ab_true: np.ndarray) -> float:
    """Share of the first iteration's error that is left in a later iteration: 1 all of it, 0 none.

    <error, first error> / |first error|^2, where `ab_first` is the first iteration and `ab` the later one. The arrays
    are [..., 2]: of a picture, or of some of its pixels.
    """
    first = ab_first - ab_true
    return float(np.sum((ab - ab_true) * first) / max(np.sum(first**2), 1e-12))
