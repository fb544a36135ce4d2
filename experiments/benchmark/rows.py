"""Training, evaluation and colorizing of one row of the table."""

from typing import Any

import numpy as np
import tensorflow as tf

from experiments import ablations
from experiments.benchmark import machine, timing
from webtoon_colorize import data, evaluation
from webtoon_colorize.methods.method import Method, MissingWeights, Size
from webtoon_colorize.training import steps

_TITLES = 5
_PANELS = 64
_INPUTS = 64  # batches that are drawn in a row: more than lie ready
_COLORIZED = 8  # panels at once, as for a page

Numbers = dict[str, float]


def measure(experiment: str, scale: ablations.Scale, budget_s: float) -> dict[str, Any]:
    """The numbers of a row, or {"missing": why} if it needs weights that are not here.

    Milliseconds are per training step, and their sum is `step_ms` and `input_ms`; shares are of the machine's own rate,
    which is measured first. The panels are noise, for what they show makes no difference to the time.
    """
    try:
        method = ablations.TRAINABLE[experiment].build(Size(scale.image_size, scale.filters, _TITLES))
    except MissingWeights as error:
        return {"missing": str(error)}
    gflops = machine.matmul_gflops(budget_s)
    numbers = {"matmul_gflops": gflops} | training(method, scale, gflops, budget_s)
    numbers |= _evaluation(method, scale, budget_s) | _colorizing(method, scale, gflops, budget_s)
    return numbers | {"peak_memory_gb": machine.peak_memory_gb()}


def noise_panels(scale: ablations.Scale) -> data.Panels:
    """64 panels, or a batch if that is more."""
    count = max(_PANELS, scale.batch_size)
    rgb = np.random.default_rng(0).integers(0, 256, (count, scale.image_size, scale.image_size, 3), np.uint8)
    paths = [f"panels/{number // 8}/{number}.png" for number in range(count)]
    return data.Panels(rgb, np.arange(count, dtype=np.int32) % _TITLES, paths)


def training(method: Method, scale: ablations.Scale, gflops: float, budget_s: float) -> Numbers:
    """The numbers of a training step and of its input; `gflops` is the rate that `train_share` is a share of."""
    optimizers = steps.make_optimizers(method, ablations.LEARNING_RATE)
    order = {"batch_size": scale.batch_size, "seed": 0, "epochs": 10**6, "together": method.together}
    batches = iter(data.training_batches(noise_panels(scale), **order))
    given = next(batches), tf.constant([0, 1])

    def timed(function) -> float:
        return 1e3 * timing.seconds(lambda: machine.finish(function(*given)), budget_s=budget_s)

    train_step = steps.make_train_step(method, optimizers)
    forward_ms = timed(tf.function(method.losses, autograph=False))
    gradients = tf.function(lambda *both: steps.terms_and_gradients(method, optimizers, *both), autograph=False)
    with_backward_ms, step_ms = timed(gradients), timed(train_step)
    many = timing.seconds(lambda: [next(batches) for _ in range(_INPUTS)], budget_s=budget_s)
    input_ms = 1e3 * many / _INPUTS
    whole = timing.seconds(lambda: machine.finish(train_step(next(batches), given[1])), budget_s=budget_s)
    work = machine.multiply_adds(train_step.get_concrete_function(*given).graph)
    return {
        "train_images_per_s": scale.batch_size / whole,
        "step_ms": step_ms,
        "forward_ms": forward_ms,
        "backward_ms": max(0.0, with_backward_ms - forward_ms),
        "optimizer_ms": max(0.0, step_ms - with_backward_ms),
        "input_ms": input_ms,
        "pipeline_images_per_s": 1e3 * scale.batch_size / input_ms,
        "train_multiply_adds": work,
        "train_share": 2 * work / (step_ms / 1e3) / 1e9 / gflops,
    }


def _evaluation(method: Method, scale: ablations.Scale, budget_s: float) -> Numbers:
    panels, evaluate = noise_panels(scale), evaluation.make_evaluate(evaluation.table_measure(method))
    return {
        "evaluate_images_per_s": len(panels.path) / timing.seconds(lambda: evaluate(panels), budget_s=budget_s),
    }


def _colorizing(method: Method, scale: ablations.Scale, gflops: float, budget_s: float) -> Numbers:
    if method.colorize is None:
        return {}
    colorize = tf.function(lambda lightness, label: method.colorize(lightness, label, None), autograph=False)
    given = tf.zeros([_COLORIZED, scale.image_size, scale.image_size, 1]), tf.zeros([_COLORIZED], tf.int32)
    whole = timing.seconds(lambda: machine.finish(colorize(*given)), budget_s=budget_s)
    work = machine.multiply_adds(colorize.get_concrete_function(*given).graph)
    return {
        "colorize_images_per_s": _COLORIZED / whole,
        "colorize_multiply_adds": work,
        "colorize_share": 2 * work / whole / 1e9 / gflops,
    }
