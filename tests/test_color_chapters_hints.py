"""Hints on the command line: which pages they reach, and what counts as coloured by them."""

import json

import cv2
import numpy as np
import pytest

from tests.comics import gray, is_colored, load, save
from tests.test_prints import lines


def test_the_smallest_hinted_area_counts_also_in_the_next_slice_and_gray_hints_are_said(tmp_path, colorize):
    page = np.full((2400, 1600), 255, np.uint8)
    cv2.circle(page, (800, 1100), 400, 0, 5)
    for x in (660, 940):
        cv2.circle(page, (x, 1000), 18, 0, 4)
    for number, part in enumerate(np.split(page, [995])):  # cuts the eyes
        save(tmp_path / "in" / f"{number}.png", part)
    hints = tmp_path / "hints.json"
    hints.write_text(json.dumps({"1.png": [{"x": x, "y": 5, "color": "#2060d0"} for x in (660, 940)]}))
    assert "2 pages coloured." in colorize("in", hints=str(hints))[1]
    eyes = [np.ptp(load(tmp_path / "out" / f"{number}.png"), axis=2) > 100 for number in range(2)]
    assert [0.0001 < eye.mean() < 0.001 for eye in eyes] == [True, True]
    hints.write_text(json.dumps({"1.png": [{"x": 660, "y": 5, "color": "#808080"}]}))
    assert "1.png: it could not be coloured: its hints leave no colour on it." in colorize("in", hints=str(hints))[1]


def test_at_a_strength_of_nothing_hints_colour_and_other_pages_are_said(tmp_path, colorize):
    for name in ("1.png", "2.png"):
        save(tmp_path / "in" / name, gray(1))
    hints = tmp_path / "hints.json"
    hints.write_text(json.dumps({"1.png": [{"x": 50, "y": 60, "color": "#ff0000", "radius": 20}]}))
    code, said = colorize("in", hints=str(hints), strength=0.0)
    assert code == 0 and "1 page coloured, 1 page left" in said and is_colored(load(tmp_path / "out" / "1.png"))
    assert "2.png: it is not coloured: it has no hints, and a strength of 0 leaves out automatic colours.\n" in said


def test_hints_are_replayed_and_those_for_no_page_are_named(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1))
    save(tmp_path / "in" / "2.png", gray(2, width=200))
    dot = {"x": 50, "y": 60, "color": "#ff0000", "radius": 20}
    hints = tmp_path / "hints.json"
    hints.write_text(json.dumps({"1.png": [dot], "3.png": [dot]}))
    code, said = colorize("in", hints=str(hints))
    assert code == 1 and "there is no page 3.png among the inputs" in said
    with_hints = load(tmp_path / "out" / "1.png"), load(tmp_path / "out" / "2.png")
    colorize("in")
    assert not np.array_equal(with_hints[0], load(tmp_path / "out" / "1.png"))
    np.testing.assert_array_equal(with_hints[1], load(tmp_path / "out" / "2.png"))


@pytest.mark.parametrize("name", ["chapter/1.png", "./1.png", "chapter/../chapter/1.png", "{folder}/chapter/1.png"])
def test_a_page_is_named_as_it_is_typed_or_from_the_root(tmp_path, colorize, monkeypatch, name):
    save(tmp_path / "chapter" / "1.png", lines())
    hints = tmp_path / "hints.json"
    hints.write_text(json.dumps({name.format(folder=tmp_path): [{"x": 60, "y": 60, "color": "#c8281e"}]}))
    code, said = colorize("chapter", hints=str(hints))
    assert code == 0 and "1 page coloured.\n" in said


def test_a_name_that_several_pages_have_is_refused_before_anything_is_done(tmp_path, colorize):
    for folder in "ab":
        save(tmp_path / "in" / folder / "1.png", gray(1))
    (tmp_path / "hints.json").write_text(json.dumps({"1.png": [{"x": 1, "y": 1, "color": "#c8281e"}]}))
    with pytest.raises(ValueError, match="hints.json: 1.png could be a/1.png or b/1.png; put the folder in front$"):
        colorize("in", hints=str(tmp_path / "hints.json"))
    assert not (tmp_path / "out").exists()


def test_a_hint_beside_its_page_fails_that_page_alone(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1))
    save(tmp_path / "in" / "2.png", gray(2))
    hints = tmp_path / "hints.json"
    hints.write_text(json.dumps({"1.png": [{"x": 5000, "y": 0, "color": "#ff0000"}]}))
    code, said = colorize("in", hints=str(hints))
    assert code == 1 and "1.png: hint 1 at 5000, 0 is outside the page of 260 x 240." in said
    assert (tmp_path / "out" / "1.png").read_bytes() == (tmp_path / "in" / "1.png").read_bytes()
    assert is_colored(load(tmp_path / "out" / "2.png"))
