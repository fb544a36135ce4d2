"""The networks of Deshpande et al., "Learning Diverse Image Colorization" (arXiv 1612.01958, and their released code).

A variational auto-encoder of small ab fields, whose decoder also sees the lightness, and a mixture density network
that predicts the codes z of a picture from its gray features. Widths are in units of `filters`; with 64 they are the
authors'.

Reading: a normalized convolution is a convolution, then ReLU, then BatchNorm.
Deviation: a code has `filters` dimensions, and at least 8. The authors' has 64 always.
"""

from collections.abc import Sequence

import keras

from webtoon_colorize.networks import layers

BASE = 4  # width and height of the innermost maps

_WIDEST = 8  # 5x5 convolutions grow to 8 * filters
_INNERMOST = 16
_MDN_WIDTHS = (6, 5, 4.5, 4, 2)  # 384 320 288 256 128
_MDN_STRIDES = (1, 1, 1, 2, 1)
_MDN_DENSE = 64  # 4096


def code_size(filters: int) -> int:
    """Dimensions of z."""
    return max(filters, 8)


def _widths(field_size: int, filters: int) -> list[int]:
    """Widths of the maps between the field and the innermost map: 128 256 512 for a field of 64 and 64 filters.

    The sizes of these three maps are 32, 16 and 8. Smaller fields have fewer maps; a field of 8 has none.

    Raises:
      ValueError: `field_size` is no power of two or below 8.
    """
    depth = field_size.bit_length() - 1
    if field_size != 2**depth or field_size < 2 * BASE:
        raise ValueError(f"the colour field must be a power of two of at least {2 * BASE}, got {field_size}")
    return [filters * min(2**level, _WIDEST) for level in range(1, depth - BASE.bit_length() + 1)]


def _conv(x, width: float, *, kernel: int = 5, strides: int = 1, use_bias: bool = True):
    """Convolution, ReLU, BatchNorm."""
    x = keras.layers.Conv2D(
        int(width), kernel, strides, "same", activation="relu", use_bias=use_bias, kernel_initializer="he_normal"
    )(x)
    return layers.batch_normalization()(x)


def _pyramid(x, widths: Sequence[int]) -> list:
    """Maps from the outside in, each of half the size of the one before. The last kernel is 4x4, the others 5x5."""
    *outer, innermost = widths
    maps = []
    for width in outer:
        x = _conv(x, width, strides=2)
        maps.append(x)
    return [*maps, _conv(x, innermost, kernel=4, strides=2)]


def ab_encoder(field_size: int, *, filters: int) -> keras.Model:
    """ab [B, s, s, 2] -> means and log variances of z, each [B, code_size]."""
    inputs = keras.Input([field_size, field_size, 2])
    x = _pyramid(inputs, [*_widths(field_size, filters), _INNERMOST * filters])[-1]
    x = keras.layers.Flatten()(keras.layers.Dropout(0.3)(x))
    outputs = [keras.layers.Dense(code_size(filters), dtype="float32", name=name)(x) for name in ("mean", "log_var")]
    return keras.Model(inputs, outputs, name="ab_encoder")


def decoder(field_size: int, *, filters: int, gamma: float = 0.1) -> keras.Model:
    """lightness [B, s, s, 1], z [B, code_size] -> ab [B, s, s, 2] in [-1, 1], float32 under any precision policy.

    `gamma` is the initial scale of the last BatchNorm. Deviation: the authors' is 1. The ab of pictures has a standard
    deviation of about 0.1. A scale of 1 gives far more chroma at first, and needs thousands of steps to fall to 0.1 at
    our learning rate, and more at the authors'.

    It contains the encoder of the lightness. The innermost maps of this encoder are multiplied with z, the others join
    as skips.
    """
    lightness, z = keras.Input([field_size, field_size, 1]), keras.Input([code_size(filters)])
    widths = _widths(field_size, filters)
    *skips, innermost = _pyramid(lightness, [*widths, code_size(filters)])
    x = keras.layers.Multiply()([innermost, keras.layers.Reshape([1, 1, code_size(filters)])(z)])
    x = _conv(x, _INNERMOST * filters, kernel=4)
    for width in reversed(widths):
        x = keras.layers.Concatenate()([keras.layers.UpSampling2D(interpolation="bilinear")(x), skips.pop()])
        x = _conv(x, width)
    x = keras.layers.UpSampling2D(interpolation="bilinear")(x)
    # No bias: the normalization would remove it.
    x = keras.layers.Conv2D(2, 5, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    x = layers.batch_normalization_of(keras.initializers.Constant(gamma))(x)
    outputs = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model([lightness, z], outputs, name="decoder")


def vae(encoder: keras.Model, decoder: keras.Model) -> keras.Model:
    """ab, lightness, standard normal noise [B, code_size] -> decoded ab, means and log variances of z."""
    ab, (lightness, noise) = encoder.input, decoder.inputs
    mean, log_variance = encoder(ab)
    z = mean + keras.ops.exp(0.5 * log_variance) * noise
    return keras.Model([ab, lightness, noise], [decoder([lightness, z]), mean, log_variance], name="vae")


def mixture_density_network(feature_shape: Sequence[int], *, filters: int, components: int) -> keras.Model:
    """Gray features [B, *feature_shape] -> logits [B, K] and means of z [B, K, code_size] of K components.

    The standard deviation of the components is a constant of the loss and not predicted.
    """
    x = inputs = keras.Input(feature_shape)
    for width, strides in zip(_MDN_WIDTHS, _MDN_STRIDES):
        x = _conv(x, width * filters, strides=strides, use_bias=False)
    x = keras.layers.Flatten()(keras.layers.Dropout(0.25)(x))
    x = keras.layers.Dropout(0.25)(keras.layers.Dense(_MDN_DENSE * filters, activation="tanh")(x))
    logits = keras.layers.Dense(components, dtype="float32", name="logits")(x)
    means = keras.layers.Dense(components * code_size(filters), dtype="float32", name="means")(x)
    means = keras.layers.Reshape([components, code_size(filters)], dtype="float32")(means)
    return keras.Model(inputs, [logits, means], name="mdn")
