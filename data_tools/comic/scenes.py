"""Scenes of panels: functions (stage) that draw background, people, things and light into the panel's frame."""

from typing import NamedTuple

import numpy as np

from data_tools.comic import effects, scenery, tags, towns
from data_tools.comic.backdrops import dreamy, gradient_backdrop, solid, starry
from data_tools.comic.colors import darker, lighter, mixed
from data_tools.comic.curves import Frame, box, ellipse
from data_tools.comic.expressions import ANGRY, SURPRISED
from data_tools.comic.figures import ARMS, LEGS, RUNNING, STANDING, Pose, draw_person, draw_person_from_behind
from data_tools.comic.pen import Pen
from data_tools.comic.style import Character, Palette, Title
from data_tools.comic.titles import genre_of


class Stage(NamedTuple):
    """A panel being drawn. frame: (x, y, width, height) of the panel on the canvas. cast: who may appear."""

    pen: Pen
    title: Title
    cast: tuple[Character, ...]
    palette: Palette
    frame: tuple[float, float, float, float]

    @property
    def rng(self) -> np.random.Generator:
        """The random generator of the panel."""
        return self.pen.canvas.rng

    def at(self, across: float, down: float) -> tuple[float, float]:
        """Position on the canvas of a point given in shares of the panel."""
        left, top, width, height = self.frame
        return left + across * width, top + down * height


PLACES = (scenery.park, scenery.forest, scenery.ruins, towns.street, towns.room, towns.night, towns.castle)


def pick(rng: np.random.Generator, options):
    """One of a sequence."""
    return options[int(rng.integers(len(options)))]


def backdrop(stage: Stage) -> None:
    """Draws one of the title's backgrounds."""
    pick(stage.rng, stage.title.style.backdrops)(stage.pen, stage.palette)


def _people(stage: Stage, count: int) -> list[Character]:
    """`count` different people; the look-alikes are likelier than the others."""
    weight = np.where(np.arange(len(stage.cast)) < 2, 1.5, 1.0)
    return [
        stage.cast[place] for place in stage.rng.choice(len(stage.cast), count, replace=False, p=weight / weight.sum())
    ]


def _note_lookalikes(stage: Stage, who: Character) -> None:
    if who in stage.title.cast[:2]:
        stage.pen.canvas.tags.add(tags.MULTIMODALITY)


def _person(stage: Stage, who: Character, x: float, y: float, size: float, **changes) -> None:
    rng = stage.rng
    pose = Pose(
        pick(rng, ARMS),
        STANDING,
        pick(rng, genre_of(stage.title.index).moods),
        rng.uniform(-0.8, 0.8),
        rng.uniform(-0.14, 0.14),
    )
    draw_person(stage.pen, Frame(x, y, size, mirror=int(rng.choice((-1, 1)))), who, pose._replace(**changes))
    _note_lookalikes(stage, who)


def close_up(stage: Stage) -> None:
    """A face that fills the panel."""
    backdrop(stage)
    size = min(stage.frame[3] * stage.rng.uniform(0.62, 0.82), stage.frame[2] * 0.72)
    x, y = stage.at(stage.rng.uniform(0.4, 0.6), 0.5)
    _person(stage, _people(stage, 1)[0], x, y + size * 0.08, size)


def eyes(stage: Stage) -> None:
    """Eyes only, across the panel."""
    backdrop(stage)
    size = min(stage.frame[2] * stage.rng.uniform(0.95, 1.25), stage.frame[3] * 2.2)
    x, y = stage.at(stage.rng.uniform(0.42, 0.58), stage.rng.uniform(0.45, 0.6))
    _person(stage, _people(stage, 1)[0], x, y - size * 0.09, size, tilt=stage.rng.uniform(-0.06, 0.06))


def _cut(stage: Stage, size: float) -> float:
    """Distance of a head of that size from the panel's lower edge.

    The body then fills the panel below the head, and the feet lie outside it.
    """
    return float(
        np.clip(
            stage.frame[3] * stage.rng.uniform(0.5, 0.64),
            size * 1.15,
            size * (0.4 + 3.4 * stage.title.style.body_scale),
        )
    )


