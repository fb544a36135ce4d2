import numpy as np
import tensorflow as tf

from webtoon_colorize.networks import gaussian_process
from webtoon_colorize.networks.gaussian_process import NOISE

POINTS = np.random.default_rng(0).normal(0, 0.7, (12, 3)).astype(np.float32)
VALUES = np.random.default_rng(1).normal(0, 1, (12, 2))
GROUP = np.array([0, 0, 0, 3, 3, 3, 3, 1, 1, 1, 1, 1])


def mean(points, known, weights):
    return gaussian_process.mean(tf.constant(points[None], tf.float32), known, weights.astype(np.float32)).numpy()[0]


def test_the_value_of_one_point_fades_with_the_square_of_the_distance():
    known, values = np.zeros((1, 2), np.float32), np.array([[0.5, -1.0]])
    weights = gaussian_process.fit(known, values, np.zeros(1)).weights
    at = mean(np.array([[0, 0], [0.6, 0.8], [9, 0]]), known, weights)
    np.testing.assert_allclose(at, np.array([[1], [np.exp(-1)], [0]]) * values / (1 + NOISE), atol=1e-6)


def test_points_that_agree_are_one_point_with_less_noise():
    known = np.zeros((4, 1), np.float32)
    weights = gaussian_process.fit(known, np.full((4, 1), 0.8), np.arange(4)).weights
    np.testing.assert_allclose(mean(np.zeros((1, 1)), known, weights), [[0.8 / (1 + NOISE / 4)]], rtol=1e-5)


def test_what_is_left_out_is_what_the_other_groups_foretell():
    left_out = gaussian_process.fit(POINTS, VALUES, GROUP).left_out
    for group in (0, 1, 3):
        own, others = GROUP == group, GROUP != group
        weights = gaussian_process.fit(POINTS[others], VALUES[others], GROUP[others]).weights
        np.testing.assert_allclose(left_out[own], mean(POINTS[own], POINTS[others], weights), atol=1e-5)


def test_nothing_foretells_the_only_group():
    np.testing.assert_allclose(gaussian_process.fit(POINTS, VALUES, np.zeros(12)).left_out, 0, atol=1e-9)
