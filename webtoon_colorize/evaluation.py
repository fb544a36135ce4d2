"""Per-image values of a colorizer over a split; whoever reports them averages."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from webtoon_colorize import color, data, metrics

BATCH_SIZE = 16

Colorize = Callable[..., tf.Tensor]
Measure = Callable[[data.Batch, tf.Tensor], dict[str, tf.Tensor]]


def gray(lightness: tf.Tensor, label=None, hints=None) -> tf.Tensor:
    """The uncoloured image as a colorizer: ab is 0 everywhere. What everything else must beat."""
    del label, hints
    return tf.concat([tf.zeros_like(lightness)] * 2, axis=-1)


def measure_ab(batch: data.Batch, ab: tf.Tensor) -> dict[str, tf.Tensor]:
    """What decides on the validation split: metric name -> [B]."""
    return {"l2": metrics.ab_l2(ab, batch.ab), "rmse_lab": metrics.ab_rmse_lab(ab, batch.ab)}


def measure_all(batch: data.Batch, ab: tf.Tensor) -> dict[str, tf.Tensor]:
    """What the table reports: metric name -> [B]."""
    rgb, rgb_true = color.lab_to_rgb(batch.lightness, ab), color.lab_to_rgb(batch.lightness, batch.ab)
    return measure_ab(batch, ab) | {
        "psnr_db": metrics.psnr_db(rgb, rgb_true),
        "ssim": metrics.ssim(rgb, rgb_true),
        "chroma_lab": metrics.mean_chroma_lab(ab),
        "chroma_lab_true": metrics.mean_chroma_lab(batch.ab),
        "colorfulness": metrics.colorfulness(rgb),
        "colorfulness_true": metrics.colorfulness(rgb_true),
    }


def make_evaluate(colorize: Colorize, measure: Measure) -> Callable[[data.Panels], dict[str, np.ndarray]]:
    """A function from panels to metric name -> float64 [N], in the order of the panels; traced once, callable often."""

    @tf.function(reduce_retracing=True)
    def values(batch):
        return measure(batch, colorize(batch.lightness, batch.label))

    def evaluate(panels):
        batches = [values(batch) for batch in data.evaluation_batches(panels, batch_size=BATCH_SIZE)]
        return {name: np.concatenate([batch[name] for batch in batches]).astype(np.float64) for name in batches[0]}

    return evaluate


def make_picture(colorize: Colorize) -> Callable[[data.Panels], np.ndarray]:
    """A function from panels to what `colorize` makes of them, uint8 [N, S, S, 3]."""

    @tf.function(reduce_retracing=True)
    def picture(batch):
        rgb = color.lab_to_rgb(batch.lightness, colorize(batch.lightness, batch.label))
        return tf.cast(tf.round(rgb * 255.0), tf.uint8)

    return lambda panels: np.concatenate(
        [picture(batch) for batch in data.evaluation_batches(panels, batch_size=BATCH_SIZE)]
    )


def pick(panels: data.Panels, count: int) -> data.Panels:
    """`count` panels at equal distances, so that every title is there; all of them if there are fewer."""
    chosen = np.unique(np.linspace(0, len(panels.path) - 1, count).round().astype(int))
    return data.Panels(panels.rgb[chosen], panels.label[chosen], [panels.path[index] for index in chosen])
