"""L2 with features of a classifier (section IV.B).

The U-Net of `l2` gets three feature maps of a frozen VGG16 as additional inputs of its encoder. The VGG16 is trained to
tell titles apart on gray panels. Two rows are controls: a VGG16 that was trained on coloured panels, and one that was
not trained.
"""

from webtoon_colorize import color, losses
from webtoon_colorize.methods.method import Method, Size
from webtoon_colorize.networks.classifiers import taps, vgg16
from webtoon_colorize.networks.unet import unet

TAPS = ("block1_conv2", "block2_conv2", "block3_conv1")  # the paper's conv1_2, conv2_2, conv3_1


def build(size: Size, *, helper: str | None = "vgg16_gray") -> Method:
    """The U-Net; conv1_2 joins its input, conv2_2 its first encoder level and conv3_1 its second.

    `helper` is the row that trains the VGG16. Without one, its weights stay as they were initialised.
    """
    classifier = vgg16(size.image_size, size.num_titles, filters=size.filters)
    classifier.trainable = False
    features = taps(classifier.get_layer("vgg16_features"), TAPS)
    widths = [tap.shape[-1] for tap in features.outputs]
    generator = unet(size.image_size, 1, filters=size.filters, features=widths, name="generator")

    def generate(lightness, *, training):
        return generator([lightness, *features(color.gray_rgb(lightness), training=False)], training=training)

    def terms(batch, seed):
        del seed
        ab = generate(batch.lightness, training=True)
        return {"generator": {"l2": losses.mean_squared_error(ab, batch.ab)}}

    def colorize(lightness, label=None, hints=None):
        del label, hints
        return generate(lightness, training=False)

    return Method({"generator": generator}, terms, colorize, helpers={helper or "untrained_vgg16": classifier})
