"""The panels of a dataset, resized to a square: in one file that is mapped into memory, or in TFRecord files.

Both are made of the pictures that the dataset lists, in its order, and are named by its fingerprint.
"""

import os
import pathlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from tqdm import tqdm

from webtoon_colorize import files
from webtoon_colorize.io import records


def load(
    data_dir: str | os.PathLike, fingerprint: str, paths: Sequence[str], image_size: int
) -> np.ndarray | records.Pictures:
    """uint8 [N, S, S, 3]: the TFRecord files if the dataset has them, or else the one file, which is made if missing.

    Args:
      paths: of the pictures, below `data_dir`.

    Raises ValueError if a picture is damaged.
    """
    shards = _shards(data_dir, fingerprint, image_size)
    if records.is_complete(shards):
        return records.Pictures(shards, side=image_size, chosen=range(len(paths)))
    return np.load(_cache(data_dir, fingerprint, paths, image_size), mmap_mode="r")


def write_shards(data_dir: str | os.PathLike, fingerprint: str, paths: Sequence[str], image_size: int) -> None:
    """Writes the TFRecord files, unless they are there. The one file is removed: it would hold the same again."""
    shards = _shards(data_dir, fingerprint, image_size)
    if records.is_complete(shards):
        return
    cache = _cache(data_dir, fingerprint, paths, image_size)
    records.write(shards, iter(np.load(cache, mmap_mode="r")), count=len(paths), side=image_size)
    cache.unlink()


def _shards(data_dir: str | os.PathLike, fingerprint: str, image_size: int) -> pathlib.Path:
    return pathlib.Path(data_dir) / "shards" / f"{image_size}_{fingerprint}"


def _cache(data_dir: str | os.PathLike, fingerprint: str, paths: Sequence[str], image_size: int) -> pathlib.Path:
    """The one file, which is made if it is missing."""
    cache = pathlib.Path(data_dir) / "cache" / f"{image_size}_{fingerprint}.npy"
    if not cache.exists():
        _write_cache(cache, [pathlib.Path(data_dir) / path for path in paths], image_size=image_size)
    return cache


def _write_cache(cache: pathlib.Path, paths: list[pathlib.Path], *, image_size: int) -> None:
    """Raises ValueError, which names all damaged panels."""

    def load(index: int) -> pathlib.Path | None:
        """Writes a panel to its place; returns its path if it is damaged."""
        try:
            content = np.fromfile(paths[index], np.uint8)
        except OSError:
            return paths[index]
        rgb = cv2.imdecode(content, cv2.IMREAD_COLOR_RGB) if content.size else None
        if rgb is None:
            return paths[index]
        resized[index] = cv2.resize(rgb, (image_size, image_size), interpolation=cv2.INTER_AREA)
        return None

    with files.atomic_path(cache) as temporary, ThreadPoolExecutor() as pool:
        shape = (len(paths), image_size, image_size, 3)
        resized = np.lib.format.open_memmap(temporary, "w+", np.uint8, shape)  # larger than memory, perhaps
        done = tqdm(pool.map(load, range(len(paths))), f"resizing to {image_size} px", len(paths), unit="panel")
        damaged = [path for path in done if path]
        if damaged:
            raise ValueError(f"{', '.join(f'{path} is damaged' for path in damaged)}; prepare the dataset again")
        resized.flush()
