"""Predicts the ab of a page's panels with trained networks, at the networks' size."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.pages.runtimes import Networks
from webtoon_colorize.panels import Box, crop

_BATCH_SIZE = 8  # panels
_MOVED = 2  # pixels at the networks' size; half the period of their pattern


def predict(
    networks: Networks, image: np.ndarray, boxes: Sequence[Box], *, label: int, strength: float
) -> Iterator[np.ndarray]:
    """Yields ab [S, S, 2] of each box of an image, at the networks' size S.

    Args:
      image: uint8 [H, W, 3].
      label: the class index of the title.
      strength: what the chroma is multiplied by.
    """
    for start in range(0, len(boxes), _BATCH_SIZE):
        batch = boxes[start : start + _BATCH_SIZE]
        size = [networks.image_size] * 2
        crops = [cv2.resize(crop(image, box), size, interpolation=cv2.INTER_AREA) for box in batch]
        lightness = np.stack([lab.lightness_of(each) for each in crops])[..., None]
        yield from np.clip(strength * _colorize(networks, lightness, np.full(len(batch), label, np.int32)), -1, 1)


def _colorize(networks: Networks, lightness: np.ndarray, label: np.ndarray) -> np.ndarray:
    """The mean of the ab of panels and that of the same panels moved a little, [N, S, S, 2].

    Transposed convolutions leave a pattern that shows in even areas. It stays where it is when the panel moves, so most
    of it cancels.
    """
    size = networks.image_size
    moved = np.pad(lightness, [(0, 0), (_MOVED, 0), (_MOVED, 0), (0, 0)], "reflect")[:, :size, :size]
    ab, again = networks.colorize(lightness, label), networks.colorize(moved, label)
    ab[:, :-_MOVED, :-_MOVED] = (ab[:, :-_MOVED, :-_MOVED] + again[:, _MOVED:, _MOVED:]) / 2
    return ab
