"""The rows of the paper's table, as data."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

from experiments import training_subsets
from webtoon_colorize.data import Panels
from webtoon_colorize.methods import (
    adversarial,
    chroma_dropout,
    classification_loss,
    color_and_apply,
    color_and_apply_hints,
    diverse_vae,
    l2,
    residual_encoder,
    sketch,
    tandem,
    title_classifier,
    vgg_features,
)
from webtoon_colorize.methods.method import Method

LEARNING_RATE = 2e-4  # pix2pix; the paper says nothing


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A row of the table."""

    description: str  # shown to readers
    section: str  # of the paper
    build: Callable[..., Method]  # a method's `build`, or a functools.partial of it
    requires: tuple[str, ...] = ()  # experiments whose trained networks it uses, frozen
    overrides: Mapping[str, int] = dataclasses.field(default_factory=dict)  # fields of the scale -> value for this row
    select: Callable[[Panels, Panels], Panels] | None = None  # (training panels, test panels) -> panels to train on


@dataclasses.dataclass(frozen=True)
class Scale:
    """Sizes that all rows share."""

    image_size: int  # pixels
    filters: int  # of the first layer
    epochs: int
    batch_size: int


# ResNet-50 has its full width at every scale, so its epochs take long at small scales. All classifiers train for fewer
# epochs than other rows, because they are compared with each other.
_CLASSIFIER = {"epochs": 20}

EXPERIMENTS = {
    "l2": Experiment("L2", "IV.A", l2.build),
    "no_skips": Experiment("L2, no skip connections", "IV", functools.partial(l2.build, skips=False)),
    "adversarial": Experiment("L2 + adversarial", "IV.A", adversarial.build),
    "adversarial_label": Experiment(
        "L2 + adversarial, given the title", "IV.A", functools.partial(adversarial.build, with_label=True)
    ),
    "classification_loss": Experiment(
        "L2 + classification", "IV.A", classification_loss.build, requires=(classification_loss.HELPER,)
    ),
    "vgg_features": Experiment("L2, VGG16 features", "IV.B", vgg_features.build, requires=(vgg_features.HELPER,)),
    "diverse_vae": Experiment(
        "VAE and mixture density network", "IV.A", diverse_vae.build, requires=(diverse_vae.HELPER,)
    ),
    "residual_encoder": Experiment("residual encoder", "IV.B", residual_encoder.build),
    "residual_encoder_pretrained": Experiment(
        "residual encoder, illustration2vec's features", "IV.B", residual_encoder.build_illustration2vec
    ),
    "residual_encoder_imagenet": Experiment(
        "residual encoder, ImageNet's features", "IV.B", residual_encoder.build_imagenet
    ),
    "tandem": Experiment("color prediction and shading in tandem", "IV.C", tandem.build),
    "pixel_dropout": Experiment("sparse colour, iterated", "IV.C", chroma_dropout.build_pixel),
    "channel_dropout": Experiment("a or b withheld, iterated", "IV.C", chroma_dropout.build_channel),
    "color_and_apply": Experiment("color & apply", "IV.C", color_and_apply.build),
    "color_and_apply_keep_0.001": Experiment(
        "color & apply, keep 0.001", "IV.C", functools.partial(color_and_apply.build, keep_probability=0.001)
    ),
    "color_and_apply_keep_0.1": Experiment(
        "color & apply, keep 0.1", "IV.C", functools.partial(color_and_apply.build, keep_probability=0.1)
    ),
    "color_and_apply_hints": Experiment("color & apply for a person's hints", "IV.C", color_and_apply_hints.build),
    "sketch": Experiment("L2 from line art", "V", sketch.build),
    "vgg16_gray": Experiment(
        "titles by VGG16, gray",
        "IV.B",
        functools.partial(title_classifier.build_vgg16, gray=True),
        overrides=_CLASSIFIER,
    ),
    "vgg16_color": Experiment(
        "titles by VGG16, colour",
        "IV.B",
        functools.partial(title_classifier.build_vgg16, gray=False),
        overrides=_CLASSIFIER,
    ),
    "resnet50_gray": Experiment(
        "titles by ResNet-50, gray",
        "IV.B",
        functools.partial(title_classifier.build_resnet50, gray=True),
        overrides=_CLASSIFIER,
    ),
    "resnet50_color": Experiment(
        "titles by ResNet-50, colour",
        "IV.B",
        functools.partial(title_classifier.build_resnet50, gray=False),
        overrides=_CLASSIFIER,
    ),
}

# Rows that test the paper's remarks on its data (III.B). They are not in its table.
DATA_EXPERIMENTS = {
    "l2_neighbours": Experiment("L2, split by panel", "III.B", l2.build, select=training_subsets.with_neighbours),
    **{
        f"l2_only_{label}": Experiment(
            f"L2, title {label} only",
            "III.B",
            l2.build,
            select=functools.partial(training_subsets.one_title, label=label),
        )
        for label in range(5)
    },
}

TRAINABLE = EXPERIMENTS | DATA_EXPERIMENTS

SCALES = {
    "quick": Scale(image_size=64, filters=16, epochs=30, batch_size=16),
    "cpu": Scale(image_size=128, filters=16, epochs=40, batch_size=16),
    "paper": Scale(image_size=256, filters=64, epochs=100, batch_size=16),
}


def scale_of(experiment: str, scale: Scale) -> Scale:
    """`scale` with the overrides of the row."""
    return dataclasses.replace(scale, **TRAINABLE[experiment].overrides)
