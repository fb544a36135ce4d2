"""The tandem networks of Frans (arXiv 1704.08834, and its code), the paper's [16] (section IV.C).

A color prediction network proposes a coarse grid of ab. A shading network colours the picture from a blurred color
scheme. They are "trained individually": here in the same step, but neither sees the other's output. The input is the
gray picture, where Frans has lines.

Reading: some numbers are only in the author's code, for 256 px: 30 patches of 50 x 50 pixels are removed, and the box
blur has 100 x 100 pixels. Here these sizes scale with the image. In use, the author blends the colour scheme with white
and keeps 0.3 of its colour; in training, the removed patches leave about 0.38 of it. Here ab is multiplied by 0.3.

Deviation: the discriminator is pix2pix's PatchGAN. The author's ends in one dense layer.
"""

import tensorflow as tf

from webtoon_colorize import losses, sparse_color
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks import tandem as networks
from webtoon_colorize.networks.patch_discriminator import patch_discriminator

L1_WEIGHT = 100.0
PATCHES = 30
PATCH, BLUR = 50 / 256, 100 / 256  # of the image's width
KEPT_COLOR = 0.3  # the colour scheme's ab is multiplied by it in use


def build(size: Size) -> Method:
    """The color prediction, the shading network and its discriminator."""
    color_prediction = networks.color_prediction(size.image_size, filters=size.filters)
    shading = networks.shading(size.image_size, filters=size.filters)
    discriminator = patch_discriminator(size.image_size, 5, filters=size.filters)

    def color_terms(batch, seed):
        grid = mean_colors(batch.ab)
        noise = tf.random.stateless_normal([tf.shape(grid)[0], networks.CODE], seed)
        predicted, mean, log_variance = color_prediction([batch.lightness, grid, noise], training=True)
        return {
            "l1": L1_WEIGHT * losses.mean_absolute_error(predicted, grid),
            "kl": losses.kl_divergence(mean, log_variance),
        }

    def shading_terms(batch, seed):
        given = tf.concat([batch.lightness, color_scheme(batch.ab, seed=seed)], axis=-1)
        ab = shading(given, training=True)
        on_real = discriminator(tf.concat([given, batch.ab], axis=-1), training=True)
        on_fake = discriminator(tf.concat([given, ab], axis=-1), training=True)
        return {
            "shading": {
                "adversarial": losses.adversarial(on_fake, real=True),
                "l1": L1_WEIGHT * losses.mean_absolute_error(ab, batch.ab),
            },
            "discriminator": {
                "real": losses.adversarial(on_real, real=True),
                "fake": losses.adversarial(on_fake, real=False),
            },
        }

    def terms(batch, seed):
        shading_and_discriminator = shading_terms(batch, tf.random.fold_in(seed, 0))
        return {"color_prediction": color_terms(batch, tf.random.fold_in(seed, 1)), **shading_and_discriminator}

    def predict(lightness):
        """The color prediction's grid, for z = 0, the mean of the prior; enlarged to the image's size."""
        z = tf.zeros([tf.shape(lightness)[0], networks.CODE])
        grid = color_prediction.get_layer("decoder")([lightness, z], training=False)
        return tf.image.resize(grid, [size.image_size] * 2, "nearest")

    def colorize(lightness, label=None, hints=None):
        del label
        scheme = _blur(predict(lightness))
        if hints is not None:
            scheme = add_hints(hints, scheme)
        return shading(tf.concat([lightness, KEPT_COLOR * scheme], axis=-1), training=False)

    networks_by_name = {"color_prediction": color_prediction, "shading": shading, "discriminator": discriminator}
    return Method(networks_by_name, terms, colorize, takes_hints=True)


def mean_colors(ab: tf.Tensor) -> tf.Tensor:
    """The grid of ab [B, S, S, 2]: the means of its 16 x 16 cells, [B, 16, 16, 2]."""
    cell = ab.shape[1] // networks.GRID
    return tf.nn.avg_pool2d(ab, cell, cell, "VALID")


def color_scheme(ab: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """The true ab [B, S, S, 2] with random patches removed, then blurred: the shading network's input in training."""
    patch_size = round(PATCH * ab.shape[1])
    return _blur(sparse_color.patch_dropout(ab, patch_size=patch_size, patches=PATCHES, seed=seed))


def add_hints(hints: tf.Tensor, scheme: tf.Tensor) -> tf.Tensor:
    """Replaces `scheme` [B, S, S, 2] by the mean of the hints [B, S, S, 3] in the blur's window, if there are any.

    Reading: Frans's users paint a whole rough scheme. Ours give single pixels, and a plain blur of these is almost
    gray.
    """
    blurred = _blur(hints)
    share = blurred[..., 2:]
    return tf.where(share > 0.0, tf.math.divide_no_nan(blurred[..., :2], share), scheme)


def _blur(images: tf.Tensor) -> tf.Tensor:
    return sparse_color.box_blur(images, round(BLUR * images.shape[1]))
