"""Gutters that bubbles cross, that are slanted, and that are bent."""

import cv2
import numpy as np
import pytest

from tests.comics import art
from webtoon_colorize.panels import Box, find_panels
from webtoon_colorize.panels.crossed_gutters import halves

LEFT = [(20, 20), (320, 20), (220, 320), (20, 320)]  # x from 20 to 320 at the top, to 220 at the bottom
RIGHT = [(340, 20), (580, 20), (580, 320), (240, 320)]
BELOW = [(20, 340), (580, 340), (580, 640), (20, 640)]
SLANTED = [LEFT, RIGHT, BELOW]
MEETING = [  # three gutters meet at (300, 330)
    [(20, 20), (290, 20), (290, 320), (20, 420)],
    [(310, 20), (580, 20), (580, 420), (310, 320)],
    [(20, 440), (300, 340), (580, 440), (580, 640), (20, 640)],
]


def page(outlines, gutter=255):
    image = np.full((660, 600, 3), gutter, np.uint8)
    for number, outline in enumerate(outlines):
        panel = cv2.fillPoly(np.zeros((660, 600), np.uint8), [np.array(outline)], 1) > 0
        image[panel] = 30 + art(number, 660, 600)[panel] * 0.6  # from 30 to 183, far from white and from black
    return image


def bounds(outline):
    (x0, y0), (x1, y1) = np.min(outline, axis=0), np.max(outline, axis=0)
    return Box(x0, y0, x1 + 1 - x0, y1 + 1 - y0)  # fillPoly paints its corners, too


def assert_found(image, outlines, within=4):
    found = find_panels(image)
    assert len(found) == len(outlines), found
    np.testing.assert_allclose(found, [bounds(outline) for outline in outlines], atol=within)


@pytest.mark.parametrize("gutter", [255, 0])
@pytest.mark.parametrize("outlines", [SLANTED, MEETING])
def test_panels_between_slanted_and_bent_gutters_are_the_boxes_around_them(outlines, gutter):
    assert_found(page(outlines, gutter), outlines)


def test_a_slanted_gutter_is_found_whichever_way_it_leads():
    turned = [[(y, x) for x, y in outline] for outline in SLANTED]
    image = np.ascontiguousarray(page(SLANTED).transpose(1, 0, 2))
    found = find_panels(image)
    np.testing.assert_allclose(sorted(found), sorted(bounds(outline) for outline in turned), atol=4)


@pytest.mark.parametrize("outline", [(0, 0, 0), (255, 255, 255)])
def test_a_bubble_across_a_slanted_gutter_does_not_join_panels(outline):
    image = page(SLANTED)
    cv2.ellipse(image, (280, 170), (70, 35), 0, 0, 360, (255, 255, 255), -1)
    cv2.ellipse(image, (280, 170), (70, 35), 0, 0, 360, outline, 2)
    assert_found(image, SLANTED)


def test_a_bubble_that_is_open_to_the_page_cuts_nothing_off_a_panel():
    panels = [[(20, 20), (580, 20), (580, 320), (20, 320)], BELOW]
    image = page(panels)
    cv2.ellipse(image, (300, 30), (230, 70), 0, 0, 360, (255, 255, 255), -1)
    for row in (40, 80):
        cv2.putText(image, "WORDS THAT SOMEONE SAYS", (120, row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    assert_found(image, panels, within=8)  # the bubble leaves little of the upper edge


def test_the_halves_of_a_part_hold_all_its_content():
    part = 2 - cv2.fillPoly(np.zeros((200, 300), np.uint8), [np.array([(180, 0), (195, 0), (115, 199), (100, 199)])], 2)
    left, right = halves(part, 6)
    np.testing.assert_array_equal(left + right, part)
    assert left[:, :100].all() and right[:, 200:].all() and not (left * right).any()
    assert halves(np.full((200, 300), 2, np.uint8), 6) is None
