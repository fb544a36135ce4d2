"""Colours strips that come as slices, in a stream whose memory does not grow with the strip's length.

A page is a strip of one slice. Slices whose art continues in the next slice belong to one strip. A strip is coloured
section by section. A section is at most REACH times as high as the strip is wide. It ends in the last gutter within
this height. Without a gutter it has the full height, the next section overlaps with it, and their colours fade into
each other. The borders of slices do not affect the colours.
"""

import collections
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from webtoon_colorize.hints import Hint
from webtoon_colorize.pages.borders import NEAR, continues
from webtoon_colorize.pages.gutters import last_gutter
from webtoon_colorize.pages.tiling import fade

REACH = 4  # greatest height of a section, in widths of the strip; nearly all pages are lower and so one section
OVERLAP = 1  # height that sections without a gutter between them share, in widths of the strip

# image uint8 [H, W, 3], hints, colour int [3] of the strip's gutters or None -> wash [H, W, 3]
ColorSection = Callable[[np.ndarray, Sequence[Hint], np.ndarray | None], np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class Slice:
    """A page, or a part of a strip."""

    image: np.ndarray  # uint8 [H, W, 3]; rows that are coloured are not read again
    hints: tuple[Hint, ...] = ()  # in pixels of the slice
    wanted: bool = True  # whether its colour is needed; if not, the slice only shows how the strip continues
    source: Any = None  # the caller's own; not read here


class ColoredRows(NamedTuple):
    """Rows of a slice with their colour."""

    slice: Slice
    start: int  # the first row's place in the slice
    wash: np.ndarray  # [N, W, 3] (see `compositing.Painter`); says nothing if the slice is not wanted


def color_slices(slices: Iterable[Slice], color_section: ColorSection) -> Iterator[ColoredRows]:
    """Yields all rows of all slices, in order."""
    for _, strip in itertools.groupby(_numbered(slices), key=lambda pair: pair[0]):
        yield from _color_strip((each for _, each in strip), color_section)


def _numbered(slices: Iterable[Slice]) -> Iterator[tuple[int, Slice]]:
    """Each slice with the number of its strip."""
    number, end = 0, None
    for each in slices:
        if end is not None and not continues(end, each.image):
            number += 1
        end = each.image[-NEAR:].copy()  # a copy, because the caller may paint over the slice
        yield number, each


def _color_strip(slices: Iterator[Slice], color_section: ColorSection) -> Iterator[ColoredRows]:
    """Colours one strip section by section and yields all its rows, in order."""
    rows, background = _PendingRows(slices), None
    shared = None  # the wash of the rows that the section above has in common with the next one
    while width := rows.width():
        ahead = rows.look_ahead(REACH * width)
        section = _next_section(ahead, OVERLAP * width, background)
        image, background = ahead.image[: section.height], section.background
        if rows.is_wanted(section.height):
            wash = color_section(image, rows.hints(), background)
        else:
            wash = np.zeros((*image.shape[:2], 3), np.float32)
        if shared is not None:
            wash[: len(shared)] = fade(shared, wash[: len(shared)])
        shared = wash[section.finished :].copy() if section.finished < section.height else None
        yield from rows.finish(wash[: section.finished])


class _Ahead(NamedTuple):
    """The next rows of a strip, at most REACH times its width."""

    image: np.ndarray  # uint8 [N, W, 3]
    is_end: bool  # the strip has no more rows


class _Section(NamedTuple):
    """The next rows that are coloured together."""

    height: int
    finished: int  # rows whose colour is final; the rest overlaps with the section below
    background: np.ndarray | None  # colour of the strip's gutters, int [3], once one has been found


def _next_section(ahead: _Ahead, overlap: int, background: np.ndarray | None) -> _Section:
    """Where the section that begins with the rows `ahead` ends."""
    height = len(ahead.image)
    if ahead.is_end:
        return _Section(height, height, background)
    gutter = last_gutter(ahead.image, after=overlap)
    if gutter is None:
        return _Section(height, height - overlap, background)
    return _Section(gutter.row, gutter.row, gutter.color)


def sections(image: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Where the sections of a whole strip, uint8 [H, W, 3], lie: first row, row after the last final one, end.

    The rows between the last two are in the next section too, and are to fade into it.
    """
    top, background = 0, None
    while top < len(image):
        rows = image[top : top + REACH * image.shape[1]]
        ahead = _Ahead(rows, is_end=top + len(rows) == len(image))
        section = _next_section(ahead, OVERLAP * image.shape[1], background)
        yield top, top + section.finished, top + section.height
        top, background = top + section.finished, section.background


class _PendingRows:
    """The rows of a strip that are not finished; slices are fetched when they are needed."""

    def __init__(self, slices: Iterator[Slice]):
        self._slices = slices
        self._pending: collections.deque[Slice] = collections.deque()
        self._done = 0  # finished rows of the first pending slice

    def width(self) -> int:
        """The strip's width in pixels; 0 if no rows are left."""
        if not self._pending:
            self._pending.extend(itertools.islice(self._slices, 1))
        return self._pending[0].image.shape[1] if self._pending else 0

    def look_ahead(self, count: int) -> _Ahead:
        """The next `count` rows, or all that are left if they are fewer."""
        available = sum(len(each.image) for each in self._pending) - self._done
        while available <= count and (new := next(self._slices, None)) is not None:
            self._pending.append(new)
            available += len(new.image)
        parts, start = [], self._done
        for each in self._pending:
            parts.append(each.image[start : start + count])
            count -= len(parts[-1])
            start = 0
        image = np.concatenate(parts)
        return _Ahead(image, is_end=available <= len(image))

    def hints(self) -> list[Hint]:
        """The pending slices' hints, in pixels from the first row that is not finished."""
        return [hint.moved(0, top) for top, each in self._tops() for hint in each.hints]

    def is_wanted(self, count: int) -> bool:
        """Whether the colour of any of the next `count` rows is needed."""
        return any(each.wanted and top < count for top, each in self._tops())

    def _tops(self) -> Iterator[tuple[int, Slice]]:
        """Each pending slice with its top row, counted from the first row that is not finished."""
        top = -self._done
        for each in self._pending:
            yield top, each
            top += len(each.image)

    def finish(self, wash: np.ndarray) -> Iterator[ColoredRows]:
        """Removes the next N rows and yields them with their `wash` [N, W, 3]."""
        while len(wash):
            first, start = self._pending[0], self._done
            part, wash = np.split(wash, [len(first.image) - start])
            self._done += len(part)
            if self._done == len(first.image):
                self._pending.popleft()
                self._done = 0
            yield ColoredRows(first, start, part)
