"""Training and validation panels of the rows that test the paper's remarks on its data (III.B).

Each subset has as many training panels as the training split, so that an epoch shows the same number of images.
"""

import numpy as np

from webtoon_colorize.data import Panels, take

Split = tuple[Panels, Panels]  # training and validation


class MissingTitle(ValueError):
    """The dataset has no such title."""


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
    """Indices of every second test panel, or of fewer, so that at most a quarter of the training panels is replaced."""
    every = np.arange(0, len(test.path) - 1, 2)
    count = min(len(every), len(training.path) // 4)
    return every[np.linspace(0, len(every) - 1, count).astype(int)]
