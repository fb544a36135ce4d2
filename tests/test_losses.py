import numpy as np
import tensorflow as tf

from webtoon_colorize import losses


def test_mean_squared_error_is_one_value_per_image():
    prediction = tf.constant([0.5, -0.5])[:, None, None, None] * tf.ones([2, 3, 3, 2])
    target = tf.constant([0.0, 0.5])[:, None, None, None] * tf.ones([2, 3, 3, 2])
    np.testing.assert_allclose(losses.mean_squared_error(prediction, target), [0.25, 1.0])


def test_an_undecided_discriminator_costs_log_2_either_way():
    logits = tf.zeros([2, 3, 3, 1])
    np.testing.assert_allclose(losses.adversarial(logits, real=True), [np.log(2)] * 2, rtol=1e-6)
    np.testing.assert_allclose(losses.adversarial(logits, real=False), [np.log(2)] * 2, rtol=1e-6)


def test_adversarial_is_the_cross_entropy_of_the_patches():
    logits = tf.constant([[-3.0, 0.5], [2.0, 40.0]])[None, :, :, None]
    says_real = 1 / (1 + np.exp(-np.array([-3.0, 0.5, 2.0, 40.0])))
    np.testing.assert_allclose(losses.adversarial(logits, real=True), -np.log(says_real).mean(), rtol=1e-5)
    # log(1 - sigmoid(40)) is out of float64's reach: -40 by hand.
    by_hand = (-np.log(1 - says_real[:3]).sum() + 40) / 4
    np.testing.assert_allclose(losses.adversarial(logits, real=False), by_hand, rtol=1e-5)
