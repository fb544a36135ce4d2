"""An open page: its colours on the screen after every change of its dots, and its file in the end."""

import base64
import dataclasses
import hashlib
import itertools
import secrets
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint, reaching
from webtoon_colorize.io import page_images
from webtoon_colorize.pages import strips
from webtoon_colorize.pages.grayscale import is_colored
from webtoon_colorize.pages.page_chroma import PageChroma
from webtoon_colorize.pages.prints import Kind
from webtoon_colorize.pages.tiling import fade
from webtoon_colorize.panels import Box, crop

WIDEST = 1000  # pixels; the colours that the screen shows of wider pages are computed on a reduced copy
SUGGESTIONS = 6
STRONGEST = 4.0  # times a dot's chroma
_ALIKE = 0.1  # standard deviation of the Gaussian that weights pixels by lightness in [-1, 1]
_APART = 12.0  # Lab units; the least distance between two suggestions
_READABLE = (-0.3, 0.5)  # range of the swatches' lightness; darker or lighter ones would not show their colour

Rgb = tuple[int, int, int]  # 0 to 255


class Patch(NamedTuple):
    """A part of the coloured page; its place is in pixels of the page."""

    x: int
    y: int
    width: int
    height: int
    png: str  # base64; exact, so that a colour picked on the screen is the page's


class View(NamedTuple):
    """What changed on the screen."""

    version: str
    patches: list[Patch]  # later ones lie above earlier ones
    more: bool  # parts of the page wait for their colour; the next call gives it to one of them
    kinds: list[str]  # what the panels are that have been coloured so far (see `prints.Kind`), gray tones left out


@dataclasses.dataclass(eq=False)
class _Section:
    """Rows of the reduced page that are coloured together: a whole page, or a part of a strip."""

    top: int
    finished: int  # row after the last that fades into nothing
    bottom: int  # row after the last; those from `finished` on are the next section's too
    chroma: PageChroma | None = None  # made when the section is coloured first
    automatic: np.ndarray | None = None  # its ab without hints, float16 [H, W, 2]
    hints: tuple[Hint, ...] | None = None  # it is coloured with them


