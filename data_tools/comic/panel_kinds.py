"""Kinds of panel: functions (title, size, rng) -> Panel that add frame, bubbles, sounds and texture to a scene."""

from typing import NamedTuple

import numpy as np

from data_tools.comic import bubbles, effects, scenes, shading, tags
from data_tools.comic.backdrops import paint_gradient
from data_tools.comic.canvas import SCALE, Canvas
from data_tools.comic.colors import BLACK, WHITE, Color, lighter, mixed, neutral, to_lch
from data_tools.comic.genres import Genre
from data_tools.comic.lettering import sound, write
from data_tools.comic.pen import Pen
from data_tools.comic.scenes import Stage, pick
from data_tools.comic.style import Title
from data_tools.comic.titles import genre_of


class Size(NamedTuple):
    """The size of a panel in pixels, border included. Around it, `pad` pixels are drawn for bubbles that overhang."""

    width: int
    height: int
    pad: int


class Panel(NamedTuple):
    """A finished panel.

    image: uint8 [height + 2 pad, width + 2 pad, 3]; outside the panel it is gutter. parts: uint8 [height + 2 pad,
    width + 2 pad], `style.part_number` of who is seen where, else 0. bubbles: polygons on that image.
    """

    image: np.ndarray
    parts: np.ndarray
    tags: frozenset[str]
    bubbles: list[np.ndarray]


def _stage(title: Title, size: Size, rng: np.random.Generator) -> Stage:
    canvas = Canvas(size.width + 2 * size.pad, size.height + 2 * size.pad, rng)
    frame = (float(size.pad), float(size.pad), float(size.width), float(size.height))
    return Stage(Pen(canvas, title.style), title, title.cast, title.palette, frame)


def _frame(plane: np.ndarray, size: Size, line: int, border, gutter) -> None:
    """Draws a border, `line` drawn pixels wide, inside the panel's edge, and gutter over everything outside."""
    pad = size.pad * SCALE
    inner = plane[pad : pad + size.height * SCALE, pad : pad + size.width * SCALE]
    if line:
        inner[:line], inner[-line:], inner[:, :line], inner[:, -line:] = border, border, border, border
    kept = inner.copy()
    plane[:] = gutter
    inner[:] = kept


def _close_frame(stage: Stage, size: Size, border: Color, border_width: int) -> None:
    """Draws the border line and the gutter around the panel; neither is a part of anybody."""
    canvas = stage.pen.canvas
    _frame(canvas.image, size, border_width * SCALE, border, stage.title.style.gutter)
    _frame(canvas.parts, size, border_width * SCALE, 0, 0)


def _look(stage: Stage, fill: Color, ink: Color) -> bubbles.Look:
    style = stage.title.style
    return bubbles.Look(
        pick(stage.rng, bubbles.OUTLINES),
        fill,
        ink,
        max(1.2, style.thickness * 0.8),
        style.bubble_roundness,
        int(stage.rng.choice((450, 550, 700))),
    )


def _bubble_colors(stage: Stage) -> tuple[Color, Color]:
    """Fill and ink: white in 68% of cases, else tinted or dark."""
    chance = stage.rng.random()
    if chance < 0.68:
        return WHITE, BLACK
    stage.pen.canvas.tags.add(tags.COLORED_BUBBLE)
    if chance < 0.9:
        return mixed(
            WHITE, pick(stage.rng, (stage.palette.accent, stage.palette.second, stage.palette.glow)), 0.4
        ), shading.black_line(stage.palette.accent)
    return mixed(stage.palette.night, stage.palette.accent, 0.15), lighter(stage.palette.glow, 6)


