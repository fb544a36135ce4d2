"""Between pixels and Lab, for pages of any size."""

import functools

import numpy as np
import tensorflow as tf

from webtoon_colorize import color

_PIXELS = 2**17  # converted between colour spaces at a time
_DARKEST = 100  # gray levels; darker ink hides its colour, and what cannot be seen cannot be divided out


@tf.function(input_signature=[tf.TensorSpec([None, 3])], autograph=False)
def _lightness(rgb):
    return color.rgb_to_lab(rgb)[0][..., 0]


# Compiled, each is one pass over memory, five times as fast on a CPU, and wants a fixed size.
_compiled = functools.partial(
    tf.function,
    input_signature=[tf.TensorSpec([_PIXELS, 3]), tf.TensorSpec([_PIXELS, 2])],
    autograph=False,
    jit_compile=True,
)


@_compiled
def _paint(rgb, ab):
    lightness, _ = color.rgb_to_lab(rgb)
    return color.lab_to_rgb(lightness, color.reduce_chroma_to_gamut(lightness, ab))


@_compiled
def _wash(rgb, ab):
    lightness = color.darken_to_gamut(color.rgb_to_lab(rgb)[0], ab)
    return color.lab_to_rgb(lightness, color.reduce_chroma_to_gamut(lightness, ab))


def lightness_of(image: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3] -> [H, W] float32 in [-1, 1]."""
    flat = image.reshape(-1, 3)
    result = np.empty(len(flat), np.float32)
    for start in range(0, len(flat), _PIXELS):
        part = np.s_[start : start + _PIXELS]
        result[part] = _lightness(flat[part].astype(np.float32) / 255)
    return result.reshape(image.shape[:2])


def paint(pixels: np.ndarray, ab: np.ndarray, *, on_lines: bool = False) -> np.ndarray:
    """`pixels` (uint8 or uint16 [H, W, 3]) with their lightness and the chroma `ab` [H, W, 2], as far as sRGB has it.

    Gray without chroma stays exactly as it is.

    on_lines: what is too light for its colour, such as the paper of a drawing, becomes as dark as it must.
    """
    painter = _wash if on_lines else _paint
    most = np.iinfo(pixels.dtype).max
    flat, flat_ab = pixels.reshape(-1, 3), ab.reshape(-1, 2)
    result = np.empty_like(flat)
    for start in range(0, len(flat), _PIXELS):
        part = np.s_[start : start + _PIXELS]
        count = len(flat[part])
        filling = ((0, _PIXELS - count), (0, 0))
        rgb = painter(np.pad(flat[part].astype(np.float32) / most, filling), np.pad(flat_ab[part], filling))
        result[part] = np.round(rgb[:count] * most)
    still = (flat_ab == 0).all(axis=1) & (flat == flat[:, :1]).all(axis=1)
    result[still] = flat[still]
    return result.reshape(pixels.shape)


def color_layer(pixels: np.ndarray, ab: np.ndarray, *, on_lines: bool = False) -> np.ndarray:
    """The layer that, under the gray page set to multiply, gives the coloured page, as far as multiplying can.

    That is colour divided by gray, at most white; under ink, the colour that the ink would have if it were lighter.

    Args:
      pixels: [H, W, 3] uint8 or uint16; their lightness counts.
      ab: [H, W, 2] in network range.
      on_lines: see `paint`.

    Returns:
      uint8 [H, W, 4], RGB and alpha; transparent where there is no colour.
    """
    scale = np.iinfo(pixels.dtype).max // 255
    gray = paint((pixels // scale).astype(np.uint8), np.zeros_like(ab))
    gray = np.maximum(gray, _DARKEST)
    share = paint(gray, ab, on_lines=on_lines).astype(np.float32) / gray
    opaque = (ab != 0).any(axis=2, keepdims=True)
    rgba = np.concatenate([np.minimum(share, 1) * 255, np.full((*ab.shape[:2], 1), 255)], axis=2)
    return (rgba * opaque).round().astype(np.uint8)
