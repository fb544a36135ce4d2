"""Stories of the drawn comic: three fresh episodes in a row, panel by panel, with who is where."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from data_tools.comic import strips, tags
from data_tools.comic.style import part_number
from data_tools.comic.titles import CAST, make_title

FIRST_EPISODE = 41  # by default, no run has been trained on it or a later one
EPISODES = 3  # of a story; one has 7 or 8 usable panels
REFERENCES = 8  # panels of a story that may be shown in colour; the others are judged
MIN_PIXELS = 400  # of a part in a panel, for it to count there: a square of 20 x 20 in a panel 690 wide

FIELDS = {"hair": ("hair",), "skin": ("skin",), "clothes": ("top", "bottom")}
# Number in a map of parts -> (character, kind of part). Upper and lower clothes are parts of their own.
PARTS = {
    part_number(place, field): (place, kind)
    for place in range(CAST)
    for kind, fields in FIELDS.items()
    for field in fields
}


class Panel(NamedTuple):
    """A panel of the drawn comic. rgb: uint8 [H, W, 3]. parts: uint8 [H, W], the numbers of PARTS and others."""

    rgb: np.ndarray
    parts: np.ndarray

    @property
    def shown(self) -> list[int]:
        """The numbers of PARTS that cover at least MIN_PIXELS."""
        counts = np.bincount(self.parts.ravel(), minlength=256)
        return [number for number in PARTS if counts[number] >= MIN_PIXELS]


class Story(NamedTuple):
    """Panels that show somebody. references: the first REFERENCES. judged: the others."""

    title: str
    first_episode: int
    references: list[Panel]
    judged: list[Panel]


def draw_story(seed: int, index: int, number: int) -> Story:
    """Draws story `number` (0, 1, ...) of title `index`.

    Panels without colour, and those in which one thing alone is coloured, are left out.
    """
    first = FIRST_EPISODE + number * EPISODES
    every = [panel for episode in range(first, first + EPISODES) for panel in _panels(seed, index, episode)]
    return Story(make_title(seed, index).name, first, every[:REFERENCES], every[REFERENCES:])


def _panels(seed: int, index: int, episode: int) -> Iterator[Panel]:
    for page in strips.plan_episode(seed, index, episode):
        strip = strips.draw_page(seed, index, page)
        for described in strip.described["panels"]:
            x, y, width, height = described["box"]
            box = np.s_[y : y + height, x : x + width]
            panel = Panel(strip.image[box], strip.parts[box])
            if strips.is_usable(described) and tags.SPARSE_COLOR not in described["tags"] and panel.shown:
                yield panel
