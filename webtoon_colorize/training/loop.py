"""The training loop of all methods. An interrupted run ends with the same weights as an uninterrupted one."""

import contextlib
import json
import math
import os
import pathlib
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tensorboard.plugins.hparams import summary_v2 as hparams
from tqdm import tqdm

from webtoon_colorize import checkpoints, data, evaluation, files, run, startup
from webtoon_colorize.io import csv_files
from webtoon_colorize.methods.method import Method
from webtoon_colorize.training import devices
from webtoon_colorize.training.steps import STEP_STREAM, TrainStep, make_optimizers, make_train_step

CURVES = "validation.csv"  # in a run folder: a row per epoch
SHOWN_PANELS = 8  # of the validation split, in TensorBoard
_BEFORE = "the last checkpoint is from before it"
_SHOWN_SIZE = 256  # pixels of such a panel, at least


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
    """Trains until the patience has brought no better epoch, from where an earlier call stopped in `run_dir` if it did.

    Reading: "trained for their best results, decided on the validation set" (section IV).

    After each epoch `run_dir` holds best/ and last/ (see `checkpoints`), validation.csv and TensorBoard's events. A
    finished run has training.json as well. Ctrl-C and SIGTERM end it after the step at hand, which last/ then holds.

    Args:
      method: freshly built; its networks are trained in place.
      settings: what TensorBoard compares between runs.
      compiled, profile: whether XLA compiles the step, and whether TensorBoard gets a trace of ten.

    Raises:
      FloatingPointError: a loss or a gradient is not finite; the message names it, its network and the step.
      ValueError: fewer training panels than `batch_size`, or the devices cannot share a batch.
      KeyboardInterrupt: Ctrl-C or SIGTERM.
    """
    optimizers = make_optimizers(method, schedule.learning_rate)
    state, steps = _resume(run_dir, method, optimizers), len(training.path) // schedule.batch_size
    done = round(float(state.progress.epoch.numpy()) * steps)  # steps
    batches = _batches(training, schedule, done=done, together=method.together)
    train_step = make_train_step(method, optimizers, compiled=compiled)
    traced = devices.profiled(train_step, str(run_dir)) if profile else contextlib.nullcontext(train_step)
    shown = _shown(run_dir, settings, steps=schedule.epochs * steps, done=done)
    with shown as bar, traced as train_step, startup.stop_event() as stop:
        _train_epochs(state, _TakeSteps(method, train_step, batches, schedule, stop, bar), validation, steps, done)
    if devices.is_writer():
        _write_summary(method, state, images_per_epoch=steps * schedule.batch_size)


@contextlib.contextmanager
def _shown(run_dir: str | os.PathLike, settings: Mapping[str, str | float], *, steps: int, done: int) -> Iterator[tqdm]:
    """A progress bar, and TensorBoard's events in the run folder; neither in workers that do not write."""
    writes = devices.is_writer()
    writer = tf.summary.create_file_writer(str(run_dir)) if writes else tf.summary.create_noop_writer()
    bar = tqdm(total=steps, initial=done, unit="step", mininterval=1, disable=not writes)
    with writer.as_default(), bar:
        hparams.hparams(dict(settings))
        yield bar


def _train_epochs(state: _State, take_steps: "_TakeSteps", validation: data.Panels, steps: int, done: int) -> None:
    """Trains the epochs of `steps` steps that are left after `done` steps."""
    method, bar, schedule = take_steps.method, take_steps.bar, take_steps.schedule
    evaluate = evaluation.make_evaluate(evaluation.validation_measure(method))
    log_panels = _make_log_panels(method, evaluation.pick(validation, SHOWN_PANELS))
    for epoch in _epochs_left(state.progress, epochs=schedule.epochs, patience=schedule.patience):
        bar.set_description(f"epoch {epoch + 1}/{schedule.epochs}")
        start, first = time.perf_counter(), done
        terms, done = take_steps(range(first, (epoch + 1) * steps))
        if done < (epoch + 1) * steps:
            _save_part(state, done, epoch=done / steps, seconds=time.perf_counter() - start)
            raise KeyboardInterrupt
        speed = (done - first) * schedule.batch_size / (time.perf_counter() - start)
        values = _means(evaluate(validation))
        _check_finite(terms | values, f"in epoch {epoch + 1}")
        _save(state, values, judged_by=method.judged_by, steps=done, seconds=time.perf_counter() - start)
        bar.set_postfix({name: f"{value:.4g}" for name, value in values.items()})
        _log(terms | values | {"speed/images_per_s": speed}, step=epoch + 1)
        log_panels(epoch + 1)


