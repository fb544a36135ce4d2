"""Five genres of webtoon: their colours, and the clothes and hair of their people.

Colours are (L, chroma, hue in degrees).
"""

import dataclasses
from collections.abc import Callable

from data_tools.comic import accessories, effects, expressions, outfits, props, texts
from data_tools.comic.colors import Color, lch
from data_tools.comic.style import Palette


@dataclasses.dataclass(frozen=True)
class Genre:
    """What titles of one genre share. names: of its titles; further titles are seasons of these."""

    names: tuple[str, ...]
    palette: Palette
    hairs: tuple[Color, ...]
    skins: tuple[Color, ...]
    clothes: tuple[Color, ...]
    eyes: tuple[Color, ...]
    necklines: tuple[Callable, ...]
    lowers: tuple[Callable, ...]
    accessories: tuple[Callable, ...]
    props: tuple[Callable, ...]
    weather: Callable  # (canvas, colour)
    moods: tuple[expressions.Expression, ...]
    texts: texts.Texts


def _colors(*values) -> tuple[Color, ...]:
    return tuple(lch(*value) for value in values)


def _palette(*, buildings, **values) -> Palette:
    return Palette(buildings=_colors(*buildings), **{name: lch(*value) for name, value in values.items()})


_SKINS = _colors((90, 13, 55), (84, 19, 58), (87, 16, 62), (62, 28, 58), (48, 26, 55))

ROMANCE = Genre(
    names=("sugar_letters", "peach_street", "two_umbrellas", "spring_rooftop", "paper_hearts"),
    palette=_palette(
        sky=(82, 24, 245),
        horizon=(94, 14, 30),
        cloud=(98, 4, 20),
        grass=(82, 36, 128),
        leaf=(74, 38, 140),
        wood=(70, 28, 60),
        wall=(92, 12, 10),
        floor=(82, 20, 60),
        stone=(84, 8, 300),
        road=(76, 8, 300),
        night=(42, 34, 290),
        glow=(95, 22, 80),
        accent=(70, 46, 5),
        second=(80, 28, 190),
        backdrop=(89, 18, 350),
        buildings=((88, 18, 20), (86, 18, 80), (84, 16, 320), (87, 14, 200)),
    ),
    hairs=_colors((48, 32, 50), (72, 40, 75), (36, 22, 340), (62, 42, 20), (78, 26, 330)),
    skins=_SKINS[:3],
    clothes=_colors((82, 26, 10), (84, 24, 220), (90, 24, 95), (78, 28, 310), (84, 24, 150), (95, 5, 80)),
    eyes=_colors((46, 40, 50), (50, 40, 250), (52, 40, 150), (48, 44, 320)),
    necklines=(outfits.sailor, outfits.v_neck, outfits.crew, outfits.hoodie),
    lowers=(outfits.skirt, outfits.skirt, outfits.gown, outfits.trousers),
    accessories=(
        accessories.hairpin,
        accessories.ribbon,
        accessories.headband,
        accessories.earrings,
        accessories.nothing,
    ),
    props=(props.cup, props.book, props.phone, props.cake),
    weather=effects.petals,
    moods=(
        expressions.HAPPY,
        expressions.SHY,
        expressions.JOYFUL,
        expressions.SURPRISED,
        expressions.SAD,
        expressions.CALM,
        expressions.WINKING,
        expressions.NEUTRAL,
    ),
    texts=texts.ROMANCE,
)

