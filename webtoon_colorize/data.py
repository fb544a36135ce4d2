"""Prepared dataset -> batches of (lightness, ab, label)."""

import contextlib
import csv
import hashlib
import itertools
import json
import os
import pathlib
import sys
import tempfile
from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, NamedTuple

import cv2
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from webtoon_colorize import color, files

_AT_ONCE = 256  # panels that are decoded before they are written
SMALLEST_CROP = 0.6  # of the width and height; without crops a network overfits 1,400 panels in ten epochs

# Each use of randomness has its own stream.
_SHUFFLE, _AUGMENT = 0, 1


class Batch(NamedTuple):
    """A batch of panels in network range."""

    lightness: tf.Tensor  # [B, H, W, 1] in [-1, 1]
    ab: tf.Tensor  # [B, H, W, 2] in [-1, 1]
    label: tf.Tensor  # [B] int32, the title's index in dataset.json
    story: tf.Tensor  # [B] int32, equal for panels of one episode
    panel: tf.Tensor  # [B] int32, equal for copies of one panel


class Damaged(ValueError):
    """A dataset that is not as it was prepared; the message names the files."""


class Panels(NamedTuple):
    """One split of a prepared dataset, resized to the networks' input."""

    rgb: np.ndarray  # [N, S, S, 3] uint8
    label: np.ndarray  # [N] int32
    path: list[str]  # below the dataset's folder


def take(panels: Panels, indices: Sequence[int] | np.ndarray) -> Panels:
    """Some of the panels, in the order of `indices`; an index may come more than once."""
    return Panels(panels.rgb[indices], panels.label[indices], [panels.path[index] for index in indices])


def _numbers(names: Iterable[str]) -> np.ndarray:
    """int32 [N], equal for equal names."""
    return np.unique(list(names), return_inverse=True)[1].astype(np.int32)


