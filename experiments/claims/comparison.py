"""The difference of two sides, and how far it would move with other episodes and other seeds.

A side is a mapping experiment -> values [seeds, panels]. Its value for a panel is the sum over experiments of their
means over seeds. Its mean is over the panels where all its values are finite.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import scipy.special

from experiments.claims.store import NotMeasured

Side = Mapping[str, np.ndarray]  # experiment -> [seeds, panels], or [1, 1] for a constant
CONSTANT = "constant"
SEEDLESS = (CONSTANT, "gray")  # what no seed changes


class Comparison(NamedTuple):
    """The difference left - right, and its variance in two parts."""

    left: float
    right: float
    panel_variance: float
    episodes: int  # 0 for values that are not of panels
    contrasts: dict[str, np.ndarray]  # trained experiment -> its part of the difference with each seed, [seeds]
    seeds: tuple[int, int]  # the fewest of an experiment of either side; 0 for a side without training
    panels: tuple[int, int]

    @property
    def difference(self) -> float:
        return self.left - self.right

    def interval(self, level: float, *, seeds: int = 0) -> tuple[float, float]:
        """The interval that misses the true difference with probability `level` at most.

        Its reach is the root of t^2 V summed over panels and seeds, each with its own quantile of Student's t (Banerjee
        1960). V of the seeds is the sum over experiments of (variance between seeds / number of seeds), and its degrees
        of freedom are Satterthwaite's (1946). One t for panels and seeds together would miss 12 times in 100 instead of
        5 where a single row has two seeds, and more often still, in proportion, at corrected levels.
        Experiments with fewer than `seeds` seeds count as if they had as many, with today's variance between seeds.
        Each experiment must have at least two.
        """
        counts = [max(seeds, len(contrast)) for contrast in self.contrasts.values()]
        parts = [np.var(contrast, ddof=1) / count for contrast, count in zip(self.contrasts.values(), counts)]
        variance = float(sum(parts))
        square = _quantile(level, self.episodes - 1) ** 2 * self.panel_variance if self.panel_variance else 0.0
        if variance:
            freedom = variance**2 / sum(part**2 / (count - 1) for part, count in zip(parts, counts))
            square += _quantile(level, freedom) ** 2 * variance
        return self.difference - math.sqrt(square), self.difference + math.sqrt(square)

    def once_trained(self) -> list[str]:
        """The experiments that were trained with one seed: nothing is known of their variance."""
        return [experiment for experiment, contrast in self.contrasts.items() if len(contrast) == 1]


def _quantile(level: float, freedom: float) -> float:
    """What Student's t exceeds in either direction with probability `level`."""
    return -float(scipy.special.stdtrit(freedom, level / 2))


def compare(left: Side, right: Side, episodes: np.ndarray | None, *, paired: bool = True) -> Comparison:
    """Compares two sides on the same panels if `paired`, else each on its own.

    `episodes` [panels] numbers the panels' episodes; None if the values are [seeds, 1] and not of panels.
    The variance of panels is cluster-robust: episodes are independent, panels of one are not (Liang and Zeger 1986).
    Raises NotMeasured.
    """
    count = 1 if episodes is None else len(episodes)
    chosen = [_finite(side, count) for side in (left, right)]
    if paired:
        chosen = [chosen[0] & chosen[1]] * 2
    if not all(own.any() for own in chosen):
        raise NotMeasured("no test panel has what this measures")
    parts = [_seed_means(side, own) for side, own in zip((left, right), chosen)]
    means = [float(sum(part.mean() for part in side.values())) for side in parts]
    clusters, panel_variance = 0, 0.0
    if episodes is not None:
        influence = _influence(left, chosen[0]) - _influence(right, chosen[1])
        used = chosen[0] | chosen[1]
        clusters, panel_variance = _cluster_variance(influence[used], episodes[used])
    trained = [experiment for experiment in {**left, **right} if experiment not in SEEDLESS]
    contrasts = {experiment: parts[0].get(experiment, 0.0) - parts[1].get(experiment, 0.0) for experiment in trained}
    seeds = tuple(min((len(part[name]) for name in part if name not in SEEDLESS), default=0) for part in parts)
    return Comparison(*means, panel_variance, clusters, contrasts, seeds, tuple(int(own.sum()) for own in chosen))


def _finite(side: Side, count: int) -> np.ndarray:
    """Bool [count]: the panels where all values are finite."""
    return np.all([np.broadcast_to(np.isfinite(values).all(axis=0), count) for values in side.values()], axis=0)


def _seed_means(side: Side, own: np.ndarray) -> dict[str, np.ndarray]:
    """Experiment -> the mean over its own panels with each seed, [seeds]."""
    return {name: _on_panels(values, own).mean(axis=1) for name, values in side.items()}


def _on_panels(values: np.ndarray, own: np.ndarray) -> np.ndarray:
    return np.broadcast_to(values, (len(values), len(own)))[:, own]


def _influence(side: Side, own: np.ndarray) -> np.ndarray:
    """What each panel adds to the side's mean beyond that mean, [panels]; 0 for panels that are not its own."""
    values = sum(_on_panels(each, own).mean(axis=0) for each in side.values())
    influence = np.zeros(len(own))
    influence[own] = (values - values.mean()) / own.sum()
    return influence


def _cluster_variance(influence: np.ndarray, episodes: np.ndarray) -> tuple[int, float]:
    """Number of episodes, and G / (G - 1) times the sum over them of (sum of influence)^2. Raises NotMeasured."""
    numbers = np.unique(episodes, return_inverse=True)[1]
    count = int(numbers.max()) + 1
    if count == 1:
        raise NotMeasured("all panels are of one episode")
    return count, float(count / (count - 1) * np.sum(np.bincount(numbers, influence) ** 2))
