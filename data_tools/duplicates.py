"""Finds copies of the same art: exact ones, and ones that were saved at another size or quality (the
paper's section III.A).

Copies at another size or quality (near copies) are found in two steps. First, pairs of pictures whose hashes of 256
bits differ in few bits become candidates. Then reduced Lab pictures of each pair are compared cell by cell. So the same
face with another hair colour is no copy, and neither is the same scene with another gesture.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

CELLS = 24  # the small picture is 24 x 24
MAX_BITS = 24  # of 256, in which the hashes of a candidate pair may differ
MAX_MEAN = 2.2  # mean difference over all cells, in Lab units
MAX_CELL = 10.0  # largest difference of any cell, in Lab units
MAX_ASPECT = 1.03  # ratio of the aspect ratios
BLOCK = 1024  # pictures that are compared with all earlier ones at a time; more need more memory


class Signature(NamedTuple):
    """What is needed of a picture to find its copies."""

    exact: str  # SHA-256 of the pixels
    near: bytes  # 32 bytes; similar pictures differ in few bits
    small: np.ndarray  # int8 [CELLS, CELLS, 3], Lab
    aspect: float  # width / height


def signature(rgb: np.ndarray, exact: str) -> Signature:
    """The signature of `rgb` (uint8 [H, W, 3]); `exact` is its exact hash."""
    # The outermost cells are left out. They differ most if a copy was cut one pixel differently.
    small = cv2.resize(rgb, (CELLS + 2, CELLS + 2), interpolation=cv2.INTER_AREA)[1:-1, 1:-1]
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return Signature(exact, near_hash(lab), lab.round().clip(-128, 127).astype(np.int8), rgb.shape[1] / rgb.shape[0])


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


def exact_copies(signatures: Sequence[Signature]) -> dict[int, int]:
    """Index of each exact copy -> index of the first picture that equals it."""
    first: dict[str, int] = {}
    originals = [first.setdefault(each.exact, index) for index, each in enumerate(signatures)]
    return {index: original for index, original in enumerate(originals) if original != index}


def near_copies(signatures: Sequence[Signature]) -> dict[int, int]:
    """Index of each near copy -> index of the first picture with the same art that is no copy itself.

    A picture that is only similar to a copy, and not to the copy's original, is no copy.
    """
    result: dict[int, int] = {}
    for earlier, later in _candidates(signatures):
        if later not in result and earlier not in result and is_near_copy(signatures[earlier], signatures[later]):
            result[later] = earlier
    return result


def _candidates(signatures: Sequence[Signature]) -> Iterator[tuple[int, int]]:
    """(earlier, later) of all pairs whose hashes differ in at most MAX_BITS bits, sorted by the later one."""
    if not signatures:
        return
    words = np.frombuffer(b"".join(each.near for each in signatures), np.uint64).reshape(len(signatures), -1)
    for start in range(0, len(words), BLOCK):
        rows = words[start : start + BLOCK]
        distance = np.zeros((len(rows), start + len(rows)), np.uint16)
        for word in range(words.shape[1]):
            distance += np.bitwise_count(rows[:, None, word] ^ words[None, : start + len(rows), word])
        later, earlier = np.nonzero(distance <= MAX_BITS)
        yield from ((int(a), int(b) + start) for a, b in zip(earlier, later) if a < b + start)


def is_near_copy(a: Signature, b: Signature) -> bool:
    """Whether the two show the same art."""
    if max(a.aspect / b.aspect, b.aspect / a.aspect) > MAX_ASPECT:
        return False
    difference = np.linalg.norm(a.small.astype(np.float32) - b.small, axis=2)
    return float(difference.mean()) <= MAX_MEAN and float(difference.max()) <= MAX_CELL