def _identity(panels: Panels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The label, story and panel of each panel, as in `Batch`."""
    episodes = _numbers(str(pathlib.PurePath(path).parent) for path in panels.path)
    return panels.label, episodes, _numbers(panels.path)


def load_titles(data_dir: str | os.PathLike) -> list[str]:
    """The titles of a prepared dataset, in the order of their labels.

    Raises:
      FileNotFoundError: `data_dir` is no prepared dataset.
      Damaged: its dataset.json is damaged.
    """
    path = _file_of(data_dir, "dataset.json")
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
        titles = json.loads(path.read_text(encoding="utf-8"))["titles"]
        if isinstance(titles, list) and all(isinstance(title, str) for title in titles):
            return titles
    raise Damaged(f"{path} is damaged; prepare the dataset again")


def _file_of(data_dir: str | os.PathLike, name: str) -> pathlib.Path:
    """A file that every prepared dataset has. Raises FileNotFoundError."""
    path = pathlib.Path(data_dir) / name
    if not path.is_file():
        raise FileNotFoundError(f"{data_dir} is not a prepared dataset: {path} is missing; run data_tools.prepare")
    return path


def fingerprint(data_dir: str | os.PathLike) -> str:
    """Identifies a prepared dataset: the first 16 hexadecimal digits of the SHA-256 of its panels.csv.

    Raises FileNotFoundError.
    """
    return hashlib.sha256(_file_of(data_dir, "panels.csv").read_bytes()).hexdigest()[:16]


def load_panels(data_dir: str | os.PathLike, split: str, *, image_size: int) -> Panels:
    """All panels of a split ("train", "validation", "test") in the order of panels.csv, resized to a square.

    Deviation: OpenCV resizes, by means over areas. "All image preprocessing was done with ImageMagick" (appendix).

    The first call decodes and resizes the panels of all splits and keeps them as `cache/<size>_<fingerprint>.npy` in
    the dataset, or, where that cannot be written, in a temporary file.

    Raises:
      FileNotFoundError: `data_dir` is no prepared dataset.
      Damaged: a file is damaged, or is not as it was prepared.
      ValueError: the split is empty.
      OSError: there is no room for the resized panels.
    """
    data_dir = pathlib.Path(data_dir)
    labels = {title: label for label, title in enumerate(load_titles(data_dir))}
    rows = _read_manifest(data_dir, labels)
    chosen = [index for index, row in enumerate(rows) if row.split == split]
    if not chosen:
        raise ValueError(f"{data_dir} has no panels in its {split} split")
    return Panels(
        rgb=_resized(data_dir, len(rows), image_size)[chosen],
        label=np.array([labels[rows[index].title] for index in chosen], np.int32),
        path=[rows[index].path for index in chosen],
    )


class _Row(NamedTuple):
    """What is needed of a row of panels.csv. A dict of all columns takes ten times the memory."""

    path: str
    title: str
    split: str


def _read_manifest(data_dir: pathlib.Path, titles: Container[str]) -> list[_Row]:
    """Raises FileNotFoundError and Damaged."""
    # One string for each title and split, not one per row.
    rows = [_Row(path, *map(sys.intern, rest)) for path, *rest in _columns(data_dir, *_Row._fields)]
    if strange := next((row.title for row in rows if row.title not in titles), None):
        raise Damaged(f"{data_dir}: dataset.json lacks the title {strange} of panels.csv; prepare the dataset again")
    return rows


def _columns(data_dir: pathlib.Path, *names: str) -> Iterator[list[str]]:
    """Some columns of panels.csv, row by row. Raises FileNotFoundError and Damaged."""
    path = _file_of(data_dir, "panels.csv")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            places = list(map(next(rows, []).index, names))
            for row in rows:
                yield [row[place] for place in places]
    except (ValueError, IndexError, csv.Error) as error:
        raise Damaged(f"{path} is damaged; prepare the dataset again") from error


def _resized(data_dir: pathlib.Path, count: int, size: int) -> np.ndarray:
    """All panels, uint8 [count, size, size, 3], mapped into memory from a file."""
    shape = (count, size, size, 3)
    cache = data_dir / "cache" / f"{size}_{fingerprint(data_dir)}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):  # missing or cut off: it is made again
        there = np.load(cache, mmap_mode="r")
        if there.shape == shape and there.dtype == np.uint8:
            return there
    try:
        with files.atomic_path(cache) as temporary, open(temporary, "wb") as file:
            _write_resized(file, data_dir, shape)
        return np.load(cache, mmap_mode="r")
    except OSError as error:
        print(f"{cache.parent}: {files.reason(error)}; the resized panels are not kept there.", file=sys.stderr)
    with tempfile.TemporaryFile() as file:
        place = _write_resized(file, data_dir, shape)
        return np.memmap(file, np.uint8, "r", place, shape)


def _write_resized(file: BinaryIO, data_dir: pathlib.Path, shape: tuple[int, ...]) -> int:
    """Writes the panels as NumPy does; returns where the first one begins. Raises Damaged, which names all bad ones.

    They go through `write`, which says that a disk is full. A program that fills a mapped file is ended by the system.
    """
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    start, size, damaged = file.tell(), shape[1], []
    panels = ((data_dir / path, digest) for path, digest in _columns(data_dir, "path", "sha256"))
    with ThreadPoolExecutor() as pool, tqdm(total=shape[0], desc=f"resizing to {size} px", unit="panel") as bar:
        while some := list(itertools.islice(panels, _AT_ONCE)):
            for (path, _), rgb in zip(some, pool.map(lambda each: _read_panel(*each, size), some)):
                damaged += [] if rgb is not None else [path]
                file.write(b"" if rgb is None else rgb)
                bar.update()
    if damaged:
        raise Damaged(f"{', '.join(f'{path} is damaged' for path in damaged)}; prepare the dataset again")
    file.flush()
    return start


def _read_panel(path: pathlib.Path, digest: str, size: int) -> np.ndarray | None:
    """uint8 [size, size, 3]; None if the file is missing, or not the one that was prepared."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError):  # ValueError: a path with a NUL
        return None
    if hashlib.sha256(content).hexdigest() != digest:
        return None
    rgb = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    return None if rgb is None else cv2.resize(rgb, (size, size), interpolation=cv2.INTER_AREA)


def augment(rgb: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """Mirrors each image with probability 1/2, crops it to 0.6..1 of its width and height and resizes it back.

    Deviation: pix2pix's colorization only mirrors; see SMALLEST_CROP.

    Args:
      rgb: [B, H, W, 3], any range.
      seed: int32 [2].

    Returns:
      [B, H, W, 3], in the range of `rgb`.
    """
    batch, height, width = tf.unstack(tf.shape(rgb)[:3])
    side, left, top, coin = tf.unstack(tf.random.stateless_uniform([4, batch], seed))
    side = SMALLEST_CROP + (1.0 - SMALLEST_CROP) * side
    left, top = left * (1.0 - side), top * (1.0 - side)
    x = tf.stack([left, left + side], axis=-1)
    x = tf.where(coin[:, None] < 0.5, tf.reverse(x, [-1]), x)  # crop_and_resize mirrors boxes with right < left
    boxes = tf.stack([top, x[:, 0], top + side, x[:, 1]], axis=-1)
    return tf.image.crop_and_resize(rgb, boxes, tf.range(batch), [height, width])


def training_batches(
    panels: Panels, *, batch_size: int, seed: int, epochs: int, first_epoch: int = 0, together: int = 1
) -> tf.data.Dataset:
    """The batches of epochs `first_epoch` to `epochs` - 1, `len(panels.path) // batch_size` in each.

    Order, mirroring and crops are functions of (seed, epoch, step), so an epoch does not depend on `first_epoch`. The
    panels that do not fill a batch are left out; in each epoch, these are different panels.

    Args:
      together: panels that follow each other in a batch and are of one episode, but for those at an episode's end.

    Raises:
      ValueError: there are fewer panels than `batch_size`, or `together` does not divide it.
    """
    if batch_size % together:
        raise ValueError(f"batch_size is {batch_size} and must be a multiple of {together} for this row")
    count = len(panels.path)
    if count < batch_size:
        there = "is only 1 panel" if count == 1 else f"are only {count} panels"
        raise ValueError(f"batch_size is {batch_size}, but there {there} to train on")
    steps = count // batch_size
    rgb, identity = tf.constant(panels.rgb), tuple(map(tf.constant, _identity(panels)))
    _, story, _ = identity
    # Compiled, the conversion is four times as fast on a CPU: one pass over memory.
    rgb_to_lab = tf.function(color.rgb_to_lab, jit_compile=True, autograph=False)

    @tf.autograph.experimental.do_not_convert
    def order(epoch):
        shuffle, stream = tf.random.experimental.stateless_shuffle, _fold(seed, _SHUFFLE, epoch)
        shuffled = shuffle(tf.range(count), stream)
        if together > 1:  # by episode, from a random panel on, and then the groups at random
            by_story = tf.gather(shuffled, tf.argsort(tf.gather(story, shuffled), stable=True))
            rolled = tf.roll(by_story, shuffled[0], axis=0)[: count // together * together]
            shuffled = tf.reshape(shuffle(tf.reshape(rolled, [-1, together]), tf.random.fold_in(stream, 1)), [-1])
        return tf.data.Dataset.from_tensor_slices(shuffled).batch(batch_size, drop_remainder=True)

    @tf.autograph.experimental.do_not_convert
    def load(step, indices):
        chosen = augment(_to_float(tf.gather(rgb, indices)), seed=_fold(seed, _AUGMENT, step))
        return Batch(*rgb_to_lab(chosen), *(tf.gather(each, indices) for each in identity))

    return (
        tf.data.Dataset.range(first_epoch, epochs)
        .flat_map(order)
        .enumerate(first_epoch * steps)
        .map(load, num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )


def _to_float(rgb: tf.Tensor) -> tf.Tensor:
    return tf.cast(rgb, tf.float32) / 255.0


def _fold(seed: int, stream: int, count: tf.Tensor) -> tf.Tensor:
    return tf.random.fold_in([seed, stream], count)


def evaluation_batches(panels: Panels, *, batch_size: int) -> tf.data.Dataset:
    """Every panel once, in order, without augmentation; the last batch may be smaller."""
    return (
        tf.data.Dataset.from_tensor_slices((panels.rgb, *_identity(panels)))
        .batch(batch_size)
        .map(
            lambda rgb, *identity: Batch(*color.rgb_to_lab(_to_float(rgb)), *identity),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        .prefetch(tf.data.AUTOTUNE)
    )
