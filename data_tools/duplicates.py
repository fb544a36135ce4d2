"""Finds copies of the same art: exact ones, and ones that were saved at another size or quality (the
paper's section III.A).

Copies at another size or quality (near copies) have the same shape, hashes of 256 bits that differ in few bits, and
reduced Lab pictures that agree cell by cell. So the same face with another hair colour is no copy, and neither is the
same scene with another gesture. A k-d tree of a few sums finds the pairs that can be copies at all.
"""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

import cv2
import numpy as np
import scipy.spatial

CELLS = 24  # the small picture is 24 x 24
MAX_BITS = 24  # of 256, in which the hashes of copies may differ
MAX_MEAN = 2.2  # mean difference over all cells, in Lab units
MAX_CELL = 10.0  # largest difference of any cell, in Lab units
MAX_ASPECT = 1.03  # ratio of the aspect ratios
BLOCK = 512  # pictures that are looked up at a time; more need more memory


class Signature(NamedTuple):
    """What is needed of a picture to find its near copies."""

    near: bytes  # 32 bytes; similar pictures differ in few bits
    small: np.ndarray  # int8 [CELLS, CELLS, 3], Lab
    aspect: float  # width / height


class Signatures(NamedTuple):
    """The signatures of N pictures."""

    near: np.ndarray  # uint64 [N, 4]
    aspect: np.ndarray  # [N]
    small: np.ndarray  # int8 [M, CELLS, CELLS, 3]; may be a file that is mapped into memory
    rows: np.ndarray  # int [N], the place of each picture in `small`


def signature(rgb: np.ndarray) -> Signature:
    """The signature of `rgb` (uint8 [H, W, 3])."""
    # The outermost cells are left out. They differ most if a copy was cut one pixel differently.
    small = cv2.resize(rgb, (CELLS + 2, CELLS + 2), interpolation=cv2.INTER_AREA)[1:-1, 1:-1]
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return Signature(near_hash(lab), lab.round().clip(-128, 127).astype(np.int8), rgb.shape[1] / rgb.shape[0])


def near_hash(lab: np.ndarray) -> bytes:
    """256 bits of `lab` (float32 [CELLS, CELLS, 3], Lab units): 64 of shape, 192 of colour.

    Shape: signs of the 8x8 lowest cosine frequencies of lightness against their median (Zauner 2010, the DCT variant).
    Colour: the means of a and b in 4x4 fields, each compared with six thresholds, so that the number of differing bits
    grows with the difference in colour.
    """
    frequencies = cv2.dct(lab[..., 0])[:8, :8].ravel()
    shape = frequencies > np.median(frequencies)
    fields = cv2.resize(lab[..., 1:], (4, 4), interpolation=cv2.INTER_AREA)
    color = fields[..., None] > np.array([-40, -20, -7, 7, 20, 40])
    return np.packbits(np.concatenate([shape, color.ravel()])).tobytes()


def exact_copies(hashes: Iterable[Hashable]) -> dict[int, int]:
    """Index of each exact copy -> index of the first picture that equals it, given a hash of each picture."""
    first: dict[Hashable, int] = {}
    originals = (first.setdefault(each, index) for index, each in enumerate(hashes))
    return {index: original for index, original in enumerate(originals) if original != index}


def near_copies(signatures: Signatures) -> dict[int, int]:
    """Index of each near copy -> index of the first picture with the same art that is no copy itself.

    A picture that is only similar to a copy, and not to the copy's original, is no copy.
    """
    copies: dict[int, int] = {}
    _find_copies(signatures, _places(signatures), np.arange(len(signatures.near)), copies)
    return copies


def _places(signatures: Signatures) -> np.ndarray:
    """A point for each picture, float64 [N, 6]; those of copies differ by at most 1 in each coordinate.

    They are sums over all cells: of lightness, a and b, of lightness on the left minus that on the right, and on top
    minus below. Two sums differ at most by the sum of all cells' differences, which is limited for copies. The last
    coordinate is the aspect ratio.
    """
    count = len(signatures.near)
    places = np.empty((count, 6))
    for start in range(0, count, BLOCK):
        part = slice(start, start + BLOCK)
        quarters = (
            signatures.small[signatures.rows[part]]
            .reshape(-1, 2, CELLS // 2, 2, CELLS // 2, 3)
            .sum(axis=(2, 4), dtype=np.int32)
        )
        left_right, top_bottom = (np.diff(quarters.sum(axis=axis)[..., 0])[:, 0] for axis in (1, 2))
        places[part, :5] = np.column_stack([quarters.sum(axis=(1, 2)), left_right, top_bottom])
    places[:, :5] /= CELLS * CELLS * MAX_MEAN
    places[:, 5] = np.log(signatures.aspect) / np.log(MAX_ASPECT)
    return places


def _find_copies(signatures: Signatures, places: np.ndarray, indices: np.ndarray, copies: dict[int, int]) -> np.ndarray:
    """Adds the copies among the pictures at `indices` (ascending) to `copies`; returns the other indices.

    Copies of pictures in the first half are taken out of the second half before that is searched. So art that comes a
    thousand times makes a few thousand pairs, not a million.
    """
    if len(indices) <= BLOCK:
        earlier, later = np.triu_indices(len(indices), k=1)
        _add_copies(signatures, indices[earlier], indices[later], copies)
        return _without(indices, copies)
    first, second = np.array_split(indices, 2)
    first = _find_copies(signatures, places, first, copies)
    tree = scipy.spatial.KDTree(places[first])
    for start in range(0, len(second), BLOCK):
        some = second[start : start + BLOCK]
        found = tree.query_ball_point(places[some], 1.001, p=np.inf)  # a little more than 1, for rounding
        earlier = first[np.concatenate([np.array(each, int) for each in found])]
        _add_copies(signatures, earlier, np.repeat(some, [len(each) for each in found]), copies)
    second = _find_copies(signatures, places, _without(second, copies), copies)
    return np.concatenate([first, second])


def _without(indices: np.ndarray, copies: dict[int, int]) -> np.ndarray:
    return np.array([index for index in indices.tolist() if index not in copies], int)


def _add_copies(signatures: Signatures, earlier: np.ndarray, later: np.ndarray, copies: dict[int, int]) -> None:
    """Adds those of the pairs (earlier, later), int [N] each, that are copies, to `copies`."""
    one, other = signatures.aspect[earlier], signatures.aspect[later]
    near = np.maximum(one / other, other / one) <= MAX_ASPECT
    earlier, later = earlier[near], later[near]
    bits = np.bitwise_count(signatures.near[earlier] ^ signatures.near[later]).sum(axis=1)
    near = bits <= MAX_BITS
    pairs = sorted(zip(later[near].tolist(), earlier[near].tolist()))
    for copy, original in pairs:
        if (
            copy not in copies
            and original not in copies
            and _agree(*signatures.small[signatures.rows[[original, copy]]])
        ):
            copies[copy] = original


def _agree(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two small pictures show the same art."""
    difference = np.linalg.norm(a.astype(np.float32) - b, axis=2)
    return float(difference.mean()) <= MAX_MEAN and float(difference.max()) <= MAX_CELL
