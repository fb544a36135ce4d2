"""Gaussian process regression: known values of some points foretell those of points that are near them.

The values are taken to have mean 0 and variance 1, their noise to have the variance NOISE, and two points the
covariance exp(-squared distance).

Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equations 2.25 and 5.12. The latter
leaves out a single point; here it leaves out a group.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from webtoon_colorize.networks.candidates import squared_distances

NOISE = 0.3  # chosen on stories that no judged number comes from


class Fit(NamedTuple):
    """What M known points teach."""

    weights: np.ndarray  # float64 [M, C]
    left_out: np.ndarray  # float64 [M, C], the mean at each point if its group were not known


def fit(points: np.ndarray, values: np.ndarray, group: np.ndarray) -> Fit:
    """Learns the `values` [M, C] of `points` [M, D], float32 both; `group` [M] numbers the group of each point."""
    covariance = _covariance(points[None], points).numpy()[0]
    inverse = np.linalg.inv(covariance + NOISE * np.eye(len(points)))
    weights = inverse @ values
    left_out = np.zeros_like(weights)
    for each in np.unique(group):
        own = np.flatnonzero(group == each)
        left_out[own] = values[own] - np.linalg.solve(inverse[np.ix_(own, own)], weights[own])
    return Fit(weights, left_out)


def mean(points: tf.Tensor, known: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """The mean at `points` [B, N, D] beside `known` points [M, D] with `weights` [M, C]: [B, N, C]."""
    return tf.matmul(_covariance(points, known), weights)


def _covariance(points: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
    """[B, N, D], [M, D] -> [B, N, M]."""
    return tf.exp(-squared_distances(points, known[None]))
