"""Gaussian process regression: known values of some points foretell those of points that are near them.

The values are taken to have mean 0, their noise NOISE times their variance, and two points the correlation
exp(-squared distance).

Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equations 2.25 and 5.12. The latter
leaves out a single point; here it leaves out a group.
"""

import numpy as np
import tensorflow as tf
from keras import ops

from webtoon_colorize.networks.candidates import squared_distances

NOISE = 0.3  # chosen on stories that no judged number comes from
_STEPS = 150  # of conjugate gradients, for some thousand points


def learn(points: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """What `foretell` multiplies, [M, C], of the `values` [M, C] of `points` [M, D]."""
    return solve(_covariance(points[None], points) + NOISE * tf.eye(points.shape[0]), values[None], steps=_STEPS)[0]


def foretell(points: tf.Tensor, known: tf.Tensor, learned: tf.Tensor) -> tf.Tensor:
    """The mean of the values at `points` [B, N, D], beside `known` points [M, D]: [B, N, C]."""
    return tf.matmul(_covariance(points, known), learned)


def foretell_left_out(points: tf.Tensor, values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The mean at each of the `points` [M, D] without the values [M, C] of its `group` [M]: float64 [M, C]."""
    covariance = _covariance(points[None], points)[0].numpy()
    inverse = np.linalg.inv(covariance + NOISE * np.eye(len(values)))
    means, weights = np.zeros_like(values, dtype=np.float64), inverse @ values
    for each in np.unique(group):
        own = np.flatnonzero(group == each)
        means[own] = values[own] - np.linalg.solve(inverse[np.ix_(own, own)], weights[own])
    return means


def _covariance(points: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
    """[B, N, D], [M, D] -> [B, N, M]."""
    return tf.exp(-squared_distances(points, known[None]))


def solve(matrix: tf.Tensor, values: tf.Tensor, *, steps: int) -> tf.Tensor:
    """Solves matrix x = values by conjugate gradients.

    Every export format has the operations of conjugate gradients; some lack those of a matrix decomposition.

    Args:
      matrix: [B, K, K], symmetric and positive definite.
      values: [B, K, C]; each channel is solved by itself.

    Returns:
      x, [B, K, C].
    """
    solution, residual = ops.zeros_like(values), values
    direction, square = residual, _dot(residual, residual)
    for _ in range(steps):
        product = ops.matmul(matrix, direction)
        step = square / ops.maximum(_dot(direction, product), 1e-12)
        solution, residual = solution + step * direction, residual - step * product
        previous, square = square, _dot(residual, residual)
        direction = residual + square / ops.maximum(previous, 1e-12) * direction
    return solution


def _dot(vectors: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    return ops.sum(vectors * others, axis=1, keepdims=True)
