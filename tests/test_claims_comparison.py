"""Numbers are worked out by hand in the comments; t(f) is Student's quantile for 97.5%, from a printed table."""

import math

import numpy as np
import pytest

from experiments.claims import judging
from experiments.claims.comparison import CONSTANT, compare
from experiments.claims.judging import UNDECIDED, Measured, is_more
from experiments.claims.store import NotMeasured

EPISODES = np.array([0, 0, 1, 1])
ZERO = {CONSTANT: np.zeros((1, 1))}


def test_episodes_are_clusters_of_the_panel_variance():
    """Influences of 1 2 3 6 on their mean 3 are -2/4 -1/4 0 3/4. Episodes sum to -3/4 and 3/4: V = 2 x (2 x 9/16)."""
    result = compare({"gray": np.array([[1.0, 2.0, 3.0, 6.0]])}, ZERO, EPISODES)
    assert (result.left, result.right, result.difference) == (3, 0, 3)
    assert result.panel_variance == pytest.approx(2.25) and result.episodes == 2
    assert result.interval(0.05) == pytest.approx((3 - 12.706 * 1.5, 3 + 12.706 * 1.5), abs=1e-3)  # t(1)


def test_an_unpaired_side_has_panels_of_its_own():
    """Left 1 3 on panels 0 and 2, right 5 9 on 1 and 3. Influences: -1/2, -(-2)/2, 1/2, -(2)/2: sums 1/2 and -1/2."""
    left, right = np.array([[1.0, np.nan, 3.0, np.nan]]), np.array([[np.nan, 5.0, np.nan, 9.0]])
    result = compare({"gray": left}, {CONSTANT: right}, EPISODES, paired=False)
    assert (result.left, result.right, result.panels) == (2, 7, (2, 2))
    assert result.panel_variance == pytest.approx(2 * (0.25 + 0.25))
    with pytest.raises(NotMeasured, match="no test panel"):
        compare({"gray": left}, {CONSTANT: right}, EPISODES)


def test_seeds_add_their_variance_over_their_number_and_rows_add_up():
    """Means with each seed: 1 3 5 (variance 4) and 0 3 6 (variance 9). V = 4/3 + 9/3 = 13/3; t(2).

    All panels are alike, so episodes add nothing.
    """
    left, right = (np.array([[each] * 4 for each in means], float) for means in ([1, 3, 5], [0, 3, 6]))
    result = compare({"a": left}, {"b": right}, EPISODES)
    assert (result.difference, result.panel_variance, result.seeds) == (0, 0, (3, 3))
    reach = 4.303 * math.sqrt(13 / 3)
    assert result.interval(0.05) == pytest.approx((-reach, reach), abs=2e-3)


def test_each_row_has_its_own_quantile():
    """Variances 2 of two seeds and 9 of three: t(1)^2 x 2/2 + t(2)^2 x 9/3."""
    left, right = np.array([[1.0] * 4, [3.0] * 4]), np.array([[0.0] * 4, [3.0] * 4, [6.0] * 4])
    result = compare({"a": left}, {"b": right}, EPISODES)
    assert (result.difference, result.seeds) == (-1, (2, 3))
    reach = math.sqrt(12.706**2 + 4.303**2 * 3)
    assert result.interval(0.05) == pytest.approx((-1 - reach, -1 + reach), abs=1e-2)


def test_episodes_of_unequal_size_widen_the_interval():
    """Influences of 1 2 3 6 in episodes of three and one: -3/4 and 3/4; shares 3/4 and 1/4, their squares add to 5/8.

    V = 9/16 / (1 - 6/4 + 5/8) + 9/16 / (1 - 2/4 + 5/8) = 4.5 + 0.5. Freedom: 8/5 - 1.
    """
    result = compare({"gray": np.array([[1.0, 2.0, 3.0, 6.0]])}, ZERO, np.array([0, 0, 0, 1]))
    assert (result.panel_variance, result.panel_freedom) == (pytest.approx(5), pytest.approx(0.6))


def test_panels_and_seeds_each_have_their_own_quantile():
    """Panels as in the first test (V 2.25, t(1)); two seeds 2 apart: 2 / 2 = 1, t(1). Reach: 12.706 x root 3.25."""
    values = np.array([[1.0, 2.0, 3.0, 6.0]])
    result = compare({"a": np.concatenate([values - 1, values + 1])}, ZERO, EPISODES)
    assert result.interval(0.05)[1] - 3 == pytest.approx(12.706 * math.sqrt(3.25), abs=1e-3)


def test_a_row_compared_with_itself_is_paired_by_seed():
    first = np.array([[0.0] * 4, [50.0] * 4])
    result = compare({"a": first + 7}, {"a": first}, EPISODES)
    assert result.contrasts["a"].tolist() == [7, 7] and result.interval(0.05) == (7, 7)


def test_panels_that_a_seed_or_a_side_cannot_measure_are_left_out():
    left = np.array([[1.0, 2.0, np.nan, 4.0], [1.0, 2.0, 3.0, 4.0]])
    right = np.array([[np.nan, 1.0, 1.0, 1.0]])
    assert compare({"a": left}, {"gray": right}, EPISODES)[:2] == (3, 1)


def test_a_side_is_the_sum_of_its_experiments_whatever_their_seeds():
    left = {"a": np.array([[1.0] * 4, [3.0] * 4]), "b": np.array([[10.0] * 4] * 3), CONSTANT: np.array([[100.0]])}
    result = compare(left, ZERO, EPISODES)
    assert result.left == 112 and result.seeds == (2, 0) and set(result.contrasts) == {"a", "b"}


