"""Metrics of a method on each image of a split. Averages are left to the reports."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from webtoon_colorize import color, data, metrics
from webtoon_colorize.methods.method import Method

BATCH_SIZE = 16

Colorize = Callable[..., tf.Tensor]
Measure = Callable[[data.Batch], dict[str, tf.Tensor]]  # metric name -> [B]


def gray(lightness: tf.Tensor, label=None, hints=None) -> tf.Tensor:
    """A colorizer that leaves every image gray, ab = 0: the baseline of all methods."""
    del label, hints
    return color.no_color(lightness)


def validation_measure(method: Method) -> Measure:
    """The metrics on the validation split after each epoch; `method.judged_by` names the one to minimise."""

    def measure(batch):
        return _ab_metrics(batch, method.colorize(batch.lightness, batch.label))

    return method.measure or measure


def table_measure(method: Method) -> Measure:
    """The metrics in the table: the method's own, or `table_metrics`."""
    return method.measure or (lambda batch: table_metrics(batch, colorizations(method, batch)))


def colorizations(method: Method, batch: data.Batch) -> list[tf.Tensor]:
    """What the method colorizes, followed by its variants, each ab [B, H, W, 2]."""
    variants = method.variants(batch.lightness, batch.label) if method.variants else []
    return [method.colorize(batch.lightness, batch.label), *variants]


def table_metrics(batch: data.Batch, every: list[tf.Tensor]) -> dict[str, tf.Tensor]:
    """The metrics of `colorizations`. Those of variants have names with numbers: l2_0, l2_1, ..."""
    colorized, *variants = every
    values = colorizer_metrics(batch, colorized)
    for number, ab in enumerate(variants):
        metric = _ab_metrics(batch, ab) | {"chroma_lab": metrics.mean_chroma_lab(ab)}
        values |= {f"{name}_{number}": value for name, value in metric.items()}
    return values


def _ab_metrics(batch: data.Batch, ab: tf.Tensor) -> dict[str, tf.Tensor]:
    return {"l2": metrics.ab_l2(ab, batch.ab), "rmse_lab": metrics.ab_rmse_lab(ab, batch.ab)}


def colorizer_metrics(batch: data.Batch, ab: tf.Tensor) -> dict[str, tf.Tensor]:
    """All metrics of one colorization; chroma and colourfulness of the truth are there for comparison."""
    rgb, rgb_true = color.lab_to_rgb(batch.lightness, ab), color.lab_to_rgb(batch.lightness, batch.ab)
    return _ab_metrics(batch, ab) | {
        "psnr_db": metrics.psnr_db(rgb, rgb_true),
        "ssim": metrics.ssim(rgb, rgb_true),
        "chroma_lab": metrics.mean_chroma_lab(ab),
        "chroma_lab_true": metrics.mean_chroma_lab(batch.ab),
        "colorfulness": metrics.colorfulness(rgb),
        "colorfulness_true": metrics.colorfulness(rgb_true),
    }


def make_evaluate(measure: Measure) -> Callable[[data.Panels], dict[str, np.ndarray]]:
    """A function from panels to metric name -> float64 [N], in the order of the panels. It is traced once."""
    values = tf.function(measure, reduce_retracing=True, autograph=False)

    def evaluate(panels):
        batches = [values(batch) for batch in data.evaluation_batches(panels, batch_size=BATCH_SIZE)]
        return {name: np.concatenate([batch[name] for batch in batches]).astype(np.float64) for name in batches[0]}

    return evaluate


def make_picture(colorize: Colorize) -> Callable[[data.Panels], np.ndarray]:
    """A function from panels to their colorizations in RGB, uint8 [N, S, S, 3]."""

    @tf.function(reduce_retracing=True, autograph=False)
    def picture(batch):
        rgb = color.lab_to_rgb(batch.lightness, colorize(batch.lightness, batch.label))
        return tf.cast(tf.round(rgb * 255.0), tf.uint8)

    return lambda panels: np.concatenate(
        [picture(batch) for batch in data.evaluation_batches(panels, batch_size=BATCH_SIZE)]
    )


def pick(panels: data.Panels, count: int) -> data.Panels:
    """`count` panels at equal distances in the split, so that all titles occur; all panels if there are fewer."""
    chosen = np.unique(np.linspace(0, len(panels.path) - 1, count).round().astype(int))
    return data.take(panels, chosen)
