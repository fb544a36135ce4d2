"""Lightness with chroma back to pixels, for pages of any size."""

import dataclasses

import numpy as np

from webtoon_colorize import lab

_PIXELS = 2**15  # converted at a time: what is computed of them stays in the processor's cache


def _keep_lightness(pixels: np.ndarray, wash: np.ndarray) -> np.ndarray:
    return lab.to_pixels(lab.linear_rgb(lab.luminance(pixels), wash[:, :2]), pixels.dtype).T


def _darken(pixels: np.ndarray, wash: np.ndarray) -> np.ndarray:
    lightness = lab.darken_to_gamut(lab.lightness_of(pixels[None])[0], wash[:, :2])
    return _rounded(lab.lab_to_rgb(lightness, wash[:, :2]), pixels.dtype)


def _multiply(pixels: np.ndarray, wash: np.ndarray) -> np.ndarray:
    flat = lab.lab_to_rgb(1 - 2 * wash[:, 2], wash[:, :2])
    gray = lab.lab_to_rgb(lab.lightness_of(pixels[None])[0], np.zeros_like(wash[:, :2]))
    return _rounded(gray * flat, pixels.dtype)


def _rounded(rgb: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return np.round(rgb * np.iinfo(dtype).max).astype(dtype)


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
        result = pixels.reshape(-1, 3).copy()
        flat_wash = wash.reshape(len(result), -1)
        for start in range(0, len(result), _PIXELS):
            part = np.s_[start : start + _PIXELS]
            self._paint(result[part], flat_wash[part])
        return result.reshape(pixels.shape)

    def _paint(self, pixels: np.ndarray, wash: np.ndarray) -> None:
        """Colours `pixels`, [N, 3], in place."""
        changes = (lab.channel_range(pixels[None])[0] > 0) | (wash[:, 0] != 0) | (wash[:, 1] != 0)
        is_flat = wash[:, -1] > 0 if wash.shape[1] == 3 else np.zeros(len(wash), bool)
        tones = changes & ~is_flat
        if tones.any():
            painted = (_darken if self.on_lines else _keep_lightness)(pixels, wash)
            np.copyto(pixels, painted, where=tones[:, None])
        if is_flat.any():
            pixels[is_flat] = _multiply(pixels[is_flat], wash[is_flat])
