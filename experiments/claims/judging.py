"""Tests statements of the paper on result files.

A claim compares two sides, each with values per test image. The difference is left - right, with a bootstrap interval
over images and seeds. A judge turns the interval into a verdict.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from experiments import bootstrap, results

HOLDS, FAILS, UNDECIDED = "holds", "does not hold", "undecided"
TOLERANCE = 0.05  # as a share of the right side: a smaller difference counts as none


class NotMeasured(LookupError):
    """A side has no values. The message says why."""


class Study:
    """A folder of results on which claims are tested."""

    def __init__(self, results_dir: str):
        self.results_dir = results_dir
        gray = self._result("gray")
        self.labels = np.array(gray.labels)
        self.tags = gray.tags

    def values(self, experiment: str, measure: str) -> np.ndarray:
        """[seeds, images]; NaN where an image has nothing to measure. Raises NotMeasured."""
        result = self._result(experiment)
        if measure not in result.metrics:
            raise NotMeasured(f"the results of {experiment} have no {measure}")
        return result.per_image(measure)

    def _result(self, experiment: str) -> results.Result:
        result = results.read_comparable(self.results_dir, experiment)
        if result is None:
            reason = results.read_reason(self.results_dir, experiment)
            raise NotMeasured(f"{experiment} has no results here" + (f": {reason.rstrip('.')}" if reason else ""))
        return result


Side = Callable[[Study], np.ndarray]  # -> [seeds, images]
Judge = Callable[[float, float, float], str]  # (low and high of the difference, mean of the right side) -> verdict


class Claim(NamedTuple):
    """A statement of the paper and the comparison that tests it."""

    name: str
    section: str  # of the paper
    sentence: str  # the paper's statement in a few words
    measure: str  # what is compared with what
    left: Side
    right: Side
    judge: Judge
    paired: bool = True  # both sides are of the same images


class Outcome(NamedTuple):
    """The result of a claim: means of both sides, the interval (95%) of their difference, and the verdict."""

    left: float
    right: float
    difference: float  # left - right
    low: float
    high: float
    verdict: str


def of(experiment: str, measure: str) -> Side:
    """The values of a row by a measure."""
    return lambda study: study.values(experiment, measure)


def constant(value: float) -> Side:
    return lambda study: np.full((1, len(study.labels)), value)


def is_more(low: float, high: float, right: float) -> str:
    """Judges "the left side is larger than the right one"."""
    del right
    return HOLDS if low > 0 else FAILS if high < 0 else UNDECIDED


def is_no_less(low: float, high: float, right: float) -> str:
    """Judges "the left side is not smaller than the right one by more than the tolerance"."""
    least = -TOLERANCE * right
    return HOLDS if low > least else FAILS if high < least else UNDECIDED


def is_alike(low: float, high: float, right: float) -> str:
    """Judges "the sides differ by less than the tolerance"."""
    most = TOLERANCE * abs(right)
    return HOLDS if -most < low and high < most else FAILS if high < -most or low > most else UNDECIDED


def is_different(low: float, high: float, right: float) -> str:
    """Judges "the sides differ by more than the tolerance", in either direction."""
    return {HOLDS: FAILS, FAILS: HOLDS, UNDECIDED: UNDECIDED}[is_alike(low, high, right)]


def evaluate(claim: Claim, study: Study) -> Outcome:
    """Compares the two sides of a claim. Raises NotMeasured."""
    left, right = claim.left(study), claim.right(study)
    if claim.paired:
        whole = ~np.isnan(np.concatenate([left, right])).any(axis=0)
        left, right = left[:, whole], right[:, whole]
    else:
        left, right = (side[:, ~np.isnan(side).any(axis=0)] for side in (left, right))
    if not left.size or not right.size:
        raise NotMeasured("no test panel has what this measures")
    interval = bootstrap.paired_interval if claim.paired else bootstrap.unpaired_interval
    low, high = interval(left, right)
    left_mean, right_mean = float(left.mean()), float(right.mean())
    return Outcome(left_mean, right_mean, left_mean - right_mean, low, high, claim.judge(low, high, right_mean))
