"""What more work costs: larger training steps, more threads for the input, more pages for the programs."""

import functools
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from experiments import ablations
from experiments.benchmark import machine, pages, rows, timing
from webtoon_colorize import data
from webtoon_colorize.methods import l2
from webtoon_colorize.methods.method import Size

_BASE = {"image_size": 64, "filters": 16, "batch_size": 16}
_STEPS = {  # what grows, and to what
    "batch_size": (1, 4, 16, 64),
    "image_size": (32, 64, 128, 256),
    "filters": (4, 16, 32, 64),
}
_PAGES = (1, 8, 32)
_EPISODES = (5, 10, 20)  # of each of two titles
_PIPELINE_SIZES = (64, 256)  # pixels
_DRAWN = 32  # batches

Line = dict[str, Any]


def measure(budget_s: float) -> dict[str, list[Line]]:
    """Lines for each of four tables."""
    return {
        "steps": list(_steps(budget_s)),
        "input": list(_input(budget_s)),
        "colorizing": list(_colorizing()),
        "preparing": list(_preparing()),
    }


def _steps(budget_s: float) -> Iterator[Line]:
    gflops = machine.matmul_gflops(budget_s)
    for what, values in _STEPS.items():
        for value in values:
            sizes = _BASE | {what: value}
            method = l2.build(Size(sizes["image_size"], sizes["filters"], 1))
            found = rows.training(method, ablations.Scale(**sizes, epochs=1, patience=1), gflops, budget_s)
            yield (
                sizes | {"grows": what} | {key: found[key] for key in ("step_ms", "train_images_per_s", "train_share")}
            )


def _input(budget_s: float) -> Iterator[Line]:
    for image_size in _PIPELINE_SIZES:
        panels = rows.noise_panels(ablations.Scale(**_BASE | {"image_size": image_size}, epochs=1, patience=1))
        for threads in range(1, timing.threads() + 1):
            options = tf.data.Options()
            options.threading.private_threadpool_size = threads
            order = {"batch_size": _BASE["batch_size"], "seed": 0, "epochs": 10**6}
            batches = iter(data.training_batches(panels, **order).with_options(options))
            took = timing.seconds(functools.partial(_draw, batches), budget_s=budget_s)
            images_per_s = _DRAWN * _BASE["batch_size"] / took
            yield {"image_size": image_size, "threads": threads, "images_per_s": images_per_s}


def _draw(batches: Iterator[data.Batch]) -> None:
    for _ in range(_DRAWN):
        next(batches)


def _colorizing() -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for count in _PAGES:
            book = root / f"book_{count}"
            pages.draw(book, count)
            took = _seconds("webtoon_colorize", str(book), f"--output_dir={root / f'out_{count}'}")
            yield {"pages": count, "seconds": took}


def _preparing() -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        drawing = ["--titles=2", f"--episodes={max(_EPISODES)}", f"--output_dir={root / 'all'}"]
        _seconds("data_tools.synthesize", *drawing)
        for count in _EPISODES:
            part = root / f"comic_{count}"
            for title in (root / "all").iterdir():
                for episode in sorted(title.iterdir())[:count] if title.is_dir() else ():
                    shutil.copytree(episode, part / title.name / episode.name)
            took = _seconds("data_tools.prepare", f"--comic_dir={part}", f"--output_dir={root / f'data_{count}'}")
            yield {"strips": sum(1 for _ in part.rglob("*.png")), "seconds": took}


def _seconds(module: str, *arguments: str) -> float:
    """What a program takes. Raises CalledProcessError if it fails."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start
