"""The values that claims compare: read from result files, or from the small files that are committed.

A study is a folder experiments/reported/<study>/ with values/panels.csv and values/<experiment>.npz. An npz file has
`seeds` [S] and, for each measure that some claim compares, float32 [S, panels]. `lacking/<measure>` are the seeds that
were evaluated before the measure was there.
"""

import os
import pathlib
import shutil
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from experiments import results
from experiments.results import TEST, TRAIN, VALIDATION
from webtoon_colorize import files
from webtoon_colorize.io import csv_files

REPORTED = pathlib.Path(__file__).parents[1] / "reported"
VALUES = "values"  # the folder of a study's values
EPOCHS = "epochs"  # what values are of that are not of panels
BITS = 12  # of the mantissa that is kept: an error of at most 1 in 4096
_LACKING = "lacking/"
_COLUMNS = ("path", "split", "title", "episode", "label", "tags")


class NotMeasured(LookupError):
    """A side has no values. The message says why."""


class Panels(NamedTuple):
    """The panels of a split, in the order of all values of them."""

    paths: list[str]  # <...>/<title>/<episode>/<panel>
    labels: np.ndarray  # int: the index of the title; -1 outside the test split
    tags: list[list[str]]

    @property
    def episodes(self) -> np.ndarray:
        """The number of each panel's episode [N]; episodes of different titles differ."""
        folders = [path.rpartition("/")[0] for path in self.paths]
        return np.unique(folders, return_inverse=True)[1]


class Row(NamedTuple):
    """The values of an experiment."""

    seeds: list[int]
    values: dict[str, np.ndarray]  # measure -> [seeds, panels]; NaN where a panel has nothing to measure
    lacking: Mapping[str, list[int]] = MappingProxyType(
        {}
    )  # measure -> the seeds that it was never measured of, NaN in its values

    def of_seeds(self, chosen: list[int]) -> "Row":
        """With `chosen` of its seeds only."""
        places = [self.seeds.index(seed) for seed in chosen]
        lacking = {name: [seed for seed in seeds if seed in chosen] for name, seeds in self.lacking.items()}
        return Row(chosen, {name: values[places] for name, values in self.values.items()}, lacking)


class Study:
    """The values of rows that were measured on the same panels.

    A measure's name tells what its values are of: `validation/...` and `train/...` of these splits' panels,
    `epochs/...` of a run's epochs, all others of the test panels.
    """

    def __init__(self, panels: dict[str, Panels], rows: dict[str, Row], reasons: dict[str, str] | None = None):
        self.panels = panels  # by split
        self.rows = rows  # by experiment
        self.reasons = reasons or {}  # experiment -> why it has no results

    def values(self, experiment: str, measure: str) -> np.ndarray:
        """[seeds, panels] float64; NaN where a panel has nothing to measure. Raises NotMeasured."""
        if experiment not in self.rows:
            reason = self.reasons.get(experiment, "")
            raise NotMeasured(f"{experiment} has no results here" + (f": {reason.rstrip('.')}" if reason else ""))
        if measure not in self.rows[experiment].values:
            raise NotMeasured(f"the results of {experiment} have no {measure}")
        return self.rows[experiment].values[measure].astype(np.float64)

    def having(self, asked: set[tuple[str, str]]) -> "Study":
        """With those seeds of each row only that all measures that are asked of the row were measured of.

        Args:
          asked: (experiment, measure).
        """
        rows, reasons = {}, dict(self.reasons)
        for experiment, row in self.rows.items():
            lacking = {seed for name, measure in asked if name == experiment for seed in row.lacking.get(measure, ())}
            if chosen := [seed for seed in row.seeds if seed not in lacking]:
                rows[experiment] = row.of_seeds(chosen)
            else:
                reasons[experiment] = "no seed has all that this compares"
        return Study(self.panels, rows, reasons)

    def write(self, folder: str | os.PathLike, asked: set[tuple[str, str]]) -> None:
        """Writes into `folder`, in the place of what it holds, the panels and the values of `asked`.

        Args:
          asked: (experiment, measure); what the study does not have is left out.
        """
        folder = pathlib.Path(folder)
        shutil.rmtree(folder, ignore_errors=True)
        lines = [
            (path, split, *path.split("/")[-3:-1], label, ";".join(tags))
            for split, panels in self.panels.items()
            for path, label, tags in zip(*panels)
        ]
        csv_files.write(folder / "panels.csv", _COLUMNS, lines)
        for experiment in sorted({experiment for experiment, _ in asked} & self.rows.keys()):
            row = self.rows[experiment]
            kept = {name: row.values[name] for name in sorted(row.values) if (experiment, name) in asked}
            kept |= {f"{_LACKING}{name}": np.array(row.lacking[name]) for name in kept if row.lacking.get(name)}
            with files.atomic_path(folder / f"{experiment}.npz") as temporary:
                np.savez_compressed(temporary, seeds=row.seeds, **kept)
        for experiment, reason in self.reasons.items():
            results.write_reason(folder, experiment, reason)


