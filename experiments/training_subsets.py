"""What a row is trained on where that is not simply the training split: the paper's remarks on its data (III.B).

Every selection has as many panels as the training split, so that all rows see the same number of images.
"""

import numpy as np

from webtoon_colorize.data import Panels, take

UNSEEN = slice(0, None, 2)  # of the test panels: those that `with_neighbours` does not train on


class MissingTitle(ValueError):
    """The dataset has no such title."""


def one_title(training: Panels, test: Panels, *, label: int) -> Panels:
    """The training panels of one title, over and over. Raises MissingTitle if there are none."""
    del test
    own = np.flatnonzero(training.label == label)
    if not len(own):
        raise MissingTitle(f"there are no training panels of a title number {label}")
    return take(training, np.resize(own, len(training.path)))


def with_neighbours(training: Panels, test: Panels) -> Panels:
    """Every second test panel in the place of as many training panels.

    The UNSEEN test panels have their neighbours in training then, as if the split had gone through episodes.
    """
    seen = take(test, np.arange(len(test.path))[1::2])
    kept = take(training, np.linspace(0, len(training.path) - 1, len(training.path) - len(seen.path)).astype(int))
    return Panels(np.concatenate([kept.rgb, seen.rgb]), np.concatenate([kept.label, seen.label]), kept.path + seen.path)
