"""The paper's table as data: a row is an entry."""

import dataclasses
import functools
from collections.abc import Callable

from webtoon_colorize.methods import adversarial, color_and_apply, l2
from webtoon_colorize.methods.method import Method

LEARNING_RATE = 2e-4  # pix2pix; the paper says nothing


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A row of the table."""

    label: str  # what readers see
    section: str  # of the paper
    build: Callable[..., Method]  # a method's `build`, or a functools.partial of it with numbers


@dataclasses.dataclass(frozen=True)
class Scale:
    """How large everything is; every row shares it."""

    image_size: int  # pixels
    filters: int  # of the first layer
    epochs: int
    batch_size: int


EXPERIMENTS = {
    "l2": Experiment("L2", "IV.A", l2.build),
    "no_skips": Experiment("L2, no skip connections", "IV", functools.partial(l2.build, skips=False)),
    "adversarial": Experiment("L2 + adversarial", "IV.A", adversarial.build),
    "color_and_apply": Experiment("color & apply", "IV.C", color_and_apply.build),
}

SCALES = {
    "quick": Scale(image_size=64, filters=16, epochs=30, batch_size=16),
    "cpu": Scale(image_size=128, filters=16, epochs=60, batch_size=16),
    "paper": Scale(image_size=256, filters=64, epochs=100, batch_size=16),
}
