"""Measures hints in a closed loop: hint_loop.json, .csv and .svg, the error after each of 0 to 50 clicks.

Usage: python -m experiments.hint_loop --run_dir=RUN --data_dir=DATA --results_dir=RESULTS [--split=test] [--kind=KIND]
Example: python -m experiments.hint_loop --run_dir=runs/mine --data_dir=data/mine --results_dir=out

Panels have the size that they were prepared with. Each click goes where the blurred error is largest, as a person's
would, but not onto an edge or an earlier dot, and has the colour of the original there. Our way is measured beside
four others (`experiments.hint_peers`), all from the same guess. What is measured is not measured again.
"""

import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import tensorflow as tf
from absl import flags

from experiments import hint_peers, hint_table, plots, resumable
from webtoon_colorize import checkpoints, color, data, files, startup
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint
from webtoon_colorize.io import csv_files
from webtoon_colorize.io.images import read_image
from webtoon_colorize.lab import lightness_of
from webtoon_colorize.pages import runtimes

PEER_CLICKS = 20  # of the other ways; equations take long
KINDS = ("flat", "painted")
FLAT = 0.55  # a panel is flat from this share of its pixels on
_EVEN = 2.5  # Lab units; a pixel is flat if the 5 x 5 around it differ by less
_GRAY = 4.0  # Lab units; a panel of less RMSE to gray has no colour to find
_ACROSS = 3  # pixels on each side of a click that say which colour is there
_EDGES = 0.25  # of the pixels, those with the most varied colours around them: nobody clicks there


def find_panels(data_dir: str, split: str, *, kind: str | None, count: int) -> list[tuple[str, str]]:
    """Kind and path of at most `count` panels of each kind, at random; `kind` overrules what is measured."""
    paths = [row["path"] for row in csv_files.read(pathlib.Path(data_dir) / "panels.csv") if row["split"] == split]
    wanted: dict[str, list[str]] = {each: [] for each in ([kind] if kind else KINDS)}
    for path in np.random.default_rng(0).permutation(np.array(sorted(paths), object)):
        rgb = read_image(pathlib.Path(data_dir) / path)
        lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        own = wanted[kind or KINDS[share_of_flat(lab) < FLAT]]
        if len(own) < count and np.sqrt(np.mean(lab[..., 1:] ** 2)) >= _GRAY:
            own.append(str(path))
        if all(len(each) == count for each in wanted.values()):
            break
    return [(each, path) for each, found in wanted.items() for path in found]


def share_of_flat(lab: np.ndarray) -> float:
    """The share of a panel's pixels that are flat; Lab [H, W, 3] in its own units."""
    smooth, square = cv2.GaussianBlur(lab, (3, 3), 0), np.ones((5, 5), np.uint8)
    return float(np.mean((cv2.dilate(smooth, square) - cv2.erode(smooth, square)).max(axis=2) < _EVEN))


def automatic(colorizer: Colorizer, rgb: np.ndarray, cache: pathlib.Path) -> tuple[np.ndarray, np.ndarray]:
    """The lightness [H, W] of a panel and the guess of its ab [H, W, 2], which `cache` keeps."""
    lightness, _ = color.rgb_to_lab(tf.constant(rgb, tf.float32) / 255)
    gray = np.round(color.gray_rgb(lightness[None])[0].numpy() * 255).astype(np.uint8)
    if not cache.exists():
        chroma = colorizer.page_chroma(gray)
        chroma.color(())
        with files.atomic_path(cache) as temporary, open(temporary, "wb") as file:
            np.save(file, chroma.ab.astype(np.float16))
    return lightness_of(gray), np.load(cache).astype(np.float32)


