"""A user's colour hints, and the input planes that show them to the networks."""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.panels import Box


@dataclasses.dataclass(frozen=True)
class Hint:
    """A user's dot of colour on a page."""

    x: float  # of the dot's centre, pixels from the page's left edge
    y: float  # of the dot's centre, pixels from the page's top edge
    rgb: tuple[int, int, int]  # 0 to 255; gray tones take hue and chroma, white between lines lightness too
    radius: float = 3.0  # pixels

    def moved(self, x: float, y: float) -> "Hint":
        return dataclasses.replace(self, x=self.x + x, y=self.y + y)

    def scaled(self, factor: float) -> "Hint":
        return dataclasses.replace(self, x=self.x * factor, y=self.y * factor, radius=self.radius * factor)

    def lies_in(self, width: int, height: int) -> bool:
        """Whether the dot's centre is inside an image of this size."""
        return 0 <= self.x < width and 0 <= self.y < height

    def touches(self, width: int, height: int) -> bool:
        """Whether the square around the dot overlaps an image of this size."""
        return -self.radius < self.x < width + self.radius and -self.radius < self.y < height + self.radius


def reaching(hints: Sequence[Hint], box: Box) -> tuple[Hint, ...]:
    """The hints whose dots touch the box (see `Hint.touches`)."""
    return tuple(hint for hint in hints if hint.moved(-box.x, -box.y).touches(box.width, box.height))


def draw_hints(hints: Iterable[Hint], *, width: int, height: int, size: int) -> np.ndarray:
    """Draws hints as the networks see them.

    A hint covers the pixels whose centres lie in its dot, and the pixel that the dot's centre lies in. Where two hints
    overlap, the later one counts.

    Args:
      hints: in pixels of an image.
      width: of that image in pixels; it is squeezed to a square.
      height: of that image in pixels.
      size: of the networks' input in pixels.

    Returns:
      [size, size, 3] float32: ab in network range and a mask, which is 1 where there is a hint. All three are 0
      elsewhere.
    """
    planes = np.zeros((size, size, 3), np.float32)
    x = (np.arange(size) + 0.5) * width / size
    y = (np.arange(size)[:, None] + 0.5) * height / size
    for hint in hints:
        covered = (x - hint.x) ** 2 + (y - hint.y) ** 2 <= hint.radius**2
        column, row = int(hint.x * size // width), int(hint.y * size // height)
        if 0 <= column < size and 0 <= row < size:
            covered[row, column] = True
        _, ab = lab.rgb_to_lab(np.array(hint.rgb))
        planes[covered] = [*ab, 1.0]
    return planes
