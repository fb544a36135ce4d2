"""The training loop of all methods. An interrupted run ends with the same weights as an uninterrupted one."""

import json
import math
import os
import pathlib
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from webtoon_colorize import checkpoints, data, evaluation, files, run
from webtoon_colorize.io import csv_files
from webtoon_colorize.methods.method import Method

ADAM_BETA_1 = 0.5  # pix2pix
CURVES = "validation.csv"  # in a run folder: a row per epoch
GRID_PANELS = 8  # of the validation split, shown in TensorBoard
STEP_STREAM = 2  # of randomness; data.py has 0 and 1

TrainStep = Callable[[data.Batch, tf.Tensor], dict[str, tf.Tensor]]


class Schedule(NamedTuple):
    """How long and how a run is trained."""

    epochs: int  # at most
    patience: int  # epochs without a better one on validation that end the training
    batch_size: int
    learning_rate: float  # Adam's, of every network
    seed: int


class _State(NamedTuple):
    """The progress of a run and the managers of its checkpoints."""

    run_dir: str | os.PathLike
    progress: checkpoints.Progress
    last: tf.train.CheckpointManager
    best: tf.train.CheckpointManager
    curves: dict[str, list[float]]  # metric -> its mean over the validation split after each epoch


def make_optimizers(method: Method, learning_rate: float) -> dict[str, keras.optimizers.Optimizer]:
    """An Adam for each network."""
    optimizers = {name: keras.optimizers.Adam(learning_rate, ADAM_BETA_1) for name in method.networks}
    for name, optimizer in optimizers.items():
        optimizer.build(method.networks[name].trainable_variables)
    return optimizers


def make_train_step(method: Method, optimizers: dict[str, keras.optimizers.Optimizer]) -> TrainStep:
    """A `tf.function` from (batch, seed int32 [2]) to "network/term" -> mean over the batch.

    A step is one forward pass, then for each network the gradient of the sum of its own terms with respect to its own
    weights, then all updates.
    """

    @tf.function(autograph=False)
    def train_step(batch, seed):
        with tf.GradientTape(persistent=True) as tape:
            terms = {
                name: {term: tf.nn.compute_average_loss(value) for term, value in own.items()}
                for name, own in method.losses(batch, seed).items()
            }
            totals = {name: optimizers[name].scale_loss(sum(own.values())) for name, own in terms.items()}
        weights = {name: network.trainable_variables for name, network in method.networks.items()}
        gradients = {name: tape.gradient(totals[name], weights[name]) for name in method.networks}
        for name, optimizer in optimizers.items():
            optimizer.apply(gradients[name], weights[name])
        return {f"{name}/{term}": value for name, own in terms.items() for term, value in own.items()}

    return train_step


def train(
    method: Method,
    run_dir: str | os.PathLike,
    schedule: Schedule,
    *,
    training: data.Panels,
    validation: data.Panels,
    description: str,
) -> None:
    """Trains until the patience has brought no better epoch, from the last finished epoch in `run_dir` if any.

    Reading: "trained for their best results, decided on the validation set" (section IV).

    After each epoch `run_dir` holds best/ and last/ (see `checkpoints`), validation.csv and TensorBoard's events. A
    finished run has training.json as well.

    Args:
      method: freshly built; its networks are trained in place.
      description: the run's settings in Markdown, for TensorBoard.

    Raises:
      FloatingPointError: a loss is not finite; the message names it.
      ValueError: fewer training panels than `batch_size`.
    """
    epochs, patience, batch_size, learning_rate, seed = schedule
    optimizers = make_optimizers(method, learning_rate)
    state = _resume(run_dir, method, optimizers)
    done, steps = int(state.progress.epoch.numpy()), len(training.path) // batch_size
    order = {"batch_size": batch_size, "seed": seed, "epochs": epochs, "together": method.together}
    batches = iter(data.training_batches(training, first_epoch=done, **order))
    train_step = make_train_step(method, optimizers)
    evaluate = evaluation.make_evaluate(evaluation.validation_measure(method))
    log_grid = _make_log_grid(method, evaluation.pick(validation, GRID_PANELS))
    writer = tf.summary.create_file_writer(str(pathlib.Path(run_dir) / "tensorboard"))

    with writer.as_default(), tqdm(total=epochs * steps, initial=done * steps, unit="step", mininterval=1) as bar:
        tf.summary.text("settings", description, step=0)
        for epoch in _epochs_left(state.progress, epochs=epochs, patience=patience):
            bar.set_description(f"epoch {epoch + 1}/{epochs}")
            start = time.perf_counter()
            terms = _run_epoch(train_step, batches, first_step=epoch * steps, steps=steps, seed=seed, bar=bar)
            speed = steps * batch_size / (time.perf_counter() - start)
            values = {f"validation/{name}": float(value.mean()) for name, value in evaluate(validation).items()}
            _check_finite(terms | values)
            _save(state, values, judged_by=method.judged_by, seconds=time.perf_counter() - start)
            bar.set_postfix({name: f"{value:.4g}" for name, value in values.items()})
            _log(terms | values | {"learning_rate": learning_rate, "images_per_s": speed}, step=epoch + 1)
            log_grid(epoch + 1)
    _write_summary(method, state, images_per_epoch=steps * batch_size)


