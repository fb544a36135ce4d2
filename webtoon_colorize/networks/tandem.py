"""The networks of Frans, "Outline Colorization through Tandem Adversarial Networks" (arXiv 1704.08834 and its code).

Widths are in units of `filters`; with 64 they are the author's. All convolutions have 5x5 kernels and stride 2.
"""

import functools

import keras

from webtoon_colorize.networks import layers

GRID = 16  # width and height of the grid of mean colours, at every image size
CODE = 64  # dimensions of z

_INNERMOST = 4  # width and height of the color prediction's innermost maps
_SHADING = (1, 2, 4, 8, 8)  # 64 128 256 512 512

_conv = functools.partial(layers.conv, kernel_size=5)
_deconv = functools.partial(layers.deconv, kernel_size=5)


def color_prediction(image_size: int, *, filters: int, name: str = "color_prediction") -> keras.Model:
    """lightness [B, S, S, 1], true grid [B, 16, 16, 2], noise [B, 64] -> grid, mean and log variance of z.

    A variational auto-encoder of the grid. Its decoder, the layer "decoder", also sees the lightness. The grid is in
    [-1, 1]; mean and log variance are [B, 64].

    Reading: the encoder predicts a log variance. The author's predicts a standard deviation, which may become negative.
    """
    lightness, grid = keras.Input([image_size, image_size, 1]), keras.Input([GRID, GRID, 2])
    noise = keras.Input([CODE])
    mean, log_variance = _grid_encoder(filters)(grid)
    z = mean + keras.ops.exp(0.5 * log_variance) * noise
    predicted = _grid_decoder(image_size, filters)([lightness, z])
    return keras.Model([lightness, grid, noise], [predicted, mean, log_variance], name=name)


def _grid_encoder(filters: int) -> keras.Model:
    """Grid -> mean and log variance.

    Reading: two convolutions lead to the 4x4 maps that the comments in the author's code name. The code itself has six
    convolutions, the last two on 1x1 maps.
    """
    inputs = keras.Input([GRID, GRID, 2])
    x = layers.leaky_relu()(_conv(filters, use_bias=True)(inputs))
    x = layers.leaky_relu()(layers.batch_normalization()(_conv(filters)(x)))
    x = keras.layers.Flatten()(x)
    outputs = [keras.layers.Dense(CODE, dtype="float32", name=each)(x) for each in ("mean", "log_variance")]
    return keras.Model(inputs, outputs, name="encoder")


def _grid_decoder(image_size: int, filters: int) -> keras.Model:
    """Lightness and z [B, 64] -> grid.

    The lightness is reduced to 4x4, concatenated with z and enlarged to the grid's size. There are no skips. Smaller
    images have fewer convolutions.
    """
    lightness, z = keras.Input([image_size, image_size, 1]), keras.Input([CODE])
    x = _conv(filters, use_bias=True)(lightness)
    levels = (image_size // _INNERMOST).bit_length() - 1
    for width in [2] * (levels - 2) + [4]:
        x = layers.batch_normalization()(_conv(width * filters)(layers.leaky_relu()(x)))
    code = keras.layers.Dense(_INNERMOST * _INNERMOST * filters)(z)
    code = keras.layers.Reshape([_INNERMOST, _INNERMOST, filters])(code)
    x = layers.batch_normalization()(_deconv(4 * filters)(keras.layers.Concatenate()([code, x])))
    x = _deconv(2, use_bias=True)(layers.leaky_relu()(x))
    return keras.Model([lightness, z], keras.layers.Activation("tanh", dtype="float32")(x), name="decoder")


def shading(image_size: int, *, filters: int, name: str = "shading") -> keras.Model:
    """Lightness and colour scheme [B, S, S, 3] -> ab [B, S, S, 2] in [-1, 1]; a U-Net of five levels.

    `image_size` is at least 32, where the innermost map is 1x1.
    """
    x = inputs = keras.Input([image_size, image_size, 3])
    going_down = []
    for level, width in enumerate(_SHADING):
        x = layers.leaky_relu()(x) if level else x
        x = _conv(width * filters, use_bias=level == 0)(x)
        x = layers.batch_normalization()(x) if level else x
        going_down.append(x)
    x = going_down.pop()
    for width in (8, 4, 2, 1):
        x = layers.batch_normalization()(_deconv(width * filters)(keras.layers.ReLU()(x)))
        x = keras.layers.Concatenate()([x, going_down.pop()])
    x = _deconv(2, use_bias=True)(keras.layers.ReLU()(x))
    return keras.Model(inputs, keras.layers.Activation("tanh", dtype="float32")(x), name=name)
