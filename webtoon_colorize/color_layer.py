"""The colour of a page alone, to lay under its ink."""

import numpy as np

from webtoon_colorize.painting import paint

_DARKEST = 100  # gray levels; darker ink hides its colour, and what cannot be seen cannot be divided out


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
