"""Chroma dropout, iterated (section IV.C, figures 6 and 7).

A U-Net predicts ab from the lightness and a part of the true ab. In training, one row withholds most pixels of ab; the
other row withholds a, b or both. In use, the first iteration gets no ab, and each later iteration gets the output of
the one before.
"""

from collections.abc import Callable

import tensorflow as tf
from keras import ops

from webtoon_colorize import color, losses
from webtoon_colorize.methods import sparse_color
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.unet import unet

VARIANTS = 4  # iterations that are evaluated


def build_pixel(size: Size, *, keep_probability: float = 0.01, divided: bool = False, iterations: int = 2) -> Method:
    """In training each pixel keeps its colour with `keep_probability`.

    Kept colour, and in use that of hints, is `divided` by the probability or not.
    The probability holds at 256 px; `sparse_color.as_many_as_at_256` converts it to other sizes.
    """
    share = sparse_color.as_many_as_at_256(keep_probability, image_size=size.image_size)

    def drop(ab, seed):
        return sparse_color.pixel_dropout(ab, share, seed=seed, divided=divided)

    return _method(size, drop, iterations=iterations, share=share if divided else 1.0)


def build_channel(size: Size, *, iterations: int = 2) -> Method:
    """In training a, b or both are withheld from each image."""
    return _method(size, lambda ab, seed: sparse_color.channel_dropout(ab, seed=seed), iterations=iterations)


def _method(
    size: Size, drop: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], *, iterations: int, share: float = 1.0
) -> Method:
    """`drop` divides by `share` what it keeps of ab."""
    generator = unet(size.image_size, 3, filters=size.filters, name="generator")

    def generate(lightness, ab, *, training):
        return generator(ops.concatenate([lightness, ab], axis=-1), training=training)

    def terms(batch, seed):
        ab = generate(batch.lightness, drop(batch.ab, seed), training=True)
        return {"generator": {"l2": losses.mean_squared_error(ab, batch.ab)}}

    def iterate(lightness, ab, count):
        """The output of each of `count` iterations. The first gets `ab`, each later one the output before it."""
        outputs = []
        for _ in range(count):
            ab = generate(lightness, ab, training=False)
            outputs.append(ab)
        return outputs

    def colorize(lightness, label=None, hints=None):
        """The first iteration gets the ab of the hints without their mask, or 0 if there are none."""
        del label
        given = color.no_color(lightness) if hints is None else hints[..., :2] / share
        return iterate(lightness, given, iterations)[-1]

    def variants(lightness, label=None):
        del label
        return iterate(lightness, color.no_color(lightness), VARIANTS)

    return Method({"generator": generator}, terms, colorize, variants=variants, takes_hints=True, iterates=True)
