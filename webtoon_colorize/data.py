"""Prepared dataset -> batches of (lightness, ab, label)."""

import contextlib
import hashlib
import json
import os
import pathlib
import sys
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from webtoon_colorize import color
from webtoon_colorize.io import manifest, resized
from webtoon_colorize.io.archives import points_outside
from webtoon_colorize.io.manifest import Damaged
from webtoon_colorize.io.records import Pictures

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


class Panels(NamedTuple):
    """One split of a prepared dataset, resized to the networks' input."""

    rgb: np.ndarray | Pictures  # [N, S, S, 3] uint8
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
    path = manifest.of_dataset(data_dir, "dataset.json")
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
        titles = json.loads(path.read_text(encoding="utf-8"))["titles"]
        if isinstance(titles, list) and all(isinstance(title, str) for title in titles):
            return titles
    raise Damaged(f"{path} is damaged; prepare the dataset again")


def fingerprint(data_dir: str | os.PathLike) -> str:
    """Identifies a prepared dataset: the first 16 hexadecimal digits of the SHA-256 of its panels.csv.

    Raises FileNotFoundError.
    """
    return hashlib.sha256(manifest.of_dataset(data_dir, "panels.csv").read_bytes()).hexdigest()[:16]


def load_panels(data_dir: str | os.PathLike, split: str, *, image_size: int) -> Panels:
    """All panels of a split ("train", "validation", "test") in the order of panels.csv, resized to a square.

    Deviation: OpenCV resizes, by means over areas. "All image preprocessing was done with ImageMagick" (appendix).

    The first call decodes and resizes the panels of all splits and keeps them as `cache/<size>_<fingerprint>.npy` in
    the dataset, or, where that cannot be written, in a temporary file. If it has shards of this size (`write_shards`),
    training panels stay in these files.

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
    every = resized.load(data_dir, fingerprint(data_dir), len(rows), image_size)
    in_files = split == "train" and isinstance(every, Pictures)
    return Panels(
        rgb=every.only(chosen) if in_files else every[chosen],
        label=np.array([labels[rows[index].title] for index in chosen], np.int32),
        path=[rows[index].path for index in chosen],
    )


def write_shards(data_dir: str | os.PathLike, image_size: int) -> None:
    """Writes all panels, resized to a square, as TFRecord files, for a dataset that is larger than memory.

    Training then reads its panels from these files, in the same order and with the same values. Raises Damaged, and
    OSError.
    """
    data_dir = pathlib.Path(data_dir)
    rows = _read_manifest(data_dir, load_titles(data_dir))
    resized.write_shards(data_dir, fingerprint(data_dir), len(rows), image_size)


class _Row(NamedTuple):
    """What is needed of a row of panels.csv. A dict of all columns takes ten times the memory."""

    path: str
    title: str
    split: str


def _read_manifest(data_dir: pathlib.Path, titles: Container[str]) -> list[_Row]:
    """Raises FileNotFoundError and Damaged."""
    # One string for each title and split, not one per row.
    rows = [_Row(path, *map(sys.intern, rest)) for path, *rest in manifest.columns(data_dir, *_Row._fields)]
    if outside := next((row.path for row in rows if points_outside(row.path)), None):
        raise Damaged(f"{data_dir}: panels.csv names {outside}, outside the dataset; prepare the dataset again")
    if strange := next((row.title for row in rows if row.title not in titles), None):
        raise Damaged(f"{data_dir}: dataset.json lacks the title {strange} of panels.csv; prepare the dataset again")
    return rows


def _random_boxes(batch: int, seed: tf.Tensor) -> tf.Tensor:
    """Places of 0.6 to 1 of an image's width and height, mirrored with probability 1/2: [B, 4] for `_crop`.

    Deviation: pix2pix's colorization only mirrors; see SMALLEST_CROP.
    """
    side, left, top, coin = tf.unstack(tf.random.stateless_uniform([4, batch], seed))
    side = SMALLEST_CROP + (1.0 - SMALLEST_CROP) * side
    left, top = left * (1.0 - side), top * (1.0 - side)
    x = tf.stack([left, left + side], axis=-1)
    x = tf.where(coin[:, None] < 0.5, tf.reverse(x, [-1]), x)  # crop_and_resize mirrors boxes with right < left
    return tf.stack([top, x[:, 0], top + side, x[:, 1]], axis=-1)


def _crop(rgb: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """The `boxes` [B, 4] of images [B, H, W, 3], resized to the images' size, in their range."""
    batch, height, width = tf.unstack(tf.shape(rgb)[:3])
    return tf.image.crop_and_resize(rgb, boxes, tf.range(batch), [height, width])