FANTASY = Genre(
    names=("ashen_crown", "the_ninth_gate", "raven_oath", "ember_warden", "hollow_king"),
    palette=_palette(
        sky=(32, 32, 295),
        horizon=(58, 42, 350),
        cloud=(46, 26, 305),
        grass=(34, 26, 160),
        leaf=(30, 26, 170),
        wood=(34, 24, 55),
        wall=(40, 14, 285),
        floor=(34, 16, 40),
        stone=(48, 10, 275),
        road=(40, 12, 300),
        night=(16, 28, 290),
        glow=(84, 60, 80),
        accent=(48, 62, 30),
        second=(56, 40, 195),
        backdrop=(26, 26, 310),
        buildings=((34, 16, 280), (38, 14, 300), (30, 18, 260), (42, 16, 320)),
    ),
    hairs=_colors((88, 8, 280), (26, 14, 290), (46, 58, 35), (64, 40, 85), (36, 36, 310)),
    skins=(_SKINS[0], _SKINS[1], _SKINS[3]),
    clothes=_colors((34, 40, 25), (30, 36, 285), (36, 26, 165), (26, 10, 290), (62, 36, 80), (52, 8, 270)),
    eyes=_colors((56, 64, 40), (60, 52, 85), (56, 46, 200), (50, 56, 320)),
    necklines=(outfits.cape, outfits.cape, outfits.v_neck, outfits.shirt_and_tie),
    lowers=(outfits.trousers, outfits.gown, outfits.trousers, outfits.skirt),
    accessories=(
        accessories.crown,
        accessories.earrings,
        accessories.headband,
        accessories.nothing,
        accessories.plaster,
    ),
    props=(props.sword, props.flask, props.book, props.apple),
    weather=effects.embers,
    moods=(
        expressions.GRIM,
        expressions.ANGRY,
        expressions.NEUTRAL,
        expressions.CALM,
        expressions.SURPRISED,
        expressions.HAPPY,
        expressions.SAD,
    ),
    texts=texts.FANTASY,
)

COMEDY = Genre(
    names=("office_gorillas", "noodle_panic", "roommates_from_mars", "monday_again", "cat_versus_boss"),
    palette=_palette(
        sky=(76, 40, 240),
        horizon=(92, 22, 215),
        cloud=(99, 2, 220),
        grass=(72, 66, 128),
        leaf=(58, 58, 138),
        wood=(58, 44, 62),
        wall=(88, 34, 92),
        floor=(70, 36, 62),
        stone=(76, 6, 250),
        road=(60, 6, 260),
        night=(28, 48, 285),
        glow=(94, 56, 95),
        accent=(58, 76, 40),
        second=(66, 54, 225),
        backdrop=(86, 62, 92),
        buildings=((70, 50, 45), (76, 46, 85), (68, 40, 240), (72, 44, 160)),
    ),
    hairs=_colors((26, 20, 50), (44, 44, 60), (76, 66, 85), (54, 66, 45), (40, 46, 260)),
    skins=(_SKINS[1], _SKINS[2], _SKINS[3], _SKINS[4]),
    clothes=_colors((56, 72, 38), (52, 52, 265), (82, 72, 92), (62, 56, 145), (54, 56, 320), (94, 4, 90)),
    eyes=_colors((34, 30, 55), (46, 44, 255), (44, 44, 145)),
    necklines=(outfits.shirt_and_tie, outfits.hoodie, outfits.crew, outfits.crew),
    lowers=(outfits.trousers, outfits.shorts, outfits.skirt, outfits.trousers),
    accessories=(
        accessories.glasses,
        accessories.beanie,
        accessories.headphones,
        accessories.plaster,
        accessories.nothing,
    ),
    props=(props.cup, props.phone, props.cat, props.cake, props.apple),
    weather=effects.confetti,
    moods=(
        expressions.JOYFUL,
        expressions.LAUGHING,
        expressions.ANGRY,
        expressions.SURPRISED,
        expressions.WINKING,
        expressions.NEUTRAL,
        expressions.SHY,
        expressions.HAPPY,
    ),
    texts=texts.COMEDY,
)

