"""Color & apply, the paper's own system (section IV.C, figure 8)."""

import tensorflow as tf

from webtoon_colorize import hints as sparse_color
from webtoon_colorize import losses
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.layers import instance_normalization
from webtoon_colorize.networks.unet import unet


def build(size: Size, *, keep_probability: float = 0.01) -> Method:
    """A color generator proposes ab from lightness; an applier spreads sparse ab over the picture.

    The applier learns from "image'", the truth with `keep_probability` of its colour left. The color generator learns
    from its own output and, through the applier, from what the applier makes of it; that color loss does not change
    the applier.
    """
    color_generator = unet(
        size.image_size, 1, filters=size.filters, normalization=instance_normalization, name="color_generator"
    )
    applier = unet(size.image_size, 3, filters=size.filters, normalization=instance_normalization, name="applier")

    def apply_color(lightness, ab, *, training):
        return applier(tf.concat([lightness, ab], axis=-1), training=training)

    def terms(batch, seed):
        sparse = sparse_color.pixel_dropout(batch.ab, keep_probability, seed=seed)
        generated = color_generator(batch.lightness, training=True)
        applied = apply_color(batch.lightness, generated, training=True)
        return {
            "applier": {
                "applier": losses.mean_squared_error(apply_color(batch.lightness, sparse, training=True), batch.ab)
            },
            "color_generator": {
                "color_generator": losses.mean_squared_error(generated, batch.ab),
                "color": losses.mean_squared_error(applied, batch.ab),
            },
        }

    def colorize(lightness, label=None, hints=None):
        """`hints`, where given, take the color generator's place."""
        del label
        if hints is None:
            hints = color_generator(lightness, training=False)
        return apply_color(lightness, hints, training=False)

    return Method({"color_generator": color_generator, "applier": applier}, terms, colorize)
