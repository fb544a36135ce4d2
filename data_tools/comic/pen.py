"""Draws filled, shaded and outlined shapes in the style of a title."""

from typing import NamedTuple

import numpy as np

from data_tools.comic import tags
from data_tools.comic.canvas import Canvas, Region, paint
from data_tools.comic.colors import Color, part_of
from data_tools.comic.style import Style


class Pen(NamedTuple):
    """A style that draws on a canvas. `weight` scales its line thickness; nearer things have thicker lines."""

    canvas: Canvas
    style: Style
    weight: float = 1.0
    person: bool = False  # what is drawn counts as part of a figure

    @property
    def thickness(self) -> float:
        """Width of an outline in final pixels."""
        return self.style.thickness * self.weight

    def wavering(self, points: np.ndarray) -> np.ndarray:
        """`points` displaced by slow waves along the line: the unsteady hand of the style."""
        if not self.style.wobble or len(points) < 8:
            return points
        turns = np.linspace(0, 2 * np.pi, len(points), endpoint=False, dtype=np.float32)
        phase = self.canvas.rng.uniform(0, 6.28, 4).astype(np.float32)
        x = np.sin(turns * 3 + phase[0]) + np.sin(turns * 5 + phase[1])
        y = np.sin(turns * 3 + phase[2]) + np.sin(turns * 5 + phase[3])
        return points + np.stack([x, y], 1) * (self.style.wobble * 0.5 * self.weight)

    def shape(self, points: np.ndarray, color: Color, *, outline: bool = True, shade: bool = True) -> np.ndarray:
        """Draws a filled shape. Returns the outline as drawn: what must stay inside it is clipped to it."""
        points = self.wavering(points)
        if self.person:
            self.canvas.mark_figure(points)
        region = self.canvas.region(points)
        if region is None:
            return points
        if not shade:
            self.canvas.fill(points, color)
        else:
            self._shade(region, color)
        if outline:
            self.canvas.line(points, self.style.line_color(color), self.thickness, closed=True)
        return points

    def union(self, polygons, color: Color) -> None:
        """Draws overlapping polygons as one shape with one outline around all of them."""
        region = self.canvas.region(*polygons)
        if region is None:
            return
        for polygon in polygons:
            # Twice the width, because the fill that follows covers the inner half.
            self.canvas.line(polygon, self.style.line_color(color), 2 * self.thickness, closed=True)
            if self.person:
                self.canvas.mark_figure(polygon)
        self._shade(region, color)

    def _shade(self, region: Region, color: Color) -> None:
        paint(region.parts, region.mask, part_of(color))
        if self.style.shade(region, color):
            self.canvas.tags.add(tags.TEXTURE)

    def stroke(self, points: np.ndarray, color: Color, width: float = 1.0) -> None:
        """Draws a tapered line in the ink of the fill `color`, `width` times as thick as an outline."""
        self.canvas.stroke(points, self.style.line_color(color), self.thickness * width)
