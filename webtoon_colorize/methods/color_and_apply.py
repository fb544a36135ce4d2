"""Color & apply, the paper's own system (section IV.C, figure 8).

Reading: "dropout with a keep probability of 0.01" is TensorFlow's, which divides what it keeps by the keep probability.
The applier then meets as much colour in the color generator's dense proposal as in the sparse truth it learned from.
Without the division a dense proposal is a hundred times more colour than the applier knows; the color generator learns
to whisper, its own loss stays where gray is, and regions come out less even than with L2 alone.

Reading: the applier that the color loss looks through is the one that colorizes, with its moving averages; the batch
statistics of color generator's output belong to neither.
"""

import tensorflow as tf
from keras import ops

from webtoon_colorize import losses, sparse_color
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.unet import unet


def loss_terms(
    ab: tf.Tensor, *, applied: tf.Tensor, proposal: tf.Tensor, colored: tf.Tensor
) -> dict[str, dict[str, tf.Tensor]]:
    """The terms of both networks, each the L2 loss against the true ab.

    Args:
      ab: the truth; like all others [B, H, W, 2], network range.
      applied: from the applier, in training.
      proposal: from the color generator.
      colored: from the applier given the proposal, as in use.
    """
    return {
        "applier": {"applier": losses.mean_squared_error(applied, ab)},
        "color_generator": {
            "color_generator": losses.mean_squared_error(proposal, ab),
            "color": losses.mean_squared_error(colored, ab),
        },
    }


def build(size: Size, *, keep_probability: float = 0.01) -> Method:
    """A color generator proposes ab from lightness; an applier spreads sparse ab over the picture.

    The applier learns from "image'", the truth with `keep_probability` of its colour left (at 256 px; see
    `sparse_color.as_many_as_at_256`). The color generator learns
    from its own output and, through the applier, from what the applier makes of it; that color loss does not change
    the applier.
    """
    color_generator = unet(size.image_size, 1, filters=size.filters, name="color_generator")
    applier = unet(size.image_size, 3, filters=size.filters, name="applier")
    share = sparse_color.as_many_as_at_256(keep_probability, image_size=size.image_size)

    def apply_color(lightness, ab, *, training):
        return applier(ops.concatenate([lightness, ab], axis=-1), training=training)

    def terms(batch, seed):
        sparse = sparse_color.pixel_dropout(batch.ab, share, seed=seed) / share
        applied = apply_color(batch.lightness, sparse, training=True)
        proposal = color_generator(batch.lightness, training=True)
        colored = apply_color(batch.lightness, proposal, training=False)
        return loss_terms(batch.ab, applied=applied, proposal=proposal, colored=colored)

    def colorize(lightness, label=None, hints=None):
        """The colour of the hints takes the color generator's place; the applier knows no mask."""
        del label
        if hints is None:
            proposal = color_generator(lightness, training=False)
        else:
            proposal = hints[..., :2] / share
        return apply_color(lightness, proposal, training=False)

    def variants(lightness, label=None):
        """What the color generator proposes."""
        del label
        return [color_generator(lightness, training=False)]

    networks = {"color_generator": color_generator, "applier": applier}
    return Method(networks, terms, colorize, variants=variants, takes_hints=True)
