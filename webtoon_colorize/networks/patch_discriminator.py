"""The 70x70 PatchGAN discriminator of pix2pix (arXiv 1611.07004, appendix 6.1.2)."""

import keras

from webtoon_colorize.networks import layers


def patch_discriminator(image_size: int, in_channels: int, *, filters: int, name: str = "discriminator") -> keras.Model:
    """[B, image_size, image_size, in_channels] -> logits [B, n, n, 1], each for a patch of 70x70 pixels.

    n is 30 at 256 px, because every convolution pads by 1, as in Torch. With Keras's "same" it would be 32.
    """
    x = inputs = keras.Input([image_size, image_size, in_channels])
    x = layers.conv(filters, use_bias=True)(x)
    for width, strides in ((2 * filters, 2), (4 * filters, 2), (8 * filters, 1)):
        x = keras.layers.ZeroPadding2D(1)(layers.leaky_relu()(x))
        x = layers.batch_normalization()(layers.conv(width, strides=strides, padding="valid")(x))
    x = keras.layers.ZeroPadding2D(1)(layers.leaky_relu()(x))
    x = layers.conv(1, strides=1, padding="valid", use_bias=True)(x)
    return keras.Model(inputs, keras.layers.Activation("linear", dtype="float32")(x), name=name)
