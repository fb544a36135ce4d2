"""Measures how much hints help: writes hints.csv and hints.svg, the error of runs after 0 to 100 hints.

Usage: python -m experiments.hint_curve --run_dir=RUN... --data_dir=DATA --results_dir=RESULTS
Example: python -m experiments.hint_curve --run_dir=runs/hints --data_dir=data/mine --results_dir=out

Hints are dots of true colour on test panels. They lie at random places, or each lies where the error is largest after
the hints before it, as a person would place it.
"""

import pathlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from absl import flags
from matplotlib.figure import Figure
from tqdm import tqdm

from experiments import plots
from webtoon_colorize import color, data, evaluation, run, startup
from webtoon_colorize.io import csv_files
from webtoon_colorize.methods.method import Method
from webtoon_colorize.methods.sparse_color import box_blur

COUNTS = (0, 1, 5, 20, 100)
DOT = 3  # pixels, the width of a dot

GRAY = "0.45"  # of the line that marks gray's error
LINES = {"random": "dashed", "worst": "solid"}
CAPTIONS = {"random": "at random places", "worst": "where the error is largest"}


class Point(NamedTuple):
    """A row of hints.csv. Errors are means over test panels."""

    experiment: str
    places: str  # a key of PLACES
    hints: int
    rmse_lab: float
    gray_rmse_lab: float  # of the panels without any colour


Colored = Callable[[], np.ndarray]  # () -> the colorization with the hints so far, ab [N, S, S, 2]
ChoosePlaces = Callable[[Colored, np.ndarray], np.ndarray]  # (colored, true ab) -> row, column of the next hints [N, 2]


def curve(method: Method, panels: data.Panels, choose_places: ChoosePlaces) -> dict[int, np.ndarray]:
    """Number of hints, each of COUNTS -> RMSE per panel [N], Lab units. Without hints the method colours by itself."""
    [lightness, ab_true] = (np.concatenate(each) for each in zip(*_batches(panels)))
    hints = np.zeros((*ab_true.shape[:3], 3), np.float32)
    automatic = tf.function(lambda lightness: method.colorize(lightness, None, None), autograph=False)
    with_hints = tf.function(lambda lightness, hints: method.colorize(lightness, None, hints), autograph=False)

    def colored():
        return _in_batches(with_hints, lightness, hints) if hints.any() else _in_batches(automatic, lightness)

    errors = {0: _rmse_lab(colored(), ab_true)}
    for count in tqdm(range(1, COUNTS[-1] + 1), "hints", unit="hint"):
        add_dots(hints, ab_true, choose_places(colored, ab_true))
        if count in COUNTS:
            errors[count] = _rmse_lab(colored(), ab_true)
    return errors


def _rmse_lab(ab: np.ndarray, ab_true: np.ndarray) -> np.ndarray:
    return color.AB_SCALE * np.sqrt(np.mean((ab - ab_true) ** 2, axis=(1, 2, 3)))


def _batches(panels: data.Panels):
    return [(batch.lightness, batch.ab) for batch in data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE)]


def _in_batches(colorize, *arrays: np.ndarray) -> np.ndarray:
    size = evaluation.BATCH_SIZE
    every = range(0, len(arrays[0]), size)
    return np.concatenate([colorize(*(tf.constant(array[i : i + size]) for array in arrays)) for i in every])