class Recorder(Study):
    """A study that notes what it is asked for, and answers NaN for what it lacks."""

    def __init__(self, study: Study):
        super().__init__(study.panels, study.rows)
        self.asked: set[tuple[str, str]] = set()

    def values(self, experiment: str, measure: str) -> np.ndarray:
        self.asked.add((experiment, measure))
        try:
            return super().values(experiment, measure)
        except NotMeasured:
            split = split_of(measure)
            return np.full((1, len(self.panels[split].paths) if split in self.panels else 1), np.nan)


def load(folder: str | os.PathLike) -> Study:
    """The study that `Study.write` wrote. Raises FileNotFoundError."""
    folder = pathlib.Path(folder)
    lines = csv_files.read(folder / "panels.csv")
    panels = {}
    for split in dict.fromkeys(line["split"] for line in lines):
        own = [line for line in lines if line["split"] == split]
        labels = np.array([int(line["label"]) for line in own])
        panels[split] = Panels([line["path"] for line in own], labels, [_tags(line["tags"]) for line in own])
    return Study(panels, {path.stem: _load_row(path) for path in sorted(folder.glob("*.npz"))}, _reasons(folder))


def _tags(text: str) -> list[str]:
    return text.split(";") if text else []


def _load_row(path: pathlib.Path) -> Row:
    with np.load(path) as content:
        values = {name: content[name] for name in content.files}
    seeds = [int(seed) for seed in values.pop("seeds")]
    lacking = [name for name in values if name.startswith(_LACKING)]
    return Row(seeds, values, {name.removeprefix(_LACKING): values.pop(name).tolist() for name in lacking})


def _reasons(folder: pathlib.Path) -> dict[str, str]:
    names = sorted(path.name.removesuffix(".missing.txt") for path in folder.glob("*.missing.txt"))
    return {name: results.read_reason(folder, name) for name in names}


def of_results(results_dir: str | os.PathLike) -> Study:
    """The values of result files, rounded as `write` stores them. Raises NotMeasured if there are none."""
    results_dir = pathlib.Path(results_dir)
    names = sorted(path.stem for path in results_dir.glob("*.json"))
    every = [result for name in names if (result := results.read_comparable(results_dir, name))]
    if not every:
        raise NotMeasured("nothing has been evaluated")
    first = every[0]
    panels = {TEST: Panels(first.paths, np.array(first.labels), first.tags)}
    for split in (VALIDATION, TRAIN):
        paths = sorted({path for result in every for path in result.paths_of(split)})
        panels[split] = untagged(paths)
    return Study(panels, {result.experiment: _row(result, panels) for result in every}, _reasons(results_dir))


def _row(result: results.Result, panels: dict[str, Panels]) -> Row:
    """The values of a result. Panels of other splits that it was not measured on are NaN."""
    values = {}
    for measure in result.metrics:
        split = split_of(measure)
        values[measure] = rounded(at_paths(result.per_image(measure), result.paths_of(split), panels[split].paths))
    curves = [run.training.get("validation", {}).get("l2", []) for run in result.runs]
    if all(curves):
        values[f"{EPOCHS}/l2"] = rounded(padded(curves))
    return Row([run.seed for run in result.runs], values)


def split_of(measure: str) -> str:
    """What the values of a measure are of."""
    prefix = measure.partition("/")[0]
    return prefix if prefix in (VALIDATION, TRAIN, EPOCHS) else TEST


def untagged(paths: list[str]) -> Panels:
    """The panels of a split that is not the test split."""
    return Panels(paths, np.full(len(paths), -1), [[] for _ in paths])


def at_paths(values: np.ndarray, paths: Sequence[str], every: Sequence[str]) -> np.ndarray:
    """`values` [runs, paths] with a column for each of `every`, NaN where it has none."""
    numbers = {path: number for number, path in enumerate(every)}
    table = np.full((len(values), len(numbers)), np.nan)
    table[:, [numbers[path] for path in paths]] = values
    return table


def padded(curves: Sequence[Sequence[float]] | np.ndarray) -> np.ndarray:
    """[runs, epochs]; NaN after the last epoch of a run."""
    table = np.full((len(curves), max(map(len, curves))), np.nan)
    for number, curve in enumerate(curves):
        table[number, : len(curve)] = curve
    return table


def rounded(values: np.ndarray) -> np.ndarray:
    """`values` as float32 with BITS bits of mantissa, which compress well."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(mantissa * 2**BITS) / 2**BITS, exponent).astype(np.float32)
