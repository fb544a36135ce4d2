import numpy as np
import tensorflow as tf

from webtoon_colorize import metrics


def plane(*values, size=16):
    return tf.ones([1, size, size, 1]) * tf.constant(values, tf.float32)


def test_ab_l2_is_the_sum_over_256_x_256_pixels_whatever_the_size():
    # (0.1^2 + 0.2^2) * 65536 = 3276.8
    for size in (16, 256):
        np.testing.assert_allclose(
            metrics.ab_l2(plane(0.1, -0.2, size=size), plane(0, 0, size=size)), 3276.8, rtol=1e-4
        )


def test_the_papers_l2_is_an_rmse_of_12_lab_units():
    # METHODS: 1578.8 over 2 * 65536 values is 110 * sqrt(1578.8 / 131072) = 12.07.
    off = float(np.sqrt(1578.8 / 131072))
    np.testing.assert_allclose(metrics.ab_l2(plane(off, off), plane(0, 0)), 1578.8, rtol=1e-4)
    np.testing.assert_allclose(metrics.ab_rmse_lab(plane(off, off), plane(0, 0)), 12.07, atol=0.005, rtol=0)


def test_metrics_are_per_image():
    both = tf.concat([plane(0.1, 0), plane(0.3, 0)], axis=0)
    np.testing.assert_allclose(metrics.ab_l2(both, tf.zeros_like(both)), [655.36, 5898.24], rtol=1e-4)


def test_psnr_of_a_known_error():
    # A tenth of the range everywhere: 10 log10(1 / 0.01) = 20 dB.
    np.testing.assert_allclose(metrics.psnr_db(plane(0.5, 0.5, 0.5), plane(0.6, 0.6, 0.6)), 20, atol=1e-3, rtol=0)


def test_ssim_of_an_image_with_itself_is_one():
    image = tf.random.stateless_uniform([1, 32, 32, 3], seed=[0, 1])
    np.testing.assert_allclose(metrics.ssim(image, image), 1, atol=1e-6, rtol=0)
    assert metrics.ssim(image, 1 - image)[0] < 0


def test_mean_chroma_is_in_lab_units():
    # 110 * sqrt(0.3^2 + 0.4^2) = 55
    np.testing.assert_allclose(metrics.mean_chroma_lab(plane(0.3, 0.4)), 55, rtol=1e-5)


def test_colorfulness_of_one_colour_is_its_distance_from_gray():
    # Pure red: rg = 255, yb = 127.5, no variance: 0.3 * sqrt(255^2 + 127.5^2) = 85.53.
    np.testing.assert_allclose(metrics.colorfulness(plane(1, 0, 0)), 85.53, atol=0.01, rtol=0)
    np.testing.assert_allclose(metrics.colorfulness(plane(0.3, 0.3, 0.3)), 0, atol=1e-4, rtol=0)


def test_colorfulness_keeps_signs():
    """Half red, half cyan: rg is 255 and -255, yb 127.5 and -127.5; means 0, sqrt(255^2 + 127.5^2) = 285.1.

    The snippet that takes absolute values first would give 85.53.
    """
    image = tf.concat([plane(1, 0, 0), plane(0, 1, 1)], axis=2)
    np.testing.assert_allclose(metrics.colorfulness(image), 285.1, atol=0.1, rtol=0)
