"""Evaluates the runs of one row, a run per seed, on the test split; without a run, the uncoloured gray image."""

import dataclasses
import json
import pathlib
import shutil
from typing import Any

import numpy as np
from absl import app, flags

from experiments import ablations, results
from webtoon_colorize import data, evaluation, images, run
from webtoon_colorize.methods.method import Method

SAMPLES = 12


def evaluate_runs(run_dirs: list[str], *, data_dir: str, results_dir: str) -> None:
    """Writes results/<experiment>.json for runs of one experiment, and sample pictures of the first.

    Raises:
      FileNotFoundError: a folder is no run folder, or its run is not finished.
      ValueError: runs of several experiments, or a run that was trained on other data.
    """
    every = [run.load_settings(run_dir) for run_dir in run_dirs]
    first = every[0]
    for settings, run_dir in zip(every, run_dirs):
        if dataclasses.replace(settings, seed=first.seed) != first:
            raise ValueError(f"{run_dir} and {run_dirs[0]} differ in more than their seed")
        if settings.data != data.fingerprint(data_dir):
            raise ValueError(f"{run_dir} was trained on other data than {data_dir}")
    panels = data.load_panels(data_dir, "test", image_size=first.image_size)
    runs = []
    for settings, run_dir in zip(every, run_dirs):
        training = _training(run_dir)
        method = run.load_method(run_dir)
        runs.append({"seed": settings.seed, **training, "values": _values(method, panels)})
        if settings is first and method.colorize:
            _write_samples(method.colorize, panels, results_dir=results_dir, experiment=first.experiment)
    _write(first.experiment, panels, runs, data_dir=data_dir, results_dir=results_dir, settings=_sizes(first))


def evaluate_gray(*, image_size: int, data_dir: str, results_dir: str) -> None:
    """Writes results/gray.json and the sample panels as they are."""
    panels = data.load_panels(data_dir, "test", image_size=image_size)
    runs = [{"seed": 0, "values": _values(Method({}, None, evaluation.gray), panels)}]
    _write_samples(evaluation.gray, panels, results_dir=results_dir, experiment="gray")
    _write_pictures(evaluation.pick(panels, SAMPLES).rgb, pathlib.Path(results_dir) / results.SAMPLES / "truth")
    _write("gray", panels, runs, data_dir=data_dir, results_dir=results_dir, settings={"image_size": image_size})


def _training(run_dir: str) -> dict[str, Any]:
    path = pathlib.Path(run_dir) / run.FINISHED
    if not path.exists():
        raise FileNotFoundError(f"{run_dir} is not finished; train it first")
    return json.loads(path.read_text())


def _sizes(settings: run.Settings) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(ablations.Scale)]
    return {name: getattr(settings, name) for name in names}


def _values(method: Method, panels: data.Panels) -> dict[str, list[float]]:
    values = evaluation.make_evaluate(evaluation.table_measure(method))(panels)
    return {name: [float(f"{value:.7g}") for value in column] for name, column in values.items()}


def _write(experiment: str, panels: data.Panels, runs: list, *, data_dir: str, results_dir: str, settings: dict):
    content = {"experiment": experiment, "dataset": pathlib.Path(data_dir).name, "data": data.fingerprint(data_dir)}
    content |= {"titles": data.load_titles(data_dir), "settings": settings}
    results.write(results_dir, content | {"paths": panels.path, "labels": panels.label.tolist(), "runs": runs})


def _write_samples(colorize: evaluation.Colorize, panels: data.Panels, *, results_dir: str, experiment: str) -> None:
    pictures = evaluation.make_picture(colorize)(evaluation.pick(panels, SAMPLES))
    _write_pictures(pictures, pathlib.Path(results_dir) / results.SAMPLES / experiment)


def _write_pictures(pictures: np.ndarray, folder: pathlib.Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for index, picture in enumerate(pictures):
        images.write_image(folder / f"{index:02}.png", picture)


def main(_) -> None:
    try:
        if FLAGS.run_dir:
            evaluate_runs(FLAGS.run_dir, data_dir=FLAGS.data_dir, results_dir=FLAGS.results_dir)
        else:
            evaluate_gray(image_size=FLAGS.image_size, data_dir=FLAGS.data_dir, results_dir=FLAGS.results_dir)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_multi_string("run_dir", [], "Finished run; repeat for other seeds of the same row. None: gray.")
    flags.DEFINE_string("data_dir", None, "Prepared dataset whose test split is used.", required=True)
    flags.DEFINE_string("results_dir", None, "Gets <experiment>.json and sample pictures.", required=True)
    flags.DEFINE_integer("image_size", 64, "Of the gray image; runs know their own.", lower_bound=16)
    app.run(main)
