"""NumPy's colours of pages are TensorFlow's of training."""

import numpy as np
import pytest
import tensorflow as tf

from webtoon_colorize import color, lab

RNG = np.random.default_rng(0)
LIGHTNESS = np.concatenate([RNG.uniform(-1, 1, 4000), [-1, -0.9, 0, 1]]).astype(np.float32)
AB = np.concatenate([RNG.normal(0, 0.3, (4000, 2)), np.zeros((4, 2))]).astype(np.float32)


def test_rgb_to_lab_is_that_of_training():
    rgb = RNG.integers(0, 256, (60, 70, 3), dtype=np.uint8)
    lightness, ab = color.rgb_to_lab(tf.constant(rgb, tf.float32) / 255)
    here = lab.rgb_to_lab(rgb)
    np.testing.assert_allclose(here[0], lightness[..., 0], atol=2e-6)
    np.testing.assert_allclose(here[1], ab, atol=3e-6)
    np.testing.assert_allclose(lab.lightness_of(rgb), lightness[..., 0], atol=2e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gray_pages_have_the_lightness_of_coloured_ones(dtype):
    gray = RNG.integers(0, np.iinfo(dtype).max + 1, (30, 20, 1)).astype(dtype).repeat(3, axis=2)
    most = np.iinfo(dtype).max
    lightness, _ = color.rgb_to_lab(tf.constant(gray / most, tf.float32))
    np.testing.assert_allclose(lab.lightness_of(gray), lightness[..., 0], atol=2e-6)


def test_lab_to_rgb_reduces_chroma_as_training_does():
    reduced = color.reduce_chroma_to_gamut(LIGHTNESS[:, None], AB)
    there = color.lab_to_rgb(LIGHTNESS[:, None], reduced).numpy()
    difference = np.abs(lab.lab_to_rgb(LIGHTNESS, AB) - there).max(axis=1)
    # A share of chroma within rounding of the gamut's border can come out a step of the bisection apart.
    assert (difference > 2e-5).mean() < 0.002 and difference.max() < 0.02


def test_lightness_is_darkened_as_in_training():
    there = color.darken_to_gamut(LIGHTNESS[:, None], AB)[:, 0].numpy()
    difference = np.abs(lab.darken_to_gamut(LIGHTNESS, AB) - there)
    assert (difference > 1e-6).mean() < 0.002 and difference.max() < 0.002


def test_pixels_are_the_nearest_levels():
    between = (np.arange(255) + 0.5) / 255
    border = np.where(between <= 0.04045, between / 12.92, ((between + 0.055) / 1.055) ** 2.4)
    below, above = (
        lab.to_pixels((border * factor).astype(np.float32), np.dtype(np.uint8)) for factor in (0.9999, 1.0001)
    )
    np.testing.assert_array_equal(below, np.arange(255))
    np.testing.assert_array_equal(above, np.arange(1, 256))
    ends = np.float32([0, 1])
    for dtype in (np.uint8, np.uint16):
        np.testing.assert_array_equal(lab.to_pixels(ends, np.dtype(dtype)), [0, np.iinfo(dtype).max])


def test_every_level_comes_back():
    for dtype, step in ((np.uint8, 1), (np.uint16, 7)):
        gray = np.arange(0, np.iinfo(dtype).max + 1, step).astype(dtype)[:, None].repeat(3, axis=1)
        linear = lab.linear_rgb(lab.luminance(gray), np.zeros((len(gray), 2), np.float32))
        np.testing.assert_array_equal(lab.to_pixels(linear, gray.dtype), gray.T)
