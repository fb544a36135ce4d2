import cv2
import numpy as np
import pytest
import tensorflow as tf

from webtoon_colorize import color


def lab_units(rgb):
    """Our rgb_to_lab as float [..., 3]: L 0..100, a, b."""
    lightness, ab = color.rgb_to_lab(tf.constant(rgb, tf.float32))
    return np.concatenate([(lightness.numpy() + 1) * 50, ab.numpy() * 110], axis=-1)


def from_lab_units(lab):
    lab = tf.constant(lab, tf.float32)
    return color.lab_to_rgb(lab[..., :1] / 50 - 1, lab[..., 1:] / 110).numpy()


def every_rgb(red):
    """The 65,536 8-bit colours with this red, float32 [256, 256, 3]."""
    green, blue = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    return np.stack([np.full_like(green, red), green, blue], axis=-1).astype(np.float32) / 255


def test_known_colours_have_their_published_lab_values():
    # D65 white, black, and the sRGB primaries after Lindbloom, to two digits.
    rgb = [[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    lab = [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86]]
    np.testing.assert_allclose(lab_units(rgb), lab, atol=0.02)


def test_all_8_bit_colours_agree_with_opencv_up_to_its_interpolation():
    """OpenCV's float32 sRGB -> Lab reads a 33^3 table, trilinearly, at positions cut to 1/512.

    The same table filled by our function gives OpenCV's numbers within 0.02; ours, which are exact, differ from them by
    as much as that interpolation is off: 0.19 in L, 0.47 in a, 0.34 in b at worst.
    """
    axis = np.arange(33) / 32
    table = lab_units(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))
    position = np.floor(np.round(np.arange(256) / 255 * 2**14) / 32) / 16
    weights = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(33)))
    table = np.einsum("gj,bk,ijkc->igbc", weights, weights, table, optimize=True)
    through_table, direct = np.zeros(3), np.zeros(3)
    for red in range(256):
        rgb = every_rgb(red)
        opencv = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
        near = np.flatnonzero(weights[red])
        interpolated = np.tensordot(weights[red, near], table[near], 1)
        through_table = np.maximum(through_table, np.abs(interpolated - opencv).max(axis=(0, 1)))
        direct = np.maximum(direct, np.abs(lab_units(rgb) - opencv).max(axis=(0, 1)))
    assert through_table.max() < 0.02
    assert (direct < [0.20, 0.48, 0.34]).all()


def test_linear_rgb_for_which_opencv_has_no_table_agrees_closely():
    rgb = every_rgb(77)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4).astype(np.float32)
    np.testing.assert_allclose(lab_units(rgb), cv2.cvtColor(linear, cv2.COLOR_LRGB2LAB), atol=0.03)


def test_lab_to_rgb_agrees_with_opencv_over_all_8_bit_colours():
    worst = 0.0
    for red in range(0, 256):
        lab = cv2.cvtColor(every_rgb(red), cv2.COLOR_RGB2LAB)
        worst = max(worst, np.abs(from_lab_units(lab) - cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)).max())
    assert worst < 2e-4


def test_there_and_back_gives_every_8_bit_colour_again():
    for red in range(0, 256, 15):
        rgb = every_rgb(red)
        lightness, ab = color.rgb_to_lab(tf.constant(rgb))
        np.testing.assert_allclose(color.lab_to_rgb(lightness, ab), rgb, atol=5e-5)


def test_network_range_is_kept():
    lightness, ab = color.rgb_to_lab(tf.constant(np.stack([every_rgb(red) for red in range(0, 256, 5)])))
    assert tf.reduce_min(lightness) >= -1 and tf.reduce_max(lightness) <= 1.00001
    assert tf.reduce_max(tf.abs(ab)) <= 1


@pytest.mark.parametrize("value", [0.0, 1.0, -0.5, 2.0, 0.04045, 0.5])
def test_rgb_to_lab_has_a_finite_gradient_everywhere(value):
    rgb = tf.fill([1, 1, 1, 3], value)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(rgb)
        lightness, ab = color.rgb_to_lab(rgb)
        total = tf.reduce_sum(lightness) + tf.reduce_sum(ab[..., 0]) - tf.reduce_sum(ab[..., 1])
    assert np.isfinite(tape.gradient(total, rgb)).all()


@pytest.mark.parametrize("lightness", [-1.0, -0.999, 0.0, 1.0, 1.5, -1.5])
@pytest.mark.parametrize("ab", [(0.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)])
def test_lab_to_rgb_is_finite_with_its_gradient_in_and_out_of_gamut(lightness, ab):
    lightness, ab = tf.fill([1, 1, 1, 1], lightness), tf.constant(ab, shape=[1, 1, 1, 2])
    with tf.GradientTape() as tape:
        tape.watch([lightness, ab])
        rgb = color.lab_to_rgb(lightness, ab)
    gradients = tape.gradient(rgb, [lightness, ab])
    assert np.isfinite(rgb).all() and tf.reduce_min(rgb) >= 0 and tf.reduce_max(rgb) <= 1
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_gradient_of_rgb_to_lab_is_its_slope():
    rgb = tf.constant([[0.2, 0.5, 0.7]])
    with tf.GradientTape() as tape:
        tape.watch(rgb)
        lightness, _ = color.rgb_to_lab(rgb)
    step = np.array([[1e-3, 0, 0]], np.float32)
    slope = (color.rgb_to_lab(rgb + step)[0] - color.rgb_to_lab(rgb - step)[0]) / 2e-3
    np.testing.assert_allclose(tape.gradient(lightness, rgb)[0, 0], slope[0, 0], rtol=1e-3)


def test_no_color_is_two_channels_of_zeros():
    np.testing.assert_array_equal(color.no_color(tf.ones([2, 3, 4, 1])), np.zeros([2, 3, 4, 2]))
