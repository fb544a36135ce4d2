"""Rules that choose the panels of the figures: scores, and the choice by scores."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from experiments.visual_metrics.flat_regions import Regions

BACKGROUND = 0.05  # of the picture: the least size of a solid background
SEGMENT = 0.02  # of the picture: the least size of a region in which mistakes are looked for
RIM = 1 / 32  # of the picture's width: the rim of a region


class Mistake(NamedTuple):
    """The errors of a colorization in a flat region of the truth. Values are in Lab units."""

    panel: int
    mask: np.ndarray  # bool [S, S], the region
    unevenness: float  # root mean square distance of ab from its mean in the region
    wrongness: float  # distance of that mean from the true one
    rim_excess: float  # root mean square error in the region's rim minus that in its interior, or 0 without interior


def largest(score: Sequence[float], count: int, *, without: Iterable[int] = ()) -> list[int]:
    """Indices of the `count` largest scores, largest first, without those that are not finite or in `without`."""
    score = np.asarray(score, np.float64)
    left_out = set(without)
    order = np.argsort(-score, kind="stable")
    return [int(index) for index in order if np.isfinite(score[index]) and index not in left_out][:count]


def largest_positive(score: Sequence[float], count: int, *, without: Iterable[int] = ()) -> list[int]:
    """As `largest`, but only scores above 0, so that no loss is shown as a gain."""
    score = np.asarray(score, np.float64)
    return largest(np.where(score > 0, score, np.nan), count, without=without)


def largest_per_group(score: Sequence[float], group: Sequence, count: int) -> list[int]:
    """As `largest`, but at most one index of each group."""
    chosen = {}
    for index in largest(score, len(score)):
        chosen.setdefault(group[index], index)
    return list(chosen.values())[:count]


def background(regions: Regions) -> np.ndarray | None:
    """The largest flat region, bool [S, S], or None where it fills less than BACKGROUND."""
    number = int(np.argmax(regions.share))
    return regions.numbers == number if regions.share[number] >= BACKGROUND else None


def spread(ab: np.ndarray) -> float:
    """Root mean square distance of ab [pixels, 2] from its mean, in its units."""
    return float(np.sqrt(np.mean(np.sum((ab - ab.mean(axis=0)) ** 2, axis=1))))


def background_spread(ab: np.ndarray, regions: Regions) -> float:
    """Spread of ab [S, S, 2] in the background; NaN without one."""
    mask = background(regions)
    return np.nan if mask is None else spread(ab[mask])


def small_saturated(ab: np.ndarray) -> float:
    """A score for details in strong colours, of ab [S, S, 2].

    Mean over the picture of the excess of a pixel's chroma over that of ab blurred over an eighth of the width.
    """
    size = ab.shape[0] // 8 | 1
    blurred = cv2.blur(ab.astype(np.float64), (size, size))
    return float(np.maximum(np.linalg.norm(ab, axis=2) - np.linalg.norm(blurred, axis=2), 0).mean())


def mistakes(ab: np.ndarray, ab_true: np.ndarray, regions: Regions, *, panel: int) -> list[Mistake]:
    """The mistakes in each flat region of at least SEGMENT; ab and ab_true are [S, S, 2] in Lab units."""
    numbers = np.flatnonzero(regions.share >= SEGMENT)
    return [_mistake(ab, ab_true, regions.numbers == number, panel=panel) for number in numbers]


def _mistake(ab: np.ndarray, ab_true: np.ndarray, mask: np.ndarray, *, panel: int) -> Mistake:
    wrongness = np.linalg.norm(ab[mask].mean(axis=0) - ab_true[mask].mean(axis=0))
    reach = max(2, round(RIM * mask.shape[1]))
    interior = cv2.erode(mask.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)).astype(bool)
    error = np.sum((ab - ab_true) ** 2, axis=2)
    rim = mask & ~interior
    excess = np.sqrt(error[rim].mean()) - np.sqrt(error[interior].mean()) if rim.any() and interior.any() else 0.0
    return Mistake(panel, mask, spread(ab[mask]), float(wrongness), float(excess))


def pick_mistakes(found: Sequence[Mistake]) -> list[tuple[str, Mistake, str]]:
    """The largest mistakes of each kind, as (kind, mistake, its size in words); no panel comes twice."""
    chosen = []
    for kind, count, attribute, unit in (
        ("uneven segment", 2, "unevenness", "spread"),
        ("wrong segment", 1, "wrongness", "error"),
        ("boundary", 2, "rim_excess", "excess"),
    ):
        for _ in range(count):
            used = {mistake.panel for _, mistake, _ in chosen}
            values = [np.nan if each.panel in used else getattr(each, attribute) for each in found]
            for index in largest(values, 1):
                chosen.append((kind, found[index], f"{unit} {values[index]:.0f}"))
    return chosen
