"""Colours as (red, green, blue) integers 0..255, chosen and changed in Lab.

Lab is OpenCV's: L 0..100, a and b about -127..127.
"""

import functools

import cv2
import numpy as np

Color = tuple[int, int, int]

BLACK: Color = (0, 0, 0)
WHITE: Color = (255, 255, 255)


class PartColor(tuple):
    """A colour that knows which part of a person it paints. It equals the same colour without a part."""

    part: int  # 1 to 255, see style.part_number


def of_part(color: Color, part: int) -> PartColor:
    """The colour as that of a part."""
    owned = PartColor(color)
    owned.part = part
    return owned


def part_of(color: Color) -> int:
    """The part that the colour paints; 0 for none."""
    return getattr(color, "part", 0)


def _of_same_part(color: Color, source: Color) -> Color:
    return of_part(color, part_of(source)) if part_of(source) else color


@functools.lru_cache(maxsize=65536)
def to_lab(color: Color) -> tuple[float, float, float]:
    """(L, a, b) of an 8-bit colour."""
    pixel = np.array([[color]], np.float32) / 255
    return tuple(float(value) for value in cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0])


@functools.lru_cache(maxsize=65536)
def from_lab(lightness: float, a: float, b: float) -> Color:
    """The 8-bit colour of this L.

    The chroma is lowered where sRGB lacks the colour; L and hue are kept.
    """
    lightness = min(max(lightness, 0.0), 100.0)
    if abs(a) + abs(b) < 0.5:
        a = b = 0.0  # else rounding in the conversion could tint a gray
    for chroma in np.linspace(1, 0, 25):
        pixel = cv2.cvtColor(np.array([[(lightness, a * chroma, b * chroma)]], np.float32), cv2.COLOR_LAB2RGB)
        color = tuple(int(value) for value in np.rint(pixel[0, 0] * 255))
        if chroma == 0 or a == b == 0:
            return (color[1],) * 3  # exactly neutral
        if max(abs(got - asked) for got, asked in zip(to_lab(color), (lightness, a * chroma, b * chroma))) < 1:
            return color


def lch(lightness: float, chroma: float, hue: float) -> Color:
    """Colour of lightness 0..100, chroma 0..130 and hue in degrees (0 pink red, 90 yellow, 180 green, 270 blue)."""
    angle = np.deg2rad(hue)
    return from_lab(float(lightness), float(chroma * np.cos(angle)), float(chroma * np.sin(angle)))


def to_lch(color: Color) -> tuple[float, float, float]:
    """(lightness, chroma, hue in degrees) of a colour."""
    lightness, a, b = to_lab(color)
    return lightness, float(np.hypot(a, b)), float(np.rad2deg(np.arctan2(b, a)))


def is_neutral(color: Color) -> bool:
    """Whether the three channels are equal."""
    return color[0] == color[1] == color[2]


def neutral(color: Color) -> Color:
    """The gray of the same L, of the same part."""
    return _of_same_part(from_lab(to_lab(color)[0], 0.0, 0.0), color)


def darker(color: Color, amount: float = 16.0) -> Color:
    """The colour with `amount` less L, whatever its hue; it stays the colour of its part.

    As in painted shadows, skin and wood become redder and other colours bluer; grays stay gray.
    """
    lightness, a, b = to_lab(color)
    if is_neutral(color):
        a = b = 0.0
    elif 25 < np.rad2deg(np.arctan2(b, a)) < 80:
        a, b = a + amount * 0.35, b + amount * 0.1
    else:
        a, b = a + amount * 0.15, b - amount * 0.25
    return _of_same_part(from_lab(max(lightness - amount, 3.0), a, b), color)


def lighter(color: Color, amount: float = 12.0) -> Color:
    """The colour with `amount` more L and the same hue, of the same part; grays stay gray."""
    lightness, a, b = to_lab(color)
    return _of_same_part(from_lab(min(lightness + amount, 99.0), a * 0.9, b * 0.9), color)


def mixed(first: Color, second: Color, share: float) -> Color:
    """(1 - share) * first + share * second, channel by channel; the colour of no part."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second))


def rotated(color: Color, degrees: float) -> Color:
    """The colour with its hue rotated by `degrees`; L and chroma are kept, grays stay gray."""
    lightness, chroma, hue = to_lch(color)
    return color if is_neutral(color) else lch(lightness, chroma, hue + degrees)


def gradient(top: Color, bottom: Color, height: int) -> np.ndarray:
    """A column of pixels that runs from `top` to `bottom`, uint8 [height, 1, 3]."""
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    column = np.float32(top) + (np.float32(bottom) - np.float32(top)) * share
    return np.rint(column).astype(np.uint8)[:, None]
