"""Measures whether ResNet-50 learned features beyond its first layers (section IV.B).

Usage: python -m experiments.activations --run_dir=RUN... --data_dir=DATA --results_dir=RESULTS
Example: python -m experiments.activations --run_dir=runs/mine/vgg16_gray/seed_0 --data_dir=data/mine --results_dir=out

Writes activations.csv, for each layer of trained title classifiers: the share of dead channels, the dependence of the
answer on the layer, and the accuracy of a linear probe on it. Writes activations.png with feature maps of some layers.
"""

import pathlib
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import keras
import numpy as np
import tensorflow as tf
from absl import flags

from experiments import probes
from webtoon_colorize import data, evaluation, run, startup
from webtoon_colorize.io import csv_files, images

PICTURED = 6  # layers of each network in the picture, at equal distances
CHANNELS = 8  # of each layer in the picture
TILE = 96  # pixels


class Finding(NamedTuple):
    """What was measured of a layer."""

    layer: str
    channels: int
    dead_share: float  # of channels that are 0 at every position of every panel
    dependence: float  # mean over panels of the total variation between the answers with and without the layer, 0..1


def study(classifier: keras.Model, rgb: np.ndarray) -> Iterator[tuple[Finding, np.ndarray]]:
    """Yields a finding and the feature maps of the first panel, [h, w, channels], for each unit of the classifier.

    To measure the dependence on a layer, its output is replaced by its mean over panels and positions. In VGG16, where
    nothing bypasses a layer, every panel then gets the same answer.
    """
    core = probes.core_of(classifier)
    scaled = rgb * 2.0 - 1.0  # as the classifiers' Rescaling does
    answers = _answers(classifier, rgb)
    for unit in probes.units(core):
        taps = keras.Model(core.input, [unit.weighted.output, unit.activation.output])
        weighted, activated = taps.predict(scaled, batch_size=16, verbose=0)
        kept = unit.weighted.get_weights()
        _emit(unit.weighted, weighted.mean(axis=(0, 1, 2)))
        changed = _answers(classifier, rgb)
        unit.weighted.set_weights(kept)
        dependence = 0.5 * np.abs(answers - changed).sum(axis=1).mean()
        dead = (activated <= 0).all(axis=(0, 1, 2)).mean()
        yield Finding(unit.activation.name, activated.shape[-1], float(dead), float(dependence)), activated[0]


def _answers(classifier: keras.Model, rgb: np.ndarray) -> np.ndarray:
    return tf.nn.softmax(classifier.predict(rgb, batch_size=16, verbose=0)).numpy()


def _emit(layer: keras.layers.Layer, mean: np.ndarray) -> None:
    """Sets the layer's weights so that its output is `mean` [channels] for every input."""
    for weight in layer.weights:
        weight.assign(tf.ones_like(weight) if "variance" in weight.name else tf.zeros_like(weight))
    (layer.beta if hasattr(layer, "beta") else layer.bias).assign(mean)


def picture(maps: list[tuple[str, np.ndarray]]) -> np.ndarray:
    """A row per layer: its channels with the largest deviation, each stretched from black to white; uint8 RGB."""
    rows = []
    for name, layer in maps:
        chosen = np.argsort(-layer.std(axis=(0, 1)), kind="stable")[:CHANNELS]
        tiles = [_tile(layer[..., channel]) for channel in chosen]
        row = np.concatenate(tiles + [np.zeros((TILE, TILE), np.uint8)] * (CHANNELS - len(tiles)), axis=1)
        caption = np.full((20, row.shape[1]), 255, np.uint8)
        cv2.putText(caption, name, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 0, 1, cv2.LINE_AA)
        rows += [caption, row]
    return np.repeat(np.concatenate(rows)[..., None], 3, axis=2)


def _tile(channel: np.ndarray) -> np.ndarray:
    extent = channel.max() - channel.min()
    stretched = (channel - channel.min()) / extent * 255 if extent > 0 else np.zeros_like(channel)
    return cv2.resize(stretched.astype(np.uint8), (TILE, TILE), interpolation=cv2.INTER_NEAREST)


def report(run_dirs: list[str], *, data_dir: str, results_dir: str) -> list[dict[str, str]]:
    """Studies each run on the test split; writes and returns the rows of activations.csv.

    Probes learn from the training split.

    Raises:
      FileNotFoundError: a folder is no run folder or has no checkpoint yet.
      ValueError: a run tells no titles apart, or was trained on other data.
    """
    table, columns = [], []
    for run_dir in run_dirs:
        settings = run.load_settings(run_dir)
        if "gray" not in settings.arguments:
            raise ValueError(f"{run_dir} is a run of {settings.experiment}, which tells no titles apart")
        if settings.data != data.fingerprint(data_dir):
            raise ValueError(f"{run_dir} was trained on other data than {data_dir}")
        [classifier] = run.load_method(run_dir).networks.values()
        training, test = (
            data.load_panels(data_dir, split, image_size=settings.image_size) for split in ("train", "test")
        )
        gray, every = settings.arguments["gray"], probes.units(probes.core_of(classifier))
        batches = data.evaluation_batches(test, batch_size=evaluation.BATCH_SIZE)
        found = list(study(classifier, np.concatenate([probes.seen(batch, gray=gray) for batch in batches])))
        for (finding, _), wrong in zip(found, probes.unit_errors(classifier, every, training, test, gray=gray)):
            accuracy = {"probe_accuracy": 1.0 - float(wrong.mean())}
            table.append({"experiment": settings.experiment} | finding._asdict() | accuracy)
        shown = np.unique(np.linspace(0, len(found) - 1, PICTURED).round().astype(int))
        columns.append(picture([(f"{settings.experiment} {found[i][0].layer}", found[i][1]) for i in shown]))
    images.write_image(pathlib.Path(results_dir) / "activations.png", np.concatenate(columns, axis=1))
    csv_files.write(pathlib.Path(results_dir) / "activations.csv", table[0], [row.values() for row in table])
    return table


def main(_) -> None:
    try:
        table = report(FLAGS.run_dir, data_dir=FLAGS.data_dir, results_dir=FLAGS.results_dir)
    except (ValueError, FileNotFoundError) as error:
        raise startup.failure(error) from error
    for row in table:
        print(
            f"{row['experiment']:16} {row['layer']:24} {row['channels']:5} channels, "
            f"{row['dead_share']:6.1%} dead, dependence {row['dependence']:.3f}, probe {row['probe_accuracy']:.3f}"
        )
    print(f"pictures: {pathlib.Path(FLAGS.results_dir) / 'activations.png'}")


if __name__ == "__main__":
    FLAGS = flags.FLAGS
    flags.DEFINE_multi_string(
        "run_dir", None, "Run of a title classifier; repeat to set them side by side.", required=True
    )
    flags.DEFINE_string("data_dir", None, "Prepared dataset whose test split is used.", required=True)
    flags.DEFINE_string("results_dir", None, "Gets activations.csv and activations.png.", required=True)
    startup.run(main, __doc__)
