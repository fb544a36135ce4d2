import numpy as np
import pytest

from tests.comics import art, strip
from webtoon_colorize.pages import gutters
from webtoon_colorize.pages.gutters import joined_panels
from webtoon_colorize.panels import Box, crop, find_panels


def gray_strip(gutter):
    gray = strip(art(1), art(2), art(3), gutter=(gutter,) * 3)[..., :1].repeat(3, axis=2)
    return np.ascontiguousarray(gray)


@pytest.mark.parametrize("gutter", [255, 0, 90])
def test_panels_with_gutters_between_them_stay_apart(gutter):
    assert joined_panels(gray_strip(gutter)) == find_panels(gray_strip(gutter)) != []
    assert len(joined_panels(gray_strip(gutter))) == 3


def test_what_is_between_panels_belongs_to_them_if_it_is_no_gutter():
    image = gray_strip(90)
    rng = np.random.default_rng(0)
    dim = (image == 90).all(axis=2)  # grass: within the panel finder's tolerance, but not flat
    image[dim] = (90 + rng.integers(-20, 21, dim.sum()))[:, None]
    assert joined_panels(image) == [Box(0, 0, image.shape[1], image.shape[0])]


FULL, LEFT, RIGHT = Box(40, 730, 920, 620), Box(40, 40, 440, 660), Box(520, 40, 440, 660)


def framed(*boxes):
    """A white page of 1000 x 1400 with a gray gradient in each box."""
    image = np.full((1400, 1000, 3), 255, np.uint8)
    for box in boxes:
        crop(image, box)[:] = np.linspace(40, 120, box.width, dtype=np.uint8)[:, None]
    return image


@pytest.mark.parametrize(
    "boxes",
    [
        [LEFT, RIGHT._replace(height=480), FULL],
        [LEFT._replace(height=480), RIGHT, FULL],
        [LEFT, RIGHT._replace(height=300), RIGHT._replace(y=370, height=330), FULL],
        [Box(40, 40, 280, 660), Box(350, 40, 280, 660), Box(660, 40, 300, 420), FULL],
        [FULL._replace(y=40), LEFT._replace(y=690), RIGHT._replace(y=690, height=480)],
    ],
)
def test_a_neighbour_that_reaches_farther_down_is_not_art_between_panels(boxes):
    assert joined_panels(framed(*boxes)) == boxes == find_panels(framed(*boxes))


def test_a_gray_margin_is_a_gutter_if_one_beside_a_neighbour_that_reaches_farther_down_is_like_it():
    boxes = [Box(0, 40, 470, 660), Box(520, 40, 480, 480), Box(0, 730, 1000, 670)]
    image = framed(*boxes)
    image[image == 255] = 200
    assert joined_panels(image) == boxes


def test_art_between_panels_of_two_rows_joins_them_and_no_others():
    image = framed(LEFT, RIGHT, LEFT._replace(y=730), RIGHT._replace(y=730))
    image[700:730, 40:480] = np.random.default_rng(0).integers(235, 256, (30, 440, 1))
    assert joined_panels(image) == [RIGHT, LEFT._replace(height=1350), RIGHT._replace(y=730)]


def test_what_joined_panels_overlap_is_joined_too():
    image = framed(LEFT, RIGHT, FULL)
    image[700:730, 40:480] = np.random.default_rng(0).integers(235, 256, (30, 440, 1))
    assert joined_panels(image) == [Box(40, 40, 920, 1310)]


def test_the_last_panel_of_a_strip_is_known_by_the_gutters_before():
    image = gray_strip(26)[-280:]  # a gutter of 20 rows, the panel of 240, a gutter of 20
    image[150:260, :] = 60  # a floor that reaches both edges fills more rows than the gutter
    image[20, :], image[259, :] = 200, 200
    assert joined_panels(image, background=np.array([26, 26, 26])) == [Box(0, 20, 300, 240)]


def test_outer_sides_move_and_inner_sides_stay():
    whole, wider = Box(10, 10, 80, 80), Box(0, 10, 100, 95)  # the left, the right and the lower margin are art
    assert gutters._grown(Box(10, 10, 80, 30), whole, wider) == Box(0, 10, 100, 30)
    assert gutters._grown(Box(10, 50, 30, 40), whole, wider) == Box(0, 50, 40, 55)
    assert gutters._grown(Box(50, 50, 20, 20), whole, wider) == Box(50, 50, 20, 20)


def test_panels_that_overlap_are_one(monkeypatch):
    left, below, right = Box(0, 0, 60, 40), Box(0, 50, 100, 50), Box(40, 0, 60, 40)
    monkeypatch.setattr(gutters, "find_panels", lambda image, background: [left, below, right])
    assert joined_panels(np.full((100, 100, 3), 255, np.uint8)) == [below, Box(0, 0, 100, 40)]
