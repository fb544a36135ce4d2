"""Joins slices of one strip, so that no panel ends where a strip was cut."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from data_tools.annotations import Annotation
from data_tools.pages import Page
from webtoon_colorize.pages.borders import continues, is_seam


class Slice(NamedTuple):
    """A page, or a slice of a strip."""

    page: Page
    image: np.ndarray  # uint8 [H, W, 3]
    annotations: Sequence[Annotation] | None = None  # None without an annotation file; such a page is a slice of none


def strips(slices: Iterable[Slice | None]) -> Iterator[list[Slice]]:
    """Yields the slices of each strip, and other pages one by one; at None a strip ends.

    Slices whose art continues are joined once a seam has been seen in them or before (`borders.is_seam`). A strip has
    at most as many pixels as Pillow allows a page.
    """
    is_sliced = False
    for run in _runs(slices):
        is_sliced |= any(is_seam(above.image, below.image) for above, below in itertools.pairwise(run))
        yield from [run] if is_sliced else ([each] for each in run)


def _runs(slices: Iterable[Slice | None]) -> Iterator[list[Slice]]:
    """Slices whose art continues from one to the next."""
    run: list[Slice] = []
    for each in slices:
        if run and (each is None or not _belongs(each, run)):
            yield run
            run = []
        run += [] if each is None else [each]
    if run:
        yield run


def _belongs(each: Slice, run: Sequence[Slice]) -> bool:
    pixels = sum(slice_.image[..., 0].size for slice_ in (*run, each))
    is_plain = each.annotations is None and run[-1].annotations is None
    return is_plain and pixels <= (Image.MAX_IMAGE_PIXELS or 0) and continues(run[-1].image, each.image)