def test_numbers_of_runs_have_no_panels():
    result = compare({"a": np.array([[1.0], [3.0]])}, {"b": np.array([[5.0], [5.0]])}, None)
    assert (result.difference, result.panel_variance, result.episodes) == (-3, 0, 0)
    assert result.interval(0.05)[1] == pytest.approx(-3 + 12.706, abs=1e-3)  # V = 2/2 + 0, t(1)


def test_one_episode_says_nothing_about_others():
    with pytest.raises(NotMeasured, match="one episode"):
        compare({"gray": np.ones((1, 4))}, ZERO, np.zeros(4, int))


def test_one_seed_is_named():
    result = compare({"a": np.ones((1, 4))}, {"b": np.ones((2, 4)), "gray": np.ones((1, 4))}, EPISODES)
    assert result.once_trained() == ["a"]


def draws(rng, *, seeds, seed_spread, rows=2, difference=0.0):
    """A comparison of simulated rows on 100 episodes of 7 panels, whose true difference is `difference`."""
    episodes = np.repeat(np.arange(100), 7)
    parts = []
    for _ in range(rows):
        of_seeds = rng.normal(0, seed_spread, (seeds, 1))
        parts.append(of_seeds + rng.normal(0, 0.5, 100)[episodes] + rng.normal(0, 1, (seeds, 700)))
    return compare({"a": parts[0] + difference}, {"b": parts[1]} if rows == 2 else ZERO, episodes)


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("seed_spread", [0.01, 0.1, 0.5])
def test_intervals_of_95_percent_hold_the_true_difference(seeds, seed_spread, rows):
    """The mean over panels varies by 0.05 to 0.06 from episodes, so seeds are a small, an equal and the main part.

    600 samples of a coverage of 95% fall below 93% once in 60.
    """
    rng = np.random.default_rng(0)
    found = [draws(rng, seeds=seeds, seed_spread=seed_spread, rows=rows).interval(0.05) for _ in range(600)]
    assert np.mean([low <= 0 <= high for low, high in found]) >= 0.93


def test_few_unequal_episodes_keep_the_coverage():
    """18 episodes as of five real titles: 3 of 40 panels and 15 of 9, which vary by 0.7 of a panel's deviation."""
    rng = np.random.default_rng(0)
    episodes = np.repeat(np.arange(18), [40] * 3 + [9] * 15)
    hits = 0
    for _ in range(4000):
        values = rng.normal(0, 0.7, 18)[episodes] + rng.normal(0, 1, (1, len(episodes)))
        low, high = compare({"gray": values}, ZERO, episodes).interval(0.05)
        hits += low <= 0 <= high
    assert hits / 4000 >= 0.93


@pytest.mark.parametrize("counts", [(12, 5), (12, 2), (5, 3), (3, 3), (5, 5)])
@pytest.mark.parametrize("spread", [1.0, 2.0, 10.0])
def test_at_corrected_levels_seeds_miss_no_more_than_they_may(counts, spread):
    """Seeds alone, of two rows whose deviations are 1 and `spread`, at 0.5%: 4,000 samples, 0.5% + 3 x 0.11%."""
    rng = np.random.default_rng(0)
    misses = 0
    for _ in range(4000):
        left, right = (rng.normal(0, spread, (count, 1)) for count, spread in zip(counts, (1.0, spread)))
        low, high = compare({"a": left}, {"b": right}, None).interval(0.005)
        misses += not low <= 0 <= high
    assert misses / 4000 <= 0.005 + 3 * math.sqrt(0.005 * 0.995 / 4000)


@pytest.mark.parametrize("difference", [-0.8, -0.3, 0.0])
def test_verdicts_of_no_difference_assert_what_is_true(difference):
    """Inside the margin both are true: that it is smaller, and that it is not smaller by the margin."""
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(400):
        low, high = draws(rng, seeds=5, seed_spread=0.1, difference=difference * 0.5).interval(0.05)
        verdict = judging.is_no_less(low, high, 0.5)
        wrong += verdict == judging.FAILS and difference >= 0
    assert wrong / 400 <= 0.05


@pytest.mark.parametrize("seed_spread", [0.02, 0.2])
def test_all_verdicts_of_a_study_are_right_in_95_of_100_studies(seed_spread):
    """Ten claims of three seeds a row, none with a difference: any verdict is wrong. 300 studies: 5% +- 3 x 1.3%."""
    rng = np.random.default_rng(0)
    claim = judging.Claim("", "", "", "", None, None, is_more)
    wrong = 0
    for _ in range(300):
        claims = [Measured(claim, {"": draws(rng, seeds=3, seed_spread=seed_spread)}, ()) for _ in range(10)]
        levels = judging.holm([each.p_value() for each in claims])
        wrong += any(each.verdict(level) != UNDECIDED for each, level in zip(claims, levels))
    assert wrong / 300 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


def test_a_difference_that_is_there_is_found():
    """0.5 is seven times the standard error of 0.07, of which five seeds with four degrees of freedom are a part."""
    measured = Measured(
        judging.Claim("", "", "", "", None, None, is_more),
        {"": draws(np.random.default_rng(0), seeds=5, seed_spread=0.01, difference=0.5)},
        (),
    )
    assert measured.verdict(0.001) == judging.HOLDS and measured.p_value() < 1e-4
