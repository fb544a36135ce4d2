"""L2 from line art, with a person's hints: an extension, not a row of the paper.

The paper names as future work "using dropout also for the lightness channel ... potentially allowing ... colorizing
sketches" (section V). The U-Net of `l2` sees lines that are computed from the panel, and not its lightness. It also
sees hints, because a line does not tell a colour: in training, simulated ones (`sparse_color.random_hints`), which a
tenth of the panels have none of.

Reading: in training a part of the line art's pixels is dropped, so that the network does not rely on single strokes.
"""

import tensorflow as tf
from keras import ops

from webtoon_colorize import losses
from webtoon_colorize.methods import sparse_color
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.unet import unet

WHITE = 1.0  # in network range
REACH = 32  # the maximum is over about a 32nd of the picture's width, the width of the widest line
DARKEST, LIGHTEST = 0.5, 0.9  # shares of the maximum around a pixel, which become black and white
_FLOOR = 0.1  # added to the lightness in [0, 1], so that no lines are found within dark areas


def build(size: Size, *, keep_probability: float = 0.8) -> Method:
    """The U-Net of `l2`; in training each pixel of the line art is kept with `keep_probability` and else is white."""
    generator = unet(size.image_size, 4, filters=size.filters, name="generator")

    def terms(batch, seed):
        dropping, hinting = tf.unstack(tf.random.split(seed))
        lines = line_art(batch.lightness)
        kept = tf.random.stateless_uniform(tf.shape(lines), dropping) < keep_probability
        hints = sparse_color.random_hints(batch.ab, tf.zeros_like(batch.ab), seed=hinting)
        ab = generator(ops.concatenate([tf.where(kept, lines, WHITE), hints], axis=-1), training=True)
        return {"generator": {"l2": losses.mean_squared_error(ab, batch.ab)}}

    def colorize(lightness, label=None, hints=None):
        del label
        hints = ops.repeat(ops.zeros_like(lightness), 3, axis=-1) if hints is None else hints
        return generator(ops.concatenate([line_art(lightness), hints], axis=-1), training=False)

    return Method({"generator": generator}, terms, colorize, takes_hints=True, from_lines=True)


def line_art(lightness: tf.Tensor) -> tf.Tensor:
    """Dark lines on white, from a gray panel or from a drawing that is line art already.

    Each pixel is divided by the lightest pixel around it. Flat areas of any tone become white. The darker side of an
    edge becomes a line.

    Args:
      lightness: [B, S, S, 1] in [-1, 1].

    Returns:
      [B, S, S, 1] in [-1, 1]; white is 1.
    """
    reach = max(3, lightness.shape[1] // REACH + 1)
    tone = (lightness + 1.0) / 2.0 + _FLOOR
    share = tone / ops.max_pool(tone, reach, 1, "same")
    return 2.0 * ops.clip((share - DARKEST) / (LIGHTEST - DARKEST), 0.0, 1.0) - 1.0
