"""The tandem networks of Frans (arXiv 1704.08834, and its code), the paper's [16] (section IV.C).

A color prediction network proposes a coarse grid of ab. A shading network colours the picture from a blurred color
scheme. They are "trained individually": here in the same step, but neither sees the other's output. The input is the
gray picture, as in all rows; one row has lines, as Frans does.

Reading: some numbers are only in the author's code, for 256 px: 30 patches of 50 x 50 pixels are removed, and the box
blur has 100 x 100 pixels. Here these sizes scale with the image. In use, the author blends the colour scheme with white
and keeps 0.3 of its colour; in training, the removed patches leave about 0.38 of it. Here ab is multiplied by 0.3.

Reading: in use the author draws z from N(0, 1). The mean, z = 0, gives more of the same sepia. Here colorize is a
function of the picture, so DRAWS values of z are drawn once; the first colorizes, all are variants.

Deviation: the lines are those of `sketch.line_art`. The author's are OpenCV's adaptive threshold.

Deviation: the discriminator is pix2pix's PatchGAN. The author's ends in one dense layer.
"""

import keras
import tensorflow as tf

from webtoon_colorize import losses
from webtoon_colorize.data import Batch
from webtoon_colorize.methods import sparse_color
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.methods.sketch import line_art
from webtoon_colorize.networks import tandem as networks
from webtoon_colorize.networks.patch_discriminator import patch_discriminator

L1_WEIGHT = 100.0
PATCHES = 30
PATCH, BLUR = 50 / 256, 100 / 256  # of the image's width
KEPT_COLOR = 0.3  # the colour scheme's ab is multiplied by it in use
DRAWS = 4  # values of z


def build(size: Size, *, from_lines: bool = False) -> Method:
    """The color prediction, the shading network and its discriminator.

    Their input is the lightness, or the lines found in it.
    """
    color_prediction = networks.color_prediction(size.image_size, filters=size.filters)
    shading = networks.shading(size.image_size, filters=size.filters)
    discriminator = patch_discriminator(size.image_size, 5, filters=size.filters)

    def seen(lightness):
        return line_art(lightness) if from_lines else lightness

    def terms(batch, seed):
        batch = batch._replace(lightness=seen(batch.lightness))
        shading_and_discriminator = _shading_terms(shading, discriminator, batch, tf.random.fold_in(seed, 0))
        return {
            "color_prediction": _color_terms(color_prediction, batch, tf.random.fold_in(seed, 1)),
            **shading_and_discriminator,
        }

    def predict(lines, draw):
        """The color prediction's grid for one of the drawn z, enlarged to the image's size."""
        z = tf.random.stateless_normal([DRAWS, 1, networks.CODE], seed=[0, 0])[draw]
        grid = color_prediction.get_layer("decoder")([lines, tf.repeat(z, tf.shape(lines)[0], axis=0)], training=False)
        return tf.image.resize(grid, [size.image_size] * 2, "nearest")

    def colorize(lightness, label=None, hints=None, draw=0):
        del label
        lines = seen(lightness)
        scheme = _blur(predict(lines, draw))
        if hints is not None:
            scheme = add_hints(hints, scheme)
        return shading(tf.concat([lines, KEPT_COLOR * scheme], axis=-1), training=False)

    def variants(lightness, label=None):
        return [colorize(lightness, label, draw=draw) for draw in range(DRAWS)]

    networks_by_name = {"color_prediction": color_prediction, "shading": shading, "discriminator": discriminator}
    return Method(networks_by_name, terms, colorize, variants=variants, takes_hints=True, from_lines=from_lines)


def _color_terms(color_prediction: keras.Model, batch: Batch, seed: tf.Tensor) -> dict[str, tf.Tensor]:
    grid = mean_colors(batch.ab)
    noise = tf.random.stateless_normal([tf.shape(grid)[0], networks.CODE], seed)
    predicted, mean, log_variance = color_prediction([batch.lightness, grid, noise], training=True)
    return {
        "l1": L1_WEIGHT * losses.mean_absolute_error(predicted, grid),
        "kl": losses.kl_divergence(mean, log_variance),
    }


def _shading_terms(
    shading: keras.Model, discriminator: keras.Model, batch: Batch, seed: tf.Tensor
) -> dict[str, dict[str, tf.Tensor]]:
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
