"""Measures of one image for what the paper judges by eye.

Knowing nothing must not look like an answer, and neither must being pale. So errors are skill against the best single
colour, `Inconsistency.relative`, bleeding and skill stay the same when ab is multiplied by a positive number, and
rightness undoes paleness. A measure is NaN for a picture that has nothing to measure. What gray, sepia, noise and the
truth at a part of its chroma get is in tests/test_null_colorizers.py.

`ab` [H, W, 2] is the colorization and `ab_true` the truth, both float, in Lab units.
"""

from typing import NamedTuple

import numpy as np

from experiments.visual_metrics.flat_regions import Regions, length, means, spreads
from experiments.visual_metrics.scenes import SOLID, Rims, Segment, box_sum, smoothing

SMALL, LARGE = 0.01, 0.05  # of the picture: below SMALL a region is a detail, from LARGE on a background
SEPIA_HUE, SEPIA_REACH = 67.0, 30.0  # degrees: the hue of sepia, #704214, and how far to either side still is sepia
HUE_REACH = 30.0  # degrees: hues that differ by no more are alike
EVEN = 1e-3  # Lab units: a picture that varies less has one colour
PART = 0.2  # of a region: the least part that counts as a right one; smooth noise of any strength passes 0.05
RIGHT, WRONG = 1 / 3, 2 / 3  # of the true chroma: the distance below which ab is right, and from which it is wrong
FACTORS = np.arange(1.0, 3.01, 0.25)  # what may undo a picture's paleness; RIGHT is wider than a step


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
    own = means(rims.interior(), ab, int(rims.numbers.max()) + 1)
    direction = own[across] - own[inside]
    sums = np.add.reduceat(ab.reshape(-1, 2)[pixels].astype(np.float64), np.cumsum(counts) - counts)
    leaked = np.sum((sums - counts[:, None] * own[inside]) * direction)
    step = np.sum(counts * np.sum(direction**2, axis=1))
    return float(leaked / step) if step > EVEN**2 else np.nan


def skills(ab: np.ndarray, ab_true: np.ndarray, masks: list[np.ndarray]) -> list[float]:
    """1 - error over that of the best single colour, in each of `masks` [H, W]: 1 for the truth, 0 for any one colour.

    The best colour is the truth's mean over the picture. ab is first moved and stretched to come closest to the truth
    there: a tint or paleness alone is no error, and no skill. Errors are root mean squares. NaN where the truth's
    distance from its mean is below 1.
    """
    varied, varied_true = _varied(ab), _varied(ab_true)
    error, of_constant = length(varied * gain(varied, varied_true) - varied_true) ** 2, length(varied_true) ** 2
    return [_skill(np.vdot(mask, error), np.vdot(mask, of_constant), np.count_nonzero(mask)) for mask in masks]


def _varied(ab: np.ndarray) -> np.ndarray:
    """Without its mean over the picture; 0 for a picture of one colour."""
    varied = ab - ab.mean(axis=(0, 1), dtype=np.float64)
    return varied if np.vdot(varied, varied) >= EVEN**2 * varied.size else np.zeros_like(varied)


def _skill(error: float, of_constant: float, pixels: int) -> float:
    return float(1 - np.sqrt(error / of_constant)) if pixels and of_constant >= pixels else np.nan


def gain(ab: np.ndarray, ab_true: np.ndarray) -> float:
    """The factor, 0 or more, by which ab comes closest to the truth. It corrects ab that is only too pale or strong."""
    return float(max(0.0, np.vdot(ab, ab_true)) / max(np.vdot(ab, ab), 1e-12))


class Rightness(NamedTuple):
    """Shares of a picture's segments (section IV.C); NaN without segments.

    ab is smoothed first, over `smoothing` pixels of the segment only, so that pixel noise is not right in a part. Then
    the one of FACTORS multiplies the whole picture with which most of the segments' pixels are right: the paper counts
    paleness as another fault. ab is right within RIGHT of the true mean's chroma of the true mean, and wrong from WRONG
    of it on.
    """

    in_part: float  # right in PART to less than half of the segment, and wrong in half of it or more
    on_whole: float  # right in half of the segment or more


def rightness(ab: np.ndarray, segments: list[Segment]) -> Rightness:
    """How many segments are right in a part but wrong on the whole, and how many are right on the whole."""
    if not segments:
        return Rightness(np.nan, np.nan)
    ratios = [_over_the_truth(ab, segment) for segment in segments]
    every = np.concatenate(ratios)
    factor = max(FACTORS, key=lambda factor: np.count_nonzero(np.abs(factor * every - 1) < RIGHT))
    distances = [np.abs(factor * ratio - 1) for ratio in ratios]
    right = np.array([np.mean(distance < RIGHT) for distance in distances])
    wrong = np.array([np.mean(distance >= WRONG) for distance in distances])
    in_part = (right >= PART) & (right < 0.5) & (wrong >= 0.5)
    return Rightness(float(np.mean(in_part)), float(np.mean(right >= 0.5)))


def _over_the_truth(ab: np.ndarray, segment: Segment) -> np.ndarray:
    """Smoothed ab over the true mean, a + ib over a + ib, of each pixel of a segment: 1 for the truth, 0 for gray."""
    mask = segment.counts > 0
    a, b = (
        box_sum(ab[segment.window] * mask[..., None], smoothing(ab.shape[1]))[mask] / segment.counts[mask][:, None]
    ).T
    return (a + 1j * b) / complex(*segment.ab)


def chroma_of_right_hue(ab: np.ndarray, regions: Regions, segments: list[Segment]) -> float:
    """Mean of predicted over true chroma, of the segments' mean ab, where the hue is right; NaN where it is nowhere.

    A hue is right within HUE_REACH of the true one, of a predicted mean ab of a chroma of at least 1.
    """
    numbers = [segment.number for segment in segments]
    found = means(regions.numbers, ab, len(regions.share))[numbers]
    true, chroma, chroma_true = regions.ab[numbers], length(found), length(regions.ab[numbers])
    along = np.sum(found * true, axis=1)
    right = (chroma >= 1) & (along >= np.cos(np.radians(HUE_REACH)) * chroma * chroma_true)
    return float(np.mean(chroma[right] / chroma_true[right])) if right.any() else np.nan


def sepia_share(ab: np.ndarray) -> float:
    """Share of all chroma that has the hue of sepia, 0 to 1."""
    chroma = length(ab)
    along = ab @ np.array([np.cos(np.radians(SEPIA_HUE)), np.sin(np.radians(SEPIA_HUE))], ab.dtype)
    sepia = along >= np.cos(np.radians(SEPIA_REACH)) * chroma
    return float(chroma[sepia].sum() / chroma.sum()) if chroma.mean() > 1e-3 else np.nan


def saturated_share(ab: np.ndarray, vivid_lab: float) -> float:
    """Share of pixels whose chroma exceeds `vivid_lab`."""
    return np.count_nonzero(length(ab) > vivid_lab) / (ab.size // 2)


def error_kept(ab: np.ndarray, ab_first: np.ndarray, ab_true: np.ndarray) -> float:
    """Share of the first iteration's error that is left in a later iteration: 1 all of it, 0 none.

    <error, first error> / |first error|^2, where `ab_first` is the first iteration and `ab` the later one. The arrays
    are [..., 2]: of a picture, or of some of its pixels.
    """
    first = ab_first - ab_true
    return float(np.sum((ab - ab_true) * first) / max(np.sum(first**2), 1e-12))
