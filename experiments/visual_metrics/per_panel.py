"""Measures, for each panel, what the paper judges by eye. `claims` tests the paper's statements on these values."""

import json
import pathlib
from typing import NamedTuple

import cv2
import numpy as np
import tensorflow as tf

from experiments.visual_metrics import region_metrics
from experiments.visual_metrics.flat_regions import Regions, find_flat_regions
from webtoon_colorize import color, data, evaluation
from webtoon_colorize.io import csv_files
from webtoon_colorize.methods.method import Method

RING = 1 / 16  # of the picture's width: how far the surroundings of a speech bubble reach
LOW_RESOLUTION = 28  # pixels, width and height of the chroma that PixColor, the paper's [7], predicts


class Annotations(NamedTuple):
    """The annotations of each panel of a split, in the order of `data.Panels`."""

    tags: list[list[str]]
    bubbles: list[list[np.ndarray]]  # float [corners, 2] each: x and y as shares of the panel's width and height


def load_annotations(data_dir: str, panels: data.Panels) -> Annotations:
    """Reads tags and bubbles from panels.csv; empty lists if it has no such columns."""
    rows = {row["path"]: row for row in csv_files.read(pathlib.Path(data_dir) / "panels.csv")}
    chosen = [rows[path] for path in panels.path]
    return Annotations(
        [[tag for tag in row.get("tags", "").split(";") if tag] for row in chosen],
        [_outlines(row) for row in chosen],
    )


def _outlines(row: dict[str, str]) -> list[np.ndarray]:
    size = [float(row.get("width", 1)), float(row.get("height", 1))]
    return [np.array(bubble) / size for bubble in json.loads(row.get("bubbles", "[]"))]


def values(method: Method, panels: data.Panels, annotations: Annotations) -> dict[str, list[float]]:
    """Measure -> value per panel. Measures of the method's variants are named measure_0, measure_1, ..."""

    @tf.function(reduce_retracing=True, autograph=False)
    def colorize(batch):
        others = method.variants(batch.lightness, batch.label) if method.variants else []
        return method.colorize(batch.lightness, batch.label), others

    table = []
    for batch in data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE):
        ab, variants = colorize(batch)
        for index in range(len(ab)):
            every = [np.asarray(each[index]) * color.AB_SCALE for each in (ab, *variants)]
            scene = _Scene.of(batch.lightness[index], batch.ab[index], annotations.bubbles[len(table)])
            table.append(_measure_all(every, scene))
    return {name: [row[name] for row in table] for name in table[0]}


def values_of_truth(panels: data.Panels, annotations: Annotations) -> dict[str, list[float]]:
    """The measures of the truth, named measure_true, and the error of the truth with chroma in low resolution."""
    table = []
    for batch in data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE):
        for lightness, ab in zip(batch.lightness, batch.ab):
            scene = _Scene.of(lightness, ab, annotations.bubbles[len(table)])
            coarse = low_resolution(scene.ab_true)
            row = {f"{name}_true": value for name, value in _measure(scene.ab_true, scene).items()}
            row["rmse_lab_low_resolution"] = float(np.sqrt(np.mean((coarse - scene.ab_true) ** 2)))
            table.append(row)
    return {name: [row[name] for row in table] for name in table[0]}


def distance_from_title(panels: data.Panels, training: data.Panels) -> list[float]:
    """Distance of each panel's mean colour from that of its title's training panels, in Lab units."""
    mean, mean_training = _mean_colors(panels), _mean_colors(training)
    centers = {label: mean_training[training.label == label].mean(axis=0) for label in np.unique(panels.label)}
    return [float(np.linalg.norm(own - centers[label])) for own, label in zip(mean, panels.label)]


def _mean_colors(panels: data.Panels) -> np.ndarray:
    """L, a, b [N, 3] in Lab units, means over each panel."""
    batches = data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE)
    return np.concatenate([tf.reduce_mean(color.lab_units(each.lightness, each.ab), axis=[1, 2]) for each in batches])


def low_resolution(ab: np.ndarray) -> np.ndarray:
    """ab [H, W, 2] reduced to the means of 28 x 28 areas, and enlarged again bilinearly."""
    small = cv2.resize(ab, (LOW_RESOLUTION, LOW_RESOLUTION), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (ab.shape[1], ab.shape[0]))


class _Scene(NamedTuple):
    """What colorizations of a panel are compared with."""

    ab_true: np.ndarray  # [S, S, 2], Lab units
    regions: Regions
    inside_bubbles: np.ndarray  # bool [S, S]
    near_bubbles: np.ndarray  # bool [S, S]; true inside bubbles too

    @classmethod
    def of(cls, lightness: tf.Tensor, ab: tf.Tensor, bubbles: list[np.ndarray]) -> "_Scene":
        lab = np.asarray(color.lab_units(lightness, ab))
        return cls(lab[..., 1:], find_flat_regions(lab), *_bubble_masks(bubbles, size=len(lab)))


def _bubble_masks(bubbles: list[np.ndarray], *, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Bool [size, size] each: inside a bubble, and within reach of one."""
    inside = np.zeros((size, size), np.uint8)
    for bubble in bubbles:
        cv2.fillPoly(inside, [np.round(bubble * size).astype(np.int32)], 1)
    near = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= RING * size
    return inside.astype(bool), near & bool(bubbles)


def _measure_all(every: list[np.ndarray], scene: _Scene) -> dict[str, float]:
    """Measures of a colorization, the first of `every`, and of its variants, the others."""
    ab, *variants = every
    row = _measure(ab, scene)
    for number, variant in enumerate(variants):
        row |= {f"{name}_{number}": value for name, value in _measure(variant, scene).items()}
        row[f"error_kept_{number}"] = region_metrics.error_kept(variant, variants[0], scene.ab_true)
    return row


def _measure(ab: np.ndarray, scene: _Scene) -> dict[str, float]:
    return {
        "inconsistency": region_metrics.inconsistency(ab, scene.regions),
        "background_inconsistency": region_metrics.background_inconsistency(ab, scene.regions),
        "bleeding": region_metrics.bleeding(ab, scene.regions),
        "detail": region_metrics.detail(ab, scene.ab_true, scene.regions),
        "near_bubbles": region_metrics.near_bubbles(
            ab, scene.ab_true, bubbles=scene.inside_bubbles, ring=scene.near_bubbles
        ),
        "sepia_share": region_metrics.sepia_share(ab),
        "saturated_share": region_metrics.saturated_share(ab, scene.ab_true),
    }
