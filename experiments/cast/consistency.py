"""How far the colours of each part of each character are from the truth, and how far they scatter over the panels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from experiments.cast.stories import PARTS, Panel
from webtoon_colorize import color

MIN_PANELS = 2  # of a part, for it to be judged


class Value(NamedTuple):
    """A part of a character in the panels of a story. Lab units of ab, from the mean ab of the part in each panel.

    error: the distance between colorization and truth, a mean over panels. spread: the root mean square distance of the
    colorization from its own mean over panels.
    """

    character: int  # place in the cast
    kind: str  # hair, skin or clothes
    panels: int
    error: float
    spread: float


def mean_ab(rgb: np.ndarray, panel: Panel) -> dict[int, np.ndarray]:
    """Number of a part that the panel shows -> its mean (a, b) in `rgb`, uint8 [H, W, 3], in Lab units."""
    _, ab = color.rgb_to_lab(tf.constant(rgb, tf.float32) / 255.0)
    ab = ab.numpy() * color.AB_SCALE
    return {number: ab[panel.parts == number].mean(axis=0, dtype=float) for number in panel.shown}


def judge(colored: Sequence[np.ndarray], panels: Sequence[Panel]) -> list[Value]:
    """A value for each part that at least MIN_PANELS of the panels show. colored: uint8 [H, W, 3] for each panel."""
    seen: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    for rgb, panel in zip(colored, panels, strict=True):
        ours, true = mean_ab(rgb, panel), mean_ab(panel.rgb, panel)
        for number in panel.shown:
            seen.setdefault(number, []).append((ours[number], true[number]))
    return [_value(number, np.array(pairs)) for number, pairs in sorted(seen.items()) if len(pairs) >= MIN_PANELS]


def _value(number: int, pairs: np.ndarray) -> Value:
    """pairs: [panels, 2, 2], ours and true."""
    ours, true = pairs[:, 0], pairs[:, 1]
    error = np.linalg.norm(ours - true, axis=1).mean()
    spread = np.sqrt(np.square(ours - ours.mean(axis=0)).sum(axis=1).mean())
    return Value(*PARTS[number], len(pairs), float(error), float(spread))