def _epochs_left(progress: checkpoints.Progress, *, epochs: int, patience: int) -> Iterator[int]:
    """The numbers of the epochs that are still to be trained, from 0; each when the one before is saved."""
    while (epoch := int(progress.epoch.numpy())) < epochs and epoch - int(progress.best_epoch.numpy()) < patience:
        yield epoch


def _resume(run_dir: str | os.PathLike, method: Method, optimizers: dict[str, keras.optimizers.Optimizer]) -> _State:
    """Restores networks, optimizers and progress to the last finished epoch, if there is one."""
    progress = checkpoints.new_progress()
    last = checkpoints.last(run_dir, method, optimizers=optimizers, progress=progress)
    checkpoints.restore(last)
    curves = _read_curves(run_dir, int(progress.epoch.numpy()))
    return _State(run_dir, progress, last, checkpoints.best(run_dir, method), curves)


def _read_curves(run_dir: str | os.PathLike, epochs: int) -> dict[str, list[float]]:
    """The first `epochs` rows of validation.csv; the file may have one more if the run was killed while it saved."""
    rows = csv_files.read(pathlib.Path(run_dir) / CURVES)[:epochs] if epochs else []
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}


def _run_epoch(
    train_step: TrainStep, batches: Iterator[data.Batch], *, first_step: int, steps: int, seed: int, bar: tqdm
) -> dict[str, float]:
    """Trains on `steps` batches; returns the mean of every term over them."""
    history = []
    for step in range(first_step, first_step + steps):
        history.append(train_step(next(batches), tf.random.fold_in([seed, STEP_STREAM], step)))
        bar.update()
    return {f"loss/{term}": float(np.mean([terms[term] for terms in history])) for term in history[0]}


def _check_finite(values: dict[str, float]) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise FloatingPointError(f"{name} became {value} in this epoch; the last checkpoint is from before it")


def _save(state: _State, values: dict[str, float], *, judged_by: str, seconds: float) -> None:
    """Counts the epoch and saves it.

    best/ comes before last/, so that a run that is killed in between repeats the epoch and saves both again.

    Args:
      values: of the epoch on the validation split.
      judged_by: the metric that chooses the best epoch.
      seconds: that the epoch took.
    """
    run_dir, progress, last, best, curves = state
    for name, each in values.items():
        curves.setdefault(name.removeprefix("validation/"), []).append(each)
    csv_files.write(pathlib.Path(run_dir) / CURVES, curves, zip(*curves.values()))
    value = values[f"validation/{judged_by}"]
    progress.epoch.assign_add(1)
    progress.seconds.assign_add(seconds)
    epoch = int(progress.epoch.numpy())
    if value < progress.best_value.numpy():
        progress.best_epoch.assign(epoch)
        progress.best_value.assign(value)
        best.save(epoch)
    last.save(epoch)


def _log(values: dict[str, float], *, step: int) -> None:
    for name, value in values.items():
        tf.summary.scalar(name, value, step=step)


def _make_log_grid(method: Method, panels: data.Panels) -> Callable[[int], None]:
    """A function of the epoch that logs an image with a row per panel: gray | colorized | truth."""
    if method.colorize is None:
        return lambda step: None
    gray, picture = evaluation.make_picture(evaluation.gray)(panels), evaluation.make_picture(method.colorize)

    def log_grid(step):
        rows = np.concatenate([gray, picture(panels), panels.rgb], axis=2)
        tf.summary.image("gray | colorized | truth", np.concatenate(list(rows))[None], step=step)

    return log_grid


def _count(weights: list[keras.Variable]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def _write_summary(method: Method, state: _State, *, images_per_epoch: int) -> None:
    progress = state.progress
    summary = {
        "best_epoch": int(progress.best_epoch.numpy()),
        "best_validation": float(progress.best_value.numpy()),
        "train_minutes": float(progress.seconds.numpy()) / 60,
        "images_seen": int(progress.epoch.numpy()) * images_per_epoch,
        "parameters": {name: _count(network.trainable_variables) for name, network in method.networks.items()},
        "validation": state.curves,
    }
    with files.atomic_path(pathlib.Path(state.run_dir) / run.FINISHED) as path:
        path.write_text(json.dumps(summary, indent=2) + "\n")
