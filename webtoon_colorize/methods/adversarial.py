"""L2 and an adversarial loss (section IV.A): pix2pix (arXiv 1611.07004) with L2 in the place of its L1.

The generator is the U-Net of `l2`. A discriminator learns to tell its output from true colours, and the generator
learns to deceive the discriminator. One row gives both networks the title as well.
"""

import tensorflow as tf
from keras import ops

from webtoon_colorize import losses
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.patch_discriminator import patch_discriminator
from webtoon_colorize.networks.unet import unet

# Reading: the paper's "adversarial loss plus L2" gives no weight. As a sum over 256 x 256 x 2 values, L2 would weigh
# 131,072 means; as half of it (`tf.nn.l2_loss`) 65,536. pix2pix has a weight of 100 for L1, whose gradient does not
# fall with the error; L2 with a weight of 100 ends worse than gray. docs/choices.md has the weights on validation.
L2_WEIGHT = 131_072.0
_DISCRIMINATOR_WEIGHT = 0.5  # pix2pix halves the discriminator's loss so that it learns more slowly


def build(size: Size, *, with_label: bool = False, l2_weight: float = L2_WEIGHT) -> Method:
    """The U-Net of `l2` and a 70x70 PatchGAN that sees lightness and ab.

    `with_label` conditions both networks on the title: they get one-hot planes beside their input. `l2_weight`
    multiplies the mean squared error.
    """
    planes = size.num_titles if with_label else 0
    generator = unet(size.image_size, 1 + planes, filters=size.filters, name="generator")
    discriminator = patch_discriminator(size.image_size, 3 + planes, filters=size.filters)

    def condition(lightness, label):
        if not with_label:
            return lightness
        one_hot = ops.one_hot(label, planes)[:, None, None, :]
        return ops.concatenate([lightness, ops.ones_like(lightness) * one_hot], axis=-1)

    def terms(batch, seed):
        del seed
        given = condition(batch.lightness, batch.label)
        ab = generator(given, training=True)
        on_real = discriminator(tf.concat([given, batch.ab], axis=-1), training=True)
        on_fake = discriminator(tf.concat([given, ab], axis=-1), training=True)
        return {
            "generator": {
                "adversarial": losses.adversarial(on_fake, real=True),
                "l2": l2_weight * losses.mean_squared_error(ab, batch.ab),
            },
            "discriminator": {
                "real": _DISCRIMINATOR_WEIGHT * losses.adversarial(on_real, real=True),
                "fake": _DISCRIMINATOR_WEIGHT * losses.adversarial(on_fake, real=False),
            },
        }

    def colorize(lightness, label=None, hints=None):
        del hints
        return generator(condition(lightness, label), training=False)

    networks = {"generator": generator, "discriminator": discriminator}
    return Method(networks, terms, colorize, takes_label=with_label)
