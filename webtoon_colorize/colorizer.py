"""A trained run -> colour for pages of any size, at their own size.

Only chroma is predicted. A page is cut into panels, each is coloured at the networks' size, its chroma comes back to
the page's size along the edges of the lightness (`upsampling`) and is laid under the page's own lightness.
"""

import json
import os
import pathlib
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import tensorflow as tf

from webtoon_colorize import color, run, strips, upsampling
from webtoon_colorize.hints import Hint, draw_hints
from webtoon_colorize.methods.method import Method
from webtoon_colorize.panels import Box
from webtoon_colorize.paper import paper
from webtoon_colorize.regions import find_regions
from webtoon_colorize.windows import blend, windows

PRETRAINED = pathlib.Path(__file__).parent / "pretrained"  # a run folder, where the package comes with weights

_BATCH_SIZE = 8  # panels
_PIXELS = 2**17  # converted between colour spaces at a time
_LARGEST = 2**23  # pixels of a piece; chroma of larger ones (scans) is found on a reduced copy, which nobody can tell
_BLANK = 12  # gray levels: a picture that varies less than this has nothing in it to colour


class Colorizer:
    """Colours pages with one method. Its functions are traced once, whatever the sizes of pages are."""

    def __init__(self, method: Method, *, image_size: int, titles: Sequence[str]):
        """titles: in label order. Raises ValueError for a method that does not colorize."""
        if method.colorize is None:
            raise ValueError("this method tells titles apart and does not colorize")
        self.titles = list(titles)
        self._method, self._size = method, image_size
        lightness = tf.TensorSpec([None, image_size, image_size, 1])
        label = tf.TensorSpec([None], tf.int32)
        hints = tf.TensorSpec([None, image_size, image_size, 3])
        self._automatic = tf.function(
            lambda lightness, label: method.colorize(lightness, label, None), (lightness, label), autograph=False
        )
        self._hinted = tf.function(method.colorize, (lightness, label, hints), autograph=False)

    @classmethod
    def load(cls, run_dir: str | os.PathLike) -> "Colorizer":
        """The method of a run with the weights of its best epoch.

        Raises:
          FileNotFoundError: `run_dir` is no run folder or has no checkpoint yet.
          ValueError: its files are damaged, or its method does not colorize.
        """
        try:
            settings = run.load_settings(run_dir)
            method = run.load_method(run_dir)
        except (KeyError, TypeError, AttributeError, ImportError, UnicodeError, json.JSONDecodeError) as error:
            raise ValueError(f"{run_dir} is not a run folder of this version: {error!r}") from error
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
          keep_white: paper and speech bubbles get no colour.

        Returns:
          uint8 [H, W, 3], with the lightness of `image`; gutters between panels are gray.

        Raises:
          ValueError: the image is of another kind, the method takes no hints or needs a title, the title is unknown,
            or a hint lies outside the page.
        """
        painted = _as_rgb(image).copy()
        page = strips.Slice(_as_rgb(image), tuple(hints or ()))
        self.check(page, label)
        for _, row, ab in self.color_slices([page], label=label, keep_white=keep_white):
            painted[row : row + len(ab)] = paint(painted[row : row + len(ab)], ab)
        return painted

    def check(self, page: strips.Slice, label: str | None) -> None:
        """Raises ValueError if the page cannot be coloured as `colorize` says."""
        self.check_options(label=label, hints=bool(page.hints))
        height, width = page.image.shape[:2]
        for number, hint in enumerate(page.hints, 1):
            if not (0 <= hint.x < width and 0 <= hint.y < height):
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
    ) -> Iterable[tuple[strips.Slice, int, np.ndarray]]:
        """Colours pages and strips in a stream: (slice, row, ab [N, W, 2] from that row on), all rows in order."""
        index = self.label_index(label)
        return strips.color_slices(
            slices,
            lambda image, hints, background: self._color_piece(
                image, hints, background, label=index, keep_white=keep_white
            ),
        )

    def _color_piece(
        self,
        image: np.ndarray,
        hints: Sequence[Hint],
        background: np.ndarray | None,
        *,
        label: int,
        keep_white: bool,
    ) -> np.ndarray:
        """ab [H, W, 2] of a page or a piece of a strip: see `strips.ColorPiece`."""
        size = image.shape[1::-1]
        scale = (_LARGEST / (size[0] * size[1])) ** 0.5
        if scale < 1:
            image = cv2.resize(image, [max(1, int(scale * side)) for side in size], interpolation=cv2.INTER_AREA)
            hints = [hint.scaled(scale) for hint in hints]
            return cv2.resize(self._color_piece(image, hints, background, label=label, keep_white=keep_white), size)
        ab = np.zeros((*image.shape[:2], 2), np.float32)
        lightness = lightness_of(image)
        if np.ptp(lightness) < 2 * _BLANK / 255:
            return ab
        panels = [(box, windows(box)) for box in find_regions(image, background=background)]
        small = self._predict(image, [part for _, parts in panels for part in parts], hints, label)
        for box, parts in panels:
            coloured = [(part, upsampling.upsample(next(small), _crop(lightness, part))) for part in parts]
            _crop(ab, box)[:] = blend(box, coloured)
        if keep_white:
            ab *= 1 - paper(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), image.shape[1])[..., None]
        return ab

    def _predict(self, image: np.ndarray, boxes: list[Box], hints: Sequence[Hint], label: int):
        """Yields ab [S, S, 2] of each box. Those that hints reach see the hints, the others none."""
        size = (self._size, self._size)
        for start in range(0, len(boxes), _BATCH_SIZE):
            batch = boxes[start : start + _BATCH_SIZE]
            crops = np.stack([cv2.resize(_crop(image, box), size, interpolation=cv2.INTER_AREA) for box in batch])
            lightness, _ = color.rgb_to_lab(tf.constant(crops, tf.float32) / 255.0)
            labels = tf.fill([len(batch)], label)
            drawn = np.stack([self._draw(hints, box) for box in batch])
            hinted = drawn[..., 2].any(axis=(1, 2))
            ab = np.zeros((*crops.shape[:3], 2), np.float32)
            if not hinted.all():
                ab[~hinted] = self._automatic(lightness[~hinted], labels[~hinted])
            if hinted.any():
                ab[hinted] = self._hinted(lightness[hinted], labels[hinted], drawn[hinted])
            yield from ab

    def _draw(self, hints: Sequence[Hint], box: Box) -> np.ndarray:
        inside = [hint.moved(-box.x, -box.y) for hint in hints]
        inside = [hint for hint in inside if hint.touches(box.width, box.height)]
        return draw_hints(inside, width=box.width, height=box.height, size=self._size)


def _crop(image: np.ndarray, box: Box) -> np.ndarray:
    return image[box.y : box.y + box.height, box.x : box.x + box.width]


def _as_rgb(image: np.ndarray) -> np.ndarray:
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)) or not image.size:
        raise ValueError(f"a page is uint8 [H, W] or [H, W, 3], and this is {image.dtype} {list(image.shape)}")
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)


@tf.function(input_signature=[tf.TensorSpec([None, 3])], autograph=False)
def _lightness(rgb):
    return color.rgb_to_lab(rgb)[0][..., 0]


# Compiled it is one pass over memory, five times as fast on a CPU, and wants a fixed size.
@tf.function(
    input_signature=[tf.TensorSpec([_PIXELS, 3]), tf.TensorSpec([_PIXELS, 2])], autograph=False, jit_compile=True
)
def _paint(rgb, ab):
    lightness, _ = color.rgb_to_lab(rgb)
    return color.lab_to_rgb(lightness, color.fit_to_gamut(lightness, ab))


def lightness_of(image: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3] -> [H, W] float32 in [-1, 1]."""
    flat = image.reshape(-1, 3)
    result = np.empty(len(flat), np.float32)
    for start in range(0, len(flat), _PIXELS):
        part = np.s_[start : start + _PIXELS]
        result[part] = _lightness(flat[part].astype(np.float32) / 255)
    return result.reshape(image.shape[:2])


def paint(pixels: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """`pixels` (uint8 or uint16 [H, W, 3]) with their lightness and the chroma `ab` [H, W, 2], as far as sRGB has it.

    Gray without chroma stays exactly as it is.
    """
    most = np.iinfo(pixels.dtype).max
    flat, flat_ab = pixels.reshape(-1, 3), ab.reshape(-1, 2)
    result = np.empty_like(flat)
    for start in range(0, len(flat), _PIXELS):
        part = np.s_[start : start + _PIXELS]
        count = len(flat[part])
        filling = ((0, _PIXELS - count), (0, 0))
        rgb = _paint(np.pad(flat[part].astype(np.float32) / most, filling), np.pad(flat_ab[part], filling))
        result[part] = np.round(rgb[:count] * most)
    still = (flat_ab == 0).all(axis=1) & (flat == flat[:, :1]).all(axis=1)
    result[still] = flat[still]
    return result.reshape(pixels.shape)
