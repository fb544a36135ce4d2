import numpy as np
import pytest

from experiments import bootstrap


def test_the_interval_of_a_mean_is_that_of_the_resampled_means():
    """One of ten values is 10: a resampled mean is how often it is drawn, 0 to 3 times in 98.7% of all samples."""
    assert bootstrap.mean_interval(np.array([0.0] * 9 + [10.0])) == (0.0, 3.0)
    assert bootstrap.mean_interval(np.array([0.0, 1.0])) == (0.0, 1.0)  # 0, 0.5 and 1 in 1/4, 1/2 and 1/4 of all
    assert bootstrap.mean_interval(np.full(5, 3.0)) == (3.0, 3.0)


def test_an_interval_of_95_percent_holds_the_true_mean_in_about_95_of_100_samples():
    """With 20 values the percentile bootstrap holds it in 93% of samples; 100 samples give 93% +- 3 x 2.6%."""
    found = [bootstrap.mean_interval(np.random.default_rng(seed).normal(10, 2, 20)) for seed in range(100)]
    assert 0.85 <= np.mean([low <= 10 <= high for low, high in found]) <= 0.99


def test_the_interval_moves_and_stretches_with_the_values():
    values = np.random.default_rng(0).gamma(2, 1, 30)
    low, high = bootstrap.mean_interval(values)
    assert low < values.mean() < high
    assert bootstrap.mean_interval(3 * values + 5) == pytest.approx((3 * low + 5, 3 * high + 5))


def test_the_interval_is_the_same_every_time():
    values = np.arange(10.0)
    assert bootstrap.mean_interval(values) == bootstrap.mean_interval(values)
