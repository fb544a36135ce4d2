"""Measures which hues runs give to pictures, beside the truth's: hues.csv, hues.md and hues.svg.

Usage: python -m experiments.hue_histogram --run_dir=RUN... --data_dir=DATA --results_dir=RESULTS
Example: python -m experiments.hue_histogram --run_dir=runs/a --run_dir=runs/b --data_dir=data/mine --results_dir=out

A run that answers with the mean of all that is possible gives sepia everywhere. Its error does not tell; its hues do.
The runs are named by their folders.
"""

import pathlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from absl import flags
from matplotlib.figure import Figure

from experiments import bootstrap, plots, written
from webtoon_colorize import color, data, evaluation, run, startup

SECTOR = 30  # degrees; the first sector lies around hue 0
COLORED = 10.0  # Lab units; pixels with less chroma have no hue
TRUTH = "truth"
COLUMNS = ("colours", "chroma", "hues in common with the truth", "of gray", "95% low", "95% high")


class Colors(NamedTuple):
    """What one colorizer does to the panels of a split."""

    name: str
    hues: np.ndarray  # share of the coloured pixels in each sector, sums to 1
    chroma: float  # mean, Lab units
    of_gray: tuple[float, float, float]  # mean RMSE of ab over gray's, and its interval (95%) over panels


def histogram(ab: np.ndarray) -> np.ndarray:
    """The number of coloured pixels in each sector of hue, of ab [..., 2] in Lab units."""
    a, b = ab[np.hypot(*np.moveaxis(ab, -1, 0)) >= COLORED].T
    sector = np.round(np.degrees(np.arctan2(b, a)) / SECTOR).astype(int) % (360 // SECTOR)
    return np.bincount(sector, minlength=360 // SECTOR)


def measure(name: str, pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> Colors:
    """Sums up pairs of predicted and true ab, each [B, S, S, 2] in Lab units."""
    hues, chroma, errors, gray = np.zeros(360 // SECTOR), [], [], []
    for ab, true in pairs:
        hues += histogram(ab)
        chroma += list(np.hypot(*np.moveaxis(ab, -1, 0)).mean(axis=(1, 2)))
        errors += list(_rms(ab - true))
        gray += list(_rms(true))
    shares = np.array(errors) / np.mean(gray)
    return Colors(
        name, hues / max(hues.sum(), 1), float(np.mean(chroma)), (shares.mean(), *bootstrap.mean_interval(shares))
    )


def common(hues: np.ndarray, others: np.ndarray) -> float:
    """The intersection of two histograms: 1 where they are alike, 0 where they share no hue."""
    return float(np.minimum(hues, others).sum())


def _rms(ab: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(ab).mean(axis=(1, 2, 3)))


def compare(run_dirs: list[str], data_dir: str, split: str) -> list[Colors]:
    """The truth and each run, on a split.

    Raises:
      FileNotFoundError: a run or the dataset is missing.
      ValueError: a run does not colorize or needs titles, or its files or the dataset's are damaged.
    """
    found = []
    for run_dir in run_dirs:
        method, size = run.load_method(run_dir), run.load_settings(run_dir).image_size
        if method.colorize is None or method.takes_label:
            raise ValueError(f"{run_dir} does not colorize without a title")
        panels = data.load_panels(data_dir, split, image_size=size)
        if not found:
            found.append(measure(TRUTH, ((true, true) for _, true in _pairs(evaluation.gray, panels))))
        found.append(measure(pathlib.Path(run_dir).name, _pairs(method.colorize, panels)))
    return found


def _pairs(colorize: evaluation.Colorize, panels: data.Panels) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    for batch in data.evaluation_batches(panels, batch_size=16):
        ab = colorize(batch.lightness, batch.label)
        yield np.asarray(ab) * color.AB_SCALE, np.asarray(batch.ab) * color.AB_SCALE


def rows(found: list[Colors]) -> list[tuple[str, ...]]:
    """A row of COLUMNS for each."""
    [truth, *_] = found
    return [
        (each.name, f"{each.chroma:.1f}", f"{common(each.hues, truth.hues):.2f}", *(f"{v:.3f}" for v in each.of_gray))
        for each in found
    ]


def plot(found: list[Colors]) -> Figure:
    """A wheel for each: bars as long as the root of the share of a hue, in that hue's colour."""
    drawn = plots.figure(300 * len(found), 340)
    angles = np.radians(np.arange(0, 360, SECTOR))
    ab = 60.0 / color.AB_SCALE * np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)
    bars = np.asarray(color.lab_to_rgb(np.full([1, len(ab), 1, 1], 0.3, np.float32), ab[None, :, None]))[0, :, 0]
    for number, each in enumerate(found, 1):
        axes = drawn.add_subplot(1, len(found), number, projection="polar")
        axes.bar(angles, np.sqrt(each.hues), width=np.radians(SECTOR) * 0.9, color=np.clip(bars, 0, 1))
        axes.set_ylim(0, max(float(np.sqrt(other.hues.max())) for other in found))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(f"{each.name}\nchroma {each.chroma:.1f}")
    return drawn


def main(_) -> None:
    try:
        found = compare(FLAGS.run_dir, FLAGS.data_dir, FLAGS.split)
    except (ValueError, FileNotFoundError) as error:
        raise startup.failure(error) from error
    print(written.write(FLAGS.results_dir, "hues", COLUMNS, rows(found), plot(found)))


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_multi_string("run_dir", None, "Run to measure; repeatable.", required=True)
    flags.DEFINE_string("data_dir", None, "Prepared dataset.", required=True)
    flags.DEFINE_enum("split", "test", ["test", "validation"], "Which of its panels.")
    flags.DEFINE_string("results_dir", None, "Gets hues.csv, .md and .svg.", required=True)
    startup.run(main, __doc__)
