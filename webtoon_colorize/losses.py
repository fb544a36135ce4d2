"""Loss terms. Each is one value per image, [B]; the training step averages over the batch."""

import math

import tensorflow as tf

from webtoon_colorize.color import AB_SCALE

# Binomial kernels, as OpenCV has them for a Gaussian with sigma = 0; exact in float32.
_GAUSSIANS = ((0.25, 0.5, 0.25), (0.0625, 0.25, 0.375, 0.25, 0.0625))
_CHROMA_SCALE = 12.5  # Lab units; see `rarity`
_GAMUT_AREA = 313 * 10 * 10  # square Lab units


def mean_squared_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """mean over H, W, C of (prediction - target)^2, both [B, H, W, C] in network range; the paper's "L2 loss"."""
    return tf.reduce_mean(tf.math.squared_difference(prediction, target), axis=[1, 2, 3])


def mean_absolute_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """mean over H, W, C of |prediction - target|, both [B, H, W, C] in network range; pix2pix's L1."""
    return tf.reduce_mean(tf.abs(prediction - target), axis=[1, 2, 3])


def blurred_squared_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """(mse(e) + mse(blur of e over 3 x 3 pixels) + mse(blur of e over 5 x 5 pixels)) / 3, e = prediction - target.

    Both are [B, H, W, C] in network range. The mean squares are over H, W, C. The blurs are Gaussian, with reflected
    borders.

    Source: Dahl, Automatic Colorization (2016). Reading: his colour distance is squared, as in all other rows.
    """
    error = prediction - target  # blurs are linear, so blurring the error is blurring both
    copies = [error, *(_blur(error, kernel) for kernel in _GAUSSIANS)]
    return tf.add_n([tf.reduce_mean(tf.square(copy), axis=[1, 2, 3]) for copy in copies]) / len(copies)


def _blur(images: tf.Tensor, kernel: tuple[float, ...]) -> tf.Tensor:
    """Convolves [B, H, W, C] with `kernel` along H and W; `kernel` has an odd length, borders are reflected."""
    width, channels = len(kernel) // 2, images.shape[-1]
    padded = tf.pad(images, [[0, 0], [width, width], [width, width], [0, 0]], mode="REFLECT")
    square = tf.tensordot(kernel, kernel, axes=0)[:, :, None, None]
    return tf.nn.depthwise_conv2d(padded, tf.tile(square, [1, 1, channels, 1]), [1, 1, 1, 1], "VALID")


def adversarial(logits: tf.Tensor, *, real: bool) -> tf.Tensor:
    """mean over patches of -log sigmoid(logits) if `real`, else of -log(1 - sigmoid(logits)).

    Args:
      logits: [B, h, w, 1], the discriminator's, one per patch.
      real: whether the network that minimises this wants the discriminator to call the image real.

    Source: pix2pix, arXiv 1611.07004, equation 1, in its non-saturating form.
    """
    return tf.reduce_mean(tf.nn.softplus(-logits if real else logits), axis=[1, 2, 3])


def cross_entropy(logits: tf.Tensor, label: tf.Tensor) -> tf.Tensor:
    """-log softmax(logits)[label] in nats, [B]; logits [B, num_titles], label [B]."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(label, logits)


def kl_divergence(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """sum over D of (mean^2 + variance - log variance - 1) / 2 in nats, [B]; mean and log variance [B, D].

    It is the divergence of N(mean, variance) from N(0, 1); arXiv 1312.6114, appendix B.
    """
    return 0.5 * tf.reduce_sum(tf.square(mean) + tf.exp(log_variance) - log_variance - 1.0, axis=1)


def mixture_density(logits: tf.Tensor, means: tf.Tensor, z: tf.Tensor, *, sigma: float) -> tf.Tensor:
    """-log pi_k + |z - mean_k|^2 / (2 sigma^2), k being the component nearest to z: [B].

    Args:
      logits: [B, K]; pi is their softmax.
      means: [B, K, D].
      z: [B, D].

    Source: arXiv 1612.01958, section 4.
    """
    distance = tf.reduce_sum(tf.math.squared_difference(means, z[:, None]), axis=2) / (2.0 * sigma**2)
    nearest = tf.argmin(distance, axis=1)
    return tf.gather(distance - tf.nn.log_softmax(logits), nearest, batch_dims=1)


def rare_color_norm(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """sqrt(N * sum(w (prediction - target)^2) / sum(w)), [B]: an L2 norm with larger weights for rare true colours.

    N is 64 * 64 * 2 at every size, so the norm has the scale of that of a 64x64 field.

    Args:
      prediction: ab [B, h, w, 2], network range.
      target: likewise; w is the `rarity` of its colours.

    Source: the released code of arXiv 1612.01958. Its weights are divided here by their mean over the image.
    """
    weight = rarity(target)
    squared_error = tf.reduce_sum(tf.math.squared_difference(prediction, target), axis=-1)
    mean = tf.reduce_sum(weight * squared_error, axis=[1, 2]) / (2.0 * tf.reduce_sum(weight, axis=[1, 2]))
    return _norm_of_64x64(mean)


def rarity(ab: tf.Tensor) -> tf.Tensor:
    """Inverse prior of a colour, 1 for neutral and at most 33; ab [..., 2] in network range -> [...].

    Reading: the prior is (1 - m) exp(-chroma / s) / (2 pi s^2) + m / area, in which the density of ab falls with
    chroma. s = 12.5 Lab units gives a mean chroma of 25. m = 1/2 mixes in the uniform density over the 313 bins of
    10x10 units in sRGB's gamut, as in arXiv 1603.08511, equation 4. Theirs counts colours of photographs in these
    bins; ours depends on no dataset.
    """
    chroma = tf.norm(ab * AB_SCALE, axis=-1)
    uniform = 2.0 * math.pi * _CHROMA_SCALE**2 / _GAMUT_AREA  # relative to the density at neutral
    return (1.0 + uniform) / (tf.exp(-chroma / _CHROMA_SCALE) + uniform)


def gradient_norm(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """sqrt(N * mean over h, w, C of dy^2 + dx^2), [B]; dy and dx are forward differences of prediction - target.

    Both are [B, h, w, C]. N is 64 * 64 * 2 at every size. Source: the released code of arXiv 1612.01958.
    """
    dy, dx = tf.image.image_gradients(prediction - target)
    return _norm_of_64x64(tf.reduce_mean(tf.square(dy) + tf.square(dx), axis=[1, 2, 3]))


def _norm_of_64x64(mean_square: tf.Tensor) -> tf.Tensor:
    """The norm of 64 x 64 x 2 values with this mean square; the constant keeps the gradient finite at 0."""
    return tf.sqrt(64 * 64 * 2 * mean_square + 1e-8)
