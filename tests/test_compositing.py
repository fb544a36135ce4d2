"""Lightness from pixels, and pixels from lightness and chroma."""

import cv2
import numpy as np
import pytest
import tensorflow as tf

from webtoon_colorize import color
from webtoon_colorize.lab import lightness_of
from webtoon_colorize.pages.compositing import Painter

SHADED, LINES = Painter(on_lines=False), Painter(on_lines=True)


def chroma(image):
    """[H, W] in Lab units, of uint8 [H, W, 3]."""
    return 110 * np.linalg.norm(color.rgb_to_lab(tf.constant(image / 255, tf.float32))[1], axis=-1)


def gray_levels(lightness):
    """The gray level, 0 to 255 and between, that has a lightness."""
    neutral = color.lab_to_rgb(lightness[..., None], tf.zeros([*lightness.shape, 2]))
    return 255 * neutral.numpy().mean(axis=-1)


def test_all_gray_levels_come_back_from_any_colour_laid_over_them():
    gray = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 72, axis=1)[..., None].repeat(3, axis=2)
    angle = np.arange(72) * np.pi / 36
    ab = np.stack([np.cos(angle), np.sin(angle)], -1).astype(np.float32)[None].repeat(256, axis=0)
    for strength in (0.1, 0.5, 1.0):
        painted = SHADED.paint(gray, strength * ab)
        # A gray level is 0.39 L where levels are densest in L, rounding each channel is worth at most half a level.
        back = gray_levels(lightness_of(painted))
        assert np.abs(back - gray[..., 0]).max() <= 0.55
        assert (painted[[0, 255]] == gray[[0, 255]]).all()
        assert chroma(painted)[128].min() > 9


def test_sixteen_bit_gray_without_colour_stays_as_it_is_and_with_colour_keeps_its_lightness():
    gray = np.arange(0, 65536, 7, dtype=np.uint16).reshape(1, -1, 1).repeat(3, axis=2)
    np.testing.assert_array_equal(SHADED.paint(gray, np.zeros((1, gray.shape[1], 2), np.float32)), gray)
    painted = SHADED.paint(gray, np.full((1, gray.shape[1], 2), 0.2, np.float32))
    before, after = (color.rgb_to_lab(tf.constant(each / 65535, tf.float32))[0] for each in (gray, painted))
    np.testing.assert_allclose(after, before, atol=5e-4)


def test_lightness_is_that_of_opencv():
    image = np.random.default_rng(0).integers(0, 256, (300, 500, 3), dtype=np.uint8)  # more than is converted at a time
    rgb = image / 255
    # OpenCV reads sRGB through a coarse table, linear RGB it converts exactly.
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4).astype(np.float32)
    lab = cv2.cvtColor(linear, cv2.COLOR_LRGB2LAB)
    np.testing.assert_allclose(lightness_of(image), lab[..., 0] / 50 - 1, atol=6e-4)
    np.testing.assert_allclose(lightness_of(np.uint8([[[0] * 3, [255] * 3]])), [[-1, 1]], atol=1e-6)


@pytest.mark.parametrize("painter", [SHADED, LINES])
def test_gray_stays_where_ab_is_0_and_takes_the_colour_beside_it(painter):
    gray = np.full((4, 6, 3), 119, np.uint8)  # L is 50.03
    ab = np.zeros((4, 6, 2), np.float32)
    ab[:, 3:] = (20 / 110, -30 / 110)
    painted = painter.paint(gray, ab)
    np.testing.assert_array_equal(painted[:, :3], gray[:, :3])
    lab = cv2.cvtColor(painted[:, 3:].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    np.testing.assert_allclose(lab, np.broadcast_to([50.03, 20, -30], lab.shape), atol=0.5)


def test_under_a_wash_ink_stays_white_takes_the_flat_colour_and_the_rest_is_multiplied():
    levels = np.array([0, 60, 128, 255], np.uint8)
    gray = np.repeat(levels[None, :, None], 3, axis=2)
    lightness, ab = color.rgb_to_lab(tf.constant([200 / 255, 40 / 255, 30 / 255]))
    wash = np.broadcast_to(np.float32([*ab, (1 - lightness[0]) / 2]), (1, 4, 3))
    expected = levels[:, None] * np.array([200, 40, 30]) / 255
    np.testing.assert_allclose(SHADED.paint(gray, wash)[0], expected, atol=0.6)
    deep = SHADED.paint(gray.astype(np.uint16) * 257, wash)
    np.testing.assert_allclose(deep[0] / 257, expected, atol=0.02)
    half = np.concatenate([wash[:, :2], np.zeros((1, 2, 3), np.float32)], axis=1)
    np.testing.assert_array_equal(SHADED.paint(gray, half)[0, 2:], gray[0, 2:])
