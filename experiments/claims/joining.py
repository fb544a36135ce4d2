"""Joins the values of two studies, so that rows and seeds can be added on another machine, years later."""

import numpy as np

from experiments.claims.store import EPOCHS, Panels, Row, Study, at_paths, padded, split_of, untagged
from experiments.results import TEST


def join(old: Study, new: Study) -> Study:
    """The rows, seeds and measures of both. A seed that both have counts as `new` has it.

    Raises:
      ValueError: they were not measured on the same test panels.
    """
    if not _same_test(old, new):
        raise ValueError("these values are of other test panels than those that the study has")
    panels = {split: _union(old.panels, new.panels, split) for split in dict.fromkeys((*old.panels, *new.panels))}
    rows = _aligned(old, panels)
    for name, row in _aligned(new, panels).items():
        rows[name] = _joined(rows[name], row) if name in rows else row
    if "gray" in old.rows and "gray" in new.rows:  # no training changes what it has
        rows["gray"] = Row(new.rows["gray"].seeds, old.rows["gray"].values | new.rows["gray"].values)
    reasons = {name: reason for name, reason in (old.reasons | new.reasons).items() if name not in rows}
    return Study(panels, rows, reasons)


def _same_test(old: Study, new: Study) -> bool:
    """Whether the panels have the same paths, and gray the same errors on them."""
    if old.panels[TEST].paths != new.panels[TEST].paths:
        return False
    ours, theirs = (study.rows["gray"].values if "gray" in study.rows else {} for study in (old, new))
    return all(np.array_equal(ours[name], theirs[name], equal_nan=True) for name in ours.keys() & theirs.keys())


def _union(old: dict[str, Panels], new: dict[str, Panels], split: str) -> Panels:
    """The test panels as they are; those of another split by path, without repeats."""
    if split == TEST:
        return new[TEST]
    return untagged(sorted({path for panels in (old, new) if split in panels for path in panels[split].paths}))


def _aligned(study: Study, panels: dict[str, Panels]) -> dict[str, Row]:
    """The rows of `study` with a column for each of `panels`; NaN where it has none."""
    return {
        name: Row(
            row.seeds,
            {measure: _spread(measure, values, study, panels) for measure, values in row.values.items()},
            row.lacking,
        )
        for name, row in study.rows.items()
    }


def _spread(measure: str, values: np.ndarray, study: Study, panels: dict[str, Panels]) -> np.ndarray:
    split = split_of(measure)
    if split in (TEST, EPOCHS):
        return values
    return at_paths(values, study.panels[split].paths, panels[split].paths).astype(np.float32)


def _joined(old: Row, new: Row) -> Row:
    """The seeds of both in their order."""
    rows = old.of_seeds([seed for seed in old.seeds if seed not in new.seeds]), new
    seeds = [seed for row in rows for seed in row.seeds]
    order = np.argsort(seeds, kind="stable")
    values, lacking = {}, {}
    for name in sorted(old.values.keys() | new.values.keys()):
        curves = [curve for row in rows for curve in row.values.get(name, [[]] * len(row.seeds))]
        values[name] = padded(curves)[order].astype(np.float32)
        lacking[name] = sorted(seed for row in rows for seed in _lacking(row, name))
    return Row(sorted(seeds), values, {name: without for name, without in lacking.items() if without})


def _lacking(row: Row, measure: str) -> list[int]:
    return row.lacking.get(measure, []) if measure in row.values else row.seeds
