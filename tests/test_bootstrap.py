import numpy as np
import pytest

from experiments import bootstrap


def test_the_interval_of_a_normal_sample_is_about_two_standard_errors():
    values = np.random.default_rng(0).normal(10, 2, 400)
    low, high = bootstrap.mean_interval(values)
    error = values.std() / np.sqrt(400)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.1 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.1 * error)


def test_the_interval_is_the_same_every_time_and_a_point_for_equal_values():
    values = np.arange(10.0)
    assert bootstrap.mean_interval(values) == bootstrap.mean_interval(values)
    assert bootstrap.mean_interval(np.full(5, 3.0)) == (3.0, 3.0)


def test_a_difference_of_pairs_is_known_far_better_than_one_of_groups():
    """Sides that differ by exactly 1 in every image leave no doubt when they are paired."""
    right = np.random.default_rng(0).normal(10, 2, (1, 100))
    assert bootstrap.paired_interval(right + 1, right) == pytest.approx((1, 1))
    low, high = bootstrap.unpaired_interval(right + 1, right)
    error = right.std() * np.sqrt(2 / 100)
    assert (low, high) == (pytest.approx(1 - 1.96 * error, abs=0.1), pytest.approx(1 + 1.96 * error, abs=0.1))


def test_seeds_that_disagree_widen_the_interval():
    """Two seeds at 0 and 4 average 0, 2 or 4 with probability 1/4, 1/2, 1/4: the whole range is within 95%."""
    seeds, right = np.array([[0.0] * 50, [4.0] * 50]), np.zeros((1, 50))
    assert bootstrap.paired_interval(seeds, right) == (0.0, 4.0)
