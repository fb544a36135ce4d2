"""Judges claims: intervals of differences become verdicts, at levels that are corrected for the number of claims.

One policy of margins: 5% of the right side counts as no difference. A verdict is an assertion that the level covers.
"Holds" and "does not hold" of "the left side is not smaller" assert that it is not smaller by the margin, and that it
is smaller.
"""

import contextlib
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from experiments.claims import store
from experiments.claims.comparison import CONSTANT, Comparison, Side, compare
from experiments.claims.sides import MakeSide
from experiments.claims.store import NotMeasured, Study

HOLDS, LITTLE, FAILS, UNDECIDED = "holds", "holds, but less than 5%", "does not hold", "undecided"
NOT_MEASURED = "not measured"
VERDICTS = (HOLDS, LITTLE, FAILS, UNDECIDED, NOT_MEASURED)
MARGIN = 0.05  # as a share of the right side: a smaller difference counts as none
LEVEL = 0.05  # the probability that any verdict of a family of claims is wrong
MOST_SEEDS = 100  # of a row, up to which `seeds_to_decide` looks

Judge = Callable[[float, float, float], str]  # (low and high of the difference, the margin) -> verdict


def is_more(low: float, high: float, margin: float) -> str:
    """Judges "the left side is larger than the right one"."""
    if low > 0:
        return LITTLE if high < margin else HOLDS
    return FAILS if high < 0 else UNDECIDED


def is_no_less(low: float, high: float, margin: float) -> str:
    """Judges "the left side is not smaller than the right one by more than the margin"."""
    return HOLDS if low > -margin else FAILS if high < 0 else UNDECIDED


def is_alike(low: float, high: float, margin: float) -> str:
    """Judges "the sides differ by less than the margin"."""
    if -margin < low and high < margin:
        return HOLDS
    return FAILS if low > 0 or high < 0 else UNDECIDED


def is_different(low: float, high: float, margin: float) -> str:
    """Judges "the sides differ", in either direction."""
    inside = -margin < low and high < margin
    if low > 0 or high < 0:
        return LITTLE if inside else HOLDS
    return FAILS if inside else UNDECIDED


class Claim(NamedTuple):
    """A statement of the paper and the comparison that tests it."""

    name: str
    section: str  # of the paper
    sentence: str  # the paper's statement in a few words
    measure: str  # what is compared with what
    left: MakeSide | dict[str, MakeSide]  # a dict, row -> side: holds only if it holds for each row that has results
    right: MakeSide | dict[str, MakeSide]  # a dict if each row has a right side of its own
    judge: Judge
    paired: bool = True  # both sides are of the same panels
    split: str = store.TEST  # what the values are of
    conditions: tuple[MakeSide, ...] = ()  # what must be above 0, or the claim cannot hold
    primary: bool = False  # whether it is of the paper's main result, which is a family of its own
    control: bool = False  # whether it is not the paper's sentence, but sheds light on one
    complete: bool = False  # whether each of several rows must have results


class Outcome(NamedTuple):
    """The result of a claim: means of both sides, the interval of their difference at `level`, and the verdict.

    Where nothing was measured all numbers are None. Where a row has one seed there is no interval.
    """

    left: float | None = None
    right: float | None = None
    difference: float | None = None  # left - right
    low: float | None = None
    high: float | None = None
    verdict: str = NOT_MEASURED
    level: float | None = None  # of the interval, after the correction for the number of claims
    left_seeds: int | None = None  # 0 for a side without training
    right_seeds: int | None = None
    left_panels: int | None = None
    right_panels: int | None = None
    episodes: int | None = None
    closest: str | None = None  # of several rows the one that the numbers are of: the one nearest to the opposite
    rows: int | None = None  # that were compared
    seeds_to_decide: int | None = None  # per row, if it is undecided and more seeds would decide it
    reason: str | None = None  # why nothing was measured, or what kept it from holding


