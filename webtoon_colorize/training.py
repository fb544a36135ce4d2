"""The training loop of all methods. An interrupted run ends with the same weights as an uninterrupted one."""

import json
import math
import os
import pathlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from webtoon_colorize import checkpoints, data, evaluation, files, run, startup
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
    """The progress of a run and its checkpoints."""

    run_dir: str | os.PathLike
    progress: checkpoints.Progress
    last: checkpoints.Kept
    best: checkpoints.Kept
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
    weights, then all updates. A term or gradient that is not finite raises InvalidArgumentError, which names it; its
    network is not updated.
    """
    finite = tf.debugging.check_numerics

    @tf.function(autograph=False)
    def train_step(batch, seed):
        with tf.GradientTape(persistent=True) as tape:
            terms = {
                name: {
                    term: finite(tf.nn.compute_average_loss(value), f"loss/{name}/{term}")
                    for term, value in own.items()
                }
                for name, own in method.losses(batch, seed).items()
            }
            totals = {name: optimizers[name].scale_loss(sum(own.values())) for name, own in terms.items()}
        weights = {name: network.trainable_variables for name, network in method.networks.items()}
        gradients = {name: tape.gradient(totals[name], weights[name]) for name in method.networks}
        for name, optimizer in optimizers.items():
            size = finite(tf.linalg.global_norm(gradients[name]), f"gradient/{name}")
            with tf.control_dependencies([size]):
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
    """Trains until the patience has brought no better epoch, from where an earlier call stopped in `run_dir` if it did.

    Reading: "trained for their best results, decided on the validation set" (section IV).

    After each epoch `run_dir` holds best/ and last/ (see `checkpoints`), validation.csv and TensorBoard's events. A
    finished run has training.json as well. Ctrl-C and SIGTERM end it after the step at hand, which last/ then holds.

    Args:
      method: freshly built; its networks are trained in place.
      description: the run's settings in Markdown, for TensorBoard.

    Raises:
      FloatingPointError: a loss or a gradient is not finite; the message names it, its network and the step.
      ValueError: fewer training panels than `batch_size`.
      KeyboardInterrupt: Ctrl-C or SIGTERM.
    """
    epochs, patience, batch_size, learning_rate, _ = schedule
    state, take_steps, done = _resume(run_dir, method, schedule, training)
    steps = len(training.path) // batch_size
    evaluate = evaluation.make_evaluate(evaluation.validation_measure(method))
    log_grid = _make_log_grid(method, evaluation.pick(validation, GRID_PANELS))
    writer = tf.summary.create_file_writer(str(pathlib.Path(run_dir) / "tensorboard"))

    bar = tqdm(total=epochs * steps, initial=done, unit="step", mininterval=1)
    with writer.as_default(), bar, startup.stop_event() as stop:
        tf.summary.text("settings", description, step=0)
        for epoch in _epochs_left(state.progress, epochs=epochs, patience=patience):
            bar.set_description(f"epoch {epoch + 1}/{epochs}")
            start, first = time.perf_counter(), done
            terms, done = take_steps(range(first, (epoch + 1) * steps), stop, bar)
            if done < (epoch + 1) * steps:
                _save_part(state, done, epoch=done / steps, seconds=time.perf_counter() - start)
                raise KeyboardInterrupt
            speed = (done - first) * batch_size / (time.perf_counter() - start)
            values = {f"validation/{name}": float(value.mean()) for name, value in evaluate(validation).items()}
            _check_finite(values, epoch)
            _save(state, values, judged_by=method.judged_by, steps=done, seconds=time.perf_counter() - start)
            bar.set_postfix({name: f"{value:.4g}" for name, value in values.items()})
            _log(terms | values | {"learning_rate": learning_rate, "images_per_s": speed}, step=epoch + 1)
            log_grid(epoch + 1)
    _write_summary(method, state, images_per_epoch=steps * batch_size)


def _epochs_left(progress: checkpoints.Progress, *, epochs: int, patience: int) -> Iterator[int]:
    """The numbers of the epochs that are still to be trained, from 0; each when the one before is saved."""
    while (epoch := int(progress.epoch.numpy())) < epochs and epoch - int(progress.best_epoch.numpy()) < patience:
        yield epoch


def _resume(
    run_dir: str | os.PathLike, method: Method, schedule: Schedule, panels: data.Panels
) -> tuple[_State, "_TakeSteps", int]:
    """Restores networks, optimizers and progress to the last step that was saved, if there is one.

    Returns what was restored, what takes the steps from there, and the number of those that are done.
    """
    epochs, _, batch_size, learning_rate, seed = schedule
    optimizers, progress = make_optimizers(method, learning_rate), checkpoints.new_progress()
    last = checkpoints.last(run_dir, method, optimizers=optimizers, progress=progress)
    checkpoints.restore(last)
    curves = _read_curves(run_dir, int(progress.epoch.numpy()))
    state = _State(run_dir, progress, last, checkpoints.best(run_dir, method), curves)
    epoch = float(progress.epoch.numpy())
    order = {"batch_size": batch_size, "seed": seed, "epochs": epochs, "together": method.together}
    batches = data.training_batches(panels, first_epoch=int(epoch), **order)
    steps = len(panels.path) // batch_size
    done = round(epoch * steps)
    return state, _TakeSteps(method, make_train_step(method, optimizers), iter(batches.skip(done % steps)), seed), done


def _read_curves(run_dir: str | os.PathLike, epochs: int) -> dict[str, list[float]]:
    """The first `epochs` rows of validation.csv; the file may have one more if the run was killed while it saved."""
    rows = csv_files.read(pathlib.Path(run_dir) / CURVES)[:epochs] if epochs else []
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}


class _TakeSteps(NamedTuple):
    """Takes the steps of a run, in order."""

    method: Method
    train_step: TrainStep
    batches: Iterator[data.Batch]
    seed: int

    def __call__(self, steps: range, stop: threading.Event, bar: tqdm) -> tuple[dict[str, float], int]:
        """Takes these, or those until `stop`. Returns the mean of every term and the number of the step to come.

        Raises FloatingPointError.
        """
        history = []
        for step in steps:
            if stop.is_set():
                break
            batch = next(self.batches)
            try:
                history.append(self.train_step(batch, tf.random.fold_in([self.seed, STEP_STREAM], step)))
            except tf.errors.InvalidArgumentError as error:
                raise _not_finite(error, self.method, batch, step) from error
            bar.update()
        done = steps.start + len(history)
        return {f"loss/{term}": float(np.mean([each[term] for each in history])) for term in (history or [{}])[0]}, done


def _not_finite(error: tf.errors.InvalidArgumentError, method: Method, batch: data.Batch, step: int) -> Exception:
    """What became NaN or infinite in a step, and where that comes from."""
    found = re.search(r"^\s*(\S+) : Tensor had (.*?) values", error.message, re.MULTILINE)
    if not found:
        return error
    sources = {f"the {name} of its batch": [getattr(batch, name)] for name in ("lightness", "ab")}
    sources |= {f"the weights of {name}": network.trainable_variables for name, network in method.networks.items()}
    bad = [name for name, values in sources.items() if not all(np.isfinite(value).all() for value in values)]
    cause = f" from {' and '.join(bad)}" if bad else ""
    return FloatingPointError(f"{found[1]} became {found[2].lower()} at step {step + 1}{cause}; {_BEFORE}")


_BEFORE = "the last checkpoint is from before it"


def _check_finite(values: dict[str, float], epoch: int) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise FloatingPointError(f"{name} became {value} in epoch {epoch + 1}; {_BEFORE}")


def _save_part(state: _State, done: int, *, epoch: float, seconds: float) -> None:
    """Saves an epoch that is interrupted after `done` steps of the run in all, if these are more than were saved."""
    if epoch > state.progress.epoch.numpy():
        state.progress.epoch.assign(epoch)
        state.progress.seconds.assign_add(seconds)
        state.last.save(done)


def _save(state: _State, values: dict[str, float], *, judged_by: str, steps: int, seconds: float) -> None:
    """Counts the epoch and saves it.

    best/ comes before last/, so that a run that is killed in between repeats the epoch and saves both again.

    Args:
      values: of the epoch on the validation split.
      judged_by: the metric that chooses the best epoch.
      steps: of the run, so far.
      seconds: that the epoch took.
    """
    run_dir, progress, last, best, curves = state
    for name, each in values.items():
        curves.setdefault(name.removeprefix("validation/"), []).append(each)
    csv_files.write(pathlib.Path(run_dir) / CURVES, curves, zip(*curves.values()))
    value = values[f"validation/{judged_by}"]
    progress.epoch.assign(int(progress.epoch.numpy()) + 1)
    progress.seconds.assign_add(seconds)
    epoch = int(progress.epoch.numpy())
    if value < progress.best_value.numpy():
        progress.best_epoch.assign(epoch)
        progress.best_value.assign(value)
        best.save(epoch)
    last.save(steps)


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
