"""The rows of the paper's table, as data."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import numpy as np

from experiments import training_subsets
from experiments.training_subsets import Split
from webtoon_colorize.data import Panels
from webtoon_colorize.methods import (
    adversarial,
    chroma_dropout,
    classification_loss,
    color_and_apply,
    color_and_apply_hints,
    diverse_vae,
    l2,
    references,
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
    select: Callable[[Panels, Panels, Panels], Split] | None = None  # (training, validation, test) -> what it trains on
    unseen: Callable[[Panels, Panels], np.ndarray] | None = (
        None  # (test, training) -> test panels that it may be judged on
    )
    on_training: bool = False  # whether it is judged on training panels too


@dataclasses.dataclass(frozen=True)
class Scale:
    """Sizes that all rows share."""

    image_size: int  # pixels
    filters: int  # of the first layer
    epochs: int  # at most
    patience: int  # epochs without a better one on validation that end the training
    batch_size: int


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
    "vgg_features": Experiment("L2, VGG16 features", "IV.B", vgg_features.build, requires=("vgg16_gray",)),
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
    "references": Experiment(
        "colour from reference panels, ImageNet's features", "IV.C", functools.partial(references.build, imagenet=True)
    ),
    "sketch": Experiment("L2 from line art", "V", sketch.build),
    "vgg16_gray": Experiment(
        "titles by VGG16, gray",
        "IV.B",
        functools.partial(title_classifier.build_vgg16, gray=True),
    ),
    "vgg16_color": Experiment(
        "titles by VGG16, colour",
        "IV.B",
        functools.partial(title_classifier.build_vgg16, gray=False),
    ),
    "resnet50_gray": Experiment(
        "titles by ResNet-50, gray",
        "IV.B",
        functools.partial(title_classifier.build_resnet50, gray=True),
    ),
    "resnet50_color": Experiment(
        "titles by ResNet-50, colour",
        "IV.B",
        functools.partial(title_classifier.build_resnet50, gray=False),
    ),
}

# Rows that only claims need: other readings, controls, and the paper's remarks on its data (III.B). They are not in its
# table.
CLAIM_EXPERIMENTS = {
    "vgg_features_color": Experiment(
        "L2, features of VGG16 trained on colour",
        "IV.B",
        functools.partial(vgg_features.build, helper="vgg16_color"),
        requires=("vgg16_color",),
    ),
    "vgg_features_control": Experiment(
        "L2, features of an untrained VGG16", "IV.B", functools.partial(vgg_features.build, helper=None)
    ),
    "residual_encoder_pretrained_control": Experiment(
        "residual encoder, illustration2vec's layers from scratch",
        "IV.B",
        residual_encoder.build_illustration2vec_control,
    ),
    "residual_encoder_imagenet_control": Experiment(
        "residual encoder, ImageNet's layers from scratch", "IV.B", residual_encoder.build_imagenet_control
    ),
    "diverse_vae_one_title": Experiment(
        "VAE and mixture density network as released, one title",
        "IV.A",
        functools.partial(diverse_vae.build, as_released=True),
        requires=(diverse_vae.HELPER,),
        overrides={"epochs": 120, "patience": 40},  # "trained on a single class for a longer time"
        select=functools.partial(training_subsets.one_title, label=0),
        on_training=True,
    ),
    "tandem_lines": Experiment("tandem, from lines", "IV.C", functools.partial(tandem.build, from_lines=True)),
    "pixel_dropout_divided": Experiment(
        "sparse colour divided by its share, iterated",
        "IV.C",
        functools.partial(chroma_dropout.build_pixel, divided=True),
    ),
    "color_and_apply_undivided": Experiment(
        "color & apply, kept colour not divided", "IV.C", functools.partial(color_and_apply.build, divided=False)
    ),
    "l2_neighbours": Experiment(
        "L2, split by panel",
        "III.B",
        l2.build,
        select=training_subsets.with_neighbours,
        unseen=training_subsets.unseen,
    ),
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

TRAINABLE = EXPERIMENTS | CLAIM_EXPERIMENTS

SCALES = {
    "quick": Scale(image_size=64, filters=16, epochs=20, patience=20, batch_size=16),
    "small": Scale(image_size=64, filters=16, epochs=60, patience=20, batch_size=16),
    "cpu": Scale(image_size=128, filters=16, epochs=60, patience=20, batch_size=16),
    "size": Scale(image_size=256, filters=16, epochs=30, patience=15, batch_size=16),
    "paper": Scale(image_size=256, filters=64, epochs=100, patience=20, batch_size=16),
}


def scale_of(experiment: str, scale: Scale) -> Scale:
    """`scale` with the overrides of the row."""
    return dataclasses.replace(scale, **TRAINABLE[experiment].overrides)
