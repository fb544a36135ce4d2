"""Reads one page, cuts it into panels, writes those that may be kept, and reports on the page and each panel.

Runs in worker processes.
"""

import dataclasses
import hashlib
import pathlib

import cv2
import numpy as np

from data_tools.annotations import Annotation, best_match, bubbles_inside, count_matches, read_annotations
from data_tools.duplicates import Signature, signature
from data_tools.pages import Page, annotation_file, read_page
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


@dataclasses.dataclass(frozen=True)
class Crop:
    """A page, or a panel cut from it.

    A panel that may be kept is written to panels/<path>.png, and the thumbnail of every crop to dropped/<path>.jpg.
    """

    path: str
    box: Box  # in pixels of the page, after --page_width
    signature: Signature
    fault: tuple[str, str] | None = None  # reason and detail, if it must be dropped
    tags: tuple[str, ...] = ()
    bubbles: tuple = ()


@dataclasses.dataclass(frozen=True)
class PageReport:
    """A page and its panels, or why it could not be read."""

    page: Page
    whole: Crop | None = None  # the page; None if it could not be read
    panels: tuple[Crop, ...] = ()
    fault: str = ""
    true: int = 0  # number of true panels in the annotation beside the page, if there is one
    matched: int = 0  # number of true panels that were found
    found: int = 0  # number of panels found, if the page has an annotation


def cut_page(page: Page, folder: pathlib.Path, settings: Settings) -> PageReport:
    """Cuts `page` and writes its panels and thumbnails below `folder`."""
    cv2.setNumThreads(1)  # there is a process per core already
    try:
        image = read_page(page)
        image = reduce_to_width(image, settings.page_width) if settings.page_width else image
        file = annotation_file(page)
        annotations = read_annotations(file, width=image.shape[1]) if file else []
    except ImageError as error:
        return PageReport(page, fault=str(error))
    except (ValueError, KeyError, TypeError) as error:
        return PageReport(page, fault=f"{file} is not an annotation that can be read ({error!r})")
    boxes = find_panels(image)
    path = page_path(page)
    return PageReport(
        page,
        whole=_make_crop(path, image, Box(0, 0, image.shape[1], image.shape[0]), folder),
        panels=tuple(
            _panel(f"{path}_{number}", image, box, folder, settings, annotations) for number, box in enumerate(boxes)
        ),
        true=len(annotations),
        matched=count_matches(boxes, annotations),
        found=len(boxes) if file else 0,
    )


def page_path(page: Page) -> str:
    """<title>/<episode>/<page>, with %2F for a slash in the page's name and %25 for a percent sign.

    Different pages have different paths.
    """
    return f"{page.title}/{page.episode}/{page.name.replace('%', '%25').replace('/', '%2F')}"


def reduce_to_width(image: np.ndarray, width: int) -> np.ndarray:
    """`image` (uint8 [H, W, 3]) reduced to the given width, with its aspect ratio.

    Narrower images stay as they are: enlarging adds no detail.
    """
    if image.shape[1] <= width:
        return image
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _make_crop(path: str, image: np.ndarray, box: Box, folder: pathlib.Path, **rest) -> Crop:
    """Writes the thumbnail of a crop and returns the crop; `rest` are its other fields."""
    scale = min(1.0, THUMBNAIL / max(image.shape[:2]))
    size = [max(1, round(scale * side)) for side in image.shape[1::-1]]
    write_image(folder / "dropped" / f"{path}.jpg", cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    digest = hashlib.sha256(str(image.shape).encode() + image.tobytes()).hexdigest()
    return Crop(path, box, signature(image, digest), **rest)


def _panel(
    path: str, page: np.ndarray, box: Box, folder: pathlib.Path, settings: Settings, annotations: list[Annotation]
) -> Crop:
    panel = np.ascontiguousarray(crop(page, box))
    fault = panel_fault(panel, settings)
    if fault is None:
        write_image(folder / "panels" / f"{path}.png", panel)
    match = best_match(box, annotations)
    tags, bubbles = (match.tags, tuple(bubbles_inside(match, box))) if match else ((), ())
    return _make_crop(path, panel, box, folder, fault=fault, tags=tags, bubbles=bubbles)


def panel_fault(panel: np.ndarray, settings: Settings) -> tuple[str, str] | None:
    """(reason, detail) if `panel` (uint8 [H, W, 3]) must be dropped, else None."""
    height, width = panel.shape[:2]
    if min(width, height) < settings.min_size:
        return "too_small", f"{width} x {height}"
    if max(width, height) > settings.max_size:
        return "too_large", f"{width} x {height}"
    share = color_share(panel)
    return ("gray", f"{share:.2%} coloured") if share < settings.min_colour else None
