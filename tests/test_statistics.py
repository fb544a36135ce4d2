import numpy as np
import pytest

from experiments import statistics


def test_the_interval_of_a_normal_sample_is_about_two_standard_errors():
    values = np.random.default_rng(0).normal(10, 2, 400)
    low, high = statistics.bootstrap_interval(values)
    error = values.std() / np.sqrt(400)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.1 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.1 * error)


def test_the_interval_is_the_same_every_time_and_a_point_for_equal_values():
    values = np.arange(10.0)
    assert statistics.bootstrap_interval(values) == statistics.bootstrap_interval(values)
    assert statistics.bootstrap_interval(np.full(5, 3.0)) == (3.0, 3.0)
