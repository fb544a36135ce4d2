"""Predicts the ab of a page's panels with trained networks, at the networks' size."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.pages.runtimes import Networks
from webtoon_colorize.panels import Box, crop

_BATCH_SIZE = 8  # panels


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
        yield from np.clip(strength * networks.colorize(lightness, np.full(len(batch), label, np.int32)), -1, 1)
