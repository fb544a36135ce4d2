"""Colour as a choice among candidates: the colours of a grid, and those of pixels in reference panels.

Each place gives every candidate a logit. Their softmax is a distribution over colours with several peaks, where a
network that minimises the squared error has only one answer, the mean.

Sources: colorization as classification over a grid of ab is of Zhang et al., arXiv 1603.08511. Attention that points at
elements of its input is of Vinyals et al., arXiv 1506.03134.
"""

import functools
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from webtoon_colorize import color

SIGMA = 5.0  # Lab units; a candidate stands for the colours around it, with this standard deviation
_STEP = 10.0  # Lab units between neighbours in the grid, as in arXiv 1603.08511
_NEVER = -1e9  # the logit of a candidate that a place may not choose
_TEMPERATURE = 0.55  # 0.38 in arXiv 1603.08511, which costs 3% of the error on validation


class Candidates(NamedTuple):
    """M candidates for N places."""

    logits: tf.Tensor  # [B, N, M]
    ab: tf.Tensor  # [B, M, 2], network range


@functools.cache
def grid() -> np.ndarray:
    """The ab of the grid's colours that sRGB can show at some lightness: float32 [K, 2], network range."""
    side = np.linspace(0.0, 1.0, 33, dtype=np.float32)
    rgb = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(1, -1, 1, 3)
    with tf.init_scope():  # it may be asked for while a function is traced
        ab = color.rgb_to_lab(tf.constant(rgb))[1].numpy().reshape(-1, 2) * color.AB_SCALE
    return (np.unique(np.round(ab / _STEP), axis=0) * _STEP / color.AB_SCALE).astype(np.float32)


def from_grid(logits: tf.Tensor) -> Candidates:
    """The colours of the grid with these logits, [B, N, K]."""
    return Candidates(logits, tf.repeat(tf.constant(grid())[None], tf.shape(logits)[0], axis=0))


def from_references(queries: tf.Tensor, keys: tf.Tensor, ab: tf.Tensor, may_choose: tf.Tensor) -> Candidates:
    """Reference pixels as candidates; the logit is minus the squared distance of the embeddings.

    Args:
      queries: embeddings of the places, [B, N, D].
      keys: embeddings of the reference pixels, [B, M, D].
      ab: of the reference pixels, [B, M, 2].
      may_choose: which places may choose which pixels, bool [B, N, M].
    """
    return Candidates(tf.where(may_choose, -squared_distances(queries, keys), _NEVER), ab)


def join(*several: Candidates) -> Candidates:
    """All candidates of several sets for the same places."""
    return Candidates(tf.concat([each.logits for each in several], -1), tf.concat([each.ab for each in several], 1))


def negative_log_likelihood(candidates: Candidates, ab: tf.Tensor) -> tf.Tensor:
    """-log sum_j softmax(logits)_j exp(-|ab - ab_j|^2 / (2 sigma^2)) in nats, [B, N], of true ab [B, N, 2]."""
    logits, distances = candidates.logits, squared_distances(ab, candidates.ab)
    near = logits - distances / (2.0 * (SIGMA / color.AB_SCALE) ** 2)
    return tf.reduce_logsumexp(logits, axis=-1) - tf.reduce_logsumexp(near, axis=-1)


def annealed_mean(candidates: Candidates) -> tf.Tensor:
    """ab [B, N, 2]: the mean over the distribution made sharper (arXiv 1603.08511, equation 5)."""
    return tf.matmul(tf.nn.softmax(candidates.logits / _TEMPERATURE), candidates.ab)


def squared_distances(points: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Of points [B, N, D] from others [B, M, D], either B may be 1: [B, N, M]."""
    squares = [tf.reduce_sum(tf.square(each), axis=-1) for each in (points, others)]
    return squares[0][:, :, None] + squares[1][:, None, :] - 2.0 * tf.matmul(points, others, transpose_b=True)