def _speak(
    stage: Stage, size: Size, genre: Genre, count: int, colors, *, clear_of=(), letters: int = 0
) -> list[np.ndarray]:
    """Draws up to `count` bubbles where they cover neither each other nor the polygons `clear_of`.

    Returns their outlines.
    """
    outlines, letters = [], letters or int(stage.rng.integers(19, 25))
    for number, text in enumerate(stage.rng.permutation(genre.texts.lines)[:count]):
        look = _look(stage, *colors)
        lines, *radius = bubbles.measured(str(text), letters, look.weight, 13 if size.width > 400 else 10)
        overhang = (
            size.pad - 4.0
            if number == 0 and size.pad > 8 and stage.rng.random() < 0.35 and look.outline is bubbles.speech
            else 0.0
        )
        place = bubbles.find_place(stage.pen.canvas, stage.frame, radius, look, [*outlines, *clear_of], overhang)
        if place is not None:
            bubbles.draw_bubble(stage.pen.canvas, look, *place[:1], lines, *place[1:], letters)
            outlines.append(place[0])
    return outlines


def _make_noise(stage: Stage, genre: Genre) -> list[np.ndarray]:
    """Draws a sound effect somewhere in the panel, in 35% of cases in light colours."""
    palette, rng = stage.palette, stage.rng
    letters = int(min(stage.frame[2] / 6.5, stage.frame[3] / 4) * rng.uniform(0.8, 1.1))
    x, y = stage.at(rng.uniform(0.35, 0.65), pick(rng, (0.2, 0.8)) + rng.uniform(-0.05, 0.05))
    if rng.random() < 0.35:
        stage.pen.canvas.tags.add(tags.LIGHT)
        colors = lighter(palette.glow, 5), mixed(WHITE, palette.glow, 0.2)
    else:
        colors = (
            pick(rng, (palette.accent, palette.second, palette.glow)),
            pick(rng, (WHITE, shading.black_line(palette.accent))),
        )
    return [
        sound(stage.pen.canvas, pick(rng, genre.texts.noises), x, y, letters, *colors, angle=rng.uniform(-0.25, 0.2))
    ]


def _finish(stage: Stage, outlines: list[np.ndarray], *extra: str) -> Panel:
    canvas = stage.pen.canvas
    if canvas.is_figure_covered():
        canvas.tags.add(tags.OCCLUSION)
    return Panel(canvas.finished(), canvas.finished_parts(), frozenset(canvas.tags) | set(extra), outlines)


def _inside(size: Size, picture: np.ndarray, change) -> np.ndarray:
    """`picture` with `change` applied to the panel alone, not to the gutter around it."""
    pad = size.pad
    view = picture[pad : pad + size.height, pad : pad + size.width]
    view[:] = change(view)
    return picture


def color_panel(title: Title, size: Size, rng: np.random.Generator) -> Panel:
    """A usual panel."""
    stage, genre = _stage(title, size, rng), genre_of(title.index)
    scene = pick(rng, scenes.SCENES)
    scene(stage)
    if rng.random() < title.style.grain * 0.4:
        effects.hatching(stage.pen.canvas, mixed(title.palette.night, title.palette.backdrop, 0.2))
    if rng.random() < 0.08:
        genre.weather(stage.pen.canvas, mixed(title.palette.accent, title.palette.glow, 0.5))
    noisy = rng.random() < (0.7 if scene in (scenes.impact, scenes.running) else 0.12)
    covers = _make_noise(stage, genre) if noisy else []
    _close_frame(stage, size, title.style.border, title.style.border_width)
    outlines = _speak(stage, size, genre, int(rng.choice((0, 1, 1, 2, 2))), _bubble_colors(stage), clear_of=covers)
    if rng.random() < title.style.grain * 0.6:
        stage.pen.canvas.tags.add(tags.TEXTURE)
        panel = _finish(stage, outlines)
        return panel._replace(image=_inside(size, panel.image, lambda view: effects.grain(view, rng)))
    return _finish(stage, outlines)


