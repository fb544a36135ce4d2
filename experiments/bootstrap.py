"""The interval of a mean over test images, by the percentile bootstrap (Efron 1979)."""

import numpy as np

RESAMPLES = 10_000
SHARE = 0.95  # of the resampled means that an interval holds


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    """The interval of the mean of `values` [N] over images, which are drawn with replacement."""
    images = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[images].mean(axis=1), [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)
