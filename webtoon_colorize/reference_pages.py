"""Reads the coloured pages that a user gives as references, and cuts them into panels."""

from collections.abc import Sequence

import numpy as np

from webtoon_colorize import files
from webtoon_colorize.io import chapters, page_images
from webtoon_colorize.pages.grayscale import color_share
from webtoon_colorize.pages.gutters import joined_panels
from webtoon_colorize.panels import crop

COLORED_SHARE = 0.05  # of a panel's pixels; panels with less colour say nothing
_NOWHERE = ".references"  # `find_chapters` asks where outputs go; there are none


def read_panels(inputs: Sequence[str]) -> tuple[list[np.ndarray], list[str]]:
    """The coloured panels of images, folders and archives, uint8 [H, W, 3], and a sentence for each page without any.

    Raises:
      ValueError: there is no coloured panel at all; the message says why of each page.
    """
    panels: list[np.ndarray] = []
    faults: list[str] = []
    for each in inputs:
        found, left_out = chapters.find_chapters([each], _NOWHERE)
        faults += left_out
        for page in (page for chapter in found for page in chapter.pages):
            try:
                coloured = cut(page_images.decode(page.read()).on_white())
            except Exception as error:  # whatever is wrong with one page, the others are used
                faults.append(f"{page.name}: {files.reason(error)}.")
                continue
            panels += coloured
            faults += [] if coloured else [f"{page.name}: it has no coloured panel."]
    if not panels:
        raise ValueError(" ".join(["there is no coloured panel among the references.", *faults]).rstrip("."))
    return panels, faults


def cut(page: np.ndarray) -> list[np.ndarray]:
    """The coloured panels of a page, uint8 [H, W, 3]."""
    panels = [crop(page, box) for box in joined_panels(page)]
    return [panel for panel in panels if color_share(panel) >= COLORED_SHARE]
