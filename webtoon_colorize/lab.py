"""sRGB <-> CIE Lab in NumPy, for pages: the numbers of `color` without TensorFlow, whose import takes seconds.

The only file with colour constants and ranges. `lightness` is L / 50 - 1 and `ab` is (a, b) / 110: network range, both
in [-1, 1] and float32.

Constants: IEC 61966-2-1 (sRGB transfer curve and primaries, D65) and CIE 15 (Lab), rounded as in the documentation of
OpenCV's `cvtColor`, because the paper converts with OpenCV and warns against mixing libraries (appendix).
"""

import functools
from collections.abc import Callable

import cv2
import numpy as np

LIGHTNESS_SCALE = 50.0  # lightness = L / 50 - 1 lies in [-1, 1]
AB_SCALE = 110.0  # ab = (a, b) / 110; sRGB's a spans -86.2..98.3 and its b -107.9..94.5

RGB_TO_XYZ = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
XYZ_TO_RGB = (
    (3.240479, -1.537150, -0.498535),
    (-0.969256, 1.875991, 0.041556),
    (0.055648, -0.204043, 1.057311),
)
WHITE = (0.950456, 1.0, 1.088754)  # D65
F_THRESHOLD = 0.008856  # below it a straight line replaces CIE's cube root
F_SLOPE, F_OFFSET = 7.787, 16.0 / 116.0
L_SLOPE = 903.3
_TOLERANCE = 1e-5  # linear light beyond [0, 1] that counts as in the gamut
_BINS = 4096  # of linear light; narrower than the narrowest of 256 levels


@functools.cache
def _linear_levels(dtype: np.dtype) -> np.ndarray:
    """The linear light of each level of an unsigned type, float32 [levels]."""
    return _srgb_to_linear(np.arange(np.iinfo(dtype).max + 1) / np.iinfo(dtype).max)


def _srgb_to_linear(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


def luminance(pixels: np.ndarray) -> np.ndarray:
    """uint8 or uint16 [..., 3] -> the luminance Y relative to white's, [...]."""
    levels = _linear_levels(pixels.dtype)
    red, green, blue = (levels * np.float32(weight) for weight in RGB_TO_XYZ[1])
    return red[pixels[..., 0]] + green[pixels[..., 1]] + blue[pixels[..., 2]]


def channel_range(pixels: np.ndarray) -> np.ndarray:
    """The difference of the greatest and the least channel of uint8 or uint16 [H, W, 3], [H, W]; 0 is gray."""
    red, green, blue = cv2.split(pixels)
    return np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)


def lightness_of(pixels: np.ndarray) -> np.ndarray:
    """uint8 or uint16 [H, W, 3] -> lightness [H, W]."""
    if not channel_range(pixels).any():
        every = np.repeat(np.arange(np.iinfo(pixels.dtype).max + 1, dtype=pixels.dtype)[:, None], 3, axis=1)
        return _lightness(luminance(every))[pixels[..., 0]]
    return np.stack([_lightness(luminance(row)) for row in pixels])  # a row stays in the processor's cache


