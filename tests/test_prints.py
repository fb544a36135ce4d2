"""Line art, screentone and scans: what kind a panel is, and how it takes colour."""

import cv2
import numpy as np
import pytest

from tests.comics import art
from tests.test_paper_mask import scan
from tests.test_screentone import halftone
from webtoon_colorize.hints import Hint
from webtoon_colorize.pages.compositing import Painter
from webtoon_colorize.pages.prints import Kind, Prints, why_uncolored
from webtoon_colorize.panels import Box

RED, BLUE, GRAY = (200, 40, 30), (60, 90, 200), (128, 128, 128)


def rgb(gray):
    return np.repeat(gray[..., None], 3, axis=2)


def lines(gap=0, paper=255):
    """Two fields side by side, 150 x 180 each, that share a line with a gap of so many pixels."""
    page = np.full((220, 340), paper, np.uint8)
    cv2.rectangle(page, (20, 20), (320, 200), 0, 3)
    cv2.line(page, (170, 20), (170, 200), 0, 3)
    page[100 : 100 + gap, 165:176] = paper
    return page


def kind(gray):
    return Prints(rgb(gray)).kind(Box(0, 0, *gray.shape[::-1]))


def painted(gray, hints=(), ab=(0.0, 0.0)):
    """The page in the colours of its hints and of this ab."""
    box = Box(0, 0, *gray.shape[::-1])
    wash = Prints(rgb(gray)).wash(box, np.full((*gray.shape, 2), ab, np.float32), hints)
    return Painter(on_lines=False).paint(rgb(gray), wash)


def test_each_kind_is_told():
    assert kind(lines()) == kind(lines(paper=222)) == Kind.LINE_ART
    assert kind(halftone(np.full((200, 300), 150, np.uint8), 6, 45)) == Kind.SCREENTONE
    assert kind(art(1)[..., 0]) == kind(scan(222, 2)) == Kind.TONES
    shaded = lines()
    shaded[30:190, 30:160] = 200
    assert kind(shaded) == Kind.TONES
    box = Box(0, 0, 480, 640)
    assert Prints(rgb(scan(222, 2))).kinds([box]) == {Kind.TONES, Kind.SCAN}
    assert Prints(rgb(scan(255, 0))).kinds([box]) == {Kind.TONES}
    assert Prints(rgb(lines()), only_tones=True).kind(box) == Kind.TONES
    assert "line art" in why_uncolored({Kind.LINE_ART}) and "nothing" in why_uncolored({Kind.TONES})


@pytest.mark.parametrize("gap", range(7))
def test_a_hint_fills_its_field_of_line_art_with_its_own_colour_up_to_the_line(gap):
    page = lines(gap)
    colored = painted(page, [Hint(60, 60, RED), Hint(250, 150, BLUE)], ab=(0.1, 0.1))
    assert np.abs(colored[26:194, 26:164].astype(int) - RED).max() <= 1
    assert np.abs(colored[26:194, 177:314].astype(int) - BLUE).max() <= 1
    assert (colored[page == 0] == 0).all() and (colored[:15] == 255).all()
    alone = painted(page, [Hint(60, 60, RED)], ab=(0.1, 0.1))
    assert (alone[26:194, 177:314] == 255).all()


@pytest.mark.parametrize("width, height, thickness", [(4, 4, 2), (2, 30, 2), (7, 7, 1), (4, 30, 1)])
def test_a_hint_on_a_white_spot_too_small_for_a_region_fills_the_spot_alone(width, height, thickness):
    page = np.full((600, 800), 255, np.uint8)
    page[300 - thickness : 300 + height + thickness, 400 - thickness : 400 + width + thickness] = 0
    page[300 : 300 + height, 400 : 400 + width] = 255
    colored = painted(page, [Hint(400 + width / 2, 300 + height / 2, RED, 3)])
    changed = (colored != page[..., None]).any(axis=2)
    assert changed[300 : 300 + height, 400 : 400 + width].all() and changed.sum() == width * height


def test_line_art_stays_as_it_is_without_hints_and_gray_hints_leave_it_so():
    np.testing.assert_array_equal(painted(lines(), ab=(0.1, 0.1)), rgb(lines()))
    np.testing.assert_array_equal(painted(lines(), [Hint(60, 60, GRAY)]), rgb(lines()))


def test_two_hints_of_one_field_share_it_and_none_is_lost():
    colored = painted(lines(), [Hint(60, 60, RED, 1), Hint(120, 60, BLUE, 9)])
    assert np.abs(colored[60, 40].astype(int) - RED).max() <= 1
    assert np.abs(colored[60, 150].astype(int) - BLUE).max() <= 1
    assert np.abs(colored[180, 60].astype(int) - RED).max() <= 1


@pytest.mark.parametrize("tone", [100, 160, 220])
@pytest.mark.parametrize("ab", [(0.1, 0.15), (-0.05, -0.12)])
def test_the_mean_of_a_cell_of_screentone_has_the_tones_colour_and_dots_stay_black(tone, ab):
    page = halftone(np.full((200, 300), tone, np.uint8), 8, 45)
    colored = painted(page, ab=ab)
    mean = colored[40:160, 40:260].reshape(-1, 3).mean(axis=0, dtype=np.float64)
    lab = cv2.cvtColor(np.float32(mean[None, None] / 255), cv2.COLOR_RGB2LAB)[0, 0]
    np.testing.assert_allclose(lab[1:], 110 * np.float32(ab), rtol=0.25, atol=2)
    assert (colored[page == 0] == 0).all()
    gray = cv2.cvtColor(np.full((1, 1, 3), tone / 255, np.float32), cv2.COLOR_RGB2LAB)[0, 0, 0]
    assert 0.7 * gray < lab[0] <= gray + 1


def test_a_hint_on_white_beside_screentone_fills_its_field():
    page = lines()
    page[:, 170:] = np.minimum(page, halftone(np.full(page.shape, 140, np.uint8), 6, 45))[:, 170:]
    colored = painted(page, [Hint(60, 60, RED)], ab=(0.05, 0.1))
    assert kind(page) == Kind.SCREENTONE and np.abs(colored[30:190, 40:140].astype(int) - RED).max() <= 1
    assert np.ptp(colored[40:180, 200:300].mean(axis=(0, 1))) > 8
