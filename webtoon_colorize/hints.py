"""Sparse colour: what is left of ab when most of it is withheld."""

import tensorflow as tf


def pixel_dropout(ab: tf.Tensor, keep_probability: float, *, seed: tf.Tensor) -> tf.Tensor:
    """Keeps each pixel's colour with `keep_probability`, sets the others to 0, which is neutral (section IV.C).

    Reading: one draw per pixel, shared by a and b, and no rescaling by 1 / keep_probability, which would send ab far
    out of range. The network is not told which pixels were kept.

    Args:
      ab: [B, H, W, 2], network range.
      keep_probability: in [0, 1]; the paper's is 0.01.
      seed: int32 [2]; the same seed keeps the same pixels.

    Returns:
      [B, H, W, 2], network range.
    """
    shape = tf.concat([tf.shape(ab)[:3], [1]], axis=0)
    kept = tf.random.stateless_uniform(shape, seed) < keep_probability
    return tf.where(kept, ab, 0.0)
