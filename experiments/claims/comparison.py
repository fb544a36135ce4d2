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
    panel_freedom: float  # degrees of freedom of the panel variance
    episodes: int  # 0 for values that are not of panels
    contrasts: dict[str, np.ndarray]  # trained experiment -> its part of the difference with each seed, [seeds]
    seeds: tuple[int, int]  # the fewest of an experiment of either side; 0 for a side without training
    panels: tuple[int, int]

    @property
    def difference(self) -> float:
        return self.left - self.right

    def interval(self, level: float, *, seeds: int = 0) -> tuple[float, float]:
        """The interval that misses the true difference with probability `level` at most.

        Its reach is the root of t^2 V summed over panels and trained experiments, each with its own quantile of
        Student's t (Banerjee 1960). V of an experiment is its variance between seeds over its number of seeds, with one
        degree of freedom less than seeds. Satterthwaite's (1946) degrees of freedom of a sum are more than that, and
        too many at corrected levels where experiments vary unlike: with three seeds each, and one with ten times the
        other's deviation, its intervals miss 2.5 times too often at 0.3%. Experiments with fewer than `seeds` seeds
        count as if they had as many, with today's variance between seeds. Each experiment must have at least two.
        """
        square = _quantile(level, self.panel_freedom) ** 2 * self.panel_variance if self.panel_variance else 0.0
        for contrast in self.contrasts.values():
            count = max(seeds, len(contrast))
            square += _quantile(level, count - 1) ** 2 * np.var(contrast, ddof=1) / count
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
    clusters, panel_variance, freedom = 0, 0.0, 0.0
    if episodes is not None:
        influence = _influence(left, chosen[0]) - _influence(right, chosen[1])
        clusters, panel_variance, freedom = _cluster_variance(influence, episodes, chosen)
    trained = [experiment for experiment in {**left, **right} if experiment not in SEEDLESS]
    contrasts = {experiment: parts[0].get(experiment, 0.0) - parts[1].get(experiment, 0.0) for experiment in trained}
    seeds = tuple(min((len(part[name]) for name in part if name not in SEEDLESS), default=0) for part in parts)
    return Comparison(
        *means, panel_variance, freedom, clusters, contrasts, seeds, tuple(int(own.sum()) for own in chosen)
    )


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


def _cluster_variance(
    influence: np.ndarray, episodes: np.ndarray, chosen: list[np.ndarray]
) -> tuple[int, float, float]:
    """Number of episodes, variance and its degrees of freedom. Raises NotMeasured.

    The variance is the sum over episodes of (sum of influence)^2 / (1 - 2 s + sum of s^2), where s is an episode's
    share of a side's panels. It is unbiased if the episodes' means vary alike, and G / (G - 1) times the sum of squares
    for equal episodes. The degrees of freedom are 1 / sum of s^2 - 1, for equal episodes G - 1. Of two sides the
    cautious one counts.
    """
    used = chosen[0] | chosen[1]
    numbers = np.unique(episodes[used], return_inverse=True)[1]
    shares = [np.bincount(numbers, own[used]) / own.sum() for own in chosen]
    if max(share.max() for share in shares) == 1.0:
        raise NotMeasured("all panels are of one episode")
    squares = [np.sum(share**2) for share in shares]
    left_over = np.min([1.0 - 2.0 * share + square for share, square in zip(shares, squares)], axis=0)
    variance = np.sum(np.bincount(numbers, influence[used]) ** 2 / left_over)
    return len(left_over), float(variance), float(1 / max(squares) - 1)
