"""Predicts the ab of a page's panels with a method's networks, at the networks' size."""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import tensorflow as tf

from webtoon_colorize import color
from webtoon_colorize.hints import Hint, draw_hints, reaching
from webtoon_colorize.panels import Box, crop

_BATCH_SIZE = 8  # panels


class Predictor:
    """Calls the networks of one method. They are traced once, because their input has one size for all pages."""

    def __init__(self, colorize: Callable, *, image_size: int):
        """colorize: `Method.colorize`."""
        self._size = image_size
        lightness = tf.TensorSpec([None, image_size, image_size, 1])
        label = tf.TensorSpec([None], tf.int32)
        hints = tf.TensorSpec([None, image_size, image_size, 3])
        self._automatic = tf.function(
            lambda lightness, label: colorize(lightness, label, None), (lightness, label), autograph=False
        )
        self._hinted = tf.function(colorize, (lightness, label, hints), autograph=False)

    def predict(
        self, image: np.ndarray, boxes: Sequence[Box], hints: Sequence[Hint], *, label: int
    ) -> Iterator[np.ndarray]:
        """Yields ab [S, S, 2] of each box of `image` (uint8 [H, W, 3]).

        The networks get, with each box, the hints that touch it. `label` is the class index of the title.
        """
        for start in range(0, len(boxes), _BATCH_SIZE):
            yield from self._predict_batch(image, boxes[start : start + _BATCH_SIZE], hints, label)

    def _predict_batch(self, image: np.ndarray, boxes: Sequence[Box], hints: Sequence[Hint], label: int) -> np.ndarray:
        size = (self._size, self._size)
        crops = np.stack([cv2.resize(crop(image, box), size, interpolation=cv2.INTER_AREA) for box in boxes])
        lightness, _ = color.rgb_to_lab(tf.constant(crops, tf.float32) / 255.0)
        labels = tf.fill([len(boxes)], label)
        drawn = np.stack([self._draw(hints, box) for box in boxes])
        hinted = drawn[..., 2].any(axis=(1, 2))
        ab = np.zeros((*crops.shape[:3], 2), np.float32)
        if not hinted.all():
            ab[~hinted] = self._automatic(lightness[~hinted], labels[~hinted])
        if hinted.any():
            ab[hinted] = self._hinted(lightness[hinted], labels[hinted], drawn[hinted])
        return ab

    def _draw(self, hints: Sequence[Hint], box: Box) -> np.ndarray:
        inside = [hint.moved(-box.x, -box.y) for hint in reaching(hints, box)]
        return draw_hints(inside, width=box.width, height=box.height, size=self._size)