SLICE = Genre(
    names=("our_little_kitchen", "hillside_diary", "persimmon_autumn", "the_slow_train", "grandmas_garden"),
    palette=_palette(
        sky=(80, 20, 225),
        horizon=(92, 18, 85),
        cloud=(97, 6, 85),
        grass=(62, 36, 115),
        leaf=(50, 36, 122),
        wood=(48, 32, 60),
        wall=(86, 18, 82),
        floor=(58, 32, 62),
        stone=(70, 10, 75),
        road=(68, 14, 70),
        night=(26, 20, 265),
        glow=(92, 42, 82),
        accent=(52, 52, 45),
        second=(54, 28, 200),
        backdrop=(84, 26, 80),
        buildings=((66, 32, 55), (78, 22, 78), (60, 20, 100), (72, 26, 40)),
    ),
    hairs=_colors((22, 12, 45), (34, 26, 50), (48, 36, 58), (60, 6, 70), (30, 30, 35)),
    skins=(_SKINS[1], _SKINS[2], _SKINS[3], _SKINS[0]),
    clothes=_colors((54, 46, 48), (46, 28, 130), (74, 44, 82), (44, 26, 245), (86, 14, 80), (40, 26, 30)),
    eyes=_colors((30, 24, 50), (36, 28, 60), (42, 26, 130)),
    necklines=(outfits.crew, outfits.v_neck, outfits.hoodie, outfits.crew),
    lowers=(outfits.trousers, outfits.skirt, outfits.shorts, outfits.gown),
    accessories=(
        accessories.nothing,
        accessories.glasses,
        accessories.hairpin,
        accessories.headband,
        accessories.beanie,
    ),
    props=(props.cup, props.cat, props.apple, props.book, props.cake),
    weather=effects.petals,
    moods=(
        expressions.HAPPY,
        expressions.CALM,
        expressions.NEUTRAL,
        expressions.JOYFUL,
        expressions.LAUGHING,
        expressions.SURPRISED,
        expressions.SAD,
    ),
    texts=texts.SLICE,
)

THRILLER = Genre(
    names=("cold_signal", "floor_thirteen", "the_quiet_witness", "night_shift", "glass_river"),
    palette=_palette(
        sky=(60, 16, 235),
        horizon=(78, 10, 210),
        cloud=(72, 8, 240),
        grass=(44, 16, 165),
        leaf=(36, 16, 175),
        wood=(38, 12, 50),
        wall=(58, 12, 215),
        floor=(44, 10, 240),
        stone=(56, 6, 235),
        road=(38, 8, 250),
        night=(18, 22, 260),
        glow=(84, 30, 190),
        accent=(44, 62, 32),
        second=(56, 30, 205),
        backdrop=(46, 18, 235),
        buildings=((42, 14, 240), (50, 12, 220), (36, 16, 255), (46, 10, 200)),
    ),
    hairs=_colors((20, 10, 270), (32, 10, 40), (70, 18, 80), (42, 26, 40), (54, 8, 240)),
    skins=_colors((84, 11, 58), (78, 14, 55), (80, 12, 65), (52, 22, 55)),
    clothes=_colors((34, 20, 250), (46, 22, 210), (30, 6, 260), (62, 12, 230), (42, 46, 30), (78, 6, 220)),
    eyes=_colors((40, 24, 245), (44, 24, 200), (36, 20, 50)),
    necklines=(outfits.shirt_and_tie, outfits.hoodie, outfits.v_neck, outfits.shirt_and_tie),
    lowers=(outfits.trousers, outfits.trousers, outfits.skirt),
    accessories=(
        accessories.glasses,
        accessories.nothing,
        accessories.headphones,
        accessories.plaster,
        accessories.earrings,
    ),
    props=(props.phone, props.cup, props.flask, props.book),
    weather=effects.rain,
    moods=(
        expressions.GRIM,
        expressions.SAD,
        expressions.SURPRISED,
        expressions.NEUTRAL,
        expressions.ANGRY,
        expressions.CALM,
        expressions.GRIM,
    ),
    texts=texts.THRILLER,
)

GENRES = (ROMANCE, FANTASY, COMEDY, SLICE, THRILLER)
