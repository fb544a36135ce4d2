import numpy as np
import pytest

from experiments import bootstrap


def coverage(interval, draw, *, truth, times=100):
    """The share of samples whose interval holds the truth."""
    found = [interval(*draw(np.random.default_rng(seed))) for seed in range(times)]
    return np.mean([low <= truth <= high for low, high in found])


def test_the_interval_of_a_mean_is_that_of_the_resampled_means():
    """One of ten values is 10: a resampled mean is how often it is drawn, 0 to 3 times in 98.7% of all samples."""
    assert bootstrap.mean_interval(np.array([0.0] * 9 + [10.0])) == (0.0, 3.0)
    assert bootstrap.mean_interval(np.array([0.0, 1.0])) == (0.0, 1.0)  # 0, 0.5 and 1 in 1/4, 1/2 and 1/4 of all
    assert bootstrap.mean_interval(np.full(5, 3.0)) == (3.0, 3.0)


def test_an_interval_of_95_percent_holds_the_true_mean_in_about_95_of_100_samples():
    """With 20 values the percentile bootstrap holds it in 93% of samples; 100 samples give 93% +- 3 x 2.6%."""
    assert 0.85 <= coverage(bootstrap.mean_interval, lambda rng: [rng.normal(10, 2, 20)], truth=10) <= 0.99


def test_an_interval_of_a_difference_holds_the_true_difference_as_often():
    def paired(rng):
        images = rng.normal(10, 2, 20)
        return (images + rng.normal(1, 0.5, 20))[None], images[None]

    def unpaired(rng):
        return rng.normal(11, 2, 20)[None], rng.normal(10, 1, 25)[None]

    assert 0.85 <= coverage(bootstrap.paired_interval, paired, truth=1) <= 0.99
    assert 0.85 <= coverage(bootstrap.unpaired_interval, unpaired, truth=1) <= 0.99


def test_intervals_move_and_stretch_with_the_values():
    values = np.random.default_rng(0).gamma(2, 1, (1, 30))
    low, high = bootstrap.mean_interval(values[0])
    assert low < values.mean() < high
    assert bootstrap.mean_interval(3 * values[0] + 5) == pytest.approx((3 * low + 5, 3 * high + 5))
    low, high = bootstrap.paired_interval(values, values**2)
    assert bootstrap.paired_interval(values**2, values) == pytest.approx((-high, -low))


def test_the_interval_is_the_same_every_time():
    values = np.arange(10.0)
    assert bootstrap.mean_interval(values) == bootstrap.mean_interval(values)


def test_a_difference_of_pairs_is_certain_where_one_of_groups_is_not():
    """Both sides are 0 and 1. As groups their means differ by 1 or -1 in 1/16 of all samples each."""
    values = np.array([[0.0, 1.0]])
    assert bootstrap.paired_interval(values, values) == (0.0, 0.0)
    assert bootstrap.paired_interval(values + 1, values) == (1.0, 1.0)
    assert bootstrap.unpaired_interval(values, values) == (-1.0, 1.0)


def test_seeds_that_disagree_widen_the_interval():
    """Two seeds at 0 and 4 average 0, 2 or 4 with probability 1/4, 1/2, 1/4: the whole range is within 95%."""
    seeds, right = np.array([[0.0] * 50, [4.0] * 50]), np.zeros((1, 50))
    assert bootstrap.paired_interval(seeds, right) == (0.0, 4.0)
