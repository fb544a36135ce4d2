"""The terms and inputs of the adversarial rows."""

import numpy as np
import tensorflow as tf

from tests.test_methods import SEED, build, make_batch


def test_given_the_title_both_networks_of_the_adversarial_row_see_it():
    method, batch = build("adversarial_label"), make_batch(4)
    assert [network.input_shape[-1] for network in method.networks.values()] == [1 + 2, 3 + 2]
    other = method.colorize(batch.lightness, 1 - batch.label, None)
    assert tf.reduce_any(method.colorize(batch.lightness, batch.label, None) != other)


def test_adversarial_terms_are_pix2pixs():
    method, batch = build("adversarial"), make_batch(4)
    losses = method.losses(batch, SEED)
    on_real = method.networks["discriminator"](tf.concat([batch.lightness, batch.ab], -1), training=True)
    real = 0.5 * tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(on_real), on_real), [1, 2, 3])
    np.testing.assert_allclose(losses["discriminator"]["real"], real, rtol=1e-4)
    assert losses["generator"].keys() == {"adversarial", "l2"}
