"""Result files: results/<experiment>.json, the per-image values of a row, one block per seed."""

import json
import os
import pathlib
from typing import Any

import numpy as np

from webtoon_colorize import files

SAMPLES = "samples"  # results/samples/<experiment>/<nn>.png: the same test panels for every row
MISSING = "-"


def write(results_dir: str | os.PathLike, result: dict[str, Any]) -> None:
    path = pathlib.Path(results_dir) / f"{result['experiment']}.json"
    with files.atomic_path(path) as temporary:
        temporary.write_text(json.dumps(result, ensure_ascii=False) + "\n", encoding="utf-8")


def read(results_dir: str | os.PathLike, experiment: str) -> dict[str, Any] | None:
    """None where the row has no result yet."""
    path = pathlib.Path(results_dir) / f"{experiment}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def read_comparable(results_dir: str | os.PathLike, experiment: str) -> dict[str, Any] | None:
    """`read`, but None as well where the row was measured on other panels, or at another size, than gray was."""
    gray, result = read(results_dir, "gray"), read(results_dir, experiment)
    if gray and result and _panels(gray) != _panels(result):
        return None
    return result


def _panels(result: dict[str, Any]) -> tuple[str, int]:
    return result["data"], result["settings"]["image_size"]


def write_reason(results_dir: str | os.PathLike, experiment: str, reason: str) -> None:
    """Notes in results/<experiment>.missing.txt why the row has no result."""
    with files.atomic_path(_reason_path(results_dir, experiment)) as temporary:
        temporary.write_text(reason + "\n", encoding="utf-8")


def forget_reason(results_dir: str | os.PathLike, experiment: str) -> None:
    _reason_path(results_dir, experiment).unlink(missing_ok=True)


def read_reason(results_dir: str | os.PathLike, experiment: str) -> str | None:
    """None where none is noted."""
    path = _reason_path(results_dir, experiment)
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def _reason_path(results_dir: str | os.PathLike, experiment: str) -> pathlib.Path:
    return pathlib.Path(results_dir) / f"{experiment}.missing.txt"


def per_image(result: dict[str, Any], metric: str) -> np.ndarray:
    """[seeds, images] float64, images in the order of result["paths"]; KeyError where the row has no such metric.

    NaN where a metric has nothing to measure in an image.
    """
    return np.array([run["values"][metric] for run in result["runs"]], np.float64)


def variants(result: dict[str, Any], metric: str) -> np.ndarray:
    """[variants, seeds, images] float64 of a row with several colorizations of each image; empty for others."""
    names = [f"{metric}_{number}" for number in range(len(result["runs"][0]["values"]))]
    return np.array([per_image(result, name) for name in names if name in result["runs"][0]["values"]])


def confusion(result: dict[str, Any]) -> np.ndarray:
    """[titles, titles] int64 of a title classifier, over all seeds: true titles down, answers across."""
    size = len(result["titles"])
    counts = np.zeros([size, size], np.int64)
    for predicted in per_image(result, "predicted").astype(int):
        np.add.at(counts, (result["labels"], predicted), 1)
    return counts
