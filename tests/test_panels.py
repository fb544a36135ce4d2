"""Panels on drawn strips, pages and single frames, and on real ones where they are at hand."""

import io
import os
import pathlib

import cv2
import numpy as np
import pytest
from PIL import Image

from webtoon_colorize.io.images import read_image
from webtoon_colorize.panels import Box, around, background_colors, crop, find_panels

COMICS = pathlib.Path(os.environ.get("WEBTOON_COMICS", pathlib.Path(__file__).parents[1] / "../shared/comics"))
needs_comics = pytest.mark.skipif(
    not COMICS.is_dir(), reason="needs real comics: set WEBTOON_COMICS to a folder of them"
)
GUTTERS = {"white": (255, 255, 255), "black": (0, 0, 0), "tinted": (214, 224, 240), "dark tinted": (40, 30, 60)}
COLUMN = [
    Box(20, 40, 650, 300),
    Box(60, 360, 570, 420),
    Box(0, 792, 690, 260),
    Box(20, 1100, 310, 400),
    Box(342, 1100, 328, 400),
]


def drawing(height, width, seed=0):
    """Something with many colours: smooth noise."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def page(boxes, gutter, *, height=1540, width=690):
    image = np.full((height, width, 3), gutter, np.uint8)
    for number, (x, y, w, h) in enumerate(boxes):
        image[y : y + h, x : x + w] = 20 if sum(gutter) > 200 else 235  # a line of 3 pixels around
        image[y + 3 : y + h - 3, x + 3 : x + w - 3] = drawing(h - 6, w - 6, number)
    return image


def as_jpeg(image, quality):
    data = io.BytesIO()
    Image.fromarray(image).save(data, "JPEG", quality=quality)
    return read_image(data.getvalue())


def assert_boxes(found, expected, within=4):
    assert len(found) == len(expected), found
    np.testing.assert_allclose(found, expected, atol=within)


@pytest.mark.parametrize("gutter", GUTTERS.values(), ids=GUTTERS)
def test_panels_are_found_in_reading_order_whatever_the_gutters_colour(gutter):
    assert_boxes(find_panels(page(COLUMN, gutter)), COLUMN, within=1)


@pytest.mark.parametrize("gutter", GUTTERS.values(), ids=GUTTERS)
def test_jpeg_noise_and_grain_do_not_matter(gutter):
    grain = np.random.default_rng(0).normal(0, 5, (1540, 690, 1))
    noisy = (page(COLUMN, gutter) + grain).clip(0, 255).astype(np.uint8)
    assert_boxes(find_panels(as_jpeg(noisy, 60)), COLUMN)


def test_the_background_is_the_colour_of_most_whole_rows_and_columns():
    np.testing.assert_array_equal(background_colors(page(COLUMN, (214, 224, 240)))[0], (214, 224, 240))
    assert background_colors(drawing(300, 300)) == []


def test_a_bubble_that_hangs_over_the_edge_does_not_join_or_widen_panels():
    image = page(COLUMN, (255, 255, 255))
    for centre in (
        (200, 338),
        (500, 362),
    ):  # one from above and one from below into the gutter from 340 to 360, each by about 10 pixels
        cv2.ellipse(image, centre, (70, 12), 0, 0, 360, (20, 20, 20), -1)
    assert_boxes(find_panels(image), COLUMN)


def test_a_figure_across_a_gutter_does_not_join_panels():
    image = page(COLUMN, (255, 255, 255))
    cv2.rectangle(image, (250, 250), (400, 500), (90, 40, 40), -1)
    assert_boxes(find_panels(image), COLUMN)


def test_a_white_panel_inside_a_border_line_stays_whole():
    image = np.full((700, 690, 3), 255, np.uint8)
    boxes = [Box(20, 20, 650, 300), Box(20, 350, 650, 330)]
    for x, y, w, h in boxes:
        cv2.rectangle(image, (x, y), (x + w - 1, y + h - 1), (0, 0, 0), 2)
        cv2.circle(image, (x + 100, y + 150), 40, (0, 0, 0), 3)
        cv2.circle(image, (x + 500, y + 150), 40, (200, 0, 0), -1)
    assert_boxes(find_panels(image), boxes)


def test_balloons_without_a_border_are_one_box_between_panels():
    boxes = [Box(20, 20, 650, 300), Box(20, 700, 650, 300)]
    image = page(boxes, (255, 255, 255), height=1020)
    for centre in ((250, 450), (420, 560)):
        cv2.ellipse(image, centre, (110, 45), 0, 0, 360, (0, 0, 0), 3)
    found = find_panels(image)
    assert_boxes([found[0], found[-1]], boxes)
    assert len(found) == 3 and found[1].y > 380 and found[1].y + found[1].height < 640


def test_figures_on_plain_ground_are_one_picture():
    image = np.full((500, 500, 3), 255, np.uint8)
    cv2.circle(image, (120, 250), 90, (200, 60, 60), -1)
    cv2.circle(image, (380, 250), 90, (60, 60, 200), -1)
    assert find_panels(image) == [Box(0, 0, 500, 500)]


def test_a_plain_sky_is_no_margin():
    image = np.full((400, 600, 3), (120, 180, 230), np.uint8)
    image[180:] = drawing(220, 600)
    assert find_panels(image) == [Box(0, 0, 600, 400)]


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (180, 40, 60)])
@pytest.mark.parametrize("size", [(300, 400), (1, 1), (1, 5), (700, 2)])
def test_a_blank_image_is_one_panel(size, colour):
    assert find_panels(np.full((*size, 3), colour, np.uint8)) == [Box(0, 0, size[1], size[0])]


def test_an_image_without_a_common_colour_is_one_panel():
    noise = np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype=np.uint8)
    assert find_panels(noise) == find_panels(drawing(300, 200)) == [Box(0, 0, 200, 300)]


def test_specks_and_page_numbers_are_left_out():
    image = page(COLUMN, (255, 255, 255))
    image[1515:1530, 330:350] = 0
    assert_boxes(find_panels(image), COLUMN)


def test_gray_pages_are_cut_like_coloured_ones():
    gray = cv2.cvtColor(page(COLUMN, (255, 255, 255)), cv2.COLOR_RGB2GRAY)
    assert_boxes(find_panels(np.repeat(gray[..., None], 3, axis=2)), COLUMN)


@needs_comics
@pytest.mark.parametrize("title", ["open_bible_stories", "owen", "de_jager"])
def test_a_single_frame_is_one_panel(title):
    frames = sorted((COMICS / title).glob("*/*.jpg"))[::8]
    assert np.mean([len(find_panels(read_image(frame))) == 1 for frame in frames]) >= 0.93


def test_a_box_ends_before_its_right_column_and_its_bottom_row():
    box = Box(3, 5, 20, 10)
    assert (box.right, box.bottom) == (23, 15)
    assert crop(np.zeros((40, 40)), box).shape == (10, 20) and around(box, Box(20, 0, 9, 6)) == Box(3, 0, 26, 15)
