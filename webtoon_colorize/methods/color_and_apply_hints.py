"""Color & apply for a person's hints: an extension, no row of the paper ("in theory the first network can be replaced
with user input ... we haven't tried this", section IV.C).

The applier of the paper's row has only seen one per cent of the true pixels, and the few hints of a person harm it.
This one corrects the color generator's proposal, in which hints, from none to many, have been spread over what looks
like them (`networks.kriging`); it is told where they are and how well founded the spread is. The better, the less it has to
say: of what hints settle, a network trained on panels whose truth it has seen knows less than they.

It has instance normalisation: moving averages would belong to no number of hints in particular.
"""

import tensorflow as tf
from keras import ops

from webtoon_colorize import sparse_color
from webtoon_colorize.methods.color_and_apply import loss_terms
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.kriging import propagate
from webtoon_colorize.networks.layers import instance_normalization
from webtoon_colorize.networks.unet import unet


def build(size: Size) -> Method:
    """The networks of `color_and_apply`; the applier also gets where hints are and how well founded their spread is."""
    color_generator = unet(size.image_size, 1, filters=size.filters, name="color_generator")
    applier = unet(size.image_size, 5, filters=size.filters, normalization=instance_normalization, name="applier")

    def apply_color(lightness, proposal, hints, *, training):
        if hints is None:
            unknown = ops.zeros_like(lightness)
            ab, given, founded = proposal, unknown, unknown
        else:
            given = hints[..., 2:]
            change, founded = ops.split(propagate(hints[..., :2] - proposal, given, lightness, proposal), [2], axis=-1)
            ab = ops.where(given > 0.0, hints[..., :2], proposal + change)
        inputs = ops.concatenate([lightness, ab, given, founded], axis=-1)
        return ops.clip(ab + (1.0 - founded) ** 2 * applier(inputs, training=training), -1.0, 1.0)

    def terms(batch, seed):
        proposal = color_generator(batch.lightness, training=True)
        hints = sparse_color.random_hints(batch.ab, tf.stop_gradient(proposal), seed=seed)
        applied = apply_color(batch.lightness, proposal, hints, training=True)
        colored = apply_color(batch.lightness, proposal, None, training=False)
        return loss_terms(batch.ab, applied=applied, proposal=proposal, colored=colored)

    def colorize(lightness, label=None, hints=None):
        """Without hints the proposal alone is applied."""
        del label
        return apply_color(lightness, color_generator(lightness, training=False), hints, training=False)

    networks = {"color_generator": color_generator, "applier": applier}
    return Method(networks, terms, colorize, takes_hints=True)
