"""Titles. Title number `index` of a seed is the same whatever the number of titles."""

import dataclasses
import functools

import numpy as np

from data_tools.comic import backdrops, hair, scenery, shading, towns
from data_tools.comic.colors import Color, lch, rotated, to_lch
from data_tools.comic.genres import GENRES, Genre
from data_tools.comic.style import COLOR_FIELDS, Character, Palette, Style, Title

CAST = 6

# One per genre: the first five titles differ in everything, and have every kind of gutter.
STYLES = (
    Style(
        line_color=shading.own_line,
        thickness=1.7,
        wobble=0.5,
        shade=shading.soft,
        backdrops=(
            backdrops.gradient_backdrop,
            backdrops.gradient_backdrop,
            backdrops.dreamy,
            backdrops.hearts,
            scenery.park,
            towns.room,
        ),
        gutter=(255, 255, 255),
        border=(92, 70, 84),
        border_width=2,
        body_scale=0.94,
        eye_scale=1.12,
        bubble_roundness=2.3,
        grain=0.12,
    ),
    Style(
        line_color=shading.black_line,
        thickness=2.3,
        wobble=0.4,
        shade=shading.cel,
        backdrops=(scenery.ruins, scenery.forest, towns.castle, backdrops.gradient_backdrop, backdrops.burst),
        gutter=(0, 0, 0),
        border=(206, 200, 214),
        border_width=2,
        body_scale=1.0,
        eye_scale=0.92,
        bubble_roundness=2.6,
        grain=0.25,
    ),
    Style(
        line_color=shading.black_line,
        thickness=2.6,
        wobble=0.7,
        shade=shading.flat,
        backdrops=(backdrops.solid, backdrops.solid, backdrops.burst, backdrops.stripes, towns.room, towns.street),
        gutter=(255, 255, 255),
        border=(20, 20, 24),
        border_width=3,
        body_scale=0.74,
        eye_scale=1.2,
        bubble_roundness=3.2,
        grain=0.1,
    ),
    Style(
        line_color=shading.brown_line,
        thickness=1.9,
        wobble=1.1,
        shade=shading.screentone,
        backdrops=(backdrops.checks, backdrops.leaves, towns.room, scenery.park, backdrops.solid, towns.street),
        gutter=(247, 238, 220),
        border=(84, 58, 44),
        border_width=2,
        body_scale=0.86,
        eye_scale=1.0,
        bubble_roundness=2.4,
        grain=0.15,
    ),
    Style(
        line_color=shading.blue_line,
        thickness=2.0,
        wobble=0.2,
        shade=shading.cel,
        backdrops=(towns.street, towns.room, towns.night, backdrops.gradient_backdrop, backdrops.solid),
        gutter=(20, 26, 38),
        border=(176, 190, 204),
        border_width=2,
        body_scale=1.0,
        eye_scale=0.88,
        bubble_roundness=4.5,
        grain=0.3,
    ),
)


# Gutter and border of later titles; the two must differ clearly.
GUTTERS = (
    ((255, 255, 255), (40, 36, 44)),
    ((0, 0, 0), (206, 200, 214)),
    ((247, 238, 220), (84, 58, 44)),
    ((20, 26, 38), (176, 190, 204)),
    ((228, 224, 242), (70, 58, 96)),
    ((216, 234, 226), (36, 74, 66)),
)


def _turned(palette: Palette, degrees: float) -> Palette:
    """The palette with the hues of man-made things rotated; sky, grass, leaves and wood keep theirs."""
    fields = ("wall", "floor", "accent", "second", "backdrop", "glow")
    changed = {name: rotated(getattr(palette, name), degrees) for name in fields}
    buildings = tuple(rotated(color, degrees) for color in palette.buildings)
    return dataclasses.replace(palette, buildings=buildings, **changed)


def _pick(rng: np.random.Generator, options):
    return options[int(rng.integers(len(options)))]


def _two(rng: np.random.Generator, options: tuple[Color, ...]) -> tuple[Color, Color]:
    first, second = rng.choice(len(options), 2, replace=False)
    return options[first], options[second]


def _person(rng: np.random.Generator, genre: Genre, hair_style, hair_color: Color) -> Character:
    top, bottom = _two(rng, genre.clothes)
    trim, accent = _two(rng, genre.clothes)
    return Character(
        hair_style=hair_style,
        neckline=_pick(rng, genre.necklines),
        lower=_pick(rng, genre.lowers),
        accessory=_pick(rng, genre.accessories),
        long_sleeves=bool(rng.random() < 0.7),
        height=float(rng.uniform(0.93, 1.07)),
        hair=hair_color,
        skin=_pick(rng, genre.skins),
        eyes=_pick(rng, genre.eyes),
        top=top,
        trim=trim,
        bottom=bottom,
        shoes=_pick(rng, (genre.palette.wood, genre.palette.night, genre.palette.accent)),
        accent=accent,
    )


def lookalikes(who: Character, hue: float) -> tuple[Character, Character]:
    """Two people of the same shapes whose colours have the same L and chroma but other hues (degrees); skin is shared.

    Chroma and L are limited to what sRGB has at every hue, or one of the two would be paler.
    """
    first, second = {}, {}
    for step, name in enumerate(field for field in COLOR_FIELDS if field != "skin"):
        lightness, chroma, _ = to_lch(getattr(who, name))
        lightness, chroma = float(np.clip(lightness, 44, 72)), float(np.clip(chroma, 30, 38))
        first[name], second[name] = (
            lch(lightness, chroma, hue + 40 * step),
            lch(lightness, chroma, hue + 40 * step + 165),
        )
    return dataclasses.replace(who, **first), dataclasses.replace(who, **second)


def _cast(rng: np.random.Generator, genre: Genre) -> tuple[Character, ...]:
    styles = [hair.STYLES[place] for place in rng.permutation(len(hair.STYLES))[: CAST - 1]]
    colors = [genre.hairs[place] for place in rng.permutation(len(genre.hairs))]
    people = [_person(rng, genre, style, colors[place % len(colors)]) for place, style in enumerate(styles)]
    people = [*lookalikes(people[0], float(rng.uniform(0, 360))), *people[1:]]
    return tuple(who.in_cast(place) for place, who in enumerate(people))


def _name(index: int) -> str:
    genre, number = GENRES[index % len(GENRES)], index // len(GENRES)
    season = number // len(genre.names)
    return genre.names[number % len(genre.names)] + (f"_season_{season + 1}" if season else "")


@functools.lru_cache(maxsize=64)
def make_title(seed: int, index: int) -> Title:
    """Title `index` (0, 1, ...) of a seed."""
    rng = np.random.default_rng([seed, index])
    genre, style, palette = genre_of(index), STYLES[index % len(STYLES)], genre_of(index).palette
    if index >= len(STYLES):
        # Later titles mix the styles, and their man-made things have other hues.
        other = STYLES[int(rng.integers(len(STYLES)))]
        gutter, border = GUTTERS[int(rng.integers(len(GUTTERS)))]
        style = dataclasses.replace(
            style,
            gutter=gutter,
            border=border,
            shade=other.shade,
            line_color=other.line_color,
            thickness=other.thickness,
            eye_scale=other.eye_scale,
            body_scale=other.body_scale,
        )
        palette = _turned(palette, float(rng.uniform(30, 330)))
    return Title(_name(index), index, palette, style, _cast(rng, genre))


def genre_of(index: int) -> Genre:
    """The genre of title `index`."""
    return GENRES[index % len(GENRES)]
