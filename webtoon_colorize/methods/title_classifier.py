"""Classifiers that predict a panel's title (section IV.B).

VGG16 and ResNet-50 are trained on colour images or on gray ones. Other rows use the VGG16s as frozen helpers.
"""

import keras
import tensorflow as tf

from webtoon_colorize import color, losses
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks import classifiers


def build_vgg16(size: Size, *, gray: bool) -> Method:
    """VGG16 of the scale's width. Raises ValueError for a single title."""
    return _method(classifiers.vgg16(size.image_size, size.num_titles, filters=size.filters), gray=gray)


def build_resnet50(size: Size, *, gray: bool) -> Method:
    """ResNet-50 of the scale's width. Raises ValueError for a single title."""
    return _method(classifiers.resnet50(size.image_size, size.num_titles, filters=size.filters), gray=gray)


def _method(classifier: keras.Model, *, gray: bool) -> Method:
    if classifier.output_shape[-1] < 2:
        raise ValueError("there is only one title, and nothing to tell it from")

    def logits(batch, *, training):
        rgb = color.gray_rgb(batch.lightness) if gray else color.lab_to_rgb(batch.lightness, batch.ab)
        return classifier(rgb, training=training)

    def terms(batch, seed):
        del seed
        return {"classifier": {"cross_entropy": losses.cross_entropy(logits(batch, training=True), batch.label)}}

    def measure(batch):
        values = logits(batch, training=False)
        predicted = tf.argmax(values, axis=-1, output_type=tf.int32)
        return {
            "cross_entropy": losses.cross_entropy(values, batch.label),
            "error": tf.cast(predicted != batch.label, tf.float32),
            "predicted": predicted,
        }

    return Method({"classifier": classifier}, terms, None, measure=measure, judged_by="cross_entropy")
