"""Character consistency: what null colorizers get on hand-made panels, and the program's files."""

import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools.comic.style import part_number
from experiments.cast import __main__ as program
from experiments.cast import consistency, stories, table, ways
from experiments.cast.stories import Panel, Story
from webtoon_colorize import color

HAIR, SKIN, TOP = (part_number(0, field) for field in ("hair", "skin", "top"))
LIGHTNESS = {HAIR: 40, SKIN: 75, TOP: 55}
COLORS = {HAIR: (10.0, 20.0), SKIN: (12.0, 16.0), TOP: (0.0, -30.0)}  # ab in Lab units


def to_rgb(lightness, ab):
    """L and (a, b) in Lab units, [H, W] and [H, W, 2] -> uint8 [H, W, 3]."""
    rgb = color.lab_to_rgb(tf.constant(lightness / 50 - 1, tf.float32)[..., None], tf.constant(ab / 110, tf.float32))
    return np.rint(rgb.numpy() * 255).astype(np.uint8)


def turned(ab, degrees):
    angle = np.deg2rad(degrees)
    return ab @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def paint(colors, degrees=0.0):
    """Three bands of 20 rows; hues turned by `degrees`."""
    parts = np.repeat(np.uint8([HAIR, SKIN, TOP]), 20)[:, None].repeat(40, axis=1)
    lightness, ab = (
        np.float64([by_part[number] for number in parts.ravel()]).reshape(*parts.shape, -1)
        for by_part in (LIGHTNESS, colors)
    )
    return Panel(to_rgb(lightness[..., 0], turned(ab, degrees)), parts)


PANELS = [paint(COLORS) for _ in range(4)]


def judged(colored):
    return {value.kind: value for value in consistency.judge(colored, PANELS)}


def test_the_truth_has_neither_error_nor_spread_where_the_light_stays():
    values = judged([panel.rgb for panel in PANELS])
    assert values.keys() == {"hair", "skin", "clothes"}
    for value in values.values():
        assert value.character == 0 and value.panels == 4 and value.error == value.spread == 0


def test_gray_keeps_its_colours_and_is_wrong_by_the_chroma_of_each_part():
    values = judged([np.repeat(ways.gray(panel)[..., None], 3, axis=2) for panel in PANELS])
    for kind, number in zip(values, (HAIR, SKIN, TOP)):
        assert values[kind].error == pytest.approx(np.hypot(*COLORS[number]), abs=0.5)  # of 8-bit colours
        assert values[kind].spread == pytest.approx(0, abs=1e-6)


def test_one_sepia_keeps_its_colours_and_is_wrong_by_its_distance_from_each_part():
    values = judged([paint(dict.fromkeys(COLORS, (6.0, 14.0))).rgb] * 4)
    for kind, number in zip(values, (HAIR, SKIN, TOP)):
        assert values[kind].error == pytest.approx(np.hypot(*np.subtract(COLORS[number], (6, 14))), abs=0.5)
        assert values[kind].spread == 0


def test_the_truth_with_one_hue_per_panel_turned_scatters_by_its_chroma():
    """Turned by 0, 90, 180 and 270 degrees, the mean over panels is gray: chroma times 0, sqrt 2, 2 and sqrt 2."""
    values = judged([paint(COLORS, degrees).rgb for degrees in (0, 90, 180, 270)])
    for kind, number in zip(values, (HAIR, SKIN)):  # blue clothes turned leave sRGB's gamut
        chroma = np.hypot(*COLORS[number])
        assert values[kind].error == pytest.approx(chroma * (2 + 2 * np.sqrt(2)) / 4, abs=0.5)
        assert values[kind].spread == pytest.approx(chroma, abs=0.5)


def test_a_part_counts_where_it_is_large_enough_and_only_if_two_panels_show_it():
    small = PANELS[0].parts.copy()
    small[small == TOP] = 0
    small[50, :40], small[51:60, :39] = TOP, TOP  # 40 + 351 pixels of 400
    panels = [PANELS[0]._replace(parts=small), *PANELS[1:2]]
    assert [value.kind for value in consistency.judge([PANELS[0].rgb] * 2, panels)] == ["hair", "skin"]