class Measured(NamedTuple):
    """A claim's comparisons: one, or one per row, and those of its conditions with 0."""

    claim: Claim
    comparisons: dict[str, Comparison]  # row -> comparison; the row is "" if there is but one
    conditions: tuple[Comparison, ...]
    once_trained: tuple[str, ...] = ()  # rows with one seed, whose comparisons are left out if there are others

    def verdict(self, level: float, *, seeds: int = 0) -> str:
        """The verdict at `level`, with today's seeds or as if each row had at least `seeds`.

        It holds if it holds for each row and all conditions are shown (intersection-union: no correction is needed).
        It does not hold if the opposite is shown for any row or condition, at level / number of these.
        """
        shown = [_judge(self.claim, each, level, seeds) for each in self.comparisons.values()]
        strict = self.strict(level)
        opposite = [_judge(self.claim, each, strict, seeds) for each in self.comparisons.values()]
        if FAILS in opposite or self.conditions_refuted(level, seeds=seeds):
            return FAILS
        if self.once_trained or not self.conditions_shown(level, seeds=seeds) or not set(shown) <= {HOLDS, LITTLE}:
            return UNDECIDED
        return LITTLE if LITTLE in shown else HOLDS

    def strict(self, level: float) -> float:
        """The level at which one of several comparisons alone can contradict the claim."""
        return level / (len(self.comparisons) + len(self.conditions))

    def p_value(self) -> float:
        """The smallest level at which the verdict is decided, by bisection of its logarithm."""
        low, high = -15.0, 0.0
        for _ in range(25):
            middle = (low + high) / 2
            low, high = (middle, high) if self.verdict(10**middle) == UNDECIDED else (low, middle)
        return 10**high

    def seeds_to_decide(self, level: float) -> int | None:
        """The fewest seeds per row that would decide it if the difference and all variances stayed as they are.

        None if more than MOST_SEEDS. Other seeds would move the difference, so it is a guess.
        """
        return next(
            (seeds for seeds in range(2, MOST_SEEDS + 1) if self.verdict(level, seeds=seeds) != UNDECIDED), None
        )

    def closest(self, level: float) -> str:
        """The row whose interval lies lowest, in units of its reach."""
        return min(self.comparisons, key=lambda row: _height(*self.comparisons[row].interval(level)))

    def conditions_reason(self, level: float) -> str | None:
        """Why the conditions keep it from holding, if they do."""
        if self.conditions_refuted(level):
            return "the opposite of a condition is shown"
        return None if self.conditions_shown(level) else "a condition is not shown"

    def conditions_refuted(self, level: float, *, seeds: int = 0) -> bool:
        """Whether the opposite of any is shown."""
        return any(each.interval(self.strict(level), seeds=seeds)[1] < 0 for each in self.conditions)

    def conditions_shown(self, level: float, *, seeds: int = 0) -> bool:
        return all(each.interval(level, seeds=seeds)[0] > 0 for each in self.conditions)


def _height(low: float, high: float) -> float:
    """Of the middle of an interval, in units of its reach: below -1 if all of it is below 0."""
    return (low + high) / (high - low) if high > low else math.copysign(math.inf, low)


def _judge(claim: Claim, comparison: Comparison, level: float, seeds: int) -> str:
    return claim.judge(*comparison.interval(level, seeds=seeds), MARGIN * abs(comparison.right))


def measure(claim: Claim, study: Study) -> Measured:
    """Compares the sides of a claim, by the seeds that have all that it compares. Raises NotMeasured."""
    study = study.having(asked((claim,), study))
    lefts = _sides(claim, study) if isinstance(claim.left, dict) else {"": claim.left(study)}
    rights = rights_of(claim)
    tested = [condition(study) for condition in claim.conditions]
    episodes = None if claim.split == store.EPOCHS else study.panels[claim.split].episodes
    comparisons = {row: compare(left, rights[row](study), episodes, paired=claim.paired) for row, left in lefts.items()}
    conditions = tuple(compare(side, {CONSTANT: np.zeros((1, 1))}, episodes) for side in tested)
    every = (*comparisons.values(), *conditions)
    once_trained = tuple(dict.fromkeys(name for each in every for name in each.once_trained()))
    known = {row: each for row, each in comparisons.items() if not each.once_trained()}
    return Measured(claim, known or comparisons, conditions, once_trained)


