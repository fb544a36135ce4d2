"""Pictures of one size in TFRecord files, of which any picture can be read without the others.

A record holds the height * width * 3 bytes of a picture. All records have the same length, so a picture's place in its
file follows from its number.
"""

import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from webtoon_colorize import files

_SHARD = 2**28  # bytes, about
_BEFORE, _AFTER = 12, 4  # bytes of a record: its length and a checksum; another checksum


class Pictures:
    """uint8 [N, S, S, 3] that lie in files. Like an array: an index, a slice or a list of indices reads these."""

    def __init__(self, folder: str | os.PathLike, *, side: int, chosen: Sequence[int] | np.ndarray):
        """chosen: the numbers of the N pictures among those that were written."""
        self._folder, self._chosen = folder, np.asarray(chosen, int)
        self.shape = (len(chosen), side, side, 3)
        record = np.dtype([("before", f"V{_BEFORE}"), ("rgb", np.uint8, self.shape[1:]), ("after", f"V{_AFTER}")])
        self._files = [np.memmap(path, record, "r")["rgb"] for path in sorted(pathlib.Path(folder).glob("*.tfrecord"))]

    def only(self, chosen: Sequence[int]) -> "Pictures":
        """Some of the pictures, in this order; nothing is read."""
        return Pictures(self._folder, side=self.shape[1], chosen=self._chosen[chosen])

    def __len__(self) -> int:
        return len(self._chosen)

    def __getitem__(self, index: Any) -> np.ndarray:
        numbers, per_file = self._chosen[index], len(self._files[0])
        if numbers.ndim == 0:
            return np.array(self._files[numbers // per_file][numbers % per_file])
        return np.stack([self._files[number // per_file][number % per_file] for number in numbers])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


def is_complete(folder: str | os.PathLike) -> bool:
    """Whether all files are there."""
    names = sorted(path.name for path in pathlib.Path(folder).glob("*.tfrecord"))
    return bool(names) and names == _names(len(names))


def write(folder: str | os.PathLike, pictures: Iterator[np.ndarray], *, count: int, side: int) -> None:
    """Writes `count` pictures, uint8 [side, side, 3], to files of about 256 MB. Each appears whole or not at all."""
    per_file = max(1, _SHARD // (side * side * 3))
    for name in _names(-(-count // per_file)):
        with (
            files.atomic_path(pathlib.Path(folder) / name) as temporary,
            tf.io.TFRecordWriter(str(temporary)) as writer,
        ):
            for _, picture in zip(range(per_file), pictures):
                writer.write(picture.tobytes())


def _names(count: int) -> list[str]:
    return [f"{number:05}-of-{count:05}.tfrecord" for number in range(count)]