def sparse_panel(title: Title, size: Size, rng: np.random.Generator) -> Panel:
    """A gray panel in which one thing keeps its colour: hair and eyes, or the clothes, of one person."""
    stage = _stage(title, size, rng)
    who = pick(rng, title.cast[2:])
    vivid = [keep for keep in (("hair", "eyes"), ("top",), ("top", "accent")) if to_lch(getattr(who, keep[0]))[1] > 20]
    keep = pick(rng, vivid or [("top", "trim", "accent")])
    scenes.backdrop(stage)
    stage.pen.canvas.drop_color()
    stage.pen.canvas.tags.clear()
    scenes.portrait(stage, who.gray(keep=keep))
    _close_frame(stage, size, neutral(title.style.border), title.style.border_width)
    outlines = _speak(stage, size, genre_of(title.index), int(rng.integers(0, 2)), (WHITE, BLACK))
    return _finish(stage, outlines, tags.SPARSE_COLOR)


def screentone_panel(title: Title, size: Size, rng: np.random.Generator) -> Panel:
    """A panel in black and white with screentone."""
    stage = _stage(title, size, rng)
    pick(rng, (scenes.close_up, scenes.bust, scenes.pair, scenes.establishing))(stage)
    stage.pen.canvas.drop_color()
    stage.pen.canvas.tags.clear()
    _close_frame(stage, size, BLACK if sum(title.style.gutter) > 380 else WHITE, 2)
    toned = _inside(size, stage.pen.canvas.finished(), effects.halftone)
    stage.pen.canvas.image[:] = np.repeat(np.repeat(toned, SCALE, 0), SCALE, 1)
    outlines = _speak(stage, size._replace(pad=0), genre_of(title.index), 1, (WHITE, BLACK))
    return _finish(stage, outlines, tags.SCREENTONE)


def balloon_panel(title: Title, size: Size, rng: np.random.Generator) -> Panel:
    """Bubbles on white, gray or a gray gradient, and nothing else."""
    stage = _stage(title, size, rng)
    top, bottom = pick(rng, ((252, 252), (214, 236), (238, 180), (120, 168)))
    paint_gradient(stage.pen, (top,) * 3, (bottom,) * 3)
    _close_frame(stage, size, BLACK if sum(title.style.gutter) > 380 else WHITE, max(2, title.style.border_width))
    outlines = _speak(stage, size._replace(pad=0), genre_of(title.index), 3, (WHITE, BLACK), letters=27)
    return _finish(stage, outlines, tags.GRAY)


def _poster(stage: Stage, size: Size, lines: list[str], letters: int, down: float) -> None:
    """Large lettering with a rim, centred."""
    x, y = stage.at(0.5, down)
    palette = stage.palette
    for number, line in enumerate(lines):
        sound(
            stage.pen.canvas,
            line,
            x,
            y + number * letters * 1.15,
            letters,
            lighter(palette.glow, 6),
            mixed(palette.night, palette.accent, 0.25),
            angle=-0.05,
        )
    stage.pen.canvas.tags.discard(tags.SOUND_EFFECT)  # `sound` adds it, but this is a heading
    _close_frame(stage, size, stage.title.style.border, stage.title.style.border_width)


def title_panel(title: Title, size: Size, rng: np.random.Generator) -> Panel:
    """The name of the webtoon over three of its people; nothing in it depends on the episode."""
    stage = _stage(title, size, rng)
    scenes.ensemble(stage)
    words = title.name.upper().split("_")
    lines = [" ".join(words[: (len(words) + 1) // 2]), " ".join(words[(len(words) + 1) // 2 :])]
    letters = int(min(66, size.width * 1.2 / max(len(line) for line in lines)))
    _poster(stage, size, [line for line in lines if line], letters, 0.74)
    return _finish(stage, [], tags.TITLE)


def end_panel(title: Title, size: Size, rng: np.random.Generator) -> Panel:
    """A thing on a plain ground with the words "to be continued"."""
    stage = _stage(title, size, rng)
    scenes.still_life(stage)
    x, y = stage.at(0.5, 0.93)
    write(
        stage.pen.canvas,
        ["to be continued"],
        x,
        y,
        24,
        lighter(title.palette.glow, 8) if sum(title.palette.backdrop) < 330 else BLACK,
        weight=600,
    )
    _poster(stage, size, ["NEXT TIME!"], 54, 0.14)
    return _finish(stage, [], tags.END)
