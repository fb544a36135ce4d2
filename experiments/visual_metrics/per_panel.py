"""Measures, for each panel, what the paper judges by eye. `claims` tests the paper's statements on these values."""

import json
import pathlib
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import tensorflow as tf

from experiments.visual_metrics import region_metrics
from experiments.visual_metrics.ciede2000 import ciede2000
from experiments.visual_metrics.flat_regions import length
from experiments.visual_metrics.region_metrics import LARGE, SMALL
from experiments.visual_metrics.scenes import Scene, find_scene
from webtoon_colorize import color, data, evaluation
from webtoon_colorize.io import csv_files
from webtoon_colorize.methods import sparse_color
from webtoon_colorize.methods.method import Method

COARSER = 8  # PixColor, the paper's [7], predicts chroma of 28 x 28 pixels for panels of 224 x 224
KEEP_PROBABILITY = 0.01  # at 256 px: of the pixels whose true colour is given for `error_kept_sparse`
CHROMA_STEP, MOST_CHROMA = 0.01, 150.0  # Lab units; sRGB's most is 134


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


def find_scenes(panels: data.Panels, annotations: Annotations) -> list[Scene]:
    """The scene of each panel; chroma above the 95th percentile of all its title's `panels` is vivid."""
    vivid, scenes = _vivid_lab(panels), []
    for batch in data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE):
        for lab, label in zip(color.lab_units(batch.lightness, batch.ab).numpy(), batch.label.numpy()):
            scenes.append(find_scene(lab, annotations.bubbles[len(scenes)], vivid_lab=vivid[label]))
    return scenes


def _vivid_lab(panels: data.Panels) -> dict[int, float]:
    """Label -> the 95th percentile of true chroma over the pixels of all panels with it, up to CHROMA_STEP above it."""
    counts = {label: np.zeros(round(MOST_CHROMA / CHROMA_STEP), np.int64) for label in np.unique(panels.label)}
    for batch in data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE):
        bins = (length(batch.ab.numpy() * color.AB_SCALE) / CHROMA_STEP).astype(np.int64)
        for own, label in zip(bins, batch.label.numpy()):
            counts[label] += np.bincount(own.ravel(), minlength=len(counts[label]))
    shares = {label: np.cumsum(own) / own.sum() for label, own in counts.items()}
    return {label: (int(np.argmax(share >= 0.95)) + 1) * CHROMA_STEP for label, share in shares.items()}


def values(
    method: Method, panels: data.Panels, annotations: Annotations, *, scenes: list[Scene] | None = None
) -> dict[str, list[float]]:
    """Measure -> value per panel, `evaluation.table_metrics` among them: each panel is colorized once.

    Measures of the method's variants are named measure_0, measure_1, ... `scenes` are those of `find_scenes`; who
    measures several methods on the same panels finds them once.
    """
    scenes = find_scenes(panels, annotations) if scenes is None else scenes
    colorize, table = _colorizer(method), []
    for batch in data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE):
        truth = color.lab_units(batch.lightness, batch.ab).numpy()
        every, metrics, sparse = colorize(batch)
        pictures = [np.asarray(each) * color.AB_SCALE for each in every]
        metrics = {name: value.numpy() for name, value in metrics.items()}
        for index, lab in enumerate(truth):
            row = {name: float(value[index]) for name, value in metrics.items()}
            row |= _measure_all([each[index] for each in pictures], lab, scenes[len(table)])
            if sparse:
                own = _FromSparse(*(each[index].numpy() for each in sparse))
                row |= _measure_free(own, [each[index] for each in pictures], lab[..., 1:])
            table.append(row)
    return {name: [row[name] for row in table] for name in table[0]}


class _FromSparse(NamedTuple):
    """What iterations make of sparse true colour."""

    ab: tf.Tensor  # [B, H, W, 2], network range
    free: tf.Tensor  # [B, H, W] bool: pixels whose colour was not given


def _colorizer(method: Method) -> Callable[[data.Batch], tuple[list, dict, _FromSparse | None]]:
    """Batch -> its colorizations, their metrics, and, if the method iterates, the colorization from sparse colour."""

    @tf.function(reduce_retracing=True, autograph=False)
    def colorize(batch):
        every = evaluation.colorizations(method, batch)
        hints = sparse_hints(batch.ab) if method.iterates else None
        sparse = None
        if hints is not None:
            sparse = _FromSparse(method.colorize(batch.lightness, batch.label, hints), hints[..., 2] == 0)
        return every, evaluation.table_metrics(batch, every), sparse

    return colorize


