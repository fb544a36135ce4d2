"""Dahl's residual encoder, the model of [10] (section IV.B).

The network adds up convolutions of a VGG16's features, from the deepest map to the picture itself, and predicts ab from
the sum. One row trains the VGG16 from scratch. Two rows have frozen features, of illustration2vec and of ImageNet; the
user has to supply their weights. Each of the two has a control: the same layers at the same width, from random weights.
"""

import os
import pathlib

import keras

from webtoon_colorize import color, losses
from webtoon_colorize.methods.method import Method, MissingWeights, Size
from webtoon_colorize.networks.illustration2vec import illustration2vec_taps
from webtoon_colorize.networks.residual_encoder import imagenet_taps, residual_encoder, vgg16_taps

ILLUSTRATION2VEC = pathlib.Path("data/pretrained/illust2vec_tag_ver200.caffemodel")  # below the working folder
IMAGENET = "models/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"  # below Keras's cache


def build(size: Size) -> Method:
    """With a VGG16 of the scale's width, which is trained from scratch with the rest."""
    return _method(vgg16_taps(size.image_size, filters=size.filters))


def build_illustration2vec(size: Size) -> Method:
    """With the frozen features of illustration2vec (the paper's [4]), whose width is 64 at every scale.

    Raises:
      MissingWeights: the user's file does not exist.
      ValueError: the file is not illustration2vec's.
    """
    if not ILLUSTRATION2VEC.exists():
        raise MissingWeights(f"pretrained weights are missing: put illustration2vec's at {ILLUSTRATION2VEC}.")
    return _method_frozen(illustration2vec_taps(ILLUSTRATION2VEC, size.image_size))


def build_illustration2vec_control(size: Size) -> Method:
    """With illustration2vec's layers, trained from scratch with the rest."""
    return _method(illustration2vec_taps(None, size.image_size))


def build_imagenet_control(size: Size) -> Method:
    """With a VGG16 of ImageNet's width, trained from scratch with the rest."""
    return build(size._replace(filters=64))


def build_imagenet(size: Size) -> Method:
    """With the frozen features of a VGG16 trained on ImageNet, whose width is 64 at every scale.

    Raises:
      MissingWeights: the weights are not in Keras's cache. Nothing is downloaded.
    """
    imagenet = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / IMAGENET
    if not imagenet.exists():
        raise MissingWeights(
            "pretrained weights are missing: fetch VGG16's with `keras.applications.VGG16(include_top=False)`."
        )
    return _method_frozen(imagenet_taps(imagenet, size.image_size))


def _method_frozen(features: keras.Model) -> Method:
    features.trainable = False
    return _method(features)


def _method(features: keras.Model) -> Method:
    generator = residual_encoder(features, name="generator")

    def terms(batch, seed):
        del seed
        ab = generator(color.gray_rgb(batch.lightness), training=True)
        return {"generator": {"blurred_l2": losses.blurred_squared_error(ab, batch.ab)}}

    def colorize(lightness, label=None, hints=None):
        del label, hints
        return generator(color.gray_rgb(lightness), training=False)

    return Method({"generator": generator}, terms, colorize)
