"""Plans episodes (their panels, and the places of these on strips), and draws and describes the strips."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from data_tools.comic import panel_kinds, tags
from data_tools.comic.panel_kinds import Panel, Size
from data_tools.comic.style import Title
from data_tools.comic.titles import make_title

STRIP_WIDTH = 690  # px
MAX_HEIGHT = 5200  # px of a strip
MIN_GUTTER, MAX_GUTTER = 12, 80  # px between panels
MARGINS = (0, 14, 20, 20, 30, 44)  # px to the left and right of a row
TITLE_SIZE, END_SIZE = Size(650, 420, 0), Size(650, 300, 0)
TITLE_STREAM, END_STREAM = 1, 2  # random streams of episode 0; episodes start at 1


class Spot(NamedTuple):
    """One panel to be drawn. x, y: its place on the strip; stream: the numbers that seed its random generator."""

    kind: Callable
    size: Size
    x: int
    y: int
    stream: tuple[int, ...]


class Row(NamedTuple):
    """Panels side by side: (kind, x, y below the top of the row, width, height)."""

    panels: tuple
    height: int


def _row(rng: np.random.Generator, kind: Callable, height: int) -> Row:
    margin = int(rng.choice(MARGINS))
    return Row(((kind, margin, 0, STRIP_WIDTH - 2 * margin, height),), height)


def _half_row(rng: np.random.Generator) -> Row:
    """Two panels side by side, one of them often a little lower."""
    margin, gutter = int(rng.choice(MARGINS[1:5])), int(rng.integers(MIN_GUTTER, 26))
    inner = STRIP_WIDTH - 2 * margin - gutter
    left = int(inner * rng.uniform(0.42, 0.58))
    height, lower = int(rng.integers(300, 460)), int(rng.choice((0, 0, 30)))
    first = (panel_kinds.color_panel, margin, 0, left, height)
    return Row((first, (panel_kinds.color_panel, margin + left + gutter, lower, inner - left, height)), height + lower)


def _rows(rng: np.random.Generator) -> list[Row]:
    """The rows of an episode with its title and end: 7 or 8 usable panels, and in some episodes gray ones."""
    rows, usable = [], int(rng.choice((7, 8)))
    while usable:
        if usable >= 2 and rng.random() < 0.2:
            rows.append(_half_row(rng))
            usable -= 2
        else:
            kind = panel_kinds.sparse_panel if rng.random() < 0.05 else panel_kinds.color_panel
            rows.append(
                _row(
                    rng, kind, int(rng.choice((rng.integers(230, 400), rng.integers(360, 560), rng.integers(540, 780))))
                )
            )
            usable -= 1
    for kind, chance, low, high in (
        (panel_kinds.balloon_panel, 0.7, 230, 420),
        (panel_kinds.screentone_panel, 0.5, 300, 520),
    ):
        if rng.random() < chance:
            rows.insert(int(rng.integers(1, len(rows))), _row(rng, kind, int(rng.integers(low, high))))
    fixed = [
        Row(((kind, 20, 0, size.width, size.height),), size.height)
        for kind, size in ((panel_kinds.title_panel, TITLE_SIZE), (panel_kinds.end_panel, END_SIZE))
    ]
    return [fixed[0], *rows, fixed[1]]


def _on_strips(rng: np.random.Generator, rows: list[Row]) -> list[list[Row]]:
    """The rows split into one to three strips of about equal height, none higher than MAX_HEIGHT."""
    total = sum(row.height + MAX_GUTTER for row in rows)
    count = max(int(rng.choice((1, 2, 2, 3))), -(-total // (MAX_HEIGHT - 900)))
    pages: list[list[Row]] = [[] for _ in range(count)]
    passed = 0
    for row in rows:
        pages[min(passed * count // total, count - 1)].append(row)
        passed += row.height + MAX_GUTTER
    return [page for page in pages if page]


class Page(NamedTuple):
    """The plan of one strip."""

    height: int
    spots: list[Spot]


def _pad(title_or_end: bool, above: int, below: int, margin: int) -> int:
    """Pixels by which a bubble may overhang: less than half of the narrowest gutter around the panel."""
    return 0 if title_or_end else max(0, min(24, (min(above, below) - 4) // 2, margin - 2))


def _planned_page(rng: np.random.Generator, rows: list[Row], stream: tuple[int, int, int], first: int) -> Page:
    gutters = [
        int(rng.choice((rng.integers(MIN_GUTTER, 30), rng.integers(24, MAX_GUTTER)))) for _ in range(len(rows) + 1)
    ]
    spots, y = [], gutters[0]
    for row, above, below in zip(rows, gutters, gutters[1:]):
        for kind, x, lower, width, height in row.panels:
            fixed = {panel_kinds.title_panel: TITLE_STREAM, panel_kinds.end_panel: END_STREAM}.get(kind)
            pad = _pad(fixed is not None or len(row.panels) > 1, above, below, x)
            numbers = (*stream, first + len(spots)) if fixed is None else (*stream[:2], 0, fixed)
            spots.append(Spot(kind, Size(width, height, pad), x, y + lower, numbers))
        y += row.height + below
    return Page(y, spots)


def plan_episode(seed: int, index: int, episode: int) -> list[Page]:
    """The strips of an episode (1, 2, ...) of title `index`, not yet drawn."""
    stream = (seed, index, episode)
    rng = np.random.default_rng(stream)
    pages, count = [], 0
    for rows in _on_strips(rng, _rows(rng)):
        pages.append(_planned_page(rng, rows, stream, count))
        count += len(pages[-1].spots)
    return pages


@functools.lru_cache(maxsize=4)
def _fixed_panel(title: Title, kind: Callable, size: Size, stream: tuple[int, ...]) -> Panel:
    return kind(title, size, np.random.default_rng(stream))


def _drawn(title: Title, spot: Spot) -> Panel:
    if spot.stream[2] == 0:
        return _fixed_panel(title, spot.kind, spot.size, spot.stream)
    return spot.kind(title, spot.size, np.random.default_rng(spot.stream))


def _described(spot: Spot, panel: Panel) -> dict:
    offset = np.float32((spot.x - spot.size.pad, spot.y - spot.size.pad))
    outlines = [np.rint((outline + offset) * 10) / 10 for outline in panel.bubbles]
    return {
        "box": [spot.x, spot.y, spot.size.width, spot.size.height],
        "tags": sorted(panel.tags),
        "bubbles": [[[round(float(x), 1), round(float(y), 1)] for x, y in outline] for outline in outlines],
    }


class Strip(NamedTuple):
    """A drawn strip.

    image: uint8 RGB [height, STRIP_WIDTH, 3]. described: as it goes into the JSON file. parts: uint8 [height,
    STRIP_WIDTH], `style.part_number` where a pixel lies wholly in a part of a person, else 0.
    """

    image: np.ndarray
    described: dict
    parts: np.ndarray


def draw_page(seed: int, index: int, page: Page) -> Strip:
    """Draws a strip of title `index`."""
    title = make_title(seed, index)
    image = np.empty((page.height, STRIP_WIDTH, 3), np.uint8)
    image[:] = title.style.gutter
    parts, described = np.zeros(image.shape[:2], np.uint8), []
    for spot in page.spots:
        panel = _drawn(title, spot)
        x, y, pad = spot.x, spot.y, spot.size.pad
        place = np.s_[y - pad : y + spot.size.height + pad, x - pad : x + spot.size.width + pad]
        image[place], parts[place] = panel.image, panel.parts
        described.append(_described(spot, panel))
    return Strip(image, {"width": STRIP_WIDTH, "height": page.height, "panels": described}, parts)


def is_usable(described: dict) -> bool:
    """Whether a described panel is coloured and appears in its episode only."""
    return not tags.UNUSABLE & set(described["tags"])
