"""Result files: results/<experiment>.json holds the values of a row per test image, for each seed."""

import dataclasses
import json
import os
import pathlib
from typing import Any

import numpy as np

from webtoon_colorize import files

SAMPLES = "samples"  # results/samples/<experiment>/<nn>.png: the same test panels for every row
TEST, VALIDATION, TRAIN = "test", "validation", "train"  # panels; metrics of the last two begin with them and a slash
MISSING = "-"  # what is printed and written for None


@dataclasses.dataclass(frozen=True)
class Run:
    """The measurements of a row's run with one seed."""

    seed: int
    values: dict[str, list[float | None]]  # metric -> value per test image; None where there is nothing to measure
    training: dict[str, Any] = dataclasses.field(default_factory=dict)  # training.json of the run; empty for gray


@dataclasses.dataclass(frozen=True)
class Result:
    """The measurements of a row. The fields are those of the JSON file, in its order."""

    experiment: str
    settings: dict[str, int]  # image_size and, for trained rows, the rest of their scale
    runs: tuple[Run, ...]  # one per seed
    dataset: str  # name of the dataset's folder
    data: str  # fingerprint of the dataset
    titles: list[str]
    paths: list[str]  # of the test images
    labels: list[int]  # per test image: the index of its title
    tags: list[list[str]]  # per test image
    validation_paths: list[str] = dataclasses.field(default_factory=list)  # of metrics named validation/...
    train_paths: list[str] = dataclasses.field(default_factory=list)  # of metrics named train/...

    @property
    def metrics(self) -> frozenset[str]:
        return frozenset(self.runs[0].values)

    def paths_of(self, split: str) -> list[str]:
        """The paths of the images that the metrics of a split are of."""
        return {TEST: self.paths, VALIDATION: self.validation_paths, TRAIN: self.train_paths}[split]

    def per_image(self, metric: str) -> np.ndarray:
        """[seeds, images] float64 in the order of `paths`; NaN where an image has nothing to measure.

        Raises KeyError if the row has no such metric.
        """
        return np.array([run.values[metric] for run in self.runs], np.float64)

    def variants(self, metric: str) -> np.ndarray:
        """[variants, seeds, images] float64 of a row with several colorizations per image; empty for other rows."""
        names = [f"{metric}_{number}" for number in range(len(self.metrics))]
        return np.array([self.per_image(name) for name in names if name in self.metrics])

    def confusion(self) -> np.ndarray:
        """[titles, titles] int64 of a title classifier, summed over seeds: rows are true titles, columns answers."""
        counts = np.zeros([len(self.titles)] * 2, np.int64)
        for predicted in self.per_image("predicted").astype(int):
            np.add.at(counts, (self.labels, predicted), 1)
        return counts


def check_folder(results_dir: str | os.PathLike) -> None:
    """Raises FileNotFoundError if there is no such folder."""
    if not pathlib.Path(results_dir).is_dir():
        raise FileNotFoundError(f"there is no results folder {results_dir}; experiments.reproduce makes one")


def write(results_dir: str | os.PathLike, result: Result) -> None:
    runs = [{"seed": run.seed, **run.training, "values": run.values} for run in result.runs]
    content = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)} | {"runs": runs}
    with files.atomic_path(pathlib.Path(results_dir) / f"{result.experiment}.json") as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def read(results_dir: str | os.PathLike, experiment: str) -> Result | None:
    """The result of a row; None if it has none yet."""
    path = pathlib.Path(results_dir) / f"{experiment}.json"
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    runs = tuple(Run(run.pop("seed"), run.pop("values"), training=run) for run in content.pop("runs"))
    return Result(runs=runs, **content)


def read_comparable(results_dir: str | os.PathLike, experiment: str) -> Result | None:
    """As `read`, but also None if the row was measured on other panels than gray, or at another size."""
    gray, result = read(results_dir, "gray"), read(results_dir, experiment)
    if gray and result and _panels(gray) != _panels(result):
        return None
    return result


def _panels(result: Result) -> tuple[str, int]:
    return result.data, result.settings["image_size"]


def shown(value: float | str | None, form: str = "") -> str:
    """`value` as text in the format `form`; a dash for None."""
    return MISSING if value is None else format(value, form)


def write_reason(results_dir: str | os.PathLike, experiment: str, reason: str) -> None:
    """Notes in results/<experiment>.missing.txt why the row has no result."""
    with files.atomic_path(_reason_path(results_dir, experiment)) as temporary:
        temporary.write_text(reason + "\n", encoding="utf-8")


def forget_reason(results_dir: str | os.PathLike, experiment: str) -> None:
    _reason_path(results_dir, experiment).unlink(missing_ok=True)


def read_reason(results_dir: str | os.PathLike, experiment: str) -> str | None:
    """The noted reason; None if there is none."""
    path = _reason_path(results_dir, experiment)
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def _reason_path(results_dir: str | os.PathLike, experiment: str) -> pathlib.Path:
    return pathlib.Path(results_dir) / f"{experiment}.missing.txt"
