"""What each iteration of sparse colour sees."""

import numpy as np
import tensorflow as tf

from tests.test_methods import SEED, build, make_batch, with_mask
from webtoon_colorize.methods import chroma_dropout, sparse_color
from webtoon_colorize.methods.method import Size


def test_each_iteration_sees_the_output_of_the_one_before():
    method, batch = build("pixel_dropout"), make_batch(2)
    first, second, *_ = method.variants(batch.lightness, batch.label)
    generator = method.networks["generator"]

    def generate(ab):
        return generator(tf.concat([batch.lightness, ab], axis=-1), training=False)

    np.testing.assert_array_equal(first, generate(tf.zeros_like(batch.ab)))
    np.testing.assert_array_equal(second, generate(first))
    np.testing.assert_array_equal(method.colorize(batch.lightness, None, None), second)
    given = with_mask(batch.ab)
    np.testing.assert_array_equal(method.colorize(batch.lightness, None, given), generate(generate(batch.ab)))


def test_colour_that_was_divided_in_training_is_divided_in_hints_too():
    batch = make_batch(2)
    size = Size(image_size=32, filters=4, num_titles=2)
    method = chroma_dropout.build_pixel(size, divided=True, iterations=1)
    share = 655.36 / 32**2  # as many pixels of a picture of 32 px as are a hundredth of one of 256
    sparse = sparse_color.pixel_dropout(batch.ab, share, seed=SEED)
    in_use = method.networks["generator"](tf.concat([batch.lightness, sparse / share], axis=-1), training=False)
    np.testing.assert_allclose(method.colorize(batch.lightness, None, with_mask(sparse)), in_use, atol=1e-5)
