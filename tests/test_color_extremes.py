"""`color` looks at any numbers but NaN, and answers with finite ones; Hypothesis looks for those that break it."""

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies

from webtoon_colorize import color

NUMBERS = strategies.floats(width=32, allow_nan=False) | strategies.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 1e-45, -1e-45, 3.4028235e38, -3.4028235e38, np.inf, -np.inf, 0.04045, 0.0031308, 0.008856]
)
COLORS = strategies.lists(strategies.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=8, max_size=8)

FUNCTIONS = {
    "rgb_to_lab": lambda x: tf.concat(color.rgb_to_lab(x), -1),
    "lab_to_rgb": lambda x: color.lab_to_rgb(x[..., :1], x[..., 1:]),
    "gray_rgb": lambda x: color.gray_rgb(x[None, None, :, :1]),
}


def make(function):
    @tf.function(input_signature=[tf.TensorSpec([8, 3])], autograph=False)
    def with_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return y, tape.gradient(y, x)

    return with_gradient


COMPILED = {name: make(function) for name, function in FUNCTIONS.items()}


@pytest.mark.parametrize("name", FUNCTIONS)
@hypothesis.settings(max_examples=150, deadline=None, database=None, derandomize=True)
@hypothesis.given(colors=COLORS)
def test_values_and_gradients_are_finite(name, colors):
    value, gradient = COMPILED[name](tf.constant(colors, tf.float32))
    assert np.isfinite(value).all() and np.isfinite(gradient).all()


@hypothesis.settings(max_examples=150, deadline=None, database=None, derandomize=True)
@hypothesis.given(colors=COLORS)
def test_what_is_made_of_any_numbers_is_a_colour(colors):
    x = tf.constant(colors, tf.float32)
    rgb = COMPILED["lab_to_rgb"](x)[0].numpy()
    assert rgb.min() >= 0 and rgb.max() <= 1
    lab = COMPILED["rgb_to_lab"](x)[0].numpy()
    assert np.abs(lab).max() <= 1.00001
