"""Colours pages of any size with a trained run, at the pages' own size.

The networks predict chroma only. A page is cut into panels and each panel is coloured at the networks' size. Its chroma
is upsampled along the edges of the page's lightness (`pages.upsampling`) and combined with that lightness.
"""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence

import cv2
import numpy as np

from webtoon_colorize.hints import Hint
from webtoon_colorize.io.page_images import PageImage
from webtoon_colorize.pages import runtimes, strips
from webtoon_colorize.pages.compositing import Painter
from webtoon_colorize.pages.page_chroma import PageChroma
from webtoon_colorize.pages.predictor import predict
from webtoon_colorize.pages.prints import Kind

_LARGEST = 2**23  # pixels; the chroma of larger images (scans) is predicted on a reduced copy, without visible loss


class Colorizer:
    """Colours pages with trained networks.

    Messages of its ValueErrors follow the convention in `io`.
    """

    def __init__(self, networks: runtimes.Networks, *, strength: float = 1.0):
        """strength: below 1 the networks' colours are paler, above 1 stronger; hints stay as they are.

        Raises ValueError if it is below 0 or no finite number.
        """
        if not 0 <= strength < float("inf"):
            raise ValueError(f"strength is {strength}, expected a number from 0 on")
        self.painter = Painter(on_lines=networks.from_lines)
        self._networks, self.strength = networks, strength

    @classmethod
    def load(cls, run_dir: str | os.PathLike | None = None, *, strength: float = 1.0) -> "Colorizer":
        """The networks of a run with the weights of its best epoch; without `run_dir`, those of the package.

        Raises:
          FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
          ValueError: its files are damaged, or its method does not colorize.
        """
        return cls(runtimes.of_run(run_dir) if run_dir else runtimes.bundled(), strength=strength)

    def colorize(
        self,
        image: np.ndarray,
        hints: Iterable[Hint] | None = None,
        title: str | None = None,
        *,
        keep_white: bool = True,
    ) -> np.ndarray:
        """Colours a page.

        Args:
          image: uint8 [H, W] or [H, W, 3]; only the lightness of a coloured image is used.
          hints: in pixels of the page.
          title: the comic's title, for methods that are given it.
          keep_white: leave white paper and speech bubbles without colour; ignored by methods that see line art.

        Returns:
          uint8 [H, W, 3]. Gray tones have the lightness of `image`. Screentone gets darker by its colour; what lines
          enclose takes a hint's colour, lightness included. For methods that see line art, all that is too light for
          its colour gets darker. Gutters between panels are gray.

        Raises:
          ValueError: the image is of another kind, the method needs a title, the title is unknown, or a hint lies
            outside the page.
        """
        page = PageImage(_as_rgb(image).copy())
        self.paint_page(page, tuple(hints or ()), title=title, keep_white=keep_white)
        return page.pixels

    def paint_page(self, page: PageImage, hints: Sequence[Hint], *, title: str | None, keep_white: bool = True) -> None:
        """Colours a page in place. The arguments, and what is raised, are those of `colorize`."""
        height, width = page.pixels.shape[:2]
        self.check(hints, width=width, height=height, title=title)
        seen = strips.Slice(page.on_white().copy(), tuple(hints))
        for _, start, wash in self.color_slices([seen], title=title, keep_white=keep_white):
            page.paint(np.s_[start : start + len(wash)], functools.partial(self.painter.paint, wash=wash))

    def check(self, hints: Sequence[Hint], *, width: int, height: int, title: str | None) -> None:
        """Raises ValueError if `colorize` would refuse the hints or the title for a page of this size."""
        self.check_title(title)
        for number, hint in enumerate(hints, 1):
            if not hint.lies_in(width, height):
                raise ValueError(f"hint {number} at {hint.x:g}, {hint.y:g} is outside the page of {width} x {height}")

    @property
    def takes_title(self) -> bool:
        """Whether the title changes anything."""
        return self._networks.takes_label

    def check_title(self, title: str | None) -> None:
        """Raises ValueError if the method cannot be given this title."""
        self._label(title)

    def _label(self, title: str | None) -> int:
        """The class index of a title; 0 without one. Raises ValueError if it is unknown, or missing and needed."""
        titles = list(self._networks.titles)
        known = ", ".join(titles)
        if title is None and self._networks.takes_label:
            raise ValueError(f"this run needs a title; it knows {known}")
        if title is not None and title not in titles:
            raise ValueError(f"there is no title {title} in this run; it knows {known}")
        return 0 if title is None else titles.index(title)

    def color_slices(
        self,
        slices: Iterable[strips.Slice],
        *,
        title: str | None,
        keep_white: bool,
        saw: Callable[[set[Kind]], None] = lambda kinds: None,
    ) -> Iterator[strips.ColoredRows]:
        """Colours pages and strips in a stream. Yields all their rows, in order.

        saw: is told what the panels of each section are, before the section's rows come.
        """
        color = functools.partial(self._color_section, label=self._label(title), keep_white=keep_white, saw=saw)
        return strips.color_slices(slices, color)

    def page_chroma(self, image: np.ndarray, *, title: str | None = None, keep_white: bool = True) -> PageChroma:
        """A page whose colour can be updated: only the panels that new hints reach are coloured again.

        The arguments are those of `colorize`. Very long pages may be cut into other panels than by `colorize`.
        """
        return self._page_chroma(_as_rgb(image), None, label=self._label(title), keep_white=keep_white)

    def _page_chroma(
        self, image: np.ndarray, background: np.ndarray | None, *, label: int, keep_white: bool
    ) -> PageChroma:
        guess = functools.partial(predict, self._networks, label=label, strength=self.strength)
        lines = self._networks.from_lines
        return PageChroma(image, guess, background=background, keep_white=keep_white and not lines, only_tones=lines)

    def _color_section(
        self,
        image: np.ndarray,
        hints: Sequence[Hint],
        background: np.ndarray | None,
        *,
        label: int,
        keep_white: bool,
        saw: Callable[[set[Kind]], None],
    ) -> np.ndarray:
        """The wash [H, W, 3] of a page or a section of a strip: see `strips.ColorSection`."""
        size = image.shape[1::-1]
        scale = (_LARGEST / (size[0] * size[1])) ** 0.5
        if scale < 1:
            image = cv2.resize(image, [max(1, int(scale * side)) for side in size], interpolation=cv2.INTER_AREA)
            hints = [hint.scaled(scale) for hint in hints]
        chroma = self._page_chroma(image, background, label=label, keep_white=keep_white)
        chroma.color(hints)
        saw(chroma.kinds())
        return cv2.resize(chroma.wash, size) if scale < 1 else chroma.wash


def _as_rgb(image: np.ndarray) -> np.ndarray:
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)) or not image.size:
        raise ValueError(f"a page is uint8 [H, W] or [H, W, 3], not {image.dtype} {list(image.shape)}")
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
