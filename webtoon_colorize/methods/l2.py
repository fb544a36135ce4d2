"""L2 loss only: the paper's baseline (section IV.A).

A U-Net predicts ab from the lightness and minimises the squared error. Another row has the same network without skip
connections (section IV).
"""

from webtoon_colorize import losses
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.unet import unet


def build(size: Size, *, skips: bool = True) -> Method:
    """The U-Net; `skips=False` is the paper's ablation "without these skip connections"."""
    generator = unet(size.image_size, 1, filters=size.filters, skips=skips, name="generator")

    def terms(batch, seed):
        del seed
        ab = generator(batch.lightness, training=True)
        return {"generator": {"l2": losses.mean_squared_error(ab, batch.ab)}}

    def colorize(lightness, label=None, hints=None):
        del label, hints
        return generator(lightness, training=False)

    return Method({"generator": generator}, terms, colorize)
