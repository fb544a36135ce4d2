"""Predicts the ab of a page's panels with a method's networks, at the networks' size."""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import tensorflow as tf

from webtoon_colorize import color
from webtoon_colorize.panels import Box, crop

_BATCH_SIZE = 8  # panels


class Predictor:
    """Calls the networks of one method. They are traced once, because their input has one size for all pages."""

    def __init__(self, colorize: Callable, *, image_size: int, strength: float):
        """colorize: `Method.colorize`. strength: what its chroma is multiplied by."""
        self._size = image_size
        lightness = tf.TensorSpec([None, image_size, image_size, 1])
        label = tf.TensorSpec([None], tf.int32)
        self._colorize = tf.function(
            lambda lightness, label: tf.clip_by_value(strength * colorize(lightness, label, None), -1.0, 1.0),
            (lightness, label),
            autograph=False,
        )

    def predict(self, image: np.ndarray, boxes: Sequence[Box], *, label: int) -> Iterator[np.ndarray]:
        """Yields ab [S, S, 2] of each box of `image` (uint8 [H, W, 3]). `label` is the class index of the title."""
        for start in range(0, len(boxes), _BATCH_SIZE):
            yield from self._predict_batch(image, boxes[start : start + _BATCH_SIZE], label)

    def _predict_batch(self, image: np.ndarray, boxes: Sequence[Box], label: int) -> np.ndarray:
        size = (self._size, self._size)
        crops = np.stack([cv2.resize(crop(image, box), size, interpolation=cv2.INTER_AREA) for box in boxes])
        lightness, _ = color.rgb_to_lab(tf.constant(crops, tf.float32) / 255.0)
        return self._colorize(lightness, tf.fill([len(boxes)], label)).numpy()
