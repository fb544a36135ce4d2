"""The training loop of all methods. An interrupted run ends with the same weights as an uninterrupted one."""

import contextlib
import json
import math
import os
import pathlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tensorboard.plugins.hparams import summary_v2 as hparams
from tqdm import tqdm

from webtoon_colorize import checkpoints, data, evaluation, files, run
from webtoon_colorize.io import csv_files
from webtoon_colorize.methods.method import Method
from webtoon_colorize.training import devices
from webtoon_colorize.training.steps import STEP_STREAM, TrainStep, make_optimizers, make_train_step

CURVES = "validation.csv"  # in a run folder: a row per epoch
SHOWN_PANELS = 8  # of the validation split, in TensorBoard
_SHOWN_SIZE = 256  # pixels of such a panel, at least


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


def train(
    method: Method,
    run_dir: str | os.PathLike,
    schedule: Schedule,
    *,
    training: data.Panels,
    validation: data.Panels,
    settings: Mapping[str, str | float],
    compiled: bool = False,
    profile: bool = False,
) -> None:
    """Trains until the patience has brought no better epoch, from the last finished epoch in `run_dir` if any.

    Reading: "trained for their best results, decided on the validation set" (section IV).

    After each epoch `run_dir` holds best/ and last/ (see `checkpoints`), validation.csv and TensorBoard's events. A
    finished run has training.json as well.

    Args:
      method: freshly built; its networks are trained in place.
      settings: what TensorBoard compares between runs.
      compiled, profile: whether XLA compiles the step, and whether TensorBoard gets a trace of ten.

    Raises:
      FloatingPointError: a loss is not finite; the message names it.
      ValueError: fewer training panels than `batch_size`, or the devices cannot share a batch.
    """
    epochs, patience, batch_size, learning_rate, seed = schedule
    optimizers = make_optimizers(method, learning_rate)
    state = _resume(run_dir, method, optimizers)
    done, steps = int(state.progress.epoch.numpy()), len(training.path) // batch_size
    batches = _batches(training, schedule, first_epoch=done, together=method.together)
    train_step = make_train_step(method, optimizers, compiled=compiled)
    evaluate = evaluation.make_evaluate(evaluation.validation_measure(method))
    log_panels = _make_log_panels(method, evaluation.pick(validation, SHOWN_PANELS))
    traced = devices.profiled(train_step, str(run_dir)) if profile else contextlib.nullcontext(train_step)
    with _shown(run_dir, settings, steps=epochs * steps, done=done * steps) as bar, traced as train_step:
        for epoch in _epochs_left(state.progress, epochs=epochs, patience=patience):
            bar.set_description(f"epoch {epoch + 1}/{epochs}")
            start = time.perf_counter()
            terms = _run_epoch(train_step, batches, first_step=epoch * steps, steps=steps, seed=seed, bar=bar)
            speed = steps * batch_size / (time.perf_counter() - start)
            values = _means(evaluate(validation))
            _check_finite(terms | values)
            _save(state, values, judged_by=method.judged_by, seconds=time.perf_counter() - start)
            bar.set_postfix({name: f"{value:.4g}" for name, value in values.items()})
            _log(terms | values | {"speed/images_per_s": speed}, step=epoch + 1)
            log_panels(epoch + 1)
    if devices.is_writer():
        _write_summary(method, state, images_per_epoch=steps * batch_size)


@contextlib.contextmanager
def _shown(run_dir: str | os.PathLike, settings: Mapping[str, str | float], *, steps: int, done: int) -> Iterator[tqdm]:
    """A progress bar, and TensorBoard's events in the run folder; neither in workers that do not write."""
    writes = devices.is_writer()
    writer = tf.summary.create_file_writer(str(run_dir)) if writes else tf.summary.create_noop_writer()
    bar = tqdm(total=steps, initial=done, unit="step", mininterval=1, disable=not writes)
    with writer.as_default(), bar:
        hparams.hparams(dict(settings))
        yield bar


def _batches(panels: data.Panels, schedule: Schedule, *, first_epoch: int, together: int) -> Iterator[data.Batch]:
    def of_worker(part):
        return data.training_batches(
            panels,
            batch_size=schedule.batch_size,
            seed=schedule.seed,
            epochs=schedule.epochs,
            first_epoch=first_epoch,
            together=together,
            part=part,
        )

    return iter(devices.distribute(of_worker, batch_size=schedule.batch_size, together=together))


def _means(values: dict[str, np.ndarray]) -> dict[str, float]:
    """ "validation/metric" -> its mean over the validation split, the same in all workers."""
    return devices.agree({f"validation/{name}": float(value.mean()) for name, value in values.items()})


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
    value = values[f"validation/{judged_by}"]
    progress.epoch.assign_add(1)
    progress.seconds.assign_add(seconds)
    epoch = int(progress.epoch.numpy())
    is_best = value < progress.best_value.numpy()
    if is_best:
        progress.best_epoch.assign(epoch)
        progress.best_value.assign(value)
    if devices.is_writer():
        csv_files.write(pathlib.Path(run_dir) / CURVES, curves, zip(*curves.values()))
        if is_best:
            best.save(epoch)
        last.save(epoch)


def _log(values: dict[str, float], *, step: int) -> None:
    for name, value in values.items():
        tf.summary.scalar(_tag(name), value, step=step)


def _tag(name: str) -> str:
    """The name that TensorBoard sorts by, so that validation/rmse_lab is the first curve that one sees."""
    kind, _, rest = name.partition("/")
    if kind == "validation":
        return name if rest == "rmse_lab" else f"validation_others/{rest}"
    return f"while_training/{kind}/{rest}"


def _make_log_panels(method: Method, panels: data.Panels) -> Callable[[int], None]:
    """A function of the epoch that logs a picture for each panel: gray | colorized | truth."""
    if method.colorize is None or not devices.is_writer():
        return lambda step: None
    gray, picture = evaluation.make_picture(evaluation.gray)(panels), evaluation.make_picture(method.colorize)
    times = -(-_SHOWN_SIZE // panels.rgb.shape[1])

    def log_panels(step):
        rows = np.concatenate([gray, picture(panels), panels.rgb], axis=2)
        large = rows.repeat(times, axis=1).repeat(times, axis=2)
        name = "validation_panels/gray | colorized | truth"
        tf.summary.image(name, large, step=step, max_outputs=SHOWN_PANELS)

    return log_panels


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
