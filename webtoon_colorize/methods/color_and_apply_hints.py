"""Color & apply with a user's hints: an extension, not a row of the paper.

The paper says: "in theory the first network can be replaced with user input ... we haven't tried this" (section IV.C).
The applier of the paper's row is trained on one per cent of the true pixels, and a few hints make its result worse.
Here hints change the color generator's proposal where the picture looks like the hinted places (`networks.kriging`).
The applier then corrects the changed proposal. It also gets the places of the hints and the confidence of the
interpolation, and its correction is smaller where the confidence is higher.

The applier has instance normalization. The moving averages of a batch normalization would mix inputs with few and with
many hints.
"""

import tensorflow as tf
from keras import ops

from webtoon_colorize.methods import sparse_color
from webtoon_colorize.methods.color_and_apply import loss_terms
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.kriging import propagate
from webtoon_colorize.networks.layers import instance_normalization
from webtoon_colorize.networks.unet import unet


def build(size: Size) -> Method:
    """The networks of `color_and_apply`. The applier has two more inputs: the mask of the hints and the confidence."""
    color_generator = unet(size.image_size, 1, filters=size.filters, name="color_generator")
    applier = unet(size.image_size, 5, filters=size.filters, normalization=instance_normalization, name="applier")

    def apply_color(lightness, proposal, hints, *, training):
        if hints is None:
            unknown = ops.zeros_like(lightness)
            ab, given, confidence = proposal, unknown, unknown
        else:
            given = hints[..., 2:]
            change, confidence = propagate(hints[..., :2] - proposal, given, lightness, proposal)
            ab = ops.where(given > 0.0, hints[..., :2], proposal + change)
        inputs = ops.concatenate([lightness, ab, given, confidence], axis=-1)
        return ops.clip(ab + (1.0 - confidence) ** 2 * applier(inputs, training=training), -1.0, 1.0)

    def terms(batch, seed):
        proposal = color_generator(batch.lightness, training=True)
        hints = sparse_color.random_hints(batch.ab, tf.stop_gradient(proposal), seed=seed)
        applied = apply_color(batch.lightness, proposal, hints, training=True)
        colored = apply_color(batch.lightness, proposal, None, training=False)
        return loss_terms(batch.ab, applied=applied, proposal=proposal, colored=colored)

    def colorize(lightness, label=None, hints=None):
        """Without hints the applier gets the proposal as it is."""
        del label
        return apply_color(lightness, color_generator(lightness, training=False), hints, training=False)

    networks = {"color_generator": color_generator, "applier": applier}
    return Method(networks, terms, colorize, takes_hints=True)
