"""Colours, style and people of a title, as data."""

import dataclasses
from collections.abc import Callable

from data_tools.comic.colors import Color, neutral, of_part


@dataclasses.dataclass(frozen=True)
class Palette:
    """Colours of the places and things of a title."""

    sky: Color
    horizon: Color
    cloud: Color
    grass: Color
    leaf: Color
    wood: Color
    wall: Color
    floor: Color
    stone: Color
    road: Color
    night: Color
    glow: Color
    accent: Color
    second: Color
    backdrop: Color
    buildings: tuple[Color, ...]


@dataclasses.dataclass(frozen=True)
class Style:
    """How a title is drawn. Lengths are in final pixels."""

    line_color: Callable[[Color], Color]  # ink of the outline around a fill of that colour
    thickness: float  # 1..3, of an outline
    wobble: float  # 0..1.5, by how much a line strays
    shade: Callable  # one of shading.py: (region, color) -> whether it drew a texture
    backdrops: tuple[Callable, ...]  # functions (pen, palette); likelier ones are repeated
    gutter: Color
    border: Color
    border_width: int  # 0..4
    body_scale: float  # 0.7 (large heads) .. 1
    eye_scale: float  # 0.85..1.25
    bubble_roundness: float  # 2 (ellipse) .. 6 (nearly a box)
    grain: float  # share of panels with grain or hatching, 0..1


@dataclasses.dataclass(frozen=True)
class Character:
    """One person; shapes are functions of hair.py, outfits.py and accessories.py."""

    hair_style: Callable
    neckline: Callable
    lower: Callable
    accessory: Callable
    long_sleeves: bool
    height: float  # 0.9..1.1
    hair: Color
    skin: Color
    eyes: Color
    top: Color
    trim: Color
    bottom: Color
    shoes: Color
    accent: Color

    def gray(self, *, keep: tuple[str, ...] = ()) -> "Character":
        """The same person in grays of the same L, except for the colours named in `keep`."""
        colors = {name: neutral(getattr(self, name)) for name in COLOR_FIELDS if name not in keep}
        return dataclasses.replace(self, **colors)

    def in_cast(self, place: int) -> "Character":
        """The same person with colours that know whose they are. place: in the cast, from 0."""
        return dataclasses.replace(
            self, **{name: of_part(getattr(self, name), part_number(place, name)) for name in COLOR_FIELDS}
        )


COLOR_FIELDS = ("hair", "skin", "eyes", "top", "trim", "bottom", "shoes", "accent")


def part_number(place: int, field: str) -> int:
    """The value, in a map of parts, of what has the colour `field` of the person at that place in the cast."""
    return 1 + place * len(COLOR_FIELDS) + COLOR_FIELDS.index(field)


@dataclasses.dataclass(frozen=True)
class Title:
    """One invented webtoon. The first two of the cast are the look-alikes."""

    name: str
    index: int
    palette: Palette
    style: Style
    cast: tuple[Character, ...]
