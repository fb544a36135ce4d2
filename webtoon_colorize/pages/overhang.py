"""What lies outside of all panels: art that sticks out of them, and lettering. It takes colour from hints only."""

import functools
from collections.abc import Sequence

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.hints import Hint, reaching
from webtoon_colorize.pages.regions import find_regions
from webtoon_colorize.panels import Box, crop

DEEP = 4.0  # pixels; an area that reaches less far into a panel ends at its frame


class Overhang:
    """The areas that hints outside of all panels colour."""

    def __init__(self, lightness: np.ndarray, boxes: Sequence[Box]):
        """lightness: float32 [H, W] in [-1, 1]; boxes: the panels."""
        self._lightness, self._boxes = lightness, boxes
        self.outside = np.ones(lightness.shape, bool)  # of all panels
        for box in boxes:
            crop(self.outside, box)[:] = False

    @functools.cached_property
    def labels(self) -> np.ndarray:
        """The regions of the image, int32 [H, W]."""
        return find_regions(self._lightness).labels

    def hints(self, hints: Sequence[Hint]) -> tuple[Hint, ...]:
        """Those whose dots lie in the image and touch no panel."""
        height, width = self._lightness.shape
        inside = [hint for hint in hints if hint.lies_in(width, height)]
        return tuple(hint for hint in inside if not any(reaching([hint], box) for box in self._boxes))

    def continued(self, hints: Sequence[Hint]) -> list[Hint]:
        """The hints, moved into each panel that their areas reach into, to the nearest place away from lines."""
        result = []
        for hint in hints:
            area = self.labels == self._region(hint)
            for box in self._boxes:
                depth = cv2.distanceTransform(np.pad(crop(area, box), 1).astype(np.uint8), cv2.DIST_L2, 5)
                rows, columns = np.nonzero(depth[1:-1, 1:-1] >= DEEP)
                if len(rows):
                    y, x = rows + box.y + 0.5, columns + box.x + 0.5
                    nearest = np.hypot(y - hint.y, x - hint.x).argmin()
                    result.append(hint.moved(x[nearest] - hint.x, y[nearest] - hint.y))
        return result

    def _region(self, hint: Hint) -> int:
        return int(self.labels[int(hint.y), int(hint.x)])

    def ab(self, hints: Sequence[Hint]) -> np.ndarray:
        """The ab [H, W, 2] of the hints' areas, each place that of the nearest hint in its area; 0 elsewhere."""
        ab = np.zeros((*self._lightness.shape, 2), np.float32)
        distance = np.full(self._lightness.shape, np.inf, np.float32)
        rows, columns = np.ogrid[: ab.shape[0], : ab.shape[1]]
        for hint in hints:
            squared = ((columns + 0.5 - hint.x) ** 2 + (rows + 0.5 - hint.y) ** 2).astype(np.float32)
            nearest = (self.labels == self._region(hint)) & (squared < distance)
            distance[nearest] = squared[nearest]
            ab[nearest] = lab.rgb_to_lab(np.array(hint.rgb))[1]
        return ab