def _measure_free(sparse: _FromSparse, pictures: list[np.ndarray], ab_true: np.ndarray) -> dict[str, float]:
    """Errors that are left after iteration 2 from sparse true colour and from none, where no true colour was given.

    `pictures` are what `_measure_all` gets; `sparse` is of the same panel.
    """
    _, first, second, *_ = pictures
    return {
        f"error_kept_{name}": region_metrics.error_kept(later[sparse.free], first[sparse.free], ab_true[sparse.free])
        for name, later in (("sparse", sparse.ab * color.AB_SCALE), ("free", second))
    }


def sparse_hints(ab: tf.Tensor) -> tf.Tensor | None:
    """Hints [B, S, S, 3] of the true ab [B, S, S, 2] of a few pixels, always the same ones; see KEEP_PROBABILITY.

    None at sizes at which these would be all pixels.
    """
    try:
        share = sparse_color.as_many_as_at_256(KEEP_PROBABILITY, image_size=ab.shape[1])
    except sparse_color.NothingDropped:
        return None
    seed = tf.constant([0, 0])
    mask = sparse_color.pixel_dropout(tf.ones_like(ab), share, seed=seed)[..., :1]
    return tf.concat([sparse_color.pixel_dropout(ab, share, seed=seed), mask], axis=-1)


def values_of_truth(
    panels: data.Panels, annotations: Annotations, *, scenes: list[Scene] | None = None
) -> dict[str, list[float]]:
    """The measures of the truth, named measure_true, and the error of the truth with chroma in low resolution."""
    scenes = find_scenes(panels, annotations) if scenes is None else scenes
    table = []
    for batch in data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE):
        for lab in color.lab_units(batch.lightness, batch.ab).numpy():
            ab = lab[..., 1:]
            row = {f"{name}_true": value for name, value in _measure(ab, lab, scenes[len(table)]).items()}
            row["rmse_lab_low_resolution"] = float(np.sqrt(np.mean((low_resolution(ab) - ab) ** 2)))
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
    """ab [S, S, 2] reduced to an eighth of its width, by means of areas, and enlarged again bilinearly."""
    size = ab.shape[1] // COARSER
    small = cv2.resize(ab, (size, size), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (ab.shape[1], ab.shape[0]))


def _measure_all(every: list[np.ndarray], lab: np.ndarray, scene: Scene) -> dict[str, float]:
    """Measures of a colorization, the first of `every`, and of its variants, the others."""
    ab, *variants = every
    row = _measure(ab, lab, scene)
    for number, variant in enumerate(variants):
        row |= {f"{name}_{number}": value for name, value in _measure(variant, lab, scene).items()}
        row[f"error_kept_{number}"] = region_metrics.error_kept(variant, variants[0], lab[..., 1:])
    return row


def _measure(ab: np.ndarray, lab: np.ndarray, scene: Scene) -> dict[str, float]:
    """Measures of ab [S, S, 2] against the true panel `lab` [S, S, 3], both in Lab units."""
    ab_true, share, numbers = lab[..., 1:], scene.regions.share, scene.regions.numbers
    small, large = ((share > 0) & (share < SMALL))[numbers], (share >= LARGE)[numbers]
    around = [scene.near_bubbles.unpacked(), scene.off_bubbles.unpacked()]
    skills = region_metrics.skills(ab, ab_true, [small, large, *around])
    uneven, right = region_metrics.inconsistency(ab, scene.regions), region_metrics.rightness(ab, scene.segments)
    return {
        "inconsistency": uneven.relative,
        "background_inconsistency": uneven.background,
        "inconsistency_lab": uneven.lab,
        "bleeding": region_metrics.bleeding(ab, scene.rims),
        **dict(zip(("skill_small", "skill_large", "skill_near_bubbles", "skill_off_bubbles"), skills)),
        "right_in_part": right.in_part,
        "right_on_whole": right.on_whole,
        "chroma_of_right_hue": region_metrics.chroma_of_right_hue(ab, scene.regions, scene.segments),
        "ciede2000": float(ciede2000(np.dstack([lab[..., :1], ab]), lab).mean()),
        "sepia_share": region_metrics.sepia_share(ab),
        "saturated_share": region_metrics.saturated_share(ab, scene.vivid_lab),
    }
