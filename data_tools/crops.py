"""Cuts an episode into panels, writes those that may be kept, and reports on each page and panel.

Runs in worker processes.
"""

import dataclasses
import hashlib
import itertools
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from data_tools.annotations import Annotation, best_match, bubbles_inside, count_matches, read_annotations
from data_tools.duplicates import CELLS, signature
from data_tools.pages import Page, annotation_file, page_path, read_page
from data_tools.slices import Slice, strips
from webtoon_colorize import files
from webtoon_colorize.io.images import ImageError, write_image
from webtoon_colorize.pages.grayscale import color_share
from webtoon_colorize.panels import Box, crop, find_panels

THUMBNAIL = 160  # pixels on the longer side


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings that decide which panels are kept. Sizes are in pixels, shares from 0 to 1."""

    page_width: int | None = None  # wider pages are reduced to this width first
    min_size: int = 200  # of a panel's width and height
    max_size: int = 800
    min_colour: float = 0.0015  # the share of a panel that must have colour
    validation_share: float = 0.05
    test_share: float = 0.05


class Crop(NamedTuple):
    """A page, or a panel cut from it.

    A panel that may be kept is written to panels/<path>.png, and the thumbnail of every crop to dropped/<path>.jpg.
    """

    path: str
    box: Box  # in pixels of the page, after --page_width; a panel can go on in the next slices of a strip
    exact: str  # SHA-256 of the pixels
    near: str  # `duplicates.near_hash` in hexadecimal digits
    aspect: float  # width / height
    fault: tuple[str, str] | None = None  # reason and detail, if it must be dropped
    tags: tuple[str, ...] = ()
    bubbles: tuple = ()
    sha256: str = ""  # of the PNG file


class PageReport(NamedTuple):
    """A page and its panels, or why it could not be read."""

    crops: tuple[Crop, ...] = ()  # the page as a whole, then its panels; empty if it could not be read
    small: np.ndarray = np.empty((0, CELLS, CELLS, 3), np.int8)  # of each crop's `duplicates.Signature`
    fault: str = ""
    true: int = 0  # number of true panels in the annotation beside the page, if there is one
    matched: int = 0  # number of true panels that were found
    found: int = 0  # number of panels found, if the page has an annotation


def cut_episode(
    pages: Sequence[Page], folder: pathlib.Path, settings: Settings, begin: Callable[[Page], None] = lambda page: None
) -> list[PageReport]:
    """Cuts `pages`, which follow each other, and writes their panels and thumbnails below `folder`.

    Calls `begin` with each page that is read. A page that cannot be read or cut does not end the others. Raises OSError
    if files cannot be written.
    """
    cv2.setNumThreads(1)  # there is a process per core already
    reports: dict[Page, PageReport] = {}
    for strip in strips(_slices(pages, reports, begin, settings)):
        try:
            reports |= _cut_strip(strip, folder, settings)
        except OSError:
            raise
        except Exception as error:  # whatever a page's pixels lead to
            fault = f"it cannot be cut into panels ({files.reason(error)})"
            reports |= {each.page: PageReport(fault=fault) for each in strip}
    return [reports[page] for page in pages]


def _slices(
    pages: Sequence[Page], reports: dict[Page, PageReport], begin: Callable[[Page], None], settings: Settings
) -> Iterator[Slice | None]:
    """The pages with their pixels; None, and a report, for those that cannot be read."""
    for page in pages:
        begin(page)
        file = annotation_file(page)
        try:
            image = read_page(page)
            width = min(image.shape[1], settings.page_width or image.shape[1])
            yield Slice(page, image, read_annotations(file, width=width) if file else None)
            continue
        except ImageError as error:
            fault = str(error)
        except (ValueError, KeyError, TypeError) as error:
            fault = f"{file} is not an annotation that can be read ({error!r})"
        except MemoryError as error:
            fault = files.reason(error)
        reports[page] = PageReport(fault=fault)
        yield None


def _cut_strip(strip: Sequence[Slice], folder: pathlib.Path, settings: Settings) -> dict[Page, PageReport]:
    """Cuts slices of one strip together; a panel belongs to the slice in which it begins."""
    image = strip[0].image if len(strip) == 1 else np.concatenate([each.image for each in strip])
    width = image.shape[1]
    image = reduce_to_width(image, settings.page_width) if settings.page_width else image
    scale = image.shape[1] / width
    tops = [round(scale * top) for top in itertools.accumulate((len(each.image) for each in strip[:-1]), initial=0)]
    boxes = find_panels(image)
    reports = {}
    for each, top, bottom in zip(strip, tops, [*tops[1:], len(image)]):
        own = [box._replace(y=box.y - top) for box in boxes if top <= box.y < bottom]
        reports[each.page] = _report(each, image[top:], bottom - top, own, folder, settings)
    return reports


def _report(
    slice_: Slice, rows: np.ndarray, height: int, boxes: Sequence[Box], folder: pathlib.Path, settings: Settings
) -> PageReport:
    """Writes and reports on a slice, which is the first `height` of `rows`, and its panels."""
    path, truth = page_path(slice_.page), slice_.annotations or []
    crops = [_make_crop(path, rows[:height], Box(0, 0, rows.shape[1], height), folder)]
    crops += [_panel(f"{path}_{number}", rows, box, folder, settings, truth) for number, box in enumerate(boxes)]
    return PageReport(
        tuple(crop for crop, _ in crops),
        np.stack([small for _, small in crops]),
        true=len(truth),
        matched=count_matches(boxes, truth),
        found=0 if slice_.annotations is None else len(boxes),
    )


def reduce_to_width(image: np.ndarray, width: int) -> np.ndarray:
    """`image` (uint8 [H, W, 3]) reduced to the given width, with its aspect ratio.

    Narrower images stay as they are: enlarging adds no detail.
    """
    if image.shape[1] <= width:
        return image
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _make_crop(path: str, image: np.ndarray, box: Box, folder: pathlib.Path, **rest) -> tuple[Crop, np.ndarray]:
    """Writes the thumbnail of a crop and returns the crop and its small picture; `rest` are its other fields."""
    scale = min(1.0, THUMBNAIL / max(image.shape[:2]))
    size = [max(1, round(scale * side)) for side in image.shape[1::-1]]
    write_image(folder / "dropped" / f"{path}.jpg", cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    digest = hashlib.sha256(str(image.shape).encode() + image.tobytes()).hexdigest()
    near, small, aspect = signature(image)
    return Crop(path, box, digest, near.hex(), aspect, **rest), small


def _panel(
    path: str, page: np.ndarray, box: Box, folder: pathlib.Path, settings: Settings, annotations: list[Annotation]
) -> tuple[Crop, np.ndarray]:
    panel = np.ascontiguousarray(crop(page, box))
    fault, sha256 = panel_fault(panel, settings), ""
    if fault is None:
        file = folder / "panels" / f"{path}.png"
        write_image(file, panel)
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    match = best_match(box, annotations)
    tags, bubbles = (match.tags, tuple(bubbles_inside(match, box))) if match else ((), ())
    return _make_crop(path, panel, box, folder, fault=fault, tags=tags, bubbles=bubbles, sha256=sha256)


def panel_fault(panel: np.ndarray, settings: Settings) -> tuple[str, str] | None:
    """(reason, detail) if `panel` (uint8 [H, W, 3]) must be dropped, else None."""
    height, width = panel.shape[:2]
    if min(width, height) < settings.min_size:
        return "too_small", f"{width} x {height}"
    if max(width, height) > settings.max_size:
        return "too_large", f"{width} x {height}"
    share = color_share(panel)
    return ("gray", f"{share:.2%} coloured") if share < settings.min_colour else None
