"""The chroma of a page, or of a section of a strip, panel by panel."""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from webtoon_colorize.hints import Hint, reaching
from webtoon_colorize.pages import upsampling
from webtoon_colorize.pages.compositing import lightness_of
from webtoon_colorize.pages.gutters import joined_panels
from webtoon_colorize.pages.paper_mask import paper_mask
from webtoon_colorize.pages.prints import Kind, Prints
from webtoon_colorize.pages.tiling import blend, tiles
from webtoon_colorize.panels import Box, crop

_BLANK = 12  # gray levels (0 to 255); an image that varies less is blank and gets no colour

# image uint8 [H, W, 3], boxes, hints -> ab [S, S, 2] of each box, at the networks' size S
Predict = Callable[[np.ndarray, Sequence[Box], Sequence[Hint]], Iterator[np.ndarray]]


class PageChroma:
    """The ab of an image. When the hints change, only the panels that they reach are coloured again."""

    def __init__(
        self,
        image: np.ndarray,
        predict: Predict,
        *,
        background: np.ndarray | None,
        keep_white: bool,
        only_tones: bool = False,
    ):
        """The ab is 0 until `color` is called.

        Args:
          image: uint8 [H, W, 3]; only the lightness of a coloured image is used.
          predict: colours boxes of the image.
          background: int [3], the colour of the gutters elsewhere in the strip, if the image is a section of one.
          keep_white: whether white paper and speech bubbles get no colour, except where a hint lies on them.
          only_tones: whether neither screentone nor line art are searched, for networks that see lines.
        """
        self.wash = np.zeros((*image.shape[:2], 3), np.float32)  # see `compositing.Painter`
        self.ab = self.wash[..., :2]  # in network range
        self._prints = Prints(image, only_tones=only_tones)
        self._image, self._predict = self._prints.image, predict
        self.lightness = lightness_of(self._image)  # [H, W] in [-1, 1]
        self._hints: dict[Box, tuple[Hint, ...] | None] = {}  # those that each panel was coloured with; None: not yet
        self._share: np.ndarray | None = None  # [H, W, 1], 0 to 1: how much of its colour each pixel gets
        if np.ptp(self.lightness) >= 2 * _BLANK / 255:
            self._hints = dict.fromkeys(joined_panels(self._image, background=background))
            if keep_white:
                self._share = 1 - paper_mask(self._prints.gray, image.shape[1])[..., None]

    def color(self, hints: Sequence[Hint]) -> list[Box]:
        """Updates `ab` for these hints, in pixels of the image, and returns the panels that changed."""
        new = {box: reaching(hints, box) for box in self._hints}
        stale = [box for box in new if new[box] != self._hints[box]]
        panels = [(box, tiles(box)) for box in stale]
        small = self._predict(self._image, [part for _, parts in panels for part in parts], hints)
        for box, parts in panels:
            colored = [(part, upsampling.upsample(next(small), crop(self.lightness, part))) for part in parts]
            ab = blend(box, colored)
            if self._share is not None:
                ab = ab * _share_with_hints(crop(self._share, box), box, new[box])
            crop(self.wash, box)[:] = self._prints.wash(box, ab, new[box])
        self._hints.update(new)
        return stale

    def kinds(self) -> set[Kind]:
        """What the panels are."""
        return self._prints.kinds(self._hints)


def _share_with_hints(share: np.ndarray, box: Box, hints: Sequence[Hint]) -> np.ndarray:
    """The panel's `share` of colour [H, W, 1], raised to 1 in each white area that a hint lies on."""
    if not hints:
        return share
    _, areas = cv2.connectedComponents((share < 1).astype(np.uint8))
    inside = (hint.moved(-box.x, -box.y) for hint in hints)
    hinted = [areas[int(hint.y), int(hint.x)] for hint in inside if hint.lies_in(box.width, box.height)]
    return np.where(np.isin(areas, [area for area in hinted if area])[..., None], 1.0, share)