def clicks(way: hint_peers.Way, rgb: np.ndarray, guess: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """Yields the ab without hints, and after each click."""
    true = color.rgb_to_lab(tf.constant(rgb, tf.float32) / 255)[1].numpy()
    square = np.ones((2 * _ACROSS + 1, 2 * _ACROSS + 1), np.uint8)
    variety = (cv2.dilate(true, square) - cv2.erode(true, square)).max(axis=2)
    even = variety <= np.quantile(variety, 1 - _EDGES)
    ab, hints = guess, []
    yield ab
    for _ in range(count):
        row, column = worst_place(np.sum((ab - true) ** 2, axis=2), even, hints)
        around = rgb[max(0, row - _ACROSS) : row + _ACROSS + 1, max(0, column - _ACROSS) : column + _ACROSS + 1]
        seen = np.median(around.reshape(-1, 3), axis=0).astype(int).tolist()
        hints.append(Hint(column + 0.5, row + 0.5, tuple(seen)))
        ab = way(hints)
        yield ab


def worst_place(error: np.ndarray, even: np.ndarray, hints: Sequence[Hint]) -> tuple[int, int]:
    """Row and column of the largest error [H, W], averaged over a 16th of the longer side.

    It is a place that is `even` (bool [H, W]) and on no earlier dot.
    """
    side = max(error.shape) // 16 + 1
    smooth = cv2.blur(error, (side, side), borderType=cv2.BORDER_REFLECT)
    for hint in hints:
        cv2.circle(smooth, (int(hint.x), int(hint.y)), side // 4, 0, cv2.FILLED)
    smooth[~even] = 0
    row, column = np.unravel_index(smooth.argmax(), smooth.shape)
    return int(row), int(column)


def judge(colorizer: Colorizer, data_dir: str, cache: pathlib.Path, kind: str, path: str) -> dict[str, Any]:
    """The errors of a panel, those of each way from no click on."""
    rgb = read_image(pathlib.Path(data_dir) / path)
    lightness, guess = automatic(colorizer, rgb, cache / f"{path.replace('/', '_')}.npy")
    true = color.rgb_to_lab(tf.constant(rgb, tf.float32) / 255)[1].numpy()
    errors = {}
    for name, make in hint_peers.WAYS.items():
        count = hint_table.COUNTS[-1] if name == "regions" else PEER_CLICKS
        found = clicks(make(lightness, guess), rgb, guess, count)
        errors[name] = [round(_rmse_lab(ab - true), 3) for ab in found]
    return {"kind": kind, "path": path, "gray": round(_rmse_lab(true), 3), "errors": errors}


def _rmse_lab(difference: np.ndarray) -> float:
    return float(color.AB_SCALE * np.sqrt(np.mean(difference**2)))


def main(_) -> None:
    folder = pathlib.Path(FLAGS.results_dir)
    try:
        colorizer = Colorizer.load(FLAGS.run_dir)
        panels = find_panels(FLAGS.data_dir, FLAGS.split, kind=FLAGS.kind, count=FLAGS.panels)
        settings = {
            "run": checkpoints.fingerprint(FLAGS.run_dir or runtimes.PRETRAINED),
            "data": data.fingerprint(FLAGS.data_dir),
            "split": FLAGS.split,
            "panels": FLAGS.panels,
        }
        measured = resumable.measure_stories(
            folder / "hint_loop.json",
            settings,
            panels,
            lambda panel: judge(colorizer, FLAGS.data_dir, folder / "guesses", *panel),
        )
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f"error: {error}") from error
    found = hint_table.rows(measured)
    csv_files.write(folder / "hint_loop.csv", hint_table.Row._fields, found)
    plots.write_svg(hint_table.plot(found), folder / "hint_loop.svg")
    for row in found:
        print(
            f"{row.kind:8} {row.way:10} {row.clicks:3} clicks {row.error / row.gray_error:.3f} of gray, first click "
            f"harms {row.first_harms:.2f}, not worse {row.not_worse:.2f}"
        )


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_string("run_dir", None, "Run that guesses the colours; without it, the weights of the package.")
    flags.DEFINE_string("data_dir", None, "Prepared dataset.", required=True)
    flags.DEFINE_string("split", "test", "The split whose panels are measured.")
    flags.DEFINE_string("kind", None, "The kind of all panels, such as drawn; without it, flat or painted each.")
    flags.DEFINE_integer("panels", 60, "Panels of each kind, at most.")
    flags.DEFINE_string("results_dir", None, "Gets hint_loop.json, .csv and .svg, and the guesses.", required=True)
    startup.run(main, __doc__)
