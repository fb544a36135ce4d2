"""Dahl's residual encoder: its layers, its weights, its loss."""

import itertools

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf

from webtoon_colorize import color, losses
from webtoon_colorize.methods import residual_encoder
from webtoon_colorize.methods.method import Size
from webtoon_colorize.networks import residual_encoder as networks


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.usefixtures("without_values")
def test_at_paper_scale_it_has_8_1_million_weights():
    """VGG16 up to conv4_3: 9 * in * out + out. The encoder: kernels without bias, 2 * out per BatchNorm."""
    widths = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512)
    features = sum(9 * before * after + after for before, after in itertools.pairwise(widths))
    assert features == 7_635_264  # Keras's VGG16 without its top has 14,714,688, 3 * 2,359,808 of them in block 5
    encoder = 512 * 256 + 9 * (256 * 128 + 128 * 64 + 64 * 3 + 3 * 3 + 3 * 2) + 2
    normalized = 2 * (512 + 256 + 128 + 64 + 3) + 2 * (256 + 128 + 64 + 3 + 3)
    method = residual_encoder.build(Size(256, 64, 5))
    assert count(method.networks["generator"].trainable_variables) == features + encoder + normalized == 8_139_675


@pytest.mark.usefixtures("without_values")
def test_features_are_vgg16s_before_each_pool():
    shapes = [shape[1:] for shape in networks.vgg16_taps(256, filters=64).output_shape]
    assert shapes == [(256, 256, 64), (128, 128, 128), (64, 64, 256), (32, 32, 512)]


@pytest.mark.usefixtures("without_values")
def test_convolutions_and_additions_are_in_dahls_order():
    network = networks.residual_encoder(networks.vgg16_taps(256, filters=64), name="generator")
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(layer.kernel_size[0], layer.filters) for layer in convolutions] == [
        (1, 256), (3, 128), (3, 64), (3, 3), (3, 3), (3, 2)
    ]  # fmt: skip
    assert [layer.use_bias for layer in convolutions] == [False] * 5 + [True]
    added = [layer for layer in network.layers if isinstance(layer, keras.layers.Add)]
    assert [layer.output.shape[1:] for layer in added] == [
        (64, 64, 256), (128, 128, 128), (256, 256, 64), (256, 256, 3)
    ]  # fmt: skip
    normalized = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert len(normalized) == 4 + 1 + 5  # taps, picture, all convolutions but the last
    for addition in added:
        for summand in addition.input:
            assert summand._keras_history.operation.__class__.__name__ in (
                "BatchNormalization", "UpSampling2D", "ReLU"
            )  # fmt: skip


def test_its_loss_is_the_squared_error_as_it_is_and_through_two_blurs():
    """The blurs are OpenCV's."""
    rng = np.random.default_rng(0)
    prediction, target = rng.uniform(-1, 1, (2, 3, 16, 16, 2)).astype(np.float32)
    by_hand = np.zeros(3)
    for index in range(3):
        for size in (1, 3, 5):
            blurred = [
                cv2.GaussianBlur(image[index], (size, size), 0, borderType=cv2.BORDER_REFLECT_101)
                for image in (prediction, target)
            ]
            by_hand[index] += np.square(blurred[0] - blurred[1]).mean() / 3
    np.testing.assert_allclose(losses.blurred_squared_error(prediction, target), by_hand, rtol=1e-5)


def test_an_even_error_counts_the_same_through_every_blur_and_a_speckle_less():
    error = np.full((1, 8, 8, 2), 0.5, np.float32)
    np.testing.assert_allclose(losses.blurred_squared_error(error, 0 * error), [0.25], rtol=1e-6)
    speckle = np.zeros((1, 32, 32, 1), np.float32)
    speckle[0, 16, 16, 0] = 1
    # Sums of squares of the kernels: 1, (6 / 16)^2 and (70 / 256)^2.
    by_hand = (1 + 0.375**2 + (70 / 256) ** 2) / 3 / 32**2
    np.testing.assert_allclose(losses.blurred_squared_error(speckle, 0 * speckle), [by_hand], rtol=1e-5)


def test_it_colorizes_the_gray_picture():
    method = residual_encoder.build(Size(32, 4, 2))
    lightness = tf.random.stateless_uniform([2, 32, 32, 1], [0, 0], -1, 1)
    seen = method.networks["generator"](color.gray_rgb(lightness), training=False)
    np.testing.assert_array_equal(method.colorize(lightness), seen)
