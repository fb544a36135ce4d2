"""The networks in a run folder: checkpoints in best/ and last/, or packed weights.

best/ and last/ each hold two checkpoints, the newest and the one before, which is used if the newest is damaged. A new
one counts when it is whole, so both survive if the program is killed while it writes. Restoring is strict: a checkpoint
with additional or missing weights, or with weights of other shapes, is refused.

Packed weights are for distribution: one small file in float16, without optimizers.
"""

import contextlib
import functools
import hashlib
import math
import os
import pathlib
import re
import sys
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from webtoon_colorize import files
from webtoon_colorize.methods.method import Method

WEIGHTS = "weights.npz"  # in a run folder, instead of checkpoints


class Progress(NamedTuple):
    """The progress of a run; scalars in float64."""

    epoch: tf.Variable  # number of finished epochs, and the finished share of one that was interrupted
    best_epoch: tf.Variable  # counted from 1
    best_value: tf.Variable  # lowest mean of `Method.judged_by` on the validation split
    seconds: tf.Variable  # of training, over all starts of the program


class Kept:
    """The two newest checkpoints of some contents, in a folder."""

    def __init__(self, folder: pathlib.Path, **contents):
        self.folder, self.checkpoint = folder, tf.train.Checkpoint(**contents)
        _ = self.checkpoint.save_counter  # a variable: workers that share a run must make it together, before one saves

    @functools.cached_property
    def _manager(self) -> tf.train.CheckpointManager:
        with contextlib.suppress(ValueError):
            return tf.train.CheckpointManager(self.checkpoint, str(self.folder), max_to_keep=2)
        (self.folder / "checkpoint").unlink(missing_ok=True)  # the list is damaged
        return self._manager

    def save(self, number: int | None = None) -> None:
        """Saves the contents under this number, or the next one. Raises OSError."""
        try:
            self._manager.save(number)
        except tf.errors.OpError as error:
            raise OSError(f"{self.folder} cannot be written: {_clause(error)}") from error


def _clause(error: Exception) -> str:
    """What TensorFlow says, without the names of its files."""
    return str(error).splitlines()[0].rpartition("; ")[2]


def new_progress() -> Progress:
    return Progress(*(tf.Variable(value, dtype=tf.float64) for value in (0, 0, math.inf, 0)))


def best(run_dir: str | os.PathLike, method: Method) -> Kept:
    """best/: the networks after the epoch with the lowest validation error, and the helpers."""
    return Kept(pathlib.Path(run_dir) / "best", networks=method.networks, helpers=method.helpers)


def last(
    run_dir: str | os.PathLike,
    method: Method,
    *,
    optimizers: dict[str, keras.optimizers.Optimizer],
    progress: Progress,
) -> Kept:
    """last/: everything that an interrupted run needs to end like an uninterrupted one."""
    return Kept(
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


def _saved(folder: str | os.PathLike) -> list[str]:
    """The checkpoints in best/ or last/, the newest first."""
    folder, names = pathlib.Path(folder), []
    with contextlib.suppress(OSError, ValueError):  # ValueError: the list is no text
        names = re.findall(
            r'^all_model_checkpoint_paths: "(ckpt-\d+)"$', (folder / "checkpoint").read_text(), re.MULTILINE
        )
    if not names:  # the list is lost or damaged
        found = [each.stem for each in folder.glob("ckpt-*.index") if re.fullmatch(r"ckpt-\d+", each.stem)]
        names = sorted(found, key=lambda name: int(name[5:]))
    return [str(folder / name) for name in reversed(names)]


def restore(kept: Kept, *, older: bool = True) -> bool:
    """Loads the newest checkpoint; False if there is none.

    Args:
      older: whether the checkpoint before it may take its place if it is damaged; that is said on standard error.

    Raises:
      ValueError: the checkpoint is damaged or of other networks.
    """
    paths = _saved(kept.folder)
    faults: list[str] = []
    for path in paths if older else paths[:1]:
        try:
            kept.checkpoint.restore(path).assert_consumed()
        except (AssertionError, IndexError, ValueError, tf.errors.OpError) as error:  # IndexError: a file is cut off
            faults.append(f"{path} is damaged or of other networks: {str(error).splitlines()[0]}")
            continue
        if faults:
            print(f"{faults[0]}; the one before it is used, {path}.", file=sys.stderr)
        return True
    if faults:
        raise ValueError(faults[0])
    return False


def is_missing(run_dir: str | os.PathLike) -> bool:
    """Whether `run_dir` has neither a checkpoint of a finished epoch nor packed weights."""
    return not (pathlib.Path(run_dir) / WEIGHTS).exists() and not _saved(pathlib.Path(run_dir) / "last")


def fingerprint(run_dir: str | os.PathLike) -> str:
    """Identifies the weights that `run_dir` has for use: packed ones, or those of the best epoch.

    Raises:
      FileNotFoundError: there are none.
    """
    packed, best_ones = pathlib.Path(run_dir) / WEIGHTS, _saved(pathlib.Path(run_dir) / "best")
    if not packed.exists() and not best_ones:
        raise FileNotFoundError(f"{run_dir} has no weights: it is no run folder, or has no checkpoint yet")
    if packed.exists():
        paths = [packed]
    else:
        newest = pathlib.Path(best_ones[0])
        paths = sorted(newest.parent.glob(f"{newest.name}.*"))
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
        with open(path, "rb") as file:  # NumPy leaves a file open that it cannot read
            arrays = np.load(file)
            there = {name: arrays[name] for name in arrays.files}
    except Exception as error:  # zipfile, zlib and NumPy raise many kinds
        raise ValueError(f"{path} is damaged: {files.reason(error)}") from error
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
