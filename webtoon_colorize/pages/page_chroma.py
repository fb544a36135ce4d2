"""A page, or a piece of a strip, coloured panel by panel."""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from webtoon_colorize.hints import Hint, reaching
from webtoon_colorize.pages import upsampling
from webtoon_colorize.pages.compositing import lightness_of
from webtoon_colorize.pages.gutters import joined_panels
from webtoon_colorize.pages.paper_mask import paper_mask
from webtoon_colorize.pages.tiling import blend, tiles
from webtoon_colorize.panels import Box, crop

_BLANK = 12  # gray levels: a picture that varies less than this has nothing in it to colour

Predict = Callable[[np.ndarray, Sequence[Box], Sequence[Hint]], Iterator[np.ndarray]]  # -> ab [S, S, 2] of each box


class PageChroma:
    """What can be coloured at one time; when it is coloured again, only what new hints reach is coloured anew."""

    def __init__(self, image: np.ndarray, predict: Predict, *, background: np.ndarray | None, keep_white: bool):
        """image: uint8 [H, W, 3]; of a coloured one only the lightness is used."""
        self.ab = np.zeros((*image.shape[:2], 2), np.float32)  # in network range
        self._image, self._predict = image, predict
        self.lightness = lightness_of(image)  # [H, W] in [-1, 1]
        self._hints: dict[Box, tuple[Hint, ...] | None] = {}  # what each panel was coloured with
        self._share = None
        if np.ptp(self.lightness) >= 2 * _BLANK / 255:
            self._hints = dict.fromkeys(joined_panels(image, background=background))
            if keep_white:
                self._share = 1 - paper_mask(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), image.shape[1])[..., None]

    def color(self, hints: Sequence[Hint]) -> list[Box]:
        """Brings `ab` up to date and returns the panels that changed. Hints are in pixels of the image."""
        new = {box: reaching(hints, box) for box in self._hints}
        stale = [box for box in new if new[box] != self._hints[box]]
        panels = [(box, tiles(box)) for box in stale]
        small = self._predict(self._image, [part for _, parts in panels for part in parts], hints)
        for box, parts in panels:
            coloured = [(part, upsampling.upsample(next(small), crop(self.lightness, part))) for part in parts]
            ab = blend(box, coloured)
            crop(self.ab, box)[:] = ab if self._share is None else ab * self._share_in(box, new[box])
        self._hints = new
        return stale

    def _share_in(self, box: Box, hints: Sequence[Hint]) -> np.ndarray:
        """How much of its colour each pixel of a panel gets, [H, W, 1]: paper none, unless a hint lies on it."""
        share = crop(self._share, box)
        if not hints:
            return share
        _, spots = cv2.connectedComponents((share < 1).astype(np.uint8))
        inside = (hint.moved(-box.x, -box.y) for hint in hints)
        under = [spots[int(hint.y), int(hint.x)] for hint in inside if hint.lies_in(box.width, box.height)]
        return np.where(np.isin(spots, [spot for spot in under if spot])[..., None], 1.0, share)
