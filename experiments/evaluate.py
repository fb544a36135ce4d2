"""Evaluates the runs of one row, one per seed, on the test split. Without a run it evaluates uncoloured panels.

Usage: python -m experiments.evaluate --run_dir=RUN --data_dir=DATA --results_dir=RESULTS
Example: python -m experiments.evaluate --run_dir=runs/mine/l2/seed_0 --data_dir=data/mine --results_dir=results/mine
"""

import contextlib
import dataclasses
import functools
import json
import math
import pathlib
import shutil
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from absl import flags

from experiments import ablations, probes, results, train, training_subsets
from experiments.results import TEST, TRAIN, VALIDATION
from experiments.visual_metrics import per_panel
from experiments.visual_metrics.scenes import Scene
from webtoon_colorize import data, evaluation, files, run, startup
from webtoon_colorize.io import images
from webtoon_colorize.methods.method import Method

SAMPLES = 12


def evaluate_runs(run_dirs: list[str], *, data_dir: str, test_dir: str | None = None, results_dir: str) -> None:
    """Writes results/<experiment>.json for runs of one experiment, and sample pictures of the first run.

    Args:
      run_dirs: a folder per seed.
      data_dir: the dataset that the runs were trained on.
      test_dir: the dataset whose test panels judge them, by default `data_dir`.

    Raises:
      FileNotFoundError: a folder is no run folder, or its run is not finished.
      ValueError: the runs differ in more than their seed, or one was trained on other data, or `test_dir` has other
        titles or changes while it is read, or another process is writing this result.
    """
    every = [run.load_settings(run_dir) for run_dir in run_dirs]
    if every[0].experiment not in ablations.TRAINABLE:  # it names a file, and the folder may come from somebody else
        raise ValueError(f"{run_dirs[0]} is a run of {every[0].experiment}, and there is no such row")
    with files.locked(results_dir, every[0].experiment):
        with _unchanged(test_dir or data_dir):
            result = _measure(run_dirs, every, data_dir, test_dir or data_dir, results_dir)
        results.write(results_dir, result)


@contextlib.contextmanager
def _unchanged(data_dir: str) -> Iterator[None]:
    """Raises ValueError at the end of the block if another dataset has taken the place of this one meanwhile."""
    before = data.fingerprint(data_dir)
    yield
    if data.fingerprint(data_dir) != before:
        raise ValueError(f"{data_dir} changed while it was read; start again")


def _measure(
    run_dirs: list[str], every: list[run.Settings], data_dir: str, test_dir: str, results_dir: str
) -> results.Result:
    first = every[0]
    _check_same(every, run_dirs, data_dir=data_dir, test_dir=test_dir)
    splits = _load_splits(first, data_dir=data_dir, test_dir=test_dir)
    learned_from = data.load_panels(data_dir, "train", image_size=first.image_size)
    row = ablations.TRAINABLE[first.experiment]
    unseen = row.unseen(splits[TEST].panels, learned_from) if row.unseen else None
    runs = []
    for settings, run_dir in zip(every, run_dirs):
        training = _training(run_dir)
        method = run.load_method(run_dir)
        gray = settings.arguments.get("gray")
        values = splits[TEST].values(method)
        values |= probes.errors(method, learned_from, splits[TEST].panels, gray=gray, seed=settings.seed)
        values = _only(values, unseen)
        for name, split in list(splits.items())[1:]:
            values |= {f"{name}/{metric}": column for metric, column in split.values(method).items()}
        runs.append(results.Run(settings.seed, _rounded(values), training))
        if settings is first and method.colorize:
            _write_samples(method.colorize, splits[TEST].panels, results_dir=results_dir, experiment=first.experiment)
    return _result(first.experiment, _sizes(first), runs, splits, test_dir=test_dir)


class _Split:
    """Panels to measure on, and what is known of them."""

    def __init__(self, data_dir: str, panels: data.Panels):
        self.panels = panels
        self.annotations = per_panel.load_annotations(data_dir, panels)

    @functools.cached_property
    def scenes(self) -> list[Scene]:
        """Found when first needed: classifiers need none."""
        return per_panel.find_scenes(self.panels, self.annotations)

    def values(self, method: Method) -> dict[str, Iterable[float]]:
        if method.colorize is None:
            return _values(method, self.panels)
        return per_panel.values(method, self.panels, self.annotations, scenes=self.scenes)


def _check_same(every: list[run.Settings], run_dirs: list[str], *, data_dir: str, test_dir: str) -> None:
    first = every[0]
    trained_on = train.fingerprint(first.experiment, data_dir=data_dir, test_dir=test_dir)
    for settings, run_dir in zip(every, run_dirs):
        if dataclasses.replace(settings, seed=first.seed) != first:
            raise ValueError(f"{run_dir} and {run_dirs[0]} differ in more than their seed")
        if settings.data != trained_on:
            raise ValueError(f"{run_dir} was trained on other data than {data_dir}")
    if data.load_titles(test_dir) != first.titles:
        raise ValueError(f"{test_dir} has other titles than {data_dir}")


