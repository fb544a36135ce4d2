"""Color & apply, the paper's own system (section IV.C, figure 8).

A color generator proposes ab from the lightness. An applier, which has learned to colour the whole picture from a few
pixels of the true ab, colours it from this proposal.

Reading: "dropout with a keep probability of 0.01" is TensorFlow's, which divides the kept values by the keep
probability. The sparse truth that the applier learns from then has as much colour in total as a dense proposal. A row
without the division stands beside it.

Reading: the "color generator loss", which the paper does not define, is the L2 loss of the proposal.

Reading: the color loss leaves the applier as it is. It would teach the applier to repair dense proposals, but the
applier "learns how to apply the given colors", those of "image'".

Reading: both networks are updated in the same step, from one forward pass. The paper says "end-to-end".

Reading: the color loss goes through the applier in inference mode, with its moving averages, as in use. The batch
statistics of the color generator's output are used nowhere.
"""

import tensorflow as tf
from keras import ops

from webtoon_colorize import losses
from webtoon_colorize.methods import sparse_color
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


def build(size: Size, *, keep_probability: float = 0.01, divided: bool = True) -> Method:
    """The color generator, from lightness to ab, and the applier, from lightness and ab to ab.

    The applier learns from the paper's "image'", the true ab in which each pixel keeps its colour with
    `keep_probability`. The color generator learns from the error of its proposal, and from the error of the picture
    that the applier makes of the proposal. This color loss does not change the applier.

    Kept colour is `divided` by the keep probability or not. `keep_probability` holds at 256 px;
    `sparse_color.as_many_as_at_256` converts it to other sizes.
    """
    color_generator = unet(size.image_size, 1, filters=size.filters, name="color_generator")
    applier = unet(size.image_size, 3, filters=size.filters, name="applier")
    share = sparse_color.as_many_as_at_256(keep_probability, image_size=size.image_size)

    def apply_color(lightness, ab, *, training):
        return applier(ops.concatenate([lightness, ab], axis=-1), training=training)

    def terms(batch, seed):
        sparse = sparse_color.pixel_dropout(batch.ab, share, seed=seed, divided=divided)
        applied = apply_color(batch.lightness, sparse, training=True)
        proposal = color_generator(batch.lightness, training=True)
        colored = apply_color(batch.lightness, proposal, training=False)
        return loss_terms(batch.ab, applied=applied, proposal=proposal, colored=colored)

    def colorize(lightness, label=None, hints=None):
        """The ab of the hints, without their mask, takes the place of the proposal."""
        del label
        given = color_generator(lightness, training=False) if hints is None else hints[..., :2]
        if hints is not None and divided:
            given = given / share
        return apply_color(lightness, given, training=False)

    def variants(lightness, label=None):
        """The color generator's proposal."""
        del label
        return [color_generator(lightness, training=False)]

    networks = {"color_generator": color_generator, "applier": applier}
    return Method(networks, terms, colorize, variants=variants, takes_hints=True)
