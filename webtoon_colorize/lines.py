"""The lines of a panel: what a sketch of it would look like."""

import tensorflow as tf
from keras import ops

REACH = 32  # a line is at most about a 32nd of the picture's width wide
DARKEST, LIGHTEST = 0.5, 0.9  # share of the lightness around a line: ink, and paper
_FLOOR = 0.1  # of the lightness range: what is as dark as that has no lines to be seen


def line_art(lightness: tf.Tensor) -> tf.Tensor:
    """Dark lines on white paper, from a gray panel or from a drawing that is line art already.

    A pixel is as dark as its lightness is low for its surroundings, in which the lightest pixel counts: flat areas
    become paper whatever their tone, and what borders on something lighter becomes an edge.

    Args:
      lightness: [B, S, S, 1] in [-1, 1].

    Returns:
      [B, S, S, 1] in [-1, 1]; paper is 1.
    """
    reach = max(3, lightness.shape[1] // REACH + 1)
    tone = (lightness + 1.0) / 2.0 + _FLOOR
    share = tone / ops.max_pool(tone, reach, 1, "same")
    return 2.0 * ops.clip((share - DARKEST) / (LIGHTEST - DARKEST), 0.0, 1.0) - 1.0
