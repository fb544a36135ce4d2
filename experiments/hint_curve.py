"""How much does each hint help? Dots of true colour on test panels, for runs that take hints: hints.csv and hints.svg.

Dots lie at random places, or, one after the other, where the error is largest: where a person would click.
"""

import itertools
import pathlib
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from absl import app, flags
from tqdm import tqdm

from webtoon_colorize import color, data, evaluation, files, run
from webtoon_colorize.io import csv_files
from webtoon_colorize.methods.method import Method
from webtoon_colorize.sparse_color import box_blur

COUNTS = (0, 1, 5, 20, 100)
DOT = 3  # pixels, the width of a dot

Colored = Callable[[], np.ndarray]  # what the method makes of the hints so far, ab [N, S, S, 2]
Places = Callable[[Colored, np.ndarray], np.ndarray]  # ... and the truth -> row, column of the next dots [N, 2]


def curve(method: Method, panels: data.Panels, place: Places) -> dict[int, np.ndarray]:
    """RMSE in Lab units per panel, [N], after each of COUNTS hints; none is what the method does by itself."""
    [lightness, ab_true] = (np.concatenate(each) for each in zip(*_batches(panels)))
    hints = np.zeros((*ab_true.shape[:3], 3), np.float32)
    automatic = tf.function(lambda lightness: method.colorize(lightness, None, None), autograph=False)
    with_hints = tf.function(lambda lightness, hints: method.colorize(lightness, None, hints), autograph=False)

    def colored():
        return _in_batches(with_hints, lightness, hints) if hints.any() else _in_batches(automatic, lightness)

    errors = {0: _rmse_lab(colored(), ab_true)}
    for count in tqdm(range(1, COUNTS[-1] + 1), "hints", unit="hint"):
        add_dots(hints, ab_true, place(colored, ab_true))
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
    """Draws into `hints` [N, S, S, 3] a dot at each picture's place, in the true colour there."""
    for picture, true, (row, column) in zip(hints, ab_true, places):
        rows, columns = (slice(max(0, at - DOT // 2), at + DOT // 2 + 1) for at in (row, column))
        picture[rows, columns] = [*true[row, column], 1.0]


def at_random(size: int) -> Places:
    rng = np.random.default_rng(0)
    return lambda colored, ab_true: rng.integers(size, size=(len(ab_true), 2))


def at_worst(size: int) -> Places:
    """Where the error, smoothed over a 16th of the picture, is largest: nobody clicks on a single wrong pixel."""

    def place(colored, ab_true):
        error = np.sum((colored() - ab_true) ** 2, axis=-1, keepdims=True)
        smooth = np.asarray(box_blur(tf.constant(error), size // 16 + 1))[..., 0]
        return np.stack(np.unravel_index(smooth.reshape(len(ab_true), -1).argmax(axis=1), (size, size)), axis=1)

    return place


PLACES = {"random": at_random, "worst": at_worst}


def measure(run_dirs: list[str], *, data_dir: str) -> list[dict]:
    """A row of hints.csv per run, kind of places and count.

    Raises:
      ValueError: a run takes no hints, or was trained on other data.
    """
    rows = []
    for run_dir in run_dirs:
        settings, method = run.load_settings(run_dir), run.load_method(run_dir)
        if not method.takes_hints:
            raise ValueError(f"{run_dir} is a run of {settings.experiment}, which takes no hints")
        if settings.data != data.fingerprint(data_dir):
            raise ValueError(f"{run_dir} was trained on other data than {data_dir}")
        panels = data.load_panels(data_dir, "test", image_size=settings.image_size)
        ab_true = np.concatenate([ab for _, ab in _batches(panels)])
        gray = float(_rmse_lab(np.zeros_like(ab_true), ab_true).mean())
        for places, make_place in PLACES.items():
            for count, errors in curve(method, panels, make_place(settings.image_size)).items():
                row = {"experiment": settings.experiment, "places": places, "hints": count}
                rows.append(row | {"rmse_lab": round(float(errors.mean()), 3), "gray_rmse_lab": round(gray, 3)})
    return rows


def plot(rows: list[dict]) -> str:
    """The curves as SVG: hints across, evenly spaced; the share of gray's error up."""
    series = {(row["experiment"], row["places"]): [] for row in rows}
    for row in rows:
        series[row["experiment"], row["places"]].append(row["rmse_lab"] / row["gray_rmse_lab"])
    top = max(1.0, *(max(values) for values in series.values()))
    x = [60 + 110 * index for index in range(len(COUNTS))]
    colors = ("#c0392b", "#2471a3", "#1e8449", "#7d3c98", "#b9770e", "#34495e")
    parts = [_svg_text(at, 300, str(count)) for at, count in zip(x, COUNTS)]
    parts += [_svg_text(x[-1] + 70, 300, "hints"), _svg_text(60, 20, "error / error of gray")]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = 280 - 250 * share / top
        parts += [f'<path d="M60 {y:.1f}H{x[-1]}" stroke="#ddd"/>', _svg_text(35, y + 4, f"{share:g}")]
    for (name, values), stroke, number in zip(series.items(), itertools.cycle(colors), range(len(series))):
        points = " ".join(f"{at},{280 - 250 * value / top:.1f}" for at, value in zip(x, values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="2"/>')
        parts.append(_svg_text(60 + 240 * (number % 2), 330 + 18 * (number // 2), ", ".join(name), fill=stroke))
    height = 350 + 18 * (len(series) // 2)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 {height}" font-family="sans-serif" font-size="12">'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>", ""])


def _svg_text(x: float, y: float, text: str, *, fill: str = "#333") -> str:
    return f'<text x="{x}" y="{y:.1f}" fill="{fill}">{text}</text>'


def main(_) -> None:
    try:
        rows = measure(FLAGS.run_dir, data_dir=FLAGS.data_dir)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f"error: {error}") from error
    folder = pathlib.Path(FLAGS.results_dir)
    csv_files.write(folder / "hints.csv", rows[0], [row.values() for row in rows])
    with files.atomic_path(folder / "hints.svg") as path:
        path.write_text(plot(rows))
    for row in rows:
        print("{experiment:28} {places:7} {hints:4} hints {rmse_lab:7.2f} (gray {gray_rmse_lab:.2f})".format(**row))


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_multi_string("run_dir", None, "Run of a row that takes hints; repeat to compare.", required=True)
    flags.DEFINE_string("data_dir", None, "Prepared dataset whose test split is used.", required=True)
    flags.DEFINE_string("results_dir", None, "Gets hints.csv and hints.svg.", required=True)
    app.run(main)