def bust(stage: Stage) -> None:
    """One person from the waist up."""
    backdrop(stage)
    size = min(stage.frame[3] * stage.rng.uniform(0.36, 0.48), stage.frame[2] * 0.42)
    x, y = stage.at(stage.rng.uniform(0.32, 0.68), 1.0)
    _person(stage, _people(stage, 1)[0], x, y - _cut(stage, size), size)


def _group(stage: Stage, count: int, share: float) -> None:
    backdrop(stage)
    size = min(stage.frame[3] * share, stage.frame[2] * 0.62 / count)
    for place, who in enumerate(_people(stage, count)):
        x, y = stage.at((place + 0.5 + stage.rng.uniform(-0.06, 0.06)) / count, 1.0)
        _person(stage, who, x, y - _cut(stage, size), size * stage.rng.uniform(0.95, 1.05))


def pair(stage: Stage) -> None:
    """Two people talking."""
    _group(stage, 2 if stage.frame[2] > 400 else 1, 0.4)


def trio(stage: Stage) -> None:
    """Three people."""
    _group(stage, 3 if stage.frame[2] > 480 else 2, 0.34)


def lookalike_pair(stage: Stage) -> None:
    """The two characters who differ only in colour, side by side."""
    first, second = stage.cast[:2]
    _group(stage._replace(cast=(first, second)), 2 if stage.frame[2] > 400 else 1, 0.4)


def over_shoulder(stage: Stage) -> None:
    """One person, seen over the shoulder of another one."""
    backdrop(stage)
    (far, near), left = _people(stage, 2), stage.rng.random() < 0.5
    size = min(stage.frame[3] * 0.34, stage.frame[2] * 0.3)
    x, y = stage.at(0.64 if left else 0.36, 1.0)
    _person(stage, far, x, y - _cut(stage, size), size)
    x, y = stage.at(0.16 if left else 0.84, 1.0)
    draw_person_from_behind(stage.pen, Frame(x, y - size * 1.25, size * 1.5), near)
    _note_lookalikes(stage, near)


def at_table(stage: Stage) -> None:
    """People behind a table with things on it."""
    _group(stage, 2 if stage.frame[2] > 400 else 1, 0.36)
    canvas, rng, palette = stage.pen.canvas, stage.rng, stage.palette
    x, y = stage.at(0.0, rng.uniform(0.78, 0.84))
    canvas.mark_figure(box(0, y, canvas.width, canvas.height), visible=False)
    stage.pen.shape(box(-10, y, canvas.width + 20, 16), lighter(palette.wood, 10), shade=False)
    stage.pen.shape(box(-10, y + 16, canvas.width + 20, canvas.height), palette.wood)
    size = stage.frame[3] * 0.17
    for across in (0.3, 0.5, 0.72)[: 1 + int(stage.frame[2] > 400) * 2]:
        x, _ = stage.at(across + rng.uniform(-0.05, 0.05), 0)
        pick(rng, genre_of(stage.title.index).props)(
            stage.pen._replace(weight=0.7), Frame(x, y - size * 0.4, size), palette
        )


def _standing_size(stage: Stage) -> float:
    """Head size at which a whole person fits the panel's height."""
    return stage.frame[3] * 0.86 / (1.15 + 3.85 * stage.title.style.body_scale)


def full_figure(stage: Stage) -> None:
    """One to three people from head to foot."""
    backdrop(stage)
    count = int(stage.rng.integers(1, 4)) if stage.frame[2] > 480 else 1
    size = min(_standing_size(stage), stage.frame[2] / count / 2.6)
    for place, who in enumerate(_people(stage, count)):
        x, y = stage.at((place + 0.5 + stage.rng.uniform(-0.1, 0.1)) / count, 0.95)
        head = y - size * (0.46 + 3.85 * stage.title.style.body_scale * who.height)
        shadow = ellipse(x, y, size * 0.8, size * 0.12)
        stage.pen.canvas.fill(shadow, mixed(stage.palette.road, stage.palette.night, 0.35))
        _person(stage, who, x, head, size, legs=pick(stage.rng, LEGS))


