"""The panels of a dataset, resized to a square: in one file that is mapped into memory, or in TFRecord files.

Both are made of the pictures that the dataset lists, in its order, and are named by its fingerprint.
"""

import contextlib
import hashlib
import itertools
import os
import pathlib
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import cv2
import numpy as np
from tqdm import tqdm

from webtoon_colorize import files
from webtoon_colorize.io import manifest, records
from webtoon_colorize.io.manifest import Damaged

_AT_ONCE = 256  # panels that are decoded before they are written


def load(data_dir: str | os.PathLike, fingerprint: str, count: int, image_size: int) -> np.ndarray | records.Pictures:
    """uint8 [count, S, S, 3]: the TFRecord files if the dataset has them, or else the one file, made if it is missing.

    Where that cannot be written it is a temporary file.

    Raises:
      Damaged: panels are missing, damaged, or other ones than the manifest's sums say; the message names all.
      OSError: there is no room.
    """
    shards = _shards(data_dir, fingerprint, image_size)
    if records.is_complete(shards):
        return records.Pictures(shards, side=image_size, chosen=range(count))
    shape, cache = (count, image_size, image_size, 3), _cache(data_dir, fingerprint, image_size)
    with contextlib.suppress(OSError, ValueError, EOFError):  # missing or cut off: it is made again
        there = np.load(cache, mmap_mode="r")
        if there.shape == shape and there.dtype == np.uint8:
            return there
    try:
        with files.atomic_path(cache) as temporary, open(temporary, "wb") as file:
            _write(file, _panels(data_dir), shape)
        return np.load(cache, mmap_mode="r")
    except OSError as error:
        print(f"{cache.parent}: {files.reason(error)}; the resized panels are not kept there.", file=sys.stderr)
    with tempfile.TemporaryFile() as file:
        place = _write(file, _panels(data_dir), shape)
        return np.memmap(file, np.uint8, "r", place, shape)


def write_shards(data_dir: str | os.PathLike, fingerprint: str, count: int, image_size: int) -> None:
    """Writes the TFRecord files, unless they are there. The one file is removed: it would hold the same again."""
    shards = _shards(data_dir, fingerprint, image_size)
    if records.is_complete(shards):
        return
    records.write(shards, iter(load(data_dir, fingerprint, count, image_size)), count=count, side=image_size)
    _cache(data_dir, fingerprint, image_size).unlink(missing_ok=True)


def _shards(data_dir: str | os.PathLike, fingerprint: str, image_size: int) -> pathlib.Path:
    return pathlib.Path(data_dir) / "shards" / f"{image_size}_{fingerprint}"


def _cache(data_dir: str | os.PathLike, fingerprint: str, image_size: int) -> pathlib.Path:
    return pathlib.Path(data_dir) / "cache" / f"{image_size}_{fingerprint}.npy"


def _panels(data_dir: str | os.PathLike) -> Iterator[tuple[pathlib.Path, str]]:
    """The file of each panel and its SHA-256."""
    return ((pathlib.Path(data_dir) / path, digest) for path, digest in manifest.columns(data_dir, "path", "sha256"))


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
