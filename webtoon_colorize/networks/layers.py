"""The layers that pix2pix (arXiv 1611.07004 and its Lua code) builds its networks from."""

import keras
import tensorflow as tf


def _kernel():
    return keras.initializers.RandomNormal(stddev=0.02)


def _gamma():
    return keras.initializers.RandomNormal(mean=1.0, stddev=0.02)


def batch_normalization() -> keras.layers.Layer:
    """BatchNorm with the constants of Torch, as in pix2pix. Keras's are a momentum of 0.99 and an epsilon of 1e-3."""
    return batch_normalization_of(_gamma())


def batch_normalization_of(gamma_initializer: keras.initializers.Initializer) -> keras.layers.Layer:
    """As `batch_normalization`, with another initial scale.

    Devices that share a batch normalize by the statistics of the whole batch, so that they train what one would.
    """
    shared = tf.distribute.get_strategy().num_replicas_in_sync > 1
    return keras.layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, gamma_initializer=gamma_initializer, synchronized=shared
    )


def instance_normalization() -> keras.layers.Layer:
    """Normalizes each channel of each image by itself: pix2pix's BatchNorm at its batch size of 1."""
    return keras.layers.GroupNormalization(groups=-1, epsilon=1e-5, gamma_initializer=_gamma())


def leaky_relu() -> keras.layers.Layer:
    return keras.layers.LeakyReLU(negative_slope=0.2)


def conv(
    filters: int, *, kernel_size: int = 4, strides: int = 2, padding: str = "same", use_bias: bool = False
) -> keras.layers.Layer:
    """Convolution. With a 4x4 kernel, stride 2 and even sizes, "same" pads by 1 as pix2pix does."""
    return keras.layers.Conv2D(filters, kernel_size, strides, padding, use_bias=use_bias, kernel_initializer=_kernel())


def deconv(filters: int, *, kernel_size: int = 4, use_bias: bool = False) -> keras.layers.Layer:
    """Transposed convolution that doubles the size."""
    return keras.layers.Conv2DTranspose(
        filters, kernel_size, 2, "same", use_bias=use_bias, kernel_initializer=_kernel()
    )