def rights_of(claim: Claim) -> dict[str, MakeSide]:
    """Row -> its right side; the row is "" if there is but one."""
    if isinstance(claim.right, dict):
        return claim.right
    return dict.fromkeys(claim.left if isinstance(claim.left, dict) else [""], claim.right)


def asked(claims: tuple[Claim, ...], study: Study) -> set[tuple[str, str]]:
    """(experiment, measure) that the claims read of a study, whether it has them or not."""
    recorder = store.Recorder(study)
    for claim in claims:
        lefts = claim.left.values() if isinstance(claim.left, dict) else [claim.left]
        for make in (*lefts, *rights_of(claim).values(), *claim.conditions):
            with contextlib.suppress(NotMeasured):
                make(recorder)
    return recorder.asked


def _sides(claim: Claim, study: Study) -> dict[str, Side]:
    """The left sides of the rows that have results. Raises NotMeasured if there are none, or not all that must be."""
    found = {}
    for row, make in claim.left.items():
        try:
            found[row] = make(study)
        except NotMeasured:
            if claim.complete:
                raise
    if not found:
        raise NotMeasured("no row to compare with has results here")
    return found


def holm(p_values: list[float]) -> list[float]:
    """The level at which each claim is judged (Holm 1979).

    The smallest p of m gets LEVEL / m, the next LEVEL / (m - 1), ..., up to the first that is above its level. All
    others are judged at that level.
    """
    levels = [0.0] * len(p_values)
    level, failed = 0.0, False
    for place, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        level = level if failed else LEVEL / (len(p_values) - place)
        failed = failed or p_values[index] > level
        levels[index] = level
    return levels


def judge(claims: tuple[Claim, ...], study: Study) -> list[Outcome]:
    """The outcome of each claim, at levels that are corrected for the number of claims that were measured.

    The claims of the main result are one family, all others another. This was settled before anything was judged.
    """
    outcomes: dict[str, Outcome] = {}
    testable: list[Measured] = []
    for claim in claims:
        try:
            measured = measure(claim, study)
        except NotMeasured as error:
            outcomes[claim.name] = Outcome(reason=str(error))
            continue
        if any(each.once_trained() for each in (*measured.comparisons.values(), *measured.conditions)):
            outcomes[claim.name] = _one_seed(measured, next(iter(measured.comparisons)))
        else:
            testable.append(measured)
    for primary in (True, False):
        family = [measured for measured in testable if measured.claim.primary == primary]
        levels = holm([measured.p_value() for measured in family])
        outcomes |= {measured.claim.name: _decided(measured, level) for measured, level in zip(family, levels)}
    return [outcomes[claim.name] for claim in claims]


def _decided(measured: Measured, level: float) -> Outcome:
    verdict = measured.verdict(level)
    shown_at = measured.strict(level) if verdict == FAILS else level
    row = measured.closest(shown_at)
    if measured.once_trained and verdict == UNDECIDED:
        return _one_seed(measured, row)
    low, high = measured.comparisons[row].interval(shown_at)
    return _means(measured, row)._replace(
        low=low,
        high=high,
        verdict=verdict,
        level=shown_at,
        seeds_to_decide=measured.seeds_to_decide(level) if verdict == UNDECIDED else None,
        reason=measured.conditions_reason(level),
    )


def _one_seed(measured: Measured, row: str) -> Outcome:
    return _means(measured, row)._replace(reason=f"one seed: {', '.join(measured.once_trained)}")


def _means(measured: Measured, row: str) -> Outcome:
    """What is known without an interval, of one of the comparisons."""
    comparison = measured.comparisons[row]
    return Outcome(
        comparison.left,
        comparison.right,
        comparison.difference,
        left_seeds=comparison.seeds[0],
        right_seeds=comparison.seeds[1],
        left_panels=comparison.panels[0],
        right_panels=comparison.panels[1],
        episodes=comparison.episodes,
        closest=row or None,
        rows=len(measured.comparisons) if row else None,
    )
