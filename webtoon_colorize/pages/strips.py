"""Strips that come as slices: coloured in one piece, in a stream whose memory the strip's length does not change.

A page is a strip of one slice. Slices whose art goes on in the next are one strip. It is coloured piece by piece: up to
the last gutter within reach; where there is none, up to where the reach ends, and then the next piece overlaps with
this one and their colours fade into each other. Where slices begin and end plays no part in it.
"""

import collections
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from webtoon_colorize.hints import Hint
from webtoon_colorize.pages.gutters import TOLERANCE, last_gutter
from webtoon_colorize.pages.tiling import fade
from webtoon_colorize.panels import CLEAR

REACH = 4  # widths of the strip that are looked at together; nearly all pages are shorter and are coloured whole
OVERLAP = 1  # widths that a piece shares with the next where there is no gutter between them
NEAR = 8  # rows on both sides of a border by which art that goes on is known

# uint8 [H, W, 3], hints, and, of a part of a strip, the colour of the strip's gutters -> ab [H, W, 2]
ColorPiece = Callable[[np.ndarray, Sequence[Hint], np.ndarray | None], np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class Slice:
    """A page, or a part of a strip."""

    image: np.ndarray  # uint8 [H, W, 3]; not looked at again above the rows that are coloured
    hints: tuple[Hint, ...] = ()  # in its own pixels
    wanted: bool = True  # whether its colour is needed; if not, it only shows how the strip goes on
    source: Any = None  # whatever the caller wants to know it by


def color_slices(slices: Iterable[Slice], color_piece: ColorPiece) -> Iterator[tuple[Slice, int, np.ndarray]]:
    """(slice, row, ab [N, W, 2] of its rows from `row` on), all rows in order; 0 where a slice is not wanted."""
    for _, strip in itertools.groupby(_numbered(slices), key=lambda pair: pair[0]):
        yield from _color_strip((each for _, each in strip), color_piece)


def _numbered(slices: Iterable[Slice]) -> Iterator[tuple[int, Slice]]:
    """Each slice with the number of its strip."""
    number, end = 0, None
    for each in slices:
        if end is not None and not continues(end, each.image):
            number += 1
        end = each.image[-NEAR:].copy()  # for who gets it may paint over it
        yield number, each


def continues(above: np.ndarray, below: np.ndarray) -> bool:
    """Whether art goes on from the end of one image in the beginning of another, both uint8 [N, W, 3].

    It does if they are of the same width, do not meet in paper, white or black, and differ no more at their border than
    rows nearby do.
    """
    if above.shape[1] != below.shape[1] or _is_paper(above[-1]) and _is_paper(below[0]):
        return False
    above, below = above[-NEAR:].astype(np.float32), below[:NEAR].astype(np.float32)
    steps = np.abs(np.diff(np.concatenate([above, below]), axis=0)).mean(axis=(1, 2))
    border = len(above) - 1
    usual = np.delete(steps, border).max(initial=0.0)
    return bool(steps[border] <= 1.5 * usual + 4)


def _is_paper(row: np.ndarray) -> bool:
    return any((np.abs(row.astype(int) - end).max(axis=1) <= TOLERANCE).mean() >= CLEAR for end in (0, 255))


class _Rows:
    """The rows of a strip that are not coloured yet; slices are fetched as they are needed."""

    def __init__(self, slices: Iterator[Slice]):
        self._slices = slices
        self._waiting: collections.deque[Slice] = collections.deque()
        self._done = 0  # rows of the first that is waiting

    def fetch(self, count: int) -> tuple[np.ndarray, bool]:
        """The next `count` rows, fewer at the strip's end, and whether it is the end."""
        available = sum(len(each.image) for each in self._waiting) - self._done
        while available <= count and (new := next(self._slices, None)) is not None:
            self._waiting.append(new)
            available += len(new.image)
        parts, start = [], self._done
        for each in self._waiting:
            parts.append(each.image[start : start + count])
            count -= len(parts[-1])
            start = 0
        return np.concatenate(parts), available <= sum(map(len, parts))

    def width(self) -> int:
        """Of the strip; 0 if there is nothing left."""
        self._waiting.extend(itertools.islice(self._slices, 0 if self._waiting else 1))
        return self._waiting[0].image.shape[1] if self._waiting else 0

    def within(self, count: int) -> tuple[list[Hint], bool]:
        """The hints that lie in the strip, relative to the next rows, and whether any of `count` rows is wanted."""
        hints, wanted, top = [], False, -self._done
        for each in self._waiting:
            hints += [hint.moved(0, top) for hint in each.hints]
            wanted |= each.wanted and top < count
            top += len(each.image)
        return hints, wanted

    def finish(self, ab: np.ndarray) -> Iterator[tuple[Slice, int, np.ndarray]]:
        while len(ab):
            first, row = self._waiting[0], self._done
            part, ab = np.split(ab, [len(first.image) - row])
            self._done += len(part)
            if self._done == len(first.image):
                self._waiting.popleft()
                self._done = 0
            yield first, row, part


def _color_strip(slices: Iterator[Slice], color_piece: ColorPiece) -> Iterator[tuple[Slice, int, np.ndarray]]:
    rows, tail, background = _Rows(slices), None, None
    while width := rows.width():
        image, is_end = rows.fetch(REACH * width)
        overlap = OVERLAP * width
        stop = len(image)
        if not is_end:
            stop, background = last_gutter(image, after=overlap) or (None, background)
        hints, wanted = rows.within(stop or len(image))
        image = image[:stop]
        ab = color_piece(image, hints, background) if wanted else np.zeros((*image.shape[:2], 2), np.float32)
        if tail is not None:
            ab[: len(tail)] = fade(tail, ab[: len(tail)])
        finished = stop or len(image) - overlap
        tail = None if stop else ab[finished:].copy()
        yield from rows.finish(ab[:finished])
