"""What a run folder holds of the networks: best/ and last/, each the newest checkpoint of its kind.

A checkpoint replaces its predecessor at once: whoever is killed while writing leaves the predecessor. Restoring is
strict: a checkpoint with a weight too many, one too few or one of another shape is refused.

Weights that are given away are packed instead: one small file, float16, without optimizers.
"""

import math
import os
import pathlib
import zipfile
import zlib
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from webtoon_colorize import files
from webtoon_colorize.methods.method import Method

WEIGHTS = "weights.npz"  # in a run folder, in the place of its checkpoints


class Progress(NamedTuple):
    """How far a run is."""

    epoch: tf.Variable  # epochs done
    best_epoch: tf.Variable
    best_value: tf.Variable  # of the metric that the method is judged by, on the validation split
    seconds: tf.Variable  # in training, over all sittings


def new_progress() -> Progress:
    return Progress(*(tf.Variable(value, dtype=tf.float64) for value in (0, 0, math.inf, 0)))


def best(run_dir: str | os.PathLike, method: Method) -> tf.train.CheckpointManager:
    """The networks of the epoch with the lowest validation error, and the frozen ones beside them."""
    return _manager(pathlib.Path(run_dir) / "best", networks=method.networks, helpers=method.helpers)


def last(
    run_dir: str | os.PathLike,
    method: Method,
    *,
    optimizers: dict[str, keras.optimizers.Optimizer],
    progress: Progress,
) -> tf.train.CheckpointManager:
    """All that is needed to go on as if nothing had happened."""
    return _manager(
        pathlib.Path(run_dir) / "last",
        networks=method.networks,
        helpers=method.helpers,
        dropout={name: _dropout_states(network) for name, network in method.networks.items()},
        optimizers=optimizers,
        progress=progress._asdict(),
    )


def _dropout_states(network: keras.Model) -> list[tf.Variable]:
    """The counters of Keras's random layers, which TensorFlow's checkpoints pass over."""
    weights = {id(weight) for weight in network.weights}
    return [variable.value for variable in network.variables if id(variable) not in weights]


def _manager(folder: pathlib.Path, **contents) -> tf.train.CheckpointManager:
    return tf.train.CheckpointManager(tf.train.Checkpoint(**contents), str(folder), max_to_keep=1)


def restore(manager: tf.train.CheckpointManager) -> bool:
    """Loads the newest checkpoint; False if there is none.

    Raises:
      ValueError: the checkpoint is damaged or of other networks.
    """
    if manager.latest_checkpoint is None:
        return False
    try:
        manager.checkpoint.restore(manager.latest_checkpoint).assert_consumed()
    except (AssertionError, ValueError, tf.errors.OpError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{manager.latest_checkpoint} is damaged or of other networks: {reason}") from error
    return True


def is_missing(run_dir: str | os.PathLike) -> bool:
    """Whether no epoch was finished in `run_dir`."""
    return tf.train.latest_checkpoint(str(pathlib.Path(run_dir) / "last")) is None


def write_packed(folder: str | os.PathLike, method: Method) -> None:
    """Writes the weights of all networks, helpers included, rounded to float16."""
    arrays = {name: weight.numpy().astype(np.float16) for name, weight in _weights(method).items()}
    with files.atomic_path(pathlib.Path(folder) / WEIGHTS) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def restore_packed(folder: str | os.PathLike, method: Method) -> bool:
    """Gives the networks the weights in `folder`; False if there is no such file.

    Raises:
      ValueError: the file is damaged or of other networks.
    """
    path = pathlib.Path(folder) / WEIGHTS
    if not path.exists():
        return False
    weights = _weights(method)
    try:
        with np.load(path) as arrays:
            there = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    shapes = ({name: each.shape for name, each in every.items()} for every in (weights, there))
    if next(shapes) != next(shapes):
        raise ValueError(f"{path} is of other networks")
    for name, weight in weights.items():
        weight.assign(there[name].astype(np.float32))
    return True


def _weights(method: Method) -> dict:
    networks = method.networks | method.helpers
    return {
        f"{name}/{number:03}": weight
        for name, network in networks.items()
        for number, weight in enumerate(network.weights)
    }
