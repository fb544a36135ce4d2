import numpy as np
import tensorflow as tf

from webtoon_colorize import color
from webtoon_colorize.networks import candidates
from webtoon_colorize.networks.candidates import Candidates


def of(logits, ab):
    """One picture with one place."""
    return Candidates(tf.constant([[logits]], tf.float32), tf.constant([ab], tf.float32) / color.AB_SCALE)


def test_the_grid_holds_each_colour_of_srgb_to_ten_units():
    grid = candidates.grid() * color.AB_SCALE
    assert len(np.unique(grid, axis=0)) == len(grid)
    np.testing.assert_allclose(grid, np.round(grid / 10) * 10, atol=1e-4)
    rgb = tf.constant(np.random.default_rng(0).random((1, 500, 1, 3)), tf.float32)
    ab = color.rgb_to_lab(rgb)[1].numpy().reshape(-1, 1, 2) * color.AB_SCALE
    assert (np.abs(ab - grid).max(axis=-1).min(axis=1) <= 5.0 + 1e-3).all()


def test_the_annealed_mean_is_the_mean_of_a_sharper_distribution():
    ab = candidates.annealed_mean(of([0.0, np.log(3.0)], [[40, 0], [0, 20]])).numpy()[0, 0] * color.AB_SCALE
    likelier = 3 ** (1 / 0.55) / (1 + 3 ** (1 / 0.55))
    np.testing.assert_allclose(ab, [40 * (1 - likelier), 20 * likelier], rtol=1e-4)


def test_a_candidate_that_is_split_into_two_is_as_likely_as_before():
    whole = of([1.0, 0.0], [[30, 10], [-20, 5]])
    split = of([1.0 - np.log(2.0), 1.0 - np.log(2.0), 0.0], [[30, 10], [30, 10], [-20, 5]])
    true = tf.constant([[[0.1, 0.0]]])
    np.testing.assert_allclose(
        candidates.negative_log_likelihood(whole, true), candidates.negative_log_likelihood(split, true), rtol=1e-5
    )


def test_the_likelihood_is_that_of_a_mixture_of_gaussians_up_to_its_constant():
    true = tf.constant([[[10.0, 0.0]]]) / color.AB_SCALE
    each = of([np.log(0.25), np.log(0.75)], [[10, 0], [20, 0]])
    expected = -np.log(0.25 + 0.75 * np.exp(-(10.0**2) / (2 * 5.0**2)))
    np.testing.assert_allclose(candidates.negative_log_likelihood(each, true), [[expected]], rtol=1e-4)


def test_a_place_chooses_the_reference_whose_embedding_is_its_own_and_none_that_it_may_not():
    keys, ab = tf.constant([[[0.0, 5.0], [5.0, 0.0]]]), tf.constant([[[0.5, 0.0], [0.0, 0.5]]])
    query = tf.constant([[[0.0, 5.0]]])
    free = candidates.from_references(query, keys, ab, tf.constant([[[True, True]]]))
    np.testing.assert_allclose(free.logits, [[[0.0, -50.0]]], atol=1e-4)
    np.testing.assert_allclose(candidates.annealed_mean(free), [[[0.5, 0.0]]], atol=1e-4)
    bound = candidates.from_references(query, keys, ab, tf.constant([[[False, True]]]))
    np.testing.assert_allclose(candidates.annealed_mean(bound), [[[0.0, 0.5]]], atol=1e-4)
