"""From a person's dots of colour to the places that look alike: a joint bilateral grid.

Kernel regression over hints, weighted by nearness and by likeness of lightness, after the bilateral grid of Chen, Paris
and Durand (SIGGRAPH 2007).
"""

import numpy as np
import tensorflow as tf
from keras import ops

GRID = 32  # cells across
REACHES = (0.04, 0.08, 0.16, 0.32, 0.64)  # standard deviations of nearness, in sides of the picture
LIKENESS = 0.15  # standard deviation of likeness, lightness in [-1, 1]
DOUBT = 0.1  # the weight of staying as it is


def spread(change: tf.Tensor, given: tf.Tensor, lightness: tf.Tensor) -> tf.Tensor:
    """What hints change, brought from their places to all.

    The weight of a hint's pixel is a sum of Gaussians of its distance, so that a lone hint reaches far and one among
    many does not, times a Gaussian of the difference in lightness.

    Args:
      change: [B, S, S, 2], how far the hints' ab is from what they replace; only what is given counts.
      given: [B, S, S, 1], 1 where a hint is and 0 elsewhere.
      lightness: [B, S, S, 1] in [-1, 1].

    Returns:
      [B, S, S, 3]: the change at every pixel, and how well founded it is, from 0 to 1. Zeros without hints.
    """
    size = lightness.shape[1]
    grid = min(GRID, size)
    # The product of two Gaussians around common centres, summed over these, is one of their distance, sqrt(2) as wide.
    centres = np.linspace(-1.0, 1.0, 1 + round(2 / LIKENESS)).astype(np.float32)
    likeness = ops.exp(-(((lightness - centres) / LIKENESS) ** 2))
    planes = ops.concatenate([change * given, given], axis=-1)
    splat = ops.concatenate([planes[..., channel : channel + 1] * likeness for channel in range(3)], axis=-1)
    cells = ops.average_pool(splat, size // grid, strides=size // grid)
    smooth = sum(_blurred(cells, reach) for reach in REACHES)
    slices = ops.image.resize(smooth, (size, size), interpolation="bilinear")
    count = len(centres)
    *changes, weight = (
        ops.sum(slices[..., start : start + count] * likeness, axis=-1, keepdims=True)
        for start in range(0, 3 * count, count)
    )
    return ops.concatenate([*(each / (weight + DOUBT) for each in changes), weight / (weight + DOUBT)], axis=-1)


def _blurred(cells: tf.Tensor, reach: float) -> tf.Tensor:
    """Sums, weighted by a Gaussian of distance whose top is one over the square of its reach."""
    grid, channels = cells.shape[1], cells.shape[3]
    offsets = np.arange(1 - grid, grid) / grid
    nearness = (REACHES[2] / reach * np.exp(-(offsets**2) / (2 * reach**2))).astype(np.float32)
    for shape in ((-1, 1, 1, 1), (1, -1, 1, 1)):  # down, across
        kernel = np.tile(nearness.reshape(shape), (1, 1, channels, 1))
        cells = ops.depthwise_conv(cells, kernel, padding="same", data_format="channels_last")
    return cells