def training_batches(
    panels: Panels,
    *,
    batch_size: int,
    seed: int,
    epochs: int,
    first_epoch: int = 0,
    together: int = 1,
    part: tuple[int, int] = (0, 1),
) -> tf.data.Dataset:
    """The batches of epochs `first_epoch` to `epochs` - 1, `len(panels.path) // batch_size` in each.

    Order, mirroring and crops are functions of (seed, epoch, step), so an epoch does not depend on `first_epoch`. The
    panels that do not fill a batch are left out; in each epoch, these are different panels.

    Args:
      together: panels that follow each other in a batch and are of one episode, but for those at an episode's end.
      part: which of how many equal parts of each batch to load, counted from 0.

    Raises:
      ValueError: there are fewer panels than `batch_size`, or `together` does not divide it.
    """
    if batch_size % together:
        raise ValueError(f"batch_size is {batch_size} and must be a multiple of {together} for this row")
    steps = len(panels.path) // batch_size
    if steps == 0:
        raise ValueError(f"batch_size is {batch_size}, but there {_are_only(len(panels.path))} to train on")
    own = slice(*(batch_size * number // part[1] for number in (part[0], part[0] + 1)))
    with tf.device("CPU:0"):  # not in a GPU's memory
        read, identity = _reader(panels.rgb), tuple(map(tf.constant, _identity(panels)))
    rgb_to_lab = _compiled_rgb_to_lab()

    @tf.autograph.experimental.do_not_convert
    def order(epoch):
        shuffled = _shuffled(identity[1], together, stream=_fold(seed, _SHUFFLE, epoch))
        return tf.data.Dataset.from_tensor_slices(shuffled).batch(batch_size, drop_remainder=True)

    @tf.autograph.experimental.do_not_convert
    def load(step, indices):
        boxes, indices = _random_boxes(batch_size, _fold(seed, _AUGMENT, step))[own], indices[own]
        chosen = _crop(_to_float(read(indices)), boxes)
        return Batch(*rgb_to_lab(chosen), *(tf.gather(each, indices) for each in identity))

    return (
        tf.data.Dataset.range(first_epoch, epochs)
        .flat_map(order)
        .enumerate(first_epoch * steps)
        .map(load, num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )


def _are_only(count: int) -> str:
    return "is only 1 panel" if count == 1 else f"are only {count} panels"


def _shuffled(story: tf.Tensor, together: int, *, stream: tf.Tensor) -> tf.Tensor:
    """The numbers of all panels in the order of an epoch, but for those that fill no group of `together`."""
    shuffle, count = tf.random.experimental.stateless_shuffle, len(story)
    shuffled = shuffle(tf.range(count), stream)
    if together == 1:
        return shuffled
    by_story = tf.gather(shuffled, tf.argsort(tf.gather(story, shuffled), stable=True))
    rolled = tf.roll(by_story, shuffled[0], axis=0)[: count // together * together]  # from a random panel on
    return tf.reshape(shuffle(tf.reshape(rolled, [-1, together]), tf.random.fold_in(stream, 1)), [-1])


def _reader(rgb: np.ndarray | Pictures) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function from indices [B] to pictures, uint8 [B, S, S, 3]."""
    if isinstance(rgb, np.ndarray):
        in_memory = tf.constant(rgb)
        return lambda indices: tf.gather(in_memory, indices)

    def read(indices):
        return tf.ensure_shape(
            tf.numpy_function(rgb.__getitem__, [indices], tf.uint8), [*indices.shape, *rgb.shape[1:]]
        )

    return read


def _compiled_rgb_to_lab() -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Four times as fast on a CPU: one pass over memory."""
    return tf.function(color.rgb_to_lab, jit_compile=True, autograph=False)


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
