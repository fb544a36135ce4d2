"""Training panels of the rows that test the paper's remarks on its data (III.B).

Each subset has as many panels as the training split, so that all rows see the same number of images.
"""

import numpy as np

from webtoon_colorize.data import Panels, take

UNSEEN = slice(0, None, 2)  # of the test panels: those that `with_neighbours` does not train on


class MissingTitle(ValueError):
    """The dataset has no such title."""


def one_title(training: Panels, test: Panels, *, label: int) -> Panels:
    """The training panels of one title, repeated to the size of the split. Raises MissingTitle if there are none."""
    del test
    own = np.flatnonzero(training.label == label)
    if not len(own):
        raise MissingTitle(f"there are no training panels of a title number {label}")
    return take(training, np.resize(own, len(training.path)))


def with_neighbours(training: Panels, test: Panels) -> Panels:
    """The training panels, some of which are replaced by every second test panel.

    The UNSEEN test panels then have their neighbours in training, as if the split were by panel and not by episode.
    """
    seen = take(test, np.arange(len(test.path))[1::2])
    kept = take(training, np.linspace(0, len(training.path) - 1, len(training.path) - len(seen.path)).astype(int))
    return Panels(np.concatenate([kept.rgb, seen.rgb]), np.concatenate([kept.label, seen.label]), kept.path + seen.path)
