"""A trained run -> colour for pages of any size, at their own size.

Only chroma is predicted. A page is cut into panels, each is coloured at the networks' size, its chroma comes back to
the page's size along the edges of the lightness (`upsampling`) and is laid under the page's own lightness.
"""

import functools
import os
from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np

from webtoon_colorize import run
from webtoon_colorize.hints import Hint
from webtoon_colorize.methods.method import Method
from webtoon_colorize.pages import strips
from webtoon_colorize.pages.compositing import Painter
from webtoon_colorize.pages.page_chroma import PageChroma
from webtoon_colorize.predictor import Predictor

_LARGEST = 2**23  # pixels of a piece; chroma of larger ones (scans) is found on a reduced copy, which nobody can tell


class Colorizer:
    """Colours pages with one method."""

    def __init__(self, method: Method, *, image_size: int, titles: Sequence[str]):
        """titles: in label order. Raises ValueError for a method that does not colorize."""
        if method.colorize is None:
            raise ValueError("this method tells titles apart and does not colorize")
        self.titles = list(titles)
        self.painter = Painter(on_lines=method.from_lines)
        self._method, self._predictor = method, Predictor(method, image_size=image_size)

    @classmethod
    def load(cls, run_dir: str | os.PathLike | None = None) -> "Colorizer":
        """The method of a run with the weights of its best epoch; without one, what comes with the package.

        Raises:
          FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
          ValueError: its files are damaged, or its method does not colorize.
        """
        run_dir = run_dir or run.PRETRAINED
        settings, method = run.load_settings(run_dir), run.load_method(run_dir)
        try:
            return cls(method, image_size=settings.image_size, titles=settings.titles)
        except ValueError as error:
            raise ValueError(f"{run_dir}: {error}") from error

    def colorize(
        self,
        image: np.ndarray,
        hints: Iterable[Hint] | None = None,
        label: str | None = None,
        *,
        keep_white: bool = True,
    ) -> np.ndarray:
        """A coloured page.

        Args:
          image: uint8 [H, W] or [H, W, 3]; of a coloured image only the lightness is used.
          hints: in pixels of the page.
          label: the page's title, for methods that are given it.
          keep_white: paper and speech bubbles get no colour; not heeded by methods that see lines alone.

        Returns:
          uint8 [H, W, 3], with the lightness of `image` unless the method sees lines alone; gutters between panels are
          gray.

        Raises:
          ValueError: the image is of another kind, the method takes no hints or needs a title, the title is unknown,
            or a hint lies outside the page.
        """
        painted = _as_rgb(image).copy()
        page = strips.Slice(_as_rgb(image), tuple(hints or ()))
        height, width = painted.shape[:2]
        self.check(page.hints, width=width, height=height, label=label)
        self.paint_page(painted, page, label=label, keep_white=keep_white)
        return painted

    def paint_page(self, pixels: np.ndarray, page: strips.Slice, *, label: str | None, keep_white: bool) -> None:
        """Paints over `pixels`, uint8 or uint16 [H, W, 3], which on white paper look like the page."""
        for _, row, ab in self.color_slices([page], label=label, keep_white=keep_white):
            pixels[row : row + len(ab)] = self.painter.paint(pixels[row : row + len(ab)], ab)

    def check(self, hints: Sequence[Hint], *, width: int, height: int, label: str | None) -> None:
        """Raises ValueError if a page of this size cannot be coloured as `colorize` says."""
        self.check_options(label=label, hints=bool(hints))
        for number, hint in enumerate(hints, 1):
            if not hint.lies_in(width, height):
                raise ValueError(f"hint {number} at {hint.x:g}, {hint.y:g} is outside the page of {width} x {height}")

    def check_options(self, *, label: str | None, hints: bool) -> None:
        """Raises ValueError if no page can be coloured with such a label, or, if so, with hints."""
        self.label_index(label)
        if hints and not self._method.takes_hints:
            raise ValueError("this run's method takes no hints")

    def label_index(self, label: str | None) -> int:
        """Of a title; 0 for none, if the method does not care. Raises ValueError otherwise."""
        known = ", ".join(self.titles)
        if label is None and self._method.takes_label:
            raise ValueError(f"this run needs the title as label; it knows {known}")
        if label is not None and label not in self.titles:
            raise ValueError(f"there is no title {label} in this run; it knows {known}")
        return 0 if label is None else self.titles.index(label)

    def color_slices(
        self, slices: Iterable[strips.Slice], *, label: str | None, keep_white: bool
    ) -> Iterator[strips.ColoredRows]:
        """Colours pages and strips in a stream: (slice, row, ab [N, W, 2] from that row on), all rows in order."""
        index = self.label_index(label)
        return strips.color_slices(
            slices,
            lambda image, hints, background: self._color_piece(
                image, hints, background, label=index, keep_white=keep_white
            ),
        )

    def piece(self, image: np.ndarray, *, label: str | None = None, keep_white: bool = True) -> PageChroma:
        """A page on the screen: each time it is coloured, only what new hints reach is coloured anew.

        Args: as those of `colorize`, whose panels it may cut differently if the page is very long.
        """
        return self._piece(_as_rgb(image), None, label=self.label_index(label), keep_white=keep_white)

    def _piece(self, image: np.ndarray, background: np.ndarray | None, *, label: int, keep_white: bool) -> PageChroma:
        predict = functools.partial(self._predictor.predict, label=label)
        return PageChroma(image, predict, background=background, keep_white=keep_white and not self._method.from_lines)

    def _color_piece(
        self,
        image: np.ndarray,
        hints: Sequence[Hint],
        background: np.ndarray | None,
        *,
        label: int,
        keep_white: bool,
    ) -> np.ndarray:
        """ab [H, W, 2] of a page or a piece of a strip: see `strips.ColorSection`."""
        size = image.shape[1::-1]
        scale = (_LARGEST / (size[0] * size[1])) ** 0.5
        if scale < 1:
            image = cv2.resize(image, [max(1, int(scale * side)) for side in size], interpolation=cv2.INTER_AREA)
            hints = [hint.scaled(scale) for hint in hints]
        piece = self._piece(image, background, label=label, keep_white=keep_white)
        piece.color(hints)
        return cv2.resize(piece.ab, size) if scale < 1 else piece.ab


def _as_rgb(image: np.ndarray) -> np.ndarray:
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)) or not image.size:
        raise ValueError(f"a page is uint8 [H, W] or [H, W, 3], and this is {image.dtype} {list(image.shape)}")
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
