"""NumPy's colours of pages are TensorFlow's of training."""

import numpy as np
import pytest
import tensorflow as tf

from webtoon_colorize import color, lab

RNG = np.random.default_rng(0)
LIGHTNESS = np.concatenate([RNG.uniform(-1, 1, 4000), [-1, -0.9, 0, 1]]).astype(np.float32)
AB = np.concatenate([RNG.uniform(-1, 1, (4000, 2)), np.zeros((4, 2))]).astype(np.float32)


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


def test_colours_outside_srgb_lose_chroma_and_keep_lightness_and_hue():
    lightness, ab = color.rgb_to_lab(lab.lab_to_rgb(LIGHTNESS, AB))
    np.testing.assert_allclose(lightness[..., 0], LIGHTNESS, atol=2e-4)
    # Clipping alone is off by up to tens of Lab units.
    clipped = color.rgb_to_lab(color.lab_to_rgb(LIGHTNESS[:, None], AB))[0][..., 0]
    assert np.abs(clipped - LIGHTNESS).max() > 0.5
    across = ab[:, 0] * AB[:, 1] - ab[:, 1] * AB[:, 0]
    along = np.sum(ab * AB, axis=1) / np.maximum(np.sum(AB**2, axis=1), 1e-9)
    assert np.abs(across).max() < 1e-3 and along.min() > -1e-3 and along.max() < 1.001
    assert 0.1 < np.isclose(along, 1, atol=1e-3).mean() < 0.9


def test_what_srgb_contains_is_left_as_it_is_and_a_little_more_chroma_would_not_fit():
    rgb = RNG.integers(0, 256, (2000, 3), dtype=np.uint8)
    np.testing.assert_allclose(lab.lab_to_rgb(*lab.rgb_to_lab(rgb)), rgb / 255, atol=1e-3)
    lightness, red = lab.rgb_to_lab(np.array([[255, 0, 0]]))
    np.testing.assert_allclose(lab.lab_to_rgb(lightness, 2 * red), [[1, 0, 0]], atol=0.02)


def test_what_is_too_light_for_its_colour_sinks_until_srgb_has_it_and_no_further():
    ab = np.float32([[0.0, 0.3], [0.2, 0.1], [-0.1, -0.15], [0.0, 0.0]])
    sunk = lab.darken_to_gamut(np.ones(4, np.float32), ab)
    np.testing.assert_allclose(color.rgb_to_lab(lab.lab_to_rgb(sunk, ab))[1], ab, atol=1e-3)
    lighter = color.rgb_to_lab(lab.lab_to_rgb(sunk + np.float32(0.01), ab))[1]
    assert (np.abs(lighter - ab).max(axis=1)[:3] > 1e-3).all() and (sunk[:3] < 0.99).all() and sunk[3] == 1
    dark = np.float32([-0.9, -0.2, 0.2, -1.0])  # the first two are darker than middle gray
    np.testing.assert_array_equal(lab.darken_to_gamut(dark, ab)[:2], dark[:2])


@pytest.mark.parametrize("gray", [0, 255])
def test_black_and_white_have_no_room_for_colour(gray):
    lightness, _ = lab.rgb_to_lab(np.full(3, gray))
    for ab in [(1.0, 1.0), (-1.0, 0.5), (0.0, -1.0), (0.01, 0.0)]:
        assert np.round(255 * lab.lab_to_rgb(lightness[None], np.float32([ab]))).tolist() == [[gray] * 3]


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
