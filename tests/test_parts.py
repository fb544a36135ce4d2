"""The map of who is where in the drawn comic, held against the drawing itself."""

import dataclasses

import cv2
import numpy as np
import pytest

from data_tools.comic import colors, curves, panel_kinds, strips, tags, titles
from data_tools.comic.canvas import Canvas
from data_tools.comic.panel_kinds import Size
from data_tools.comic.style import COLOR_FIELDS, part_number

SIZE = Size(500, 400, 0)
GREEN = (30, 220, 40)  # nobody has it


def with_color(title, place, field, color):
    """The title with another colour of one part of one of its people."""
    changed = dataclasses.replace(title.cast[place], **{field: colors.of_part(color, part_number(place, field))})
    return dataclasses.replace(title, cast=(*title.cast[:place], changed, *title.cast[place + 1 :]))


def draw(title, stream, kind=panel_kinds.color_panel):
    return kind(title, SIZE, np.random.default_rng(stream))


def seen(parts):
    """(place in the cast, field) of the parts on a map."""
    return {divmod(int(number) - 1, len(COLOR_FIELDS)) for number in np.unique(parts) if number}


@pytest.mark.parametrize("index", [0, 1, 2, 3, 4, 24])
def test_a_part_changes_with_its_colour_wherever_it_is_seen_and_no_other_part_does(index):
    title = titles.make_title(0, index)
    for stream in range(3):
        panel = draw(title, (index, stream))
        for place, field in seen(panel.parts):
            other = draw(with_color(title, place, COLOR_FIELDS[field], GREEN), (index, stream))
            changed = (panel.image != other.image).any(2)
            own = panel.parts == part_number(place, COLOR_FIELDS[field])
            assert changed[own].all()
            assert not changed[(panel.parts > 0) & ~own].any()
            np.testing.assert_array_equal(panel.parts, other.parts)


def test_flat_parts_have_tones_of_their_colour_and_nothing_of_ink_or_neighbours():
    """Title 2 is drawn without shading. Where two tones of a part meet, a pixel lies between them.

    Panels with light or texture over everything are left out.
    """
    title, found = titles.make_title(0, 2), set()
    for stream in range(12):
        panel = draw(title, stream)
        if panel.tags & {tags.TEXTURE, tags.LIGHT}:
            continue
        for place, field in seen(panel.parts):
            color = getattr(title.cast[place], COLOR_FIELDS[field])
            tones = {change(color, step) for change in (colors.darker, colors.lighter) for step in range(60)}
            pixels = panel.image[panel.parts == part_number(place, COLOR_FIELDS[field])]
            every = {*map(tuple, np.unique(pixels, axis=0).tolist())}
            pure = np.array(sorted(every & {*tones, color}))
            assert all((pure.min(0) <= pixel).all() and (pixel <= pure.max(0)).all() for pixel in every)
            found.add(COLOR_FIELDS[field])
    assert {"hair", "skin", "top", "bottom", "eyes"} <= found


def test_gray_people_are_still_who_they_are():
    title = titles.make_title(0, 0)
    places = {place for place, _ in seen(draw(title, 0, panel_kinds.sparse_panel).parts)}
    assert len(places) == 1 and places <= set(range(2, 6))
    fields = {COLOR_FIELDS[field] for _, field in seen(draw(title, 0, panel_kinds.sparse_panel).parts)}
    assert {"hair", "skin", "top"} <= fields


def test_parts_lie_inside_the_panels_and_under_no_bubble():
    for index in range(3):
        for page in strips.plan_episode(3, index, 1):
            strip = strips.draw_page(3, index, page)
            assert strip.parts.shape == strip.image.shape[:2] and strip.parts.max() <= 6 * len(COLOR_FIELDS)
            free = np.ones(strip.parts.shape, np.uint8)
            for panel in strip.described["panels"]:
                x, y, width, height = panel["box"]
                free[y : y + height, x : x + width] = 0
            for panel in strip.described["panels"]:
                for outline in panel["bubbles"]:
                    cv2.fillPoly(free, [np.rint(np.float32(outline)).astype(np.int32)], 1)
            assert strip.parts.any() and not strip.parts[free > 0].any()


def test_a_pixel_belongs_to_the_part_that_fills_it_last_and_wholly():
    picture = Canvas(40, 30, np.random.default_rng(0))
    picture.fill(curves.box(10, 5, 20, 20), colors.of_part(GREEN, 7))
    assert (picture.finished_parts()[6:24, 11:29] == 7).all()
    expected = (picture.finished() == GREEN).all(2)
    np.testing.assert_array_equal(picture.finished_parts() == 7, expected)
    picture.fill_inside(curves.box(0, 0, 20, 30), curves.box(0, 15, 40, 15), colors.of_part(GREEN, 8))
    picture.line(np.float32([(0, 10), (40, 10)]), colors.of_part((0, 0, 0), 9), 2)
    parts = picture.finished_parts()
    assert (parts[16:28, 1:19] == 8).all() and (parts[13:15, 11:29] == 7).all()
    assert (parts[8:12] == 0).all() and 9 not in parts


def test_tones_belong_to_the_part_of_their_colour_and_mixtures_to_none():
    color = colors.of_part((120, 80, 60), 5)
    assert color == (120, 80, 60) and colors.part_of((120, 80, 60)) == 0
    for change in (colors.darker, colors.lighter, colors.neutral):
        assert colors.part_of(change(color)) == 5 and change(color) == change((120, 80, 60))
    assert colors.part_of(colors.mixed(color, color, 0.5)) == 0


def test_every_part_of_every_title_has_a_number_of_its_own():
    for index in range(8):
        cast = titles.make_title(0, index).cast
        numbers = [colors.part_of(getattr(who, field)) for who in cast for field in COLOR_FIELDS]
        assert numbers == list(range(1, 6 * len(COLOR_FIELDS) + 1))
        assert part_number(5, COLOR_FIELDS[-1]) == 48
