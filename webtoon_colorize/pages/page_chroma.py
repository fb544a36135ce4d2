"""The chroma of a page, or of a section of a strip, panel by panel."""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.hints import Hint, reaching
from webtoon_colorize.pages import upsampling
from webtoon_colorize.pages.gutters import joined_panels
from webtoon_colorize.pages.overhang import Overhang
from webtoon_colorize.pages.paper_mask import paper_mask
from webtoon_colorize.pages.prints import Kind, Prints
from webtoon_colorize.pages.regions import Regions, find_regions
from webtoon_colorize.pages.spreading import Spreading
from webtoon_colorize.pages.tiling import blend, tiles
from webtoon_colorize.panels import Box, crop

_BLANK = 12  # gray levels (0 to 255); an image that varies less is blank and gets no colour

# image uint8 [H, W, 3], boxes -> ab [S, S, 2] of each box, at the networks' size S
Predict = Callable[[np.ndarray, Sequence[Box]], Iterator[np.ndarray]]


class PageChroma:
    """The ab of an image: the networks' guess, and what hints say. New hints change only the panels that they reach."""

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
        self.ab = np.zeros((*image.shape[:2], 2), np.float32)  # in network range
        self.wash = np.zeros((*image.shape[:2], 3), np.float32)  # `ab` as each kind of panel takes it: see `Painter`
        self._prints = Prints(image, only_tones=only_tones)
        self._image, self._predict = self._prints.image, predict
        self.lightness = lab.lightness_of(self._image)  # [H, W] in [-1, 1]
        self._hints: dict[Box, tuple[Hint, ...] | None] = {}  # those that each panel was coloured with; None: not yet
        self._guesses: dict[Box, np.ndarray] = {}  # ab without hints, [H, W, 2], of panels that have had hints
        self._regions: dict[Box, Regions] = {}  # of panels that have been coloured
        self._spreadings: dict[Box, Spreading] = {}  # of panels that have had hints
        self._share: np.ndarray | None = None  # [H, W, 1], 0 to 1: how much of its colour each pixel gets
        if np.ptp(self.lightness) >= 2 * _BLANK / 255:
            self._hints = dict.fromkeys(joined_panels(self._image, background=background))
            if keep_white:
                self._share = 1 - paper_mask(self._prints.gray, image.shape[1])[..., None]
        self._overhang = Overhang(self.lightness, list(self._hints))
        self._outer_hints: tuple[Hint, ...] = ()  # those outside of all panels that the image was coloured with

    def color(self, hints: Sequence[Hint]) -> list[Box]:
        """Updates `ab` for these hints, in pixels of the image.

        Returns the panels that changed, and the whole image if what lies outside of all panels did.
        """
        outer = self._overhang.hints(hints) if self._hints else ()
        hints = [*hints, *self._overhang.continued(outer)]
        new = {box: reaching(hints, box) for box in self._hints}
        stale = [box for box in new if new[box] != self._hints[box]]
        self._guess([box for box in stale if self._hints[box] is None])
        for box in stale:
            if new[box] or box in self._guesses:
                guess = self._guesses.setdefault(box, crop(self.ab, box).copy())
                crop(self.ab, box)[:] = self._with_hints(box, new[box]) if new[box] else guess
            crop(self.wash, box)[:] = self._prints.wash(box, crop(self.ab, box), new[box])
        self._hints.update(new)
        return [*stale, *self._color_overhang(outer)]

    def _color_overhang(self, hints: tuple[Hint, ...]) -> list[Box]:
        """Colours what lies outside of all panels; returns the box that changed, if any."""
        if hints == self._outer_hints:
            return []
        self._outer_hints = hints
        whole, outside = Box(0, 0, *self._image.shape[1::-1]), self._overhang.outside
        ab = self._overhang.ab(hints) * (
            1.0 if self._share is None else _share_with_hints(self._share, self._overhang.labels, hints)
        )
        self.ab[outside] = ab[outside]
        self.wash[outside] = self._prints.wash(whole, ab, hints)[outside]
        return [whole]

    def kinds(self) -> set[Kind]:
        """What the panels are."""
        return self._prints.kinds(self._hints)

    def _guess(self, boxes: Sequence[Box]) -> None:
        """Colours panels without hints; flat regions evenly."""
        panels = [(box, tiles(box)) for box in boxes]
        small = self._predict(self._image, [part for _, parts in panels for part in parts])
        for box, parts in panels:
            colored = [(part, upsampling.upsample(next(small), crop(self.lightness, part))) for part in parts]
            self._regions[box] = find_regions(crop(self.lightness, box))
            even = self._regions[box].evened(blend(box, colored))
            crop(self.ab, box)[:] = even * (1.0 if self._share is None else crop(self._share, box))

    def _with_hints(self, box: Box, hints: Sequence[Hint]) -> np.ndarray:
        """The panel's ab with hints, [H, W, 2]."""
        guess = self._guesses[box]
        if box not in self._spreadings:
            self._spreadings[box] = Spreading(crop(self.lightness, box), guess, self._regions[box])
        inside = [hint.moved(-box.x, -box.y) for hint in hints]
        ab = self._spreadings[box].ab(inside)
        if self._share is None:
            return ab
        return guess + (ab - guess) * _share_with_hints(crop(self._share, box), self._regions[box].labels, inside)


def _share_with_hints(share: np.ndarray, labels: np.ndarray, hints: Sequence[Hint]) -> np.ndarray:
    """The `share` of colour [H, W, 1], raised to 1 where a white area that a hint lies on is in the hint's region.

    labels: int [H, W], the regions. A white area goes on behind thin lines, a region ends at them.
    """
    _, areas = cv2.connectedComponents((share < 1).astype(np.uint8))
    height, width = areas.shape
    raised = np.zeros(areas.shape, bool)
    for row, column in {(int(hint.y), int(hint.x)) for hint in hints if hint.lies_in(width, height)}:
        if areas[row, column]:
            raised |= (areas == areas[row, column]) & (labels == labels[row, column])
    return np.where(raised[..., None], 1.0, share)
