"""Validation L2 of `l2` and `adversarial` over epochs, "throughout the training [...] very similar" (section IV.A)."""

import os
import pathlib

from matplotlib.figure import Figure

from experiments import plots, results

ROWS = ("l2", "adversarial")
FILE = "validation_curves.svg"

Curves = dict[str, list[list[float]]]  # row -> one list per seed: the mean validation L2 after each epoch


def read(results_dir: str | os.PathLike) -> Curves:
    """The curves of the rows that have any: results of older runs have none."""
    every = {row: results.read_comparable(results_dir, row) for row in ROWS}
    curves = {
        row: [run.training["validation"]["l2"] for run in result.runs if "validation" in run.training]
        for row, result in every.items()
        if result
    }
    return {row: own for row, own in curves.items() if own}


def plot(curves: Curves) -> Figure:
    """A line per seed, in the colour of its row. x: epochs; y: ab L2 of the validation split."""
    drawn = plots.figure(800, 440)
    drawn.set_layout_engine("constrained")
    axes = drawn.add_subplot()
    for number, (row, own) in enumerate(curves.items()):
        for seed, values in enumerate(own):
            label = f"{row}, {len(own)} {'seed' if len(own) == 1 else 'seeds'}" if seed == 0 else None
            axes.plot(range(1, len(values) + 1), values, color=f"C{number}", linewidth=1.2, alpha=0.8, label=label)
    axes.set_xlabel("epochs")
    axes.set_ylabel("ab L2, validation split")
    axes.grid(axis="y", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
    drawn.legend(loc="outside upper center", ncols=2, frameon=False)
    return drawn


def write(results_dir: str | os.PathLike) -> pathlib.Path | None:
    """Draws validation_curves.svg into the results and returns its path; None if no row has a curve."""
    path, curves = pathlib.Path(results_dir) / FILE, read(results_dir)
    if not curves:
        path.unlink(missing_ok=True)
        return None
    plots.write_svg(plot(curves), path)
    return path
