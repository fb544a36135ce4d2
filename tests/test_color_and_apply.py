"""What the networks of color & apply learn from and see."""

import numpy as np
import tensorflow as tf

from tests.test_methods import SEED, build, make_batch, with_mask
from webtoon_colorize.methods import sparse_color


def test_color_loss_reaches_the_color_generator_only_and_the_applier_loss_the_applier_only():
    method, batch = build("color_and_apply"), make_batch(4)
    generator, applier = (method.networks[name].trainable_variables for name in ("color_generator", "applier"))
    with tf.GradientTape(persistent=True) as tape:
        losses = method.losses(batch, SEED)
    assert all(g is None for g in tape.gradient(losses["applier"]["applier"], generator))
    assert all(g is not None for g in tape.gradient(losses["applier"]["applier"], applier))
    assert all(g is None for g in tape.gradient(losses["color_generator"]["color_generator"], applier))
    assert all(g is not None for g in tape.gradient(losses["color_generator"]["color"], generator))


def test_applier_learns_from_the_truth_with_its_colour_dropped_out_as_tensorflow_does_it():
    """Kept pixels are divided by the keep probability, in training and in use."""
    method, batch = build("color_and_apply"), make_batch(4)
    share = 655.36 / 32**2  # as many pixels of a picture of 32 px as are a hundredth of one of 256
    sparse = sparse_color.pixel_dropout(batch.ab, share, seed=SEED)
    lightness_and_sparse = tf.concat([batch.lightness, sparse / share], axis=-1)
    applied = method.networks["applier"](lightness_and_sparse, training=True)
    by_hand = tf.reduce_mean((applied - batch.ab) ** 2, axis=[1, 2, 3])
    np.testing.assert_allclose(method.losses(batch, SEED)["applier"]["applier"], by_hand, rtol=1e-4)
    in_use = method.networks["applier"](lightness_and_sparse, training=False)
    np.testing.assert_allclose(method.colorize(batch.lightness, None, with_mask(sparse)), in_use, atol=1e-5)


def test_without_hints_the_applier_spreads_what_the_color_generator_proposes():
    method, batch = build("color_and_apply"), make_batch(4)
    proposal = method.networks["color_generator"](batch.lightness, training=False)
    applied = method.networks["applier"](tf.concat([batch.lightness, proposal], axis=-1), training=False)
    np.testing.assert_array_equal(method.colorize(batch.lightness, batch.label, None), applied)
