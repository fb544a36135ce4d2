import numpy as np
import tensorflow as tf

from webtoon_colorize.networks import gaussian_process
from webtoon_colorize.networks.gaussian_process import NOISE

POINTS = np.random.default_rng(0).normal(0, 0.7, (12, 3)).astype(np.float32)
VALUES = np.random.default_rng(1).normal(0, 1, (12, 2)).astype(np.float32)
GROUP = np.array([0, 0, 0, 3, 3, 3, 3, 1, 1, 1, 1, 1])


def foretold(points, known, values):
    points, known, values = (np.asarray(each, np.float32) for each in (points, known, values))
    learned = gaussian_process.learn(known, values)
    return gaussian_process.foretell(points[None], known, learned)[0].numpy()


def test_the_value_of_one_point_fades_with_the_square_of_the_distance():
    at = foretold([[0, 0], [0.6, 0.8], [9, 0]], [[0, 0]], [[0.5, -1]])
    np.testing.assert_allclose(at, np.outer([1, np.exp(-1), 0], [0.5, -1]) / (1 + NOISE), atol=1e-6)


def test_points_that_agree_are_one_point_with_less_noise():
    np.testing.assert_allclose(foretold([[0]], [[0]] * 4, [[0.8]] * 4), [[0.8 / (1 + NOISE / 4)]], rtol=1e-5)


def test_what_is_left_out_is_what_the_other_groups_foretell():
    left_out = gaussian_process.foretell_left_out(POINTS, VALUES, GROUP)
    for group in (0, 1, 3):
        own, others = GROUP == group, GROUP != group
        np.testing.assert_allclose(left_out[own], foretold(POINTS[own], POINTS[others], VALUES[others]), atol=1e-5)


def test_nothing_foretells_the_only_group():
    np.testing.assert_allclose(gaussian_process.foretell_left_out(POINTS, VALUES, np.zeros(12)), 0, atol=1e-6)


def test_conjugate_gradients_solve_what_lapack_solves():
    points = tf.constant(np.random.default_rng(2).normal(0, 0.5, (300, 4)), tf.float32)
    values = np.random.default_rng(3).normal(0, 1, (300, 2)).astype(np.float32)
    square = np.square(points[:, None] - points[None]).sum(-1)
    expected = np.linalg.solve(np.exp(-square) + NOISE * np.eye(300), values)
    np.testing.assert_allclose(gaussian_process.learn(points, values), expected, atol=2e-3 * np.abs(expected).max())