def rgb_to_lab(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """RGB from 0 to 255, [..., 3], rounded and clipped -> lightness [...] and ab [..., 2]."""
    levels = np.clip(np.round(rgb), 0, 255).astype(np.uint8)
    xyz = _linear_levels(levels.dtype)[levels] @ (np.array(RGB_TO_XYZ).T / WHITE).astype(np.float32)
    f_x, f_y, f_z = np.moveaxis(_f(xyz), -1, 0)
    ab = np.stack([500 * (f_x - f_y), 200 * (f_y - f_z)], axis=-1) / np.float32(AB_SCALE)
    return _lightness(xyz[..., 1]), ab


def _lightness(y: np.ndarray) -> np.ndarray:
    lightness = np.where(y > F_THRESHOLD, 116 * np.cbrt(y) - 16, np.float32(L_SLOPE) * y)
    return lightness / np.float32(LIGHTNESS_SCALE) - 1


def _luminance_of(lightness: np.ndarray) -> np.ndarray:
    """The inverse of `_lightness`."""
    units = (lightness + 1) * np.float32(LIGHTNESS_SCALE)
    return np.where(units <= L_SLOPE * F_THRESHOLD, units / np.float32(L_SLOPE), ((units + 16) / 116) ** 3)


def _f(y: np.ndarray) -> np.ndarray:
    return np.where(y > F_THRESHOLD, np.cbrt(y), np.float32(F_SLOPE) * y + np.float32(F_OFFSET))


def _inverse_f(f: np.ndarray) -> np.ndarray:
    is_line = f <= F_SLOPE * F_THRESHOLD + F_OFFSET
    return np.where(is_line, (f - np.float32(F_OFFSET)) / np.float32(F_SLOPE), f * f * f)


def _linear(y: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Linear RGB [3, N], outside [0, 1] for colours outside the gamut, of luminance [N] and ab [N, 2]."""
    f_y = _f(y)
    x = _inverse_f(f_y + ab[:, 0] * np.float32(AB_SCALE / 500))
    z = _inverse_f(f_y - ab[:, 1] * np.float32(AB_SCALE / 200))
    return (np.array(XYZ_TO_RGB) * WHITE).astype(np.float32) @ np.stack([x, y, z])


def _is_in_gamut(linear: np.ndarray) -> np.ndarray:
    return (linear.min(axis=0) >= -_TOLERANCE) & (linear.max(axis=0) <= 1 + _TOLERANCE)


def linear_rgb(y: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """The linear light of colours, whose chroma is reduced until sRGB has them; luminance and hue stay.

    Clipping such a colour would also change its lightness. The share of chroma that is kept is found by bisection, to
    1/1024 and rounded down.

    Args:
      y: [N], the luminance relative to white's.
      ab: [N, 2].

    Returns:
      [3, N] in [0, 1].
    """
    linear = _linear(y, ab)
    out = np.flatnonzero(~_is_in_gamut(linear))
    if len(out):
        y, ab = y[out], ab[out]
        share = _bisected(
            lambda share: _is_in_gamut(_linear(y, share[:, None] * ab)), np.zeros_like(y), np.ones_like(y)
        )
        linear[:, out] = _linear(y, share[:, None] * ab)
    return np.clip(linear, 0, 1, out=linear)


def darken_to_gamut(lightness: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Lightness [N] reduced until sRGB has ab [N, 2] there, at most down to middle gray (L = 50).

    It is for areas that are too light for their colour, such as white paper. Found by bisection, to 1/1024 of the way.
    """
    out = np.flatnonzero(~_is_in_gamut(_linear(_luminance_of(lightness), ab)))
    darker = lightness.copy()
    if len(out):
        ab, most = ab[out], lightness[out]
        darker[out] = _bisected(
            lambda middle: _is_in_gamut(_linear(_luminance_of(middle), ab)), np.minimum(most, np.float32(0)), most
        )
    return darker


def _bisected(is_inside: Callable[[np.ndarray], np.ndarray], inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """The last value, from `inside` to `outside`, that is inside; to 1/1024 of the way."""
    for _ in range(10):
        middle = (inside + outside) / 2
        fits = is_inside(middle)
        inside, outside = np.where(fits, middle, inside), np.where(fits, outside, middle)
    return inside


def lab_to_rgb(lightness: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Lightness [...] and ab [..., 2] -> sRGB [..., 3] in [0, 1]; the chroma is reduced to what sRGB has."""
    linear = linear_rgb(_luminance_of(lightness.ravel()), ab.reshape(-1, 2))
    return _to_srgb(linear).T.reshape(*lightness.shape, 3)


def _to_srgb(linear: np.ndarray) -> np.ndarray:
    curve = 1.055 * np.maximum(linear, np.float32(0.0031308)) ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(linear <= 0.0031308, linear * np.float32(12.92), curve)


def to_pixels(linear: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Linear light in [0, 1] -> the nearest levels of sRGB, uint8 or uint16."""
    if dtype != np.uint8:
        return np.round(_to_srgb(linear) * np.iinfo(dtype).max).astype(dtype)
    first, border = _levels()
    level = first[(linear * np.float32(_BINS)).astype(np.int16)]
    return level + (linear >= border[level])


@functools.cache
def _levels() -> tuple[np.ndarray, np.ndarray]:
    """The least level of 256 in each of _BINS bins of linear light, and the light at which the next one begins."""
    border = _srgb_to_linear((np.arange(256) + 0.5) / 255)
    border[-1] = np.inf
    return np.searchsorted(border, np.arange(_BINS + 1) / _BINS, side="right").astype(np.uint8), border
