"""The generator of pix2pix (arXiv 1611.07004, appendix 6.1.1, and its Lua code), the U-Net of the paper."""

from collections.abc import Callable, Sequence

import keras

from webtoon_colorize.networks import layers

_WIDEST = 8  # widths grow to 8 * filters
_DROPOUT_STRIDE = 32  # decoder maps at this stride and deeper have dropout: d1, d2, d3 at 256 px


def widths(image_size: int, filters: int) -> list[int]:
    """Encoder widths from the outside in, down to a 1x1 map: 64 128 256 512 512 512 512 512 at 256 px, 64 filters."""
    depth = image_size.bit_length() - 1
    if image_size != 2**depth or depth < 4:
        raise ValueError(f"image_size must be a power of two of at least 16, got {image_size}")
    return [filters * min(2**level, _WIDEST) for level in range(depth)]


def unet(
    image_size: int,
    in_channels: int,
    *,
    filters: int,
    skips: bool = True,
    features: Sequence[int] = (),
    normalization: Callable[[], keras.layers.Layer] = layers.batch_normalization,
    name: str,
) -> keras.Model:
    """[B, image_size, image_size, in_channels] -> ab [B, image_size, image_size, 2] in [-1, 1].

    `features` are the widths of additional inputs. The first has the image's size, and each other one half the size of
    the one before. They are concatenated to the encoder's maps of the same size. With them, the model takes a list.

    Smaller images have fewer levels: the innermost ones are left out, with their dropout. Skips carry the maps from
    before their activation. The innermost map is 1x1 and is not normalized (the erratum of pix2pix). The output is
    float32 under any precision policy.

    Raises:
      ValueError: `image_size` is no power of two or below 16.
    """
    every_width = widths(image_size, filters)
    inputs = keras.Input([image_size, image_size, in_channels])
    extra = [keras.Input([image_size >> level, image_size >> level, width]) for level, width in enumerate(features)]
    joining = iter(extra)

    def join(x):
        feature = next(joining, None)
        return x if feature is None else keras.layers.Concatenate()([x, feature])

    x, maps = go_down(inputs, every_width, normalization=normalization, join=join)
    for decoded in go_up(x, maps, every_width, image_size=image_size, normalization=normalization, skips=skips):
        x = decoded
    x = layers.deconv(2, use_bias=True)(keras.layers.ReLU()(x))
    outputs = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model([inputs, *extra] if extra else inputs, outputs, name=name)


def go_down(x, widths, *, normalization, join=lambda x: x):
    """The encoder: its innermost map, and those before their activation, from the outside in."""
    outermost, *inner, innermost = widths
    x = layers.conv(outermost, use_bias=True)(join(x))
    maps = [x]
    for width in inner:
        x = normalization()(layers.conv(width)(layers.leaky_relu()(join(x))))
        maps.append(x)
    return layers.conv(innermost, use_bias=True)(layers.leaky_relu()(x)), maps


def go_up(x, maps, widths, *, image_size, normalization, skips):
    """Yields the decoder's maps from the inside out, each with the encoder's map of its size if there are skips."""
    for width, stride, skip in zip(reversed(widths[:-1]), strides(image_size), reversed(maps)):
        x = normalization()(layers.deconv(width)(keras.layers.ReLU()(x)))
        if stride >= _DROPOUT_STRIDE:
            x = keras.layers.Dropout(0.5)(x)
        if skips:
            x = keras.layers.Concatenate()([x, skip])
        yield x


def strides(image_size: int) -> list[int]:
    """Strides of the decoder's maps from the inside out: 128, 64, ..., 2 at 256 px."""
    return [2**level for level in range(image_size.bit_length() - 2, 0, -1)]
