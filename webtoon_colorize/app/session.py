"""A page that a user colours with hints: placing and undoing hints, suggesting colours, showing the result."""

import threading

import cv2
import numpy as np
import tensorflow as tf

from webtoon_colorize import color
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint
from webtoon_colorize.io import hint_files, page_images
from webtoon_colorize.pages import strips
from webtoon_colorize.panels import crop

VIEW = (1000, 8000)  # pixels: greatest width and height of the page on the screen; larger pages are shown reduced
PALETTE = 6  # suggested colours
_ALIKE = 0.1  # standard deviation of the Gaussian that weights pixels by lightness in [-1, 1]
_APART = 12.0  # Lab units; the least distance between two suggestions
_READABLE = (-0.3, 0.5)  # range of the swatches' lightness; darker or lighter ones would not show their colour

Rgb = tuple[int, int, int]  # 0 to 255


class Session:
    """One open page. Positions and radii are in pixels of the page, also where the screen shows it reduced.

    Messages of ValueErrors follow the convention in `io`.
    """

    def __init__(self, colorizer: Colorizer, data: bytes, name: str, *, title: str | None = None):
        """data: an image file's bytes. Raises ImageError if they are no image, ValueError if it cannot be coloured."""
        seen = page_images.decode(data).on_white()
        self.name, self._data = name, data
        self._colorizer, self._title = colorizer, title
        self.height, self.width = seen.shape[:2]
        self.scale = min(1.0, *(limit / side for limit, side in zip(VIEW, (self.width, self.height))))
        size = [max(1, round(side * self.scale)) for side in (self.width, self.height)]
        self._gray = np.ascontiguousarray(cv2.resize(seen, size, interpolation=cv2.INTER_AREA))
        self._states: list[tuple[Hint, ...]] = [()]
        self._draft = False  # whether the next state replaces the last one
        self._lock = threading.Lock()  # one thread at a time updates the view
        self._chroma = colorizer.page_chroma(self._gray, title=title)
        self._chroma.color(())
        self._automatic = self._chroma.ab.copy()
        self._view = colorizer.painter.paint(self._gray, self._automatic)

    @property
    def hints(self) -> tuple[Hint, ...]:
        return self._states[-1]

    def set(self, hints: tuple[Hint, ...], *, draft: bool = False) -> None:
        """Replaces all hints; `undo` takes this back. Raises ValueError if a hint lies outside the page.

        draft: the next call replaces these hints in the same step of `undo`, as while a slider is dragged.
        """
        self._colorizer.check(hints, width=self.width, height=self.height, title=self._title)
        if self._draft:
            self._states.pop()
        self._draft = draft and hints != self.hints
        if hints != self.hints:
            self._states.append(hints)

    def undo(self) -> None:
        self._draft = False
        if len(self._states) > 1:
            self._states.pop()

    def load(self, content: bytes) -> int:
        """Replaces all hints by those of this page in a hint file; returns how many. Raises ValueError."""
        found = hint_files.parse_hints(content)
        assigned, _ = hint_files.assign(found, [self.name])
        if self.name not in assigned:
            pages = ", ".join(found) or "no page"
            raise ValueError(f"it has hints for {pages}, and this page is {self.name}; nothing was placed")
        self.set(assigned[self.name])
        return len(self.hints)

    def hint_file(self) -> str:
        return hint_files.format_hints({self.name: self.hints})

    def view(self) -> np.ndarray:
        """The coloured page, reduced by `scale`, uint8 [h, w, 3]. Only panels whose hints have changed are painted."""
        with self._lock:
            for box in self._chroma.color([hint.scaled(self.scale) for hint in self.hints]):
                gray, ab = crop(self._gray, box), crop(self._chroma.ab, box)
                crop(self._view, box)[:] = self._colorizer.painter.paint(gray, ab)
            return self._view.copy()

    def suggestions(self, x: float, y: float) -> list[Rgb]:
        """Suggests colours for the pixel at x, y: those that the networks gave to similar pixels without hints.

        The first is the colour at this place. The next are the commonest colours (see `_commonest`), where each pixel
        is weighted by the similarity of its lightness. The last is neutral, for places that are to stay gray.
        """
        lightness, ab = self._chroma.lightness, self._automatic
        row, column = int(y * self.scale), int(x * self.scale)
        around = np.s_[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
        here = float(np.median(lightness[around]))
        found = [ab[around].mean(axis=(0, 1))]
        step = max(1, round((lightness.size / 2**17) ** 0.5))
        likeness = np.exp(-(((lightness[::step, ::step] - here) / _ALIKE) ** 2) / 2)
        for each in [*_commonest(ab[::step, ::step], likeness), np.zeros(2, np.float32)]:
            if all(color.AB_SCALE * np.linalg.norm(each - other) >= _APART for other in found):
                found.append(each)
        chosen = found if len(found) <= PALETTE else [*found[: PALETTE - 1], found[-1]]
        return [_swatch(float(np.clip(here, *_READABLE)), each) for each in chosen]

    def finished(self) -> bytes:
        """The page at its full size, in its own format, as `webtoon-colorize` writes it with the same hints."""
        image = page_images.decode(self._data)
        page = strips.Slice(image.on_white(), self.hints)
        self._colorizer.paint_page(image.pixels, page, title=self._title, keep_white=True)
        return page_images.encode(image)


def _commonest(ab: np.ndarray, weights: np.ndarray) -> list[np.ndarray]:
    """The mean ab in each cell of 10 x 10 Lab units, the cell with the most weight first; gray pixels are left out."""
    colored = (ab != 0).any(axis=-1)
    ab, weights = ab[colored], weights[colored]
    cells, cell = np.unique(np.floor(ab * color.AB_SCALE / 10), axis=0, return_inverse=True)
    total = np.bincount(cell.ravel(), weights, len(cells))
    means = [np.bincount(cell.ravel(), weights * ab[:, channel], len(cells)) / total for channel in (0, 1)]
    return list(np.stack(means, axis=-1)[np.argsort(-total)])


def _swatch(lightness: float, ab: np.ndarray) -> Rgb:
    """The colour of a lightness in [-1, 1] and ab in network range, its chroma reduced to what sRGB has."""
    lightness, ab = tf.constant([lightness]), tf.constant(ab, tf.float32)
    rgb = color.lab_to_rgb(lightness, color.reduce_chroma_to_gamut(lightness, ab)).numpy()
    return tuple(np.round(rgb * 255).astype(int).tolist())


def weakened(rgb: Rgb, strength: float) -> Rgb:
    """The colour with `strength` times its chroma, at most what sRGB has at its lightness; 0 is neutral."""
    if strength == 1:
        return rgb
    lightness, ab = color.rgb_to_lab(tf.constant(rgb, tf.float32) / 255.0)
    return _swatch(float(lightness[0]), ab.numpy() * strength)
