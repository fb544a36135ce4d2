"""From a person's dots of colour to the places that look alike: simple kriging, or Gaussian process regression.

What a hint changes at its place says something about the changes elsewhere, the more the less the two places differ.
The covariance of two places falls with their difference as exp(-difference), the product of one such factor for each
thing in which they may differ: where they lie, how light they are, how light when thin dark or light things are taken
away (so that ink counts less than what it is drawn on), and the colours that were guessed. See Rasmussen and Williams,
Gaussian Processes for Machine Learning (2006), section 2.2 and, for the covariances, chapter 4; closings and openings
of several widths are the morphological profile of Pesaresi and Benediktsson (2001). The scales were chosen by the error
on validation panels.
"""

import numpy as np
import tensorflow as tf
from keras import ops

CELLS = 32  # across the picture; what is given in one cell counts as one hint
HEEDED = 128  # cells, those of which most is given
NOISE = 0.02  # the variance of a hint where that of what it changes is 1
STEPS = 60  # of conjugate gradients
THIN = (1 / 32, 1 / 16, 1 / 8)  # of the picture's width
APART, TONE, CLOSED, OPENED, GUESS = 1.6, 1.2, 4.0, 8.0, 0.7  # differences of 1, in widths and in network range

_FEATURES = 5 + 2 * len(THIN)


def propagate(change: tf.Tensor, given: tf.Tensor, lightness: tf.Tensor, guess: tf.Tensor) -> tf.Tensor:
    """What hints change, brought from their places to all.

    Args:
      change: [B, S, S, 2], how far the hints' ab is from the guess; only what is given counts.
      given: [B, S, S, 1], 1 where a hint is and 0 elsewhere.
      lightness: [B, S, S, 1] in [-1, 1].
      guess: [B, S, S, 2], ab in network range.

    Returns:
      [B, S, S, 3]: the change at every pixel, and how well founded it is, which is what would come of a change of 1 at
      all hints: from 0 to 1. Zeros without hints.
    """
    size = lightness.shape[1]
    features = _features(lightness, guess)
    room = ops.sqrt(1.1 - lightness**2)  # there is little chroma, and so little to change, near black and white
    places, changes, heeded = _hints(features, change / room, given)
    between = _covariance(places, places) * heeded * ops.swapaxes(heeded, 1, 2)
    weights = _solve(between + NOISE * np.eye(places.shape[1], dtype=np.float32), changes)
    everywhere = _covariance(ops.reshape(features, (-1, size * size, _FEATURES)), places)
    result = ops.reshape(ops.matmul(everywhere, weights), (-1, size, size, 3))
    return ops.concatenate([result[..., :2] * room, ops.clip(result[..., 2:], 0.0, 1.0)], axis=-1)


def _features(lightness: tf.Tensor, guess: tf.Tensor) -> tf.Tensor:
    """What places may differ in, in units of a difference of 1: [B, S, S, F]."""
    size = lightness.shape[1]
    line = (np.arange(size, dtype=np.float32) + 0.5) / size / APART
    position = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)
    widths = [2 * round(share * size / 2) + 1 for share in THIN]
    closed = [_closed(lightness, width) / CLOSED for width in widths]
    opened = [-_closed(-lightness, width) / OPENED for width in widths]
    return ops.concatenate(
        [ops.zeros_like(guess) + position, guess / GUESS, lightness / TONE, *closed, *opened], axis=-1
    )


def _closed(images: tf.Tensor, width: int) -> tf.Tensor:
    """Without what is darker than its surroundings and thinner than `width` pixels: a morphological closing, smoothed.

    Unsmoothed, the corners of its squares would be seen in the colour.
    """
    closed = -_highest(-_highest(images, width), width)
    return ops.average_pool(closed, width // 2 + 1, 1, "same")


def _highest(images: tf.Tensor, width: int) -> tf.Tensor:
    return ops.max_pool(ops.max_pool(images, (1, width), 1, "same"), (width, 1), 1, "same")


def _hints(features: tf.Tensor, change: tf.Tensor, given: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Of the heeded cells: features [B, K, F], change and a 1 [B, K, 3], and 1 where there is a hint [B, K, 1]."""
    size = given.shape[1]
    cells = min(CELLS, size)
    # A dot's middle is where its colour was picked; its rim may lie on something else.
    weight = given * ops.average_pool(given, 3, 1, "same") ** 8
    planes = ops.concatenate([weight, features * weight, change * weight, weight], axis=-1)
    means = ops.average_pool(planes, size // cells, size // cells)
    means = ops.reshape(means, (-1, cells * cells, planes.shape[-1]))
    # Among cells that are given as a whole, those are heeded that come first in an order without order.
    scattered = 1.0 + 1e-3 * np.random.default_rng(0).permutation(cells * cells).astype(np.float32) / cells**2
    _, chosen = ops.top_k(means[..., 0] * scattered, min(HEEDED, cells * cells))
    means = ops.take_along_axis(means, chosen[..., None], axis=1)
    most = means[..., :1]
    heeded = ops.cast(most > 0.0, "float32")
    means = means[..., 1:] / ops.where(most > 0.0, most, 1.0)
    return means[..., :_FEATURES], means[..., _FEATURES:], heeded


def _covariance(places: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """exp(-difference): features [B, M, F] and [B, K, F] -> [B, M, K]."""
    difference = _distance(places[..., :2], others[..., :2]) + _distance(places[..., 2:4], others[..., 2:4])
    for tone in range(4, _FEATURES):
        difference += ops.abs(places[..., tone : tone + 1] - others[..., None, :, tone])
    return ops.exp(-difference)


def _distance(points: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    square = sum((points[..., axis : axis + 1] - others[..., None, :, axis]) ** 2 for axis in range(2))
    return ops.sqrt(square)


def _solve(matrix: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """x of matrix x = values by conjugate gradients, which, unlike a decomposition, all formats of export have.

    matrix: [B, K, K], symmetric and positive definite; values: [B, K, C], each channel by itself.
    """
    solution, residual = ops.zeros_like(values), values
    direction, square = residual, _dot(residual, residual)
    for _ in range(STEPS):
        image = ops.matmul(matrix, direction)
        length = square / ops.maximum(_dot(direction, image), 1e-12)
        solution, residual = solution + length * direction, residual - length * image
        previous, square = square, _dot(residual, residual)
        direction = residual + square / ops.maximum(previous, 1e-12) * direction
    return solution


def _dot(vectors: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    return ops.sum(vectors * others, axis=1, keepdims=True)
