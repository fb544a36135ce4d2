"""Measures how many panels of a comic it takes: data.json, data.csv, data.md and data.svg.

Usage: python -m experiments.data_curve --run_dir=RUN --data_dir=DATA --results_dir=RESULTS
Example: python -m experiments.data_curve --run_dir=webtoon_colorize/pretrained --data_dir=data/mine --results_dir=out

The run's row is trained from nothing on 10 to 400 panels of the dataset, trained on from the run's weights, and adapted
to them as by `webtoon-colorize --references`. The test panels are of other episodes. The panels for training are
consecutive, as a comic appears; each seed begins elsewhere. The dataset's validation panels end the training.
What is measured is not measured again: the same command goes on where it stopped.
"""

import dataclasses
import pathlib
import tempfile
from typing import Any, NamedTuple

import numpy as np
from absl import flags
from matplotlib.figure import Figure

from experiments import bootstrap, plots, resumable, written
from webtoon_colorize import adaptation, checkpoints, data, evaluation, run, startup
from webtoon_colorize.training import loop

COUNTS = (10, 25, 50, 100, 200, 400)
WAYS = ("from nothing", "from the weights", "references")
SHOWN = 400  # panels that an epoch shows, of however many
EPOCHS, PATIENCE = 40, 8
COLUMNS = ("panels", "way", "seeds", "of gray", "95% low", "95% high")


class Point(NamedTuple):
    count: int
    way: str
    seed: int


def points(available: int, seeds: int) -> list[Point]:
    """What to measure: every way with each of COUNTS that there are panels for."""
    return [Point(count, way, seed) for count in COUNTS if count <= available for way in WAYS for seed in range(seeds)]


def select(panels: data.Panels, point: Point) -> data.Panels:
    """The consecutive panels of a point; those of a seed start a golden share of the split behind the last seed's."""
    start = int(0.618 * point.seed * len(panels.path)) % len(panels.path)
    return data.take(panels, (start + np.arange(point.count)) % len(panels.path))


def measure(run_dir: str, data_dir: str, results_dir: str, *, seeds: int) -> list[dict[str, Any]]:
    """Measures the points that data.json lacks; returns all: count, way, seed, and the error over gray's per panel.

    Raises:
      FileNotFoundError: `run_dir` or `data_dir` is missing.
      ValueError: the run saw a title of the dataset, or the file was measured with another run or dataset.
    """
    settings = run.load_settings(run_dir)
    if seen := set(settings.titles) & set(data.load_titles(data_dir)):
        raise ValueError(f"{run_dir} was trained on {', '.join(sorted(seen))}, which {data_dir} has too")
    splits = {
        split: data.load_panels(data_dir, split, image_size=settings.image_size)
        for split in ("train", "validation", "test")
    }
    gray = _errors(evaluation.gray, splits["test"])

    def measure_point(point: Point) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            trained = _train(run_dir, folder, settings, splits, point)
            shares = _errors(run.load_method(trained).colorize, splits["test"]) / gray.mean()
        return point._asdict() | {"errors": [round(float(share), 4) for share in shares]}

    same = {"run": checkpoints.fingerprint(run_dir), "data": data.fingerprint(data_dir), "seeds": seeds}
    path = pathlib.Path(results_dir) / "data.json"
    return resumable.measure_stories(path, same, points(len(splits["train"].path), seeds), measure_point)


def _train(run_dir: str, folder: str, settings: run.Settings, splits: dict[str, data.Panels], point: Point):
    """A run folder that knows the panels of the point."""
    known = select(splits["train"], point)
    if point.way == "references":
        return adaptation.adapt(run_dir, list(known.rgb), folder)
    settings = dataclasses.replace(settings, epochs=EPOCHS, patience=PATIENCE, seed=point.seed)
    run.claim(folder, settings)
    method = run.build(settings)
    run.start(method, run_dir if point.way == "from the weights" else None)
    shown = data.take(known, np.resize(np.arange(point.count), SHOWN))
    schedule = loop.Schedule(EPOCHS, PATIENCE, settings.batch_size, settings.learning_rate, point.seed)
    loop.train(method, folder, schedule, training=shown, validation=splits["validation"], settings={})
    return folder


def _errors(colorize: evaluation.Colorize, panels: data.Panels) -> np.ndarray:
    def rmse(batch):
        return {"rmse_lab": evaluation.colorizer_metrics(batch, colorize(batch.lightness, batch.label))["rmse_lab"]}

    return evaluation.make_evaluate(rmse)(panels)["rmse_lab"]


def rows(measured: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """A row of COLUMNS per count and way. Intervals are over test panels, of means over seeds."""
    lines = []
    for count in COUNTS:
        for way in WAYS:
            errors = [each["errors"] for each in measured if (each["count"], each["way"]) == (count, way)]
            if errors:
                means = np.mean(errors, axis=0)
                shown = (means.mean(), *bootstrap.mean_interval(means))
                lines.append((str(count), way, str(len(errors)), *(f"{value:.3f}" for value in shown)))
    return lines


def plot(measured: list[dict[str, Any]]) -> Figure:
    """x: panels, logarithmic. y: error as a share of gray's, with its interval; a line per way."""
    drawn = plots.figure(800, 440)
    drawn.set_layout_engine("constrained")
    axes, lines = drawn.add_subplot(), rows(measured)
    for number, way in enumerate(WAYS):
        own = [(int(line[0]), *map(float, line[3:])) for line in lines if line[1] == way]
        if own:
            counts, means, low, high = np.array(own).T
            axes.fill_between(counts, low, high, color=f"C{number}", alpha=0.15, linewidth=0)
            axes.plot(counts, means, color=f"C{number}", marker="o", label=way)
    axes.axhline(1.0, color="0.45", linewidth=1)
    axes.set_xscale("log")
    axes.set_xticks(COUNTS, map(str, COUNTS))
    axes.minorticks_off()
    axes.set_xlabel("coloured panels of the comic")
    axes.set_ylabel("RMSE (Lab) as a share of gray's")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return drawn


def main(_) -> None:
    try:
        measured = measure(FLAGS.run_dir, FLAGS.data_dir, FLAGS.results_dir, seeds=FLAGS.seeds)
    except (ValueError, FileNotFoundError) as error:
        raise startup.failure(error) from error
    except KeyboardInterrupt:
        raise SystemExit("\ninterrupted; the same command goes on where it stopped") from None
    print(written.write(FLAGS.results_dir, "data", COLUMNS, rows(measured), plot(measured)))


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("run_dir", None, "Run that is trained on and adapted.", required=True)
    flags.DEFINE_string("data_dir", None, "Prepared dataset of a title that the run never saw.", required=True)
    flags.DEFINE_string("results_dir", None, "Gets data.json, .csv, .md and .svg.", required=True)
    flags.DEFINE_integer("seeds", 3, "Runs per point.", lower_bound=1)
    startup.run(main, __doc__)