def _batches(panels: data.Panels, schedule: Schedule, *, done: int, together: int) -> Iterator[data.Batch]:
    """Those of the steps that are not done."""
    first_epoch, left_out = divmod(done, max(1, len(panels.path) // schedule.batch_size))

    def of_worker(part):
        batches = data.training_batches(
            panels,
            batch_size=schedule.batch_size,
            seed=schedule.seed,
            epochs=schedule.epochs,
            first_epoch=first_epoch,
            together=together,
            part=part,
        )
        return batches.skip(left_out)

    return iter(devices.distribute(of_worker, batch_size=schedule.batch_size, together=together))


def _means(values: dict[str, np.ndarray]) -> dict[str, float]:
    """ "validation/metric" -> its mean over the validation split, the same in all workers."""
    return devices.agree({f"validation/{name}": float(value.mean()) for name, value in values.items()})


def _epochs_left(progress: checkpoints.Progress, *, epochs: int, patience: int) -> Iterator[int]:
    """The numbers of the epochs that are still to be trained, from 0; each when the one before is saved."""
    while (epoch := int(progress.epoch.numpy())) < epochs and epoch - int(progress.best_epoch.numpy()) < patience:
        yield epoch


def _resume(run_dir: str | os.PathLike, method: Method, optimizers: dict[str, keras.optimizers.Optimizer]) -> _State:
    """Restores networks, optimizers and progress to the last step that was saved, if there is one."""
    progress = checkpoints.new_progress()
    last = checkpoints.last(run_dir, method, optimizers=optimizers, progress=progress)
    checkpoints.restore(last)
    curves = _read_curves(run_dir, int(progress.epoch.numpy()))
    return _State(run_dir, progress, last, checkpoints.best(run_dir, method), curves)


def _read_curves(run_dir: str | os.PathLike, epochs: int) -> dict[str, list[float]]:
    """The first `epochs` rows of validation.csv; the file may have one more if the run was killed while it saved."""
    rows = csv_files.read(pathlib.Path(run_dir) / CURVES)[:epochs] if epochs else []
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}


class _TakeSteps(NamedTuple):
    """Takes the steps of a run, in order."""

    method: Method
    train_step: TrainStep
    batches: Iterator[data.Batch]
    schedule: Schedule
    stop: threading.Event
    bar: tqdm

    def __call__(self, steps: range) -> tuple[dict[str, float], int]:
        """Takes these, or those until `stop`. Returns the mean of every term and the number of the step to come.

        Raises FloatingPointError.
        """
        history = []
        for step in steps:
            if self.stop.is_set():
                break
            batch, seed = next(self.batches), tf.random.fold_in([self.schedule.seed, STEP_STREAM], step)
            try:
                history.append(self.train_step(batch, seed))
            except tf.errors.InvalidArgumentError as error:
                raise _not_finite(error, self.method, batch, step) from error
            self.bar.update()
        done = steps.start + len(history)
        return {f"loss/{term}": float(np.mean([each[term] for each in history])) for term in (history or [{}])[0]}, done


def _not_finite(error: tf.errors.InvalidArgumentError, method: Method, batch: data.Batch, step: int) -> Exception:
    """What became NaN or infinite in a step, and where that comes from."""
    found = re.search(r"^\s*(\S+) : Tensor had (.*?) values", error.message, re.MULTILINE)
    if not found:
        return error
    local = tf.distribute.get_strategy().experimental_local_results
    sources = {f"the {name} of its batch": local(getattr(batch, name)) for name in ("lightness", "ab")}
    sources |= {f"the weights of {name}": network.trainable_variables for name, network in method.networks.items()}
    bad = [name for name, values in sources.items() if not all(np.isfinite(value).all() for value in values)]
    cause = f" from {' and '.join(bad)}" if bad else ""
    return FloatingPointError(f"{found[1]} became {found[2].lower()} at step {step + 1}{cause}; {_BEFORE}")


def _check_finite(values: dict[str, float], when: str) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise FloatingPointError(f"{name} became {value} {when}; {_BEFORE}")


def _save_part(state: _State, done: int, *, epoch: float, seconds: float) -> None:
    """Saves an epoch that is interrupted after `done` steps of the run in all, if these are more than were saved."""
    if epoch > state.progress.epoch.numpy() and devices.is_writer():
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
    value = values[f"validation/{judged_by}"]
    progress.epoch.assign(int(progress.epoch.numpy()) + 1)
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
        last.save(steps)


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
