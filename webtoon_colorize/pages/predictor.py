"""Predicts the ab of a page's panels with trained networks, at the networks' size."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.pages.runtimes import Networks
from webtoon_colorize.panels import Box, crop

_BATCH_SIZE = 8  # panels
_MOVES = (0, 2, 4, 6)  # pixels at the networks' size; the periods of their pattern are 4 and 8


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
    """The ab of panels, or the mean with that of the same panels moved a little: [N, S, S, 2].

    Transposed convolutions leave a pattern that shows in even areas. It stays where it is when the panel moves, so most
    of it cancels.
    """
    if networks.smooth:
        return networks.colorize(lightness, label)
    size = networks.image_size
    total = np.zeros((len(lightness), size, size, 2), np.float32)
    count = np.zeros((size, size, 1), np.float32)
    for move in _MOVES:
        moved = np.pad(lightness, [(0, 0), (move, 0), (move, 0), (0, 0)], "reflect")[:, :size, :size]
        seen = size - move
        total[:, :seen, :seen] += networks.colorize(moved, label)[:, move:, move:]
        count[:seen, :seen] += 1
    return total / count