def add_dots(hints: np.ndarray, ab_true: np.ndarray, places: np.ndarray) -> None:
    """Draws a dot into each picture of `hints` [N, S, S, 3], at its place and in the true colour there."""
    for picture, true, (row, column) in zip(hints, ab_true, places):
        rows, columns = (slice(max(0, at - DOT // 2), at + DOT // 2 + 1) for at in (row, column))
        picture[rows, columns] = [*true[row, column], 1.0]


def at_random(size: int) -> ChoosePlaces:
    rng = np.random.default_rng(0)
    return lambda colored, ab_true: rng.integers(size, size=(len(ab_true), 2))


def at_worst(size: int) -> ChoosePlaces:
    """The place of the largest error, smoothed over a 16th of the width: nobody clicks on a single wrong pixel."""

    def choose_places(colored, ab_true):
        error = np.sum((colored() - ab_true) ** 2, axis=-1, keepdims=True)
        smooth = np.asarray(box_blur(tf.constant(error), size // 16 + 1))[..., 0]
        return np.stack(np.unravel_index(smooth.reshape(len(ab_true), -1).argmax(axis=1), (size, size)), axis=1)

    return choose_places


PLACES = {"random": at_random, "worst": at_worst}


def measure(run_dirs: list[str], *, data_dir: str) -> list[Point]:
    """A point per run, kind of places and number of hints.

    Raises:
      FileNotFoundError: a folder is no run folder or has no checkpoint yet.
      ValueError: a run takes no hints, or was trained on other data.
    """
    points = []
    for run_dir in run_dirs:
        settings, method = run.load_settings(run_dir), run.load_method(run_dir)
        if not method.takes_hints:
            raise ValueError(f"{run_dir} is a run of {settings.experiment}, which takes no hints")
        if settings.data != data.fingerprint(data_dir):
            raise ValueError(f"{run_dir} was trained on other data than {data_dir}")
        panels = data.load_panels(data_dir, "test", image_size=settings.image_size)
        ab_true = np.concatenate([ab for _, ab in _batches(panels)])
        gray = float(_rmse_lab(np.zeros_like(ab_true), ab_true).mean())
        for places, make_choice in PLACES.items():
            for count, errors in curve(method, panels, make_choice(settings.image_size)).items():
                error = round(float(errors.mean()), 3)
                points.append(Point(settings.experiment, places, count, error, round(gray, 3)))
    return points


def plot(points: list[Point]) -> Figure:
    """A line per run and kind of places. x: the number of hints, evenly spaced. y: the error as a share of gray's."""
    drawn = plots.figure(800, 440)
    drawn.set_layout_engine("constrained")  # it makes room for the legend, however many lines it has
    axes = drawn.add_subplot()
    axes.axhline(1.0, color=GRAY, linewidth=1)
    axes.text(len(COUNTS) - 1, 1.01, "gray, without colour", color=GRAY, ha="right", va="bottom")
    experiments = list(dict.fromkeys(point.experiment for point in points))
    for experiment, places in dict.fromkeys((point.experiment, point.places) for point in points):
        own = [point for point in points if (point.experiment, point.places) == (experiment, places)]
        axes.plot(
            [COUNTS.index(point.hints) for point in own],
            [point.rmse_lab / point.gray_rmse_lab for point in own],
            color=f"C{experiments.index(experiment)}",
            linestyle=LINES[places],
            marker="o",
            label=f"{experiment}: {CAPTIONS[places]}",
        )
    axes.set_xticks(range(len(COUNTS)), map(str, COUNTS))
    axes.set_xlabel("hints")
    axes.set_ylabel("RMSE (Lab) as a share of gray's")
    axes.set_ylim(0, max(1.1, axes.get_ylim()[1]))
    axes.grid(axis="y", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
    drawn.legend(loc="outside upper center", ncols=2, frameon=False)
    return drawn


def main(_) -> None:
    try:
        points = measure(FLAGS.run_dir, data_dir=FLAGS.data_dir)
    except (ValueError, FileNotFoundError) as error:
        raise startup.failure(error) from error
    folder = pathlib.Path(FLAGS.results_dir)
    csv_files.write(folder / "hints.csv", Point._fields, points)
    plots.write_svg(plot(points), folder / "hints.svg")
    for point in points:
        print(
            f"{point.experiment:28} {point.places:7} {point.hints:4} hints {point.rmse_lab:7.2f} "
            f"(gray {point.gray_rmse_lab:.2f})"
        )


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_multi_string("run_dir", None, "Run of a row that takes hints; repeat to compare.", required=True)
    flags.DEFINE_string("data_dir", None, "Prepared dataset whose test split is used.", required=True)
    flags.DEFINE_string("results_dir", None, "Gets hints.csv and hints.svg.", required=True)
    startup.run(main, __doc__)
