"""A coloured page as layers: a flat colour, and the ink that is multiplied over it."""

import os
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from webtoon_colorize import files, lab
from webtoon_colorize.hints import Hint
from webtoon_colorize.io import openraster
from webtoon_colorize.io.openraster import Layer

LINE = 1 / 100  # of the page's width: wider than lines are
DARKER = 25.0  # gray levels by which a line is darker than what is around it
SEEN = 0.02  # least share of a window that is beside lines
TONES = (-0.6, 0.8)  # range of lightness whose saturation is taken; darker or lighter colours have next to none, or all


def flat_color(gray: np.ndarray, wash: np.ndarray, page_width: int) -> np.ndarray:
    """The colour under the ink, uint8 [H, W, 3]; white where the page takes none.

    Line art and screentone have it in their wash. Gray tones get the page's hue and saturation, as light as can be.
    What is under a line has the colour of what is beside it.

    Args:
      gray: uint8 [H, W], the page before it is coloured, or rows of it.
      wash: [H, W, 3] (see `compositing.Painter`).
      page_width: pixels.
    """
    size = 2 * round(LINE * page_width) + 1
    tones = cv2.blur(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), (size, size))
    is_line = cv2.dilate((tones >= gray + DARKER).astype(np.uint8), np.ones((5, 5), np.uint8))
    is_flat = wash[..., 2:] > 0
    around = np.clip(lab.lightness_of(cv2.cvtColor(tones, cv2.COLOR_GRAY2RGB)), *TONES)
    lightness = np.where(is_flat[..., 0], 1 - 2 * wash[..., 2], around)
    ab = np.where(is_flat, wash[..., :2], _filled(wash[..., :2], is_line, 2 * size + 1))
    rgb = lab.lab_to_rgb(lightness, ab)
    return np.round(255 * np.where(is_flat, rgb, rgb / rgb.max(axis=2, keepdims=True))).astype(np.uint8)


def _filled(ab: np.ndarray, is_line: np.ndarray, size: int) -> np.ndarray:
    """`ab` with the mean of what is beside lines, in windows of `size` pixels, under them."""
    beside = 1 - is_line.astype(np.float32)
    total = cv2.blur(beside, (size, size))
    mean = cv2.blur(ab * beside[..., None], (size, size)) / np.maximum(total, 1e-6)[..., None]
    return np.where((is_line > 0)[..., None] & (total > SEEN)[..., None], mean, ab)


def separate(painted: np.ndarray, flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Flat colour and ink, whose product is the page within one level; uint8 [H, W, 3] each.

    The flat colour becomes lighter where the page is lighter than it. The ink is gray, but for a tint where flat colour
    at that darkness would not have the page's saturation.

    Args:
      painted: uint8 [H, W, 3], the coloured page.
      flat: of `flat_color`.
    """
    flat = np.maximum(flat, painted)
    return flat, np.round(255.0 * painted / np.maximum(flat, 1)).astype(np.uint8)


def dots(hints: Sequence[Hint], height: int, width: int) -> np.ndarray:
    """The hints as dots of their colours, uint8 [height, width, 4], RGB and alpha."""
    layer = np.zeros((height, width, 4), np.uint8)
    for hint in hints:
        middle = round(hint.x * 16 - 8), round(hint.y * 16 - 8)
        cv2.circle(layer, middle, round(hint.radius * 16), (*hint.rgb, 255), cv2.FILLED, shift=4)
    return layer


def write(path: Callable[[str], os.PathLike], painted: np.ndarray, flat: np.ndarray, hints: Sequence[Hint]) -> None:
    """Writes a page's layers: flat colour and ink as PNG files, and all in an OpenRaster file.

    Args:
      path: of the file with an ending, which is .color.png, .ink.png or .ora.
      painted: uint8 [H, W, 3], the coloured page.
      flat: of `flat_color`.
      hints: in pixels of the page.
    """
    flat, ink = separate(painted, flat)
    layers = [Layer("ink", "svg:multiply", openraster.png(ink)), Layer("colour", "svg:src-over", openraster.png(flat))]
    for ending, layer in ((".ink.png", layers[0]), (".color.png", layers[1])):
        files.write_bytes(path(ending), layer.png)
    if hints:
        layers.insert(
            0, Layer("dots", "svg:src-over", openraster.png(dots(hints, *painted.shape[:2])), is_visible=False)
        )
    openraster.write(path(".ora"), layers, painted)
