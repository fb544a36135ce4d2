"""A user's dots of colour, and what a network is told of them."""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np
import tensorflow as tf

from webtoon_colorize import color
from webtoon_colorize.panels import Box


@dataclasses.dataclass(frozen=True)
class Hint:
    """A user's dot of colour on a page."""

    x: float  # of the centre, pixels from the page's left edge
    y: float  # ... and from its top edge
    rgb: tuple[int, int, int]  # 0 to 255; what counts is its hue and chroma, for the lightness is the page's
    radius: float = 3.0  # pixels

    def moved(self, x: float, y: float) -> "Hint":
        return dataclasses.replace(self, x=self.x + x, y=self.y + y)

    def scaled(self, factor: float) -> "Hint":
        return dataclasses.replace(self, x=self.x * factor, y=self.y * factor, radius=self.radius * factor)

    def lies_in(self, width: int, height: int) -> bool:
        """Whether the dot's centre is in a picture of this size."""
        return 0 <= self.x < width and 0 <= self.y < height

    def touches(self, width: int, height: int) -> bool:
        """Whether the dot reaches into a picture of this size."""
        return -self.radius < self.x < width + self.radius and -self.radius < self.y < height + self.radius


def reaching(hints: Sequence[Hint], box: Box) -> tuple[Hint, ...]:
    """Those whose dot lies in the box, in part at least."""
    return tuple(hint for hint in hints if hint.moved(-box.x, -box.y).touches(box.width, box.height))


def draw_hints(hints: Iterable[Hint], *, width: int, height: int, size: int) -> np.ndarray:
    """What a network of `size` pixels is told: [size, size, 3] float32, ab in network range and 1 where it is given.

    The hints are in pixels of a picture of `width` x `height`, which is squeezed to a square. Each reaches the pixels
    whose centre it covers, and the one that holds its own centre. Where two meet, the later one counts.
    """
    planes = np.zeros((size, size, 3), np.float32)
    x = (np.arange(size) + 0.5) * width / size
    y = (np.arange(size)[:, None] + 0.5) * height / size
    for hint in hints:
        covered = (x - hint.x) ** 2 + (y - hint.y) ** 2 <= hint.radius**2
        column, row = int(hint.x * size // width), int(hint.y * size // height)
        if 0 <= column < size and 0 <= row < size:
            covered[row, column] = True
        _, ab = color.rgb_to_lab(tf.constant(hint.rgb, tf.float32) / 255.0)
        planes[covered] = [*ab.numpy(), 1.0]
    return planes
