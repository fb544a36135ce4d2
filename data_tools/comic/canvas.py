"""The picture that is being drawn. It has twice the final size and is averaged at the end, which smooths every edge."""

from typing import NamedTuple

import cv2
import numpy as np

from data_tools.comic.colors import Color, part_of
from data_tools.comic.curves import ribbon

SCALE = 2  # drawn pixels per final pixel, in both directions
FRACTION_BITS = 4  # OpenCV takes positions in sixteenths of a pixel
MASK_STEP = 4  # final pixels per pixel of the masks of people and lettering
COVERED = 0.01  # of the people's area: people of whom more lies under lettering count as covered


class Region(NamedTuple):
    """The part of the picture that a shape covers."""

    view: np.ndarray  # uint8 [height, width, 3], a view of its bounding box
    mask: np.ndarray  # uint8 [height, width], 255 inside the shape
    parts: np.ndarray  # uint8 [height, width], the same view of the map of parts


class Canvas:
    """uint8 RGB picture of `width` x `height` final pixels.

    Positions and widths given to its methods are in final pixels.

    tags: what the drawing contains so far. heads: (x, y, radius) of every face. figure and lettering: uint8 masks
    of all people and of all bubbles and sounds, at 1/MASK_STEP of the size. parts: uint8, of the size of the image, the
    part of a person (`colors.part_of`) that each fill paints; lines are no part.
    """

    def __init__(self, width: int, height: int, rng: np.random.Generator):
        self.width, self.height, self.rng = width, height, rng
        self.image = np.full((height * SCALE, width * SCALE, 3), 255, np.uint8)
        self.parts = np.zeros(self.image.shape[:2], np.uint8)
        self.figure = np.zeros((height // MASK_STEP + 1, width // MASK_STEP + 1), np.uint8)
        self.lettering = np.zeros_like(self.figure)
        self.tags: set[str] = set()
        self.heads: list[tuple[float, float, float]] = []

    def fixed(self, points: np.ndarray, offset=(0, 0)) -> np.ndarray:
        """Positions for OpenCV: int32, in sixteenths of a drawn pixel."""
        scaled = (np.asarray(points, np.float32) * SCALE - 0.5 - np.float32(offset)) * (1 << FRACTION_BITS)
        return np.rint(scaled).astype(np.int32)

    def region(self, *polygons: np.ndarray) -> Region | None:
        """The bounding box of the union of polygons, and its mask; None if it lies outside the picture."""
        points = np.concatenate(polygons)
        low = np.floor(points.min(0) * SCALE).astype(int) - 1
        high = np.ceil(points.max(0) * SCALE).astype(int) + 2
        low, high = np.maximum(low, 0), np.minimum(high, (self.width * SCALE, self.height * SCALE))
        if (high <= low).any():
            return None
        mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        for polygon in polygons:
            cv2.fillPoly(mask, [self.fixed(polygon, low)], 255, cv2.LINE_8, FRACTION_BITS)
        box = np.s_[low[1] : high[1], low[0] : high[0]]
        return Region(self.image[box], mask, self.parts[box])

    def fill(self, points: np.ndarray, color: Color) -> None:
        """Fills a polygon with one colour."""
        for plane, value in ((self.image, color), (self.parts, part_of(color))):
            cv2.fillPoly(plane, [self.fixed(points)], value, cv2.LINE_8, FRACTION_BITS)

    def fill_all(self, polygons, color: Color) -> None:
        """Fills many polygons with one colour, also where they overlap."""
        for polygon in polygons:
            self.fill(polygon, color)

    def fill_inside(self, points: np.ndarray, outer: np.ndarray, color: Color) -> None:
        """Fills the part of a polygon that lies inside another one."""
        region = self.region(points)
        if region is None:
            return
        low = np.maximum(np.floor(points.min(0) * SCALE).astype(int) - 1, 0)
        limit = np.zeros_like(region.mask)
        cv2.fillPoly(limit, [self.fixed(outer, low)], 255, cv2.LINE_8, FRACTION_BITS)
        region = region._replace(mask=region.mask & limit)
        paint(region.view, region.mask, color)
        paint(region.parts, region.mask, part_of(color))

    def line(self, points: np.ndarray, color: Color, width: float, *, closed: bool = False) -> None:
        """Draws a line of even width, in final pixels."""
        thickness = max(1, round(width * SCALE))
        cv2.polylines(self.image, [self.fixed(points)], closed, color, thickness, cv2.LINE_AA, FRACTION_BITS)
        self._hide_parts(points, closed, thickness)

    def stroke(self, points: np.ndarray, color: Color, width: float, *, profile=(0.15, 0.8, 1.0, 0.7, 0.1)) -> None:
        """Draws a pen stroke whose width is `profile` times `width` along its length."""
        outline = ribbon(points, [part * width for part in profile])
        cv2.fillPoly(self.image, [self.fixed(outline)], color, cv2.LINE_AA, FRACTION_BITS)
        cv2.fillPoly(self.parts, [self.fixed(outline)], 0, cv2.LINE_8, FRACTION_BITS)
        self._hide_parts(outline, True, 1)

    def _hide_parts(self, points: np.ndarray, closed: bool, thickness: int) -> None:
        """Notes that a line covers what was there, and its faint rim of up to two drawn pixels."""
        cv2.polylines(self.parts, [self.fixed(points)], closed, 0, thickness + 4, cv2.LINE_8, FRACTION_BITS)

    def mark_figure(self, points: np.ndarray, *, visible: bool = True) -> None:
        """Notes that a polygon shows part of a person or, if not `visible`, that it hides part of one."""
        cv2.fillPoly(self.figure, [np.rint(points / MASK_STEP).astype(np.int32)], 255 if visible else 0)

    def mark_lettering(self, points: np.ndarray) -> None:
        """Notes that a polygon belongs to a bubble or a sound."""
        cv2.fillPoly(self.lettering, [np.rint(points / MASK_STEP).astype(np.int32)], 255)

    def is_figure_covered(self) -> bool:
        """Whether lettering lies over more than COVERED of the people."""
        hidden = cv2.countNonZero(self.lettering & self.figure)
        return hidden > max(COVERED * cv2.countNonZero(self.figure), 4)

    def drop_color(self) -> None:
        """Turns what is drawn so far gray and keeps its L (Lab)."""
        lightness = cv2.cvtColor(self.image, cv2.COLOR_RGB2LAB)[:, :, 0]
        lab = np.full_like(self.image, 128)
        lab[:, :, 0] = lightness
        # Else the three channels may differ by one after the conversion back.
        self.image[:] = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[:, :, 1:2]

    def finished(self) -> np.ndarray:
        """The picture at its final size, uint8 [height, width, 3]."""
        return cv2.resize(self.image, (self.width, self.height), interpolation=cv2.INTER_AREA)

    def finished_parts(self) -> np.ndarray:
        """The map of parts at its final size, uint8 [height, width]; 0 where a pixel is not wholly of one part."""
        corner, *others = (self.parts[down::SCALE, right::SCALE] for down in range(SCALE) for right in range(SCALE))
        return np.where(np.logical_and.reduce([corner == other for other in others]), corner, 0)


def paint(view: np.ndarray, mask: np.ndarray, color: Color | int | np.ndarray) -> None:
    """Sets the pixels of `view` under `mask` to a colour or a part, or to those of a picture of the same size."""
    source = color if isinstance(color, np.ndarray) else np.broadcast_to(np.uint8(color), view.shape)
    cv2.copyTo(np.ascontiguousarray(source), mask, view)
