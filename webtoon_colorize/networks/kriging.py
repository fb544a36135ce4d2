"""Propagates color hints to similar pixels by simple kriging (Gaussian process regression).

A hint changes the guessed ab at its own pixels. Kriging estimates the change at every other pixel: the prior mean of
the change is 0, and the covariance of two pixels is exp(-difference). Their difference is the sum of the distances of
their features (`Features`), each divided by its length scale. The length scales were chosen by the error on validation
panels.

Sources: kriging is described in Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), section 2.2,
and its covariances in chapter 4. Closings and openings of several widths are the morphological profile of Pesaresi and
Benediktsson (2001).
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from keras import ops

from webtoon_colorize.networks import gaussian_process

CELLS = 32  # per side of the panel; the hint pixels in one cell are averaged to one hint
MAX_HINTS = 128  # cells that are used as hints at most: those with the most hint pixels
NOISE = 0.02  # variance of the noise of a hint; the prior variance of the change is 1
STEPS = 60  # of conjugate gradients
THIN = (1 / 32, 1 / 16, 1 / 8)  # widths of the closings and openings, in widths of the panel


class LengthScales(NamedTuple):
    """The difference in each feature at which the covariance of two pixels falls to 1/e."""

    position: float  # in widths of the panel
    guess: float  # ab in network range
    lightness: float  # in [-1, 1]
    closed: float  # lightness in [-1, 1], for each width in THIN
    opened: float  # lightness in [-1, 1], for each width in THIN


LENGTH_SCALES = LengthScales(position=1.6, guess=0.7, lightness=1.2, closed=4.0, opened=8.0)


class Features(NamedTuple):
    """What the covariance compares, in units of `LENGTH_SCALES`: [B, S, S, C] each, or [B, N, C] as a list of N pixels.

    A thin line has almost the same `closed` and `opened` lightness as the area it is drawn on. These features therefore
    let the area's hints reach the line.
    """

    position: tf.Tensor  # C = 2, row and column
    guess: tf.Tensor  # C = 2, the guessed ab
    lightness: tf.Tensor  # C = 1
    closed: tf.Tensor  # C = 3, the lightness without thin dark lines, one channel per width in THIN
    opened: tf.Tensor  # C = 3, the lightness without thin light lines, one channel per width in THIN


class Hints(NamedTuple):
    """The K cells that are used as hints. If fewer cells have hints, the rest are unused and are zero everywhere."""

    features: Features  # [B, K, C] each
    change: tf.Tensor  # [B, K, 2]
    is_used: tf.Tensor  # [B, K, 1], 1 or 0


class Propagated(NamedTuple):
    """What the hints say about every pixel."""

    change: tf.Tensor  # [B, S, S, 2], to be added to the guess, in ab's network range
    confidence: tf.Tensor  # [B, S, S, 1] in [0, 1]: the same interpolation of a constant 1


def propagate(change: tf.Tensor, given: tf.Tensor, lightness: tf.Tensor, guess: tf.Tensor) -> Propagated:
    """Interpolates the changes at the hints to every pixel; without hints the result is 0.

    Args:
      change: [B, S, S, 2], the hints' ab minus the guess; values without a hint are ignored.
      given: [B, S, S, 1], 1 where there is a hint and 0 elsewhere.
      lightness: [B, S, S, 1] in [-1, 1].
      guess: [B, S, S, 2], ab in network range.
    """
    size = lightness.shape[1]
    features = _features(lightness, guess)
    headroom = ops.sqrt(1.1 - lightness**2)  # sRGB has little chroma, so little to change, near black and white
    hints = _hints(features, change / headroom, given)
    weights = _kriging_weights(hints)
    pixels = Features(*(ops.reshape(each, (-1, size * size, each.shape[-1])) for each in features))
    result = ops.reshape(ops.matmul(_covariance(pixels, hints.features), weights), (-1, size, size, 3))
    change, confidence = ops.split(result, [2], axis=-1)
    return Propagated(change * headroom, ops.clip(confidence, 0.0, 1.0))


def _features(lightness: tf.Tensor, guess: tf.Tensor) -> Features:
    size = lightness.shape[1]
    line = (np.arange(size, dtype=np.float32) + 0.5) / size / LENGTH_SCALES.position
    position = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)
    widths = [2 * round(share * size / 2) + 1 for share in THIN]  # odd, in pixels
    closed = [_closed(lightness, width) / LENGTH_SCALES.closed for width in widths]
    opened = [-_closed(-lightness, width) / LENGTH_SCALES.opened for width in widths]
    return Features(
        position=ops.zeros_like(guess) + position,
        guess=guess / LENGTH_SCALES.guess,
        lightness=lightness / LENGTH_SCALES.lightness,
        closed=ops.concatenate(closed, axis=-1),
        opened=ops.concatenate(opened, axis=-1),
    )


def _closed(images: tf.Tensor, width: int) -> tf.Tensor:
    """Removes dark details thinner than `width` pixels by a morphological closing, and smooths the result.

    Without smoothing, the corners of the closing's squares show in the colour.
    """
    closed = -_highest(-_highest(images, width), width)
    return ops.average_pool(closed, width // 2 + 1, 1, "same")


def _highest(images: tf.Tensor, width: int) -> tf.Tensor:
    """The maximum in a square of `width` pixels around each pixel."""
    return ops.max_pool(ops.max_pool(images, (1, width), 1, "same"), (width, 1), 1, "same")


def _hints(features: Features, change: tf.Tensor, given: tf.Tensor) -> Hints:
    """Averages the hint pixels of each cell, and chooses the cells with the most of them."""
    cells = min(CELLS, given.shape[1])
    # Users choose the colour for the centre of a dot. The rim may lie on something else, so it counts less.
    weight = given * ops.average_pool(given, 3, 1, "same") ** 8
    cell_weights = _cell_means(weight, cells)
    chosen = _heaviest(cell_weights[..., 0])[..., None]
    total = ops.take_along_axis(cell_weights, chosen, axis=1)
    divisor = ops.where(total > 0.0, total, 1.0)

    def weighted_mean(plane: tf.Tensor) -> tf.Tensor:
        return ops.take_along_axis(_cell_means(plane * weight, cells), chosen, axis=1) / divisor

    is_used = ops.cast(total > 0.0, "float32")
    return Hints(Features(*map(weighted_mean, features)), weighted_mean(change), is_used)


def _cell_means(plane: tf.Tensor, cells: int) -> tf.Tensor:
    """[B, S, S, C] -> [B, cells * cells, C]."""
    side = plane.shape[1] // cells  # in pixels
    return ops.reshape(ops.average_pool(plane, side, side), (-1, cells * cells, plane.shape[-1]))


def _heaviest(cell_weights: tf.Tensor) -> tf.Tensor:
    """Indices [B, K] of the K = MAX_HINTS heaviest of N cells [B, N], or of all cells if there are fewer.

    Cells of equal weight are chosen in a fixed random order, so that they lie all over the panel.
    """
    count = cell_weights.shape[1]
    order = np.random.default_rng(0).permutation(count).astype(np.float32)
    _, chosen = ops.top_k(cell_weights * (1.0 + 1e-3 * order / count), min(MAX_HINTS, count))
    return chosen


def _kriging_weights(hints: Hints) -> tf.Tensor:
    """[B, K, 3]: multiplied by the covariances of a pixel and the hints, they give its change and its confidence."""
    is_pair_used = hints.is_used * ops.swapaxes(hints.is_used, 1, 2)
    covariance = _covariance(hints.features, hints.features) * is_pair_used
    noise = NOISE * np.eye(covariance.shape[1], dtype=np.float32)
    values = ops.concatenate([hints.change, hints.is_used], axis=-1)
    return gaussian_process.solve(covariance + noise, values, steps=STEPS)


def _covariance(places: Features, others: Features) -> tf.Tensor:
    """exp(-difference) of the features [B, M, C] and [B, K, C]: [B, M, K]."""
    difference = _distance(places.position, others.position) + _distance(places.guess, others.guess)
    for one, other in zip(places[2:], others[2:]):  # lightness, closed, opened
        for channel in _differences(one, other):
            difference += ops.abs(channel)
    return ops.exp(-difference)


def _distance(points: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """The Euclidean distance of [B, M, C] and [B, K, C]: [B, M, K]."""
    return ops.sqrt(sum(channel**2 for channel in _differences(points, others)))


def _differences(points: tf.Tensor, others: tf.Tensor) -> list[tf.Tensor]:
    """[B, M, C] minus [B, K, C], one [B, M, K] for each of the C channels."""
    return [points[..., channel, None] - others[..., None, :, channel] for channel in range(points.shape[-1])]
