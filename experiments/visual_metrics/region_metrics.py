"""Measures of one image for what the paper judges by eye.

Multiplying a colorization's ab by a positive number changes only `saturated_share` and `error_kept`: the other measures
do not reward paleness. A measure is NaN for a picture that has nothing to measure. For most measures, a gray picture
has nothing to measure.

`ab` [H, W, 2] is the colorization and `ab_true` the truth, both float, in Lab units.
"""

import numpy as np

from experiments.visual_metrics.flat_regions import Regions, borders, means

SOLID = 0.005  # of the picture: the least size of a region whose unevenness is visible
SMALL, LARGE = 0.01, 0.05  # of the picture: below SMALL a region is a detail, from LARGE on a background
SEPIA_HUE = (37.0, 97.0)  # degrees: 30 to either side of the hue of sepia, #704214


def inconsistency(ab: np.ndarray, regions: Regions) -> float:
    """Deviation of ab inside flat regions over that in the whole picture: 0 (even) to about 1 (regions are ignored).

    sqrt(mean over pixels in regions of |ab - mean of the region|^2 / mean over all pixels of |ab - mean|^2).
    """
    return _unevenness(ab, regions, regions.share >= SOLID)


def background_inconsistency(ab: np.ndarray, regions: Regions) -> float:
    """`inconsistency` of the largest flat region alone, if it fills a LARGE part of the picture."""
    largest = np.arange(len(regions.share)) == np.argmax(regions.share)
    return _unevenness(ab, regions, largest & (regions.share >= LARGE))


def _unevenness(ab: np.ndarray, regions: Regions, chosen: np.ndarray) -> float:
    inside = chosen[regions.numbers]
    overall = np.mean(np.sum((ab - ab.mean(axis=(0, 1))) ** 2, axis=2))
    if not inside.any() or overall < 1e-6:
        return np.nan
    deviation = ab - means(regions.numbers, ab, len(regions.share))[regions.numbers]
    return float(np.sqrt(np.mean(np.sum(deviation**2, axis=2)[inside]) / overall))


def bleeding(ab: np.ndarray, regions: Regions) -> float:
    """How far the colour in regions' rims has moved from their own to their neighbours': 0 not at all, 1 all the way.

    sum <rim - own, other - own> / sum |other - own|^2 over the rims of regions along others of another true colour.
    `own` and `other` are the means of ab away from such rims. A rim reaches a 32nd of the picture's width, at least 3
    pixels.
    """
    every = list(borders(regions, reach=max(3.0, ab.shape[1] / 32)))
    rims = np.logical_or.reduce([border.band for border in every] + [np.zeros(ab.shape[:2], bool)])
    interior = np.where(rims, 0, regions.numbers)
    own = means(interior, ab, len(regions.share))
    present = np.bincount(interior.ravel(), minlength=len(regions.share)) > 0
    leaked = step = 0.0
    for border in every:
        if present[border.inside] and present[border.across]:
            direction = own[border.across] - own[border.inside]
            leaked += float(np.sum((ab[border.band] - own[border.inside]) @ direction))
            step += float(border.band.sum() * (direction @ direction))
    return leaked / step if step > 1e-6 else np.nan


def detail(ab: np.ndarray, ab_true: np.ndarray, regions: Regions) -> float:
    """Relative error in small flat regions over its sum there and in large ones: 0 (details are right) to 1."""
    small = (regions.share > 0) & (regions.share < SMALL)
    return _share_of_error(ab, ab_true, small[regions.numbers], (regions.share >= LARGE)[regions.numbers])


def near_bubbles(ab: np.ndarray, ab_true: np.ndarray, bubbles: np.ndarray, ring: np.ndarray) -> float:
    """Relative error around speech bubbles over its sum there and elsewhere, 0 to 1; above 0.5 if it is larger there.

    Args:
      bubbles: bool [H, W], the inside of bubbles, which is left out.
      ring: bool [H, W], the surroundings of bubbles.
    """
    return _share_of_error(ab, ab_true, ring & ~bubbles, ~ring & ~bubbles)


def _share_of_error(ab: np.ndarray, ab_true: np.ndarray, here: np.ndarray, there: np.ndarray) -> float:
    resaturated = ab * gain(ab, ab_true)
    errors = [_relative_error(resaturated[mask], ab_true[mask]) for mask in (here, there)]
    return errors[0] / sum(errors) if sum(errors) > 0 else np.nan


def gain(ab: np.ndarray, ab_true: np.ndarray) -> float:
    """The factor, 0 or more, by which ab comes closest to the truth. It corrects ab that is only too pale or strong."""
    return float(max(0.0, np.sum(ab * ab_true)) / max(np.sum(ab**2), 1e-12))


def _relative_error(ab: np.ndarray, ab_true: np.ndarray) -> float:
    """Root mean square error over root mean square chroma of the truth, both [N, 2]; NaN if the latter is below 1."""
    if not len(ab) or np.mean(np.sum(ab_true**2, axis=1)) < 1.0:
        return np.nan
    return float(np.sqrt(np.sum((ab - ab_true) ** 2) / np.sum(ab_true**2)))


def sepia_share(ab: np.ndarray) -> float:
    """Share of all chroma that has the hue of sepia, 0 to 1."""
    chroma = np.linalg.norm(ab, axis=2)
    hue = np.degrees(np.arctan2(ab[..., 1], ab[..., 0]))
    sepia = (hue >= SEPIA_HUE[0]) & (hue <= SEPIA_HUE[1])
    return float(chroma[sepia].sum() / chroma.sum()) if chroma.mean() > 1e-3 else np.nan


def saturated_share(ab: np.ndarray, ab_true: np.ndarray) -> float:
    """Share of pixels whose chroma exceeds the 95th percentile of the truth's."""
    return float(np.mean(np.linalg.norm(ab, axis=2) > np.quantile(np.linalg.norm(ab_true, axis=2), 0.95)))


def error_kept(ab: np.ndarray, ab_first: np.ndarray, ab_true: np.ndarray) -> float:
    """Share of the first iteration's error that is left in a later iteration: 1 all of it, 0 none.

    <error, first error> / |first error|^2, where `ab_first` is the first iteration and `ab` the later one.
    """
    first = ab_first - ab_true
    return float(np.sum((ab - ab_true) * first) / max(np.sum(first**2), 1e-12))
