"""Metrics of a colorization, one value per image, [B].

`ab` is [B, H, W, 2] in network range, `rgb` is [B, H, W, 3] in [0, 1]. Lower is better unless the docstring says
otherwise.
"""

import tensorflow as tf

from webtoon_colorize import color

PAPER_PIXELS = 256 * 256


def ab_l2(ab: tf.Tensor, ab_true: tf.Tensor) -> tf.Tensor:
    """sum over H, W, a, b of (ab - ab_true)^2 in network range, scaled to 256 x 256 pixels.

    Reading: the paper's "average L2 loss on the test set" (1578.8 for L2 only) is this, averaged over images.
    """
    mean_over_pixels = tf.reduce_mean(tf.reduce_sum(tf.math.squared_difference(ab, ab_true), axis=-1), axis=[1, 2])
    return mean_over_pixels * PAPER_PIXELS


def ab_rmse_lab(ab: tf.Tensor, ab_true: tf.Tensor) -> tf.Tensor:
    """sqrt(mean over H, W, a, b of (ab - ab_true)^2), in Lab units."""
    return color.AB_SCALE * tf.sqrt(tf.reduce_mean(tf.math.squared_difference(ab, ab_true), axis=[1, 2, 3]))


def psnr_db(rgb: tf.Tensor, rgb_true: tf.Tensor) -> tf.Tensor:
    """Peak signal-to-noise ratio over the RGB values, in dB; higher is better, infinite for equal images."""
    return tf.image.psnr(rgb, rgb_true, max_val=1.0)


def ssim(rgb: tf.Tensor, rgb_true: tf.Tensor) -> tf.Tensor:
    """Structural similarity, in [-1, 1], mean over the RGB channels; higher is better (Wang et al. 2004)."""
    return tf.image.ssim(rgb, rgb_true, max_val=1.0)


def mean_chroma_lab(ab: tf.Tensor) -> tf.Tensor:
    """mean over H, W of sqrt(a^2 + b^2), in Lab units. The best value is that of the truth."""
    return color.AB_SCALE * tf.reduce_mean(tf.norm(ab, axis=-1), axis=[1, 2])


def colorfulness(rgb: tf.Tensor) -> tf.Tensor:
    """Colourfulness of Hasler and Suesstrunk (2003): sqrt(var rg + var yb) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2).

    rg = R - G and yb = (R + G) / 2 - B on the scale 0..255. The best value is that of the truth.
    """
    red, green, blue = tf.unstack(rgb * 255.0, axis=-1)
    opponents = tf.stack([red - green, (red + green) / 2 - blue], axis=-1)
    mean, variance = tf.nn.moments(opponents, axes=[1, 2])
    return tf.sqrt(tf.reduce_sum(variance, axis=-1)) + 0.3 * tf.norm(mean, axis=-1)
