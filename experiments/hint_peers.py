"""Other ways to spread hints over a panel, to compare ours with (`experiments.hint_loop`).

A way is prepared with a panel's lightness [H, W] in [-1, 1] and its guess [H, W, 2], and then gives ab [H, W, 2] for
one or more hints. All are as published, but on a panel of CELLS x CELLS where a system of equations or a graph would
grow too large.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import scipy.sparse
import tensorflow as tf

from webtoon_colorize import color
from webtoon_colorize.hints import Hint, draw_hints
from webtoon_colorize.networks.kriging import propagate
from webtoon_colorize.pages.regions import find_regions
from webtoon_colorize.pages.spreading import Spreading
from webtoon_colorize.pages.upsampling import upsample

CELLS = 128  # per side
STEP = 0.02  # what crossing a cell costs in `geodesic` beside the difference in lightness
POWER = 3  # of the inverse distance by which `geodesic` mixes colours; the paper's examples have 1 to 6
_SHARP = 0.6  # times the variance of lightness around a pixel: the width of `levin`'s affinity, as in its code

Way = Callable[[Sequence[Hint]], np.ndarray]
Make = Callable[[np.ndarray, np.ndarray], Way]


def ours(lightness: np.ndarray, guess: np.ndarray) -> Way:
    return Spreading(lightness, guess, find_regions(lightness)).ab


def kriging(lightness: np.ndarray, guess: np.ndarray) -> Way:
    """Kriging without regions, at CELLS x CELLS: the part of `color_and_apply_hints` before its second network."""
    small, proposal = (_squeezed(plane)[None] for plane in (lightness, guess))

    def spread(hints: Sequence[Hint]) -> np.ndarray:
        height, width = lightness.shape
        drawn = draw_hints(hints, width=width, height=height, size=CELLS)[None]
        given = drawn[..., 2:]
        change = _propagate(drawn[..., :2] - proposal, given, small[..., None], proposal).numpy()
        return upsample(np.where(given > 0, drawn[..., :2], proposal + change)[0], lightness)

    return spread


@tf.function(autograph=False)
def _propagate(change, given, lightness, guess):
    return propagate(change, given, lightness, guess).change


def watershed(lightness: np.ndarray, _: np.ndarray) -> Way:
    """Regions grow from the hints until they meet (Meyer 1991), at the panel's size; each is flat."""
    gray = np.clip((lightness + 1) * 127.5, 0, 255).astype(np.uint8)

    def spread(hints: Sequence[Hint]) -> np.ndarray:
        markers = np.zeros(gray.shape, np.int32)
        for number, (row, column) in enumerate(_places(hints, gray.shape), 1):
            markers[row, column] = number
        cv2.watershed(cv2.merge([gray] * 3), markers)
        grown = cv2.dilate(np.maximum(markers, 0).astype(np.float32), np.ones((3, 3), np.uint8)).astype(int)
        return _ab(hints)[np.maximum(grown - 1, 0)]

    return spread


def levin(lightness: np.ndarray, _: np.ndarray) -> Way:
    """Each pixel is a mean of its neighbours, those of the same lightness counting most (Levin et al. 2004)."""
    small = _squeezed(lightness)
    variance = _SHARP * np.maximum(cv2.blur(small**2, (3, 3)) - cv2.blur(small, (3, 3)) ** 2, 1e-5)
    one, other = _neighbours(CELLS)
    flat = small.ravel()
    weights = np.exp(-((flat[one] - flat[other]) ** 2) / (2 * variance.ravel()[one])) + 1e-6
    affinity = scipy.sparse.csr_matrix((weights, (one, other)))
    means = scipy.sparse.diags(1 / affinity.sum(axis=1).A1) @ affinity

    def spread(hints: Sequence[Hint]) -> np.ndarray:
        free, known = np.ones(CELLS**2), np.zeros((CELLS**2, 2))
        cells = _cells(hints, lightness.shape)
        free[cells], known[cells] = 0, _ab(hints)
        system = scipy.sparse.eye(CELLS**2) - scipy.sparse.diags(free) @ means
        found = scipy.sparse.linalg.spsolve(system.tocsc(), known)
        return upsample(found.reshape(CELLS, CELLS, 2).astype(np.float32), lightness)

    return spread


def geodesic(lightness: np.ndarray, _: np.ndarray) -> Way:
    """A mix of the hints by their distance along paths of even lightness (Yatziv and Sapiro 2006)."""
    flat = _squeezed(lightness).ravel()
    one, other = _neighbours(CELLS)
    graph = scipy.sparse.csr_matrix((np.abs(flat[one] - flat[other]) + STEP, (one, other)))
    known: dict[int, np.ndarray] = {}

    def spread(hints: Sequence[Hint]) -> np.ndarray:
        cells = _cells(hints, lightness.shape)
        for cell in set(cells.tolist()) - set(known):
            known[cell] = scipy.sparse.csgraph.dijkstra(graph, indices=cell)
        weights = (np.stack([known[cell] for cell in cells.tolist()], axis=1) + STEP) ** -POWER
        found = (weights / weights.sum(axis=1, keepdims=True)) @ _ab(hints)
        return upsample(found.reshape(CELLS, CELLS, 2).astype(np.float32), lightness)

    return spread


WAYS: dict[str, Make] = {
    "regions": ours,
    "kriging": kriging,
    "levin": levin,
    "watershed": watershed,
    "geodesic": geodesic,
}


def _squeezed(plane: np.ndarray) -> np.ndarray:
    return cv2.resize(plane, (CELLS, CELLS), interpolation=cv2.INTER_AREA)


def _ab(hints: Sequence[Hint]) -> np.ndarray:
    return color.rgb_to_lab(np.array([hint.rgb for hint in hints], np.float32) / 255)[1].numpy()


def _places(hints: Sequence[Hint], shape: tuple[int, ...]) -> np.ndarray:
    """Row and column of each hint, int [K, 2]."""
    return np.minimum([(int(hint.y), int(hint.x)) for hint in hints], np.subtract(shape, 1))


def _cells(hints: Sequence[Hint], shape: tuple[int, ...]) -> np.ndarray:
    """The cell that each hint lies in, int [K]."""
    return _places(hints, shape) * CELLS // shape @ [CELLS, 1]


def _neighbours(side: int) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of touching pixels of a square picture, corners included, in both orders; int [M] each."""
    index = np.arange(side**2).reshape(side, side)
    pairs = [
        (index[:, :-1], index[:, 1:]),
        (index[:-1], index[1:]),
        (index[:-1, :-1], index[1:, 1:]),
        (index[:-1, 1:], index[1:, :-1]),
    ]
    one, other = (np.concatenate([pair[end].ravel() for pair in pairs]) for end in (0, 1))
    return np.concatenate([one, other]), np.concatenate([other, one])
