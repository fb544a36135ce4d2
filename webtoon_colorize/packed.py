"""Networks as one small file: float16, without optimizers, for weights that are given away."""

import os
import pathlib
import zipfile
import zlib

import numpy as np

from webtoon_colorize import files
from webtoon_colorize.methods.method import Method

WEIGHTS = "weights.npz"  # in a run folder, in the place of its checkpoints


def write(folder: str | os.PathLike, method: Method) -> None:
    """Writes the weights of all networks, helpers included, rounded to float16."""
    arrays = {name: weight.numpy().astype(np.float16) for name, weight in _weights(method).items()}
    with files.atomic_path(pathlib.Path(folder) / WEIGHTS) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def restore(folder: str | os.PathLike, method: Method) -> bool:
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
