"""L2 from lines alone: the paper's future work, "using dropout also for the lightness channel ... potentially allowing
... colorizing sketches" (section V). An extension, no row of the paper's table.

Reading: the panel's lines take the place of its lightness, and in training a part of them is dropped, so that the
network does not rely on every stroke.
"""

import tensorflow as tf

from webtoon_colorize import losses
from webtoon_colorize.lines import line_art
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.unet import unet

PAPER = 1.0  # in network range


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
