"""The test panels that judge, and the panels of the rows that test the paper's remarks on its data (III.B).

Each training subset has as many panels as the training split, so that an epoch shows the same number of images.
"""

import pathlib

import numpy as np

from webtoon_colorize import data
from webtoon_colorize.data import Panels, take
from webtoon_colorize.io import csv_files

Split = tuple[Panels, Panels]  # training and validation


class MissingTitle(ValueError):
    """The dataset has no such title."""


def load_test(test_dir: str, *, data_dir: str, image_size: int) -> Panels:
    """The test panels of a dataset without those that are in `data_dir` too, unless it is the same one.

    Every episode of the drawn comic has the same title and end.
    """
    panels = data.load_panels(test_dir, "test", image_size=image_size)
    if data.fingerprint(test_dir) == data.fingerprint(data_dir):
        return panels
    own, known = (csv_files.read(pathlib.Path(folder) / "panels.csv") for folder in (test_dir, data_dir))
    digests = {row["sha256"] for row in known}
    new = {row["path"] for row in own if row["sha256"] not in digests}
    return take(panels, [index for index, path in enumerate(panels.path) if path in new])


def one_title(training: Panels, validation: Panels, test: Panels, *, label: int) -> Split:
    """The panels of one title; those for training repeated to the size of the split.

    Raises:
      MissingTitle: one of the splits has no panels of the title.
    """
    del test
    own, judging = (np.flatnonzero(panels.label == label) for panels in (training, validation))
    if not len(own) or not len(judging):
        raise MissingTitle(f"there are no training and validation panels of a title number {label}")
    return take(training, np.resize(own, len(training.path))), take(validation, judging)


def with_neighbours(training: Panels, validation: Panels, test: Panels) -> Split:
    """The training panels, some of which are replaced by the neighbours of the `unseen` test panels.

    The unseen test panels then have their neighbours in training, as if the split were by panel and not by episode.
    """
    seen = take(test, unseen(test, training) + 1)
    kept = take(training, np.linspace(0, len(training.path) - 1, len(training.path) - len(seen.path)).astype(int))
    mixed = Panels(
        np.concatenate([kept.rgb, seen.rgb]), np.concatenate([kept.label, seen.label]), kept.path + seen.path
    )
    return mixed, validation


def unseen(test: Panels, training: Panels) -> np.ndarray:
    """Indices of test panels that the next one of the same episode follows, and stands in for in training.

    They are every second panel, or fewer, so that at most a quarter of the training panels is replaced.
    """
    episodes = [path.rpartition("/")[0] for path in test.path]
    pairs = range(0, len(episodes) - 1, 2)
    every = np.array([index for index in pairs if episodes[index] == episodes[index + 1]], int)
    count = min(len(every), len(training.path) // 4)
    return every[np.linspace(0, len(every) - 1, count).astype(int)] if count else every
