"""The colour difference CIEDE2000, after Sharma, Wu and Dalal, Color Research and Application 30 (2005), 21-30.

Equation numbers are those of the paper. The weights k_L, k_C and k_H are 1.
"""

import math

import numpy as np


def ciede2000(lab: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The difference between two colours, 0 or more; about 1 is just visible, and the order does not matter.

    Args:
      lab: [..., 3]; L in 0..100 and a, b in Lab units.
      other: as `lab`.

    Returns:
      [...], in the precision of the arguments.
    """
    light, a, b = np.ascontiguousarray(np.moveaxis(lab, -1, 0))
    light_other, a_other, b_other = np.ascontiguousarray(np.moveaxis(other, -1, 0))
    stretch = 1.5 - 0.5 * _chroma_weight((_length(a, b) + _length(a_other, b_other)) / 2)  # (2) to (5)
    a, a_other = a * stretch, a_other * stretch
    chroma, chroma_other = _length(a, b), _length(a_other, b_other)
    hue, hue_other = np.arctan2(b, a), np.arctan2(b_other, a_other)
    turn = np.where(chroma * chroma_other > 0, _shorter(hue_other - hue), 0)  # (10)
    hues = np.where(chroma * chroma_other > 0, hue + turn / 2, hue + hue_other)  # (14); gray has no hue
    lights, chromas = (light + light_other) / 2, (chroma + chroma_other) / 2
    by_light = (light_other - light) / (1 + 0.015 * (lights - 50) ** 2 / np.sqrt(20 + (lights - 50) ** 2))
    by_chroma = (chroma_other - chroma) / (1 + 0.045 * chromas)
    by_hue = 2 * np.sqrt(chroma * chroma_other) * np.sin(turn / 2) / (1 + 0.015 * chromas * _hue_weight(hues))
    rotation = -2 * _chroma_weight(chromas) * np.sin(math.radians(60) * _blueness(hues))  # (17), (19), (21)
    return np.sqrt(np.maximum(by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue, 0))  # (22)


def _length(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.sqrt(a * a + b * b)  # np.hypot takes five times as long


def _shorter(turn: np.ndarray) -> np.ndarray:
    """The turn in radians, the shorter way round."""
    return turn - 2 * np.pi * np.round(turn / (2 * np.pi))


def _chroma_weight(chroma: np.ndarray) -> np.ndarray:
    """sqrt(C^7 / (C^7 + 25^7)), 0 for gray to almost 1."""
    ratio = chroma / 25
    seventh = ratio**2 * ratio**2 * ratio**2 * ratio  # a power of 7 takes ten times as long
    return np.sqrt(seventh / (seventh + 1))


def _hue_weight(hue: np.ndarray) -> np.ndarray:
    """T of (15); `hue` in radians."""
    return (
        1
        - 0.17 * np.cos(hue - math.radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + math.radians(6))
        - 0.20 * np.cos(4 * hue - math.radians(63))
    )


def _blueness(hue: np.ndarray) -> np.ndarray:
    """exp(-((h - 275) / 25)^2) of (16); `hue` in radians."""
    return np.exp(-((_shorter(hue - math.radians(275)) / math.radians(25)) ** 2))