def running(stage: Stage) -> None:
    """Someone running, with speed lines."""
    solid(stage.pen, stage.palette)
    effects.speed_lines(stage.pen.canvas, lighter(stage.palette.backdrop, 16))
    size = min(_standing_size(stage) * 1.15, stage.frame[2] / 3)
    x, y = stage.at(stage.rng.uniform(0.35, 0.65), 0.12)
    _person(
        stage,
        _people(stage, 1)[0],
        x,
        y + size * 0.6,
        size,
        legs=RUNNING,
        arms=ARMS[stage.rng.integers(5, 9)],
        tilt=0.12,
    )


def impact(stage: Stage) -> None:
    """A shock: focus lines run towards a face."""
    solid(stage.pen, stage.palette)
    size = min(stage.frame[3] * 0.5, stage.frame[2] * 0.5)
    x, y = stage.at(0.5, 0.52)
    dark = stage.rng.random() < 0.5
    effects.focus_lines(
        stage.pen.canvas,
        x,
        y,
        size * 0.75,
        darker(stage.palette.backdrop, 34) if dark else lighter(stage.palette.backdrop, 30),
    )
    _person(stage, _people(stage, 1)[0], x, y, size, expression=pick(stage.rng, (SURPRISED, ANGRY)))


def establishing(stage: Stage) -> None:
    """A place without people."""
    own = [place for place in stage.title.style.backdrops if place in PLACES] or [towns.night]
    pick(stage.rng, own)(stage.pen, stage.palette)
    if stage.rng.random() < 0.4:
        effects.light_from_above(stage.pen.canvas, stage.palette.glow)


def still_life(stage: Stage) -> None:
    """A large thing on a background without scenery, or an apple would look as large as a tree."""
    plain = [painter for painter in stage.title.style.backdrops if painter not in PLACES] or [gradient_backdrop]
    pick(stage.rng, plain)(stage.pen, stage.palette)
    size = min(stage.frame[3] * 0.5, stage.frame[2] * 0.42)
    x, y = stage.at(stage.rng.uniform(0.38, 0.62), 0.52)
    stage.pen.canvas.fill(ellipse(x, y + size * 0.58, size * 0.8, size * 0.12), darker(stage.palette.backdrop, 14))
    pick(stage.rng, genre_of(stage.title.index).props)(stage.pen._replace(weight=1.2), Frame(x, y, size), stage.palette)


def radiance(stage: Stage) -> None:
    """Someone in glow, rays and sparkles of similar light tones."""
    canvas, palette = stage.pen.canvas, stage.palette
    (starry if stage.rng.random() < 0.4 else dreamy)(stage.pen, palette)
    x, y = stage.at(stage.rng.uniform(0.3, 0.7), stage.rng.uniform(0.25, 0.5))
    effects.rays(canvas, x, y, lighter(palette.glow, 4))
    effects.glow(canvas, x, y, min(stage.frame[2:]) * 0.3, palette.glow)
    size = min(stage.frame[3] * 0.4, stage.frame[2] * 0.4)
    x, y = stage.at(stage.rng.uniform(0.35, 0.65), 1.0)
    _person(stage, _people(stage, 1)[0], x, y - size * 1.3, size)
    effects.light_from_above(canvas, palette.glow, strength=0.5)
    effects.sparkles(canvas, lighter(palette.glow, 8))


def portrait(stage: Stage, who: Character) -> None:
    """The given person from the waist up, on what is drawn already."""
    size = min(stage.frame[3] * 0.46, stage.frame[2] * 0.42)
    x, y = stage.at(stage.rng.uniform(0.35, 0.65), 1.0)
    _person(stage, who, x, y - size * 1.3, size)


def ensemble(stage: Stage) -> None:
    """Three people in a row before a place of the title, as on a cover."""
    establishing(stage)
    size = min(stage.frame[3] * 0.42, stage.frame[2] * 0.24)
    for across, who in zip((0.2, 0.8, 0.5), stage.cast[1:4]):
        x, y = stage.at(across, 1.0)
        _person(stage, who, x, y - size * (1.5 if across == 0.5 else 1.65), size)


SCENES = (
    close_up,
    close_up,
    eyes,
    bust,
    bust,
    bust,
    pair,
    pair,
    trio,
    lookalike_pair,
    over_shoulder,
    at_table,
    full_figure,
    full_figure,
    running,
    impact,
    establishing,
    establishing,
    still_life,
    radiance,
)
