"""Intervals of means over test images and seeds, by the percentile bootstrap (Efron 1979)."""

import numpy as np

RESAMPLES = 10_000
SHARE = 0.95  # of the resampled means that an interval holds


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    """The interval of the mean of `values` [N] over images, which are drawn with replacement."""
    rng = np.random.default_rng(0)
    return _interval(_means(values[None], _draw(rng, len(values)), rng))


def paired_interval(left: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """The interval of mean(left) - mean(right), [seeds, N] each, of the same N images.

    Images and seeds are drawn with replacement: the same images for both sides, seeds for each side separately.
    """
    rng = np.random.default_rng(0)
    images = _draw(rng, left.shape[1])
    return _interval(_means(left, images, rng) - _means(right, images, rng))


def unpaired_interval(left: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """As `paired_interval`, for two groups of images, [seeds, N] and [seeds, M]."""
    rng = np.random.default_rng(0)
    left_means, right_means = (_means(values, _draw(rng, values.shape[1]), rng) for values in (left, right))
    return _interval(left_means - right_means)


def _draw(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.integers(count, size=(RESAMPLES, count))


def _means(values: np.ndarray, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Means [RESAMPLES] of values [seeds, N] over drawn `images` [RESAMPLES, N] and seeds drawn here."""
    seeds = len(values)
    weights = rng.multinomial(seeds, np.full(seeds, 1 / seeds), RESAMPLES) / seeds
    return np.take_along_axis(weights @ values, images, axis=1).mean(axis=1)


def _interval(means: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(means, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)
