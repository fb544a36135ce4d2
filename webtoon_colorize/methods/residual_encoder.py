"""Dahl's residual encoder, the model of [10] (section IV.B)."""

import keras

from webtoon_colorize import losses
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.methods.title_classifier import as_gray
from webtoon_colorize.networks.residual_encoder import residual_encoder, vgg16_taps


def build(size: Size) -> Method:
    """From scratch: its VGG16 is as wide as the scale is and learns to colorize with the rest."""
    return _method(vgg16_taps(size.image_size, filters=size.filters))


def _method(features: keras.Model) -> Method:
    generator = residual_encoder(features, name="generator")

    def terms(batch, seed):
        del seed
        ab = generator(as_gray(batch.lightness), training=True)
        return {"generator": {"blurred_l2": losses.blurred_squared_error(ab, batch.ab)}}

    def colorize(lightness, label=None, hints=None):
        del label, hints
        return generator(as_gray(lightness), training=False)

    return Method({"generator": generator}, terms, colorize)
