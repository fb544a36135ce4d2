"""Sides of claims: values of rows, and what is made of them."""

import itertools
from collections.abc import Callable

import numpy as np

from experiments.claims.comparison import CONSTANT, Side
from experiments.claims.store import EPOCHS, TEST, NotMeasured, Study

MakeSide = Callable[[Study], Side]

TITLES = 5  # the first titles, which are compared with the collection one by one
MODELS = (  # the paper's rows that colorize
    *("l2", "no_skips", "adversarial", "adversarial_label", "classification_loss", "vgg_features", "diverse_vae"),
    *("residual_encoder", "residual_encoder_pretrained", "tandem", "pixel_dropout", "channel_dropout"),
    "color_and_apply",
)


def of(experiment: str, measure: str) -> MakeSide:
    """The values of a row by a measure."""
    return lambda study: {experiment: study.values(experiment, measure)}


def constant(value: float) -> MakeSide:
    return lambda study: {CONSTANT: np.array([[value]])}


def scaled(factor: float, side: MakeSide) -> MakeSide:
    return lambda study: {name: factor * values for name, values in side(study).items()}


def size_of(side: MakeSide) -> MakeSide:
    """The values without their sign, panel by panel."""
    return lambda study: {name: np.abs(values) for name, values in side(study).items()}


def plus(*sides: MakeSide) -> MakeSide:
    """The sum of sides, panel by panel and seed by seed."""

    def total(study):
        summed: dict[str, np.ndarray] = {}
        for side in sides:
            for name, values in side(study).items():
                summed[name] = summed.get(name, 0.0) + values
        return summed

    return total


def minus(left: MakeSide, right: MakeSide) -> MakeSide:
    return plus(left, scaled(-1.0, right))


def mean(*sides: MakeSide) -> MakeSide:
    return scaled(1 / len(sides), plus(*sides))


def where(side: MakeSide, chosen: Callable[[Study], np.ndarray]) -> MakeSide:
    """`side` on the panels for which `chosen` is true (bool [panels])."""
    return lambda study: {name: np.where(chosen(study), values, np.nan) for name, values in side(study).items()}


def tagged(tag: str, *, present: bool = True) -> Callable[[Study], np.ndarray]:
    """The test panels with the tag if `present`, else those without it."""

    def chosen(study):
        has = np.array([tag in tags for tags in study.panels[TEST].tags])
        if not has.any():
            raise NotMeasured(f"no test panel is tagged {tag}")
        return has == present

    return chosen


def of_title(label: int) -> Callable[[Study], np.ndarray]:
    return lambda study: study.panels[TEST].labels == label


def share_of_gray(experiment: str) -> MakeSide:
    """RMSE divided by gray's; NaN for panels that are drawn gray, where it is large whatever is done."""

    def side(study):
        nearly_gray = np.array(["sparse_color" in tags for tags in study.panels[TEST].tags])
        share = study.values(experiment, "rmse_lab") / study.values("gray", "rmse_lab")
        return {experiment: np.where(nearly_gray, np.nan, share)}

    return side


def accuracy(experiment: str) -> MakeSide:
    return minus(constant(1.0), of(experiment, "error"))


def above_chance(experiment: str) -> MakeSide:
    """Accuracy minus one and a half times that of a guess."""

    def side(study):
        guess = constant(1.5 / len(np.unique(study.panels[TEST].labels)))
        return minus(accuracy(experiment), guess)(study)

    return side


def gain(experiment: str) -> MakeSide:
    """How far the RMSE of a row is below gray's."""
    return minus(of("gray", "rmse_lab"), of(experiment, "rmse_lab"))


def keeps_the_gain(experiment: str) -> MakeSide:
    """Above 0 for a row that gains at least half of what l2 gains."""
    return minus(gain(experiment), scaled(0.5, gain("l2")))


def above(side: MakeSide, least: float) -> MakeSide:
    return minus(side, constant(least))


def detail(experiment: str, suffix: str = "") -> MakeSide:
    """Skill in small regions minus skill in large ones."""
    return minus(of(experiment, f"skill_small{suffix}"), of(experiment, f"skill_large{suffix}"))


def confusion(experiment: str) -> MakeSide:
    """Skill away from speech bubbles minus skill near them."""
    return minus(of(experiment, "skill_off_bubbles"), of(experiment, "skill_near_bubbles"))


def mean_variant(experiment: str, measure: str) -> MakeSide:
    """The mean over a row's variants, measure_0, measure_1, ..."""

    def side(study):
        own = study.rows[experiment].values if experiment in study.rows else {}
        numbered = (f"{measure}_{number}" for number in itertools.count())
        names = list(itertools.takewhile(own.__contains__, numbered)) or [f"{measure}_0"]
        return mean(*(of(experiment, name) for name in names))(study)

    return side


def curve(experiment: str, *, beside: str, third: int) -> MakeSide:
    """Mean validation L2 [seeds, 1] over a third (0, 1, 2) of the epochs that all runs of the row and of `beside` have.

    Raises NotMeasured if these are fewer than three.
    """

    def side(study):
        every = [study.values(name, f"{EPOCHS}/l2") for name in (experiment, beside)]
        common = min(int(np.isfinite(values).all(axis=0).sum()) for values in every)
        if common < 3:
            raise NotMeasured(f"{experiment} and {beside} have fewer than three epochs")
        chosen = slice(third * common // 3, (third + 1) * common // 3)
        return {experiment: every[0][:, chosen].mean(axis=1, keepdims=True)}

    return side


def one_title(study: Study) -> Side:
    """RMSE of the network that was trained on the panel's own title only; NaN for titles after the first TITLES."""
    labels = study.panels[TEST].labels
    others = np.where(labels < TITLES, 0.0, np.nan)
    return {
        name: np.where(labels == label, study.values(name, "rmse_lab"), others)
        for label, name in enumerate(f"l2_only_{number}" for number in range(TITLES))
    }


def half(*, characteristic: bool) -> Callable[[Study], np.ndarray]:
    """Half of each title's panels: those whose mean colours are nearest to the title's, or the others."""

    def chosen(study):
        labels, distance = study.panels[TEST].labels, study.values("gray", "distance_from_title")[0]
        middle = {label: np.median(distance[labels == label]) for label in np.unique(labels)}
        return (distance <= np.array([middle[label] for label in labels])) == characteristic

    return chosen