class Page:
    """One page. Positions and radii are in pixels of the page; methods are to be called by one thread at a time."""

    def __init__(self, data: bytes):
        """data: an image file's bytes. Raises ImageError."""
        self._data, self._seen = data, page_images.decode(data).on_white()
        self.key = hashlib.sha256(data).hexdigest()
        self.height, self.width = self._seen.shape[:2]
        self.is_colored = is_colored(self._seen)
        self._scale = min(1.0, WIDEST / self.width)
        self._token, self._version = secrets.token_hex(4), 0  # a page that is opened anew is not taken for this one
        self.forget()

    def forget(self) -> None:
        """Drops all colour; the page is coloured anew, with another colorizer perhaps."""
        self._sections: list[_Section] = []
        self._changed: dict[Box, int] = {}  # boxes of the reduced page -> version, the oldest first

    def view(
        self, colorizer: Colorizer, hints: Sequence[Hint], *, title: str | None, seen: str = "", y: float = 0
    ) -> View:
        """Colours the section that is nearest to row `y` of those whose hints have changed.

        seen: the `View.version` that the screen shows. Raises ValueError if a hint lies outside the page.
        """
        colorizer.check(hints, width=self.width, height=self.height, title=title)
        if not self._sections:
            self._begin()
        small = [hint.scaled(self._scale) for hint in hints]
        wanted = {section: reaching(small, self._box(section)) for section in self._sections}
        stale = [section for section in self._sections if section.hints != wanted[section]]
        if stale:
            row = y * self._scale
            nearest = min(stale, key=lambda each: max(each.top - row, row - each.finished))
            self._color(nearest, wanted[nearest], colorizer, title)
        token, _, number = seen.partition("-")
        last = int(number) if token == self._token and number.isdecimal() else 0
        new = [self._patch(colorizer, box) for box, version in self._changed.items() if version > last]
        kinds = {kind for section in self._sections if section.chroma for kind in section.chroma.kinds()} - {Kind.TONES}
        return View(f"{self._token}-{self._version}", new, len(stale) > 1, sorted(kind.value for kind in kinds))

    def _begin(self) -> None:
        size = [max(1, round(side * self._scale)) for side in (self.width, self.height)]
        self._small = np.ascontiguousarray(cv2.resize(self._seen, size, interpolation=cv2.INTER_AREA))
        self._wash = np.zeros((*self._small.shape[:2], 3), np.float32)
        self._sections = [_Section(*rows) for rows in strips.sections(self._small)]

    def _box(self, section: _Section) -> Box:
        return Box(0, section.top, self._small.shape[1], section.bottom - section.top)

    def _color(self, section: _Section, hints: tuple[Hint, ...], colorizer: Colorizer, title: str | None) -> None:
        is_new = section.chroma is None
        if section.chroma is None:
            section.chroma = colorizer.page_chroma(crop(self._small, self._box(section)), title=title)
            section.chroma.color(())
            section.automatic = section.chroma.ab.astype(np.float16)
        boxes = section.chroma.color([hint.moved(0, -section.top) for hint in hints])
        section.hints = hints
        self._merge(section)
        self._version += 1
        changed = [self._box(section)] if is_new else [Box(*box)._replace(y=box.y + section.top) for box in boxes]
        for box in changed:
            self._changed.pop(box, None)
            self._changed[box] = self._version

    def _merge(self, section: _Section) -> None:
        """Writes a section's wash into the page's; where it overlaps with its neighbours, they fade into each other."""
        self._wash[section.top : section.bottom] = section.chroma.wash
        for above, below in itertools.pairwise(self._sections):
            overlap = above.bottom - below.top
            if section in (above, below) and overlap and above.chroma is not None and below.chroma is not None:
                self._wash[below.top : above.bottom] = fade(above.chroma.wash[-overlap:], below.chroma.wash[:overlap])

    def _patch(self, colorizer: Colorizer, box: Box) -> Patch:
        left, right = (min(self.width, round(x / self._scale)) for x in (box.x, box.right))
        top, bottom = (min(self.height, round(y / self._scale)) for y in (box.y, box.bottom))
        wash = crop(self._wash, box)
        if self._scale < 1:
            wash = cv2.resize(wash, (right - left, bottom - top))
        painted = colorizer.painter.paint(self._seen[top:bottom, left:right], wash)
        _, png = cv2.imencode(".png", cv2.cvtColor(painted, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])
        return Patch(left, top, right - left, bottom - top, base64.b64encode(png.tobytes()).decode())

    def suggestions(self, x: float, y: float) -> list[Rgb]:
        """Suggests colours for the pixel at x, y: those that the networks gave to similar pixels without hints.

        The first is the colour at this place. The next are the commonest colours (see `_commonest`), where each pixel
        is weighted by the similarity of its lightness. The last is neutral, for places that are to stay gray. There
        are none as long as the place has no colour. Raises ValueError if it lies outside the page.
        """
        if not (0 <= x < self.width and 0 <= y < self.height):
            raise ValueError(f"the place {x:g}, {y:g} is outside the page of {self.width} x {self.height}")
        row, column = int(y * self._scale), int(x * self._scale)
        section = next((each for each in self._sections if each.top <= row < each.finished), None)
        if section is None or section.chroma is None or section.automatic is None:
            return []
        lightness, ab = section.chroma.lightness, section.automatic
        around = np.s_[max(0, row - section.top - 2) : row - section.top + 3, max(0, column - 2) : column + 3]
        here = float(np.median(lightness[around]))
        found = [ab[around].mean(axis=(0, 1), dtype=np.float32)]
        step = max(1, round((lightness.size / 2**17) ** 0.5))
        likeness = np.exp(-(((lightness[::step, ::step] - here) / _ALIKE) ** 2) / 2)
        for each in [*_commonest(ab[::step, ::step].astype(np.float32), likeness), np.zeros(2, np.float32)]:
            if all(lab.AB_SCALE * np.linalg.norm(each - other) >= _APART for other in found):
                found.append(each)
        chosen = found if len(found) <= SUGGESTIONS else [*found[: SUGGESTIONS - 1], found[-1]]
        return _swatches(float(np.clip(here, *_READABLE)), np.stack(chosen))

    def finished(self, colorizer: Colorizer, hints: Sequence[Hint], *, title: str | None) -> bytes:
        """The page at its full size, in its own format, as `webtoon-colorize` writes it with the same hints."""
        image = page_images.decode(self._data)
        colorizer.paint_page(image, hints, title=title)
        return page_images.encode(image)

    def example(self, colorizer: Colorizer, hints: Sequence[Hint], *, title: str | None) -> np.ndarray:
        """The page in the colours that it should have, uint8 [H, W, 3]: its own if it has no hints."""
        return self._seen if not hints else colorizer.colorize(self._seen, hints, title)


def _commonest(ab: np.ndarray, weights: np.ndarray) -> list[np.ndarray]:
    """The mean ab in each cell of 10 x 10 Lab units, the cell with the most weight first; gray pixels are left out."""
    colored = (ab != 0).any(axis=-1)
    ab, weights = ab[colored], weights[colored]
    half = int(lab.AB_SCALE // 10)  # cells on each side of 0
    cell = (np.floor(ab * lab.AB_SCALE / 10).astype(int) + half) @ [2 * half + 1, 1]
    total = np.bincount(cell, weights)
    order = [each for each in np.argsort(-total) if total[each]]
    sums = [np.bincount(cell, weights * ab[:, channel])[order] for channel in (0, 1)]
    return list(np.stack(sums, axis=-1) / total[order, None])


def _swatches(lightness: float, ab: np.ndarray) -> list[Rgb]:
    """Colours of a lightness in [-1, 1] and each ab [N, 2] in network range, their chroma reduced to what sRGB has."""
    rgb = lab.lab_to_rgb(np.full(len(ab), lightness, np.float32), ab)
    return [tuple(each) for each in np.round(rgb * 255).astype(int).tolist()]


def weakened(rgb: Rgb, strength: float) -> Rgb:
    """The colour with `strength` times its chroma, at most what sRGB has at its lightness.

    strength: 0 (neutral) to STRONGEST. Raises ValueError.
    """
    if not 0 <= strength <= STRONGEST:
        raise ValueError(f"strength is {strength:g}, expected 0 to {STRONGEST:g}")
    if strength == 1:
        return rgb
    lightness, ab = lab.rgb_to_lab(np.array(rgb))
    return _swatches(float(lightness), ab[None] * strength)[0]
