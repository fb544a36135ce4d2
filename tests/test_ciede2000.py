"""Pairs and differences are from table 1 of Sharma, Wu and Dalal 2005, by their numbers."""

import numpy as np
import pytest

from experiments.visual_metrics.ciede2000 import ciede2000

PAIRS = {
    1: ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    4: ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    7: ((50, 0, 0), (50, -1, 2), 2.3669),  # gray has no hue
    9: ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),  # hues that are half a turn apart
    10: ((50, 2.49, -0.001), (50, -2.49, 0.001), 7.1792),
    11: ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    14: ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
    17: ((50, 2.5, 0), (73, 25, -18), 27.1492),
    20: ((50, 2.5, 0), (58, 24, 15), 19.4535),
    21: ((50, 2.5, 0), (50, 3.1736, 0.5854), 1.0000),
    25: ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    28: ((90.8027, -2.0831, 1.441), (91.1528, -1.6435, 0.0447), 1.4441),
    30: ((36.4612, 47.858, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
    34: ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
}


@pytest.mark.parametrize("number", PAIRS)
def test_differences_are_those_of_the_published_pairs(number):
    lab, other, expected = PAIRS[number]
    assert ciede2000(np.float64(lab), np.float64(other)) == pytest.approx(expected, abs=5e-5)
    assert ciede2000(np.float64(other), np.float64(lab)) == pytest.approx(expected, abs=5e-5)


def test_pictures_are_compared_pixel_by_pixel_and_in_their_precision():
    pairs = [pair for number, pair in PAIRS.items() if number != 10]  # half a turn: rounding decides which way round
    lab, other = (np.float32([pair[side] for pair in pairs]) for side in (0, 1))
    found = ciede2000(lab[None], other[None])
    assert found.shape == (1, len(pairs)) and found.dtype == np.float32
    np.testing.assert_allclose(found[0], [pair[2] for pair in pairs], rtol=3e-4)
    assert (ciede2000(lab, lab) == 0).all()