def _load_splits(settings: run.Settings, *, data_dir: str, test_dir: str) -> dict[str, _Split]:
    """TEST, VALIDATION and maybe TRAIN, in this order -> the panels that are measured on."""
    size = settings.image_size
    splits = {
        TEST: _Split(test_dir, training_subsets.load_test(test_dir, data_dir=data_dir, image_size=size)),
        VALIDATION: _Split(data_dir, data.load_panels(data_dir, "validation", image_size=size)),
    }
    if ablations.TRAINABLE[settings.experiment].on_training:
        panels, _ = train.load_split(settings.experiment, size, data_dir=data_dir, test_dir=test_dir)
        splits[TRAIN] = _Split(data_dir, data.take(panels, range(len(set(panels.path)))))
    return splits


def _only(values: dict[str, Iterable[float]], chosen: np.ndarray | None) -> dict[str, Iterable[float]]:
    """`values` with NaN for the panels that are not among `chosen`, their indices; None: all are."""
    if chosen is None:
        return values
    others = np.ones(len(next(iter(values.values()))), bool)
    others[chosen] = False
    return {name: np.where(others, np.nan, column) for name, column in values.items()}


def evaluate_gray(*, image_size: int, data_dir: str, test_dir: str | None = None, results_dir: str) -> None:
    """Writes results/gray.json, with measures of the truth, and samples of uncoloured panels and of the truth.

    Raises ValueError and FileNotFoundError as `evaluate_runs` does.
    """
    with files.locked(results_dir, "gray"):
        with _unchanged(test_dir or data_dir):
            result = _measure_gray(image_size, data_dir, test_dir or data_dir, results_dir)
        results.write(results_dir, result)


def _measure_gray(image_size: int, data_dir: str, test_dir: str, results_dir: str) -> results.Result:
    panels = training_subsets.load_test(test_dir, data_dir=data_dir, image_size=image_size)
    split = _Split(test_dir, panels)
    values = _values(Method({}, None, evaluation.gray), panels)
    values |= per_panel.values_of_truth(panels, split.annotations, scenes=split.scenes)
    training = data.load_panels(data_dir, "train", image_size=image_size)
    values["distance_from_title"] = per_panel.distance_from_title(panels, training)
    _write_samples(evaluation.gray, panels, results_dir=results_dir, experiment="gray")
    _write_pictures(evaluation.pick(panels, SAMPLES).rgb, pathlib.Path(results_dir) / results.SAMPLES / "truth")
    runs = [results.Run(0, _rounded(values))]
    return _result("gray", {"image_size": image_size}, runs, {TEST: split}, test_dir=test_dir)


def _training(run_dir: str) -> dict[str, Any]:
    path = pathlib.Path(run_dir) / run.FINISHED
    if not path.exists():
        raise FileNotFoundError(f"{run_dir} is not finished; train it first")
    return json.loads(path.read_text())


def _sizes(settings: run.Settings) -> dict[str, int]:
    names = [field.name for field in dataclasses.fields(ablations.Scale)]
    return {name: getattr(settings, name) for name in names}


def _values(method: Method, panels: data.Panels) -> dict[str, Iterable[float]]:
    return evaluation.make_evaluate(evaluation.table_measure(method))(panels)


def _rounded(values: dict[str, Iterable[float]]) -> dict[str, list[float | None]]:
    """Values of seven digits. None takes the place of NaN, which JSON lacks."""
    return {
        name: [float(f"{value:.7g}") if math.isfinite(value) else None for value in column]
        for name, column in values.items()
    }


def _result(
    experiment: str, settings: dict[str, int], runs: list[results.Run], splits: dict[str, _Split], *, test_dir: str
) -> results.Result:
    panels = splits[TEST].panels
    paths = {name: split.panels.path for name, split in splits.items()}
    return results.Result(
        experiment=experiment,
        settings=settings,
        runs=tuple(runs),
        dataset=pathlib.Path(test_dir).name,
        data=data.fingerprint(test_dir),
        titles=data.load_titles(test_dir),
        paths=panels.path,
        labels=panels.label.tolist(),
        tags=splits[TEST].annotations.tags,
        validation_paths=paths.get(VALIDATION, []),
        train_paths=paths.get(TRAIN, []),
    )


def _write_samples(colorize: evaluation.Colorize, panels: data.Panels, *, results_dir: str, experiment: str) -> None:
    pictures = evaluation.make_picture(colorize)(evaluation.pick(panels, SAMPLES))
    _write_pictures(pictures, pathlib.Path(results_dir) / results.SAMPLES / experiment)


def _write_pictures(pictures: np.ndarray, folder: pathlib.Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for index, picture in enumerate(pictures):
        images.write_image(folder / f"{index:02}.png", picture)


def main(_) -> None:
    folders = {name: FLAGS[name].value for name in ("data_dir", "test_dir", "results_dir")}
    try:
        if FLAGS.run_dir:
            evaluate_runs(FLAGS.run_dir, **folders)
        else:
            evaluate_gray(image_size=FLAGS.image_size, **folders)
    except (ValueError, OSError) as error:
        raise startup.failure(error) from error


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_multi_string("run_dir", [], "Finished run; repeat for other seeds of the same row. None: gray.")
    flags.DEFINE_string("data_dir", None, "Prepared dataset that the runs were trained on.", required=True)
    flags.DEFINE_string("test_dir", None, "Dataset whose test split is used, if it is another one.")
    flags.DEFINE_string("results_dir", None, "Gets <experiment>.json and sample pictures.", required=True)
    flags.DEFINE_integer("image_size", 64, "Of the gray image; runs know their own.", lower_bound=16)
    startup.run(main, __doc__)
