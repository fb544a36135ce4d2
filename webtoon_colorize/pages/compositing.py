"""Pixels to lightness, and lightness with chroma back to pixels, for pages of any size."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from webtoon_colorize import color

_PIXELS = 2**17  # converted between colour spaces at a time


@tf.function(input_signature=[tf.TensorSpec([None, 3])], autograph=False)
def _lightness(rgb):
    return color.rgb_to_lab(rgb)[0][..., 0]


# Compiled, each is one pass over memory and five times as fast on a CPU. Compilation requires a fixed size.
_compiled = functools.partial(
    tf.function,
    input_signature=[tf.TensorSpec([_PIXELS, 3]), tf.TensorSpec([_PIXELS, 2])],
    autograph=False,
    jit_compile=True,
)


@_compiled
def _keep_lightness(rgb, ab):
    lightness, _ = color.rgb_to_lab(rgb)
    return color.lab_to_rgb(lightness, color.reduce_chroma_to_gamut(lightness, ab))


@_compiled
def _darken(rgb, ab):
    lightness = color.darken_to_gamut(color.rgb_to_lab(rgb)[0], ab)
    return color.lab_to_rgb(lightness, color.reduce_chroma_to_gamut(lightness, ab))


@functools.partial(
    tf.function,
    input_signature=[tf.TensorSpec([_PIXELS, 3]), tf.TensorSpec([_PIXELS, 3])],
    autograph=False,
    jit_compile=True,
)
def _multiply(rgb, wash):
    lightness = 1 - 2 * wash[:, 2:]
    flat = color.lab_to_rgb(lightness, color.reduce_chroma_to_gamut(lightness, wash[:, :2]))
    gray = color.lab_to_rgb(color.rgb_to_lab(rgb)[0], tf.zeros_like(wash[:, :2]))
    return gray * flat


def lightness_of(image: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3] -> [H, W] float32 in [-1, 1]."""
    flat = image.reshape(-1, 3)
    result = np.empty(len(flat), np.float32)
    for start in range(0, len(flat), _PIXELS):
        part = np.s_[start : start + _PIXELS]
        result[part] = _lightness(flat[part].astype(np.float32) / 255)
    return result.reshape(image.shape[:2])


@dataclasses.dataclass(frozen=True)
class Painter:
    """Colours pages with a wash, [H, W, 3]: ab in network range, and how much darker white becomes, 0 to 1.

    Where white becomes no darker, pixels keep their lightness. Elsewhere they are multiplied with the flat colour that
    has this ab, and a lightness that much below white's: ink stays black, white takes the flat colour.
    """

    on_lines: bool  # the pages are line art: coloured white areas are darkened until sRGB has the colour

    def paint(self, pixels: np.ndarray, wash: np.ndarray) -> np.ndarray:
        """Colours `pixels`, with chroma reduced to what sRGB has.

        Gray pixels without chroma keep their exact values.

        Args:
          pixels: [H, W, 3] uint8 or uint16; only their lightness is used.
          wash: [H, W, 3], or [H, W, 2] if white becomes no darker.

        Returns:
          [H, W, 3] of the type of `pixels`.
        """
        result = _apply(_darken if self.on_lines else _keep_lightness, pixels, wash[..., :2])
        flat = (wash[..., 2:] > 0).any(axis=2)
        if flat.any():
            result[flat] = _apply(_multiply, pixels[flat], wash[flat])
        return result


def _apply(convert: Callable[[np.ndarray, np.ndarray], tf.Tensor], pixels: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Applies `convert` (RGB in [0, 1] and ab, [_PIXELS, C] each, to RGB) to `pixels`, part by part."""
    most = np.iinfo(pixels.dtype).max
    flat, flat_ab = pixels.reshape(-1, 3), ab.reshape(-1, ab.shape[-1])
    result = np.empty_like(flat)
    for start in range(0, len(flat), _PIXELS):
        part = np.s_[start : start + _PIXELS]
        count = len(flat[part])
        filling = ((0, _PIXELS - count), (0, 0))
        rgb = convert(np.pad(flat[part].astype(np.float32) / most, filling), np.pad(flat_ab[part], filling))
        result[part] = np.round(rgb[:count] * most)
    is_unchanged = (flat_ab == 0).all(axis=1) & (flat == flat[:, :1]).all(axis=1)
    result[is_unchanged] = flat[is_unchanged]
    return result.reshape(pixels.shape)
