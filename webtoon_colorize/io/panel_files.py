"""The files of a prepared dataset: its manifest, and its panels resized to one size and kept in one file."""

import contextlib
import csv
import hashlib
import itertools
import os
import pathlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import cv2
import numpy as np
from tqdm import tqdm

from webtoon_colorize import files

_AT_ONCE = 256  # panels that are decoded before they are written


class Damaged(ValueError):
    """A dataset that is not as it was prepared; the message names the files."""


def of_dataset(data_dir: str | os.PathLike, name: str) -> pathlib.Path:
    """A file that every prepared dataset has. Raises FileNotFoundError."""
    path = pathlib.Path(data_dir) / name
    if not path.is_file():
        raise FileNotFoundError(f"{data_dir} is not a prepared dataset: {path} is missing; run data_tools.prepare")
    return path


def columns(data_dir: pathlib.Path, *names: str) -> Iterator[list[str]]:
    """Some columns of panels.csv, row by row. Raises FileNotFoundError and Damaged."""
    path = of_dataset(data_dir, "panels.csv")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            places = list(map(next(rows, []).index, names))
            for row in rows:
                yield [row[place] for place in places]
    except (ValueError, IndexError, csv.Error) as error:
        raise Damaged(f"{path} is damaged; prepare the dataset again") from error


def resized(
    panels: Callable[[], Iterator[tuple[pathlib.Path, str]]], cache: pathlib.Path, *, count: int, size: int
) -> np.ndarray:
    """All panels, uint8 [count, size, size, 3], mapped into memory from `cache`, which is made if it is not there.

    Where `cache` cannot be written it is a temporary file.

    Args:
      panels: gives the file of each panel and its SHA-256.

    Raises:
      Damaged: panels are missing, damaged, or other ones than the sums say; the message names all.
      OSError: there is no room.
    """
    shape = (count, size, size, 3)
    with contextlib.suppress(OSError, ValueError, EOFError):  # missing or cut off: it is made again
        there = np.load(cache, mmap_mode="r")
        if there.shape == shape and there.dtype == np.uint8:
            return there
    try:
        with files.atomic_path(cache) as temporary, open(temporary, "wb") as file:
            _write(file, panels(), shape)
        return np.load(cache, mmap_mode="r")
    except OSError as error:
        print(f"{cache.parent}: {files.reason(error)}; the resized panels are not kept there.", file=sys.stderr)
    with tempfile.TemporaryFile() as file:
        place = _write(file, panels(), shape)
        return np.memmap(file, np.uint8, "r", place, shape)


def _write(file: BinaryIO, panels: Iterator[tuple[pathlib.Path, str]], shape: tuple[int, ...]) -> int:
    """Writes the panels as NumPy does; returns where the first one begins. Raises Damaged, which names all bad ones.

    They go through `write`, which says that a disk is full. A program that fills a mapped file is ended by the system.
    """
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    start, size, damaged = file.tell(), shape[1], []

    def read(panel: tuple[pathlib.Path, str]) -> bytes | None:
        return _read_panel(*panel, size=size)

    with ThreadPoolExecutor() as pool, tqdm(total=shape[0], desc=f"resizing to {size} px", unit="panel") as bar:
        while some := list(itertools.islice(panels, _AT_ONCE)):
            for (path, _), rgb in zip(some, pool.map(read, some)):
                damaged += [] if rgb is not None else [path]
                file.write(rgb or b"")
                bar.update()
    if damaged:
        raise Damaged(f"{', '.join(f'{path} is damaged' for path in damaged)}; prepare the dataset again")
    file.flush()
    return start


def _read_panel(path: pathlib.Path, digest: str, *, size: int) -> bytes | None:
    """uint8 [size, size, 3] as bytes; None if the file is missing, or not the one that was prepared."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError):  # ValueError: a path with a NUL
        return None
    if hashlib.sha256(content).hexdigest() != digest:
        return None
    rgb = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    return None if rgb is None else cv2.resize(rgb, (size, size), interpolation=cv2.INTER_AREA).tobytes()
