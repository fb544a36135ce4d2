"""Loss terms. Each is a value per image, [B]; only the training step averages over the batch."""

import tensorflow as tf


def mean_squared_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """mean over H, W, C of (prediction - target)^2, both [B, H, W, C] in network range; the paper's "L2 loss"."""
    return tf.reduce_mean(tf.math.squared_difference(prediction, target), axis=[1, 2, 3])


def adversarial(logits: tf.Tensor, *, real: bool) -> tf.Tensor:
    """mean over patches of -log sigmoid(logits) where they should look real, else -log(1 - sigmoid(logits)).

    Args:
      logits: [B, h, w, 1], one per patch.
      real: what the one who minimises this wants the discriminator to say.

    Source: pix2pix, arXiv 1611.07004, equation 1, in its non-saturating form.
    """
    return tf.reduce_mean(tf.nn.softplus(-logits if real else logits), axis=[1, 2, 3])
