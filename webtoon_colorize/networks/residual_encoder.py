"""The residual encoder of Dahl, Automatic Colorization (tinyclouds.org/colorize, 2016), the paper's [10]."""

import os

import keras

from webtoon_colorize.networks import layers
from webtoon_colorize.networks.classifiers import taps, vgg16_features

_IMAGENET_MEANS = (123.68, 116.779, 103.939)  # of R, G, B on the scale 0..255
_TAPS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3")  # before each pool


def vgg16_taps(image_size: int, *, filters: int) -> keras.Model:
    """RGB [B, S, S, 3] in [0, 1] -> VGG16's maps before each of its first four pools.

    These are conv1_2 [B, S, S, filters], conv2_2 [B, S / 2, S / 2, 2 * filters], conv3_3 [B, S / 4, S / 4, 4 * filters]
    and conv4_3 [B, S / 8, S / 8, 8 * filters].
    """
    return taps(vgg16_features(image_size, filters=filters), _TAPS)


def imagenet_taps(path: str | os.PathLike, image_size: int) -> keras.Model:
    """`vgg16_taps` with 64 filters and the weights of `keras.applications.VGG16(include_top=False)`.

    The weights are for BGR in 0..255 minus the means of ImageNet. Here the input channels of the first kernel are
    reversed instead of the picture's.

    Args:
      path: the file of weights that Keras releases.
      image_size: 32 or more.
    """
    released = keras.applications.VGG16(weights=path, include_top=False, input_shape=(image_size, image_size, 3))
    kernel, *others = released.get_weights()
    convolutions = vgg16_features(image_size)
    convolutions.set_weights([kernel[:, :, ::-1], *others])
    return taps(convolutions, _TAPS, rescaling=keras.layers.Rescaling(255.0, [-mean for mean in _IMAGENET_MEANS]))


def residual_encoder(features: keras.Model, *, name: str) -> keras.Model:
    """RGB [B, S, S, 3] in [0, 1] -> ab [B, S, S, 2] in [-1, 1], float32 under any precision policy.

    `features` gives four maps of the picture, each half the size of the one before. A convolution brings the deepest
    map to the width of the next shallower map; the result is doubled in size and added to that map. The sum is added
    to the next map in the same way, and at last to the picture. Maps and picture are batch-normalized before they are
    added. Convolutions have no bias and are followed by BatchNorm and ReLU.

    Reading: the last convolution has a bias and tanh instead of BatchNorm and ReLU, because ReLU would make ab
    positive. Dahl has a sigmoid there, for UV in [0, 1]. His features are frozen; here `features.trainable` decides.
    """
    picture = keras.Input(features.input_shape[1:])
    *shallower, x = [layers.batch_normalization()(tap) for tap in features(picture)]
    for number, tap in enumerate(reversed(shallower)):
        x = _convolution(x, tap.shape[-1], 3 if number else 1)
        x = keras.layers.UpSampling2D(interpolation="bilinear")(x)
        x = keras.layers.Add()([x, tap])
    x = keras.layers.Add()([_convolution(x, 3, 3), layers.batch_normalization()(picture)])
    to_ab = layers.conv(2, kernel_size=3, strides=1, use_bias=True)  # small initial weights: ab starts near 0
    x = to_ab(_convolution(x, 3, 3))
    return keras.Model(picture, keras.layers.Activation("tanh", dtype="float32")(x), name=name)


def _convolution(x, filters: int, kernel_size: int):
    x = keras.layers.Conv2D(filters, kernel_size, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    return keras.layers.ReLU()(layers.batch_normalization()(x))
