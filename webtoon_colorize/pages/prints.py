"""How each panel of a page is printed, what the networks see of it, and how it takes colour."""

import enum
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.hints import Hint
from webtoon_colorize.pages import line_art, screentone
from webtoon_colorize.pages.paper_mask import BELOW, WHITE, paper_level
from webtoon_colorize.panels import Box, crop

MOSTLY = 0.1  # least share of screentone in a panel of that kind
DARKEST = 64  # gray level; darker screentone gets no more chroma than this
STRONGEST = 0.6  # chroma in network range; the colour between dots may not be stronger
_REDUCED = 4  # the lightness between dots is found on a copy that is so many times smaller


class Kind(enum.Enum):
    """What a panel is."""

    TONES = "gray tones"
    LINE_ART = "line art"
    SCREENTONE = "screentone"
    SCAN = "a scan on gray paper"  # of any of these kinds


def why_uncolored(kinds: set[Kind]) -> str:
    """Why a page on which only these kinds are could not be coloured."""
    if Kind.LINE_ART in kinds:
        return "it could not be coloured: it is line art, which takes colour from hints only"
    return "it could not be coloured: nothing on it takes colour"


class Prints:
    """The kinds of an image's panels, and a colour layer for each."""

    def __init__(self, image: np.ndarray, *, only_tones: bool = False):
        """image: uint8 [H, W, 3]; with `only_tones` it is taken for gray tones without a search."""
        gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        self._screentone = None if only_tones else screentone.find(gray)
        # The image with tones in place of screentone: uint8 [H, W], and [H, W, 3].
        self.gray = gray if self._screentone is None else self._screentone.tone
        self.image = image if self._screentone is None else cv2.cvtColor(self.gray, cv2.COLOR_GRAY2RGB)
        self._paper = None if only_tones else paper_level(self.gray)
        self._kinds: dict[Box, Kind] = {}

    def kind(self, box: Box) -> Kind:
        """The kind of a panel."""
        if box not in self._kinds:
            self._kinds[box] = self._find_kind(box)
        return self._kinds[box]

    def _find_kind(self, box: Box) -> Kind:
        if self._screentone is not None and crop(self._screentone.mask, box).mean() >= MOSTLY:
            return Kind.SCREENTONE
        is_line_art = line_art.is_line_art(crop(self.gray, box), self._paper, BELOW)
        return Kind.LINE_ART if is_line_art else Kind.TONES

    def kinds(self, boxes: Iterable[Box]) -> set[Kind]:
        """The kinds of the panels, and whether they are a scan on gray paper."""
        is_scan = self._paper is not None and self._paper < WHITE
        return {*map(self.kind, boxes), *([Kind.SCAN] if is_scan else [])}

    def wash(self, box: Box, ab: np.ndarray, hints: Sequence[Hint]) -> np.ndarray:
        """The panel's colour, [H, W, 3] (see `compositing.Painter`).

        Args:
          box: the panel.
          ab: [H, W, 2] in network range, the colour of the panel's tones.
          hints: in pixels of the image.
        """
        wash = np.dstack([ab, np.zeros_like(ab[..., 0])])
        if self.kind(box) == Kind.LINE_ART:
            wash[:] = 0
        elif self._screentone is not None:
            mask = crop(self._screentone.mask, box)
            wash[mask] = _between_dots(ab, crop(self.gray, box))[mask]
        if hints and self._paper is not None and self.kind(box) != Kind.TONES:
            inside = [hint.moved(-box.x, -box.y) for hint in hints]
            filled = line_art.fill(crop(self.gray, box), self._paper, BELOW, inside)
            wash = np.where(np.isnan(filled), wash, filled)
        return wash


def _between_dots(ab: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """The wash that gives screentone, whose mean gray level is `tone`, the mean colour `ab`; [H, W, 3].

    Dots stay black and have no colour. So the white between them has more chroma, by as much as it is less, and is as
    light as sRGB can be with this chroma.
    """
    ab = ab * (255 / np.maximum(tone, DARKEST).astype(np.float32)[..., None])
    ab = ab * np.minimum(1.0, STRONGEST / np.maximum(np.linalg.norm(ab, axis=2, keepdims=True), 1e-6))
    size = [max(1, side // _REDUCED) for side in tone.shape[::-1]]
    small = cv2.resize(ab, size, interpolation=cv2.INTER_AREA).reshape(-1, 2)
    lightest = lab.darken_to_gamut(np.ones(len(small), np.float32), small).reshape(size[::-1])
    darker = cv2.resize((1 - lightest) / 2, tone.shape[::-1])
    return np.dstack([ab, darker]).astype(np.float32)
