"""L2 from lines alone: the paper's future work, "using dropout also for the lightness channel ... potentially allowing
... colorizing sketches" (section V). An extension, no row of the paper's table.

Reading: the panel's lines take the place of its lightness, and in training a part of them is dropped, so that the
network does not rely on every stroke.
"""

import tensorflow as tf
from keras import ops

from webtoon_colorize import losses
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.unet import unet

PAPER = 1.0  # in network range
REACH = 32  # a line is at most about a 32nd of the picture's width wide
DARKEST, LIGHTEST = 0.5, 0.9  # share of the lightness around a line: ink, and paper
_FLOOR = 0.1  # of the lightness range: what is as dark as that has no lines to be seen


def build(size: Size, *, keep_probability: float = 0.8) -> Method:
    """The U-Net of `l2`; it sees line art, `keep_probability` of whose pixels are left in training."""
    generator = unet(size.image_size, 1, filters=size.filters, name="generator")

    def terms(batch, seed):
        lines = line_art(batch.lightness)
        kept = tf.random.stateless_uniform(tf.shape(lines), seed) < keep_probability
        ab = generator(tf.where(kept, lines, PAPER), training=True)
        return {"generator": {"l2": losses.mean_squared_error(ab, batch.ab)}}

    def colorize(lightness, label=None, hints=None):
        del label, hints
        return generator(line_art(lightness), training=False)

    return Method({"generator": generator}, terms, colorize, from_lines=True)


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