def story(references=8):
    return Story("hand_made", 41, PANELS[:1] * references, PANELS)


def test_dots_lie_in_their_parts_and_have_their_colours():
    hints = ways.dots(PANELS[0])
    assert [PANELS[0].parts[int(hint.y), int(hint.x)] for hint in hints] == [HAIR, SKIN, TOP]
    for hint in hints:
        assert hint.rgb == tuple(PANELS[0].rgb[int(hint.y), int(hint.x)])
        assert min(abs(hint.y - rim) for rim in (0, 20, 40, 60)) >= 9


def test_every_way_judges_the_same_panels_and_gets_no_more_than_its_references():
    calls = []

    def colorize(gray, hints):
        calls.append(len(hints))
        return np.repeat(gray[..., None], 3, axis=2)

    def adapt(panels):
        calls.append(f"{len(panels)} seen")
        return colorize

    for name, way in ways.make_ways(colorize, adapt).items():
        calls.clear()
        assert len(way(story())) == len(PANELS)
        expected = {
            "automatic": [0] * 4,
            "dots on the first panel": [3, 0, 0, 0, 0],
            **{f"{count} coloured panels": [f"{count} seen", *[0] * 4] for count in (4, 8)},
            "1 coloured panel": ["1 seen", *[0] * 4],
        }
        assert calls == expected.get(name, [])


def test_a_story_is_three_fresh_episodes_of_panels_that_show_somebody():
    drawn = stories.draw_story(0, 1, 1)
    assert (drawn.first_episode, len(drawn.references)) == (44, 8) and 4 <= len(drawn.judged) <= 16
    for panel in drawn.references + drawn.judged:
        assert panel.shown and panel.parts.shape == panel.rgb.shape[:2]
        assert panel.rgb.max(2).astype(int).max() > panel.rgb.min(2).min()
    assert len(stories.PARTS) == 6 * 4


def test_an_interrupted_measurement_goes_on_and_another_one_is_refused(tmp_path, monkeypatch):
    drawn = []

    def draw_story(seed, index, number):
        drawn.append((index, number))
        if len(drawn) == 2:
            raise KeyboardInterrupt
        return story()._replace(first_episode=41 + 3 * number)

    monkeypatch.setattr(stories, "draw_story", draw_story)
    settings = {"seed": 0, "titles": 1, "stories": 3}

    def colorize(gray, hints):
        return np.repeat(gray[..., None], 3, axis=2)

    controls = ways.make_ways(colorize, lambda panels: colorize)
    with pytest.raises(KeyboardInterrupt):
        program.measure(tmp_path, controls, settings)
    measured = program.measure(tmp_path, controls, settings)
    assert drawn == [(0, 0), (0, 1), (0, 1), (0, 2)]
    assert [each["first_episode"] for each in measured] == [41, 44, 47]
    assert json.loads((tmp_path / "cast.json").read_text())["stories"] == measured
    with pytest.raises(ValueError, match="other settings"):
        program.measure(tmp_path, controls, settings | {"seed": 1})


def test_the_table_has_means_over_stories_of_means_over_parts(tmp_path):
    def value(kind, error, spread):
        return {"character": 0, "kind": kind, "panels": 2, "error": error, "spread": spread}

    first = [value("hair", 10.0, 4.0), value("hair", 20.0, 2.0), value("clothes", 30.0, 0.0)]
    second = [value("skin", 8.0, 1.0), value("hair", 4.0, 3.0)]
    text = program.write_table(tmp_path, [{"ways": {"ours": values}} for values in (first, second)])
    # Hair: 15 and 4. Skin and clothes: one story. All: errors 20 and 6, spreads 2 and 2.
    assert text.splitlines()[-1] == "| ours | 9.50 | 8.00 | 30.00 | 13.00 (6.00 to 20.00) | 2.00 (2.00 to 2.00) |"
    assert (tmp_path / "cast.csv").read_text().splitlines()[0] == ",".join(table.COLUMNS)
    assert (tmp_path / "cast.md").read_text() == f"{text}\n"
