"""Measures how fast training, evaluation, colorizing and the command line are, and shows where the time goes.

Usage: python -m experiments.benchmark
Example: python -m experiments.benchmark --experiment=l2 --scale=cpu --against=torch

Nothing else should run on the machine. All rows take about 20 minutes, with PyTorch 25.
"""

import dataclasses
import importlib.util
import json
import multiprocessing
import pathlib
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from absl import flags

from experiments import ablations
from experiments.benchmark import against, growth, machine, pages, rows, table
from webtoon_colorize import files, startup

# One of the rows that differ only in a number.
_ROWS = [
    "l2",
    "adversarial",
    "classification_loss",
    "vgg_features",
    "diverse_vae",
    "residual_encoder",
    "tandem",
    "pixel_dropout",
    "channel_dropout",
    "color_and_apply",
    "color_and_apply_hints",
    "references",
    "sketch",
    "vgg16_gray",
    "resnet50_gray",
]


def benchmark(
    experiments: list[str], scale: ablations.Scale, output: pathlib.Path, *, budget_s: float, beside_torch: bool
) -> None:
    """Writes `output` anew after each row, and prints the tables at the end."""
    content: dict[str, Any] = {"machine": machine.describe(), "scale": dataclasses.asdict(scale), "rows": {}}
    content["pages"] = _alone(pages.measure)
    content["growth"] = _alone(growth.measure, budget_s)
    for experiment in experiments:
        content["rows"][experiment] = _alone(rows.measure, experiment, scale, budget_s)
        print(experiment, _summary(content["rows"][experiment]), flush=True)
        _write(output, content)
    if beside_torch:
        content["against"] = against.measure(budget_s)
        _write(output, content)
    print("\n" + table.text(content))


def _alone(function, *arguments):
    """The result of a function in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _summary(row: dict[str, Any]) -> str:
    return row.get("missing") or f"{row['train_images_per_s']:.0f} images/s, {row['train_share']:.0%} of the product"


def _write(output: pathlib.Path, content: dict[str, Any]) -> None:
    with files.atomic_path(output) as path:
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main(_) -> None:
    missing = [name for name in ("torch", "tf2onnx") if FLAGS.against and not importlib.util.find_spec(name)]
    if missing:
        raise SystemExit(f"error: there is no {missing[0]}; it comes with the extra bench: pip install '.[bench]'")
    benchmark(
        FLAGS.experiment,
        ablations.SCALES[FLAGS.scale],
        pathlib.Path(FLAGS.output),
        budget_s=FLAGS.budget_s,
        beside_torch=bool(FLAGS.against),
    )


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_multi_enum("experiment", _ROWS, list(ablations.TRAINABLE), "Row to measure.")
    flags.DEFINE_enum("scale", "quick", list(ablations.SCALES), "How large everything is.")
    flags.DEFINE_enum("against", None, ["torch"], "What to compare the U-Net with.")
    flags.DEFINE_float("budget_s", 2.0, "Least seconds for each number; the fastest call counts.", lower_bound=0.0)
    flags.DEFINE_string("output", "experiments/reported/benchmark.json", "The numbers.")
    startup.run(main, __doc__)
