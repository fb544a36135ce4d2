"""Intervals for averages over test images."""

import numpy as np

RESAMPLES = 10_000


def bootstrap_interval(values: np.ndarray, *, share: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """The percentile bootstrap interval of the mean of `values` [N], drawing images with replacement (Efron 1979)."""
    rng = np.random.default_rng(seed)
    means = np.array([rng.choice(values, len(values)).mean() for _ in range(RESAMPLES)])
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
