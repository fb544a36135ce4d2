"""The networks in a run folder: checkpoints in best/ and last/, or packed weights.

best/ and last/ each hold one checkpoint. A new checkpoint replaces the old one in one step, so the old one survives if
the program is killed while it writes. Restoring is strict: a checkpoint with additional or missing weights, or with
weights of other shapes, is refused.

Packed weights are for distribution: one small file in float16, without optimizers.
"""

import hashlib
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

WEIGHTS = "weights.npz"  # in a run folder, instead of checkpoints


class Progress(NamedTuple):
    """The progress of a run; scalars in float64."""

    epoch: tf.Variable  # number of finished epochs
    best_epoch: tf.Variable  # counted from 1
    best_value: tf.Variable  # lowest mean of `Method.judged_by` on the validation split
    seconds: tf.Variable  # of training, over all starts of the program


def new_progress() -> Progress:
    return Progress(*(tf.Variable(value, dtype=tf.float64) for value in (0, 0, math.inf, 0)))


def best(run_dir: str | os.PathLike, method: Method) -> tf.train.CheckpointManager:
    """The manager of best/: the networks after the epoch with the lowest validation error, and the helpers."""
    return _manager(pathlib.Path(run_dir) / "best", networks=method.networks, helpers=method.helpers)


def last(
    run_dir: str | os.PathLike,
    method: Method,
    *,
    optimizers: dict[str, keras.optimizers.Optimizer],
    progress: Progress,
) -> tf.train.CheckpointManager:
    """The manager of last/: everything that an interrupted run needs to end like an uninterrupted one."""
    return _manager(
        pathlib.Path(run_dir) / "last",
        networks=method.networks,
        helpers=method.helpers,
        dropout={name: _dropout_states(network) for name, network in method.networks.items()},
        optimizers=optimizers,
        progress=progress._asdict(),
    )


def _dropout_states(network: keras.Model) -> list[tf.Variable]:
    """The counters of Keras's random layers, which `tf.train.Checkpoint` does not find in the network."""
    weights = {id(weight) for weight in network.weights}
    return [variable.value for variable in network.variables if id(variable) not in weights]


def _manager(folder: pathlib.Path, **contents) -> tf.train.CheckpointManager:
    checkpoint = tf.train.Checkpoint(**contents)
    _ = (
        checkpoint.save_counter
    )  # a variable, which workers that share a run must make together, before one of them saves
    return tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1)


def restore(manager: tf.train.CheckpointManager) -> bool:
    """Loads the newest checkpoint; False if there is none.

    Raises:
      ValueError: the checkpoint is damaged or of other networks.
    """
    if manager.latest_checkpoint is None:
        return False
    try:
        manager.checkpoint.restore(manager.latest_checkpoint).assert_consumed()
    except (AssertionError, IndexError, ValueError, tf.errors.OpError) as error:  # IndexError: a file is cut off
        reason = str(error).splitlines()[0]
        raise ValueError(f"{manager.latest_checkpoint} is damaged or of other networks: {reason}") from error
    return True


def is_missing(run_dir: str | os.PathLike) -> bool:
    """Whether `run_dir` has neither a checkpoint of a finished epoch nor packed weights."""
    return (
        not (pathlib.Path(run_dir) / WEIGHTS).exists()
        and tf.train.latest_checkpoint(str(pathlib.Path(run_dir) / "last")) is None
    )


def fingerprint(run_dir: str | os.PathLike) -> str:
    """Identifies the weights that `run_dir` has for use: packed ones, or those of the best epoch.

    Raises:
      FileNotFoundError: there are none.
    """
    packed, latest = pathlib.Path(run_dir) / WEIGHTS, tf.train.latest_checkpoint(str(pathlib.Path(run_dir) / "best"))
    if not packed.exists() and latest is None:
        raise FileNotFoundError(f"{run_dir} has no weights: it is no run folder, or has no checkpoint yet")
    paths = [packed] if packed.exists() else sorted(pathlib.Path(latest).parent.glob(f"{pathlib.Path(latest).name}.*"))
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def write_packed(folder: str | os.PathLike, method: Method) -> None:
    """Writes the weights of all networks, helpers included, rounded to float16."""
    arrays = {name: weight.numpy().astype(np.float16) for name, weight in _weights(method).items()}
    with files.atomic_path(pathlib.Path(folder) / WEIGHTS) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def restore_packed(folder: str | os.PathLike, method: Method) -> bool:
    """Gives the networks the packed weights in `folder`; False if there are none.

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
    if {name: weight.shape for name, weight in weights.items()} != {name: each.shape for name, each in there.items()}:
        raise ValueError(f"{path} is of other networks")
    for name, weight in weights.items():
        weight.assign(there[name].astype(np.float32))
    return True


def _weights(method: Method) -> dict[str, keras.Variable]:
    """Every weight under the name of its network and its number, as in "generator/003"."""
    networks = method.networks | method.helpers
    return {
        f"{name}/{number:03}": weight
        for name, network in networks.items()
        for number, weight in enumerate(network.weights)
    }
